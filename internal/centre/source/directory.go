// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"
	"sync/atomic"
)

// Directory says as which source a sender sends. It is read by every listener
// at once, without a lock, while Service keeps it up to date.
type Directory struct{ table atomic.Pointer[table] }

// table is all ways that are on, of sources that are open.
type table struct {
	byKind map[string][]shelf // the most specific shape first
	relays map[string][]shelf // the same of those whose sender relays, without their hosts
	paths  []way              // of tailed files, the most specific first
}

// shelf are the ways of one kind and shape.
type shelf struct {
	shape
	ways map[values]way
}

// way is what a listener needs of a Way.
type way struct {
	id, source, owner string
	listener, path    string
	lines, bytes      int64
}

// Find is the way in of a sender, and false when none fits: then nobody knows
// the sender. kind is that of the way; listener the name of the listener in the
// configuration; certificate the SHA-256 of the client's certificate in
// hexadecimal; host that of the syslog header; token that of an HTTP request;
// path that of a tailed file. What there is not, is empty. Quotas of 0 are
// none.
func (d *Directory) Find(kind, listener string, addr netip.Addr, certificate, host, token, path string) (
	wayID, source, owner string, linesASecond, bytesASecond int64, ok bool) {
	t := d.table.Load()
	if t == nil {
		return "", "", "", 0, 0, false
	}
	var w way
	if kind == string(Tail) {
		w, ok = t.tailed(listener, path)
	} else {
		w, ok = t.sender(kind, listener, addr, certificate, host, token)
	}
	return w.id, w.source, w.owner, w.lines, w.bytes, ok
}

// Relays reports whether a sender is one that relays lines of several hosts: a
// way in says so, and all it asks of a sender but the host fits.
func (d *Directory) Relays(kind, listener string, addr netip.Addr, certificate string) bool {
	t := d.table.Load()
	if t == nil {
		return false
	}
	_, ok := find(t.relays[kind], listener, addr, certificate, "", "")
	return ok
}

func (t *table) sender(kind, listener string, addr netip.Addr, certificate, host, token string) (way, bool) {
	return find(t.byKind[kind], listener, addr, certificate, host, token)
}

func find(shelves []shelf, listener string, addr netip.Addr, certificate, host, token string) (way, bool) {
	if len(shelves) == 0 {
		return way{}, false
	}
	addr = addr.Unmap().WithZone("")
	shown := values{certificate: strings.ToLower(certificate), host: foldHost(host), listener: listener}
	if token != "" {
		shown.token = sha256.Sum256([]byte(token))
	}
	for i := range shelves {
		s := &shelves[i]
		asked, ok := s.asked(shown, addr, token != "")
		if !ok {
			continue
		}
		if w, ok := s.ways[asked]; ok {
			return w, true
		}
	}
	return way{}, false
}

// asked is of what a sender shows that which ways of this shape look at; false
// when the sender lacks one of it.
func (s shape) asked(shown values, addr netip.Addr, token bool) (values, bool) {
	var v values
	if s.certificate {
		if v.certificate = shown.certificate; v.certificate == "" {
			return v, false
		}
	}
	if s.token {
		if v.token = shown.token; !token {
			return v, false
		}
	}
	if s.host {
		if v.host = shown.host; v.host == "" {
			return v, false
		}
	}
	if s.listener {
		v.listener = shown.listener
	}
	if s.bits >= 0 {
		if !addr.IsValid() || addr.Is6() != s.v6 {
			return v, false
		}
		p, err := addr.Prefix(s.bits)
		if err != nil {
			return v, false
		}
		v.network = p
	}
	return v, true
}

func (t *table) tailed(listener, file string) (way, bool) {
	file = slashes(file)
	for _, w := range t.paths {
		if fit, err := path.Match(w.path, file); err == nil && fit && (w.listener == "" || w.listener == listener) {
			return w, true
		}
	}
	return way{}, false
}

// newTable lays ways out to be found.
func newTable(ways []Way) (*table, error) {
	t := &table{byKind: map[string][]shelf{}, relays: map[string][]shelf{}}
	for _, w := range ways {
		out := way{id: string(w.ID), source: string(w.Source), owner: w.Owner, listener: w.Listener, path: w.Path, lines: w.Lines, bytes: w.Bytes}
		if w.Kind == Tail {
			t.paths = append(t.paths, out)
			continue
		}
		s, v, err := w.key()
		if err != nil {
			return nil, fmt.Errorf("way in %s: %w", w.ID, err)
		}
		put(t.byKind, string(w.Kind), s, v, out)
		if w.Relay {
			s.host, v.host = false, ""
			put(t.relays, string(w.Kind), s, v, out)
		}
	}
	for _, shelves := range t.byKind {
		slices.SortFunc(shelves, func(a, b shelf) int { return a.before(b.shape) })
	}
	slices.SortFunc(t.paths, func(a, b way) int {
		return cmp.Or(first(exact(a.path), exact(b.path)), cmp.Compare(len(b.path), len(a.path)), cmp.Compare(a.path, b.path),
			cmp.Compare(b.listener, a.listener), cmp.Compare(a.id, b.id))
	})
	return t, nil
}

// put puts a way on the shelf of its kind and shape.
func put(to map[string][]shelf, kind string, s shape, v values, w way) {
	shelves := to[kind]
	at := slices.IndexFunc(shelves, func(o shelf) bool { return o.shape == s })
	if at < 0 {
		at = len(shelves)
		shelves = append(shelves, shelf{s, map[values]way{}})
	}
	shelves[at].ways[v] = w
	to[kind] = shelves
}

// exact reports that a pattern is the path of one file.
func exact(pattern string) bool { return !strings.ContainsAny(pattern, "*?[") }

// key is the shape of w and the values it asks for.
func (w *Way) key() (shape, values, error) {
	s := shape{certificate: w.Certificate != "", token: w.token != "", host: w.Host != "", bits: -1, listener: w.Listener != ""}
	v := values{certificate: w.Certificate, host: w.Host, listener: w.Listener}
	if w.Network != "" {
		p, ok := parseNetwork(w.Network)
		if !ok {
			return s, v, fmt.Errorf("network %q", w.Network)
		}
		v.network, s.bits, s.v6 = p, p.Bits(), p.Addr().Is6()
	}
	if w.token != "" {
		if n, err := hex.Decode(v.token[:], []byte(w.token)); err != nil || n != len(v.token) {
			return s, v, fmt.Errorf("stored token of %d bytes: %w", n, err)
		}
	}
	return s, v, nil
}

// Directory is who may send as which source, kept up to date for as long as the
// service lives: at once on changes made through it, and by RefreshWays on those
// of other processes.
func (s *Service) Directory() *Directory { return &s.directory }

// RefreshWays reads the directory anew: at start, after changes, and each
// minute for what other processes changed.
func (s *Service) RefreshWays(ctx context.Context) error {
	ways, err := waysOn(ctx, s.Records.Read())
	if err != nil {
		return err
	}
	t, err := newTable(ways)
	if err != nil {
		return err
	}
	s.directory.table.Store(t)
	return nil
}
