// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/rollup"
	"github.com/vonggac/vonggac/engine/scan"
)

// hitRow is one hit group: the queries of one client for one name, or its
// contacts with one other observable, under one indicator of one list, in one
// file. Type is that of the indicator; Observable is that of the value where it
// is another, as of an address in a listed network. First and Last are "" when the log has
// no times, Client when it names none.
type hitRow struct {
	Indicator string `json:"indicator"`
	List      string `json:"list"`
	Type      string `json:"type"`
	Value     string `json:"value"`
	Client    string `json:"client"`
	Count     int64  `json:"count"`
	First     string `json:"first"`
	Last      string `json:"last"`
	File      string `json:"file"`
	// Observable stands last, as it came last.
	Observable string `json:"observable,omitempty"`
	threat     string
}

// tail is the end of a key of hits: type of the value, rank and entry.
const tail = 1 + 2 + 4

// rollupRoom is how many bytes of rows are kept in memory, about: a day of a
// busy resolver. What is beyond goes to a temporary folder and comes back dearer.
const rollupRoom = 192 << 20

// addHits folds the hits of a block into those of its file, by client, name,
// rank and entry. Logs may hold any number of names, so hits go where
// roll-ups go.
func addHits(to *rollup.Spill, b scan.Block) error {
	var key []byte
	for _, h := range b.Hits {
		key = key[:0]
		if h.Client.IsValid() {
			key = h.Client.AppendTo(key)
		}
		key = append(key, 0)
		key = append(key, h.Name...)
		key = append(key, byte(h.Kind))
		key = binary.BigEndian.AppendUint16(key, uint16(min(h.Rank, math.MaxUint16)))
		key = binary.BigEndian.AppendUint32(key, uint32(h.Match.ID))
		if err := to.Add(key, rollup.Of(h.Count, h.First, h.Last)); err != nil {
			return err
		}
	}
	return nil
}

// printHits prints the hits of one file by client and name, the most specific
// entry first.
func (j *scanJob) printHits(hits *rollup.Spill, file string) error {
	err := hits.Each(func(key []byte, s rollup.Sum) error {
		client, name, _ := bytes.Cut(key[:len(key)-tail], []byte{0})
		m := j.opt.Index.Entry(intel.ID(binary.BigEndian.Uint32(key[len(key)-4:])))
		observable := ""
		if t := intel.Type(key[len(key)-tail]); t != m.Type {
			observable = t.String()
		}
		return j.print(hitRow{Observable: observable,
			Indicator: m.Indicator, List: m.List.Name, Type: m.Type.String(), Value: string(name), Client: string(client), Count: s.Count,
			First: rollup.Stamp(s.First()), Last: rollup.Stamp(s.Last()), File: file, threat: m.Threat,
		})
	})
	err = errors.Join(err, j.out.Flush())
	switch {
	case errors.Is(err, syscall.EPIPE): // who read has gone, as "| head" does: the files asked for are still written
		j.failed, j.print = true, func(hitRow) error { return nil }
		j.out.Reset(io.Discard)
		if !j.outputs.any() {
			return errReported
		}
	case err != nil:
		return fmt.Errorf("write the hits of %s: %w", file, err)
	}
	return nil
}

// objects prints hits as JSON, one object a line.
func (j *scanJob) objects() func(hitRow) error {
	enc := json.NewEncoder(j.out)
	enc.SetEscapeHTML(false)
	return func(h hitRow) error { return enc.Encode(h) }
}

// table prints hits for people, the head before the first.
func (j *scanJob) table() func(hitRow) error {
	const row = "%8s  %-15s  %-8s  %-40s  %-30s  %-20s  %-20s  %-24s  %-24s  %s\n"
	head := true
	return func(h hitRow) error {
		if head {
			head = false
			if _, err := fmt.Fprintf(j.out, row, "QUERIES", "CLIENT", "TYPE", "NAME", "INDICATOR", "THREAT", "LIST", "FIRST", "LAST", "FILE"); err != nil {
				return err
			}
		}
		_, err := fmt.Fprintf(j.out, row, fmt.Sprint(h.Count), cmp.Or(h.Client, "-"), cmp.Or(h.Observable, h.Type), visible(h.Value), visible(h.Indicator), visible(h.threat), visible(h.List),
			cmp.Or(h.First, "-"), cmp.Or(h.Last, "-"), visible(h.File))
		return err
	}
}

