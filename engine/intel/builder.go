// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vonggac/vonggac/engine/intel/suffix"
)

// Builder gathers lists into an Index. Its zero value is ready. It is not safe
// for concurrent use.
type Builder struct {
	lists []*List
	a, b  uint64 // the seed of key
	key   suffix.Seed
	parts *[parts]part
	rows  int64
	units int64 // of records, at most

	metas    []meta
	known    map[meta]uint32
	last     meta // the meta of the row before, and its number
	lastAt   uint32
	strings  []byte
	words    map[string]uint32
	seen     seen
	cited    map[citation][]uint32 // metas by what they cite; nil before the first revocation
	norm     []byte
	scratch  []byte
	suffixes []suffix.Suffix
	slowly   bool // nothing is read the quick way, for tests
	lanes    int  // of plain lists, for tests; 0 is one a processor
	laneSize int  // bytes of a block of theirs, for tests; 0 is laneBlock
}

// Handle is a list of a Builder, as AddList returned it.
type Handle uint16

// maxKnown bounds the metas and strings that are kept once; further ones are
// stored each time, which costs memory in the index but none here.
const maxKnown = 1 << 16

// maxLabel is the longest threat label kept, and maxReference the longest
// reference, in bytes; longer ones are cut.
const (
	maxLabel     = 80
	maxReference = 1024
)

// errFull means that the index holds all it can number.
var errFull = errors.New("the indicator index is full (4,294,967,295 entries, 16 GiB of names, 4 GiB of labels)")

// AddList registers a list for Add. Its name is taken once in an index.
func (b *Builder) AddList(l List) (Handle, error) {
	n, err := b.list(l)
	return Handle(n), err
}

// list registers l and returns its number.
func (b *Builder) list(l List) (uint16, error) {
	for _, have := range b.lists {
		if have.Name == l.Name && have.Kind == l.Kind {
			return 0, fmt.Errorf("list %q is given twice; name it once", l.Name)
		}
	}
	if len(b.lists) == math.MaxUint16 {
		return 0, fmt.Errorf("list %q: more than %d lists; merge some", l.Name, math.MaxUint16)
	}
	b.start()
	b.lists = append(b.lists, &l)
	return uint16(len(b.lists) - 1), nil
}

// start makes a zero Builder ready, with a seed of its own unless one is set.
func (b *Builder) start() {
	if b.parts != nil {
		return
	}
	if b.a == 0 && b.b == 0 {
		var r [16]byte
		rand.Read(r[:]) // crypto/rand.Read never fails
		b.a, b.b = binary.LittleEndian.Uint64(r[:]), binary.LittleEndian.Uint64(r[8:])
	}
	b.key = suffix.From(b.a, b.b)
	b.parts = new([parts]part)
	b.known, b.words = map[meta]uint32{}, map[string]uint32{}
	b.strings = []byte{0, 0} // so that 0 is the empty string
	b.lastAt = math.MaxUint32
}

// Add takes in one indicator of a list. It returns why it was refused
// (BadName, BadValue, PublicSuffix, TooWide); Duplicate when the list named it
// before, which widens the earlier entry's scope and validity and fills what it
// left open; Revoked when i takes indicators back; Narrowed when it was added as
// ExactOnly; or "" when it was added as it is. The error means that the index
// is full.
func (b *Builder) Add(list Handle, i Indicator) (Reason, error) {
	if int(list) >= len(b.lists) {
		return "", fmt.Errorf("list %d of an index with %d lists", list, len(b.lists))
	}
	var why Reason
	if b.norm, why = appendKey(b.norm[:0], i.Type, i.Value); why != "" {
		if i.Revoked && i.Reference != "" {
			return Revoked, b.revoke(uint16(list), i, nil)
		}
		return why, nil
	}
	if i.Revoked {
		return Revoked, b.revoke(uint16(list), i, b.norm)
	}
	m, err := b.metaOf(uint16(list), i)
	if err != nil {
		return "", err
	}
	var done Reason
	if i.Type == Domain {
		switch openness(b.norm) {
		case public:
			return PublicSuffix, nil
		case unsure:
			m.scope, done = ExactOnly, Narrowed
		}
	}
	h := b.hash(i.Type, b.norm)
	if had, ok := b.seen.find(b, uint16(list), i.Type, b.norm, h); ok {
		r := &b.parts[h>>partShift].rows[had]
		if old := b.metas[r.meta]; !old.revoked {
			m, done = old.merged(m), Duplicate
		}
		r.meta, err = b.number(m)
		return done, err
	}
	n, err := b.number(m)
	if err != nil {
		return "", err
	}
	if err := b.put(h, i.Type, b.norm, n); err != nil {
		return "", err
	}
	b.seen.add(h, len(b.parts[h>>partShift].rows)-1)
	if i.Type == URL {
		return done, b.markHost(b.norm)
	}
	return done, nil
}

