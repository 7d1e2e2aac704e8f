// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// tally counts lines that hit by client and name: "10.0.0.1\tevil.example".
type tally map[string]int64

// readPlanted reads what the generator said of a log, and its truth.
func readPlanted(path, truth string, said []byte) (log, error) {
	var p struct{ Lines, Bytes, Hits int64 }
	if err := json.Unmarshal(said, &p); err != nil {
		return log{}, fmt.Errorf("what the generator says: %w", err)
	}
	text, err := os.ReadFile(truth)
	if err != nil {
		return log{}, err
	}
	l := log{path: path, lines: p.Lines, bytes: p.Bytes, hits: tally{}}
	for row := range strings.Lines(string(text)) {
		l.hits[strings.TrimSuffix(row, "\n")]++
	}
	return l, nil
}

func (t tally) sum() (n int64) {
	for _, v := range t {
		n += v
	}
	return n
}

func (t tally) add(o tally) {
	for k, n := range o {
		t[k] += n
	}
}

// checkHits holds what stands in the records at address against the truth.
func checkHits(ctx context.Context, address string, want tally) (err error) {
	d, err := db.Open(ctx, address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	var rows []struct {
		Addr, Name string
		Queries    int64
	}
	if err := d.Read().NewRaw("SELECT f.addr AS addr, n.name AS name, n.queries AS queries FROM finding AS f JOIN finding_name AS n ON n.finding_id = f.id").Scan(ctx, &rows); err != nil {
		return err
	}
	got := tally{}
	for _, r := range rows {
		got[r.Addr+"\t"+r.Name] += r.Queries
	}
	var missed, extra int64
	example := ""
	for k, n := range want {
		if missed += max(0, n-got[k]); n != got[k] {
			example = fmt.Sprintf("%q: %d, planted %d", k, got[k], n)
		}
	}
	for k, n := range got {
		if extra += max(0, n-want[k]); n != want[k] {
			example = fmt.Sprintf("%q: %d, planted %d", k, n, want[k])
		}
	}
	if missed+extra > 0 {
		return fmt.Errorf("of %d planted hits %d are missed, and %d are false (%s)", want.sum(), missed, extra, example)
	}
	return nil
}
