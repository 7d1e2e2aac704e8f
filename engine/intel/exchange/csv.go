// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
)

// readCSV reads rows under a head line, cut at commas, semicolons, tabs or
// bars (RFC 4180 §2). A quote that never closes costs its own line and not the
// rest of the list.
func readCSV(a *account, in source) error {
	head, _ := in.Peek(headSize) // an error comes again with the lines
	c := headOf(head)
	if c == nil {
		return errors.New("no head line names the column of the indicators; call it \"indicator\"")
	}
	t := &table{account: a, columns: *c}
	err := a.lines(in, t.line)
	return errors.Join(err, t.end())
}

type table struct {
	*account
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
	maxOpenSize = headSize
)

func (t *table) line(no int64, text []byte) error {
	if no <= t.columns.line {
		return nil // the head and what stands above it
	}
	if len(t.open) > 0 {
		return t.goOn(no, text)
	}
	if len(bytes.TrimSpace(text)) == 0 || text[0] == '#' {
		return nil
	}
	switch open, broken := t.split(text); {
	case open:
		t.hold(no, text)
	case broken:
		t.refuse(row{no: no, text: string(text)}, intel.BadQuote)
	default:
		return t.row(no, text)
	}
	return nil
}

func (t *table) split(line []byte) (open, broken bool) {
	t.fields, open, broken = intel.SplitFields(t.fields[:0], line, t.columns.comma)
	return open, broken
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
	open, broken := t.split(all)
	if !open && !broken && len(t.fields) == t.columns.count {
		first := t.open[0]
		t.open, t.size = nil, 0
		return t.row(first.no, first.text)
	}
	if open && len(t.open) < maxOpen && t.size < maxOpenSize {
		return nil
	}
	return t.giveUp()
}

// giveUp refuses the line that opened the quote and reads the others afresh.
func (t *table) giveUp() error {
	held := t.open
	t.open, t.size = nil, 0
	t.refuse(row{no: held[0].no, text: string(held[0].text)}, intel.BadQuote)
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

// field returns field i on one line, empty when there is none. The apostrophe
// that keeps a spreadsheet from running it as a formula is taken off.
func (t *table) field(i int) string {
	if i < 0 || i >= len(t.fields) {
		return ""
	}
	v := bytes.TrimSpace(t.fields[i])
	if bytes.IndexByte(v, ' ') >= 0 || bytes.IndexByte(v, '\t') >= 0 || bytes.IndexByte(v, '\n') >= 0 {
		v = bytes.Join(bytes.Fields(v), []byte(" "))
	}
	if len(v) > 1 && v[0] == '\'' && strings.IndexByte(formulas, v[1]) >= 0 {
		v = v[1:]
	}
	return string(v)
}

// word returns field i, empty where a word says that there is nothing.
func (t *table) word(i int) string {
	s := t.field(i)
	switch strings.ToLower(s) {
	case "none", "null", "nan", "n/a", "-":
		return ""
	}
	return s
}

// formulas begin what a spreadsheet would run.
const formulas = "=+-@"

// row takes in the fields of t, which began at line no.
func (t *table) row(no int64, text []byte) error {
	r := row{no: no, line: text}
	c := &t.columns
	h, ok := byLooks, true
	kind := t.field(c.kind)
	if c.values[0].hint == byLooks {
		if h, ok = hinted(kind); !ok && !strings.HasPrefix(strings.ToLower(kind), "filename|") {
			t.refuse(r, unfit(unmatched, kind))
			return nil
		}
	}
	more, why := t.more()
	if detection := strings.ToLower(t.field(c.detection)); why == "" && !t.o.AllAttributes && (detection == "0" || detection == "false") {
		why = NotDetection
	}
	if why != "" {
		t.refuse(r, why)
		return nil
	}
	taken, short := 0, true
	for _, v := range c.values {
		short = short && v.at >= len(t.fields)
		value := t.field(v.at)
		if value == "" {
			continue
		}
		taken++
		if v.hint != byLooks {
			h = v.hint
		}
		if err := t.values(r, value, kind, h, more); err != nil {
			return err
		}
	}
	switch {
	case short:
		t.refuse(r, intel.Columns)
	case taken == 0:
		t.refuse(r, intel.NoName)
	}
	return nil
}

// values takes the value of one field, which may be a MISP composite.
func (t *table) values(r row, value, kind string, h hint, more intel.Indicator) error {
	if name, hash, ok := strings.Cut(value, "|"); ok && strings.Contains(kind, "|") {
		return t.composite(r, strings.ToLower(kind), name, hash, more)
	}
	if port := t.field(t.columns.port); port != "" && h == network && digits(port) {
		value = withPort(value, port)
	}
	if h == network || h == byLooks {
		value = strings.TrimPrefix(strings.TrimPrefix(value, "*"), ".")
	}
	return t.value(r, value, h, more)
}

// withPort joins an address and a port.
func withPort(v, port string) string {
	if strings.Count(v, ":") > 1 && v[0] != '[' {
		v = "[" + v + "]"
	}
	return v + ":" + port
}

// more reads what the row says beside its value.
func (t *table) more() (intel.Indicator, intel.Reason) {
	c := &t.columns
	i := intel.Indicator{Threat: label(t.word(c.threat)), TLP: tlpName(t.field(c.tlp)), Reference: t.word(c.reference)}
	switch i.Scope = t.o.Scope; t.field(c.scope) {
	case exactWord:
		i.Scope = intel.ExactOnly
	case belowWord:
		i.Scope = intel.WithSubdomains
	}
	if n, err := strconv.Atoi(t.field(c.confidence)); err == nil && 0 <= n && n <= 100 {
		i.Confidence = uint8(n)
	}
	i.Revoked = t.field(c.revoked) == "true"
	var ok [2]bool
	i.From, ok[0] = moment(t.field(c.validFrom))
	i.Until, ok[1] = moment(t.field(c.validUntil))
	if !ok[0] || !ok[1] {
		return i, BadTime
	}
	if last, ok := moment(t.field(c.lastSeen)); ok && i.Until.IsZero() && !last.IsZero() && t.o.Keep > 0 {
		i.Until = last.Add(t.o.Keep)
	}
	return i, ""
}

// The words of the scope column that Write gives.
const (
	exactWord = "exact"
	belowWord = "subdomains"
)

// moments are the ways lists write a time; without a zone it is UTC, as with
// abuse.ch.
var moments = []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02 15:04:05 MST", "2006-01-02T15:04:05", "2006-01-02T15:04:05.999999999", "2006-01-02", "02/01/2006"}

// moment reads a time, the zero one from nothing; false when it is none.
func moment(s string) (time.Time, bool) {
	if s == "" || s == "None" {
		return time.Time{}, true
	}
	for _, layout := range moments {
		if t, err := time.Parse(layout, s); err == nil {
			if t.Unix() == 0 { // "always": STIX and some tables have no other way to say it
				return time.Time{}, true
			}
			return t.UTC(), t.Year() > 0 && t.Year() < 10000
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n >= 0 && n < 253402300800 {
		if n == 0 {
			return time.Time{}, true
		}
		return time.Unix(n, 0).UTC(), true
	}
	return time.Time{}, false
}
