// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/vonggac/vonggac/engine/scan/unpack"
)

// maxLine is the longest line of a list, and what Load looks at to find the
// layout.
const maxLine = 64 << 10

// listLimits bound a packed list: 4 GiB is what an index can hold.
var listLimits = unpack.Limits{MaxBytes: 4 << 30, Slack: 64 << 20}

// Load reads one list and adds its indicators. r may be packed with gzip or
// zstd and may be UTF-16. Rows that cannot be used cost only themselves and
// stand in the Report; the error is about the list as a whole: it cannot be
// read on, its layout is none of ours, its name is taken, or the index is full.
// What was read before the error is kept and reported.
func (b *Builder) Load(r io.Reader, l List) (Report, error) {
	u, err := unpack.New(r, listLimits)
	if err != nil {
		return Report{}, err
	}
	defer u.Close()
	br := bufio.NewReaderSize(u, maxLine+2) // and a line end
	head, err := br.Peek(maxLine)
	if err != nil && len(head) == 0 && !errors.Is(err, io.EOF) {
		return Report{}, err
	}
	head = bytes.Clone(head)
	if bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")) {
		return Report{}, errors.New("the list is JSON; give it as CSV, as a hosts file or as one name a line")
	}
	layout, columns := sniff(head, l.Layout)
	if layout == CSV && columns == nil {
		return Report{}, fmt.Errorf("no head line names the column of the indicators; call it %q", valueHeads[0])
	}
	number, err := b.list(l)
	if err != nil {
		return Report{}, err
	}
	ld := &loader{b: b, list: number, describe: l, rep: Report{Layout: layout}}
	var start [parts]int
	for i := range start {
		start[i] = len(b.parts[i].rows)
	}
	err = ld.lines(br, ld.parser(layout, columns))
	twice, narrow, full := b.settle(&start)
	ld.rep.Added -= twice
	ld.rep.Narrowed -= narrow
	ld.rep.Duplicates += twice
	return ld.rep, errors.Join(err, full)
}

// parser takes in the lines of one layout. line must not keep text.
type parser interface {
	line(no int64, text []byte) error
	end() error // after the last line
}

func (ld *loader) parser(layout Layout, columns *columns) parser {
	switch layout {
	case CSV:
		return &table{loader: ld, columns: *columns}
	case Hosts:
		ld.names = true // an address in the place of a name blocks itself
		return hosts{ld}
	}
	return plain{ld}
}

// loader carries the rows of one list to the builder and counts them.
type loader struct {
	b        *Builder
	list     uint16
	describe List
	allow    uint16 // list number plus 1 of the exceptions in a block list
	dress    string // what stood before the name in the last line of a hosts file
	rep      Report
	names    bool // nothing but names is taken in
}

// lines feeds p. An error of br ends it after the lines before the break.
func (ld *loader) lines(br *bufio.Reader, p parser) error {
	_, bare := p.(plain)
	bare = bare && !ld.b.slowly
	if n := ld.b.laneCount(); bare && n > 1 {
		return ld.inLanes(br, p, n)
	}
	for {
		if bare || ld.dress != "" {
			if err := ld.ahead(br); err != nil {
				return errors.Join(err, p.end())
			}
		}
		text, err := br.ReadSlice('\n')
		if len(text) > 0 {
			ld.rep.Lines++
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			ld.refuse(ld.rep.Lines, text, TooLong)
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = br.ReadSlice('\n')
			}
		case err != nil && !errors.Is(err, io.EOF):
			if len(text) > 0 {
				ld.refuse(ld.rep.Lines, text, CutOff)
			}
		case len(text) > 0:
			text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
			if err := p.line(ld.rep.Lines, text); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return p.end()
		}
		if err != nil {
			return errors.Join(err, p.end())
		}
	}
}

// ahead takes in what quick takes of the bytes at hand.
func (ld *loader) ahead(br *bufio.Reader) error {
	text, err := br.Peek(br.Buffered())
	if err != nil {
		return err
	}
	n, full := ld.quick(text, ld.dress)
	_, err = br.Discard(n)
	return errors.Join(full, err)
}

// refuse counts a row that is rejected.
func (ld *loader) refuse(no int64, text []byte, why Reason) {
	ld.rep.Rows++
	ld.rep.reject(no, text, why)
}

// pass counts a row that is skipped.
func (ld *loader) pass(why Reason) {
	ld.rep.Rows++
	ld.rep.skip(why)
}

// value takes in one indicator as the list writes it, from line no.
func (ld *loader) value(no int64, text, value, threat []byte) error {
	if name, ok := appendSimple(ld.b.norm[:0], value); ok {
		ld.b.norm = name
		return ld.name(no, text, name, threat, ld.list)
	}
	v := undress(value)
	switch {
	case v.refused != "":
		ld.refuse(no, text, v.refused)
		return nil
	case v.kind != domainKind:
		return ld.typed(no, text, v.name, threat, v.kind)
	}
	list := ld.list
	if v.exception && ld.describe.Kind == Block {
		if ld.allow == 0 {
			l := ld.describe
			l.Kind = Allow
			n, err := ld.b.list(l)
			if err != nil {
				return err
			}
			ld.allow = n + 1
		}
		list = ld.allow - 1
	}
	ld.b.norm = AppendNormal(ld.b.norm[:0], string(v.name))
	if !domain(ld.b.norm) {
		ld.refuse(no, text, BadName)
		return nil
	}
	return ld.name(no, text, ld.b.norm, threat, list)
}

// name takes in a domain in normal form.
func (ld *loader) name(no int64, text, name, threat []byte, list uint16) error {
	scope, narrow := ld.describe.Scope, false
	switch openness(name) {
	case public:
		ld.refuse(no, text, PublicSuffix)
		return nil
	case unsure:
		scope, narrow = ExactOnly, true
	}
	b := ld.b
	word, err := b.word(threat, maxLabel)
	if err != nil {
		return err
	}
	m, err := b.number(meta{list: list, scope: scope, threat: word, from: always, until: never})
	if err != nil {
		return err
	}
	if err := b.put(b.hash(Domain, name), Domain, name, m); err != nil {
		return err
	}
	ld.rep.Rows++
	ld.rep.Added++
	if narrow {
		ld.rep.Narrowed++
	}
	return nil
}

// simple leads from each byte that names are made of, but dots, to its lower
// case, and from all others to 0.
var simple = func() (to [256]byte) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyz0123456789-_") {
		to[c] = c
	}
	for c := byte('A'); c <= 'Z'; c++ {
		to[c] = c + 'a' - 'A'
	}
	return to
}()

// appendSimple appends the normal form of a value that needs no second look:
// two labels or more of letters, digits, hyphens and underscores, the last one
// no number. It is false for all that undress, kindOf and domain must see.
func appendSimple(dst, v []byte) ([]byte, bool) {
	if len(v) > maxName {
		return dst, false
	}
	start := len(dst)
	dst = slices.Grow(dst, len(v))[:start+len(v)]
	to := dst[start:]
	to = to[:len(v)]
	label, dots := 0, 0 // where the label at hand starts
	var letters byte    // not 0 when it has a byte that is no digit
	for i, c := range v {
		low := simple[c]
		to[i] = low
		if low >= '0' {
			letters |= low & 0x40
			continue
		}
		switch {
		case low == '-':
			letters = 1
		case c == '.' && i > label && i-label <= 63:
			to[i] = '.'
			dots++
			label, letters = i+1, 0
		default:
			return dst[:start], false
		}
	}
	last := len(v) - label
	return dst, dots > 0 && last > 0 && last <= 63 && letters != 0
}
