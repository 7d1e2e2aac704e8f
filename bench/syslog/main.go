// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Command syslog measures how fast received lines are kept and read: one sender,
// one TCP connection and the same bytes of a fixed seed go to rsyslog, which
// writes them to a file, and to "vonggac serve", which stores them, looks each
// up in a million indicators, remembers who asked for what and has them
// searched. Both run by turns and medians are compared. Lines and planted hits
// are counted at both ends: one too few or too many fails the run. With -events
// a long run follows: memory must not grow, and at its end lines that come
// slowly must be read at once. It prints one table and writes JSON. A missing
// rsyslogd fails the run unless -peers leaves it out. Run it in the root of the
// repository, on a machine that does nothing else.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/bench/timed"
)

func main() {
	var r runner
	flag.Int64Var(&r.mb, "mb", 200, "size of the log in MB")
	flag.IntVar(&r.pairs, "pairs", 3, "how often ours and the peers run by turns")
	flag.IntVar(&r.indicators, "indicators", 1_000_000, "indicators that lines are looked up in")
	flag.Int64Var(&r.events, "events", 60_000_000, "lines of the long run; 0 for none")
	flag.Int64Var(&r.backlog, "backlog", 2_000_000, "lines of the long run that may be sent and not yet read")
	flag.DurationVar(&r.steady, "steady", 30*time.Second, "how long lines come slowly at the end of the long run")
	flag.Int64Var(&r.slow, "slow", 5000, "lines a second then")
	flag.DurationVar(&r.patience, "patience", 2*time.Hour, "longest time of one run")
	flag.StringVar(&r.dir, "dir", "", "folder for lists, logs and data, kept and used again; a temporary one when empty")
	flag.BoolVar(&r.search, "search", true, "wait until all lines can be searched as well")
	peers := flag.String("peers", strings.Join(peerNames(), ","), "peers to compare with, of "+strings.Join(peerNames(), ","))
	out := flag.String("json", "", "write the results as JSON to this file")
	flag.Parse()
	if *peers != "" {
		r.wanted = strings.Split(*peers, ",")
	}
	if err := r.run(context.Background(), *out); err != nil {
		fmt.Fprintln(os.Stderr, "syslog:", err)
		os.Exit(1)
	}
}

// runner holds what all runs share.
type runner struct {
	dir                    string
	mb                     int64
	pairs, indicators      int
	wanted                 []string
	events, backlog, slow  int64
	steady, patience       time.Duration
	search                 bool
	log                    log
	program, list, gen, in string // in is the data folder that is copied for each run of ours
}

// log is a log that was generated, with what is known of it.
type log struct {
	path         string
	lines, bytes int64
	hits         tally
}

func (r *runner) run(ctx context.Context, out string) (err error) {
	if err := r.ready(); err != nil {
		return err
	}
	if r.dir == "" {
		if r.dir, err = os.MkdirTemp("", "vonggac-syslog-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(r.dir)) }()
	}
	if r.dir, err = filepath.Abs(r.dir); err != nil {
		return err
	}
	if err := r.prepare(ctx); err != nil {
		return err
	}
	all := results{Processor: processor(), Processors: runtime.NumCPU(), Go: runtime.Version(), Lines: r.log.lines, Bytes: r.log.bytes, Pairs: r.pairs}
	fmt.Printf("%s, %d processors, %s; %d lines of %d bytes in all, %d indicators, %d pairs\n", all.Processor, all.Processors, all.Go, r.log.lines, r.log.bytes, r.indicators, r.pairs)
	if err := r.turns(ctx, &all); err != nil {
		return err
	}
	all.print(os.Stdout)
	if r.events > 0 {
		if all.Long, err = r.long(ctx); err != nil {
			return fmt.Errorf("long run: %w", err)
		}
		all.Long.print(os.Stdout)
	}
	if out == "" {
		return nil
	}
	text, err := json.MarshalIndent(all, "", "  ")
	return errors.Join(err, os.WriteFile(out, append(text, '\n'), 0o644))
}

// ready tells of all that is wrong before anything is built.
func (r *runner) ready() error {
	if r.pairs < 0 || r.mb < 1 {
		return errors.New("give at least one -mb, and no negative -pairs")
	}
	var wrong []error
	for _, name := range r.wanted {
		if !slices.Contains(peerNames(), name) {
			wrong = append(wrong, fmt.Errorf("-peers %s is not known; use %s", name, strings.Join(peerNames(), ",")))
		} else if _, err := exec.LookPath("rsyslogd"); err != nil {
			wrong = append(wrong, errors.New("rsyslogd is missing: install the package rsyslog, or leave it out by -peers ''"))
			break
		}
	}
	return errors.Join(wrong...)
}

// prepare builds the programs, generates list and log, and sets up a centre.
func (r *runner) prepare(ctx context.Context) error {
	r.program, r.gen, r.list = filepath.Join(r.dir, "vonggac"), filepath.Join(r.dir, "gen"), filepath.Join(r.dir, "list")
	for to, from := range map[string]string{r.program: "./cmd/vonggac", r.gen: "./bench/gen"} {
		if _, err := timed.Run(nil, []string{"CGO_ENABLED=0"}, "go", "build", "-o", to, from); err != nil {
			return err
		}
	}
	var err error
	if r.log, err = r.generate(ctx, filepath.Join(r.dir, "log"), r.mb*1e6, 1, time.Now().Add(-24*time.Hour)); err != nil {
		return err
	}
	return r.found(ctx)
}

// generate writes a log whose first line is of begin, and the list.
func (r *runner) generate(ctx context.Context, path string, size int64, seed int, begin time.Time) (log, error) {
	truth := path + ".truth"
	res, err := timed.Run(nil, nil, r.gen, r.order(path, truth, size, seed, begin)...)
	if err != nil {
		return log{}, err
	}
	return readPlanted(path, truth, res.Out)
}

func (r *runner) order(path, truth string, size int64, seed int, begin time.Time) []string {
	return []string{"-indicators", fmt.Sprint(r.indicators), "-list", r.list, "-log", path, "-truth", truth, "-bytes", fmt.Sprint(size), "-seed", fmt.Sprint(seed),
		"-begin", begin.UTC().Format(time.RFC3339)}
}

// processor is the model of the processor, as far as the system says.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for row := range strings.Lines(string(text)) {
		if name, model, ok := strings.Cut(row, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(model)
		}
	}
	return runtime.GOARCH
}
