// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

type apiCounts struct {
	Asked   int `json:"asked" doc:"Cells that ask something of a unit; met, late, unmet, unknown and pending add up to it."`
	Met     int `json:"met"`
	Late    int `json:"late" doc:"Known not met though the day has passed."`
	Unmet   int `json:"unmet" doc:"Known not met, the day has not passed."`
	Unknown int `json:"unknown" doc:"Nothing, too little, or only a claim."`
	Pending int `json:"pending" doc:"Duties whose time runs."`
	Overdue int `json:"overdue" doc:"Of all: not met though the day has passed, known or not."`
	Differs int `json:"differs" doc:"Of all: the claim is not what was measured."`
	Moved   int `json:"carried_over" doc:"Duties that went over to a later directive."`
}

func apiCountsOf(n Counts) apiCounts {
	return apiCounts{n.Asked, n.Met, n.Late, n.Unmet, n.Unknown, n.Pending, n.Overdue, n.Differs, n.Moved}
}

type apiFigure struct {
	Measure  string   `json:"measure"`
	Grade    string   `json:"grade" enum:"measured,declared,partial,unseen,outside" doc:"Only a measured figure has a value."`
	Value    *float64 `json:"value,omitempty" doc:"Percent of a share, things of a count, hours; absent unless measured."`
	Num      *int64   `json:"num,omitempty" doc:"Absent unless measured."`
	Den      *int64   `json:"den,omitempty" doc:"0 for a count; absent unless measured."`
	Seen     int64    `json:"seen"`
	Expected int64    `json:"expected"`
	Said     *apiSaid `json:"said,omitempty" doc:"What the unit declares; it never counts as measured."`
}

type apiSaid struct {
	Num int64     `json:"num"`
	Den int64     `json:"den"`
	By  string    `json:"by"`
	At  time.Time `json:"at"`
}

type apiCell struct {
	Column     string     `json:"column"`
	State      string     `json:"state" enum:"nodata,toofew,declared,late,unmet,differs,soon,doing,metlate,met,outside"`
	Met        bool       `json:"met"`
	Overdue    bool       `json:"overdue"`
	Differs    bool       `json:"differs"`
	Due        *time.Time `json:"due,omitempty"`
	Figure     *apiFigure `json:"figure,omitempty" doc:"Of the measure that decides."`
	Obligation string     `json:"obligation,omitempty"`
	Evidence   int64      `json:"evidence"`
	To         string     `json:"went_to,omitempty" doc:"The unit in the place of this one, which ended: what is open is asked of that."`
	From       []string   `json:"taken_from,omitempty" doc:"Units that ended whose part this cell holds."`
	For        int        `json:"counts_for,omitempty" doc:"How many units the cell counts for; absent: one."`
}

type apiColumn struct {
	ID     string     `json:"id"`
	Path   string     `json:"path,omitempty"`
	Label  string     `json:"label"`
	Text   string     `json:"text"`
	Clause string     `json:"clause,omitempty"`
	Kind   string     `json:"kind" enum:"measure,obligation,both,evidence,person"`
	Due    *time.Time `json:"due,omitempty"`
	Counts apiCounts  `json:"counts"`
	Sum    *apiFigure `json:"sum,omitempty" doc:"Sum field by field over the units, for columns with one measure; it has a value only when every unit was measured."`
}

type apiRow struct {
	Unit   string     `json:"unit"`
	Name   string     `json:"name"`
	Kind   string     `json:"kind"`
	Counts apiCounts  `json:"counts"`
	Ended  *time.Time `json:"ended,omitempty" doc:"The first moment without the unit."`
	Heirs  []string   `json:"successors,omitempty" doc:"Units in the place of one that ended."`
	Cells  []apiCell  `json:"cells"`
}

type apiBoard struct {
	ID      string      `json:"id"`
	Title   string      `json:"title"`
	Number  string      `json:"number,omitempty"`
	At      time.Time   `json:"at"`
	Counts  apiCounts   `json:"counts"`
	Columns []apiColumn `json:"columns"`
	Rows    []apiRow    `json:"rows"`
}

type apiSummary struct {
	ID     string    `json:"id"`
	Title  string    `json:"title"`
	Number string    `json:"number,omitempty"`
	Counts apiCounts `json:"counts"`
}

type apiScore struct {
	Unit     string   `json:"unit"`
	Name     string   `json:"name"`
	Rank     int      `json:"rank,omitempty" doc:"Absent for a unit of which too little is seen to compare it."`
	Score    *float64 `json:"score,omitempty" doc:"0..100; absent without a rank."`
	Points   *float64 `json:"points,omitempty" doc:"Absent without a rank."`
	Weight   float64  `json:"weight"`
	Coverage int      `json:"coverage" doc:"Percent of the weight that was seen."`
	Formula  string   `json:"formula" doc:"Version of the formula."`
}

type apiBoardPath struct {
	Directive string `path:"directive" maxLength:"200"`
	Show      string `query:"show" enum:"unmet,late,unknown,differs" doc:"Only units and requirements with such cells."`
	Kind      string `query:"kind" maxLength:"100" doc:"Only units of this kind."`
}

type apiBoards struct{ rest.Paging }

type apiScoresIn struct {
	rest.Paging
	Show string `query:"show" enum:"ranked,apart" doc:"Only units that are compared, or only the others."`
	Kind string `query:"kind" maxLength:"100" doc:"Only units of this kind."`
}

