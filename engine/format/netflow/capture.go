// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package netflow

import (
	"io"
	"net/netip"
	"slices"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// capture are the UDP datagrams of a capture file.
type capture struct {
	packets interface {
		ZeroCopyReadPacketData() ([]byte, gopacket.CaptureInfo, error)
	}
	link func(gopacket.CaptureInfo) layers.LinkType
}

func openCapture(r io.Reader, kind string) (*capture, error) {
	if kind == "pcapng" {
		ng, err := pcapgo.NewNgReader(r, pcapgo.NgReaderOptions{WantMixedLinkType: true, SkipUnknownVersion: true})
		if err != nil {
			return nil, cut(err)
		}
		return &capture{ng, func(i gopacket.CaptureInfo) layers.LinkType {
			if len(i.AncillaryData) > 0 {
				if t, ok := i.AncillaryData[0].(layers.LinkType); ok {
					return t
				}
			}
			return ng.LinkType()
		}}, nil
	}
	old, err := pcapgo.NewReader(r)
	if err != nil {
		return nil, cut(err)
	}
	return &capture{old, func(gopacket.CaptureInfo) layers.LinkType { return old.LinkType() }}, nil
}

func (c *capture) next() (datagram, error) {
	b, info, err := c.packets.ZeroCopyReadPacketData()
	if err != nil {
		return datagram{}, err
	}
	p := gopacket.NewPacket(b, c.link(info), gopacket.DecodeOptions{Lazy: true, NoCopy: true})
	udp, ok := p.Layer(layers.LayerTypeUDP).(*layers.UDP)
	if !ok {
		if p.Layer(gopacket.LayerTypeFragment) != nil {
			return datagram{fault: Fragment}, nil
		}
		return datagram{fault: other}, nil
	}
	d := datagram{data: udp.Payload}
	if net := p.NetworkLayer(); net != nil {
		from, _ := netip.AddrFromSlice(net.NetworkFlow().Src().Raw()) // zero when it is none
		d.from = from.Unmap()
	}
	if !isMessage(udp.Payload) {
		d.fault = other
		if slices.Contains(collectors, uint16(udp.DstPort)) {
			d.fault = BadPacket
		}
	}
	return d, nil
}

// collectors are the ports that flows are usually sent to: IANA's for IPFIX and
// those of Cisco's and other guides.
var collectors = []uint16{2055, 2056, 4432, 4739, 9555, 9995, 9996}
