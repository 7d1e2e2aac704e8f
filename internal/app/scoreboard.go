// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/home"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file joins the scoreboard with the directives, measures and obligations it
// shows, and with the register that keeps its letters.

// boards builds the room of scoreboards.
func (a *App) boards() *board.Service {
	return board.New(board.Deps{Records: a.Records, Now: a.opt.Now, Directives: boardDirectives{a}, Measures: boardMeasures{a.Rooms.Measures}, Duties: a.Rooms.Obligations,
		Unit: a.boardUnit, Tell: a.tellUrged, Asked: a.tellAskedToUrge, Draft: a.draftLetter, House: a.letterHouse,
		Official: func(ctx context.Context) context.Context { return i18n.With(ctx, a.catalogue, i18n.Vietnamese) }})
}

// boardMeasures are the measures with their trend as readings.
type boardMeasures struct{ *measure.Service }

// Trend implements board.Measures.
func (m boardMeasures) Trend(ctx context.Context, key, unit string, from, to time.Time) ([]measure.Reading, error) {
	points, err := m.Service.Trend(ctx, key, unit, calendar.DateOf(from), calendar.DateOf(to))
	out := make([]measure.Reading, len(points))
	for i, p := range points {
		out[i] = measure.Reading{Key: key, Unit: unit, Figure: p.Figure, Grade: p.Grade, At: p.At}
	}
	return out, err
}

// boardDirectives are the directives that were issued, as sheets.
type boardDirectives struct{ *App }

// Board implements board.Directives.
func (a boardDirectives) Board(ctx context.Context, id string) (board.Sheet, error) {
	rows, err := a.boardUnits(ctx, calendar.Date{}, false)
	if err != nil {
		return board.Sheet{}, err
	}
	sh, _, err := a.sheet(ctx, directive.ID(id), rows)
	if err == nil && len(sh.Units) == 0 {
		err = fault.Missing("app.boardDirectives.Board")
	}
	return sh, err
}

// Text implements board.Directives.
func (a boardDirectives) Text(ctx context.Context, id string) (string, error) {
	d, err := a.Rooms.Directives.Get(ctx, directive.ID(id))
	if err != nil {
		return "", err
	}
	reading, err := a.Rooms.Directives.Reading(ctx, d.Directive)
	var text strings.Builder
	for _, part := range reading.Parts {
		text.WriteString(part.Text)
	}
	return text.String(), err
}

// InForce implements board.Directives.
func (a boardDirectives) InForce(ctx context.Context) ([]board.Sheet, error) {
	rows, err := a.boardUnits(ctx, calendar.Date{}, false)
	if err != nil {
		return nil, err
	}
	list, err := a.Rooms.Directives.InForce(ctx)
	if err != nil {
		return nil, err
	}
	var out []board.Sheet
	rank := map[string]int{}
	for _, b := range list {
		sh, err := a.sheetOf(ctx, b, rows)
		if err != nil {
			return nil, err
		}
		if len(sh.Units) > 0 {
			out = append(out, sh)
			rank[sh.ID] = slices.Index([]string{"most_urgent", "very_urgent", "urgent", "ordinary"}, b.Urgency)
		}
	}
	slices.SortStableFunc(out, func(x, y board.Sheet) int { return rank[x.ID] - rank[y.ID] })
	return out, nil
}

// sheet is one directive with those of its addressees that are among rows, and
// with those that stand in the place of one.
func (a boardDirectives) sheet(ctx context.Context, id directive.ID, rows *boardUnits) (board.Sheet, directive.Directive, error) {
	b, err := a.Rooms.Directives.Board(ctx, id)
	if err != nil {
		return board.Sheet{}, b.Directive, err
	}
	sh, err := a.sheetOf(ctx, b, rows)
	return sh, b.Directive, err
}

