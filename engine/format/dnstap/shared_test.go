// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package dnstap_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/vonggac/vonggac/engine/format/dnstap"
)

const shared = "../../../../shared/data/dns-wire"

// TestCapturedMessages wraps the DNS messages of captures, malformed ones among
// them, and compares names and types with another decoder's.
func TestCapturedMessages(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(shared + "/pcap/*.pcap")
	if err != nil || len(files) == 0 {
		t.Skip("the shared captures are not here")
	}
	read, held := 0, 0
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		in, err := pcapgo.NewReader(f)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for p := range gopacket.NewPacketSource(in, in.LinkType()).Packets() {
			udp, ok := p.Layer(layers.LayerTypeUDP).(*layers.UDP)
			if !ok || len(udp.Payload) == 0 {
				continue
			}
			line, err := dnstap.Line(nil, message{15: 1, 14: message{1: 5, 4: []byte{192, 0, 2, 7}, 10: udp.Payload}}.bytes())
			var got struct {
				Name, Type, Rcode, Error string
				Answers                  []struct{ Name, Type, Data string }
			}
			if err != nil || json.Unmarshal(line, &got) != nil {
				t.Fatalf("%s: %v %s", name, err, line)
			}
			read++
			other, ok := p.Layer(layers.LayerTypeDNS).(*layers.DNS)
			if !ok || len(other.Questions) != 1 || got.Error != "" {
				continue
			}
			q := other.Questions[0]
			if want := string(q.Name) + "."; !strings.EqualFold(got.Name, want) || got.Type != q.Type.String() && !strings.HasPrefix(q.Type.String(), "Unknown") {
				t.Errorf("%s: %s %s, want %s %s", name, got.Name, got.Type, want, q.Type)
			}
			for i, a := range other.Answers[:min(len(other.Answers), len(got.Answers))] {
				if a.IP != nil && got.Answers[i].Data != a.IP.String() || a.CNAME != nil && got.Answers[i].Data != string(a.CNAME)+"." {
					t.Errorf("%s: answer %d is %+v, want %v", name, i, got.Answers[i], a)
				}
			}
			held++
		}
	}
	t.Logf("%d messages, %d of them held against another decoder's", read, held)
	if held < 15 {
		t.Errorf("only %d were compared", held)
	}
}
