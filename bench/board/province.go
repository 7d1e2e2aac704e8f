// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/bench/crowd"
	"github.com/vonggac/vonggac/bench/timed"
	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// province is a centre with a directive that stands in force at all its units.
type province struct {
	*crowd.Crowd
	size
	now    time.Time
	turn   int64
	root   string
	units  []string
	keys   []string
	report func(figure)
}

// measure fills what is missing and times.
func (p *province) measure(ctx context.Context) error {
	if err := p.found(ctx); err != nil {
		return err
	}
	ctx = auth.With(ctx, auth.Actor{ID: "bench", Name: "Cán bộ", Home: p.root, Grants: []auth.Grant{{Role: auth.Administrator, Unit: p.root}, {Role: auth.Centre, Unit: p.root}}})
	for _, step := range []func(context.Context) error{p.sources, p.issue, p.days, p.analyzed} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return errors.Join(p.counts(ctx), p.reads(ctx), p.pages(ctx))
}

func (p *province) found(ctx context.Context) error {
	q := p.Records.Read()
	if err := q.NewSelect().Table("unit").Column("id").Where("parent_id = ''").Scan(ctx, &p.root); err != nil {
		return err
	}
	if err := q.NewSelect().Table("unit").Column("id").Where("parent_id <> ''").Order("id").Scan(ctx, &p.units); err != nil {
		return err
	}
	for i := range p.measures {
		key := fmt.Sprintf("bench.measure_%02d", i)
		p.keys = append(p.keys, key)
		p.Rooms.Measures.Register(measure.Measure{Key: key, Unit: measure.Share, Direction: measure.More, Days: 30,
			Eval: func(context.Context, bun.IDB, measure.Window) (map[string]measure.Figure, error) {
				out := map[string]measure.Figure{}
				for n, unit := range p.units { // one in ten was not seen enough
					out[unit] = measure.Figure{Num: (int64(n*i) + p.turn) % 101, Den: 100, Seen: int64(100 - 30*(n%10/9)), Expected: 100}
				}
				return out, nil
			}})
	}
	return nil
}

