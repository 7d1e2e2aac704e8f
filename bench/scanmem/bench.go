// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/bench/timed"
)

// bench is one log with its list.
type bench struct {
	dir     string
	rollup  bool
	planted struct {
		Lines  int64            `json:"lines"`
		Bytes  int64            `json:"bytes"`
		Hits   int64            `json:"hits"`
		ByKind map[string]int64 `json:"by_kind"`
	}
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

func (b *bench) generate(mb int64) error {
	r, err := timed.Run(nil, nil, b.path("gen"), "-list", b.path("list.txt"), "-log", b.path("query.log"), "-bytes", strconv.FormatInt(mb*1e6, 10))
	if err != nil {
		return err
	}
	return json.Unmarshal(r.Out, &b.planted)
}

// scanned is what one scan said, and took.
type scanned struct {
	timed.Result
	Lines    int64            `json:"lines"`
	Parsed   int64            `json:"parsed"`
	Skipped  int64            `json:"skipped"`
	Rejected map[string]int64 `json:"rejected"`
	Hits     int64            `json:"hits"`
	Bytes    int64            `json:"bytes"`
	queries  int64            // of all hit groups
}

func (b *bench) scan() (s scanned, err error) {
	out, err := os.Create(b.path("hits.jsonl"))
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	args := []string{"scan", "--json", "--indicators", b.path("list.txt"), "--summary", b.path("summary.json")}
	if b.rollup {
		args = append(args, "--rollup", b.path("rollup.csv"))
	}
	if s.Result, err = timed.Run(out, nil, b.path("vonggac"), append(args, b.path("query.log"))...); err != nil {
		return s, err
	}
	text, err := os.ReadFile(b.path("summary.json"))
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, err
	}
	_, err = out.Seek(0, io.SeekStart)
	if err != nil {
		return s, err
	}
	dec := json.NewDecoder(bufio.NewReader(out))
	for {
		var h struct{ Count int64 }
		err := dec.Decode(&h)
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return s, err
		}
		s.queries += h.Count
	}
}

// check holds a scan against what was planted.
func (b *bench) check(s scanned) error {
	var err error
	want := func(what string, got, want int64) {
		if got != want {
			err = errors.Join(err, fmt.Errorf("%s: %d, want %d", what, got, want))
		}
	}
	sum := s.Parsed + s.Skipped
	for _, n := range s.Rejected {
		sum += n
	}
	want("lines", s.Lines, b.planted.Lines)
	want("parsed + skipped + rejected", sum, s.Lines)
	want("bytes", s.Bytes, b.planted.Bytes)
	want("lines that hit", s.Hits, b.planted.Hits)
	want("queries of all hit groups", s.queries, b.planted.Hits)
	return err
}

// walk is the same question put to awk: the tenth field is the name.
const walk = `FNR == NR { bad[$1]; next }
{ n = tolower($10); sub(/\.$/, "", n)
  while (1) { if (n in bad) { h++; break }; i = index(n, "."); if (!i) break; n = substr(n, i + 1) } }
END { print h + 0 }`

// peer runs mawk over the same log and list. It knows nothing of international
// names, so that it finds the other hits only.
func (b *bench) peer() error {
	if _, err := exec.LookPath("mawk"); err != nil {
		fmt.Println("mawk     is not installed: no peer to compare with")
		return nil
	}
	r, err := timed.Run(nil, nil, "mawk", walk, b.path("list.txt"), b.path("query.log"))
	if err != nil {
		return err
	}
	found := strings.TrimSpace(string(r.Out))
	fmt.Printf("mawk     %5d MB  %9d lines  %6.2f s  %9.0f lines/s  peak %5.1f MB  (%s hits; %d are beyond it)\n", b.planted.Bytes/1e6, b.planted.Lines,
		r.Wall.Seconds(), float64(b.planted.Lines)/r.Wall.Seconds(), r.Peak/1e6, found, b.planted.ByKind["idna"])
	if want := strconv.FormatInt(b.planted.Hits-b.planted.ByKind["idna"], 10); found != want {
		return fmt.Errorf("mawk finds %s hits, want %s: the log is not what it should be", found, want)
	}
	return nil
}
