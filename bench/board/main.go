// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Command board measures the scoreboard of a large province: a directive of 60
// requirements issued to 150 units, each with a duty and a measure, 365 days of
// figures behind them, findings, infections, log sources and obligations as of a
// year. It prints the median and the 95th percentile of the board, of what it is
// read from and of the pages beside it, and the time of counting a day, of writing
// one and of counting one anew; on SQLite and, when VONGGAC_TEST_POSTGRES holds a
// server's address, on PostgreSQL. Visits come one after the other; the load of the
// machine is told beside. It fails when an answer is not whole.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/vonggac/vonggac/bench/crowd"
	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// size is how much there is.
type size struct {
	crowd.Size
	measures, days, visits int
}

// result is what is printed and written of one engine.
type result struct {
	Engine   string   `json:"engine"`
	Units    int      `json:"units"`
	Measures int      `json:"measures"`
	Days     int      `json:"days"`
	Figures  []figure `json:"figures"`
}

// figure is one thing that was timed.
type figure struct {
	What string  `json:"what"`
	P50  float64 `json:"p50_ms"`
	P95  float64 `json:"p95_ms"`
	CPU  float64 `json:"cpu_ms,omitempty"` // processor time of this process for each: what the clock shows on a machine that does nothing else, or less
	N    int     `json:"n"`
	Load string  `json:"load,omitempty"` // of the machine then: running processes over 1, 5 and 15 minutes
}

func main() {
	s := size{Size: crowd.Size{Units: 150, People: 1, Findings: 100_000, Infections: 20_000, Incidents: 1000, Obligations: 50_000, Documents: 10_000}}
	flag.IntVar(&s.Units, "units", s.Units, "how many units")
	flag.IntVar(&s.Findings, "findings", s.Findings, "how many findings")
	flag.IntVar(&s.Infections, "infections", s.Infections, "how many infections")
	flag.IntVar(&s.Obligations, "obligations", s.Obligations, "how many other obligations")
	flag.IntVar(&s.measures, "measures", 60, "how many requirements, with a measure each")
	flag.IntVar(&s.days, "days", 365, "how many days of rows")
	flag.IntVar(&s.visits, "visits", 40, "how often each is asked")
	engine := flag.String("engine", "", "sqlite or postgres; both when empty")
	out := flag.String("json", "", "file for the result as JSON")
	flag.Parse()
	if err := run(context.Background(), s, *engine, *out); err != nil {
		fmt.Fprintln(os.Stderr, "board:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s size, engine, out string) error {
	var results []result
	var errs []error
	if engine != "postgres" {
		r, err := on(ctx, "SQLite", "", s)
		results, errs = append(results, r), append(errs, err)
	}
	if server := os.Getenv(dbtest.PostgresEnv); server != "" && engine != "sqlite" {
		errs = append(errs, onServer(ctx, server, func(address string) error {
			r, err := on(ctx, "PostgreSQL", address, s)
			results = append(results, r)
			return err
		}))
	} else if engine != "sqlite" {
		fmt.Printf("PostgreSQL: not measured, %s is not set\n", dbtest.PostgresEnv)
	}
	if out != "" {
		raw, err := json.MarshalIndent(results, "", "  ")
		if err == nil {
			err = os.WriteFile(out, append(raw, '\n'), 0o644)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// onServer runs fn with the address of a new database.
func onServer(ctx context.Context, server string, fn func(address string) error) error {
	u, err := url.Parse(server)
	if err != nil {
		return fmt.Errorf("%s is no address", dbtest.PostgresEnv)
	}
	admin, err := db.Open(ctx, server)
	if err != nil {
		return err
	}
	name := "b" + strings.ReplaceAll(db.NewID(), "-", "")
	if _, err := admin.Read().NewRaw("CREATE DATABASE " + name).Exec(ctx); err != nil {
		return errors.Join(err, admin.Close())
	}
	u.Path = "/" + name
	err = fn(u.String())
	_, dropped := admin.Read().NewRaw("DROP DATABASE " + name + " WITH (FORCE)").Exec(ctx)
	return errors.Join(err, dropped, admin.Close())
}

// on measures on an empty database at address; on SQLite when it is empty.
func on(ctx context.Context, name, address string, s size) (r result, err error) {
	r = result{Engine: name, Units: s.Units, Measures: s.measures, Days: s.days}
	dir, err := os.MkdirTemp("", "vonggac-bench-")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	flags := map[string]string{"data": dir, "listen": "127.0.0.1:0"}
	if address != "" {
		flags["records.address"] = address
	}
	cfg, err := config.Load(config.Sources{Flags: flags, Hostname: "bench"})
	if err != nil {
		return r, err
	}
	p := province{size: s, now: time.Now(), report: func(f figure) {
		r.Figures = append(r.Figures, f)
		fmt.Printf("%s: %s: p50 %.1f ms, p95 %.1f ms, processor %.1f ms (%d times, load %s)\n", name, f.What, f.P50, f.P95, f.CPU, f.N, f.Load)
	}}
	a, err := app.Open(ctx, app.Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return p.now }, Version: "bench",
		PasswordCost: account.Cost{Memory: 64, Passes: 1, Threads: 1}})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if p.Crowd, err = crowd.Fill(ctx, a, p.now, s.Size); err != nil {
		return r, err
	}
	fmt.Printf("%s: %d units, %d requirements, %d days, %d findings, %d infections, %d other obligations\n", name, s.Units, s.measures, s.days, s.Findings, s.Infections, s.Obligations)
	return r, p.measure(ctx)
}
