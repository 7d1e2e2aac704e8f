// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/vonggac/vonggac/internal/intake/listener"
)

// Way is what the centre decided about one kind of sender at a collector: all
// that is given must fit. Which source it means the centre keeps to itself.
type Way struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Listener string `json:"listener,omitempty"`
	Network  string `json:"network,omitempty"`
	Host     string `json:"host,omitempty"`
	Path     string `json:"path,omitempty"`
	Token    string `json:"token,omitempty"` // SHA-256 of what senders by HTTP show, hexadecimal
	Lines    int64  `json:"lines_a_second,omitempty"`
	Bytes    int64  `json:"bytes_a_second,omitempty"`
}

// Directory says by which way a sender comes. It implements listener.Directory;
// the table is swapped whole.
type Directory struct{ table atomic.Pointer[[]entry] }

// entry is a Way as it is compared.
type entry struct {
	Way
	network netip.Prefix
	token   [sha256.Size]byte
}

// Set replaces the ways. The error names the first that cannot be understood;
// then the ways before stay.
func (d *Directory) Set(ways []Way) error {
	table := make([]entry, 0, len(ways))
	for _, w := range ways {
		e := entry{Way: w}
		var err error
		if w.Network != "" {
			if e.network, err = netip.ParsePrefix(w.Network); err != nil {
				return fmt.Errorf("way %s: %w", w.ID, err)
			}
		}
		if n, err := hex.Decode(e.token[:], []byte(w.Token)); err != nil || n != 0 && n != len(e.token) {
			return fmt.Errorf("way %s: its token does not fit", w.ID)
		}
		if _, err := path.Match(w.Path, ""); err != nil {
			return fmt.Errorf("way %s: %w", w.ID, err)
		}
		table = append(table, e)
	}
	slices.SortStableFunc(table, func(a, b entry) int { return slices.Compare(b.weight(), a.weight()) })
	d.table.Store(&table)
	return nil
}

// weight orders ways, the more specific the heavier: a token before a host, a
// host before a network, the longer prefix before the shorter, a named listener
// before any; of paths the one without pattern, then the longer.
func (e *entry) weight() []int {
	bit := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	bits := -1
	if e.network.IsValid() {
		bits = e.network.Bits()
	}
	return []int{bit(e.Token != ""), bit(e.Host != ""), bits, bit(e.Listener != ""), bit(!strings.ContainsAny(e.Path, "*?[")), len(e.Path)}
}

// Find implements listener.Directory.
func (d *Directory) Find(p listener.Peer) (listener.Way, bool) {
	table := d.table.Load()
	if table == nil {
		return listener.Way{}, false
	}
	host := strings.TrimRight(strings.ToLower(p.Host), ".")
	addr := p.Addr.Unmap().WithZone("")
	file := strings.ReplaceAll(p.Path, `\`, "/")
	var token [sha256.Size]byte
	if p.Token != "" {
		token = sha256.Sum256([]byte(p.Token))
	}
	var out listener.Way
	found := false
	for i := range *table {
		e := &(*table)[i]
		if e.Kind != string(p.Kind) || e.Listener != "" && e.Listener != p.Listener || e.network.IsValid() && !e.network.Contains(addr) ||
			e.Token != "" && (p.Token == "" || e.token != token) {
			continue
		}
		if fit, err := path.Match(e.Path, file); e.Path != "" && (err != nil || !fit) {
			continue
		}
		// Where a way asks for a host, the sender may relay lines of several: each
		// goes by its own, since the centre has but the way to tell its source from.
		out.ByHost = out.ByHost || e.Host != "" && (p.Kind == listener.SyslogTCP || p.Kind == listener.SyslogTLS)
		if !found && (e.Host == "" || e.Host == host) {
			found = true
			out.ID, out.Source, out.Quota = e.ID, e.ID, listener.Quota{Lines: e.Lines, Bytes: e.Bytes}
		}
	}
	return out, found
}
