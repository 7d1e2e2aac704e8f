// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Key names an event for ever.
type Key struct {
	Block string
	Line  int64
}

func keyOf(r lake.Row) Key { return Key{r.Block, r.Line} }

func (k Key) String() string { return strconv.FormatInt(k.Line, 10) + "@" + k.Block }

func readKey(s string) (Key, bool) {
	line, block, ok := strings.Cut(s, "@")
	n, err := strconv.ParseInt(line, 10, 64)
	return Key{block, n}, ok && err == nil && n >= 0 && block != "" && len(block) <= 200
}

// beside is how many lines of the block are shown on either side of one.
const beside = 5

// Around gives the lines of a block about one of them, in the order in which
// they came; that somebody read them is in the audit trail. It looks a day
// beyond the time of q.
func (s *Service) Around(ctx context.Context, q Question, k Key) ([]lake.Row, error) {
	q.opened = k
	store, scope, err := s.begin(ctx, "lookup.open", &q)
	if err != nil {
		return nil, err
	}
	found, err := store.Search(ctx, scope, lake.Query{From: q.From.Add(-day), To: q.To.Add(day), Where: []lake.Condition{
		{Field: lake.FieldBlock, Values: []string{k.Block}},
		{Field: lake.FieldLine, Op: lake.Between, Values: []string{strconv.FormatInt(max(0, k.Line-beside), 10), strconv.FormatInt(k.Line+beside, 10)}},
	}}, lake.Page{Size: 4 * beside, Oldest: true})
	slices.SortFunc(found.Rows, func(a, b lake.Row) int { return cmp.Compare(a.Line, b.Line) })
	return found.Rows, err
}

// fixedWith is fixed with the reason, for a step that goes on with the answer.
func (v page) fixedWith(pairs ...string) typed {
	out := v.fixed()
	out.Set(fieldWhy, v.Get(fieldWhy))
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

// fixed are the values that say what is looked for, with the time that was
// looked at in place of one that moves along, in whole minutes, and without the
// reason: what is asked again later asks for the same.
func (v page) fixed() (out typed) {
	out.Values = v.copied()
	for _, name := range []string{fieldWhy, fieldSort, "range"} {
		out.Del(name)
	}
	to := v.q.To.Truncate(time.Minute)
	if to.Before(v.q.To) {
		to = to.Add(time.Minute)
	}
	out.Set("from", v.q.From.In(i18n.Hanoi).Format(localTime))
	out.Set("to", to.In(i18n.Hanoi).Format(localTime))
	return out
}
