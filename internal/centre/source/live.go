// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Live is how a source is doing.
type Live struct {
	State     Life
	Since     time.Time // of State; zero when it never changed
	LastAt    time.Time // receipt of the last line; zero when never heard
	Event     time.Time // what the latest block spoke of; zero when its lines have no time
	LinesHour int64     // received in the last 60 minutes
	BytesHour int64
	Rate      string // "low" or "high" when it breaks its pattern
	Losses    []Loss // of the last seven days, most first
	Samples   []Refusal
	Ways      map[WayID]WayLive
	Clocks    []Clock // of the last 24 hours, the latest first
	ClockOff  bool    // the latest differs by more than the pack allows
}

// WayLive is what listeners said last of one way.
type WayLive struct {
	Lines, Bytes, Refused, Dropped, Open int64
	LastAt, KeptAt                       time.Time
}

// Loss is how many lines did not arrive or were not read, for one reason.
type Loss struct {
	What, Reason string
	N            int64
}

// Lag is how long before its receipt the latest block ended, or by how much the
// sender's clock is ahead when it is negative. ok is false when that is not
// known.
func (l Live) Lag() (lag time.Duration, ok bool) {
	if l.Event.IsZero() || l.LastAt.IsZero() {
		return 0, false
	}
	return l.LastAt.Sub(l.Event), true
}

// Lost adds up the losses of one kind.
func (l Live) Lost(what string) int64 {
	n := int64(0)
	for _, loss := range l.Losses {
		if loss.What == what {
			n += loss.N
		}
	}
	return n
}

// Live is how a source in scope is doing.
func (s *Service) Live(ctx context.Context, id ID) (Live, error) {
	const op = "source.Live"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Live{}, err
	}
	q := s.Records.Read()
	if _, err := get(ctx, q, scope, id); err != nil {
		return Live{}, err
	}
	var states []stateRow
	var pulses []pulseRow
	var losses []lossRow
	var figures []figureRow
	var hour struct{ Lines, Bytes int64 }
	now := s.Now()
	for _, err := range []error{
		q.NewSelect().Model(&states).Where("st.source_id = ?", string(id)).Scan(ctx),
		q.NewSelect().Model(&pulses).Where("p.source_id = ?", string(id)).Scan(ctx),
		q.NewSelect().Model(&losses).Where("l.source_id = ?", string(id)).Where("l.day > ?", dayOf(now.AddDate(0, 0, -7))).Scan(ctx),
		q.NewSelect().Model(&figures).Where("g.source_id = ?", string(id)).Scan(ctx),
		q.NewSelect().Model((*beatRow)(nil)).ColumnExpr("CAST(COALESCE(SUM(b.lines), 0) AS BIGINT) AS lines").
			ColumnExpr("CAST(COALESCE(SUM(b.bytes), 0) AS BIGINT) AS bytes").Where("b.source_id = ?", string(id)).
			Where("b.minute > ?", db.At(now.Add(-time.Hour))).Where("b.minute <= ?", db.At(now)).Scan(ctx, &hour),
	} {
		if err != nil {
			return Live{}, db.Error(op, err)
		}
	}
	l := Live{State: NotWatched, LinesHour: hour.Lines, BytesHour: hour.Bytes, Losses: sumLosses(losses), Ways: map[WayID]WayLive{}}
	if l.Clocks, err = clocks(ctx, q, id, now); err != nil {
		return Live{}, err
	}
	l.ClockOff = len(l.Clocks) > 0 && s.Skew != nil && l.Clocks[0].Off(s.Skew())
	for _, st := range states {
		l.State, l.Since, l.Rate = st.State, st.Since.Time, st.Rate
	}
	for _, p := range pulses {
		l.LastAt, l.Event = p.Last.Time, p.Event.Time
		if err := json.Unmarshal([]byte(p.Samples), &l.Samples); err != nil {
			return Live{}, fmt.Errorf("%s: samples: %w", op, err)
		}
	}
	for _, g := range figures {
		l.Ways[WayID(g.Way)] = WayLive{g.Lines, g.Bytes, g.Refused, g.Dropped, g.Open, g.Last.Time, g.KeptAt.Time}
		var more []Refusal
		if err := json.Unmarshal([]byte(g.Samples), &more); err != nil {
			return Live{}, fmt.Errorf("%s: samples: %w", op, err)
		}
		l.Samples = append(l.Samples, more...)
	}
	return l, nil
}

func sumLosses(rows []lossRow) []Loss {
	sum := map[Loss]int64{}
	for _, r := range rows {
		sum[Loss{What: r.What, Reason: r.Reason}] += r.N
	}
	var out []Loss
	for l, n := range sum {
		l.N = n
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b Loss) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.What, b.What), cmp.Compare(a.Reason, b.Reason))
	})
	return out
}

// Gap is a time in which a source was watched and silent.
type Gap struct {
	From time.Time // the last line before
	To   time.Time // the first line after; zero while it lasts
}

// mostGaps is how many gaps a page shows.
const mostGaps = 20

// Gaps are the latest silences of a source in scope, the latest first, at most
// twenty.
func (s *Service) Gaps(ctx context.Context, id ID) ([]Gap, error) {
	const op = "source.Gaps"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	if _, err := get(ctx, s.Records.Read(), scope, id); err != nil {
		return nil, err
	}
	var rows []silenceRow
	err = s.Records.Read().NewSelect().Model(&rows).Where("q.source_id = ?", string(id)).OrderExpr("q.from_at DESC").Limit(mostGaps).Scan(ctx)
	out := make([]Gap, len(rows))
	for i, r := range rows {
		out[i] = Gap{r.From.Time, r.To.Time}
	}
	return out, db.Error(op, err)
}
