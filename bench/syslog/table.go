// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"slices"
)

// side is what one run of one program took, from the first byte sent.
type side struct {
	Sent   moment  `json:"sent"`   // the sender was done
	Stored moment  `json:"stored"` // all lines are in the file, or synced in the stream
	Read   moment  `json:"read"`   // looked up, remembered and counted
	Found  moment  `json:"found"`  // can be searched
	Peak   float64 `json:"peak_bytes"`
	Engine float64 `json:"engine_peak_bytes"` // of the engine of searches, beside it
	// Bytes on the disk for each byte received: archive, engine of searches, memory of sightings.
	Archive float64 `json:"archive_per_byte"`
	Index   float64 `json:"engine_per_byte"`
	Memory  float64 `json:"sightings_per_byte"`
}

// results are all that is told.
type results struct {
	Processor  string            `json:"processor"`
	Processors int               `json:"processors"`
	Go         string            `json:"go"`
	Lines      int64             `json:"lines"`
	Bytes      int64             `json:"bytes"`
	Pairs      int               `json:"pairs"`
	Runs       map[string][]side `json:"runs"` // by name, "vonggac" is ours
	Rows       []row             `json:"rows"`
	Long       *long             `json:"long,omitempty"`
}

// row is one comparison. Least and Aim are of Ratio: our rate of lines by the
// clock, of the rate of rsyslog without sync. 0 is none.
type row struct {
	What  string  `json:"what"`
	Wall  float64 `json:"wall_s"`
	CPU   float64 `json:"cpu_s"`
	Rate  float64 `json:"lines_per_s"`
	Ratio float64 `json:"of_rsyslog_unsynced"`
	Least float64 `json:"at_least"`
	Aim   float64 `json:"aim"`
}

const ourName = "vonggac"

// turns runs ours and the peers by turns and compares the medians.
func (r *runner) turns(ctx context.Context, all *results) error {
	all.Runs = map[string][]side{}
	for n := range r.pairs {
		for _, peer := range r.wanted {
			s, err := r.rsyslog(ctx, peer == synced)
			if err != nil {
				return fmt.Errorf("%s: %w", peer, err)
			}
			all.Runs[peer] = append(all.Runs[peer], s)
		}
		s, err := r.ours(ctx, n == r.pairs-1)
		if err != nil {
			return fmt.Errorf("ours: %w", err)
		}
		all.Runs[ourName] = append(all.Runs[ourName], s)
	}
	if r.pairs == 0 {
		return nil
	}
	stored := func(s side) moment { return s.Stored }
	for _, peer := range r.wanted {
		all.add("rsyslog, written to a file"+map[bool]string{true: ", each batch synced"}[peer == synced], peer, stored, 0, 0)
	}
	all.add("vonggac, stored with sync", ourName, stored, 2.5, 5)
	all.add("vonggac, looked up and rolled up", ourName, func(s side) moment { return s.Read }, 2.5, 5)
	if r.search {
		all.add("vonggac, searchable", ourName, func(s side) moment { return s.Found }, 0, 0)
	}
	return nil
}

// add adds the medians of a name.
func (a *results) add(what, name string, of func(side) moment, least, aim float64) {
	w := row{What: what, Wall: middle(a.Runs[name], func(s side) float64 { return of(s).Wall }), CPU: middle(a.Runs[name], func(s side) float64 { return of(s).CPU }), Least: least, Aim: aim}
	w.Rate = float64(a.Lines) / w.Wall
	if of := a.Runs[unsynced]; len(of) > 0 {
		w.Ratio = middle(of, func(s side) float64 { return s.Stored.Wall }) / w.Wall
	}
	a.Rows = append(a.Rows, w)
}

func middle(all []side, of func(side) float64) float64 {
	var v []float64
	for _, s := range all {
		v = append(v, of(s))
	}
	slices.Sort(v)
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

func (a *results) print(w io.Writer) {
	if len(a.Rows) == 0 {
		return
	}
	fmt.Fprintf(w, "%-44s %9s %9s %12s %9s %7s %7s\n", "until the last line is", "wall s", "CPU s", "lines/s", "of peer", "least", "aim")
	for _, r := range a.Rows {
		mark := ""
		switch {
		case r.Aim == 0 || r.Ratio == 0:
		case r.Ratio >= r.Aim:
			mark = "  aim"
		case r.Ratio < r.Least:
			mark = "  below"
		}
		fmt.Fprintf(w, "%-44s %9.2f %9.2f %12.0f %9.2f %7.1f %7.1f%s\n", r.What, r.Wall, r.CPU, r.Rate, r.Ratio, r.Least, r.Aim, mark)
	}
	ours := a.Runs[ourName]
	of := func(f func(side) float64) float64 { return middle(ours, f) }
	fmt.Fprintf(w, "vonggac: %d lines sent, stored, read and counted in each run, all planted hits found; peak %.0f MB and %.0f MB of the engine\n", a.Lines,
		of(func(s side) float64 { return s.Peak })/1e6, of(func(s side) float64 { return s.Engine })/1e6)
	last := ours[len(ours)-1]
	fmt.Fprintf(w, "disk for each byte received: archive %.3f + engine %.3f = %.3f (aim 0.125); memory of sightings %.3f\n", last.Archive, last.Index, last.Archive+last.Index, last.Memory)
}
