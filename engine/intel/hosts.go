// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bytes"
	"net/netip"
)

// hosts reads hosts(5) files that lead bad names nowhere: an address that is
// no machine, then names.
type hosts struct{ *loader }

func (h hosts) line(no int64, text []byte) error {
	v, _, _ := bytes.Cut(text, []byte("#"))
	fields := bytes.Fields(v)
	if len(fields) == 0 || comment(fields[0]) {
		return nil
	}
	addr, err := netip.ParseAddr(string(fields[0]))
	switch {
	case err != nil && len(fields) == 1:
		return plain(h).line(no, text)
	case err != nil:
		h.refuse(no, text, Columns)
		return nil
	case len(fields) == 1:
		h.refuse(no, text, NoName)
		return nil
	}
	h.remember(text, fields, addr)
	for _, name := range fields[1:] {
		switch {
		case localNames[string(bytes.ToLower(name))]:
			h.pass(LocalName)
		case !addr.IsUnspecified() && !addr.IsLoopback():
			h.pass(RealAddress)
		default:
			if err := h.value(no, text, name, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// remember keeps what stands before the one name of a line that leads it
// nowhere, for quick.
func (h hosts) remember(text []byte, fields [][]byte, addr netip.Addr) {
	if len(fields) != 2 || h.b.slowly || !bytes.HasSuffix(text, fields[1]) || !addr.IsUnspecified() && !addr.IsLoopback() {
		return
	}
	if dress := text[:len(text)-len(fields[1])]; string(dress) != h.dress {
		h.dress = string(dress)
	}
}

func (h hosts) end() error { return nil }

// address reports whether a line starts with an address and goes on after it.
func address(line []byte) bool {
	end := bytes.IndexAny(line, " \t")
	if end < 0 {
		return false
	}
	_, err := netip.ParseAddr(string(line[:end]))
	return err == nil
}

// localNames stand in every system's own hosts file.
var localNames = map[string]bool{
	"localhost": true, "localhost.localdomain": true, "local": true, "broadcasthost": true,
	"localhost4": true, "localhost4.localdomain4": true, "localhost6": true, "localhost6.localdomain6": true,
	"ip6-localhost": true, "ip6-loopback": true, "ip6-localnet": true, "ip6-mcastprefix": true,
	"ip6-allnodes": true, "ip6-allrouters": true, "ip6-allhosts": true,
}
