// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/logstorage"
)

// Query says which rows are asked for: those within the time to which every
// part applies. The zero value asks for all rows of all times.
type Query struct {
	From, To time.Time   // rows from From on and before To; a zero time is an open end
	Words    []Word      // in the raw line
	Where    []Condition // on fields
	Expert   string      // LogsQL (docs.victoriametrics.com/victorialogs/logsql), at most MaxExpert bytes
}

// Word is looked for in the raw line as whole words, in the case given.
type Word struct {
	Text   string // one word or several in a row
	Prefix bool   // the last word may go on
	Not    bool   // rows that have it are not asked for
}

// Op is how a field is compared.
type Op uint8

// The comparisons. With several values, any of them suffices; Range and Between take two.
const (
	Is       Op = iota // equal, to the letter
	Begins             // begins so
	Contains           // has it anywhere; slower
	Between            // a number from the first value to the second, both included
	Network            // an IPv4 address in a network ("192.0.2.0/24"), or an address
	Matches            // a regular expression (RE2 syntax) matches somewhere; slow
	Present            // has the field at all; takes no value
)

// Condition is one comparison.
type Condition struct {
	Field  string
	Also   []string // further fields: one to which it applies suffices
	Op     Op
	Values []string
	Not    bool // rows to which it applies are not asked for
}

// Limits of a query.
const (
	MaxExpert     = 4 << 10 // bytes; the time to read it grows with the square
	MaxExpression = 500     // bytes of a regular expression
	MaxValues     = 10_000  // in a condition
	MaxParts      = 50      // words and conditions
	maxValue      = 16 << 10
)

// The fields of a row that are not in Row.Fields.
const (
	FieldBlock    = "block"
	FieldLine     = "line"
	FieldSource   = "source"
	FieldOwner    = "owner"
	FieldClass    = "class"
	FieldClassUID = "class_uid"
	fieldTime     = "_time"
	fieldRaw      = "_msg"
)

// FieldName reports whether s can name a field: lower-case words with dots, at
// most 128 bytes.
func FieldName(s string) bool {
	if s == "" || len(s) > 128 || s[0] < 'a' || s[0] > 'z' || s[len(s)-1] == '.' {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '_':
		case c == '.' && s[i-1] != '.':
		default:
			return false
		}
	}
	return true
}

// Words reads what a person types into a search box: words, "several in a
// row", -without and begin*.
func Words(s string) []Word {
	var list []Word
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		var w Word
		if len(s) > 1 && s[0] == '-' {
			w.Not, s = true, s[1:]
		}
		if rest, quoted := strings.CutPrefix(s, `"`); quoted {
			w.Text, s, _ = strings.Cut(rest, `"`)
		} else if i := strings.IndexAny(s, " \t\r\n"); i >= 0 {
			w.Text, s = s[:i], s[i:]
		} else {
			w.Text, s = s, ""
		}
		w.Text, w.Prefix = strings.CutSuffix(w.Text, "*")
		if w.Text != "" {
			list = append(list, w)
		}
	}
	return list
}

// filter writes q as LogsQL: a filter, and pipes only if the expert may bring
// them. Time and scope are not in it (see limits). Every value stands in
// quotes; the expert's text is read by the engine's own parser and what that
// understood is written.
func (q Query) filter(pipes bool) (string, error) {
	if len(q.Words)+len(q.Where) > MaxParts {
		return "", fmt.Errorf("more than %d conditions", MaxParts)
	}
	var parts []string
	for _, w := range q.Words {
		s, err := w.logsQL()
		if err != nil {
			return "", err
		}
		parts = append(parts, s)
	}
	for _, c := range q.Where {
		s, err := c.logsQL()
		if err != nil {
			return "", fmt.Errorf("field %q: %w", c.Field, err)
		}
		parts = append(parts, s)
	}
	expert, tail, err := q.expert(pipes)
	if err != nil {
		return "", err
	}
	if expert != "" {
		parts = append(parts, "("+expert+")")
	}
	if len(parts) == 0 {
		parts = append(parts, "*")
	}
	return strings.Join(parts, " ") + tail, nil
}

func (w Word) logsQL() (string, error) {
	if w.Text == "" || len(w.Text) > maxValue {
		return "", errors.New("an empty or endless word")
	}
	s := fieldRaw + ":" + strconv.Quote(w.Text)
	if w.Prefix {
		s += "*"
	}
	if w.Not {
		s = "!" + s
	}
	return s, nil
}

func (c Condition) logsQL() (string, error) {
	values, err := c.compare()
	if err != nil {
		return "", err
	}
	var parts []string
	for _, f := range append([]string{c.Field}, c.Also...) {
		if !FieldName(f) {
			return "", errors.New("no field has such a name")
		}
		for _, v := range values {
			parts = append(parts, strconv.Quote(f)+":"+v)
		}
	}
	s := "(" + strings.Join(parts, " or ") + ")"
	if c.Not {
		s = "!" + s
	}
	return s, nil
}

// compare writes what follows the field's name, one for each alternative.
func (c Condition) compare() ([]string, error) {
	want := len(c.Values)
	switch {
	case c.Op == Present:
		want = 0
	case c.Op == Between:
		want = 2
	case len(c.Values) == 0:
		return nil, errors.New("no value")
	}
	if len(c.Values) != want || want > MaxValues {
		return nil, fmt.Errorf("%d values", len(c.Values))
	}
	for _, v := range c.Values {
		if len(v) > maxValue {
			return nil, errors.New("a value is too long")
		}
	}
	switch c.Op {
	case Present:
		return []string{"*"}, nil
	case Is:
		return []string{equal(c.Values)}, nil
	case Between:
		return between(c.Values[0], c.Values[1])
	case Begins:
		return each(c.Values, func(v string) (string, error) { return "=" + strconv.Quote(v) + "*", nil })
	case Contains:
		return each(c.Values, contained)
	case Network:
		return each(c.Values, network)
	case Matches:
		return each(c.Values, expression)
	}
	return nil, errors.New("no such comparison")
}

