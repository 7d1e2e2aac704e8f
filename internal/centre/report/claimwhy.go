// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"slices"
	"strings"
)

// This file prints why a paper goes out though data contradict what units say: who
// wrote that and when stands under the table of the paper, in its workbook and,
// through both, in what is frozen with a print.

// contradictedField is the field of a form that holds the contradictions, and
// whyField the key of the lines under it.
const (
	contradictedField = "contradicted"
	whyField          = "contradicted_why"
)

// mostWhy is how many contradictions a reason names where there are several
// reasons; the workbook has all.
const mostWhy = 5

// passed is one reason with what it lets pass.
type passed struct {
	of   Contradiction // one of them: its note, who wrote it and when
	what []string
}

func reasonsOf(claims []Contradiction) []passed {
	var out []passed
	for _, c := range claims {
		if c.Note == "" {
			continue
		}
		what := c.Name + " – " + c.What
		if n := slices.IndexFunc(out, func(p passed) bool { return p.of.Note == c.Note && p.of.By == c.By && p.of.At.Equal(c.At) }); n >= 0 {
			out[n].what = append(out[n].what, what)
		} else {
			out = append(out, passed{c, []string{what}})
		}
	}
	return out
}

// why adds the reasons to a sheet: below the table of contradictions, or as a note
// where a person left the table out.
func (s *Service) why(out *Sheet, claims []Contradiction) {
	list := reasonsOf(claims)
	if len(list) == 0 {
		return
	}
	lines := make([]Line, len(list))
	for n, p := range list {
		lines[n] = Line{Key: whyField, Label: s.word("report.reply.why"), Text: s.word("report.reply.why.by", strings.TrimRight(p.of.Note, "."), p.of.By, minute(p.of.At))}
		if len(list) > 1 {
			what := strings.Join(p.what[:min(len(p.what), mostWhy)], "; ")
			if more := len(p.what) - mostWhy; more > 0 {
				what += s.word("report.reply.why.more", count(more))
			}
			lines[n].Label = s.word("report.reply.why.of", what)
		}
	}
	out.Annex = append(slices.Clip(out.Annex), s.whyGrid(claims))
	for i := range out.Parts {
		part := &out.Parts[i]
		if n := slices.IndexFunc(part.Lines, func(l Line) bool { return l.Key == contradictedField && l.Grid != nil }); n >= 0 {
			part.Lines = slices.Insert(slices.Clone(part.Lines), n+1, lines...)
			return
		}
	}
	for _, l := range lines {
		out.Notes = append(slices.Clip(out.Notes), l.Label+": "+l.Text)
	}
}

// whyGrid is the leaf of the workbook that has every contradiction with its reason.
func (s *Service) whyGrid(claims []Contradiction) *Grid {
	g := &Grid{Leaf: s.word("report.reply.leaf.why"), Rows: [][]string{}}
	for _, c := range []GridColumn{wide("unit", 150), wide("what", 200), wide("says", 100), wide("measured", 200), wide("why", 300), wide("let", 120), wide("let_at", 90)} {
		c.Head = s.word("report.reply.col." + c.Key)
		g.Columns = append(g.Columns, c)
	}
	for _, c := range claims {
		g.Rows = append(g.Rows, []string{c.Name, c.What, c.Said, c.Measured, c.Note, c.By, minute(c.At)})
	}
	return g
}
