// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Run is one evaluation of some measures.
type Run struct {
	ID       string
	Started  time.Time
	Took     time.Duration
	Pack     string           // id of the rule pack
	Hash     string           // its SHA-256, hex
	By       string           // who asked for it; "" for the program itself
	Measures int              // tried
	Failed   map[string]error // why some gave nothing, by key: they keep what they had
	Changed  int              // rows written
}

const (
	patience = time.Minute // longest time one measure may take
	// soon and late are how often a measure is counted: dear ones less often.
	soon, late = 25 * time.Second, 5 * time.Minute
	dear       = 300 * time.Millisecond
	stateBack  = 30  // days between a state and the one it is compared with
	mostWords  = 500 // bytes kept of a problem
)

// window is what a measure looks at when it is counted at a moment of a day.
func (m Measure) window(at time.Time) Window {
	if m.Days == 0 {
		return Window{at, at}
	}
	return Window{calendar.DateOf(at.Add(-time.Nanosecond)).AddDays(1 - m.Days).Start(), at}
}

// back is how many days before a day lies the one it is compared with.
func (m Measure) back() int {
	if m.Days == 0 {
		return stateBack
	}
	return m.Days
}

// one evaluation of a measure.
type result struct {
	window  Window
	figures map[string]Figure
	took    time.Duration
	err     error
}

// eval counts m in w. Whatever happens in it costs only m.
func (s *Service) eval(ctx context.Context, m Measure, w Window) (out result) {
	out.window = w
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	begin := time.Now()
	defer func() {
		if p := recover(); p != nil {
			out.err = fmt.Errorf("measure %s: %v", m.Key, p)
		}
		out.took = time.Since(begin)
	}()
	found, err := m.Eval(ctx, s.Records.Read(), w)
	if err != nil {
		out.err = err
		return out
	}
	out.figures = map[string]Figure{}
	for unit, f := range found {
		switch {
		case !f.Sound() || unit == "":
			out.err = fmt.Errorf("measure %s: figure of unit %q cannot be: %+v", m.Key, unit, f)
			return out
		case f.Expected > 0:
			out.figures[unit] = f
		}
	}
	return out
}

// Evaluate counts measures (none stands for all) in the windows that end at now,
// and writes the rows of the day. A measure that fails keeps its rows, says why
// in its state and costs only itself; the error is of the records alone.
func (s *Service) Evaluate(ctx context.Context, keys []string, now time.Time) (Run, error) {
	return s.count(ctx, "", "duty", s.known(keys), calendar.DateOf(now), now)
}

// Tend counts what is due at now, and first, when a day is over, that day to its
// end. It is asked over and over, by one process.
func (s *Service) Tend(ctx context.Context, now time.Time) error {
	states, err := statesOf(ctx, s.Records, s.keys)
	if err != nil {
		return err
	}
	today := calendar.DateOf(now)
	yesterday := today.AddDays(-1).String()
	var over, due []string
	for _, key := range s.keys {
		st := states[key]
		if st.Day == yesterday && !s.measures[key].Present {
			over = append(over, key)
		}
		wait := soon
		if time.Duration(st.Millis)*time.Millisecond > dear {
			wait = late
		}
		last := st.Counted.Time
		if st.Failed.After(last) {
			last = st.Failed.Time
		}
		if st.Day != today.String() || now.Sub(last) >= wait {
			due = append(due, key)
		}
	}
	if len(over) > 0 {
		if _, err := s.count(ctx, "", "duty", over, today.AddDays(-1), today.Start()); err != nil {
			return err
		}
		if err := s.forget(ctx, now); err != nil {
			return err
		}
	}
	if len(due) == 0 {
		return nil
	}
	run, err := s.Evaluate(ctx, due, now)
	for _, key := range slices.Sorted(maps.Keys(run.Failed)) {
		s.Log.Error("measure failed", "measure", key, "err", run.Failed[key])
	}
	return err
}

