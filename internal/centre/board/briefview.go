// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"context"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// briefPage is the leader's page, and the wall.
type briefPage struct {
	Brief
	formula Formula
	words
}

func (v briefPage) actions() []ui.Action {
	return []ui.Action{{Label: i18n.T(v.ctx, "board.brief.scores"), Href: Path + "/scores", Icon: ui.IconReport},
		{Label: i18n.T(v.ctx, "board.brief.wall"), Href: Path + "/wall", Icon: ui.IconWatch}}
}

func noDirectives(ctx context.Context) ui.EmptyProps {
	return ui.EmptyProps{Icon: ui.IconDirective, Title: i18n.T(ctx, "board.brief.empty"), Text: i18n.T(ctx, "board.brief.empty.text")}
}

// slice is one part of a bar.
type slice struct {
	class string
	x, w  string
}

// barWide is the width of a bar in its own pixels.
const barWide = 1000

// slices cuts a bar by counts, exactly: the parts end where the bar ends.
func cutBar(n Counts) []slice {
	if n.Asked == 0 {
		return nil
	}
	var out []slice
	sum := 0
	for _, p := range []struct {
		class string
		n     int
	}{{"met", n.Met}, {"pending", n.Pending}, {"unmet", n.Unmet}, {"late", n.Late}, {"unknown", n.Unknown}} {
		from := sum * barWide / n.Asked
		sum += p.n
		if to := sum * barWide / n.Asked; to > from {
			out = append(out, slice{"vg-bars-" + p.class, strconv.Itoa(from), strconv.Itoa(to - from)})
		}
	}
	return out
}

func barText(ctx context.Context, n Counts) string {
	return i18n.T(ctx, "board.bar", number(ctx, n.Met), number(ctx, n.Pending), number(ctx, n.Unmet), number(ctx, n.Late), number(ctx, n.Unknown))
}

// onWall is how many directives a wall has room for.
const onWall = 6

