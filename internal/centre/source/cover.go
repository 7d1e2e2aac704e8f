// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Cover is how much of what should have been seen of a unit in a window was
// seen: hours of sources, so that those of several units add up.
type Cover struct {
	Sources  int64 // that see the unit: its own, those of units below, and those above that see it too
	Seen     int64 // of Expected, hours in which the source spoke as expected
	Expected int64 // hours in which a watched source should have spoken, of all such sources
	Unasked  int64 // hours in which a source spoke that nobody waited for
	Deaf     int64 // of Expected and not of Seen: hours in which this centre did not listen
	Missing  []Missed
}

// Missed is a source that was missing for some hours. Only sources in the
// actor's scope are named.
type Missed struct {
	ID    ID
	Name  string
	Hours int64
}

// Verdict is what a figure that rests on logs may say.
type Verdict string

// The verdicts. Of Unwatched nobody can tell whether it is all.
const (
	NoSource  Verdict = "no_source"
	NoData    Verdict = "no_data"
	Partly    Verdict = "partly"
	Unwatched Verdict = "unwatched"
	Enough    Verdict = "enough"
)

// Verdict judges c by the least coverage in percent.
func (c Cover) Verdict(least int64) Verdict {
	switch {
	case c.Sources == 0 && c.Expected == 0 && c.Unasked == 0:
		return NoSource
	case c.Expected == 0 && c.Unasked > 0:
		return Unwatched
	case c.Seen == 0:
		return NoData
	case c.Seen*100 < c.Expected*least:
		return Partly
	}
	return Enough
}

// Covered is the coverage of a unit and of those below it in from..to (to not
// included), as far as it is over. It answers whoever reads findings or
// sources.
func (s *Service) Covered(ctx context.Context, unit string, from, to time.Time) (Cover, error) {
	const op = "source.Covered"
	scope, err := s.readers(ctx, op)
	if err != nil {
		return Cover{}, err
	}
	q := s.Records.Read()
	if in, err := scope.Holds(ctx, q, unit); err != nil || !in {
		if err == nil {
			err = fault.Missing(op)
		}
		return Cover{}, err
	}
	return s.cover(ctx, scope, []string{unit}, from, to)
}

// CoveredScope is Covered for all units that the actor may see.
func (s *Service) CoveredScope(ctx context.Context, from, to time.Time) (Cover, error) {
	scope, err := s.readers(ctx, "source.CoveredScope")
	if err != nil {
		return Cover{}, err
	}
	return s.cover(ctx, scope, nil, from, to)
}

// readers is the scope of whoever reads findings, else of whoever reads sources.
func (s *Service) readers(ctx context.Context, op string) (auth.Scope, error) {
	_, scope, err := auth.Need(ctx, op, auth.Permission{Area: auth.Findings, Act: auth.Read})
	if fault.Is(err, fault.Forbidden) {
		_, scope, err = auth.Need(ctx, op, mayRead)
	}
	return scope, err
}

// cover adds up the sources that see units; nil stands for all of the scope.
func (s *Service) cover(ctx context.Context, scope auth.Scope, units []string, from, to time.Time) (Cover, error) {
	const op = "source.cover"
	q := s.Records.Read()
	var sources []struct {
		row     `bun:",extend"`
		InScope bool `bun:"in_scope"`
	}
	where, args := scope.Where("row.owner_unit")
	sel := q.NewSelect().Model(&sources).ColumnExpr("row.*").ColumnExpr("CASE WHEN "+where+" THEN 1 ELSE 0 END = 1 AS in_scope", args...).OrderExpr("row.id")
	roots := units
	if units == nil {
		roots = scope.Roots()
	}
	sel = sel.Where("row.owner_unit IN (SELECT c.descendant FROM unit_closure AS c WHERE c.ancestor IN (?)) AND "+where+
		" OR row.owner_unit IN (SELECT c.ancestor FROM unit_closure AS c WHERE c.descendant IN (?))"+
		" AND EXISTS (SELECT 1 FROM source_span AS sp WHERE sp.source_id = row.id AND sp.below)", slices.Concat([]any{bun.List(roots)}, args, []any{bun.List(roots)})...)
	if err := sel.Scan(ctx, &sources); err != nil {
		return Cover{}, db.Error(op, err)
	}
	ids, names, open := make([]string, 0, len(sources)), map[string]string{}, map[string]bool{}
	for _, r := range sources {
		ids = append(ids, r.ID)
		open[r.ID] = !r.Closed
		if r.InScope {
			names[r.ID] = r.Name
		}
	}
	days, err := s.hours(ctx, ids, from, to)
	if err != nil {
		return Cover{}, err
	}
	var c Cover
	for _, id := range ids {
		if open[id] {
			c.Sources++
		}
		m := days[id].sum()
		c.Seen, c.Expected, c.Unasked, c.Deaf = c.Seen+m.seen, c.Expected+m.expected+m.deaf, c.Unasked+m.unasked, c.Deaf+m.deaf
		if name, told := names[id]; told && m.seen < m.expected {
			c.Missing = append(c.Missing, Missed{ID: ID(id), Name: name, Hours: m.expected - m.seen})
		}
	}
	slices.SortStableFunc(c.Missing, func(a, b Missed) int { return cmp.Compare(b.Hours, a.Hours) })
	return c, nil
}

// Mark is what one hour of a source was.
type Mark string