// Recompute counts a day anew, of all measures or of some, with what the records
// say today; what the rows were before stays in their history. Measures that know
// only the present are left out for days gone by. It is for who may change the
// settings of the whole centre.
func (s *Service) Recompute(ctx context.Context, day calendar.Date, keys ...string) (Run, error) {
	const op = "measure.Recompute"
	actor, _, err := s.everywhere(ctx, op, mayRecount)
	if err != nil {
		return Run{}, err
	}
	now := s.Now()
	today := calendar.DateOf(now)
	if day.IsZero() || day.Compare(today) > 0 {
		return Run{}, fault.Bad(op, "day", "measures.bad.day")
	}
	end, list := now, s.known(keys)
	if day != today {
		end = day.End()
		list = slices.DeleteFunc(slices.Clone(list), func(key string) bool { return s.measures[key].Present })
	}
	if len(list) == 0 {
		return Run{}, fault.Bad(op, "day", "measures.bad.present")
	}
	return s.count(ctx, actor.Name, "recount", list, day, end)
}

// count evaluates measures at the moment end of a day and writes what changed in
// one transaction. by names who has the day counted anew; then what was is kept.
func (s *Service) count(ctx context.Context, by, cause string, keys []string, day calendar.Date, end time.Time) (Run, error) {
	started := s.Now()
	begin := time.Now()
	run := Run{ID: db.NewID(), Started: started, By: by, Measures: len(keys), Failed: map[string]error{}}
	if pack := s.Law(); pack != nil {
		run.Pack, run.Hash = pack.ID, pack.Version
	}
	results := map[string]result{}
	var good []string
	for _, key := range keys {
		m := s.measures[key]
		r := s.eval(ctx, m, m.window(end))
		if err := ctx.Err(); err != nil {
			return run, err
		}
		if r.err != nil {
			run.Failed[key] = r.err
		} else {
			good = append(good, key)
		}
		results[key] = r
	}
	write := func(ctx context.Context, tx *db.Tx) error {
		run.Changed = 0
		run.Took = time.Since(begin)
		return s.write(ctx, tx, &run, cause, day, keys, good, results)
	}
	if cause == "recount" {
		root, err := s.Root(ctx)
		if err != nil {
			return run, err
		}
		return run, s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := write(ctx, tx); err != nil {
				return err
			}
			return audit.Add(ctx, tx, started, audit.Entry{Action: "measure.recount", Kind: "measure_run", Object: run.ID, Unit: root,
				Detail: map[string]any{"day": day.String(), "measures": keys, "changed": run.Changed, "failed": len(run.Failed)}})
		})
	}
	return run, s.Records.Housekeep(ctx, write)
}

