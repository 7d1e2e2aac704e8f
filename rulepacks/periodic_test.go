// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepacks_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// TestPeriodsOfTheRealPack: keys, labels, windows and last days, worked out from
// the texts by hand.
func TestPeriodsOfTheRealPack(t *testing.T) {
	t.Parallel()
	set, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	pack, _ := set.Get("VN-ANM-2026")
	for _, k := range []struct{ duty, on, key, label, from, to, last string }{
		{"bao-cao-nam-chu-quan", "2026-11-23", "2026", "15/12/2025–14/12/2026", "2025-12-15", "2026-12-14", "2026-12-24"},
		{"bao-cao-nam-chu-quan", "2026-12-24", "2026", "15/12/2025–14/12/2026", "2025-12-15", "2026-12-14", "2026-12-24"},
		{"bao-cao-nam-chu-quan", "2026-12-25", "2027", "15/12/2026–14/12/2027", "2026-12-15", "2027-12-14", "2027-12-24"},
		{"bao-cao-nam-van-hanh", "2026-12-01", "2026", "15/12/2025–14/12/2026", "2025-12-15", "2026-12-14", "2026-12-19"},
		{"tu-kiem-tra-quan-trong", "2027-07-10", "2027", "Năm 2027", "2027-01-01", "2027-12-31", "2027-09-30"},
		{"ra-soat-danh-muc", "2027-01-02", "2027", "Năm 2027", "2027-01-01", "2027-12-31", "2027-01-14"},
		{"bao-cao-quy-rui-ro", "2026-12-10", "2026-Q4", "Quý IV/2026", "2026-10-01", "2026-12-31", "2026-12-31"},
		{"ra-quet-thang", "2028-02-10", "2028-02", "Tháng 02/2028", "2028-02-01", "2028-02-29", "2028-02-29"},
		{"danh-gia-cap-1-2", "2026-11-23", "2027", "Giai đoạn 2026–2027", "2026-01-01", "2027-12-31", "2027-12-31"},
	} {
		d, ok := pack.PeriodicDuty(k.duty)
		if !ok {
			t.Fatalf("the pack has no %s", k.duty)
		}
		day, err := calendar.ParseDate(k.on)
		if err != nil {
			t.Fatal(err)
		}
		p, ok := d.Next(day, nil)
		if !ok || p.Key != k.key || p.Label.VI != k.label || p.From.String() != k.from || p.To.String() != k.to || p.Last.String() != k.last {
			t.Errorf("%s on %s: %+v", k.duty, k.on, p)
		}
		if p.Opens.AddDays(d.OpenDays) != p.Last {
			t.Errorf("%s opens %s", k.duty, p.Opens)
		}
		open := len(d.Standing(day, nil)) > 0
		if want := p.Opens.Compare(day) <= 0; open != want {
			t.Errorf("%s on %s stands: %v", k.duty, k.on, open)
		}
	}
	for _, u := range []string{"ordinary", "urgent", "very_urgent", "most_urgent"} {
		if len(pack.Ladder(u)) == 0 {
			t.Errorf("no ladder for %s", u)
		}
	}
}

// TestSpoiltPeriodsAreRefused changes one line of the real file at a time.
func TestSpoiltPeriodsAreRefused(t *testing.T) {
	t.Parallel()
	const name = "VN-ANM-2026/periodic.yaml"
	for was, spoilt := range map[string]struct{ now, says string }{
		"every: quarter":                          {"every: week", "every"},
		"owes: [ubnd_tinh]":                       {"owes: [hoang_gia]", "kind of unit"},
		"addressee: bca_chuyen_trach":             {"addressee: vua", "addressee"},
		"due: {month: 12, day: 20, before: true}": {"due: {day: 20, before: true}", "due"},
		"open_days_before: 45":                    {"open_days_before: 0", "open_days_before"},
		"data_from: 12-15":                        {"data_from: 13-45", "data_from"},
		"- {at: -24, to: [unit]}":                 {"- {at: -200, to: [unit]}", "steps"},
		"due: {days: -3}":                         {"due: {days: -300}", "campaigns"},
		"form: F12":                               {"form: mẫu 8", "form"},
		"instrument: luat-116-2025":               {"instrument: luat-x", "instrument"},
	} {
		tree := spoil(t, name, was, spoilt.now)
		if _, err := rulepack.Load(tree); err == nil || !strings.Contains(err.Error(), name+":") || !strings.Contains(err.Error(), spoilt.says) {
			t.Errorf("%q for %q: %v", spoilt.now, was, err)
		}
	}
}

// spoil is the real tree with the first was of one file replaced.
func spoil(t *testing.T, name, was, now string) fs.FS {
	t.Helper()
	tree := fstest.MapFS{}
	err := fs.WalkDir(rulepacks.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(rulepacks.FS, path)
		tree[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	old := string(tree[name].Data)
	if !strings.Contains(old, was) {
		t.Fatalf("%s has no %q", name, was)
	}
	tree[name] = &fstest.MapFile{Data: []byte(strings.Replace(old, was, now, 1))}
	return tree
}
