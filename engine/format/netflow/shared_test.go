// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package netflow_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/vonggac/vonggac/engine/format/netflow"
)

const shared = "../../../../shared/data/netflow-ipfix"

// TestRealExporters reads the messages of some thirty exporters, whose flows
// another collector has decoded.
func TestRealExporters(t *testing.T) {
	t.Parallel()
	cases, err := os.Open(filepath.Join(shared, "cases.jsonl"))
	if err != nil {
		t.Skip("the shared NetFlow and IPFIX messages are not here")
	}
	defer cases.Close()
	held, flows := 0, 0
	in := bufio.NewScanner(cases)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var c struct {
			Case      string
			Packets   []string                     `json:"packets_in_order"`
			Dropped   bool                         `json:"must_be_dropped"`
			Positions [][2]int                     `json:"event_index_to_expected"`
			Events    []struct{ Netflow expected } `json:"expected_events"`
			Count     int                          `json:"expected_flow_count"`
		}
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		var dump []byte
		for _, name := range c.Packets {
			b, err := os.ReadFile(filepath.Join(shared, name))
			if err != nil {
				t.Fatal(err)
			}
			dump = append(dump, b...)
		}
		if c.Dropped && netflow.Sniff(dump) == "" {
			continue
		}
		got, err := rows(t, dump)
		if err != nil && !c.Dropped {
			t.Errorf("%s: %v", c.Case, err)
		}
		var read []row
		for _, r := range got {
			if r.Error == "" && !r.Other {
				read = append(read, r)
			}
		}
		if c.Dropped && len(read) > 0 {
			t.Errorf("%s: %+v, want nothing", c.Case, read)
		}
		flows += len(read)
		for _, p := range c.Positions {
			want := c.Events[p[1]].Netflow
			if want.addresses() == [2]string{} {
				continue // about the exporter
			}
			if !want.among(read) {
				t.Errorf("%s: flow %d, %+v, is not among %+v", c.Case, p[0], want, read)
			}
			held++
		}
	}
	if err := in.Err(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d flows, %d of them held against another collector's", flows, held)
	if held < 20 {
		t.Errorf("only %d flows were compared", held)
	}
}

// expected are the fields of an event by their names in NetFlow 9 and IPFIX.
type expected struct {
	Src4      string `json:"ipv4_src_addr"`
	Dst4      string `json:"ipv4_dst_addr"`
	Src6      string `json:"ipv6_src_addr"`
	Dst6      string `json:"ipv6_dst_addr"`
	FixSrc4   string `json:"sourceIPv4Address"`
	FixDst4   string `json:"destinationIPv4Address"`
	FixSrc6   string `json:"sourceIPv6Address"`
	FixDst6   string `json:"destinationIPv6Address"`
	SrcPort   uint16 `json:"l4_src_port"`
	DstPort   uint16 `json:"l4_dst_port"`
	FixSrc    uint16 `json:"sourceTransportPort"`
	FixDst    uint16 `json:"destinationTransportPort"`
	Bytes     uint64 `json:"in_bytes"`
	Permanent uint64 `json:"in_permanent_bytes"`
	Forward   uint64 `json:"fwd_flow_delta_bytes"`
	Octets    uint64 `json:"octetDeltaCount"`
	Total     uint64 `json:"octetTotalCount"`
	Packets   uint64 `json:"in_pkts"`
	Delta     uint64 `json:"packetDeltaCount"`
	AllPkts   uint64 `json:"packetTotalCount"`
}

func (e expected) addresses() (out [2]string) {
	for i, list := range [][]string{{e.Src4, e.Src6, e.FixSrc4, e.FixSrc6}, {e.Dst4, e.Dst6, e.FixDst4, e.FixDst6}} {
		for _, s := range list {
			if s != "" && s != "::" && s != "0.0.0.0" {
				out[i] = s
			}
		}
	}
	return out
}

func (e expected) among(list []row) bool {
	bytes := max(e.Bytes, e.Forward, e.Octets)
	if bytes == 0 {
		bytes = max(e.Permanent, e.Total)
	}
	packets := max(e.Packets, e.Delta)
	if packets == 0 {
		packets = e.AllPkts
	}
	for _, r := range list {
		if [2]string{r.Src, r.Dst} == e.addresses() && r.SrcPort == max(e.SrcPort, e.FixSrc) && r.DstPort == max(e.DstPort, e.FixDst) &&
			r.Bytes == bytes && r.Packets == packets {
			return true
		}
	}
	return false
}
