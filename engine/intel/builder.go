// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"fmt"
	"hash/maphash"
	"math"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
)

// Builder gathers lists into an Index. Its zero value is ready. It is not safe
// for concurrent use.
type Builder struct {
	x       Index
	threats map[string]uint32 // label -> arena reference
	norm    []byte
}

// maxThreats bounds the labels kept once; further ones are stored each time,
// which costs memory in the index but none here.
const maxThreats = 1 << 16

// maxLabel is the longest threat label kept, in bytes; longer ones are cut.
const maxLabel = 80

// Build returns the index of what was added. The Builder is empty again.
func (b *Builder) Build() *Index {
	x := b.x
	*b = Builder{}
	return &x
}

// list registers l and returns its number.
func (b *Builder) list(l List) (uint16, error) {
	for _, have := range b.x.lists {
		if have.Name == l.Name && have.Kind == l.Kind {
			return 0, fmt.Errorf("list %q is given twice; name it once", l.Name)
		}
	}
	if len(b.x.lists) == math.MaxUint16 {
		return 0, fmt.Errorf("list %q: more than %d lists; merge some", l.Name, math.MaxUint16)
	}
	if len(b.x.lists) == 0 {
		b.x.seed = maphash.MakeSeed()
		b.x.slots = make([]slot, 1024)
		b.threats = map[string]uint32{}
	}
	b.x.lists = append(b.x.lists, &l)
	return uint16(len(b.x.lists) - 1), nil
}

// row is one indicator read from a list.
type row struct {
	name   []byte
	threat []byte
	scope  Scope
	list   uint16
}

// add takes in one row. It returns the reason why it was refused, or
// duplicate; narrowed when it was added as ExactOnly, since the name may be a
// public suffix; or "" when it was added as it is.
func (b *Builder) add(r row) (Reason, error) {
	b.norm = AppendNormal(b.norm[:0], string(r.name))
	name := b.norm
	if !domain(name) {
		return BadName, nil
	}
	var done Reason
	switch openness(name) {
	case public:
		return PublicSuffix, nil
	case unsure:
		r.scope, done = ExactOnly, narrowed
	}
	if 4*(b.x.used+1) > 3*len(b.x.slots) {
		b.grow()
	}
	hash := maphash.Bytes(b.x.seed, name)
	at := b.x.place(name, hash)
	head := b.x.slots[at].entry
	var last *entry
	for n := head; n != 0; n = last.next {
		last = &b.x.entries[n-1]
		if last.list == r.list {
			last.scope = min(last.scope, r.scope) // the wider one
			return duplicate, nil
		}
	}
	e := entry{size: uint8(len(name)), scope: r.scope, list: r.list}
	var err error
	if head != 0 {
		e.name = last.name
	} else if e.name, err = b.x.arena.put(name); err != nil {
		return "", err
	}
	if e.threat, err = b.threat(r.threat); err != nil {
		return "", err
	}
	if last != nil {
		last.next = uint32(len(b.x.entries) + 1)
	} else {
		b.x.slots[at] = slot{print: uint32(hash >> 32), entry: uint32(len(b.x.entries) + 1)}
		b.x.used++
	}
	b.x.entries = append(b.x.entries, e)
	return done, nil
}

func (b *Builder) grow() {
	old := b.x.slots
	b.x.slots = make([]slot, 2*len(old))
	mask := uint64(len(b.x.slots) - 1)
	for _, s := range old {
		if s.entry == 0 {
			continue
		}
		e := &b.x.entries[s.entry-1]
		at := maphash.Bytes(b.x.seed, b.x.arena.bytes(e.name, int(e.size))) & mask
		for b.x.slots[at].entry != 0 {
			at = (at + 1) & mask
		}
		b.x.slots[at] = s
	}
}

func (b *Builder) threat(label []byte) (uint32, error) {
	if len(label) == 0 {
		return 0, nil
	}
	if len(label) > maxLabel {
		label = label[:maxLabel]
		for n := 0; n < utf8.UTFMax-1 && !utf8.Valid(label); n++ {
			label = label[:len(label)-1]
		}
	}
	if ref, ok := b.threats[string(label)]; ok {
		return ref, nil
	}
	ref, err := b.x.arena.put([]byte(strings.ToValidUTF8(string(label), "?")))
	if err == nil && len(b.threats) < maxThreats {
		b.threats[string(label)] = ref
	}
	return ref, err
}

// open says how far everyone may register names beside or below a name.
type open uint8

const (
	owned  open = iota // somebody's own
	unsure             // a name under a rule such as *.mm, which nobody listed
	public             // everyone's
)

// openness tells public suffixes: top-level labels and entries of the ICANN
// part of the Public Suffix List such as com.vn. The private part (duckdns.org)
// is left to the list's author, who may mean it. A rule such as *.mm makes
// every name of two labels a suffix, though some are sold as names.
func openness(name []byte) open {
	s := string(name)
	_, parent, ok := strings.Cut(s, ".")
	if !ok {
		return public
	}
	suffix, icann := publicsuffix.PublicSuffix(s)
	if !icann || suffix != s {
		return owned
	}
	// No entry starts with an underscore, so that only a rule fits this name.
	if byRule, _ := publicsuffix.PublicSuffix("_." + parent); byRule == "_."+parent {
		return unsure
	}
	return public
}
