// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
)

// judged is how proposals did: how many demands had one that is right, how many
// were right first, how many were sure, and how many of those were right.
type judged struct{ demands, first, sure, right int }

func (j *judged) add(o judged) {
	j.demands, j.first, j.sure, j.right = j.demands+o.demands, j.first+o.first, j.sure+o.sure, j.right+o.right
}

// band is how the first proposals did that are as sure as that.
type band struct{ papers, right, dispatches, fits int }

// bandsOf is the table of how right first proposals are by how sure they are, in
// tenths: the last is 1.
type bandsOf [11]band

func (b *bandsOf) at(sure float64) *band { return &b[int(math.Round(sure*100))/10] }

func (b *bandsOf) log(t *testing.T) {
	t.Helper()
	t.Log("how sure    papers  right   dispatches  right")
	for i, one := range b {
		t.Logf("%.1f %-8s %5d  %5d   %9d  %5d", float64(i)/10, map[bool]string{true: "is sure"}[float64(i)/10 >= directive.SureScore-0.001], one.papers, one.right, one.dispatches, one.fits)
	}
}

// TestPapersNeverSeen judges proposals on papers that were marked by hand before
// the reader and the library saw them, and on past dispatches: what is confirmed
// with one click must be right.
func TestPapersNeverSeen(t *testing.T) {
	l := library(t)
	papers, err := filepath.Glob("../directive/testdata/holdout/*.json")
	if err != nil || len(papers) < 10 {
		t.Fatalf("%d papers: %v", len(papers), err)
	}
	var all judged
	var bands bandsOf
	for _, name := range papers {
		var want struct {
			Leaves []struct {
				Path     string
				Bindings []string
			}
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(name, err)
		}
		var one judged
		list, paths := leaves(t, strings.TrimSuffix(name, ".json")+".txt")
		for i, leaf := range list {
			var ok []string
			for k, w := range want.Leaves {
				if w.Path == paths[i] {
					ok = w.Bindings
					want.Leaves = slices.Delete(want.Leaves, k, k+1)
					break
				}
			}
			if len(ok) > 0 {
				one.demands++
			}
			got := l.Propose(leaf)
			if len(got) == 0 {
				if len(ok) > 0 {
					t.Logf("%s %s: nothing for %.60q, marked %q", filepath.Base(name), paths[i], leaf.Text, ok)
				}
				continue
			}
			right := slices.Contains(ok, got[0].Binding.ID)
			sure := got[0].Sure >= directive.SureScore
			bands.at(got[0].Sure).papers++
			if right {
				one.first++
				bands.at(got[0].Sure).right++
			} else {
				t.Logf("%s %s: %q for %.60q (sure %g), marked %q, because of %q", filepath.Base(name), paths[i], got[0].Binding.ID, leaf.Text, got[0].Sure, ok, got[0].Reason)
			}
			if sure {
				one.sure++
				if right {
					one.right++
				}
			}
			for _, p := range got[1:] {
				if p.Sure != 0 {
					t.Errorf("%s %s: %q is sure and not the first", filepath.Base(name), paths[i], p.Binding.ID)
				}
			}
		}
		t.Logf("%s: %+v", filepath.Base(name), one)
		all.add(one)
	}
	t.Logf("papers: %+v", all)
	if all.first*100 < all.demands*90 || all.sure*100 < all.demands*50 { // a question is cheap, a wrong certainty is not
		t.Errorf("of %d demands %d have the right proposal first, %d are sure", all.demands, all.first, all.sure)
	}
	seeds, err := filepath.Glob(filepath.Join(shared, "seeds/*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for i, seed := range seeds {
		list, _ := leaves(t, seed)
		for _, leaf := range list {
			got := l.Propose(leaf)
			if len(got) == 0 {
				continue
			}
			fits := slices.ContainsFunc(got[0].Binding.Rows, func(row string) bool { return row[0] == byte('0'+i) })
			in := bands.at(got[0].Sure)
			in.dispatches++
			if fits {
				in.fits++
			}
			if got[0].Sure < directive.SureScore {
				continue
			}
			all.sure++
			if fits {
				all.right++
			}
		}
	}
	bands.log(t)
	t.Logf("with past dispatches: %d sure, %d right", all.sure, all.right)
	if all.right*100 < all.sure*98 {
		t.Errorf("%d of %d sure proposals are right", all.right, all.sure)
	}
}
