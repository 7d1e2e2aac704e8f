// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

const (
	mostStrangers = 256 // kept of one listener
	mostHosts     = 8   // kept of one address, which may make them up; then one for the rest
	relayHosts    = 64  // the same of a sender that is known to relay
	newStrangers  = 100 // a second: addresses of datagrams may be made up faster than a table is worth
)

// strangers are the senders of one listener that no way is known for: all are
// counted, the latest are kept. Safe for concurrent use.
type strangers struct {
	mu    sync.Mutex
	count int64
	table map[stranger]*Unknown

	second time.Time // in which so many were new
	fresh  int
}

// stranger tells one from another.
type stranger struct{ addr, host, certificate, path string }

// saw counts lines of p, one of which may be given.
func (s *strangers) saw(p Peer, lines int64, line []byte, now time.Time) {
	s.note(p, lines, line, now, mostHosts)
}

// relayed counts lines that a known relay brought of a host that is unknown.
func (s *strangers) relayed(p Peer, lines int64, line []byte, now time.Time) {
	s.note(p, lines, line, now, relayHosts)
}

func (s *strangers) note(p Peer, lines int64, line []byte, now time.Time, hosts int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count += lines
	key := stranger{host: p.Host, certificate: p.Certificate, path: p.Path}
	if p.Addr.IsValid() {
		key.addr = p.Addr.String()
	}
	u := s.table[key]
	if u == nil {
		if second := now.Truncate(time.Second); !second.Equal(s.second) {
			s.second, s.fresh = second, 0
		}
		if s.fresh++; s.fresh > newStrangers {
			return
		}
		if key.host != "" && s.hosts(key.addr) >= hosts {
			key.host = ""
			u = s.table[key]
		}
		if u == nil {
			u = s.add(key, now)
		}
	}
	u.Count += lines
	u.Last = now
	if u.Sample == "" {
		u.Sample = sample(line)
	}
}

// once counts p when it is not known yet.
func (s *strangers) once(p Peer, now time.Time) {
	s.mu.Lock()
	_, known := s.table[stranger{path: p.Path}]
	s.mu.Unlock()
	if !known {
		s.saw(p, 1, nil, now)
	}
}

func (s *strangers) hosts(addr string) int {
	n := 0
	for k := range s.table {
		if k.addr == addr {
			n++
		}
	}
	return n
}

// add makes room by dropping whoever was silent longest.
func (s *strangers) add(key stranger, now time.Time) *Unknown {
	if s.table == nil {
		s.table = map[stranger]*Unknown{}
	}
	if len(s.table) >= mostStrangers {
		var oldest stranger
		var at time.Time
		for k, u := range s.table {
			if at.IsZero() || u.Last.Before(at) {
				oldest, at = k, u.Last
			}
		}
		delete(s.table, oldest)
	}
	u := &Unknown{Addr: key.addr, Host: key.host, Certificate: key.certificate, Path: key.path, First: now}
	s.table[key] = u
	return u
}

// list gives the count of all and those kept, the latest first.
func (s *strangers) list() (int64, []Unknown) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Unknown, 0, len(s.table))
	for _, u := range s.table {
		list = append(list, *u)
	}
	slices.SortFunc(list, func(a, b Unknown) int {
		return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Addr, b.Addr), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Path, b.Path))
	})
	return s.count, list
}
