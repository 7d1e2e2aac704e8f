// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"errors"
	"slices"
)

// maxSteps bounds how much two files are compared.
const maxSteps = 5_000_000

// maxNested bounds how deep objects lie in each other.
const maxNested = 50_000

// pair is two states of a document that are compared: numbers of objects may
// differ, what they say may not.
type pair struct {
	old, new *pdf
	oldPage  map[ref]int // page number from 1
	newPage  map[ref]int
	met      map[[2]ref]bool
	trail    [][2]ref // what is taken to be the same since the question began
	steps    int
	depth    int
}

func newPair(old, latest *pdf, oldPages, newPages []page) *pair {
	number := func(pages []page) map[ref]int {
		out := map[ref]int{}
		for i, p := range pages {
			out[p.ref] = i + 1
		}
		return out
	}
	return &pair{old: old, new: latest, oldPage: number(oldPages), newPage: number(newPages), met: map[[2]ref]bool{}}
}

// equal reports whether a of the old state and b of the new one say the same.
func (p *pair) equal(a, b object) (bool, error) {
	return p.asked(func() (bool, error) { return p.same(a, b) })
}

// equalDict is equal of two dictionaries but for the keys in but.
func (p *pair) equalDict(a, b dict, but ...name) (bool, error) {
	return p.asked(func() (bool, error) { return p.sameDict(a, b, but...) })
}

// asked answers one question. Objects that refer to each other in a circle are
// taken to be the same while they are compared; when that does not hold in the
// end, nothing that rested on it is remembered.
func (p *pair) asked(compare func() (bool, error)) (bool, error) {
	p.trail = p.trail[:0]
	same, err := compare()
	if !same || err != nil {
		for _, key := range p.trail {
			delete(p.met, key)
		}
	}
	return same, err
}

func (p *pair) same(a, b object) (bool, error) {
	if p.steps++; p.steps > maxSteps || p.depth > maxNested {
		return false, ErrTooMuch
	}
	p.depth++
	defer func() { p.depth-- }()
	ra, isA := a.(ref)
	rb, isB := b.(ref)
	if isA && isB {
		if pa, pb := p.oldPage[ra], p.newPage[rb]; pa > 0 || pb > 0 { // compared on its own
			return pa == pb, nil
		}
		key := [2]ref{ra, rb}
		if p.met[key] {
			return true, nil
		}
		p.met[key] = true
		p.trail = append(p.trail, key)
	}
	a, err := p.old.resolve(a)
	if err != nil {
		return false, err
	}
	if b, err = p.new.resolve(b); err != nil {
		return false, err
	}
	switch va := a.(type) {
	case nil:
		return b == nil, nil
	case bool:
		return a == b, nil
	case name:
		return a == b, nil
	case number:
		vb, ok := b.(number)
		return ok && (va == vb || va.float() == vb.float()), nil
	case text:
		vb, ok := b.(text)
		return ok && bytes.Equal(va, vb), nil
	case array:
		vb, ok := b.(array)
		if !ok || len(va) != len(vb) {
			return false, nil
		}
		for i := range va {
			if same, err := p.same(va[i], vb[i]); !same || err != nil {
				return false, err
			}
		}
		return true, nil
	case dict:
		vb, ok := b.(dict)
		if !ok {
			return false, nil
		}
		return p.sameDict(va, vb)
	case *stream:
		vb, ok := b.(*stream)
		if !ok {
			return false, nil
		}
		return p.sameStream(va, vb)
	}
	return false, nil
}

func (p *pair) sameDict(a, b dict, but ...name) (bool, error) {
	for _, k := range keysOf(a, b) {
		if k == "Parent" || slices.Contains(but, k) {
			continue
		}
		if same, err := p.same(a[k], b[k]); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

// sameStream compares what streams unfold to.
func (p *pair) sameStream(a, b *stream) (bool, error) {
	if bytes.Equal(a.raw, b.raw) {
		return p.sameDict(a.dict, b.dict, "Length")
	}
	same, err := p.sameDict(a.dict, b.dict, "Length", "Filter", "DecodeParms")
	if !same || err != nil {
		return false, err
	}
	x, err := p.old.unfold(a)
	if err == nil {
		var y []byte
		if y, err = p.new.unfold(b); err == nil {
			return bytes.Equal(x, y), nil
		}
	}
	if errors.Is(err, errFilter) {
		return false, nil
	}
	return false, err
}

// keysOf are the keys of both, each once.
func keysOf(a, b dict) []name {
	out := make([]name, 0, len(a))
	for k := range a {
		out = append(out, k)
	}
	for k := range b {
		if _, both := a[k]; !both {
			out = append(out, k)
		}
	}
	return out
}
