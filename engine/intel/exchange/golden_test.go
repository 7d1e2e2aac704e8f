// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Each file of testdata is one list; its .golden holds the format, what was
// handed on and the account. A new case is a new file: go test -update.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, ".golden") || f == filepath.Join("testdata", "fuzz") })
	if len(files) == 0 {
		t.Fatal("no lists")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			got := transcript(t, file)
			if *update {
				if err := os.WriteFile(file+".golden", []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file + ".golden")
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func transcript(t *testing.T, file string) string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b strings.Builder
	write := func(kind string) func(intel.Indicator) error {
		return func(i intel.Indicator) error {
			fmt.Fprintf(&b, "%s %s | %s | %s | %d | %s | %s | %s\n", kind, brief(i), i.Threat, i.TLP, i.Confidence, day(i.From.Format("2006-01-02")), day(i.Until.Format("2006-01-02")), i.Reference)
			return nil
		}
	}
	r, err := exchange.Read(f, exchange.Options{Now: now, Allow: write("exception")}, write("taken"))
	if err != nil {
		t.Fatal(err)
	}
	accounted(t, r)
	fmt.Fprintf(&b, "%s %s %q: %d rows, %d accepted (%d widened), %d merged, %d expired, %d revoked\n", r.Format, r.Kind, r.Title, r.Rows, r.Accepted, r.Widened, r.Merged, r.Expired, r.Revoked)
	for _, s := range r.Samples {
		fmt.Fprintf(&b, "refused %d %s %s: %s\n", s.Row, s.ID, s.Reason, s.Text)
	}
	for _, what := range slices.Sorted(maps.Keys(r.Passed)) {
		fmt.Fprintf(&b, "passed %d %s\n", r.Passed[what], what)
	}
	return b.String()
}

// day writes nothing for the zero time.
func day(s string) string {
	if s == "0001-01-01" {
		return "-"
	}
	return s
}
