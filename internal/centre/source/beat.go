// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// WayFigures are what a listener says of one way in. All counts are since the
// listener started and only grow until it starts again.
type WayFigures struct {
	Way     WayID
	Lines   int64
	Bytes   int64
	Refused map[string]int64 // lines by reason: over the quota, too long, …
	Dropped map[string]int64 // lines by reason
	Odd     map[string]int64 // lines by reason that were taken all the same: of another encoding, cut
	Open    int64            // connections now
	LastAt  time.Time        // receipt of the last line; zero when none came
	Samples []Refusal        // the latest of these, at most some
}

// kept are the figures as they were last kept, so that a process which starts
// anew adds what is new.
type kept struct {
	mu   sync.Mutex
	last map[WayID]WayFigures
}

type figureRow struct {
	bun.BaseModel `bun:"table:source_figure,alias:g"`

	Way     string  `bun:"way_id,pk"`
	Source  string  `bun:"source_id"`
	Lines   int64   `bun:"lines"`
	Bytes   int64   `bun:"bytes"`
	Refused int64   `bun:"refused"`
	Dropped int64   `bun:"dropped"`
	Open    int64   `bun:"open"`
	Last    db.Time `bun:"last_at"`
	Samples string  `bun:"samples"`
	KeptAt  db.Time `bun:"kept_at"`
}

// KeepFigures adds to the records what the listeners of this process took,
// refused and dropped since it was last called. Figures of ways that are no
// longer known are passed over.
func (s *Service) KeepFigures(ctx context.Context, list []WayFigures) error {
	s.kept.mu.Lock()
	defer s.kept.mu.Unlock()
	if len(list) == 0 {
		return nil
	}
	of, err := s.sourcesOf(ctx, list)
	if err != nil {
		return err
	}
	now := s.Now()
	for part := range slices.Chunk(list, 200) {
		err := s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
			var rows []figureRow
			var lost []lossRow
			for _, f := range part {
				source, known := of[f.Way]
				if !known {
					continue
				}
				r, l, err := s.kept.last[f.Way].grown(f, source, now)
				if err != nil {
					return err
				}
				rows, lost = append(rows, r), append(lost, l...)
			}
			return keepFigures(ctx, tx, rows, lost)
		})
		if err != nil {
			return db.Error("source.KeepFigures", err)
		}
		if s.kept.last == nil {
			s.kept.last = map[WayID]WayFigures{}
		}
		for _, f := range part {
			s.kept.last[f.Way] = f
		}
	}
	return nil
}

func (s *Service) sourcesOf(ctx context.Context, list []WayFigures) (map[WayID]string, error) {
	out := map[WayID]string{}
	for part := range slices.Chunk(list, 500) {
		ids := make([]string, len(part))
		for i, f := range part {
			ids[i] = string(f.Way)
		}
		var rows []wayRow
		if err := s.Records.Read().NewSelect().Model(&rows).Column("id", "source_id").Where("w.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
			return nil, db.Error("source.sourcesOf", err)
		}
		for _, r := range rows {
			out[WayID(r.ID)] = r.Source
		}
	}
	return out, nil
}

// grown is by how much now exceeds before, of a way of source. A count that
// fell began anew.
func (before WayFigures) grown(now WayFigures, source string, at time.Time) (figureRow, []lossRow, error) {
	more := func(is, was int64) int64 {
		if is < was {
			return is
		}
		return is - was
	}
	r := figureRow{Way: string(now.Way), Source: source, Lines: more(now.Lines, before.Lines), Bytes: more(now.Bytes, before.Bytes),
		Open: now.Open, Last: db.At(now.LastAt), KeptAt: db.At(at)}
	var lost []lossRow
	for what, sides := range map[string][2]map[string]int64{lossRefused: {now.Refused, before.Refused}, lossDropped: {now.Dropped, before.Dropped},
		lossOdd: {now.Odd, before.Odd}} {
		for why, n := range sides[0] {
			if n = more(n, sides[1][why]); n == 0 {
				continue
			}
			lost = append(lost, lossRow{Source: source, Day: dayOf(at), What: what, Reason: why, N: n})
			switch what {
			case lossRefused:
				r.Refused += n
			case lossDropped:
				r.Dropped += n
			}
		}
	}
	samples := []Refusal{}
	for _, s := range now.Samples {
		if len(lost) == 0 { // nothing is new
			break
		}
		s.Text = cutText(s.Text)
		samples = append(samples, s)
	}
	var err error
	r.Samples, err = asJSON(fewSamples(samples))
	return r, lost, err
}

func keepFigures(ctx context.Context, tx *db.Tx, rows []figureRow, lost []lossRow) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&rows).On("CONFLICT (way_id) DO UPDATE").Set("lines = g.lines + EXCLUDED.lines").
		Set("bytes = g.bytes + EXCLUDED.bytes").Set("refused = g.refused + EXCLUDED.refused").Set("dropped = g.dropped + EXCLUDED.dropped").
		Set("open = EXCLUDED.open").Set("last_at = COALESCE(EXCLUDED.last_at, g.last_at)").
		Set("samples = CASE WHEN EXCLUDED.samples <> '[]' THEN EXCLUDED.samples ELSE g.samples END").
		Set("kept_at = EXCLUDED.kept_at").Exec(ctx)
	if err != nil {
		return db.Error("source.keepFigures", err)
	}
	var sum []lossRow // two ways of a source may lose for the same reason
	slices.SortFunc(lost, compareLoss)
	for _, l := range lost {
		if n := len(sum); n > 0 && compareLoss(sum[n-1], l) == 0 {
			sum[n-1].N += l.N
			continue
		}
		sum = append(sum, l)
	}
	return addLosses(ctx, tx, sum)
}

func compareLoss(a, b lossRow) int {
	return cmp.Or(cmp.Compare(a.Source, b.Source), a.Day.Compare(b.Day.Time), cmp.Compare(a.What, b.What), cmp.Compare(a.Reason, b.Reason))
}
