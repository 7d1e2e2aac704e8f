// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Value is what one field holds; which part is used follows from the field's
// type: Text for text, long, unit, system, person, doc, incident, advisory, time
// ("08:05") and pct ("12.5"), and of a table what the body says of it; Codes with Notes for enum and multi; At for date
// (00:00 of the day in Vietnam) and datetime; Int for int and money (đồng); Yes
// for bool; List for file and a table without columns; Cols and Rows for a table
// with them, cells in the stored form of cell.go. The zero Value is an empty
// field.
type Value struct {
	Text  string            `json:"text,omitempty"`
	Codes []string          `json:"codes,omitempty"`
	Notes map[string]string `json:"notes,omitempty"` // code -> the words it asks for
	At    time.Time         `json:"at,omitzero"`
	Int   *int64            `json:"int,omitempty"`
	Yes   *bool             `json:"yes,omitempty"`
	List  []string          `json:"list,omitempty"`
	Cols  []string          `json:"cols,omitempty"` // keys of the columns of Rows
	Rows  [][]string        `json:"rows,omitempty"`
}

// Empty reports whether nothing was filled in.
func (v Value) Empty() bool {
	return v.Text == "" && len(v.Codes) == 0 && v.At.IsZero() && v.Int == nil && v.Yes == nil && len(v.List) == 0 && len(v.Rows) == 0
}

// Equal reports whether both say the same.
func (v Value) Equal(o Value) bool { return v.print() == o.print() }

// print is a short fingerprint, by which a form knows whether somebody touched
// the field.
func (v Value) print() string {
	raw, err := json.Marshal(v.clean())
	if err != nil {
		return "" // plain data: it marshals, or nothing equals it
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// clean brings v into stored form: NFC, no blanks at the ends, notes only for
// chosen codes.
func (v Value) clean() Value {
	v.Text = paragraphs(v.Text)
	v.At = cut(v.At)
	var notes map[string]string
	for code, n := range v.Notes {
		if n = i18n.NFC(n); n != "" && slices.Contains(v.Codes, code) {
			if notes == nil {
				notes = map[string]string{}
			}
			notes[code] = n
		}
	}
	v.Notes = notes
	var list []string
	for _, s := range v.List {
		if s = i18n.NFC(s); s != "" {
			list = append(list, s)
		}
	}
	v.List = list
	if len(v.Rows) == 0 {
		v.Cols, v.Rows = nil, nil
	}
	if len(v.Codes) == 0 {
		v.Codes = nil
	}
	return v
}

// paragraphs keeps line breaks, in NFC.
func paragraphs(s string) string {
	return strings.TrimSpace(norm.NFC.String(strings.ReplaceAll(s, "\r\n", "\n")))
}

// shape keeps of v what a field of the form can hold: an unknown code is
// dropped, a moment becomes the day or the time of day that the field asks for.
func (v Value) shape(p *rulepack.Pack, f rulepack.Field) Value {
	switch f.Type {
	case "text", "long", "unit", "system", "person", "doc", "incident", "advisory", "pct":
		return Value{Text: v.Text}.clean()
	case "enum", "multi":
		list, _ := p.CodeList(f.List)
		out := Value{Notes: v.Notes}
		for _, c := range list.Items {
			if slices.Contains(v.Codes, c.ID) {
				out.Codes = append(out.Codes, c.ID)
			}
		}
		return out.clean()
	case "date":
		if v.At.IsZero() {
			return Value{}
		}
		y, m, d := v.At.In(i18n.Hanoi).Date()
		return Value{At: time.Date(y, m, d, 0, 0, 0, 0, i18n.Hanoi)}.clean()
	case "time":
		if v.Text == "" && !v.At.IsZero() {
			return Value{Text: v.At.In(i18n.Hanoi).Format(clockTime)}
		}
		return Value{Text: v.Text}.clean()
	case "datetime":
		return Value{At: v.At.Truncate(time.Minute)}.clean()
	case "int", "money":
		return Value{Int: v.Int}
	case "bool":
		return Value{Yes: v.Yes}
	case "table":
		if len(f.Columns) > 0 {
			return v.aligned(p, f)
		}
		return Value{List: v.List}.clean()
	case "file":
		return Value{List: v.List}.clean()
	}
	return Value{}
}

const (
	clockTime = "15:04"            // how browsers send a time of day
	localTime = "2006-01-02T15:04" // how browsers send a moment, in Vietnam's zone
)
