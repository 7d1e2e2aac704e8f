// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Command tally reads the JSON of go test on standard input (go doc
// test2json), shows each package and the whole output of what failed, lists why
// tests were skipped, and ends with one line: "N passed, N failed, N skipped".
// It exits 1 when anything failed or nothing ran.
//
// A test with subtests counts through them alone, unless it fails by itself; a
// package that fails without a failing test (it did not build, it crashed, time
// ran out) counts as one failure; a fuzz run counts as one.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

func main() {
	ok, err := tally(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// event is one line of go test -json.
type event struct {
	Action     string
	Package    string
	ImportPath string // of build events
	Test       string
	Elapsed    float64
	Output     string
}

type name struct{ pkg, test string }

// book is what was seen so far.
type book struct {
	out     io.Writer
	results map[name]string   // "pass", "fail", "skip"
	output  map[name][]string // of tests, and of packages under test ""
	parents map[name]bool
	builds  map[string][]string // import path -> compiler's words
	broken  []string            // packages that failed
	slow    []timed
}

type timed struct {
	name
	seconds float64
}

// slowest and worthNaming bound the list of slow tests.
const (
	slowest     = 10
	worthNaming = 20.0 // s
)

// tally counts what in tells and writes the report to out; false when
// something failed or nothing was counted.
func tally(in io.Reader, out io.Writer) (bool, error) {
	b := &book{out: out, results: map[name]string{}, output: map[name][]string{}, parents: map[name]bool{}, builds: map[string][]string{}}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if strings.TrimSpace(line) != "" {
			var e event
			if json.Unmarshal([]byte(line), &e) == nil {
				b.take(e)
			} else {
				fmt.Fprint(out, line) // words of the go command itself
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return false, err
		}
	}
	return b.close(), nil
}

func (b *book) take(e event) {
	n := name{e.Package, e.Test}
	switch e.Action {
	case "run":
		b.results[n] = ""
		for at := range len(e.Test) {
			if e.Test[at] == '/' {
				b.parents[name{e.Package, e.Test[:at]}] = true
			}
		}
	case "build-output":
		b.builds[e.ImportPath] = append(b.builds[e.ImportPath], e.Output)
	case "build-fail":
		fmt.Fprint(b.out, strings.Join(b.builds[e.ImportPath], ""))
	case "output":
		b.output[n] = append(b.output[n], e.Output)
	case "pass", "fail", "skip":
		if e.Test != "" {
			b.results[n] = e.Action
			if e.Elapsed >= worthNaming && !strings.Contains(e.Test, "/") {
				b.slow = append(b.slow, timed{n, e.Elapsed})
			}
			if e.Action == "fail" {
				fmt.Fprintf(b.out, "--- FAIL: %s %s\n%s", e.Package, e.Test, strings.Join(b.output[n], ""))
			}
			if e.Action != "skip" {
				delete(b.output, n)
			}
			return
		}
		b.packageEnds(e)
	}
}

func (b *book) packageEnds(e event) {
	switch {
	case e.Action == "fail":
		b.broken = append(b.broken, e.Package)
		for _, n := range b.unfinished(e.Package) {
			fmt.Fprintf(b.out, "--- UNFINISHED: %s %s\n%s", n.pkg, n.test, strings.Join(b.output[n], ""))
		}
		fmt.Fprint(b.out, strings.Join(b.output[name{e.Package, ""}], ""))
		fmt.Fprintf(b.out, "FAIL\t%s\t%.1fs\n", e.Package, e.Elapsed)
	case e.Action == "pass":
		fmt.Fprintf(b.out, "ok\t%s\t%.1fs\n", e.Package, e.Elapsed)
	}
	delete(b.output, name{e.Package, ""})
}

// unfinished are the tests of a package that began and gave no result, their
// parents left out.
func (b *book) unfinished(pkg string) []name {
	var out []name
	for n, r := range b.results {
		if r == "" && n.pkg == pkg && !b.parents[n] {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(x, y name) int { return strings.Compare(x.test, y.test) })
	return out
}

// close prints reasons and totals.
func (b *book) close() bool {
	var passed, failed, skipped int
	reasons := map[string]int{}
	failedIn := map[string]bool{}
	for n, r := range b.results {
		switch {
		case r == "fail" && !b.failedBelow(n):
			failed++
			failedIn[n.pkg] = true
		case b.parents[n]:
		case r == "pass":
			passed++
		case r == "skip":
			skipped++
			reasons[reason(b.output[n])]++
		}
	}
	for _, pkg := range b.broken {
		if !failedIn[pkg] {
			failed++
		}
	}
	slices.SortStableFunc(b.slow, func(x, y timed) int { return cmp.Compare(y.seconds, x.seconds) })
	for _, t := range b.slow[:min(slowest, len(b.slow))] {
		fmt.Fprintf(b.out, "slow %.0f s: %s %s\n", t.seconds, t.pkg, t.test)
	}
	for _, why := range slices.Sorted(maps.Keys(reasons)) {
		fmt.Fprintf(b.out, "skipped %d: %s\n", reasons[why], why)
	}
	fmt.Fprintf(b.out, "%d passed, %d failed, %d skipped\n", passed, failed, skipped)
	return failed == 0 && passed > 0
}

func (b *book) failedBelow(n name) bool {
	for other, r := range b.results {
		if r == "fail" && other.pkg == n.pkg && strings.HasPrefix(other.test, n.test+"/") {
			return true
		}
	}
	return false
}

// reason is what a test said when it was skipped, without file and line.
func reason(output []string) string {
	for _, line := range slices.Backward(output) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "---") || strings.HasPrefix(line, "===") {
			continue
		}
		if _, said, ok := strings.Cut(line, ".go:"); ok {
			if _, said, ok := strings.Cut(said, ": "); ok {
				return said
			}
		}
		return line
	}
	return "no reason given"
}
