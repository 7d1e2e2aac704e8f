// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Command gen writes an indicator list and a BIND 9 query log with a known
// number of hits, the same for the same seed: exact names, www., deep names,
// mixed case, a trailing dot and international names; among them look-alikes,
// which must not hit. It prints what it planted as JSON.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
)

// planted is what a log holds.
type planted struct {
	Lines      int64            `json:"lines"`
	Bytes      int64            `json:"bytes"`
	Hits       int64            `json:"hits"` // lines
	ByKind     map[string]int64 `json:"by_kind"`
	LookAlikes int64            `json:"look_alikes"`
}

func main() {
	seed := flag.Uint64("seed", 1, "seed of all choices")
	count := flag.Int("indicators", 1_000_000, "indicators in the list")
	size := flag.Int64("bytes", 200_000_000, "size of the log, reached with its last line")
	list := flag.String("list", "", "write the list to this file")
	log := flag.String("log", "", "write the log to this file")
	flag.Parse()
	if err := run(*seed, *count, *size, *list, *log); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(seed uint64, count int, size int64, list, log string) error {
	if list == "" || log == "" || count < 1000 {
		return errors.New("give -list and -log, and at least 1000 -indicators")
	}
	bad := indicators{count: count}
	err := write(list, func(w *bufio.Writer) error {
		for i := range count {
			if _, err := w.WriteString(bad.listed(i) + "\n"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	var p planted
	err = write(log, func(w *bufio.Writer) error {
		p, err = writeLog(w, seed, bad, size)
		return err
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(p)
}

func write(path string, fill func(*bufio.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if err = fill(w); err == nil {
		err = w.Flush()
	}
	return errors.Join(err, f.Close())
}