func (a boardDirectives) sheetOf(ctx context.Context, b directive.Board, rows *boardUnits) (board.Sheet, error) {
	sh := board.Sheet{ID: string(b.ID), Code: b.Code, Title: b.Subject, Number: b.Number, Issuer: b.Issuer}
	if b.Urgency != "" && b.Urgency != "ordinary" {
		sh.Urgency = i18n.T(ctx, "obligation.urgency."+b.Urgency)
	}
	if b.Precision == directive.ToDay {
		day, err := calendar.ParseDate(b.Date)
		if err != nil {
			return sh, err
		}
		sh.Date = day.Start()
	}
	var err error
	if sh.Units, err = rows.of(ctx, b.Units); err != nil {
		return sh, err
	}
	for _, it := range b.Items {
		c := board.Column{ID: string(it.ID), Path: it.Path, Label: it.Short, Text: it.Text, Clause: directive.Clause(ctx, it.Path), Duty: it.Owed, Evidence: a.Rooms.Directives.Wanted(ctx, it.Evidence, it.Bindings), Kind: board.Kind(it.Kind),
			Measures: a.targets(it.Measures)}
		if !it.Last.IsZero() {
			c.Due = it.Last.End()
		}
		if it.Owed {
			c.Units, c.Moved = it.Units, it.Moved
			if c.Units == nil {
				c.Units = []string{}
			}
		}
		switch {
		case len(c.Measures) == 0 && (c.Kind == board.Condition || c.Kind == board.Both || c.Kind == ""):
			c.Kind = board.Evidence // nothing that stands can tell it
		case len(c.Measures) > 0 && c.Duty && c.Kind == board.Condition:
			c.Kind = board.Both
		}
		sh.Columns = append(sh.Columns, c)
	}
	return sh, nil
}

// targets are the goals that a registered measure can be held to. A goal without
// a figure takes the one of the rule pack; one without either tells nothing.
func (a *App) targets(goals []directive.Goal) []board.Target {
	pack := a.pack()
	var out []board.Target
	for _, g := range goals {
		m, ok := a.Rooms.Measures.Measure(g.Key)
		if !ok {
			continue
		}
		t := board.Target{Key: g.Key, Op: board.AtLeast, Value: g.Target}
		if g.Most || !g.Least && m.Direction == measure.Less {
			t.Op = board.AtMost
		}
		if g.Target == 0 && !g.Most {
			th, ok := pack.Threshold(m.Target)
			if !ok || m.Direction == measure.Plain {
				continue
			}
			t.Value = float64(th.Value)
		}
		out = append(out, t)
	}
	return out
}

func (a *App) boardRow(ctx context.Context, u unit.Unit) board.UnitRow {
	kinds := a.pack().Kinds
	place := slices.IndexFunc(kinds, func(k rulepack.Kind) bool { return k.ID == u.Kind })
	var kind rulepack.Kind
	if place < 0 { // behind all that the pack names
		place = len(kinds)
	} else {
		kind = kinds[place]
	}
	return board.UnitRow{ID: string(u.ID), Name: u.Label(), Kind: u.Kind, KindLabel: kind.Label.In(i18n.Lang(ctx)), KindPlace: place, Head: u.Head.Name, HeadTitle: u.Head.Title, HeadPhone: u.Head.Phone}
}

func (a *App) boardUnit(ctx context.Context, id string) (board.UnitRow, error) {
	u, err := a.Rooms.Units.Get(ctx, unit.ID(id))
	if err != nil {
		return board.UnitRow{}, err
	}
	if !u.ValidTo.IsZero() && u.ValidTo.Compare(calendar.DateOf(a.opt.Now())) < 0 {
		rows := &boardUnits{a: a, on: calendar.DateOf(a.opt.Now())}
		ended, err := rows.ended(ctx)
		return ended[id], err
	}
	return a.boardRow(ctx, u), nil
}

// tellUrged tells those who act for a unit that it was urged.
func (a *App) tellUrged(ctx context.Context, tx *db.Tx, u board.Urging) error {
	people, err := a.remindees(ctx, tx, obligation.Obligation{UnitID: u.Debtor.Unit.ID}, rulepack.RemindUnit)
	if err != nil || len(people) == 0 {
		return err
	}
	count := func(n int) notice.Arg { return notice.Word(i18n.Number(ctx, int64(n))) }
	return a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: "board.urged", Unit: u.Debtor.Unit.ID, To: people, Object: u.Sheet.ID, Href: board.Path + "/units/" + u.Debtor.Unit.ID,
		Args: []notice.Arg{notice.Word(cmp.Or(u.Sheet.Number, u.Sheet.Code)), count(u.Requested), count(u.Overdue)}, Dedupe: "board.urged/" + u.ID})
}

// tellAskedToUrge tells those who write for the centre that a leader asks them to urge.
func (a *App) tellAskedToUrge(ctx context.Context, tx *db.Tx, r board.Request) error {
	root, err := a.root(ctx)
	if err != nil {
		return err
	}
	count := func(n int) notice.Arg { return notice.Word(i18n.Number(ctx, int64(n))) }
	return a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: "board.urge_asked", Unit: root, Object: r.Sheet.ID, Href: board.Path + "/" + r.Sheet.ID + "/urge/units",
		Args: []notice.Arg{notice.Word(r.By), notice.Word(cmp.Or(r.Sheet.Number, r.Sheet.Code)), count(r.Debtors), count(r.Overdue)}, Dedupe: "board.urge_asked/" + r.ID})
}

