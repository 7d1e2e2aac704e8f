// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Command plain is the program anyone would write first: lists into a map, the
// log by bufio.Scanner, fields by strings.Fields, a walk over the parents of
// each name. It prints client and name of each line of a BIND 9 query log that
// hits, with a tab between them. The benchmarks hold ours against it.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
)

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "plain:", err)
		os.Exit(1)
	}
}

func run(list, log string) error {
	bad := map[string]bool{}
	if err := lines(list, func(s string) { bad[s] = true }); err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	err := lines(log, func(s string) {
		fields := strings.Fields(s)
		if len(fields) < 10 {
			return
		}
		name := strings.ToLower(strings.TrimSuffix(fields[9], "."))
		for parent, ok := name, true; ok; _, parent, ok = strings.Cut(parent, ".") {
			if bad[parent] {
				client, _, _ := strings.Cut(fields[6], "#")
				fmt.Fprintf(out, "%s\t%s\n", client, name)
				return
			}
		}
	})
	return errors.Join(err, out.Flush())
}

func lines(path string, fn func(string)) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	in := bufio.NewScanner(f)
	for in.Scan() {
		fn(in.Text())
	}
	return in.Err()
}
