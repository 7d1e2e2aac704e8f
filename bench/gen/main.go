// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Command gen writes an indicator list and a query log (BIND 9, Suricata EVE or
// dnsmasq) with a known number of hits, the same for the same seed: exact names,
// www., deep names, mixed case, a trailing dot and international names; among
// them look-alikes, which must not hit. Benign names are asked for as Zipf's law
// says, or each once. It prints what it planted as JSON, and the lines that hit
// into a file of their own.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"

	"golang.org/x/net/idna"
)

// planted is what a log holds.
type planted struct {
	Lines      int64            `json:"lines"`
	Bytes      int64            `json:"bytes"`
	Hits       int64            `json:"hits"` // lines
	ByKind     map[string]int64 `json:"by_kind"`
	LookAlikes int64            `json:"look_alikes"`

	truth []byte
}

func main() {
	seed := flag.Uint64("seed", 1, "seed of all choices")
	count := flag.Int("indicators", 1_000_000, "indicators in the list")
	size := flag.Int64("bytes", 200_000_000, "size of the log, reached with its last line")
	list := flag.String("list", "", "write the list to this file")
	log := flag.String("log", "", "write the log to this file")
	truth := flag.String("truth", "", "write client and name of each line that hits to this file, with a tab between them, the name in lower case without a dot at its end")
	form := flag.String("format", "bind9", "format of the log: bind9, eve or dnsmasq")
	ascii := flag.Bool("ascii", false, "list international names as A-labels, as tools that know no IDNA need them")
	unique := flag.Bool("unique", false, "ask for a benign name of its own in each line")
	begin := flag.String("begin", "2026-11-21T00:00:00Z", "time of the first line (RFC 3339); a line comes 9.5 ms after the one before, on the average")
	flag.Parse()
	o := order{seed: *seed, count: *count, size: *size, list: *list, log: *log, truth: *truth, format: *form, ascii: *ascii, unique: *unique, begin: *begin}
	if err := o.run(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// order is what is to be written.
type order struct {
	seed             uint64
	count            int
	size             int64
	list, log, truth string
	format           string
	ascii, unique    bool
	begin            string
}

func (o order) run() error {
	if o.list == "" && o.log == "" || o.count < 1000 {
		return errors.New("give -list or -log, and at least 1000 -indicators")
	}
	bad := indicators{count: o.count}
	if o.list != "" {
		if err := write(o.list, func(w *bufio.Writer) error { return o.writeList(w, bad) }); err != nil {
			return err
		}
	}
	if o.log == "" {
		return nil
	}
	var p planted
	err := write(o.log, func(w *bufio.Writer) (err error) {
		p, err = o.writeLog(w, bad)
		return err
	})
	if err == nil && o.truth != "" {
		err = os.WriteFile(o.truth, p.truth, 0o600)
	}
	return errors.Join(err, json.NewEncoder(os.Stdout).Encode(p))
}

func (o order) writeList(w *bufio.Writer, bad indicators) error {
	for i := range o.count {
		name := bad.listed(i)
		if o.ascii && i%every == 0 {
			var err error
			if name, err = idna.ToASCII(name); err != nil {
				return err
			}
		}
		if _, err := w.WriteString(name + "\n"); err != nil {
			return err
		}
	}
	return nil
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
