// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Change says what became of a demand from one directive to a later one.
type Change string

// The changes.
const (
	Unchanged Change = "unchanged"
	Reworded  Change = "reworded"
	Fresh     Change = "new"
	Gone      Change = "dropped"
)

// Pair is a demand of a directive beside the one of an earlier directive that it
// carries on. Now is nil where it is gone, Then where it is new.
type Pair struct {
	Change Change
	Now    *Item
	Then   *Item
	Alike  float64 // 0..1
}

const (
	alikeLeast = 0.4  // below it two demands are not the same matter
	alikeSame  = 0.92 // from here on they ask the same
)

// Compare lays the demands of a directive beside those of another in the actor's
// sight, in the order of the text, with what is gone at the end.
func (s *Service) Compare(ctx context.Context, id, with ID) (now, then Folder, list []Pair, err error) {
	if now, err = s.Get(ctx, id); err != nil {
		return now, then, nil, err
	}
	if then, err = s.Get(ctx, with); err != nil {
		return now, then, nil, missing(err, "directive.Compare", "with", "directive.bad.with")
	}
	if id == with {
		return now, then, nil, fault.Bad("directive.Compare", "with", "directive.bad.with")
	}
	return now, then, align(now.demands(), then.demands()), nil
}

// demands are what the text itself asks: not what was carried over into it.
func (f Folder) demands() []Item {
	return slices.DeleteFunc(f.Leaves(), func(it Item) bool { return strings.HasPrefix(it.Path, carriedPath) })
}

// align pairs what is most alike first; each stands once.
func align(now, then []Item) []Pair {
	type match struct {
		i, j  int
		alike float64
	}
	pairsOf := func(list []Item) []map[string]int {
		out := make([]map[string]int, len(list))
		for n, it := range list {
			out[n] = doubles(it.Text)
		}
		return out
	}
	a, b := pairsOf(now), pairsOf(then)
	var all []match
	for i := range now {
		for j := range then {
			if x := dice(a[i], b[j]); x >= alikeLeast {
				all = append(all, match{i, j, x})
			}
		}
	}
	slices.SortStableFunc(all, func(x, y match) int { return cmp.Compare(y.alike, x.alike) })
	out := make([]Pair, len(now))
	for i := range now {
		out[i] = Pair{Change: Fresh, Now: &now[i]}
	}
	taken := make([]bool, len(then))
	for _, m := range all {
		if out[m.i].Then != nil || taken[m.j] {
			continue
		}
		taken[m.j] = true
		out[m.i].Then, out[m.i].Alike, out[m.i].Change = &then[m.j], m.alike, Reworded
		if m.alike >= alikeSame {
			out[m.i].Change = Unchanged
		}
	}
	for j := range then {
		if !taken[j] {
			out = append(out, Pair{Change: Gone, Then: &then[j]})
		}
	}
	return out
}

// doubles counts the neighbouring pairs of words of a text: marks and capitals
// do not count.
func doubles(text string) map[string]int {
	out := map[string]int{}
	before := ""
	for w := range strings.FieldsSeq(fold(text)) {
		if w = strings.Trim(w, ".,;:()“”\"'–-"); w == "" {
			continue
		}
		out[before+" "+w]++
		before = w
	}
	return out
}

// dice is the share of pairs that both have, 0..1.
func dice(a, b map[string]int) float64 {
	both, all := 0, 0
	for w, n := range a {
		both += min(n, b[w])
		all += n
	}
	for _, n := range b {
		all += n
	}
	if all == 0 {
		return 0
	}
	return 2 * float64(both) / float64(all)
}

// TakeOver proposes, for each demand that nobody decided on and that an earlier
// directive has unchanged, what was decided there: addressees, bindings, proof.
// The time limit stays that of the text at hand. It says how many those were.
func (s *Service) TakeOver(ctx context.Context, id, with ID) (int, error) {
	const op = "directive.take_over"
	_, then, _, err := s.Compare(ctx, id, with)
	if err != nil {
		return 0, err
	}
	n := 0
	_, err = s.change(ctx, op, id, 0, []State{Drafted}, func(ctx context.Context, tx *db.Tx, d *Directive, _ auth.Actor) error {
		list, err := items(ctx, tx, id)
		if err != nil {
			return err
		}
		n = 0
		for _, p := range align(Folder{Items: list}.Leaves(), then.Leaves()) {
			if p.Change != Unchanged || p.Now.State != Proposed || p.Then.State != Agreed {
				continue
			}
			it := *p.Now
			it.Short, it.Actors, it.Bindings, it.Evidence, it.Owed, it.From = p.Then.Short, p.Then.Actors, p.Then.Bindings, p.Then.Evidence, p.Then.Owed, p.Then.ID
			it.Sure, it.Unknown = true, nil
			it.why("earlier", then.Code, p.Then.Path)
			if err := saveItem(ctx, tx, op, &it); err != nil {
				return err
			}
			n++
		}
		if n == 0 {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict.nothing_alike"}
		}
		return s.note(ctx, tx, op, *d, map[string]any{"from": then.Code, "items": n})
	})
	return n, err
}

// word is a word of two texts laid side by side: of the older alone (-1), of
// both (0), of the newer alone (1).
type word struct {
	text string
	side int
}

// mostWords bounds how long texts may be to be laid side by side word by word.
const mostWords = 1500

// differ lays two texts side by side, by their longest common row of words.
func differ(then, now string) (out []word) {
	a, b := strings.Fields(then), strings.Fields(now)
	if len(a) > mostWords || len(b) > mostWords {
		return []word{{then, -1}, {now, 1}}
	}
	rows := make([][]int16, len(a)+1)
	for i := range rows {
		rows[i] = make([]int16, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				rows[i][j] = rows[i+1][j+1] + 1
			} else {
				rows[i][j] = max(rows[i+1][j], rows[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, word{a[i], 0})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && rows[i+1][j] >= rows[i][j+1]:
			out = append(out, word{a[i], -1})
			i++
		default:
			out = append(out, word{b[j], 1})
			j++
		}
	}
	return out
}