// sources gives each unit two sources that were heard of in nearly every hour of
// forty days.
func (p *province) sources(ctx context.Context) error {
	return p.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		const hours = 24 * 40
		now := p.now.Truncate(time.Hour)
		for n, unit := range p.units {
			for i := range 2 {
				id, from := db.NewID(), now.Add(-hours*time.Hour).UnixMilli()
				if _, err := tx.Do(ctx, "INSERT INTO source (id, name, owner_unit, created_at, folded) VALUES (?, ?, ?, 0, '')", id, fmt.Sprintf("Nguồn %03d.%d", n, i), unit); err != nil {
					return err
				}
				if _, err := tx.Do(ctx, "INSERT INTO source_span (source_id, from_at, since, owner_unit, minutes, office, below) VALUES (?, ?, ?, ?, 60, FALSE, FALSE)", id, from, from, unit); err != nil {
					return err
				}
				var rows []string
				for hour := range hours {
					if (hour+n)%40 > 0 {
						rows = append(rows, fmt.Sprintf("('%s', %d, '%s', 10, 10, 0, 0, 0, 100, 0)", id, now.Add(-time.Duration(hour)*time.Hour).UnixMilli(), unit))
					}
				}
				if _, err := tx.ExecContext(ctx, "INSERT INTO source_hour (source_id, hour, owner_unit, lines, parsed, skipped, rejected, hits, bytes, received_last) VALUES "+strings.Join(rows, ", ")); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// issue reads a directive with a requirement for each measure, and issues it to
// all units: each owes each.
func (p *province) issue(ctx context.Context) error {
	var text strings.Builder
	text.WriteString("ỦY BAN NHÂN DÂN\n\nSố: 8/UBND-MAU\n\nV/v bảo đảm an toàn thông tin mạng\n\nKính gửi: Các đơn vị.\n\nYêu cầu các đơn vị thực hiện:\n")
	for i := range p.measures {
		fmt.Fprintf(&text, "\n%d. Cập nhật bản vá cho máy chủ nhóm %d và báo cáo kết quả.\n", i+1, i+1)
	}
	room := p.Rooms.Directives
	d, err := room.TakeIn(ctx, directive.Arrival{Unit: p.root, Paste: text.String()})
	if err != nil {
		return err
	}
	if _, err := room.Tick(ctx, d.ID, -1); err != nil {
		return err
	}
	f, err := room.Get(ctx, d.ID)
	if err != nil {
		return err
	}
	if n := len(f.Leaves()); n != p.measures {
		return fmt.Errorf("%d requirements were read, %d are written", n, p.measures)
	}
	for i, it := range f.Leaves() {
		_, err := room.Decide(ctx, d.ID, it.ID, it.Version, directive.Decision{State: directive.Agreed, Edit: true, Short: fmt.Sprintf("Bản vá nhóm %d", i+1), Actors: []string{"all"}, Owed: true})
		if err != nil {
			return fmt.Errorf("requirement %d: %w", i+1, err)
		}
	}
	head := f.Head
	head.Subject = "Bảo đảm an toàn thông tin mạng"
	d, err = room.EditHead(ctx, d.ID, head, f.DocumentID, f.Version)
	if err == nil {
		d, err = room.Confirm(ctx, d.ID, d.Version)
	}
	if err != nil {
		return err
	}
	plan, err := room.Issue(ctx, d.ID, directive.Sending{To: []string{"all"}, Last: calendar.DateOf(p.now).AddDays(20)}, 0)
	if err == nil && plan.Total != len(p.units)*p.measures {
		err = fmt.Errorf("%d tasks were issued", plan.Total)
	}
	for n := 1; err == nil && n > 0; { // so many are opened by a job
		n, err = p.Work(ctx)
	}
	p.Rooms.Boards.Directives = bound{p.Rooms.Boards.Directives, p.keys}
	return err
}

// bound are the directives with a measure of the bench bound to each requirement.
type bound struct {
	board.Directives
	keys []string
}

// Board implements board.Directives.
func (b bound) Board(ctx context.Context, id string) (board.Sheet, error) {
	sh, err := b.Directives.Board(ctx, id)
	return b.bind(sh), err
}

// InForce implements board.Directives.
func (b bound) InForce(ctx context.Context) ([]board.Sheet, error) {
	list, err := b.Directives.InForce(ctx)
	for i := range list {
		list[i] = b.bind(list[i])
	}
	return list, err
}

func (b bound) bind(sh board.Sheet) board.Sheet {
	for i := range sh.Columns {
		sh.Columns[i].Kind, sh.Columns[i].Measures = board.Both, []board.Target{{Key: b.keys[i%len(b.keys)], Op: board.AtLeast, Value: 50}}
	}
	return sh
}

// days counts the measures of the bench day by day up to now, and times it: what is
// written is every row anew.
func (p *province) days(ctx context.Context) error {
	end := p.now
	defer func() { p.now = end }()
	var took []time.Duration
	for day := p.size.days - 1; day >= 0; day-- {
		p.now = end.AddDate(0, 0, -day)
		p.turn++
		begin := time.Now()
		if _, err := p.Rooms.Measures.Evaluate(ctx, p.keys, p.now); err != nil {
			return err
		}
		took = append(took, time.Since(begin))
	}
	p.tell(fmt.Sprintf("a day of %d measures of %d units is written", p.measures, p.Units), took, 0)
	return nil
}

func (p *province) analyzed(ctx context.Context) error {
	if p.Records.Engine() == db.Postgres { // as it does by itself
		if _, err := p.Records.Read().NewRaw("VACUUM").Exec(ctx); err != nil {
			return err
		}
	}
	return p.Records.Analyze(ctx)
}

// dear is what the room of measures calls so.
const dear = 300 * time.Millisecond

// counts times counting all measures, those of the rooms with them.
func (p *province) counts(ctx context.Context) error {
	var today, past []time.Duration
	for i := range 5 {
		p.turn++
		begin := time.Now()
		run, err := p.Rooms.Measures.Evaluate(ctx, nil, p.now)
		if err != nil || len(run.Failed) > 0 {
			return fmt.Errorf("count: %w, %v", err, run.Failed)
		}
		today = append(today, time.Since(begin))
		p.turn++
		begin = time.Now()
		run, err = p.Rooms.Measures.Recompute(ctx, calendar.DateOf(p.now).AddDays(-1-i))
		if err != nil || len(run.Failed) > 0 {
			return fmt.Errorf("count anew: %w, %v", err, run.Failed)
		}
		past = append(past, time.Since(begin))
	}
	states, err := p.Rooms.Measures.Statuses(ctx, nil)
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(states)) {
		if took := states[key].Took; took > dear {
			fmt.Printf("%s takes %v: it is not counted with every beat\n", key, took)
		}
	}
	n := len(p.Rooms.Measures.Catalogue())
	p.tell(fmt.Sprintf("today is counted, all %d measures", n), today, 0)
	p.tell("a day gone by is counted anew, all but those of the present", past, 0)
	return nil
}

// reads times what pages are made of.
func (p *province) reads(ctx context.Context) error {
	m, today := p.Rooms.Measures, calendar.DateOf(p.now)
	return errors.Join(
		p.timed("readings: all units by all measures of the board", len(p.units)*p.measures, func() (int, error) {
			list, err := m.Readings(ctx, p.keys, p.units)
			return len(list), err
		}),
		p.timed("sums of the whole centre", p.measures, func() (int, error) {
			list, err := m.Sums(ctx, p.keys, []string{p.root})
			return len(list), err
		}),
		p.timed("a trend over all days", p.size.days, func() (int, error) {
			points, err := m.Trend(ctx, p.keys[0], p.units[1], today.AddDays(1-p.size.days), today)
			return len(points), err
		}))
}

// pages times the pages, as a browser asks for them.
func (p *province) pages(ctx context.Context) error {
	list, err := p.Rooms.Boards.InForce(ctx)
	if err != nil || len(list) != 1 || len(list[0].Rows) != len(p.units) || list[0].Counts.Asked != len(p.units)*p.measures {
		return fmt.Errorf("the board is not whole: %d directives, %v", len(list), err)
	}
	of := board.Path + "/" + list[0].Sheet.ID
	var errs []error
	for _, page := range [][2]string{{"the scoreboard", of}, {"the scoreboard, what is late", of + "?show=late"}, {"the whole scoreboard, to print", of + "?page=all"}, {"the scoreboard as a table", of + "/export/table.csv"},
		{"the leader's page", board.Path}, {"the wall", board.Path + "/wall/state"}, {"what is asked of a unit", board.Path + "/units/" + p.units[3]},
		{"a requirement", of + "/columns/" + list[0].Columns[2].ID}, {"where a cell comes from", of + "/cells/" + p.units[3] + "/" + list[0].Columns[2].ID},
		{"the catalogue of measures", measure.Path}, {"a measure", measure.Path + "/" + p.keys[3]}} {
		errs = append(errs, p.timed(page[0], 1, func() (int, error) {
			_, err := p.Visit(ctx, crowd.Visit{Login: p.Officer, Path: page[1]})
			return 1, err
		}))
	}
	return errors.Join(errs...)
}

// timed asks over and over; the first two times warm up.
func (p *province) timed(what string, want int, ask func() (int, error)) error {
	var took []time.Duration
	var from time.Duration
	for n := range p.visits + 2 {
		if n == 2 {
			var err error
			if from, err = timed.Spent(); err != nil {
				return err
			}
		}
		begin := time.Now()
		got, err := ask()
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if got != want {
			return fmt.Errorf("%s: %d came, %d should", what, got, want)
		}
		if n >= 2 {
			took = append(took, time.Since(begin))
		}
	}
	to, err := timed.Spent()
	p.tell(what, took, float64((to-from).Microseconds())/1000/float64(len(took)))
	return err
}

// tell reports what was timed; cpu is the processor time of each in ms.
func (p *province) tell(what string, took []time.Duration, cpu float64) {
	slices.Sort(took)
	at := func(percent int) float64 { return float64(took[(len(took)-1)*percent/100].Microseconds()) / 1000 }
	p.report(figure{What: what, P50: at(50), P95: at(95), CPU: cpu, N: len(took), Load: load()})
}

// load is that of the machine, where the system tells it.
func load() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(raw))[:3], " ")
}
