// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Command parts measures the parts of the engine one by one, where bench/match
// measures the program as a whole: what share of the rate of cutting a log in
// lines is left after parsing, matching and rolling up; the index of ten million
// names; Suricata's EVE beside a general decoder; looking back over all that was
// seen. It takes a log through the steps itself (lines), else it runs the
// benchmarks of the packages, one after the other, prints one table and writes
// JSON. A figure that a benchmark did not give fails the run.
// Run it in the root of the repository, on a machine that does nothing else.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
)

// figure is one row of the table. Without an aim it is told and not judged.
type figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Least float64 `json:"least"`
	Aim   float64 `json:"aim"`
	Less  bool    `json:"less_is_better"`

	bench, metric string  // where it stands: "Text/bind9", "%ofsplit"
	scale         float64 // of the metric; 0 is 1
}

// met says whether the row reaches its mark.
func (f *figure) met() string {
	reaches := func(mark float64) bool { return f.Less && f.Value <= mark || !f.Less && f.Value >= mark }
	switch {
	case f.Aim == 0:
		return ""
	case reaches(f.Aim):
		return "aim"
	case reaches(f.Least):
		return "least"
	}
	return "below"
}

// String is the row of the table.
func (f *figure) String() string {
	row := fmt.Sprintf("%-66s %10.4g %-2s", f.Name, f.Value, f.Unit)
	if f.Aim == 0 {
		return row
	}
	return fmt.Sprintf("%s %8.4g %8.4g  %s", row, f.Least, f.Aim, f.met())
}

// run is one call of go test, or of a function here, and the figures it gives.
type run struct {
	folder, bench, time string
	here                func(dir string) (map[string]map[string]float64, error) // instead of go test
	says                string                                                  // what is measured, above the rows
	cores               string                                                  // one when empty; others stand in the names of benchmarks
	env                 []string
	figures             []figure
}

const ten = "10000000" // names in the large index

func runs(rows int) []run {
	return []run{
		{folder: "engine/scan", here: lines, says: linesSay, figures: []figure{
			{Name: "a line: read, nothing else", bench: "read", metric: "ns/line", Unit: "ns"},
			{Name: "a line: read and cut, the rate compared with", bench: "cut", metric: "ns/line", Unit: "ns"},
			{Name: "a line: read, cut and parsed", bench: "parse", metric: "ns/line", Unit: "ns"},
			{Name: "a line: and matched against 1 M names", bench: "match", metric: "ns/line", Unit: "ns"},
			{Name: "a line: and rolled up in memory", bench: "rollup", metric: "ns/line", Unit: "ns"},
			{Name: "parsed, of the rate of cutting lines", bench: "parse", metric: "%ofcut", Unit: "%", Least: 45, Aim: 60},
			{Name: "and matched against 1 M names", bench: "match", metric: "%ofcut", Unit: "%", Least: 18, Aim: 30},
			{Name: "and rolled up in memory", bench: "rollup", metric: "%ofcut", Unit: "%", Least: 10, Aim: 18},
		}},
		{folder: "engine/format", bench: "Text/bind9$|EveFields$", time: "3s", figures: []figure{
			{Name: "BIND parser alone, of cutting lines that lie in the first cache", bench: "Text/bind9", metric: "%ofsplit", Unit: "%"},
			{Name: "EVE fields, of fastjson's rate", bench: "EveFields", metric: "times", Unit: "x", Least: 2.5, Aim: 4},
			{Name: "allocations a BIND line", bench: "Text/bind9", metric: "allocs/op", Least: 0.001, Aim: 0.001, Less: true, scale: 1. / 20_000}, // a benchmark has some of its own
		}},
		{folder: "engine/intel", bench: "Build/" + ten + "/build$|Open/" + ten + "$", time: "3x", figures: []figure{
			{Name: "index of 10 M names: hot bytes an indicator", bench: "Build/" + ten + "/build", metric: "hot-B/indicator", Unit: "B", Least: 12, Aim: 8, Less: true},
			{Name: "built on one core", bench: "Build/" + ten + "/build", metric: "cpu-ns/indicator", Unit: "s", Least: 3, Aim: 1, Less: true, scale: 1e7 / 1e9},
			{Name: "opened and checked", bench: "Open/" + ten, metric: "ns/op", Unit: "ms", Least: 1000, Aim: 300, Less: true, scale: 1e-6},
		}},
		{folder: "engine/intel", bench: "Swap$", time: "200x", cores: "4", figures: []figure{
			{Name: "pause of a swap, all but one lease in a thousand", bench: "Swap-4", metric: "p99.9-ns", Unit: "ms", Least: 10, Aim: 1, Less: true, scale: 1e-6},
		}},
		{folder: "internal/intake/sighting", bench: "Hunt$", time: "5x", cores: "4", env: []string{"VONGGAC_SIGHTINGS_ROWS=" + strconv.Itoa(rows)}, figures: []figure{
			{Name: fmt.Sprintf("10,000 indicators over %d M rows on four cores, first pass", rows/1e6), bench: "Hunt-4", metric: "ms/first-pass", Unit: "ms", Least: 1000, Aim: 300, Less: true},
			{Name: "and again", bench: "Hunt-4", metric: "ns/op", Unit: "ms", Least: 150, Aim: 60, Less: true, scale: 1e-6},
		}},
	}
}

