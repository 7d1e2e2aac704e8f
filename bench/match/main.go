// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Command match compares "vonggac scan" with other ways to the same answer, on
// the same files of a fixed seed, in one run: whole processes, lists loaded and
// every line accounted for on our side. First the answers are held against the
// hits that were planted, line by line; then ours and the peer run by turns, and
// medians are compared. It prints one table and writes JSON. A peer that is
// missing fails the run unless -peers leaves it out. Run it in the root of the
// repository, on a machine that does nothing else.
package main

import (
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

	"github.com/vonggac/vonggac/bench/timed"
)

func main() {
	var r runner
	flag.Int64Var(&r.mb, "mb", 200, "size of each log in MB")
	flag.IntVar(&r.pairs, "pairs", 5, "how often ours and the peer run by turns")
	flag.StringVar(&r.dir, "dir", "", "folder for lists and logs, kept and used again; a temporary one when empty")
	peers := flag.String("peers", strings.Join(usual(), ","), "peers to compare with, of "+strings.Join(peerNames(), ","))
	only := flag.String("rows", "", "only rows whose name contains this")
	out := flag.String("json", "", "write the table as JSON to this file")
	flag.Parse()
	r.wanted = strings.Split(*peers, ",")
	if err := r.run(*only, *out); err != nil {
		fmt.Fprintln(os.Stderr, "match:", err)
		os.Exit(1)
	}
}

// runner holds what all rows share.
type runner struct {
	dir    string
	mb     int64
	pairs  int
	wanted []string
	sets   map[string]*dataset
}

func (r *runner) run(only, out string) (err error) {
	if err := r.ready(); err != nil {
		return err
	}
	if r.dir == "" {
		if r.dir, err = os.MkdirTemp("", "vonggac-match-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(r.dir)) }()
	}
	if err := r.build(); err != nil {
		return err
	}
	r.sets = map[string]*dataset{}
	fmt.Printf("%s, %d processors, %s; logs of %d MB, %d pairs\n", processor(), runtime.NumCPU(), runtime.Version(), r.mb, r.pairs)
	fmt.Println(heading)
	var done []line
	for _, c := range contests {
		if !strings.Contains(c.name, only) {
			continue
		}
		lines, err := r.contest(c)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		for _, l := range lines {
			fmt.Println(l)
		}
		done = append(done, lines...)
	}
	if out == "" {
		return nil
	}
	text, err := json.MarshalIndent(map[string]any{"processor": processor(), "processors": runtime.NumCPU(), "go": runtime.Version(), "mb": r.mb, "pairs": r.pairs, "rows": done}, "", "  ")
	return errors.Join(err, os.WriteFile(out, append(text, '\n'), 0o644))
}

// ready tells of all peers that are wanted and missing at once.
func (r *runner) ready() error {
	if r.pairs < 1 || r.mb < 1 {
		return errors.New("give at least one -pairs and one -mb")
	}
	var missing []error
	for _, name := range r.wanted {
		p, ok := peers[name]
		if !ok {
			missing = append(missing, fmt.Errorf("-peers %s is not known; use %s", name, strings.Join(peerNames(), ",")))
		} else if p.program != "" {
			if _, err := exec.LookPath(p.program); err != nil {
				missing = append(missing, fmt.Errorf("%s is missing: install the package %s, or leave it out by -peers", name, p.pkg))
			}
		} else if name == "vectorscan" && !vectorscanAtHand() {
			missing = append(missing, errors.New("vectorscan is missing: install libvectorscan-dev, pkg-config and a C compiler, or leave it out by -peers"))
		}
	}
	return errors.Join(missing...)
}

// build makes our program, the generator and the peers in Go.
func (r *runner) build() error {
	programs := []struct{ dir, name, pkg string }{{".", "vonggac", "./cmd/vonggac"}, {".", "gen", "./bench/gen"}, {".", "plain", "./bench/plain"}}
	if slices.Contains(r.wanted, "duckdb") {
		programs = append(programs, struct{ dir, name, pkg string }{"bench/peers", "duck", "./duck"})
	}
	for _, p := range programs {
		to, err := filepath.Abs(r.path(p.name))
		if err != nil {
			return err
		}
		if _, err := timed.Run(nil, nil, "go", "-C", p.dir, "build", "-o", to, p.pkg); err != nil {
			return err
		}
	}
	if slices.Contains(r.wanted, "vectorscan") {
		_, err := timed.Run(nil, nil, "sh", "-c", `cc -D_GNU_SOURCE -O2 -o "$1" bench/peers/vectorscan/main.c $(pkg-config --cflags --libs libhs)`, "sh", r.path("vectorscan"))
		return err
	}
	return nil
}

func (r *runner) path(name string) string { return filepath.Join(r.dir, name) }

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
