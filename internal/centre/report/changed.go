// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// mostChanged is how many changed cells or rows of one table are told one by one.
const mostChanged = 50

// changed tells what a field says now beside what was printed: of a table each
// cell, or, where rows came or went, each row.
func (s *Service) changed(pack *rulepack.Pack, f rulepack.Field, then, now Value) []Change {
	whole := []Change{{f.Key, f.Label, s.show(pack, f, then), s.show(pack, f, now)}}
	if len(f.Columns) == 0 || len(then.Rows)+len(now.Rows) == 0 {
		return whole
	}
	a, b := s.grid(pack, f, then), s.grid(pack, f, now)
	var out []Change
	if len(a.Rows) == len(b.Rows) {
		for n := range a.Rows {
			for i, c := range f.Columns {
				if a.Rows[n][i] != b.Rows[n][i] {
					out = append(out, Change{f.Key, s.word("report.word.cell", f.Label, n+1, c.Label), a.Rows[n][i], b.Rows[n][i]})
				}
			}
		}
	} else {
		gone, come := apart(f, a, b), apart(f, b, a)
		for _, row := range gone {
			out = append(out, Change{Key: f.Key, Label: f.Label, Printed: row})
		}
		for _, row := range come {
			out = append(out, Change{Key: f.Key, Label: f.Label, Now: row})
		}
	}
	if len(out) == 0 || len(out) > mostChanged {
		return whole
	}
	return out
}

// apart are the rows of a that b has not, each in one line.
func apart(f rulepack.Field, a, b *Grid) []string {
	line := func(row []string) string {
		var cells []string
		for i, c := range f.Columns {
			if c.Type != "seq" && row[i] != "" {
				cells = append(cells, row[i])
			}
		}
		return strings.Join(cells, " · ")
	}
	have := map[string]int{}
	for _, row := range b.Rows {
		have[line(row)]++
	}
	var out []string
	for _, row := range a.Rows {
		if text := line(row); have[text] > 0 {
			have[text]--
		} else {
			out = append(out, text)
		}
	}
	return slices.Clip(out)
}
