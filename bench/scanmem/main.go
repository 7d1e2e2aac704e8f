// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Command scanmem measures "vonggac scan" on a small and a large log with a
// million indicators: lines a second, and the peak of memory, which must not
// grow with the log. It fails when the peaks differ by more than a tenth or
// pass 300 MB, when the counts do not add up to the line, or when the hits are
// not those planted. Beside it stands mawk doing the same walk, where there is
// one. Run it in the root of the repository.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/vonggac/vonggac/bench/timed"
)

const (
	maxPeak = 300e6 // bytes
	maxGrow = 0.10
)

func main() {
	small := flag.Int64("small", 200, "size of the small log in MB")
	large := flag.Int64("large", 2000, "size of the large log in MB")
	dir := flag.String("dir", "", "folder for the logs; the system's temporary folder when empty")
	rollup := flag.Bool("rollup", false, "fold day x client x name as well")
	flag.Parse()
	if err := run(*dir, *rollup, *small, *large); err != nil {
		fmt.Fprintln(os.Stderr, "scanmem:", err)
		os.Exit(1)
	}
}

func run(parent string, rollup bool, small, large int64) (err error) {
	dir, err := os.MkdirTemp(parent, "vonggac-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for name, pkg := range map[string]string{"vonggac": "./cmd/vonggac", "gen": "./bench/gen"} {
		if _, err := timed.Run(nil, nil, "go", "build", "-o", filepath.Join(dir, name), pkg); err != nil {
			return err
		}
	}
	var failures []error
	var peaks []float64
	for i, mb := range []int64{small, large} {
		b := bench{dir: dir, rollup: rollup}
		if err := b.generate(mb); err != nil {
			return err
		}
		got, err := b.scan()
		if err != nil {
			return err
		}
		fmt.Printf("vonggac  %5d MB  %9d lines  %6.2f s  %9.0f lines/s  peak %5.1f MB\n", mb, got.Lines, got.Wall.Seconds(), float64(got.Lines)/got.Wall.Seconds(), got.Peak/1e6)
		failures = append(failures, b.check(got))
		if got.Peak > 0 {
			peaks = append(peaks, got.Peak)
		}
		if i == 0 {
			failures = append(failures, b.peer())
		}
	}
	return errors.Join(append(failures, flat(peaks))...)
}

// flat holds the peaks to their bounds.
func flat(peaks []float64) error {
	if len(peaks) < 2 {
		fmt.Println("peak memory is not measured on this system")
		return nil
	}
	grow := peaks[1]/peaks[0] - 1
	fmt.Printf("peak of the large log is %+.1f %% of that of the small one\n", 100*grow)
	var err error
	if grow > maxGrow || grow < -maxGrow {
		err = fmt.Errorf("peaks differ by %.1f %%, more than %.0f %%", 100*grow, 100*maxGrow)
	}
	if m := max(peaks[0], peaks[1]); m > maxPeak {
		err = errors.Join(err, fmt.Errorf("peak of %.0f MB passes %.0f MB", m/1e6, maxPeak/1e6))
	}
	return err
}
