// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/bench/timed"
	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/rollup"
	"github.com/vonggac/vonggac/engine/scan"
)

const (
	listed    = 1_000_000
	logBytes  = 200_000_000
	readSize  = 256 << 10 // as engine/scan reads
	passes    = 9
	tableRoom = 1 << 30 // as "vonggac scan" has, so that nothing spills
)

// pass goes through the log once.
func (s *step) pass(log string) (lines int64, took time.Duration, err error) {
	began, err := timed.Spent()
	if err != nil {
		return 0, 0, err
	}
	if lines, err = s.run(log); err != nil {
		return lines, 0, err
	}
	ended, err := timed.Spent()
	return lines, ended - began, err
}

// linesSay stands above the rows of lines.
var linesSay = fmt.Sprintf(`A BIND log of %d MB in the system's cache, processor time of one core, the quickest of %d passes by turns. Compared with:
the file by read() in pieces of %d KiB, one bytes.IndexByte a line, nothing else. All else: engine/scan over the same file.`, logBytes/1_000_000, passes, readSize>>10)

// step is one way through the log, and what it took at its quickest.
type step struct {
	name string
	run  func(log string) (lines int64, err error)
	took time.Duration
}

// lines reads one BIND log of the generator from its file in several ways, by
// turns on one core. What is compared with is reading it in pieces and finding
// the end of each line by one call of the library's byte search, nothing else.
// All other ways go through engine/scan as "vonggac scan" does. Of each way the
// quickest pass counts, by processor time, so that other work on the machine
// counts less.
func lines(dir string) (map[string]map[string]float64, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	log, index, want, err := linesData(dir)
	if err != nil {
		return nil, err
	}
	steps := []step{
		{name: "read", run: func(log string) (int64, error) { return want, readPieces(log, func([]byte) {}) }},
		{name: "cut", run: cut},
		{name: "parse", run: func(log string) (int64, error) { return scanned(log, nil, nil) }},
		{name: "match", run: func(log string) (int64, error) { return scanned(log, index, nil) }},
		{name: "rollup", run: func(log string) (n int64, err error) {
			table := rollup.New(time.UTC, dir, tableRoom)
			defer func() { err = errors.Join(err, table.Close()) }()
			return scanned(log, index, table)
		}},
	}
	for range passes {
		for i := range steps {
			s := &steps[i]
			n, took, err := s.pass(log)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
			if n != want {
				return nil, fmt.Errorf("%s: %d lines, want %d", s.name, n, want)
			}
			if s.took == 0 || took < s.took {
				s.took = took
			}
		}
	}
	out := map[string]map[string]float64{}
	for _, s := range steps {
		out[s.name] = map[string]float64{"ns/line": float64(s.took) / float64(want), "%ofcut": 100 * float64(steps[1].took) / float64(s.took)}
	}
	return out, nil
}

// linesData makes the list and the log in dir and returns the log, the index of
// the list and how many lines the log has.
func linesData(dir string) (log string, index *intel.Index, lines int64, err error) {
	log = filepath.Join(dir, "log")
	list := filepath.Join(dir, "list")
	said, err := exec.Command("go", "run", "./bench/gen", "-ascii", "-indicators", strconv.Itoa(listed), "-bytes", strconv.Itoa(logBytes), "-list", list, "-log", log).Output()
	if err != nil {
		return "", nil, 0, fmt.Errorf("bench/gen: %w", err)
	}
	var planted struct{ Lines int64 }
	if err := json.Unmarshal(said, &planted); err != nil {
		return "", nil, 0, err
	}
	f, err := os.Open(list)
	if err != nil {
		return "", nil, 0, err
	}
	var b intel.Builder
	_, err = b.Load(f, intel.List{Name: "bench"})
	return log, b.Build(), planted.Lines, errors.Join(err, f.Close())
}

// readPieces reads the log by read() in pieces and calls fn with the whole lines
// of each.
func readPieces(log string, fn func(lines []byte)) (err error) {
	f, err := os.Open(log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	buf := make([]byte, readSize)
	rest := 0 // begun and not yet whole
	for {
		n, err := f.Read(buf[rest:])
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		n += rest
		whole := bytes.LastIndexByte(buf[:n], '\n') + 1
		fn(buf[:whole])
		rest = copy(buf, buf[whole:n])
	}
}

// cut finds the end of each line.
func cut(log string) (n int64, err error) {
	err = readPieces(log, func(lines []byte) {
		for at := 0; at < len(lines); n++ {
			at += bytes.IndexByte(lines[at:], '\n') + 1
		}
	})
	return n, err
}

// scanned takes the log through engine/scan and says how many lines it parsed.
func scanned(log string, index *intel.Index, table *rollup.Table) (n int64, err error) {
	f, err := os.Open(log)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	bind, ok := format.Lookup("bind9")
	if !ok {
		return 0, errors.New("no format bind9")
	}
	opt := scan.Options{File: log, Format: bind, Lines: format.Options{Zone: time.UTC, At: time.Now()}, Index: index, Rollup: table, Workers: 1}
	sum, err := scan.Stream(context.Background(), f, opt, func(scan.Block) error { return nil })
	return sum.Parsed, err
}
