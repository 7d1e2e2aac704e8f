// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"errors"
	"fmt"
)

// What cannot be checked, and why.
var (
	ErrNotPDF    = errors.New("not a PDF file")
	ErrEncrypted = errors.New("the PDF file is encrypted")
	ErrDamaged   = errors.New("the PDF file is damaged")
	ErrTooMuch   = errors.New("the PDF file holds more than is read")
)

// Limits of what is read of a file.
const (
	maxSections = 500       // revisions of a file, and parts of them
	maxObjects  = 2_000_000 // as the cross-reference numbers them
	maxUnfold   = 256 << 20 // bytes that streams of one file may unfold to
	maxPages    = 20_000
)

// place is where an object stands.
type place struct {
	offset int // in the file, or the number of its object stream
	gen    int
	index  int  // in the object stream
	packed bool // in an object stream
	free   bool
}

// pdf is a file as it stands at the end of data: later sections rule over
// earlier ones (ISO 32000-1 §7.5.6).
type pdf struct {
	data    []byte
	start   int // what startxref says
	xref    map[int]place
	trailer dict
	tables  bool // the last section is a table, not a stream
	cache   map[ref]object
	packs   map[int][]object
	numbers map[int][]int
	budget  int
	busy    map[ref]bool
}

// readPDF reads the cross-reference of data. Objects are read when asked for.
func readPDF(data []byte) (*pdf, error) {
	if !bytes.HasPrefix(data, []byte("%PDF-")) {
		return nil, ErrNotPDF
	}
	f := &pdf{data: data, xref: map[int]place{}, cache: map[ref]object{}, packs: map[int][]object{}, numbers: map[int][]int{}, budget: maxUnfold, busy: map[ref]bool{}}
	tail := data[max(0, len(data)-2048):]
	i := bytes.LastIndex(tail, []byte("startxref"))
	if i < 0 {
		return nil, fmt.Errorf("%w: no startxref", ErrDamaged)
	}
	l := &lexer{data: tail, pos: i + len("startxref")}
	at, ok := l.integer()
	if !ok {
		return nil, fmt.Errorf("%w: startxref", ErrDamaged)
	}
	f.start = at
	seen := map[int]bool{}
	for n := 0; at >= 0; n++ {
		if n > maxSections {
			return nil, ErrTooMuch
		}
		if seen[at] || at >= len(data) {
			return nil, fmt.Errorf("%w: cross-reference at %d", ErrDamaged, at)
		}
		seen[at] = true
		trailer, table, err := f.section(at)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			f.trailer, f.tables = trailer, table
		}
		if hybrid, ok := intOf(trailer["XRefStm"]); ok && table {
			if seen[hybrid] || hybrid < 0 || hybrid >= len(data) {
				return nil, fmt.Errorf("%w: hybrid cross-reference", ErrDamaged)
			}
			seen[hybrid] = true
			if _, _, err := f.section(hybrid); err != nil {
				return nil, err
			}
		}
		at = -1
		if prev, ok := intOf(trailer["Prev"]); ok {
			at = prev
		}
	}
	if f.trailer["Encrypt"] != nil {
		return nil, ErrEncrypted
	}
	if _, ok := f.trailer["Root"].(ref); !ok {
		return nil, fmt.Errorf("%w: no catalog", ErrDamaged)
	}
	return f, nil
}

func intOf(o object) (int, bool) {
	n, ok := o.(number)
	if !ok {
		return 0, false
	}
	return n.int()
}

func (f *pdf) add(num int, p place) error {
	if num < 0 || num > maxObjects {
		return ErrTooMuch
	}
	if _, known := f.xref[num]; !known {
		f.xref[num] = p
	}
	return nil
}

