// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"slices"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// SourceKind says what a value of a paper was made from.
type SourceKind string

// The kinds of source.
const (
	FromDirective SourceKind = "directive"
	FromMeasure   SourceKind = "measure"  // Key: of the measure
	FromDuty      SourceKind = "duty"     // Key: of the requirement
	FromAnswers   SourceKind = "task"     // what units answered
	FromEvidence  SourceKind = "evidence" // what proves a duty
	FromTable     SourceKind = "table"    // Key: of the table of this paper that it is reckoned from
)

// Source is one thing that a value, or a row of a table, was made from. It is
// frozen with a print.
type Source struct {
	Field string        `json:"field"`
	Row   int           `json:"row,omitempty"` // of a table, from 1; 0: of the whole value
	Kind  SourceKind    `json:"kind"`
	Key   string        `json:"key,omitempty"`
	Label string        `json:"label"`          // in the language of the paper
	Unit  string        `json:"unit,omitempty"` // id; empty: of several
	Day   calendar.Date `json:"day,omitzero"`   // whose count it is
	Run   string        `json:"run,omitempty"`  // id of the run that counted it
	Rows  int64         `json:"rows"`           // how many rows it was made from
	Href  string        `json:"href,omitempty"` // where those stand today
}

// sourced are the sources of what a paper says: not of what a person wrote, but
// of what is reckoned from tables.
func sourced(list []Source, form rulepack.Form, values map[string]Value, hand []string) []Source {
	if len(list) == 0 {
		return nil
	}
	var out []Source
	for _, f := range form.Fields() {
		if slices.Contains(hand, f.Key) {
			continue
		}
		for _, src := range list {
			if src.Field == f.Key {
				out = append(out, src)
			}
		}
		if f.Count == nil || values[f.Key].Empty() {
			continue
		}
		for _, key := range []string{f.Count.Table, f.Count.Part, f.Count.Of} {
			if of, ok := form.Field(key); ok {
				out = append(out, Source{Field: f.Key, Kind: FromTable, Key: key, Label: of.Label, Rows: int64(max(1, len(values[key].Rows)))})
			}
		}
	}
	return out
}
