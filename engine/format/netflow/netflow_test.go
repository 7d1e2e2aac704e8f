// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package netflow_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/vonggac/vonggac/engine/format/netflow"
)

const exported = 1_768_352_400 // 2026-01-14T01:00:00Z

// words are big-endian numbers of 16 bits; wide ones of 32.
func words(list ...any) []byte {
	var b []byte
	for _, n := range list {
		switch n := n.(type) {
		case int:
			b = binary.BigEndian.AppendUint16(b, uint16(n))
		case uint32:
			b = binary.BigEndian.AppendUint32(b, n)
		case []byte:
			b = append(b, n...)
		}
	}
	return b
}

func addr(s string) []byte {
	ip := net.ParseIP(s)
	if v4 := ip.To4(); v4 != nil {
		return v4
	}
	return ip
}

func v5(src, dst string) []byte {
	return words(5, 1, uint32(10_000), uint32(exported), uint32(0), uint32(1), 0, 0,
		addr(src), addr(dst), uint32(0), 0, 0, uint32(3), uint32(300), uint32(4_000), uint32(9_000), 40000, 443, []byte{0, 0, 6, 0}, 0, 0, uint32(0))
}

func v9(sets ...[]byte) []byte {
	return words(9, len(sets), uint32(10_000), uint32(exported), uint32(1), uint32(7), bytes.Join(sets, nil))
}

func ipfix(sets ...[]byte) []byte {
	all := bytes.Join(sets, nil)
	return words(10, 16+len(all), uint32(exported), uint32(1), uint32(7), all)
}

func set(id int, body []byte) []byte { return words(id, 4+len(body), body) }

// template 300: source, destination, ports, protocol, bytes.
var (
	template300 = words(300, 6, 8, 4, 12, 4, 7, 2, 11, 2, 4, 1, 1, 4)
	record300   = words(addr("192.0.2.7"), addr("203.0.113.9"), 40000, 443, []byte{6}, uint32(1234))
)

// row is a line as read back.
type row struct {
	Type           string
	Error          string
	Other          bool
	Src            string `json:"src_addr"`
	Dst            string `json:"dst_addr"`
	Proto          string
	SrcPort        uint16 `json:"src_port"`
	DstPort        uint16 `json:"dst_port"`
	Bytes, Packets uint64
	Back           uint64 `json:"bytes_back"`
	Start          int64  `json:"time_flow_start_ns"`
	Received       int64  `json:"time_received_ns"`
	Sampler        string `json:"sampler_address"`
	Action         string
	Set, Size      int
	End            int64 `json:"time_flow_end_ns"`
}

func rows(t testing.TB, dump []byte) ([]row, error) {
	t.Helper()
	kind := netflow.Sniff(dump)
	if kind == "" {
		t.Fatalf("%x is taken for no dump", dump[:min(24, len(dump))])
	}
	r, err := netflow.NewReader(iotest.OneByteReader(bytes.NewReader(dump)), kind)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(r)
	var out []row
	for line := range bytes.Lines(text) {
		var x row
		if err := json.Unmarshal(line, &x); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		out = append(out, x)
	}
	return out, err
}

func TestEachVersionGivesItsFlows(t *testing.T) {
	t.Parallel()
	want := row{Src: "192.0.2.7", Dst: "203.0.113.9", Proto: "TCP", SrcPort: 40000, DstPort: 443, Bytes: 1234, Received: exported * 1e9}
	for name, c := range map[string]struct {
		dump []byte
		want row
	}{
		"version 9":             {v9(set(0, template300), set(300, record300)), want},
		"IPFIX":                 {ipfix(set(2, template300), set(300, record300)), want},
		"a template that comes": {ipfix(set(300, record300), set(2, template300)), want},
		"filled up":             {v9(set(0, template300), set(300, append(bytes.Clone(record300), 0, 0, 0))), want},
		"version 5": {v5("192.0.2.7", "203.0.113.9"), row{Src: want.Src, Dst: want.Dst, Proto: "TCP", SrcPort: 40000, DstPort: 443, Bytes: 300, Packets: 3,
			Received: exported * 1e9, Start: exported*1e9 - 6e9, End: exported*1e9 - 1e9}},
		"the other direction too": {ipfix(set(2, words(301, 4, 8, 4, 12, 4, 1, 8, 0x8001, 8, uint32(29305))),
			set(301, words(addr("192.0.2.7"), addr("203.0.113.9"), uint32(0), uint32(5), uint32(0), uint32(6)))),
			row{Src: want.Src, Dst: want.Dst, Bytes: 5, Back: 6, Received: want.Received}},
		"a firewall that refused, IPv6": {ipfix(set(2, words(302, 4, 27, 16, 28, 16, 233, 1, 152, 8)),
			set(302, words(addr("2001:db8::1"), addr("2001:db8::2"), []byte{3}, uint32(exported*1000>>32), uint32(exported*1000&0xffffffff)))),
			row{Src: "2001:db8::1", Dst: "2001:db8::2", Action: "blocked", Received: want.Received, Start: exported * 1e9}},
		"a field that says its length": {ipfix(set(2, words(303, 3, 8, 4, 82, 0xffff, 12, 4)),
			set(303, words(addr("192.0.2.7"), []byte("\x03eth"), addr("203.0.113.9")))), row{Src: want.Src, Dst: want.Dst, Received: want.Received}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := rows(t, c.dump)
			if err != nil || len(got) != 1 {
				t.Fatalf("%d lines, %v: %+v", len(got), err, got)
			}
			c.want.Type = got[0].Type
			if got[0] != c.want {
				t.Errorf("read %+v\nwant %+v", got[0], c.want)
			}
		})
	}
}

