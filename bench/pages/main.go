// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Command pages measures how long the lists of a large province take: a million
// findings, a million open obligations, 200,000 papers, 150 units, 500 people. It prints the median and the 95th percentile
// of each list on SQLite and, when VONGGAC_TEST_POSTGRES holds a server's
// address, on PostgreSQL, and fails when a page is not answered, when its count
// is not the truth or when a query reads a large table from end to end.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/vonggac/vonggac/bench/crowd"
	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

func main() {
	size := crowd.Province
	flag.IntVar(&size.Findings, "findings", size.Findings, "how many findings")
	flag.IntVar(&size.Infections, "infections", size.Infections, "how many infections")
	flag.IntVar(&size.Acts, "acts", size.Acts, "how many entries in the audit trail")
	flag.IntVar(&size.Obligations, "obligations", size.Obligations, "how many open obligations")
	flag.IntVar(&size.Documents, "documents", size.Documents, "how many papers in the register")
	only := flag.String("only", "", "open only the lists whose \"address as login\" this regular expression finds, such as ^/obligations")
	visits := flag.Int("visits", 40, "how often each list is opened")
	engine := flag.String("engine", "", "sqlite or postgres; both when empty")
	slow := flag.Duration("slow", 0, "name the queries that take so long, such as 50ms")
	keep := flag.String("keep", "", "folder for the centres, kept and used again; a temporary one when empty")
	flag.Parse()
	if err := run(context.Background(), size, *visits, *engine, *keep, *only, *slow); err != nil {
		fmt.Fprintln(os.Stderr, "pages:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, size crowd.Size, visits int, engine, keep, only string, slow time.Duration) error {
	var errs []error
	if engine != "postgres" {
		errs = append(errs, measure(ctx, "SQLite", "", under(keep, "sqlite"), size, visits, only, slow))
	}
	if server := os.Getenv(dbtest.PostgresEnv); server != "" && engine != "sqlite" {
		errs = append(errs, onServer(ctx, server, keep != "", func(address string) error {
			return measure(ctx, "PostgreSQL", address, under(keep, "postgres"), size, visits, only, slow)
		}))
	} else if engine != "sqlite" {
		fmt.Printf("PostgreSQL: not measured, %s is not set\n", dbtest.PostgresEnv)
	}
	return errors.Join(errs...)
}

// under is a folder of keep; "" when nothing is kept.
func under(keep, name string) string {
	if keep == "" {
		return ""
	}
	return filepath.Join(keep, name)
}

// onServer runs fn with the address of a new database, or with one that is kept
// and that an earlier run may have filled.
func onServer(ctx context.Context, server string, keep bool, fn func(address string) error) error {
	u, err := url.Parse(server)
	if err != nil {
		return fmt.Errorf("%s is no address", dbtest.PostgresEnv)
	}
	admin, err := db.Open(ctx, server)
	if err != nil {
		return err
	}
	const name = "vonggac_bench_pages"
	u.Path = "/" + name
	if keep {
		n, err := admin.Read().NewSelect().Table("pg_database").Where("datname = ?", name).Count(ctx)
		if err == nil && n == 0 {
			_, err = admin.Read().NewRaw("CREATE DATABASE " + name).Exec(ctx)
		}
		if err == nil {
			err = fn(u.String())
		}
		return errors.Join(err, admin.Close())
	}
	if _, err := admin.Read().NewRaw("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)").Exec(ctx); err != nil {
		return errors.Join(err, admin.Close())
	}
	if _, err := admin.Read().NewRaw("CREATE DATABASE " + name).Exec(ctx); err != nil {
		return errors.Join(err, admin.Close())
	}
	err = fn(u.String())
	_, dropped := admin.Read().NewRaw("DROP DATABASE " + name + " WITH (FORCE)").Exec(ctx)
	return errors.Join(err, dropped, admin.Close())
}

func measure(ctx context.Context, name, address, dir string, size crowd.Size, visits int, only string, slow time.Duration) (err error) {
	if dir == "" {
		if dir, err = os.MkdirTemp("", "vonggac-bench-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	flags := map[string]string{"data": dir, "listen": "127.0.0.1:0"}
	if address != "" {
		flags["records.address"] = address
	}
	cfg, err := config.Load(config.Sources{Flags: flags, Hostname: "bench"})
	if err != nil {
		return err
	}
	now := time.Now()
	a, err := app.Open(ctx, app.Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Version: "bench",
		PasswordCost: account.Cost{Memory: 64, Passes: 1, Threads: 1}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	began := time.Now()
	c, err := crowd.Fill(ctx, a, now, size)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d findings, %d infections, %d obligations, %d papers, %d units, %d people, %d acts, filled in %.0f s\n", name, size.Findings, size.Infections,
		size.Obligations, size.Documents, size.Units, size.People, size.Acts, time.Since(began).Seconds())
	c.Slow, c.Report = slow, func(text string) { fmt.Println(text) }
	return table(ctx, c, visits, only)
}

func table(ctx context.Context, c *crowd.Crowd, visits int, only string) error {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "p50 ms\tp95 ms\tmost ms\trows\tof\tlist\t")
	var errs []error
	var all []time.Duration
	for _, v := range c.Visits() {
		if !wanted.MatchString(v.Path + " as " + v.Login) {
			continue
		}
		var took []time.Duration
		var last crowd.Answer
		for n := range visits + 2 {
			a, err := c.Visit(ctx, v)
			if err != nil {
				return err
			}
			if last = a; n >= 2 { // the first two warm up
				took = append(took, a.Took)
			}
		}
		errs = append(errs, c.Check(ctx, v, last), c.Plans(ctx, v))
		slices.Sort(took)
		all = append(all, took...)
		more := ""
		if last.Over {
			more = ">"
		}
		fmt.Fprintf(out, "%.1f\t%.1f\t%.1f\t%d\t%s%d\t%s as %s\t\n", ms(took, 50), ms(took, 95), ms(took, 100), last.Rows, more, last.Total, v.Path, v.Login)
	}
	slices.Sort(all)
	fmt.Fprintf(out, "%.1f\t%.1f\t%.1f\t\t\tall\t\n", ms(all, 50), ms(all, 95), ms(all, 100))
	return errors.Join(append(errs, out.Flush())...)
}

// ms is the percentile of sorted in milliseconds.
func ms(sorted []time.Duration, percent int) float64 {
	return float64(sorted[(len(sorted)-1)*percent/100].Microseconds()) / 1000
}
