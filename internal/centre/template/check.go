// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc/lint"
	docx "github.com/vonggac/vonggac/internal/platform/officedoc/template"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
)

// Fault is a placeholder that keeps a template from being used.
type Fault struct {
	Name  string      `json:"name"`
	Spots []docx.Spot `json:"spots,omitempty"` // where it stands
	Meant string      `json:"meant,omitempty"` // a placeholder there is, spelt nearly so
}

// Verdict is what the check of a template found. The first five refuse it: a paper
// made in it would lack what it must say or say what it must not.
type Verdict struct {
	Missing []string    `json:"missing,omitempty"` // must stand in it and do not
	Unknown []Fault     `json:"unknown,omitempty"` // nobody can fill
	Stray   []Fault     `json:"stray,omitempty"`   // columns outside a row of their table
	Open    []docx.Spot `json:"open,omitempty"`    // braces that are no placeholder
	Tracked []docx.Spot `json:"tracked,omitempty"` // changes nobody accepted or rejected

	Used     []string       `json:"used,omitempty"`
	Left     []string       `json:"left,omitempty"` // may stand in it and do not
	Comments bool           `json:"comments,omitempty"`
	Looks    []lint.Finding `json:"looks,omitempty"` // of the layout, filled with sample data
}

// Good reports that the template may be used.
func (v Verdict) Good() bool {
	return len(v.Missing)+len(v.Unknown)+len(v.Stray)+len(v.Open)+len(v.Tracked) == 0
}

// Warnings is how many things a person should look at.
func (v Verdict) Warnings() int {
	n := 0
	for _, f := range v.Looks {
		if f.Severity != lint.Unchecked {
			n++
		}
	}
	if v.Comments {
		n++
	}
	return n
}

// check compares a template with what a paper says. The layout is not looked at.
func check(raw []byte, places []Place) (Verdict, error) {
	s := schema(places)
	r, err := docx.Check(raw, s)
	if err != nil {
		return Verdict{}, fault.Bad("template.check", "file", docx.ErrorKey(err))
	}
	v := Verdict{Used: r.Used, Open: r.Open, Tracked: r.Tracked, Comments: r.Comments}
	at := func(name string) (out []docx.Spot) {
		for _, sp := range r.Spots {
			if sp.Name == name {
				out = append(out, sp)
			}
		}
		return out
	}
	for _, name := range r.Unknown {
		v.Unknown = append(v.Unknown, Fault{Name: name, Spots: at(name), Meant: meant(name, places)})
	}
	for _, name := range r.Stray {
		if !slices.Contains(r.Unknown, name) {
			v.Stray = append(v.Stray, Fault{Name: name, Spots: at(name)})
		}
	}
	all := slices.Contains(r.Used, whole)
	for _, p := range places {
		switch {
		case slices.Contains(r.Used, p.Name), p.Inner && all:
		case p.Must:
			v.Missing = append(v.Missing, p.Name)
		default:
			v.Left = append(v.Left, p.Name)
		}
	}
	return v, nil
}

// look adds what the layout linter says of the template filled with sample data.
func (v *Verdict) look(filled []byte) error {
	r, err := lint.Check(filled)
	if err != nil {
		return fault.Bad("template.check", "file", lint.ErrorKey(err))
	}
	for _, f := range r.Findings {
		if f.Severity != lint.Unchecked && len(v.Looks) < mostLooks {
			v.Looks = append(v.Looks, f)
		}
	}
	return nil
}

// mostLooks bounds what is kept of the layout's findings.
const mostLooks = 100

// meant finds the placeholder whose name is nearest to one that nobody knows.
func meant(name string, places []Place) string {
	plain := func(s string) string { return strings.Map(letters, i18n.Fold(s)) }
	best, least := "", 3
	for _, p := range places {
		a, b := plain(name), plain(p.Name)
		if d := distance(a, b); d < least && d < len(b)/2+1 {
			best, least = p.Name, d
		}
	}
	return best
}

func letters(r rune) rune {
	if r == '_' || r == '-' || r == ' ' {
		return -1
	}
	return r
}

// distance is how many letters are to be put, taken or changed (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// guard refuses what may not come in at all: programs, bombs, passwords, papers
// marked secret, and what is no DOCX. The error is a *paperfile.Refusal or
// fault.Invalid (file).
func guard(ctx context.Context, name string, raw []byte) error {
	p, err := paperfile.Read(ctx, name, raw, paperfile.Limits{})
	if err != nil {
		return err
	}
	if p.Kind != paperfile.DOCX {
		return fault.Bad("template.guard", "file", docx.ErrorKey(docx.ErrFormat))
	}
	return nil
}

// secret reports whether err refuses a paper for its mark of secrecy, and by which
// rule.
func secret(err error) (paperfile.Rule, bool) {
	why := (*paperfile.Refusal)(nil)
	if errors.As(err, &why) && why.Rule.Secret() {
		return why.Rule, true
	}
	return "", false
}
