// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// certain is the sureness as it was.
func old(score, other float64) float64 { return min(1, score/8) * score / (score + other) }

func TestPapersNeverSeen(t *testing.T) {
	l := library(t)
	names, err := filepath.Glob("../directive/testdata/holdout/*.json")
	if err != nil {
		t.Fatal(err)
	}
	first, all, among, sure, sureRight, nothing, wantNothing := 0, 0, 0, 0, 0, 0, 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var want struct {
			Leaves []struct {
				Path     string
				Bindings []string
			}
		}
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(err)
		}
		list, paths := leaves(t, strings.TrimSuffix(name, ".json")+".txt")
		for i, leaf := range list {
			var ok []string
			at := slices.IndexFunc(want.Leaves, func(w struct {
				Path     string
				Bindings []string
			}) bool {
				return w.Path == paths[i]
			})
			if at >= 0 {
				ok = want.Leaves[at].Bindings
			}
			got := l.Propose(leaf)
			var ids []string
			other := 0.0
			for k, p := range got {
				ids = append(ids, p.Binding.ID)
				if k > 0 {
					other = max(other, p.Score)
				}
			}
			s := 0.0
			if len(got) > 0 {
				s = old(got[0].Score, other)
			}
			right := len(got) > 0 && slices.Contains(ok, ids[0])
			mark := " "
			if len(ok) > 0 {
				all++
				if right {
					first++
					mark = "+"
				}
				if slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(ok, id) }) {
					among++
				}
			} else {
				wantNothing++
				if len(ids) == 0 {
					nothing++
				}
			}
			if s >= 0.7 {
				sure++
				if right {
					sureRight++
				}
				mark += "S"
			}
			top := 0.0
			if len(got) > 0 {
				top = got[0].Score
			}
			t.Logf("%-24s %-7s %-2s %.1f %.1f s=%.2f %v want %v topics %v", filepath.Base(name), paths[i], mark, top, other, s, ids, ok, leaf.Topics)
			if len(got) > 0 && !right {
				t.Logf("        %.110q %v", leaf.Text, got[0].Reason)
			}
		}
	}
	t.Logf("first right %d/%d, among %d, nothing where nothing %d/%d, sure %d right %d", first, all, among, nothing, wantNothing, sure, sureRight)
}
