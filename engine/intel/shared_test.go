// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vonggac/vonggac/engine/intel"
)

// sharedData is the set of others' data beside the repository.
const sharedData = "../../../shared/data"

func shared(t *testing.T, path string) string {
	t.Helper()
	full := filepath.Join(sharedData, path)
	if _, err := os.Stat(full); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("shared data absent: %s", path)
	}
	return full
}

func load(t *testing.T, b *intel.Builder, path string) intel.Report {
	t.Helper()
	f, err := os.Open(shared(t, path))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := b.Load(f, intel.List{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	accounted(t, r)
	return r
}

// TestOverlapIsAsComputedElsewhere holds Match against the figures that came
// with the shared lists.
func TestOverlapIsAsComputedElsewhere(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(shared(t, "indicators/expected-overlap.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected struct {
		Lists map[string]struct {
			Entries int      `json:"distinct_entries"`
			Exact   int      `json:"exact_hits"`
			Parent  int      `json:"parent_hits"`
			Names   []string `json:"exact_names"`
		} `json:"shared indicators against shared benign lists"`
	}
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	var b intel.Builder
	if r := load(t, &b, "indicators/malicious-domains.csv.gz"); r.Added != 280_000 || r.Narrowed != 2 {
		t.Errorf("%+v", r)
	}
	x := b.Build()
	for list, path := range map[string]string{"list opendns-top-10k": "opendns-top-10k.txt", "list tranco-10k": "tranco-10k.txt"} {
		want := expected.Lists[list]
		entries, parent, exact := 0, 0, []string{}
		f, err := os.Open(shared(t, "benign-domains/"+path))
		if err != nil {
			t.Fatal(err)
		}
		for s := bufio.NewScanner(f); s.Scan(); entries++ {
			found := x.Match(s.Text())
			if len(found) > 0 {
				parent++
			}
			if len(found) > 0 && found[0].Indicator == intel.Normalise(s.Text()) {
				exact = append(exact, found[0].Indicator)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		slices.Sort(exact)
		if want.Entries == 0 || entries != want.Entries || parent != want.Parent || len(exact) != want.Exact || !slices.Equal(exact, want.Names) {
			t.Errorf("%s: %d entries, %d parent, exact %q; want %+v", list, entries, parent, exact, want)
		}
	}
}

// TestSharedListsAreAccountedFor holds the number of rows of real lists in
// their several layouts.
func TestSharedListsAreAccountedFor(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]struct {
		layout      intel.Layout
		rows, added int64
	}{
		"indicators/malicious-domains-hosts-format.txt.gz": {intel.Hosts, 20_000, 20_000},
		"indicators/malicious-ips.csv.gz":                  {intel.CSV, 60_000, 59_999},
		"indicators/malicious-urls.csv.gz":                 {intel.CSV, 9_633, 9_630},
		"indicators/hosts-add-risk.txt":                    {intel.Hosts, 2_189, 2_189},
		"ioc-csv/HvS_APT27_2021-10_IOCs.csv":               {intel.CSV, 76, 57},
		"ioc-csv/HvS_APT37_2020_Command_and_Control.csv":   {intel.CSV, 42, 39},
		"ioc-csv/HvS_BlackBasta_2023-11_IOCs.csv":          {intel.CSV, 28, 16},
		"ioc-csv/HvS_BlackBasta_2024-04_IOCs.csv":          {intel.CSV, 71, 46},
		"ioc-csv/HvS_CVE-2021-26084_2021-09_IOCs.csv":      {intel.CSV, 81, 68},
		"ioc-csv/HvS_Follina_2022_05_IOCs.csv":             {intel.CSV, 27, 25},
		"ioc-csv/HvS_Novter_2021-02_IOCs.csv":              {intel.CSV, 79, 68},
		"ioc-csv/HvS_Proxyshell_2021_09_IOCs.csv":          {intel.CSV, 26, 13},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			var b intel.Builder
			if r := load(t, &b, path); r.Layout != want.layout || r.Rows != want.rows || r.Added != want.added {
				t.Errorf("%+v, want %+v", r, want)
			}
		})
	}
}
