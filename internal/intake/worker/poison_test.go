// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package worker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/intake/worker"
)

// brittle reads any line as a connection and breaks at some.
type brittle struct{ at string }

func (r brittle) Read(line []byte, into []event.Activity) ([]event.Activity, format.Verdict) {
	if r.at == "" || bytes.Contains(line, []byte(r.at)) {
		var none []int
		_ = none[len(line)]
	}
	return append(into, event.Activity{Class: event.NetworkActivity, Time: received}), format.Verdict{Outcome: format.Parsed}
}

// breaking is a worker whose reader breaks at lines with a word, or, when that
// is empty, at each.
func breaking(r *rooms, at string, keep func([]lake.Row)) *worker.Worker {
	d := r.deps()
	d.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	d.Source = func(context.Context, string) (worker.Source, error) {
		return worker.Source{Zone: time.UTC, Log: format.Log{Name: "brittle",
			Activity: format.Activity{Name: "brittle", New: func(format.Options) format.ActivityReader { return brittle{at} }}}}, nil
	}
	d.Archive = func(_ context.Context, _ stream.Block, rows []lake.Row, _ bool) error { keep(rows); return nil }
	return worker.New(d)
}

// TestAPoisonLineCostsOnlyItself puts lines that break the reader among two
// thousand others.
func TestAPoisonLineCostsOnlyItself(t *testing.T) {
	t.Parallel()
	var lines []string
	for i := range 2000 {
		lines = append(lines, fmt.Sprintf("line %d", i))
	}
	for _, i := range []int{0, 777, 778, 1999} {
		lines[i] += " poison"
	}
	r := &rooms{}
	var kept []lake.Row
	w := breaking(r, "poison", func(rows []lake.Row) { kept = rows })
	b := block("net/1", lines...)
	if err := errors.Join(w.Take(t.Context(), b, 1), w.Keep(t.Context(), b, 1)); err != nil {
		t.Fatal(err)
	}
	said := r.said[0]
	if said.Lines != 2000 || said.Parsed != 1996 || said.Rejected[worker.ReaderFailed] != 4 || scan.Total(said.Rejected) != 4 || len(said.Samples) != 4 {
		t.Errorf("said %+v, %d samples", said.Counts, len(said.Samples))
	}
	if w.Poisoned() != 4 {
		t.Errorf("%d lines counted", w.Poisoned())
	}
	for i, row := range kept {
		if row.Raw != lines[i] || row.Line != int64(i) || (row.Class == lake.BaseEvent) != strings.HasSuffix(lines[i], "poison") {
			t.Fatalf("row %d is %+v", i, row)
		}
	}
	if len(kept) != len(lines) {
		t.Errorf("%d rows kept", len(kept))
	}
}

// TestABlockThatIsAllPoisonIsGivenUpAtOnce: others pass.
func TestABlockThatIsAllPoisonIsGivenUpAtOnce(t *testing.T) {
	t.Parallel()
	s, err := stream.Open(t.Context(), stream.Options{Dir: t.TempDir(), Reserve: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var bad []string
	for i := range 40 {
		bad = append(bad, fmt.Sprintf("poison %d", i))
	}
	for _, b := range []stream.Block{block("net/1", "good"), block("net/2", bad...), block("net/3", "good too")} {
		if err := s.Append(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	r := &rooms{}
	w := breaking(r, "poison", func([]lake.Row) {})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := make(chan error, 3)
	go func() {
		defer cancel()
		for range 3 {
			<-seen
		}
	}()
	if err := s.Consume(ctx, stream.Reading, 1, func(ctx context.Context, b stream.Block, attempt int) error {
		err := w.Take(ctx, b, attempt)
		seen <- err
		return err
	}); err != nil {
		t.Fatal(err)
	}
	letters, err := s.Letters(t.Context(), 0, 10)
	if err != nil || len(letters) != 1 || letters[0].Block.ID != "net/2" || letters[0].Attempts != 1 || !strings.Contains(letters[0].Reason, "panic: ") {
		t.Errorf("letters %+v, %v", letters, err)
	}
	if len(r.took) != 2 {
		t.Errorf("took %q", r.took)
	}
}
