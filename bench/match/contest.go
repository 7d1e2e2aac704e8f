// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/vonggac/vonggac/bench/timed"
)

// contest is one row of the table or, with several peers, a few.
type contest struct {
	name       string
	indicators int
	unique     bool // a name of its own in each line
	rollup     bool
	copies     int // of ours side by side, each on its own; the ratio is of what they do together
	procs      int // of ours, and threads of a peer that has them; 0 is all
	by         string
	least, aim float64
	peers      []string
}

// contests are what is promised of "vonggac scan", with what it must reach. Rows
// of scans side by side have nothing to reach: what cores that share nothing but
// the machine do together is the ceiling of the row below.
var contests = []contest{
	{name: "match 200k / plain Go, 1 core", indicators: 200_000, procs: 1, by: "cpu", least: 8, aim: 12, peers: []string{"plain"}},
	{name: "match 1M / awk, 1 core", indicators: 1_000_000, procs: 1, by: "cpu", least: 12, aim: 20, peers: []string{"mawk", "gawk"}},
	{name: "match 10M / plain Go, 1 core", indicators: 10_000_000, procs: 1, by: "cpu", least: 6, aim: 10, peers: []string{"plain"}},
	{name: "match 200k / search by fixed strings", indicators: 200_000, by: "wall", least: 50, aim: 80, peers: []string{"grep", "ripgrep", "vectorscan"}},
	{name: "match + roll-up 1M / DuckDB, 4 cores", indicators: 1_000_000, rollup: true, procs: 4, by: "wall", least: 12, aim: 25, peers: []string{"duckdb"}},
	{name: "match 1M, 4 scans side by side / 1", indicators: 1_000_000, copies: 4, procs: 1, by: "wall", peers: []string{"alone"}},
	{name: "match 1M, 4 cores / 1", indicators: 1_000_000, procs: 4, by: "wall", least: 3.2, aim: 3.7, peers: []string{"alone"}},
	{name: "match + roll-up of unique rows, 4 scans / 1", indicators: 1_000_000, unique: true, rollup: true, copies: 4, procs: 1, by: "wall", peers: []string{"alone"}},
	{name: "match + roll-up of unique rows, 4 cores / 1", indicators: 1_000_000, unique: true, rollup: true, procs: 4, by: "wall", least: 2.5, aim: 3.2, peers: []string{"alone"}},
}

// line is one comparison.
type line struct {
	Row   string  `json:"row"`
	Peer  string  `json:"peer"`
	By    string  `json:"by"`
	Ours  medians `json:"ours"`
	Their medians `json:"peer_took"`
	Ratio float64 `json:"ratio"`
	Least float64 `json:"at_least"`
	Aim   float64 `json:"aim"`
	Note  string  `json:"note,omitempty"`
}

// medians are of all runs: seconds and bytes.
type medians struct {
	Wall float64 `json:"wall_s"`
	CPU  float64 `json:"cpu_s"`
	Peak float64 `json:"peak_bytes"`
}

const heading = "row                                          peer       by     ours s   peer s   ratio   least     aim   ours/peer peak MB"

// String is the line in the table.
func (l line) String() string {
	a, b := l.Ours.CPU, l.Their.CPU
	if l.By == "wall" {
		a, b = l.Ours.Wall, l.Their.Wall
	}
	mark := "  below"
	switch {
	case l.Aim == 0:
		mark = "  the ceiling of this machine"
	case l.Ratio >= l.Aim:
		mark = "  aim"
	case l.Ratio >= l.Least:
		mark = ""
	}
	return fmt.Sprintf("%-44s %-9s %5s %9.2f %8.2f %7.1f %7.1f %7.1f   %.0f / %.0f%s  %s", l.Row, l.Peer, l.By, a, b, l.Ratio, l.Least, l.Aim, l.Ours.Peak/1e6, l.Their.Peak/1e6, mark, l.Note)
}