// API adds the operations of the room.
func API(a *rest.API, s *Service) {
	const tag = "Scoreboards"
	rest.Add(a, rest.Op{ID: "list-boards", Method: http.MethodGet, Path: Path, Tag: tag, Need: read, Summary: "List scoreboards",
		Description: "The directives in force with how many of their requirements are met at the units in scope. A key for it reads units and obligations too."}, s.apiList)
	rest.Add(a, rest.Op{ID: "get-board", Method: http.MethodGet, Path: Path + "/{directive}", Tag: tag, Need: read, Summary: "Get a scoreboard",
		Description: "Units by requirements, each cell with its state, figure, coverage and due time. A key for it reads units and obligations too."}, s.apiGet)
	rest.Add(a, rest.Op{ID: "list-scores", Method: http.MethodGet, Path: Path + "/scores", Tag: tag, Need: read, Summary: "List compliance scores",
		Description: "Ranked units first; those of which too little is seen follow without rank. A key for it reads units and obligations too."}, s.apiScores)
}

func (s *Service) apiList(ctx context.Context, in *apiBoards) (*rest.Listing[apiSummary], error) {
	tables, err := s.InForce(ctx)
	if err != nil {
		return nil, err
	}
	return apiPage(in.Paging, tables, func(t Table) string { return t.Sheet.ID }, func(t Table) apiSummary {
		return apiSummary{ID: t.Sheet.ID, Title: t.Sheet.Title, Number: t.Sheet.Number, Counts: apiCountsOf(t.Counts)}
	}), nil
}

func (s *Service) apiScores(ctx context.Context, in *apiScoresIn) (*rest.Listing[apiScore], error) {
	tables, err := s.InForce(ctx)
	if err != nil {
		return nil, err
	}
	list := ScoreFilter{Among: Among(in.Show), Kind: in.Kind}.Narrow(s.Scores(tables))
	return apiPage(in.Paging, list, func(st Standing) string { return st.Unit.ID }, func(st Standing) apiScore {
		out := apiScore{Unit: st.Unit.ID, Name: st.Unit.Name, Rank: st.Rank, Weight: st.Weight, Coverage: st.Coverage(), Formula: s.formula.Version}
		if st.Rank > 0 {
			out.Score, out.Points = &st.Score, &st.Points
		}
		return out
	}), nil
}

// apiPage is the part of a whole list behind the id of its cursor.
func apiPage[T, U any](p rest.Paging, list []T, id func(T) string, to func(T) U) *rest.Listing[U] {
	total := int64(len(list))
	for i, v := range list {
		if p.After != "" && id(v) == p.After {
			list = list[i+1:]
			break
		}
	}
	list, more := rest.Cut(list, p.Limit)
	after := ""
	if more {
		after = id(list[len(list)-1])
	}
	return rest.List(list, total, after, to)
}

func (s *Service) apiGet(ctx context.Context, in *apiBoardPath) (*rest.Answer[apiBoard], error) {
	t, err := s.Board(ctx, in.Directive)
	if err != nil {
		return nil, err
	}
	t = t.Narrow(Filter{Show: Show(in.Show), Kind: in.Kind}, s.Measures.Measure)
	out := apiBoard{ID: t.Sheet.ID, Title: t.Sheet.Title, Number: t.Sheet.Number, At: t.At.UTC(), Counts: apiCountsOf(t.Counts), Columns: []apiColumn{}, Rows: []apiRow{}}
	for j, c := range t.Columns {
		col := apiColumn{ID: c.ID, Path: c.Path, Label: c.Label, Text: c.Text, Clause: c.Clause, Kind: string(c.Kind), Due: rest.Time(c.Due), Counts: apiCountsOf(t.Totals[j].Counts)}
		if total := t.Totals[j]; total.Grade != "" && len(c.Measures) == 1 {
			col.Sum = apiFigureOf(measure.Reading{Key: c.Measures[0].Key, Figure: total.Figure, Grade: total.Grade}, total.In)
		}
		out.Columns = append(out.Columns, col)
	}
	for _, r := range t.Rows {
		row := apiRow{Unit: r.Unit.ID, Name: r.Unit.Name, Kind: r.Unit.Kind, Counts: apiCountsOf(r.Counts), Cells: make([]apiCell, len(r.Cells))}
		row.Ended = rest.Time(r.Unit.Ended)
		for _, h := range r.Unit.After {
			row.Heirs = append(row.Heirs, h.ID)
		}
		for j, c := range r.Cells {
			row.Cells[j] = apiCellOf(c)
		}
		out.Rows = append(out.Rows, row)
	}
	return &rest.Answer[apiBoard]{Body: out}, nil
}

func apiCellOf(c Cell) apiCell {
	out := apiCell{Column: c.Column, State: c.State.Key(), Met: c.Met, Overdue: c.Late, Differs: c.Differs, Due: rest.Time(c.Due), Evidence: c.Evidence}
	if c.Reading != nil {
		out.Figure = apiFigureOf(*c.Reading, c.In)
	}
	if p := c.Passage; p != nil {
		out.To, out.From = p.To, p.From
		if c.For() > 1 {
			out.For = c.For()
		}
	}
	if c.Duty != nil {
		out.Obligation = string(c.Duty.ID)
	}
	return out
}

func apiFigureOf(r measure.Reading, u measure.Unit) *apiFigure {
	out := &apiFigure{Measure: r.Key, Grade: string(r.Grade), Seen: r.Seen, Expected: r.Expected}
	if r.Grade == measure.Measured {
		out.Num, out.Den = &r.Num, &r.Den
	}
	if v, ok := r.Value(u); ok {
		out.Value = &v
	}
	if r.Said != nil {
		out.Said = &apiSaid{r.Said.Num, r.Said.Den, r.Said.By, r.Said.At.UTC()}
	}
	return out
}