// directives are those in force with their bars, the first of them alone where
// most is not 0.
func (v briefPage) directives(most int) ui.ListProps {
	tables := v.Tables
	if most > 0 && len(tables) > most {
		tables = tables[:most]
	}
	l := ui.ListProps{ID: "directives", Caption: i18n.T(v.ctx, "board.brief.directives"), Total: -1, Empty: noDirectives(v.ctx)}
	l.Heads = []ui.Head{{Label: i18n.T(v.ctx, "board.field.directive")}, {Label: i18n.T(v.ctx, "board.field.bar")}}
	for _, key := range []string{"met", "pending", "unmet", "late", "unknown"} {
		l.Heads = append(l.Heads, ui.Head{Label: i18n.T(v.ctx, "board.count."+key), Numeric: true})
	}
	for _, t := range tables {
		row := ui.Row{ID: t.Sheet.ID, Href: sheetPath(t.Sheet.ID), Name: t.Sheet.Title, Cells: []templ.Component{called(t.Sheet), bars(t.Counts)}}
		if t.Counts.Late > 0 {
			row.Tone = ui.Bad
		}
		for _, n := range []int{t.Counts.Met, t.Counts.Pending, t.Counts.Unmet, t.Counts.Late, t.Counts.Unknown} {
			row.Cells = append(row.Cells, ui.Number(int64(n)))
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}

// units is a short list of units with score and coverage.
func (v briefPage) units(id, title string, list []Standing) ui.ListProps {
	l := ui.ListProps{ID: id, Caption: title, Total: -1, Empty: ui.EmptyProps{Title: i18n.T(v.ctx, "board.score.none")}}
	l.Heads = []ui.Head{{Label: i18n.T(v.ctx, "board.unit")}, {Label: i18n.T(v.ctx, "board.score"), Numeric: true},
		{Label: i18n.T(v.ctx, "board.count.late"), Numeric: true}, {Label: i18n.T(v.ctx, "board.score.coverage"), Numeric: true}}
	for _, s := range list {
		l.Rows = append(l.Rows, ui.Row{ID: s.Unit.ID, Href: unitPath(s.Unit.ID), Cells: []templ.Component{ui.Text(s.Unit.called(v.ctx)), ui.Text(scoreText(v.ctx, s)),
			ui.Number(int64(s.Counts.Overdue)), ui.Text(coverText(v.ctx, s))}})
	}
	return l
}

// coverText is how much of what is asked of a unit was seen; of nothing it says so
// in words, since a nought reads like a result.
func coverText(ctx context.Context, s Standing) string {
	if s.Weight == 0 {
		return i18n.T(ctx, "board.score.notyet")
	}
	if s.Coverage() == 0 {
		return i18n.T(ctx, "board.score.unseen")
	}
	return strconv.Itoa(s.Coverage()) + "%"
}

// pointsText is what the score of a unit is made of, where it has one.
func pointsText(ctx context.Context, s Standing) string {
	if s.Rank == 0 {
		return ""
	}
	return decimal(ctx, s.Points) + " / " + decimal(ctx, s.Weight)
}

// scoreText is the score of a unit that can be compared; of another it says that
// it cannot.
func scoreText(ctx context.Context, s Standing) string {
	switch {
	case s.Weight == 0:
		return i18n.T(ctx, "board.score.none")
	case s.Rank == 0:
		return i18n.T(ctx, "board.score.apart")
	}
	return decimal(ctx, s.Score)
}

// comparable says among how many units is compared.
func (v briefPage) comparable() string {
	key := "board.brief.among"
	if len(v.Ranked) < 2 {
		key = "board.brief.norank"
	}
	return i18n.T(v.ctx, key, number(v.ctx, len(v.Ranked)), number(v.ctx, len(v.Ranked)+len(v.Apart)), decimal(v.ctx, v.formula.Coverage))
}

// todo are the first gaps with what closes them.
func (v briefPage) todo() []string {
	var out []string
	for _, g := range v.Gaps[:min(3, len(v.Gaps))] {
		out = append(out, i18n.T(v.ctx, "board.brief.gap", title(v.ctx, g.Key), number(v.ctx, g.Units), step(v.ctx, g.Key)))
	}
	return out
}

// unseen are the units of which the least is seen; one of whom nothing has fallen
// due lacks no data.
func (v briefPage) unseen() []Standing {
	list := slices.DeleteFunc(slices.Clone(v.Apart), func(s Standing) bool { return s.Weight == 0 })
	return list[:min(few, len(list))]
}

// unitPage is what is asked of one unit, and the page of its head.
type unitPage struct {
	unit   UnitRow
	tables []Table
	own    Standing
	head   Head
	errs   map[string]string
	back   string // of the address of the board that shows the list; empty elsewhere
	words
}

// past are the units in whose place the unit stands, with what is left to see of
// them in a table.
func (v unitPage) past(t Table) []ui.Link {
	var out []ui.Link
	for _, r := range t.Rows {
		if r.Unit.ID != v.unit.ID {
			since := i18n.T(v.ctx, "board.ended", i18n.Date(v.ctx, r.Unit.Ended.In(i18n.Hanoi)))
			out = append(out, ui.Link{Label: r.Unit.Name + " (" + since + ")", Href: unitPath(r.Unit.ID)})
		}
	}
	return out
}

// answers are the units for whom the unit answers a directive: itself where it was
// addressed, and those in whose place it stands.
func (v unitPage) answers(t Table) []ui.Link {
	var out []ui.Link
	for _, r := range t.Rows {
		if r.Unit.Joined {
			continue
		}
		label := i18n.T(v.ctx, "board.unit.answer")
		if r.Unit.ID != v.unit.ID {
			label += " (" + r.Unit.Name + ")"
		}
		out = append(out, ui.Link{Label: label, Href: answerPath(t.Sheet.ID, r.Unit.ID)})
	}
	return out
}

// score says how the unit stands, once that may be told.
func (v unitPage) score() string {
	return i18n.T(v.ctx, "board.unit.score", scoreText(v.ctx, v.own), coverText(v.ctx, v.own))
}

// asked is one directive's list of requirements for the unit, the worst first,
// those that show takes where it is given.
func (v unitPage) asked(t Table, show Show) ui.ListProps {
	l := ui.ListProps{ID: "of-" + t.Sheet.ID, Caption: t.Sheet.Title, Empty: empty(v.ctx)}
	if show == "" {
		l.Empty = ui.EmptyProps{Icon: ui.IconDirective, Title: i18n.T(v.ctx, "board.unit.nothing"), Text: i18n.T(v.ctx, "board.unit.nothing.text")}
	}
	for _, h := range []string{"field.requirement", "field.state", "field.value", "field.due", "field.next"} {
		l.Heads = append(l.Heads, ui.Head{Label: i18n.T(v.ctx, "board."+h)})
	}
	at := make([]int, 0, len(t.Columns))
	for j := range t.Columns {
		if len(t.Rows) == 0 {
			break
		}
		if c := t.Rows[0].Cells[j]; c.State != Outside && (show == "" || show.takes(c)) {
			at = append(at, j)
		}
	}
	l.Total = int64(len(at))
	slices.SortStableFunc(at, func(a, b int) int {
		return int(severity[t.Rows[0].Cells[a].State]) - int(severity[t.Rows[0].Cells[b].State])
	})
	for _, j := range at {
		c, col := t.Rows[0].Cells[j], t.Columns[j]
		l.Rows = append(l.Rows, ui.Row{ID: t.Sheet.ID + "-" + col.ID, Href: cellPath(t.Sheet.ID, v.unit.ID, col.ID) + v.back, Tone: look[c.State].tone,
			Cells: append([]templ.Component{labelled(col)}, v.cells(t.Rows[0].Unit, c)...)})
	}
	return l
}

func (v unitPage) headFacts() []ui.Fact {
	u := v.unit
	name := u.Head
	if u.Gone() {
		name = u.ended(v.ctx)
	}
	if u.HeadTitle != "" && name != "" {
		name += " – " + u.HeadTitle
	}
	return []ui.Fact{{Label: i18n.T(v.ctx, "board.unit"), Value: ui.Anchor(ui.Link{Label: u.Name, Href: unitPath(u.ID)})},
		{Label: i18n.T(v.ctx, "board.head.name"), Value: ui.Text(name)}, {Label: i18n.T(v.ctx, "board.head.phone"), Value: ui.Text(u.HeadPhone)}}
}

// acceptedText says who accepted, when, and on what.
func acceptedText(ctx context.Context, a Acceptance) string {
	text := i18n.T(ctx, "board.head.accepted.by", a.Head, i18n.Time(ctx, a.At), a.By)
	if a.Reference != "" {
		text += ", " + i18n.T(ctx, "board.head.accepted.ref", a.Reference)
	}
	return text
}

// reference asks for the paper a head signed.
func (v unitPage) reference() string {
	if v.head.OnPaper {
		return "board.head.paper"
	}
	return "board.head.reference"
}

// mayAccept reports whether the acceptance of a directive can be recorded now.
func (v unitPage) mayAccept(sheet string) bool {
	_, done := v.head.Accepted[sheet]
	return v.head.MayTake && v.unit.Head != "" && !done
}