// contest holds ours and each peer against the truth, then times them by turns.
func (r *runner) contest(c contest) ([]line, error) {
	set, err := r.dataset(c)
	if err != nil {
		return nil, err
	}
	ours := r.ours(c, set, c.procs)
	for i := 1; i < c.copies; i++ {
		ours.beside = append(ours.beside, r.ours(c, set, c.procs).apart(i))
	}
	if _, err := r.checked(ours, c, set, true); err != nil {
		return nil, fmt.Errorf("ours: %w", err)
	}
	var out []line
	for _, name := range c.peers {
		if name != "alone" && !slices.Contains(r.wanted, name) {
			continue
		}
		rival := r.ours(c, set, 1)
		exact := true
		if name != "alone" {
			rival = peers[name].command(r, c, set)
			exact = !peers[name].loose
		}
		note, err := r.checked(rival, c, set, exact)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		l := line{Row: c.name, Peer: name, By: c.by, Least: c.least, Aim: c.aim, Note: note}
		if l.Ours, l.Their, err = r.turns(ours, rival); err != nil {
			return nil, err
		}
		l.Ratio = l.Their.CPU / l.Ours.CPU
		if c.by == "wall" {
			l.Ratio = l.Their.Wall / l.Ours.Wall
		}
		l.Ratio *= float64(max(1, c.copies))
		out = append(out, l)
	}
	return out, nil
}

// command is one way to an answer.
type command struct {
	env  []string
	name string
	args []string
	read func(answer string) (tally, error) // of standard output
	csv  string                             // where the roll-up goes
	// beside run at the same time; their answers go nowhere.
	beside []command
}

// apart returns c with a roll-up of its own.
func (c command) apart(n int) command {
	c.args = slices.Clone(c.args)
	for i, a := range c.args {
		if a == c.csv && a != "" {
			c.args[i] = fmt.Sprintf("%s.%d", a, n)
		}
	}
	return c
}

// ours is our program as its users run it.
func (r *runner) ours(c contest, set *dataset, procs int) command {
	cmd := command{name: r.path("vonggac"), args: []string{"scan", "--tz", "UTC", "--format", "bind9", "--json", "--indicators", set.list}, read: readJSON}
	if procs > 0 {
		cmd.env = []string{"GOMAXPROCS=" + strconv.Itoa(procs)}
	}
	if c.rollup {
		cmd.csv = r.path("ours.csv")
		cmd.args = append(cmd.args, "--rollup", cmd.csv)
	}
	cmd.args = append(cmd.args, set.log)
	return cmd
}

// once runs a command with its answer into a file, as a shell would, and those
// beside it: the clock runs until the last is done, all else adds up.
func (r *runner) once(c command) (timed.Result, error) {
	all := append([]command{c}, c.beside...)
	got, errs := make([]timed.Result, len(all)), make([]error, len(all))
	began := time.Now()
	var wait sync.WaitGroup
	for i, one := range all {
		wait.Go(func() { got[i], errs[i] = r.into(answerName(i), one) })
	}
	wait.Wait()
	sum := timed.Result{Wall: time.Since(began)}
	for _, g := range got {
		sum.CPU += g.CPU
		sum.Peak += g.Peak
	}
	return sum, errors.Join(errs...)
}

func answerName(i int) string {
	if i == 0 {
		return "answer"
	}
	return fmt.Sprintf("answer.%d", i)
}

func (r *runner) into(answer string, c command) (timed.Result, error) {
	out, err := os.Create(r.path(answer))
	if err != nil {
		return timed.Result{}, err
	}
	res, err := timed.Run(out, c.env, c.name, c.args...)
	if closed := out.Close(); err == nil {
		err = closed
	}
	return res, err
}

// turns runs both by turns.
func (r *runner) turns(a, b command) (ma, mb medians, err error) {
	var as, bs []timed.Result
	for range r.pairs {
		for _, side := range []struct {
			cmd command
			to  *[]timed.Result
		}{{a, &as}, {b, &bs}} {
			res, err := r.once(side.cmd)
			if err != nil {
				return ma, mb, err
			}
			*side.to = append(*side.to, res)
		}
	}
	return middle(as), middle(bs), nil
}

func middle(all []timed.Result) medians {
	of := func(f func(timed.Result) float64) float64 {
		v := make([]float64, len(all))
		for i, r := range all {
			v[i] = f(r)
		}
		slices.Sort(v)
		if n := len(v); n%2 == 0 {
			return (v[n/2-1] + v[n/2]) / 2
		}
		return v[len(v)/2]
	}
	return medians{Wall: of(func(r timed.Result) float64 { return r.Wall.Seconds() }), CPU: of(func(r timed.Result) float64 { return r.CPU.Seconds() }),
		Peak: of(func(r timed.Result) float64 { return r.Peak })}
}
