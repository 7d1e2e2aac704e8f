// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"encoding/binary"
	"hash/maphash"

	"github.com/vonggac/vonggac/engine/intel"
)

// stamp stands for some bytes: two hashes with seeds of their own. Two
// different strings share one with a chance of 2^-128, and nobody who writes a
// list can look for such a pair, for the seeds are random.
type stamp [2]uint64

// stamper makes stamps. Its zero value is ready.
type stamper struct {
	seeds [2]maphash.Seed
	ready bool
}

func (p *stamper) of(b []byte) stamp {
	if !p.ready {
		p.seeds, p.ready = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, true
	}
	return stamp{maphash.Bytes(p.seeds[0], b), maphash.Bytes(p.seeds[1], b)}
}

// seen is a set of byte strings of which only the stamps are kept, 16 bytes
// each in a table at most three quarters full. Its zero value is empty.
type seen struct {
	stamper
	table []stamp // the zero stamp is free
	used  int
	zero  bool // the zero stamp itself is in the set
}

// add puts b into the set and reports whether it is new.
func (s *seen) add(b []byte) bool {
	p := s.of(b)
	if p == (stamp{}) {
		was := s.zero
		s.zero = true
		return !was
	}
	if 4*(s.used+1) > 3*len(s.table) {
		s.grow()
	}
	at := s.place(p)
	if s.table[at] == p {
		return false
	}
	s.table[at] = p
	s.used++
	return true
}

func (s *seen) place(p stamp) uint64 {
	mask := uint64(len(s.table) - 1)
	at := p[0] & mask
	for s.table[at] != (stamp{}) && s.table[at] != p {
		at = (at + 1) & mask
	}
	return at
}

func (s *seen) grow() {
	old := s.table
	s.table = make([]stamp, max(1024, 2*len(old)))
	for _, p := range old {
		if p != (stamp{}) {
			s.table[s.place(p)] = p
		}
	}
}

// appendKey appends what makes an indicator the same as another: type, value,
// scope, validity, whether it is revoked, and its reference where references
// are identities: there two rows of one value stay apart, since one may be
// revoked without the other.
func appendKey(dst []byte, i intel.Indicator, allow, identity bool) []byte {
	value := i.Value
	if i.Type == intel.URL {
		value = withoutScheme(value)
	}
	flags := byte(i.Scope)
	if i.Revoked {
		flags |= 2
	}
	if allow {
		flags |= 4
	}
	dst = append(dst, byte(i.Type), flags)
	dst = append(dst, value...)
	dst = append(dst, 0)
	if identity {
		dst = append(dst, i.Reference...)
		dst = append(dst, 0)
	}
	for _, t := range [...]int64{i.From.Unix(), i.Until.Unix()} {
		dst = binary.BigEndian.AppendUint64(dst, uint64(t))
	}
	return dst
}
