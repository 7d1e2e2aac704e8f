// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/bench/timed"
)

// dataset is one list with one log.
type dataset struct {
	list, log string
	lines     int64
	truth     tally
	rolled    *rolled // of the first that folded it
}

// tally counts the lines that hit by client and name: "10.0.0.1\tevil.example".
type tally map[string]int64

// dataset generates what a contest needs, once.
func (r *runner) dataset(c contest) (*dataset, error) {
	name := strconv.Itoa(c.indicators)
	args := []string{"-ascii", "-indicators", name, "-bytes", strconv.FormatInt(r.mb*1e6, 10)}
	if c.unique {
		args, name = append(args, "-unique"), name+"-unique"
	}
	if set := r.sets[name]; set != nil {
		return set, nil
	}
	set := &dataset{list: r.path("list-" + name), log: r.path("log-" + name)}
	res, err := timed.Run(nil, nil, r.path("gen"), append(args, "-list", set.list, "-log", set.log, "-truth", r.path("truth"))...)
	if err != nil {
		return nil, err
	}
	var said struct{ Lines int64 }
	if err := json.Unmarshal(res.Out, &said); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(r.path("truth"))
	if err != nil {
		return nil, err
	}
	set.lines = said.Lines
	set.truth, err = readPairs(string(text))
	r.sets[name] = set
	return set, err
}

// checked runs a command once and holds its answer against the truth. The note
// says what a loose peer got wrong.
func (r *runner) checked(cmd command, c contest, set *dataset, exact bool) (string, error) {
	if _, err := r.once(cmd); err != nil {
		return "", err
	}
	if cmd.read != nil {
		text, err := os.ReadFile(r.path("answer"))
		if err != nil {
			return "", err
		}
		got, err := cmd.read(string(text))
		if err != nil {
			return "", err
		}
		missed, extra := compare(set.truth, got)
		if exact && missed+extra > 0 {
			return "", fmt.Errorf("%d lines missed, %d false", missed, extra)
		}
		if !exact {
			return fmt.Sprintf("(it misses %d of %d, %d false)", missed, sum(set.truth), extra), nil
		}
	}
	if cmd.csv == "" {
		return "", nil
	}
	got, err := readRolled(cmd.csv)
	if err != nil {
		return "", err
	}
	if got.lines != set.lines || got.hits != sum(set.truth) {
		return "", fmt.Errorf("the roll-up holds %d lines with %d hits, want %d with %d", got.lines, got.hits, set.lines, sum(set.truth))
	}
	if set.rolled == nil {
		set.rolled = &got
	} else if *set.rolled != got {
		return "", errors.New("the roll-up differs from ours")
	}
	return fmt.Sprintf("(%d rows)", got.rows), nil
}

func sum(t tally) (n int64) {
	for _, v := range t {
		n += v
	}
	return n
}

// compare counts lines of want that got lacks, and the other way round.
func compare(want, got tally) (missed, extra int64) {
	for k, n := range want {
		missed += max(0, n-got[k])
	}
	for k, n := range got {
		extra += max(0, n-want[k])
	}
	return missed, extra
}

// readPairs reads client, tab, name of each line that hit.
func readPairs(text string) (tally, error) {
	t := tally{}
	for row := range strings.Lines(text) {
		t[strings.TrimSuffix(row, "\n")]++
	}
	return t, nil
}

// readLines reads lines of a BIND 9 query log.
func readLines(text string) (tally, error) {
	t := tally{}
	for row := range strings.Lines(text) {
		f := strings.Fields(row)
		if len(f) < 10 {
			return nil, fmt.Errorf("not a line of the log: %.200q", row)
		}
		client, _, _ := strings.Cut(f[6], "#")
		t[client+"\t"+strings.ToLower(strings.TrimSuffix(f[9], "."))]++
	}
	return t, nil
}

// readJSON reads the hit groups of vonggac scan --json.
func readJSON(text string) (tally, error) {
	t := tally{}
	in := json.NewDecoder(strings.NewReader(text))
	for {
		var g struct {
			Client, Value string
			Count         int64
		}
		if err := in.Decode(&g); errors.Is(err, io.EOF) {
			return t, nil
		} else if err != nil {
			return nil, err
		}
		t[g.Client+"\t"+g.Value] += g.Count
	}
}

// rolled is what two roll-ups are compared by: their rows as a set, without
// the times, which tools write in their own ways.
type rolled struct {
	rows, lines, hits int64
	set               uint64 // sum of the hashes of day, client, name, count and verdict
}

var seed = maphash.MakeSeed()

func readRolled(path string) (out rolled, err error) {
	f, err := os.Open(path)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	in := csv.NewReader(bufio.NewReaderSize(f, 1<<20))
	in.ReuseRecord = true
	if _, err := in.Read(); err != nil {
		return out, err
	}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		if len(row) != 7 {
			return out, fmt.Errorf("%s: a row of %d fields, not 7", path, len(row))
		}
		n, err := strconv.ParseInt(row[3], 10, 64)
		if err != nil {
			return out, err
		}
		out.rows++
		out.lines += n
		if row[6] == "hit" {
			out.hits += n
		}
		out.set += maphash.String(seed, strings.Join([]string{row[0], row[1], row[2], row[3], row[6]}, ","))
	}
}