// write writes one run: its own row, the days, the rows that changed, the states.
func (s *Service) write(ctx context.Context, tx *db.Tx, run *Run, cause string, day calendar.Date, keys, good []string, results map[string]result) error {
	const op = "measure.write"
	was, err := counted(ctx, tx, day.String(), good)
	if err != nil {
		return err
	}
	states, err := statesOf(ctx, tx, keys)
	if err != nil {
		return err
	}
	var days []dayRow
	var rows []figureRow
	var past []pastRow
	var gone [][]string
	var top newest
	newer := make([]stateRow, 0, len(keys))
	earlier, err := runsOf(ctx, tx, cause, day.String(), good)
	if err != nil {
		return err
	}
	for _, key := range keys {
		st, r := states[key], results[key]
		st.Measure = key
		st.Millis = r.took.Milliseconds()
		if r.err != nil {
			st.Problem, st.Failed = clip(r.err), db.At(run.Started)
			newer = append(newer, st)
			continue
		}
		st.Problem, st.Failed = "", db.Time{}
		if before := day.AddDays(-s.measures[key].back()).String(); day.String() >= st.Day {
			top.state(st, day.String(), before, r.figures)
			st.Day, st.Before, st.Run, st.Counted = day.String(), before, run.ID, db.At(run.Started)
		}
		newer = append(newer, st)
		days = append(days, dayRow{Measure: key, Day: day.String(), Run: run.ID, From: db.At(r.window.From), To: db.At(r.window.To), Counted: db.At(run.Started)})
		for _, unit := range slices.Sorted(maps.Keys(r.figures)) {
			if f, ok := was[key][unit]; !ok || f != r.figures[unit] {
				rows = append(rows, rowOf(key, day.String(), unit, r.figures[unit]))
				top.figure(st, day.String(), unit, r.figures[unit])
			}
		}
		for _, unit := range slices.Sorted(maps.Keys(was[key])) {
			f, stays := r.figures[unit]
			had := was[key][unit]
			if !stays {
				gone = append(gone, []string{key, day.String(), unit})
				top.figure(st, day.String(), unit, Figure{})
			}
			if cause == "recount" && (!stays || f != had) {
				past = append(past, pastRow{ID: db.NewID(), Measure: key, Day: day.String(), Unit: unit, Num: had.Num, Den: had.Den, Seen: had.Seen, Expected: had.Expected,
					Run: earlier[key], At: db.At(run.Started), By: run.By})
			}
		}
	}
	run.Changed = len(rows) + len(gone)
	var problems []string
	for _, key := range slices.Sorted(maps.Keys(run.Failed)) {
		problems = append(problems, key+": "+clip(run.Failed[key]))
	}
	err = errors.Join(
		db.Put(ctx, tx, "", runRow{ID: run.ID, Cause: cause, Started: db.At(run.Started), Millis: run.Took.Milliseconds(), Pack: run.Pack, Hash: run.Hash, By: run.By,
			Measures: int64(run.Measures), Failed: int64(len(run.Failed)), Problem: strings.Join(problems, "\n")}),
		db.Put(ctx, tx, "ON CONFLICT (measure, day) DO UPDATE SET run_id = EXCLUDED.run_id, from_at = EXCLUDED.from_at, to_at = EXCLUDED.to_at, counted_at = EXCLUDED.counted_at", days...),
		db.Put(ctx, tx, "ON CONFLICT (measure, day, unit_id) DO UPDATE SET num = EXCLUDED.num, den = EXCLUDED.den, seen = EXCLUDED.seen, expected = EXCLUDED.expected", rows...),
		db.Put(ctx, tx, "", past...),
		db.Put(ctx, tx, "ON CONFLICT (measure) DO UPDATE SET day = EXCLUDED.day, before_day = EXCLUDED.before_day, run_id = EXCLUDED.run_id, counted_at = EXCLUDED.counted_at, "+
			"millis = EXCLUDED.millis, problem = EXCLUDED.problem, failed_at = EXCLUDED.failed_at", newer...))
	for part := range slices.Chunk(gone, 200) {
		if err == nil {
			_, err = tx.Do(ctx, "DELETE FROM measure_row WHERE (measure, day, unit_id) IN (?)", db.Tuples(part))
		}
	}
	if err == nil {
		err = top.write(ctx, tx)
	}
	return db.Error(op, err)
}

// runsOf are the runs that counted a day before, by measure; only a recount asks.
func runsOf(ctx context.Context, tx *db.Tx, cause, day string, keys []string) (map[string]string, error) {
	out := map[string]string{}
	if cause != "recount" || len(keys) == 0 {
		return out, nil
	}
	rows, err := db.Select[dayRow](ctx, tx, "WHERE d.day = ? AND d.measure IN (?)", day, db.In(keys))
	for _, r := range rows {
		out[r.Measure] = r.Run
	}
	return out, db.Error("measure.runsOf", err)
}

// forget removes runs of the program itself that no day rests on any more.
func (s *Service) forget(ctx context.Context, now time.Time) error {
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Do(ctx, "DELETE FROM measure_run WHERE started_at < ? AND cause = 'duty' AND id NOT IN (SELECT run_id FROM measure_day) "+
			"AND id NOT IN (SELECT run_id FROM measure_past)", db.At(now.AddDate(0, 0, -2)))
		return db.Error("measure.forget", err)
	})
}

func clip(err error) string {
	text := strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\x00", ""), "")
	if len(text) > mostWords {
		text = strings.ToValidUTF8(text[:mostWords], "")
	}
	return text
}
