// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// This file sets what units say beside what was measured. Where both differ by
// more than the rule pack allows, nobody prints, enters or sends the paper before
// somebody has written why it goes out nevertheless.

// Contradiction is one thing a unit says that the data contradict.
type Contradiction struct {
	ID       string `json:"id"` // of what is said and measured: it changes with either
	Unit     string `json:"unit"`
	Name     string `json:"name"`
	Key      string `json:"key"` // of the measure
	What     string `json:"what"`
	Said     string `json:"said"`
	Measured string `json:"measured"`
	Href     string `json:"href,omitempty"`

	// Note is why the paper goes out nevertheless; empty while nobody said so.
	Note string    `json:"note,omitempty"`
	By   string    `json:"by,omitempty"`
	At   time.Time `json:"at,omitzero"`
}

// Ack says that somebody saw contradictions and lets the paper go on.
type Ack struct {
	IDs  []string  `json:"ids"`
	Note string    `json:"note"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// contradictions are those of a reply; the paper has them in a table of its own.
func (v *replyView) contradictions(facts incident.Facts) []Contradiction {
	var list []Contradiction
	told := map[place]bool{}
	add := func(unit board.UnitRow, key, what, said, measured string) {
		c := Contradiction{Unit: unit.ID, Name: unit.Name, Key: key, What: what, Said: said, Measured: measured,
			Href: "/measures/" + key + "/units/" + unit.ID}
		sum := sha256.Sum256([]byte(strings.Join([]string{unit.ID, key, what, said, measured}, "\x00")))
		c.ID = hex.EncodeToString(sum[:8])
		list = append(list, c)
	}
	for _, j := range v.only {
		c := v.r.Board.Columns[j]
		for _, row := range v.r.Board.Rows {
			if !v.addressed(j, row.Unit.ID) {
				continue
			}
			duty := row.Cells[j].Duty
			done := v.answers[place{row.Unit.ID, c.ID}].State == Taken || duty != nil && duty.State == obligation.Met
			var otherwise []string // what was measured of a duty that is said to be done
			var first string       // key of the first of them
			for _, t := range c.Measures {
				g := v.r.Gauges[t.Key]
				r := v.read[place{row.Unit.ID, t.Key}]
				x, ok := r.Value(g.In)
				if at := (place{row.Unit.ID, t.Key}); ok && r.Contradicted(g.In) && !told[at] {
					told[at] = true
					add(row.Unit, t.Key, g.Title, v.s.claimed(*r.Said, g.In), v.s.figure(r, g.In))
				}
				if ok && done && !t.Holds(x) {
					first = cmp.Or(first, t.Key)
					otherwise = append(otherwise, v.s.word("report.reply.claim.measured", g.Title, v.s.figure(r, g.In), v.s.limit(t, g.In)))
				}
			}
			if len(otherwise) > 0 {
				add(row.Unit, first, v.s.word("report.reply.claim.duty", v.clause(c), c.Label), v.s.word("report.reply.claim.done"), strings.Join(otherwise, "; "))
			}
		}
	}
	out := Rows{Cols: []string{"unit", "what", "said", "measured"}}
	for _, c := range list {
		out.Rows = append(out.Rows, []string{c.Name, c.What, c.Said, c.Measured})
		r := v.read[place{c.Unit, c.Key}]
		v.source("contradicted", len(out.Rows), Source{Kind: FromMeasure, Key: c.Key, Label: v.r.Gauges[c.Key].Title, Unit: c.Unit, Day: r.Day, Run: r.Run, Rows: 1, Href: c.Href})
	}
	if len(out.Rows) > 0 {
		facts["directive.contradicted"] = out
	}
	return list
}

// seenBy adds to contradictions who let them pass.
func seenBy(list []Contradiction, acks []Ack) []Contradiction {
	for i := range list {
		for _, a := range acks {
			if slices.Contains(a.IDs, list[i].ID) {
				list[i].Note, list[i].By, list[i].At = a.Note, a.By, a.At
			}
		}
	}
	return list
}

// Unseen are the contradictions that nobody let pass yet.
func (f File) Unseen() []Contradiction {
	return slices.DeleteFunc(slices.Clone(f.Claims), func(c Contradiction) bool { return c.Note != "" })
}

// settled refuses to let a paper go on over contradictions nobody has seen.
func (f File) settled(op string) error {
	if len(f.Unseen()) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "report.err.contradicted"}
}

// mostFound is how many contradictions the page names one by one, and mostLinted
// how many of them its checks repeat.
const (
	mostFound  = 20
	mostLinted = 3
)

// findings tells contradictions as the linter tells the rest.
func findings(list []Contradiction) []Finding {
	var out []Finding
	for i, c := range list {
		if i == mostLinted {
			return append(out, Finding{Field: "contradicted", Key: "report.lint.contradicted.more", Args: []any{len(list) - mostLinted}})
		}
		out = append(out, Finding{Field: "contradicted", Key: "report.lint.contradicted", Args: []any{c.Name, c.What, c.Said, c.Measured}})
	}
	return out
}

// Acknowledge lets a paper go on over the contradictions that stand, with a note
// of why; the audit trail keeps it. It takes the right to write or to send the
// paper. Errors: fault.Invalid (note), fault.Conflict when there is none to see,
// the paper is issued or version is stale.
func (s *Service) Acknowledge(ctx context.Context, id ID, note string, version int64) (Paper, error) {
	const op = "report.Acknowledge"
	note = i18n.NFC(note)
	f, err := s.Get(ctx, id)
	if err != nil {
		return Paper{}, err
	}
	act := auth.Write
	if !f.MayWrite {
		act = auth.Send
	}
	open := f.Unseen()
	switch n := utf8.RuneCountInString(note); {
	case !f.MayWrite && !f.MaySend:
		return Paper{}, &fault.Error{Kind: fault.Forbidden, Op: op}
	case n == 0:
		return Paper{}, fault.Bad(op, "note", "report.err.note")
	case n > maxLine:
		return Paper{}, fault.Bad(op, "note", "report.err.too_long")
	case len(open) == 0:
		return Paper{}, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "report.err.nothing_seen"}
	}
	actor, _ := auth.From(ctx)
	ack := Ack{Note: note, By: actor.Name, At: cut(s.now())}
	var what []string
	for _, c := range open {
		ack.IDs = append(ack.IDs, c.ID)
		what = append(what, strings.Join([]string{c.Name, c.What, c.Said, c.Measured}, " | "))
	}
	return s.change(ctx, op, act, id, version, func(_ context.Context, _ *db.Tx, p *Paper) (map[string]any, error) {
		if err := p.editable(op); err != nil {
			return nil, err
		}
		p.Acks = append(slices.Clone(p.Acks), ack)
		return map[string]any{"note": note, "seen": what}, nil
	})
}