// metaOf keeps what i says besides its value.
func (b *Builder) metaOf(list uint16, i Indicator) (meta, error) {
	m := meta{list: list, scope: i.Scope, confidence: min(i.Confidence, 100), from: millis(i.From, always), until: millis(i.Until, never)}
	l := b.lists[list]
	if i.Type != Domain {
		m.scope = WithSubdomains
	}
	if i.TLP != "" && i.TLP != l.TLP {
		m.tlp = uint8(slices.Index(tlps[:], strings.ToUpper(i.TLP)) + 1)
	}
	var err error
	if m.threat, err = b.word([]byte(i.Threat), maxLabel); err != nil {
		return m, err
	}
	m.reference, err = b.word([]byte(i.Reference), maxReference)
	return m, err
}

// merged is m with what o says of the same indicator in the same list: the
// wider scope and validity, and what m leaves open.
func (m meta) merged(o meta) meta {
	m.scope = min(m.scope, o.scope)
	m.from, m.until = min(m.from, o.from), max(m.until, o.until)
	m.confidence = max(m.confidence, o.confidence)
	if m.tlp == 0 {
		m.tlp = o.tlp
	}
	if m.threat == 0 {
		m.threat = o.threat
	}
	if m.reference == 0 {
		m.reference = o.reference
	}
	return m
}

// number keeps m and returns its number.
func (b *Builder) number(m meta) (uint32, error) {
	if m == b.last && b.lastAt != math.MaxUint32 {
		return b.lastAt, nil
	}
	n, ok := b.known[m]
	if !ok {
		if len(b.metas) == math.MaxUint32 {
			return 0, errFull
		}
		n = uint32(len(b.metas))
		b.metas = append(b.metas, m)
		if b.cited != nil {
			b.cite(n)
		}
		if len(b.known) < maxKnown {
			b.known[m] = n
		}
	}
	b.last, b.lastAt = m, n
	return n, nil
}

// word keeps a text of at most most bytes and returns its place, 0 for "".
func (b *Builder) word(text []byte, most int) (uint32, error) {
	if len(text) == 0 {
		return 0, nil
	}
	if len(text) > most {
		text = text[:most]
		for n := 0; n < utf8.UTFMax-1 && !utf8.Valid(text); n++ {
			text = text[:len(text)-1]
		}
	}
	if at, ok := b.words[string(text)]; ok {
		return at, nil
	}
	clean := strings.ToValidUTF8(string(text), "?")
	if len(b.strings)+2+len(clean) > math.MaxUint32 {
		return 0, errFull
	}
	at := uint32(len(b.strings))
	b.strings = binary.LittleEndian.AppendUint16(b.strings, uint16(len(clean)))
	b.strings = append(b.strings, clean...)
	if len(b.words) < maxKnown {
		b.words[string(text)] = at
	}
	return at, nil
}

// hash is hashKey without its room on the stack.
func (b *Builder) hash(t Type, key []byte) uint64 {
	if t != Domain {
		return b.key.Bytes(uint8(t), key)
	}
	b.suffixes = b.key.Of(b.suffixes[:0], key)
	return b.suffixes[len(b.suffixes)-1].Hash
}

// markHost notes that some URL of url's host is listed.
func (b *Builder) markHost(url []byte) error {
	_, host, ok := appendURL(b.scratch[:0], string(url))
	if !ok {
		return fmt.Errorf("a listed URL in normal form is none: %q", url)
	}
	n, err := b.number(meta{mark: true})
	if err != nil {
		return err
	}
	return b.put(b.hash(hostMark, url[:host]), hostMark, url[:host], n)
}

// citation is a reference in a list.
type citation struct {
	list uint16
	text string
}

// revoke takes back what a list has said so far of a key, nil for none, and
// under i's reference. Rows whose meta is revoked are left out of the index.
func (b *Builder) revoke(list uint16, i Indicator, key []byte) error {
	if key != nil {
		h := b.hash(i.Type, key)
		if n, ok := b.seen.find(b, list, i.Type, key, h); ok {
			r := &b.parts[h>>partShift].rows[n]
			m := b.metas[r.meta]
			m.revoked = true
			var err error
			if r.meta, err = b.number(m); err != nil {
				return err
			}
		}
	}
	if i.Reference == "" {
		return nil
	}
	if b.cited == nil {
		b.cited = map[citation][]uint32{}
		for n := range b.metas {
			b.cite(uint32(n))
		}
	}
	c := citation{list, i.Reference}
	for _, n := range b.cited[c] {
		delete(b.known, b.metas[n])
		b.metas[n].revoked = true
	}
	delete(b.cited, c)
	b.lastAt = math.MaxUint32
	return nil
}

// cite notes what meta n cites.
func (b *Builder) cite(n uint32) {
	if m := b.metas[n]; m.reference != 0 && !m.revoked {
		c := citation{m.list, b.text(m.reference)}
		b.cited[c] = append(b.cited[c], n)
	}
}

// text returns the string at a place.
func (b *Builder) text(at uint32) string {
	return string(b.strings[at+2:][:binary.LittleEndian.Uint16(b.strings[at:])])
}
