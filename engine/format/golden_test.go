// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
)

var update = flag.Bool("update", false, "write the golden files anew")

// received is when every sample was received; lines without a year are dated
// around it. Samples without a zone are of Asia/Ho_Chi_Minh.
var received = time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC)

// Each testdata/<format>/*.log is one stream; its *.golden holds verdict and
// events of each line. A new case is a new file: go test -update.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, f := range format.All() {
		files, err := filepath.Glob(filepath.Join("testdata", f.Name, "*.log"))
		if err != nil || len(files) == 0 {
			t.Errorf("%s: no samples (%v)", f.Name, err)
		}
		for _, file := range files {
			t.Run(file, func(t *testing.T) {
				t.Parallel()
				got := transcript(f, readLines(t, file))
				golden := strings.TrimSuffix(file, ".log") + ".golden"
				if *update {
					if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if got != string(want) {
					t.Errorf("%s differs:\n%s", golden, firstDifference(got, string(want)))
				}
			})
		}
	}
}

// transcript reads lines with one Reader and writes what became of each.
func transcript(f format.Format, lines [][]byte) string {
	var b strings.Builder
	r := f.New(format.Options{At: received})
	for i, line := range lines {
		events, v := r.Read(line, nil)
		fmt.Fprintf(&b, "%d %s", i+1, outcome(v))
		for _, e := range events {
			fmt.Fprintf(&b, " | %s", describe(e))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func outcome(v format.Verdict) string {
	name := [...]string{format.Rejected: "rejected", format.Skipped: "skipped", format.Parsed: "parsed"}[v.Outcome]
	return strings.TrimSpace(name + " " + string(v.Reason))
}

func describe(e event.DNS) string {
	at, server := "-", "-"
	if !e.Time.IsZero() {
		at = e.Time.Format(time.RFC3339Nano)
	}
	if e.Server.IsValid() {
		server = e.Server.String()
	}
	return fmt.Sprintf("%s %s > %s %q %s %s", at, e.Client, server, e.Name, e.Type, e.RCode)
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got  " + g[i] + "\nwant " + w[i]
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

func readLines(t testing.TB, file string) [][]byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return cutLines(b)
}

func cutLines(b []byte) [][]byte {
	return bytes.Split(bytes.TrimSuffix(b, []byte("\n")), []byte("\n"))
}

// Every sample stream is detected as what it is.
func TestSamplesAreDetectedAsTheirFormat(t *testing.T) {
	t.Parallel()
	for _, f := range format.All() {
		files, _ := filepath.Glob(filepath.Join("testdata", f.Name, "*.log"))
		for _, file := range files {
			got, err := format.Detect(readLines(t, file), format.Options{At: received})
			if err != nil || got.Name != f.Name {
				t.Errorf("%s: detected %q, %v", file, got.Name, err)
			}
		}
	}
}
