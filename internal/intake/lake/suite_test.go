// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vonggac/vonggac/internal/intake/lake"
)

func TestWhatWasPutInComesOutToTheByte(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *lake.Client) {
		rows := []lake.Row{
			{Time: now.Add(123456789), Block: "net/1", Line: 0, Source: "s", Owner: "u", Class: lake.BaseEvent, Raw: "l\xffu\xc3\x28 \x00\x01\t\"quoted\" \\ </script>\u2028 Vọng Gác"},
			{Time: now.Add(1), Block: "net/1", Line: 1, Source: "s", Owner: "u", Class: lake.HTTPActivity, Raw: "",
				Fields: []lake.Field{{"file.hashes.md5", "d41d8cd98f00b204e9800998ecf8427e"}, {"url.url_string", "http://a.example/\"|x\""}}},
			{Time: now, Block: "net/1", Line: 7_000_000_000, Source: "s", Owner: "u", Class: lake.NetworkActivity, Raw: strings.Repeat("x", 1<<20)},
		}
		put(t, s, rows)
		got, err := s.Search(t.Context(), everyone, lake.Query{}, lake.Page{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(rows, got.Rows); d != "" || got.Next != "" {
			t.Errorf("next %q, rows (-put +got):\n%.2000s", got.Next, d)
		}
	})
}

func TestPagesGiveEachRowOnceNewestFirst(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *lake.Client) {
		var rows []lake.Row
		for b := range 7 { // many rows share their second, and time and line too
			for l := range 30 {
				rows = append(rows, lake.Row{Time: now.Add(-time.Duration(l/10) * time.Hour * 40), Block: fmt.Sprint("net/", b*5), Line: int64(l % 15), Source: "s", Owner: "u", Class: lake.DNSActivity, Raw: fmt.Sprint("x ", b, l)})
			}
		}
		put(t, s, rows)
		for _, size := range []int{1, 4, 7, 64, 1000} {
			var got []lake.Row
			next := ""
			for pages := 0; pages == 0 || next != ""; pages++ {
				if size == 1 && pages == 40 {
					break // enough of them
				}
				f, err := s.Search(t.Context(), everyone, lake.Query{Words: lake.Words("x")}, lake.Page{After: next, Size: size})
				if err != nil {
					t.Fatal(err)
				}
				got, next = append(got, f.Rows...), f.Next
			}
			want := slices.Clone(rows)
			slices.SortFunc(want, func(a, b lake.Row) int {
				if c := b.Time.Compare(a.Time); c != 0 {
					return c
				}
				if a.Line != b.Line {
					return int(b.Line - a.Line)
				}
				return strings.Compare(b.Block, a.Block)
			})
			whole := slices.Clone(want)
			want = want[:min(len(want), max(len(got), 40))]
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("pages of %d (-want +got):\n%.1500s", size, d)
			}
			if size == 1 {
				continue
			}
			slices.Reverse(whole)
			got, next = nil, ""
			for pages := 0; pages == 0 || next != ""; pages++ {
				f, err := s.Search(t.Context(), everyone, lake.Query{Words: lake.Words("x"), From: now.AddDate(0, 0, -20)}, lake.Page{After: next, Size: size, Oldest: true})
				if err != nil {
					t.Fatal(err)
				}
				got, next = append(got, f.Rows...), f.Next
			}
			if d := cmp.Diff(whole, got); d != "" {
				t.Errorf("pages of %d, oldest first (-want +got):\n%.1500s", size, d)
			}
		}
	})
}