func TestWhatHoldsNoFlowSaysWhy(t *testing.T) {
	t.Parallel()
	good := ipfix(set(2, template300), set(300, record300))
	for name, c := range map[string]struct {
		dump []byte
		want row
	}{
		"no template":          {ipfix(set(300, record300)), row{Error: netflow.NoTemplate, Set: 300, Size: len(record300)}},
		"another's template":   {append(words(10, 16+4+len(record300), uint32(exported), uint32(1), uint32(8), set(300, record300)), good...), row{Error: netflow.NoTemplate, Set: 300, Size: len(record300)}},
		"about the exporter":   {ipfix(set(3, words(400, 1, 1, 149, 4)), set(400, words(uint32(1)))), row{Other: true, Set: 400, Size: 4}},
		"no address":           {ipfix(set(2, words(401, 1, 1, 4)), set(401, words(uint32(1)))), row{Other: true, Set: 401, Size: 4}},
		"a set beyond its end": {ipfix(set(2, template300), words(300, 900, record300)), row{Error: netflow.BadPacket, Size: 4 + len(record300)}},
		"a field beyond the end": {ipfix(set(2, words(303, 3, 8, 4, 82, 0xffff, 12, 4)), set(303, words(addr("192.0.2.7"), []byte("\xfethernet")))),
			row{Error: netflow.BadPacket, Set: 303, Size: 12}},
		"a withdrawn template":  {ipfix(set(2, template300), set(2, words(300, 0)), set(300, record300)), row{Error: netflow.NoTemplate, Set: 300, Size: len(record300)}},
		"a template of nothing": {ipfix(set(2, words(300, 1, 8, 0)), set(300, record300)), row{Error: netflow.NoTemplate, Set: 300, Size: len(record300)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := rows(t, c.dump)
			if err != nil || len(got) == 0 {
				t.Fatalf("%+v, %v", got, err)
			}
			last := got[len(got)-1]
			c.want.Type, c.want.Received = "IPFIX", exported*1e9
			if last != c.want {
				t.Errorf("read %+v\nwant %+v", last, c.want)
			}
		})
	}
}

func TestADumpThatBreaksOffKeepsWhatCameBefore(t *testing.T) {
	t.Parallel()
	whole := append(v5("192.0.2.1", "192.0.2.2"), v9(set(0, template300), set(300, record300))...)
	whole = append(whole, ipfix(set(2, template300), set(300, record300))...)
	if got, err := rows(t, whole); err != nil || len(got) != 3 {
		t.Fatalf("the whole gives %d lines, %v", len(got), err)
	}
	got, err := rows(t, whole[:len(whole)-5])
	if !errors.Is(err, io.ErrUnexpectedEOF) || len(got) != 2 {
		t.Errorf("cut off gives %d lines, %v", len(got), err)
	}
	got, err = rows(t, append(bytes.Clone(whole), "and then a text"...))
	if err == nil || len(got) != 3 {
		t.Errorf("followed by a text gives %d lines, %v", len(got), err)
	}
}

