// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bytes"
	"strings"
)

// table reads rows under a head line. It cuts fields itself, line by line, so
// that a quote that never closes costs its own line and not the rest of the
// list, as it would with a reader of whole records (RFC 4180 §2).
type table struct {
	*loader
	columns columns
	fields  [][]byte
	open    []heldLine // lines of a quoted field not yet closed
	size    int        // their bytes
}

type heldLine struct {
	no   int64
	text []byte
}

// Bounds on one quoted field over several lines.
const (
	maxOpen     = 32
	maxOpenSize = maxLine
)

func (t *table) line(no int64, text []byte) error {
	if no <= t.columns.line {
		return nil // the head and what stands above it
	}
	if len(t.open) == 0 && (len(bytes.TrimSpace(text)) == 0 || text[0] == '#') {
		return nil
	}
	if len(t.open) > 0 {
		return t.goOn(no, text)
	}
	switch t.split(text) {
	case closed:
		return t.row(no, text)
	case opened:
		t.hold(no, text)
	default:
		t.refuse(no, text, BadQuote)
	}
	return nil
}

func (t *table) hold(no int64, text []byte) {
	t.open = append(t.open, heldLine{no, bytes.Clone(text)})
	t.size += len(text)
}

// goOn adds a line to a quoted field that is open.
func (t *table) goOn(no int64, text []byte) error {
	t.hold(no, text)
	var all []byte
	for i, h := range t.open {
		if i > 0 {
			all = append(all, '\n')
		}
		all = append(all, h.text...)
	}
	state := t.split(all)
	if state == closed && len(t.fields) == t.columns.count {
		first := t.open[0]
		t.open, t.size = nil, 0
		return t.row(first.no, first.text)
	}
	if state == opened && len(t.open) < maxOpen && t.size < maxOpenSize {
		return nil
	}
	return t.giveUp()
}

// giveUp rejects the line that opened the quote and reads the others afresh.
func (t *table) giveUp() error {
	held := t.open
	t.open, t.size = nil, 0
	t.refuse(held[0].no, held[0].text, BadQuote)
	for _, h := range held[1:] {
		if err := t.line(h.no, h.text); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) end() error {
	for len(t.open) > 0 {
		if err := t.giveUp(); err != nil {
			return err
		}
	}
	return nil
}

// row takes in the fields of t, which began at line no.
func (t *table) row(no int64, text []byte) error {
	c := t.columns
	if c.value >= len(t.fields) {
		t.refuse(no, text, Columns)
		return nil
	}
	v, threat := t.fields[c.value], t.field(c.threat)
	if c.kind >= 0 {
		if kind := strings.ToLower(string(t.field(c.kind))); kind != "" && !domainTypes[kind] {
			if word := typeWord(kind); word != "" {
				return t.typed(no, text, v, threat, word)
			}
			t.pass(unmatched + Reason(Cut([]byte(kind))))
			return nil
		}
	}
	v, _, _ = bytes.Cut(v, []byte("|")) // MISP "domain|ip"
	if len(bytes.TrimSpace(v)) == 0 {
		t.refuse(no, text, NoName)
		return nil
	}
	return t.value(no, text, v, threat)
}

// field returns field i, trimmed, or nil.
func (t *table) field(i int) []byte {
	if i < 0 || i >= len(t.fields) {
		return nil
	}
	return bytes.Join(bytes.Fields(t.fields[i]), []byte(" "))
}

// domainTypes are the words that type columns use for names.
var domainTypes = map[string]bool{
	"domain": true, "domains": true, "domain-name": true, "domain_name": true, "domain name": true, "domainname": true,
	"hostname": true, "host": true, "fqdn": true, "dns": true, "domain|ip": true, "hostname|port": true, "tên miền": true,
}

func (t *table) split(line []byte) quoting {
	var q quoting
	t.fields, q = splitFields(t.fields[:0], line, t.columns.comma)
	return q
}