// The marks.
const (
	Full    Mark = "full"    // spoke as expected
	Missing Mark = "missing" // should have spoken and did not
	Unasked Mark = "unasked" // spoke, though nobody waited
	Idle    Mark = "idle"    // nobody waited, nothing came
	NoEar   Mark = "deaf"    // nothing came, for this centre did not listen
	StillOn Mark = "open"    // not over
	Yet     Mark = "yet"     // to come
)

// strip is the hours of a source from a moment on.
type strip struct {
	from  time.Time
	marks []Mark
	lines []int64
}

// tally is a sum of hours. deaf ones are not among the expected.
type tally struct{ seen, expected, unasked, deaf int64 }

func (s strip) sum() (t tally) {
	for _, m := range s.marks {
		switch m {
		case Full:
			t.seen++
			t.expected++
		case Missing:
			t.expected++
		case NoEar:
			t.deaf++
		case Unasked:
			t.unasked++
		}
	}
	return t
}

// hours are the strips of sources over from..to, in whole hours: an hour that
// is not over is neither seen nor missing.
func (s *Service) hours(ctx context.Context, ids []string, from, to time.Time) (map[string]strip, error) {
	return s.hoursIn(ctx, s.Records.Read(), ids, from, to)
}

// hoursIn is hours as q sees the records.
func (s *Service) hoursIn(ctx context.Context, q bun.IDB, ids []string, from, to time.Time) (map[string]strip, error) {
	const op = "source.hours"
	from, now := from.UTC().Truncate(time.Hour), s.Now()
	if to.After(now.Add(time.Hour)) {
		to = now.Add(time.Hour)
	}
	out := map[string]strip{}
	if !from.Before(to) {
		return out, nil
	}
	deaf, err := deafTimes(ctx, q, from, to)
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(ids, 500) {
		by, reach, err := spansOf(ctx, q, part, from, to)
		if err != nil {
			return nil, err
		}
		var rows []hourRow
		err = q.NewSelect().Model(&rows).Column("source_id", "hour", "lines", "rejected").Where("h.source_id IN (?)", bun.List(part)).
			Where("h.hour >= ?", db.At(from.Add(-reach))).Where("h.hour < ?", db.At(to)).
			Where("h.lines > h.rejected").Scan(ctx)
		if err != nil {
			return nil, db.Error(op, err)
		}
		heard := map[string]map[int64]int64{}
		for _, r := range rows {
			if heard[r.Source] == nil {
				heard[r.Source] = map[int64]int64{}
			}
			heard[r.Source][r.Hour.Unix()/3600] = r.Lines
		}
		for _, id := range part {
			out[id] = mark(by[id], heard[id], deaf, from, to, now, s.office())
		}
	}
	return out, nil
}

// spansOf are the times in which sources were watched over from..to, and how far
// before it lines still tell of its first hours.
func spansOf(ctx context.Context, q bun.IDB, ids []string, from, to time.Time) (by map[string][]spanRow, reach time.Duration, err error) {
	var spans []spanRow
	err = q.NewSelect().Model(&spans).Where("s.source_id IN (?)", bun.List(ids)).Where("s.from_at < ?", db.At(to)).
		Where("s.to_at IS NULL OR s.to_at > ?", db.At(from)).OrderExpr("s.source_id, s.from_at").Scan(ctx)
	slowest := int64(0)
	by = map[string][]spanRow{}
	for _, sp := range spans {
		slowest = max(slowest, sp.Minutes)
		if sp.Office {
			reach = officeReach
		}
		by[sp.Source] = append(by[sp.Source], sp)
	}
	return by, reach + time.Duration(slowest)*time.Minute, db.Error("source.spansOf", err)
}

// mark lays out the hours of one source.
func mark(spans []spanRow, heard map[int64]int64, deaf []Deaf, from, to, now time.Time, days office) strip {
	out := strip{from: from}
	for hour := from; hour.Before(to); hour = hour.Add(time.Hour) {
		at := hour.Unix() / 3600
		lines := heard[at]
		m := Idle
		r, watched := watchedIn(spans, hour)
		switch {
		case hour.After(now):
			m = Yet
		case now.Before(hour.Add(time.Hour)):
			m = StillOn
		case watched && r.expects(hour, days) && spoke(heard, at, r, days):
			m = Full
		case watched && r.expects(hour, days) && deafIn(deaf, hour):
			m = NoEar
		case watched && r.expects(hour, days):
			m = Missing
		case lines > 0:
			m = Unasked
		}
		out.marks, out.lines = append(out.marks, m), append(out.lines, lines)
	}
	return out
}

// watchedIn is the rhythm under which the whole hour was watched.
func watchedIn(spans []spanRow, hour time.Time) (Rhythm, bool) {
	end := hour.Add(time.Hour)
	for _, sp := range spans {
		if !sp.Since.After(hour) && sp.From.Before(end) && (sp.To.IsZero() || !sp.To.Before(end)) {
			return sp.rhythm(), true
		}
	}
	return Rhythm{}, false
}

// officeReach is how far before a window lines still tell of its first hours
// when only office hours count: over the longest holidays.
const officeReach = 12 * 24 * time.Hour

// spoke reports that a source of rhythm r spoke in the hour, or so few expected
// hours before that it need not have.
func spoke(heard map[int64]int64, at int64, r Rhythm, days office) bool {
	left := max(r.Minutes, 1)
	for back := int64(0); left > 0 && back < int64((mostMinutes*time.Minute+officeReach)/time.Hour); back++ {
		if heard[at-back] > 0 {
			return true
		}
		if r.expects(time.Unix((at-back)*3600, 0), days) {
			left -= 60
		}
	}
	return false
}