// visible replaces what a terminal would act on.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// listName is the base name of a list's file, or its path when taken.
func listName(path string, taken map[string]bool) string {
	name := filepath.Base(path)
	if taken[name] {
		name = path
	}
	taken[name] = true
	return name
}

func (j *scanJob) reportList(path string, l intel.List, r intel.Report) {
	fmt.Fprintf(j.std.err, "%s: %s list (%s), %d rows: %d added, %d merged, %d skipped%s, %d rejected%s\n", visible(path), l.Kind, r.Layout, r.Rows,
		r.Added, r.Duplicates, sum(r.Skipped), reasons(r.Skipped), sum(r.Rejected), reasons(r.Rejected))
	for _, s := range r.Samples {
		fmt.Fprintf(j.std.err, "  %s:%d: %s: %s\n", visible(path), s.Line, s.Reason, visible(s.Text))
	}
}

func (j *scanJob) reportLog(name string, s scan.Summary, broken bool) {
	if s.Lines == 0 && broken {
		return // what broke stands above
	}
	if s.Lines == 0 {
		fmt.Fprintf(j.std.err, "%s: empty, 0 lines\n", visible(name))
		return
	}
	fmt.Fprintf(j.std.err, "%s: %s: %d lines = %d parsed + %d skipped%s + %d rejected%s; %d lines hit", visible(name), cmp.Or(s.Format, "unknown format"),
		s.Lines, s.Parsed, sum(s.Skipped), reasons(s.Skipped), sum(s.Rejected), reasons(s.Rejected), s.Hits)
	if s.Overruled > 0 {
		fmt.Fprintf(j.std.err, ", %d allowed", s.Overruled)
	}
	fmt.Fprintln(j.std.err)
	for _, l := range s.Samples {
		fmt.Fprintf(j.std.err, "  %s:%d: %s: %s\n", visible(name), l.Line, l.Reason, visible(l.Text))
	}
	if s.Parsed == 0 && s.Detected != "" && s.Detected != s.Format {
		fmt.Fprintf(j.std.err, "%s: no line is %s; it looks like %s: try --format %s\n", visible(name), s.Format, s.Detected, s.Detected)
	}
}

func sum[K comparable](by map[K]int64) int64 {
	var n int64
	for v := range maps.Values(by) {
		n += v
	}
	return n
}

// reasons lists counters as " (bad_name 3, not_format 1)", the largest first.
func reasons[K ~string](by map[K]int64) string {
	if len(by) == 0 {
		return ""
	}
	keys := slices.SortedFunc(maps.Keys(by), func(a, b K) int { return cmp.Or(cmp.Compare(by[b], by[a]), cmp.Compare(a, b)) })
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = fmt.Sprintf("%s %d", visible(fmt.Sprint(k)), by[k])
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// scanSummary is the account of a run, over all files.
type scanSummary struct {
	Lines    int64                   `json:"lines"`
	Parsed   int64                   `json:"parsed"`
	Skipped  int64                   `json:"skipped"`
	Rejected map[format.Reason]int64 `json:"rejected"`
	Hits     int64                   `json:"hits"` // lines
	Bytes    int64                   `json:"bytes"`
	Seconds  float64                 `json:"seconds"`
}

// finish writes the roll-up and the summary.
func (j *scanJob) finish() error {
	o := j.outputs
	if o.rollup != nil {
		if err := j.opt.Rollup.WriteCSV(o.rollup); err != nil {
			return fmt.Errorf("write the roll-up %s: %w", o.rollup.Name(), err)
		}
	}
	s := scanSummary{Lines: j.total.Lines, Parsed: j.total.Parsed, Skipped: sum(j.total.Skipped), Rejected: j.total.Rejected,
		Hits: j.total.Hits, Bytes: j.bytes, Seconds: math.Round(time.Since(j.started).Seconds()*1000) / 1000}
	if s.Rejected == nil {
		s.Rejected = map[format.Reason]int64{}
	}
	fmt.Fprintf(j.std.err, "total: %d lines = %d parsed + %d skipped + %d rejected; %d lines hit; %d bytes in %.1f s\n",
		s.Lines, s.Parsed, s.Skipped, sum(s.Rejected), s.Hits, s.Bytes, s.Seconds)
	if o.summary != nil {
		enc := json.NewEncoder(o.summary)
		enc.SetIndent("", "  ")
		if err := enc.Encode(s); err != nil {
			return fmt.Errorf("write the summary %s: %w", o.summary.Name(), err)
		}
	}
	if j.failed {
		return errReported
	}
	return nil
}
