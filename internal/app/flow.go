// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/metrics"
)

// Flow is how far received lines have come: what the command "flow" answers.
// Each count is of lines unless it says otherwise. Taken, Stored, Blocks and
// Received are of this run, the others of all time.
type Flow struct {
	Doors    map[string]string `json:"doors"` // addresses that listeners have, by their names
	Taken    int64             `json:"taken"`
	Stored   int64             `json:"stored"`          // and synced
	Lost     int64             `json:"lost"`            // not taken, or given up
	Blocks   int64             `json:"blocks"`          // stored
	Received int64             `json:"received_bytes"`  // of the lines stored
	Held     int64             `json:"held_bytes"`      // of lines not yet stored
	Waiting  int64             `json:"waiting_blocks"`  // stored and not done with; only of FlowAsk.Stream
	Read     int64             `json:"read"`            // looked up, remembered and counted
	Rejected int64             `json:"rejected"`        // of Read
	Hits     int64             `json:"hits"`            // of Read
	Found    int64             `json:"found,omitempty"` // lines that can be searched now; only when asked for
}

// FlowAsk is what the command "flow" takes: whether to ask the stream as well,
// and to count what can be searched, which asks the engine.
type FlowAsk struct {
	Stream bool `json:"stream,omitempty"`
	Found  bool `json:"found,omitempty"`
}

// flow asks the listeners and, when asked to, the stream.
func (a *App) flow(ctx context.Context, stream bool) (Flow, error) {
	f := Flow{Doors: map[string]string{}}
	in := a.intake.Load()
	if in == nil {
		return f, nil
	}
	if in.listener != nil {
		all := in.listener.Figures()
		f.Held = all.Held
		for _, l := range all.Listeners {
			f.Doors[l.Name] = l.Address
		}
		for _, w := range all.Ways {
			f.Taken, f.Stored, f.Blocks, f.Received = f.Taken+w.Lines, f.Stored+w.StoredLines, f.Blocks+w.Blocks, f.Received+w.StoredBytes
			for _, c := range w.Counts {
				if c.Reason.Gone() {
					f.Lost += c.Lines
				}
			}
		}
	}
	if !stream {
		return f, nil
	}
	s, err := in.stream.Figures(ctx)
	f.Waiting = int64(max(s.Left(), s.Keeping.Left()))
	return f, err
}

func (a *App) flowCommand(ctx context.Context, args json.RawMessage, _ func(Step)) (any, error) {
	var ask FlowAsk
	if err := json.Unmarshal(args, &ask); err != nil {
		return nil, fmt.Errorf("control flow: %w", err)
	}
	f, err := a.flow(ctx, ask.Stream)
	if err == nil {
		err = a.Records.Read().NewRaw("SELECT COALESCE(SUM(lines), 0), COALESCE(SUM(rejected), 0), COALESCE(SUM(hits), 0) FROM source_hour").Scan(ctx, &f.Read, &f.Rejected, &f.Hits)
	}
	if store := a.lakeStore(); err == nil && ask.Found && store != nil {
		f.Found, err = store.Count(ctx, lake.Scope{All: true}, lake.Query{})
	}
	return f, err
}

// measureFlow adds what is received to the figures.
func (a *App) measureFlow() {
	a.figures.Gauges("intake_lines", "Lines received over the network since the start: taken in, of them stored, and lost.", []string{"stage"},
		func(ctx context.Context) ([]metrics.Figure, error) {
			f, err := a.flow(ctx, false)
			return []metrics.Figure{{Of: []string{"taken"}, Value: float64(f.Taken)}, {Of: []string{"stored"}, Value: float64(f.Stored)}, {Of: []string{"lost"}, Value: float64(f.Lost)}}, err
		})
	a.figures.Gauge("intake_waiting_blocks", "Received blocks that are stored and not yet done with.", func(ctx context.Context) (float64, error) {
		f, err := a.flow(ctx, true)
		return float64(f.Waiting), err
	})
	a.figures.Gauge("intake_held_bytes", "Bytes of received lines that are not stored yet.", func(ctx context.Context) (float64, error) {
		f, err := a.flow(ctx, false)
		return float64(f.Held), err
	})
}