// letterHouse is the head and signature of a letter of the centre.
func (a *App) letterHouse(ctx context.Context) (officedoc.Paper, error) {
	root, err := a.root(ctx)
	if err != nil {
		return officedoc.Paper{}, err
	}
	h, err := a.house(ctx, root)
	if err != nil {
		return officedoc.Paper{}, err
	}
	p := officedoc.Paper{Parent: h.Parent, Issuer: h.Issuer, Place: h.Place}
	if h.Title != "" {
		p.Sign.As = []officedoc.Capacity{{Mark: officedoc.InOwnName, Title: h.Title}}
	}
	head, err := a.headOf(ctx, root)
	p.Sign.Name = head.Name
	return p, err
}

// draftLetter opens a letter as a draft of the register, with its DOCX.
func (a *App) draftLetter(ctx context.Context, subject string, p officedoc.Paper) (string, error) {
	root, err := a.root(ctx)
	if err != nil {
		return "", err
	}
	var file bytes.Buffer
	if err := officedoc.WriteDOCX(&file, p); err != nil {
		return "", err
	}
	d, err := a.Rooms.Documents.Begin(ctx, document.Head{Unit: root, Kind: "cong_van", Subject: subject, Place: p.Place, Issuer: p.Issuer, Signer: p.Sign.Name, Recipients: strings.Join(p.To, "\n")})
	if err != nil {
		return "", err
	}
	_, err = a.Rooms.Documents.AddFile(ctx, d.ID, document.Original, "don-doc.docx", &file)
	return document.Path + "/" + string(d.ID), err
}

// boardOf leads from a directive that others owe to its scoreboard.
func (a *App) boardOf(ctx context.Context, d directive.Directive) []ui.Action {
	if d.State != directive.Issued {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "app.directive.board"), Href: board.Path + "/" + string(d.ID), Icon: ui.IconReport}}
}

// earliest is the clock of the open duty of a board that is due first, nil without
// one.
func earliest(t board.Table, now time.Time) *ui.ClockProps {
	var first *obligation.Standing
	for _, r := range t.Rows {
		for _, c := range r.Cells {
			if d := c.Duty; d != nil && d.State == obligation.Open && (first == nil || d.DueAt.Before(first.DueAt)) {
				first = d
			}
		}
	}
	if first == nil {
		return nil
	}
	state := map[obligation.Clock]ui.ClockState{obligation.Late: ui.ClockLate, obligation.Soon: ui.ClockSoon}[first.Clock(now)]
	return &ui.ClockProps{State: state, Due: first.DueAt, Now: now}
}

// todayDirectives are the directives in force for the pages of today.
func (a *App) todayDirectives(ctx context.Context) (home.Directives, error) {
	tables, err := a.Rooms.Boards.InForce(ctx)
	actor, _ := auth.From(ctx)
	out := home.Directives{Total: int64(len(tables)), List: board.Path}
	for _, t := range tables {
		n := t.Counts
		d := home.Directive{Title: cmp.Or(t.Sheet.Title, t.Sheet.Code), Href: board.Path + "/" + t.Sheet.ID, Met: int64(n.Met), Late: int64(n.Late), Open: int64(n.Pending + n.Unmet), Unseen: int64(n.Unknown), From: t.Sheet.Issuer, Clock: earliest(t, a.opt.Now())}
		if slices.ContainsFunc(t.Rows, func(r board.Row) bool { return r.Unit.ID == actor.Home }) {
			d.Reply = directive.Path + "/" + t.Sheet.ID + "/units/" + actor.Home
		}
		if n.Overdue > 0 {
			out.Late++
		}
		if len(out.First) < 10 {
			out.First = append(out.First, d)
		}
	}
	return out, err
}

// todayBoard ranks the units the actor looks after by their score.
func (a *App) todayBoard(ctx context.Context) (home.Board, error) {
	brief, err := a.Rooms.Boards.Brief(ctx)
	if err != nil {
		return home.Board{}, err
	}
	out := home.Board{List: board.Path + "/scores"}
	rank := func(list []board.Standing) (standings []home.Standing) {
		for _, st := range list {
			standings = append(standings, home.Standing{Unit: st.Unit.Name, Href: board.Path + "/units/" + st.Unit.ID,
				Measure: ui.MeasureProps{Value: i18n.Number(ctx, int64(math.Round(st.Score))), Grade: ui.Measured, Seen: int64(st.Counts.Seen), Expected: int64(st.Counts.Asked)}})
		}
		return standings
	}
	out.Best, out.Worst = rank(brief.Best()), rank(brief.Worst())
	return out, nil
}