// write makes a capture of datagrams from two exporters by turns.
func write(t *testing.T, ng bool, port uint16, datagrams ...[]byte) []byte {
	t.Helper()
	var file bytes.Buffer
	var w interface {
		WritePacket(gopacket.CaptureInfo, []byte) error
	}
	if ng {
		n, err := pcapgo.NewNgWriter(&file, layers.LinkTypeEthernet)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := n.Flush(); err != nil {
				t.Fatal(err)
			}
		}()
		w = n
	} else {
		o := pcapgo.NewWriter(&file)
		if err := o.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
			t.Fatal(err)
		}
		w = o
	}
	for i, d := range datagrams {
		ip := &layers.IPv4{Version: 4, TTL: 9, Protocol: layers.IPProtocolUDP, SrcIP: net.IPv4(10, 0, 0, byte(1+i%2)), DstIP: net.IPv4(10, 0, 0, 9)}
		udp := &layers.UDP{SrcPort: 5000, DstPort: layers.UDPPort(port)}
		if err := udp.SetNetworkLayerForChecksum(ip); err != nil {
			t.Fatal(err)
		}
		buf := gopacket.NewSerializeBuffer()
		err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
			&layers.Ethernet{SrcMAC: make(net.HardwareAddr, 6), DstMAC: make(net.HardwareAddr, 6), EthernetType: layers.EthernetTypeIPv4}, ip, udp, gopacket.Payload(d))
		if err != nil {
			t.Fatal(err)
		}
		info := gopacket.CaptureInfo{Timestamp: time.Unix(exported, 0), CaptureLength: len(buf.Bytes()), Length: len(buf.Bytes())}
		if err := w.WritePacket(info, buf.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	if n, ok := w.(*pcapgo.NgWriter); ok {
		if err := n.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	return file.Bytes()
}

func TestCapturesKeepExportersApart(t *testing.T) {
	t.Parallel()
	tmpl, data := ipfix(set(2, template300)), ipfix(set(300, record300))
	for _, ng := range []bool{false, true} {
		// 10.0.0.1 sends the template and data, 10.0.0.2 data only, and a text comes between.
		got, err := rows(t, write(t, ng, 4739, tmpl, data, data, []byte("hello, is this the right door for flows?")))
		if err != nil || len(got) != 3 {
			t.Fatalf("%+v, %v", got, err)
		}
		if got[0].Src != "192.0.2.7" || got[0].Sampler != "10.0.0.1" {
			t.Errorf("flow = %+v", got[0])
		}
		if got[1].Type != "PACKET" || got[1].Error != netflow.BadPacket {
			t.Errorf("a text at the collector's port = %+v", got[1])
		}
		if got[2].Error != netflow.NoTemplate || got[2].Sampler != "10.0.0.2" {
			t.Errorf("data of the other exporter = %+v", got[2])
		}
	}
}

func TestOtherTrafficInACaptureIsNotTakenForFlows(t *testing.T) {
	t.Parallel()
	query := words(5, 0x0100, 1, 0, 0, 0, []byte("\x03www\x07example\x00"), 1, 1) // a DNS query whose number is 5
	got, err := rows(t, write(t, false, 53, query))
	if err != nil || len(got) != 1 || !got[0].Other {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestTextIsNoDump(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "\n\x00", "14-Jan-2026 08:00:00.123 client @0x7f 192.0.2.1#1 (a.example): query", "\x00\n\x00a\x00b\x00c\x00 \x00d\x00e\x00f\x00g\x00h\x00i\x00j",
		"\x00\t\x00a\x00b\x00c\x00 \x00d\x00e\x00f\x00g\x00h\x00i\x00j", "\xff\xfea\x00b\x00c\x00d\x00e\x00f\x00g\x00h\x00i\x00j\x00k\x00l\x00"} {
		if kind := netflow.Sniff([]byte(s)); kind != "" {
			t.Errorf("%q is taken for %s", s, kind)
		}
	}
}

// FuzzReader gives readers any bytes as each kind of dump: they end, each line
// is JSON that says what it is, and no more lines come than bytes went in.
func FuzzReader(f *testing.F) {
	f.Add(v5("192.0.2.1", "192.0.2.2"))
	f.Add(v9(set(0, template300), set(300, record300), set(1, words(400, 4, 4, 1, 4, 41, 4))))
	f.Add(ipfix(set(2, template300), set(300, record300), set(3, words(400, 1, 1, 149, 4)), set(400, words(uint32(1)))))
	f.Add(ipfix(set(300, record300), set(2, words(300, 2, 8, 4, 0x8001, 0xffff, uint32(29305)))))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, kind := range []string{"netflow", "pcap", "pcapng"} {
			r, err := netflow.NewReader(bytes.NewReader(b), kind)
			if err != nil {
				continue
			}
			text, err := io.ReadAll(r)
			if err != nil && kind == "netflow" && len(b) == 0 {
				t.Fatalf("an empty dump: %v", err)
			}
			n := 0
			for line := range bytes.Lines(text) {
				n++
				var x row
				if err := json.Unmarshal(line, &x); err != nil || x.Type == "" {
					t.Fatalf("%q: %v", line, err)
				}
			}
			if n > len(b) {
				t.Fatalf("%d lines of %d bytes", n, len(b))
			}
		}
	})
}
