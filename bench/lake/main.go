// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Command lake measures searching: it keeps events in an archive and an engine,
// says how fast that was and what they take on disk for each byte received, and
// asks the engine as the page of events does, by units, cold and warm. It fails
// when an answer is not the truth or takes too long.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/intake/lake/engine"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "engine" { // the process that the client starts
		if err := engine.Run(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	var b bench
	flag.Int64Var(&b.events, "events", 100_000_000, "how many events")
	flag.DurationVar(&b.span, "span", 24*time.Hour, "time over which they lie")
	flag.IntVar(&b.times, "times", 5, "how often each question is asked cold and warm")
	flag.DurationVar(&b.limit, "limit", time.Second, "what a median must stay below; 0 for none")
	flag.StringVar(&b.dir, "dir", "", "folder that is filled once and used again; a temporary one when empty")
	out := flag.String("json", "", "file for the result as JSON")
	flag.Parse()
	if err := b.run(context.Background(), *out); err != nil {
		fmt.Fprintln(os.Stderr, "lake:", err)
		os.Exit(1)
	}
}

type bench struct {
	events int64
	span   time.Duration
	times  int
	limit  time.Duration
	dir    string

	client *lake.Client
	filled filled
}

// result is what is printed and written.
type result struct {
	Events         int64          `json:"events"`
	Raw            int64          `json:"raw_bytes"`
	FillSeconds    float64        `json:"fill_seconds"`
	RowsPerSecond  float64        `json:"rows_per_second"`
	ArchiveBytes   int64          `json:"archive_bytes"`
	EngineBytes    int64          `json:"engine_bytes"`
	PerRaw         float64        `json:"disk_per_raw_byte"` // of both
	ArchivePerRaw  float64        `json:"archive_per_raw_byte"`
	EnginePerRaw   float64        `json:"engine_per_raw_byte"`
	StartedSeconds float64        `json:"engine_start_seconds"` // median of cold starts
	Questions      []questionTook `json:"questions"`
}

type questionTook struct {
	Name string  `json:"name"`
	Cold float64 `json:"cold_ms"` // medians
	Warm float64 `json:"warm_ms"`
	Rows int64   `json:"rows"`
}

func (b *bench) run(ctx context.Context, out string) (err error) {
	if b.dir == "" {
		if b.dir, err = os.MkdirTemp("", "vonggac-bench-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	}
	if err := b.fill(ctx); err != nil {
		return err
	}
	r := result{Events: b.filled.Events, Raw: b.filled.Raw, FillSeconds: b.filled.Seconds, RowsPerSecond: float64(b.filled.Events) / b.filled.Seconds}
	if r.ArchiveBytes, err = sizeOf(filepath.Join(b.dir, "archive")); err != nil {
		return err
	}
	if r.EngineBytes, err = sizeOf(filepath.Join(b.dir, "engine")); err != nil {
		return err
	}
	raw := float64(r.Raw)
	r.ArchivePerRaw, r.EnginePerRaw, r.PerRaw = float64(r.ArchiveBytes)/raw, float64(r.EngineBytes)/raw, float64(r.ArchiveBytes+r.EngineBytes)/raw
	slow := b.ask(ctx, &r)
	if err := print(r); err != nil {
		return errors.Join(slow, err)
	}
	if out == "" {
		return slow
	}
	text, err := json.MarshalIndent(r, "", "\t")
	if err == nil {
		err = os.WriteFile(out, append(text, '\n'), 0o600)
	}
	return errors.Join(slow, err)
}

func print(r result) error {
	fmt.Printf("%d events of %.1f GB over the span, kept and searchable in %.0f s: %.0f rows/s\n", r.Events, float64(r.Raw)/1e9, r.FillSeconds, r.RowsPerSecond)
	fmt.Printf("disk per byte received: archive 1/%.1f, engine 1/%.1f, both 1/%.1f; the engine answers %.1f s after its start\n", 1/r.ArchivePerRaw, 1/r.EnginePerRaw,
		1/r.PerRaw, r.StartedSeconds)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "cold ms\twarm ms\trows\tquestion\t")
	for _, q := range r.Questions {
		fmt.Fprintf(w, "%.0f\t%.0f\t%d\t%s\t\n", q.Cold, q.Warm, q.Rows, q.Name)
	}
	return w.Flush()
}

func sizeOf(dir string) (n int64, err error) {
	err = filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			n += info.Size()
		}
		return err
	})
	return n, err
}

// open starts an engine on the folder and returns once it answers.
func (b *bench) open(ctx context.Context) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	b.client, err = lake.Open(lake.Options{Dir: filepath.Join(b.dir, "engine"), Command: []string{exe, "engine"}, Log: slog.New(slog.DiscardHandler),
		StartTime: 10 * time.Minute})
	if err != nil {
		return err
	}
	return b.client.Flush(ctx)
}