func each(values []string, write func(string) (string, error)) ([]string, error) {
	list := make([]string, 0, len(values))
	for _, v := range values {
		s, err := write(v)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// equal is one of values. The engine takes in("*") for "anything", quotes or
// not, so one value is never written so.
func equal(values []string) string {
	if len(values) == 1 {
		return "=" + strconv.Quote(values[0])
	}
	return "in(" + quoted(values) + ")"
}

func quoted(values []string) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = strconv.Quote(v)
	}
	return strings.Join(list, ",")
}

func between(low, high string) ([]string, error) {
	a, errA := strconv.ParseFloat(low, 64)
	b, errB := strconv.ParseFloat(high, 64)
	if errA != nil || errB != nil || a != a || b != b {
		return nil, errors.New("not two numbers")
	}
	write := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	return []string{"range[" + write(a) + "," + write(b) + "]"}, nil
}

func network(v string) (string, error) {
	if a, err := netip.ParseAddr(v); err == nil {
		return "=" + strconv.Quote(a.WithZone("").Unmap().String()), nil
	}
	p, err := netip.ParsePrefix(v)
	if err != nil {
		return "", fmt.Errorf("%q is neither an address nor a network", v)
	}
	if p.IsSingleIP() {
		return "=" + strconv.Quote(p.Addr().String()), nil
	}
	if !p.Addr().Is4() {
		return "", errors.New("networks can be searched in IPv4 only; give IPv6 addresses one by one")
	}
	return "ipv4_range(" + strconv.Quote(p.Masked().String()) + ")", nil
}

func contained(v string) (string, error) {
	if !utf8.ValidString(v) {
		return "", errors.New("a part of a value must be UTF-8")
	}
	return "~" + strconv.Quote(regexp.QuoteMeta(v)), nil
}

func expression(v string) (string, error) {
	if len(v) > MaxExpression {
		return "", fmt.Errorf("a regular expression may have %d bytes", MaxExpression)
	}
	if _, err := syntax.Parse(v, syntax.Perl); err != nil {
		return "", fmt.Errorf("regular expression: %w", err)
	}
	return "~" + strconv.Quote(v), nil
}

// expert reads q.Expert and returns its filter and its pipes, "" where there are none.
func (q Query) expert(pipes bool) (filter, tail string, err error) {
	if strings.TrimSpace(q.Expert) == "" {
		return "", "", nil
	}
	if len(q.Expert) > MaxExpert {
		return "", "", fmt.Errorf("a query may have %d bytes", MaxExpert)
	}
	parsed, err := parse(q.Expert)
	if err != nil {
		return "", "", err
	}
	whole := parsed.String()
	parsed.DropAllPipes()
	filter = parsed.String()
	if tail = strings.TrimPrefix(whole, filter); len(tail)+len(filter) != len(whole) {
		return "", "", errors.New("the query changes its meaning when its pipes are left out")
	}
	if strings.HasPrefix(filter, "options") {
		return "", "", errors.New("options(…) is not taken here")
	}
	if tail != "" && !pipes {
		return "", "", errors.New("pipes (|) give a table, not rows of events")
	}
	if slices.ContainsFunc(closed, func(name string) bool { return strings.Contains(tail+filter, "| "+name) }) {
		return "", "", errors.New("stream_context, block_stats and blocks_count are not taken here")
	}
	return filter, tail, nil
}

// closed are pipes that read beside the filters of their query.
var closed = []string{"stream_context", "block_stats", "blocks_count"}

// parse reads LogsQL; a text that the engine's parser cannot bear is an error.
func parse(s string) (q *logstorage.Query, err error) {
	defer func() {
		if r := recover(); r != nil {
			q, err = nil, fmt.Errorf("the query cannot be read: %v", r)
		}
	}()
	return logstorage.ParseQuery(s)
}

// limits are the filters that the engine adds to a query and to every query
// inside it: time and scope. ok is false when nobody may see anything.
func (s Scope) limits(from, to time.Time) (filters []string, ok bool) {
	if !s.All && len(s.Units) == 0 {
		return nil, false
	}
	if !from.IsZero() || !to.IsZero() {
		filters = append(filters, span(from, to))
	}
	if s.All {
		return filters, true
	}
	filters = append(filters, FieldOwner+":"+equal(s.Units))
	// The same again by the engine's index, for speed alone; it wants UTF-8.
	if slices.ContainsFunc(s.Units, func(u string) bool { return !utf8.ValidString(u) }) {
		return filters, true
	}
	if len(s.Units) == 1 {
		return append(filters, "{"+FieldOwner+"="+strconv.Quote(s.Units[0])+"}"), true
	}
	return append(filters, "{"+FieldOwner+" in ("+quoted(s.Units)+")}"), true
}

// Times that stand for an open end.
var (
	dawn = time.Unix(0, 0).UTC()
	dusk = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

const stamp = "2006-01-02T15:04:05.000000000Z" // all nine digits: with fewer the engine takes the whole unit they end at

// span is the filter of rows from from on and before to.
func span(from, to time.Time) string {
	if from.IsZero() || from.Before(dawn) {
		from = dawn
	}
	if to.IsZero() || to.After(dusk) {
		to = dusk
	}
	return fieldTime + ":[" + from.UTC().Format(stamp) + "," + to.UTC().Format(stamp) + ")"
}