func TestEachComparisonFindsWhatItSays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *lake.Client) {
		row := func(line int64, raw string, fields ...lake.Field) lake.Row {
			return lake.Row{Time: now.Add(time.Duration(line)), Block: "b", Line: line, Source: "s", Owner: "u", Class: lake.DNSActivity, Raw: raw, Fields: fields}
		}
		put(t, s, []lake.Row{
			row(0, "deny tcp 10.0.0.1", lake.Field{"src_endpoint.ip", "10.0.0.1"}, lake.Field{"src_endpoint.port", "80"}),
			row(1, "permit tcp 10.0.1.1", lake.Field{"src_endpoint.ip", "10.0.1.1"}, lake.Field{"src_endpoint.port", "443"}),
			row(2, "permit tcp6", lake.Field{"src_endpoint.ip", "2001:db8::1"}, lake.Field{"src_endpoint.port", "8080"}),
			row(3, "name looked up", lake.Field{"query.hostname", "xau.example.vn"}),
			row(4, "a name", lake.Field{"query.hostname", "*"}),
		})
		on := func(field string, op lake.Op, values ...string) lake.Query {
			return lake.Query{Where: []lake.Condition{{Field: field, Op: op, Values: values}}}
		}
		not := func(q lake.Query) lake.Query { q.Where[0].Not = true; return q }
		for name, tc := range map[string]struct {
			q    lake.Query
			want string
		}{
			"all":                      {lake.Query{}, "4 3 2 1 0"},
			"a word":                   {lake.Query{Words: lake.Words("permit")}, "2 1"},
			"part of a word":           {lake.Query{Words: lake.Words("perm")}, ""},
			"the start of a word":      {lake.Query{Words: lake.Words("perm* tc*")}, "2 1"},
			"words in a row":           {lake.Query{Words: lake.Words(`"looked up"`)}, "3"},
			"without a word":           {lake.Query{Words: lake.Words("tcp -deny")}, "1"},
			"equal":                    {on("src_endpoint.ip", lake.Is, "10.0.0.1"), "0"},
			"equal is no star":         {on("query.hostname", lake.Is, "*"), "4"},
			"one of":                   {on("src_endpoint.ip", lake.Is, "10.0.0.1", "2001:db8::1", "x"), "2 0"},
			"not equal":                {not(on("src_endpoint.ip", lake.Is, "10.0.0.1")), "4 3 2 1"},
			"begins":                   {on("query.hostname", lake.Begins, "xau."), "3"},
			"contains":                 {on("query.hostname", lake.Contains, "u.exa"), "3"},
			"contains no expression":   {on("query.hostname", lake.Contains, ".*"), ""},
			"a number between":         {on("src_endpoint.port", lake.Between, "81", "8080"), "2 1"},
			"a network":                {on("src_endpoint.ip", lake.Network, "10.0.0.0/24"), "0"},
			"a wider network":          {on("src_endpoint.ip", lake.Network, "10.0.7.7/16"), "1 0"},
			"an address of six":        {on("src_endpoint.ip", lake.Network, "2001:DB8:0::1"), "2"},
			"an expression":            {on("query.hostname", lake.Matches, `^xau\.[a-z]+`), "3"},
			"present":                  {lake.Query{Where: []lake.Condition{{Field: "query.hostname", Op: lake.Present}}}, "4 3"},
			"absent":                   {lake.Query{Where: []lake.Condition{{Field: "query.hostname", Op: lake.Present, Not: true}}}, "2 1 0"},
			"an expert":                {lake.Query{Expert: `src_endpoint.ip:10.0.0.1 or query.hostname:~"^xau"`}, "3 0"},
			"an expert and a word":     {lake.Query{Expert: `"permit" or "deny" # why`, Words: lake.Words("deny")}, "0"},
			"an expert's query inside": {lake.Query{Expert: `src_endpoint.port:in("permit" src_endpoint.port:443 | fields src_endpoint.port)`}, "1"},
			"the end is not included":  {lake.Query{From: now.Add(1), To: now.Add(3)}, "2 1"},
		} {
			f, err := s.Search(t.Context(), everyone, tc.q, lake.Page{})
			var lines []string
			for _, r := range f.Rows {
				lines = append(lines, fmt.Sprint(r.Line))
			}
			if got := strings.Join(lines, " "); err != nil || got != tc.want {
				t.Errorf("%s: got %q, %v, want %q", name, got, err, tc.want)
			}
			n, err := s.Count(t.Context(), everyone, tc.q)
			if err != nil || n != int64(len(strings.Fields(tc.want))) {
				t.Errorf("%s: count %d, %v", name, n, err)
			}
		}
	})
}

func TestFiguresAddUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *lake.Client) {
		put(t, s, append(block("net/a", "so-1", now, 100), block("net/b", "so-2", now.Add(10*time.Minute), 50)...))
		q := lake.Query{From: now.Add(-30 * time.Minute), To: now.Add(30 * time.Minute)}
		buckets, err := s.Histogram(t.Context(), everyone, q, 10*time.Minute)
		var got []int64
		for i, b := range buckets {
			got = append(got, b.Rows)
			if !b.Start.Equal(q.From.Add(time.Duration(i) * 10 * time.Minute)) {
				t.Errorf("step %d begins at %s", i, b.Start)
			}
		}
		if want := []int64{0, 0, 0, 100, 50, 0}; err != nil || !slices.Equal(got, want) {
			t.Errorf("histogram %v, %v, want %v", got, err, want)
		}
		buckets, err = s.Histogram(t.Context(), lake.Scope{Units: []string{"so-2"}}, lake.Query{From: now.Add(7 * time.Second), To: now.Add(10*time.Minute + 10*time.Second)}, 7*time.Minute)
		if err != nil || len(buckets) != 2 || buckets[1].Rows != 10 || buckets[0].Rows != 0 {
			t.Errorf("steps of seven minutes: %v, %v", buckets, err)
		}
		facets, err := s.Facets(t.Context(), lake.Scope{Units: []string{"so-1"}}, q, []string{"query.hostname", "owner"}, 3)
		if err != nil || len(facets) != 4 || facets[0].Rows != 10 || facets[3] != (lake.Facet{Field: "owner", Value: "so-1", Rows: 100}) {
			t.Errorf("facets %v, %v", facets, err)
		}
		held, err := s.Blocks(t.Context(), []string{"net/a", "net/b", "net/c"})
		if want := map[string]lake.Held{"net/a": {100, 100}, "net/b": {50, 50}}; err != nil || !cmp.Equal(held, want) {
			t.Errorf("blocks %v, %v", held, err)
		}
		table, err := s.Table(t.Context(), everyone, lake.Query{Expert: `* | stats by (owner) count() n | sort by (n)`}, 0)
		if want := []map[string]string{{"owner": "so-2", "n": "50"}, {"owner": "so-1", "n": "100"}}; err != nil || !cmp.Equal(table, want) {
			t.Errorf("table %v, %v", table, err)
		}
		st, err := s.Stats(t.Context())
		if err != nil || st.Rows != 150 || len(st.Sources) != 2 || st.Disk == 0 {
			t.Errorf("stats %+v, %v", st, err)
		}
		if err := s.Health(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestRowsThatTheEngineWouldDropInSilenceAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t, own(t))
	good := block("net/a", "u", now, 1)[0]
	change := func(f func(r *lake.Row)) lake.Row { r := good; f(&r); return r }
	refused, err := s.Insert(t.Context(), []lake.Row{
		good,
		change(func(r *lake.Row) { r.Time = now.AddDate(0, 0, -366) }),
		change(func(r *lake.Row) { r.Time = now.AddDate(0, 0, -364); r.Line = 1 }), // kept
		change(func(r *lake.Row) { r.Time = now.AddDate(0, 0, 2) }),
		change(func(r *lake.Row) { r.Raw = strings.Repeat("\x01", 1<<20) }),
		change(func(r *lake.Row) { r.Block = "" }),
		change(func(r *lake.Row) { r.Owner = "" }),
		change(func(r *lake.Row) { r.Fields = []lake.Field{{"_time", "x"}} }),
		change(func(r *lake.Row) { r.Fields = []lake.Field{{"owner", "x"}} }),
		change(func(r *lake.Row) { r.Fields = []lake.Field{{strings.Repeat("x", 129), "x"}} }),
	})
	if want := (lake.Refused{Early: 1, Late: 1, Long: 1, Bad: 5}); err != nil || refused != want {
		t.Errorf("%+v, %v, want %+v", refused, err, want)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Count(t.Context(), everyone, lake.Query{}); err != nil || n != 2 {
		t.Errorf("%d rows, %v", n, err)
	}
}

func TestQueriesThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t, own(t))
	for name, q := range map[string]lake.Query{
		"a field that is none":       {Where: []lake.Condition{{Field: `a":b or "c`, Values: []string{"x"}}}},
		"an engine's own field":      {Where: []lake.Condition{{Field: "_time", Values: []string{"x"}}}},
		"no value":                   {Where: []lake.Condition{{Field: "a"}}},
		"a broken expression":        {Where: []lake.Condition{{Field: "a", Op: lake.Matches, Values: []string{"("}}}},
		"a long expression":          {Where: []lake.Condition{{Field: "a", Op: lake.Matches, Values: []string{strings.Repeat("a", 501)}}}},
		"a network of six":           {Where: []lake.Condition{{Field: "a", Op: lake.Network, Values: []string{"2001:db8::/32"}}}},
		"between words":              {Where: []lake.Condition{{Field: "a", Op: lake.Between, Values: []string{"a", "b"}}}},
		"between one":                {Where: []lake.Condition{{Field: "a", Op: lake.Between, Values: []string{"1"}}}},
		"no such comparison":         {Where: []lake.Condition{{Field: "a", Op: 99, Values: []string{"1"}}}},
		"an expert who cannot":       {Expert: `a:in(`},
		"an expert with pipes":       {Expert: `* | delete owner`},
		"an expert with settings":    {Expert: `options(ignore_global_time_filter=true) *`},
		"an expert of many brackets": {Expert: strings.Repeat("(", 1<<20)},
		"too many words":             {Words: slices.Repeat([]lake.Word{{Text: "a"}}, 51)},
		"an empty word":              {Words: []lake.Word{{}}},
	} {
		if _, err := s.Search(t.Context(), everyone, q, lake.Page{}); !errors.Is(err, lake.ErrQuery) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, p := range []lake.Page{{Size: -1}, {Size: 1001}, {After: "x"}, {After: "MTIz"}} {
		if _, err := s.Search(t.Context(), everyone, lake.Query{}, p); !errors.Is(err, lake.ErrQuery) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

// TestAClusterThatLacksANodeSaysSo: its front answers with an error and with a
// count of zero beside it.
func TestAClusterThatLacksANodeSaysSo(t *testing.T) {
	t.Parallel()
	o, endNode := cluster(t)
	s := open(t, o)
	put(t, s, append(block("net/a", "so-1", now, 100), block("net/b", "so-2", now, 100)...))
	endNode()
	q := lake.Query{From: now, To: now.Add(time.Hour)}
	for what, ask := range map[string]func() error{
		"search":    func() error { _, err := s.Search(t.Context(), everyone, q, lake.Page{}); return err },
		"count":     func() error { _, err := s.Count(t.Context(), everyone, q); return err },
		"histogram": func() error { _, err := s.Histogram(t.Context(), everyone, q, time.Minute); return err },
		"facets":    func() error { _, err := s.Facets(t.Context(), everyone, q, []string{"owner"}, 3); return err },
		"blocks":    func() error { _, err := s.Blocks(t.Context(), []string{"net/a"}); return err },
		"table": func() error {
			_, err := s.Table(t.Context(), everyone, lake.Query{Expert: "* | stats count() n"}, 0)
			return err
		},
	} {
		if err := ask(); !errors.Is(err, lake.ErrUnavailable) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestAnAddressWhereNothingAnswersIsUnavailable(t *testing.T) {
	t.Parallel()
	s := open(t, lake.Options{Address: "http://127.0.0.1:1", Token: "x"})
	if _, err := s.Insert(t.Context(), block("net/a", "u", time.Now(), 1)); !errors.Is(err, lake.ErrUnavailable) {
		t.Errorf("insert: %v", err)
	}
	if err := s.Health(t.Context()); !errors.Is(err, lake.ErrUnavailable) {
		t.Errorf("health: %v", err)
	}
	o, _ := cluster(t)
	o.Token = "wrong"
	if err := open(t, o).Health(t.Context()); !errors.Is(err, lake.ErrUnavailable) {
		t.Errorf("a wrong token: %v", err)
	}
	if f, err := s.Search(t.Context(), lake.Scope{}, lake.Query{}, lake.Page{}); err != nil || len(f.Rows) != 0 {
		t.Errorf("who may see nothing needs no engine: %v, %v", f, err)
	}
}

// A process that comes after one that was killed does not know what that one
// brought a moment ago, which a cluster does not show yet: it must not bring it
// again.
func TestWhoComesAfterOneThatWasKilledBringsNothingTwice(t *testing.T) {
	t.Parallel()
	o, _ := cluster(t)
	rows := block("net/a", "u", now, 100)
	if _, err := open(t, o).Insert(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	did, err := open(t, o).Repair(t.Context(), []lake.Expected{{Block: "net/a", Rows: 100}}, func(context.Context, string) ([]lake.Row, error) { return rows, nil })
	if err != nil || did.Added != 0 || did.Doubled != 0 {
		t.Errorf("%+v, %v", did, err)
	}
}