// section reads one section of the cross-reference, a table or a stream.
func (f *pdf) section(at int) (dict, bool, error) {
	l := &lexer{data: f.data, pos: at}
	if !l.keyword("xref") {
		d, err := f.xrefStream(at)
		return d, false, err
	}
	for {
		if l.keyword("trailer") {
			o, err := l.object(0)
			d, ok := o.(dict)
			if err != nil || !ok {
				return nil, true, fmt.Errorf("%w: trailer at %d", ErrDamaged, l.pos)
			}
			return d, true, nil
		}
		first, ok := l.integer()
		count, ok2 := l.integer()
		if !ok || !ok2 || count > maxObjects {
			return nil, true, fmt.Errorf("%w: cross-reference table at %d", ErrDamaged, l.pos)
		}
		for i := range count {
			offset, ok := l.integer()
			gen, ok2 := l.integer()
			l.skip()
			kind := l.word()
			if !ok || !ok2 || kind != "n" && kind != "f" {
				return nil, true, fmt.Errorf("%w: cross-reference entry at %d", ErrDamaged, l.pos)
			}
			if err := f.add(first+i, place{offset: offset, gen: gen, free: kind == "f"}); err != nil {
				return nil, true, err
			}
		}
	}
}

// xrefStream reads a section that is a stream (ISO 32000-1 §7.5.8).
func (f *pdf) xrefStream(at int) (dict, error) {
	bad := fmt.Errorf("%w: cross-reference stream at %d", ErrDamaged, at)
	_, o, err := f.indirect(at)
	s, ok := o.(*stream)
	if err != nil || !ok || s.dict["Type"] != name("XRef") {
		return nil, bad
	}
	raw, err := f.unfold(s)
	if err != nil {
		return nil, err
	}
	widths, ok := s.dict["W"].(array)
	if !ok || len(widths) != 3 {
		return nil, bad
	}
	var w [3]int
	for i := range w {
		if w[i], ok = intOf(widths[i]); !ok || w[i] < 0 || w[i] > 8 {
			return nil, bad
		}
	}
	size, _ := intOf(s.dict["Size"])
	index, ok := s.dict["Index"].(array)
	if !ok {
		index = array{number("0"), number(fmt.Sprint(size))}
	}
	step := w[0] + w[1] + w[2]
	for i := 0; i+1 < len(index); i += 2 {
		first, ok := intOf(index[i])
		count, ok2 := intOf(index[i+1])
		if !ok || !ok2 || count < 0 || step == 0 || count > len(raw)/step {
			return nil, bad
		}
		for n := range count {
			var v [3]int
			p := raw
			for k := range v {
				for _, b := range p[:w[k]] {
					v[k] = v[k]<<8 | int(b)
				}
				p = p[w[k]:]
			}
			raw = raw[step:]
			if w[0] == 0 {
				v[0] = 1
			}
			entry := place{offset: v[1], gen: v[2], free: v[0] == 0}
			if v[0] == 2 {
				entry = place{offset: v[1], index: v[2], packed: true}
			}
			if v[0] > 2 {
				continue
			}
			if err := f.add(first+n, entry); err != nil {
				return nil, err
			}
		}
	}
	return s.dict, nil
}

// indirect reads "num gen obj … endobj" at a place of the file.
func (f *pdf) indirect(at int) (ref, object, error) {
	bad := fmt.Errorf("%w: object at %d", ErrDamaged, at)
	if at < 0 || at >= len(f.data) {
		return ref{}, nil, bad
	}
	l := &lexer{data: f.data, pos: at, places: true}
	num, ok := l.integer()
	gen, ok2 := l.integer()
	if !ok || !ok2 || !l.keyword("obj") {
		return ref{}, nil, bad
	}
	o, err := l.object(0)
	if err != nil {
		return ref{}, nil, fmt.Errorf("%w: %w", bad, err)
	}
	d, ok := o.(dict)
	if !ok || !l.keyword("stream") {
		return ref{num, gen}, o, nil
	}
	if l.peek() == '\r' {
		l.pos++
	}
	if l.peek() == '\n' {
		l.pos++
	}
	length, ok := d["Length"], false
	if r, indirect := length.(ref); indirect {
		if length, err = f.get(r); err != nil {
			return ref{}, nil, err
		}
	}
	n, ok := intOf(length)
	if !ok || n < 0 || n > len(f.data)-l.pos {
		return ref{}, nil, bad
	}
	raw := f.data[l.pos : l.pos+n]
	l.pos += n
	if !l.keyword("endstream") {
		return ref{}, nil, bad
	}
	return ref{num, gen}, &stream{d, raw}, nil
}