func main() {
	rows := flag.Int("sightings", 100_000_000, "rows that are looked back over; 100 million take some gigabytes of disk")
	only := flag.String("only", "", "only folders whose name contains this")
	out := flag.String("json", "", "write the table as JSON to this file")
	flag.Parse()
	if err := measure(*rows, *only, *out); err != nil {
		fmt.Fprintln(os.Stderr, "parts:", err)
		os.Exit(1)
	}
}

func measure(rows int, only, out string) error {
	fmt.Printf("%s/%s, %d processors, %s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	fmt.Printf("%-66s %10s    %8s %8s\n", "measure", "value", "least", "aim")
	var all []figure
	for _, r := range runs(rows) {
		if !strings.Contains(r.folder, only) {
			continue
		}
		got, err := r.measured()
		if err != nil {
			return err
		}
		if r.says != "" {
			fmt.Println(r.says)
		}
		for _, f := range r.figures {
			v, ok := got[f.bench][f.metric]
			if !ok {
				return fmt.Errorf("%s: no %s of Benchmark%s", r.folder, f.metric, f.bench)
			}
			if f.scale == 0 {
				f.scale = 1
			}
			f.Value = v * f.scale
			fmt.Println(&f)
			all = append(all, f)
		}
	}
	if out == "" {
		return nil
	}
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(b, '\n'), 0o644)
}

// measured runs what the run is about, in a temporary folder if it is done here.
func (r run) measured() (got map[string]map[string]float64, err error) {
	if r.here == nil {
		return r.benchmarks()
	}
	dir, err := os.MkdirTemp("", "vonggac-parts-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return r.here(dir)
}

// benchmarks runs go test and gives the metrics of each benchmark.
func (r run) benchmarks() (map[string]map[string]float64, error) {
	cmd := exec.Command("go", "test", "-run", "^$", "-bench", r.bench, "-benchtime", r.time, "-benchmem", "-cpu", cmp.Or(r.cores, "1"), "-timeout", "2h", "./"+r.folder)
	cmd.Env = append(os.Environ(), r.env...)
	var text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &text
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", r.folder, err, text.Bytes())
	}
	return parse(&text)
}

// parse reads lines of the Go benchmark format (go.dev/design/14313-benchmark-format):
// name, rounds, then pairs of value and unit.
func parse(text *bytes.Buffer) (map[string]map[string]float64, error) {
	out := map[string]map[string]float64{}
	in := bufio.NewScanner(text)
	for in.Scan() {
		f := strings.Fields(in.Text())
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") || len(f)%2 != 0 {
			continue
		}
		of := map[string]float64{}
		for i := 2; i+1 < len(f); i += 2 {
			v, err := strconv.ParseFloat(f[i], 64)
			if err != nil {
				return nil, fmt.Errorf("%q: %w", in.Text(), err)
			}
			of[f[i+1]] = v
		}
		out[strings.TrimPrefix(f[0], "Benchmark")] = of
	}
	if len(out) == 0 {
		return nil, errors.Join(errors.New("no benchmark ran"), in.Err())
	}
	return out, in.Err()
}