// get is the object that r names; nil for one that is not there.
func (f *pdf) get(r ref) (object, error) {
	if o, ok := f.cache[r]; ok {
		return o, nil
	}
	p, ok := f.xref[r.num]
	if !ok || p.free || !p.packed && p.gen != r.gen {
		return nil, nil
	}
	if f.busy[r] {
		return nil, fmt.Errorf("%w: object %d refers to itself", ErrDamaged, r.num)
	}
	f.busy[r] = true
	defer delete(f.busy, r)
	var o object
	if p.packed {
		pack, err := f.pack(p.offset)
		if err != nil {
			return nil, err
		}
		if p.index >= len(pack) || f.numbers[p.offset][p.index] != r.num {
			return nil, fmt.Errorf("%w: object %d in stream %d", ErrDamaged, r.num, p.offset)
		}
		o = pack[p.index]
	} else {
		got, body, err := f.indirect(p.offset)
		if err != nil {
			return nil, err
		}
		if got.num != r.num || got.gen != r.gen {
			return nil, fmt.Errorf("%w: object %d is not where the cross-reference says", ErrDamaged, r.num)
		}
		o = body
	}
	f.cache[r] = o
	return o, nil
}

// pack reads the objects of an object stream (ISO 32000-1 §7.5.7).
func (f *pdf) pack(num int) ([]object, error) {
	if out, ok := f.packs[num]; ok {
		return out, nil
	}
	bad := fmt.Errorf("%w: object stream %d", ErrDamaged, num)
	if p := f.xref[num]; p.packed {
		return nil, bad
	}
	o, err := f.get(ref{num, f.xref[num].gen})
	if err != nil {
		return nil, err
	}
	s, ok := o.(*stream)
	if !ok || s.dict["Type"] != name("ObjStm") {
		return nil, bad
	}
	raw, err := f.unfold(s)
	if err != nil {
		return nil, err
	}
	count, ok := intOf(s.dict["N"])
	first, ok2 := intOf(s.dict["First"])
	if !ok || !ok2 || count < 0 || count > len(raw) || first < 0 || first > len(raw) {
		return nil, bad
	}
	head := &lexer{data: raw[:first]}
	out, nums := make([]object, 0, count), make([]int, 0, count)
	for range count {
		n, ok := head.integer()
		at, ok2 := head.integer()
		if !ok || !ok2 || at < 0 || first+at > len(raw) {
			return nil, bad
		}
		body := &lexer{data: raw, pos: first + at}
		one, err := body.object(0)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", bad, err)
		}
		out, nums = append(out, one), append(nums, n)
	}
	f.packs[num], f.numbers[num] = out, nums
	return out, nil
}

// resolve follows references until there is something else.
func (f *pdf) resolve(o object) (object, error) {
	for range maxDepth {
		r, ok := o.(ref)
		if !ok {
			if h, hex := o.(hexText); hex {
				return h.text, nil
			}
			return o, nil
		}
		var err error
		if o, err = f.get(r); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%w: references without end", ErrDamaged)
}

// dictOf is o as a dictionary, that of a stream included; nil for all else.
func (f *pdf) dictOf(o object) (dict, error) {
	o, err := f.resolve(o)
	switch v := o.(type) {
	case dict:
		return v, err
	case *stream:
		return v.dict, err
	}
	return nil, err
}

func (f *pdf) arrayOf(o object) (array, error) {
	o, err := f.resolve(o)
	a, _ := o.(array)
	return a, err
}
