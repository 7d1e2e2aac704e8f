// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
)

// hostile are texts of experts who want rows that are not theirs.
var hostile = []string{
	`*`,
	`owner:other`,
	`owner:=other or *`,
	`* or owner:*`,
	`!owner:=mine`,
	`not owner:in("mine")`,
	`{owner="other"}`,
	`{owner!="mine"} or {owner=~".*"}`,
	`_stream:{owner=~".+"}`,
	`owner:in(owner:other | fields owner)`,
	`block:in(* | fields block)`,
	`line:in(owner:other | fields line)`,
	`owner:contains_any(* | fields owner)`,
	`_stream_id:in(owner:other | fields _stream_id)`,
	`x) or (owner:other`,
	`*) or (*`,
	`"a" # comment`,
	`# comment`,
	"`x` or `y` or *",
	`"\" or owner:other or \""`,
	`_msg:~".*" or owner:re("other")`,
	`_time:1000d or owner:other`,
	`_time:[1970-01-01, 2100-01-01] or *`,
	`i(OTHER) or owner:i(other)`,
	`owner:>"a" or owner:<"zzzz"`,
	`owner:string_range("", "zzzz")`,
	`owner:len_range(0, inf)`,
	`value_type:string or owner:value_type(const)`,
	`owner:eq_field(owner) or owner:le_field(source)`,
	`"}" or "{" or *`,
	`*;owner:other`,
	"* \x00 or *",
	"*\nor\nowner:other",
}

// piped are such texts for a table.
var piped = []string{
	`* | union (owner:other)`,
	`* | union (* | union (owner:other))`,
	`* | join by (line) (owner:other | rename secret as stolen)`,
	`* | join by (line) (* | fields line, secret) prefix "x_"`,
	`* | stats by (owner) count() rows`,
	`* | stats count() if (owner:other) rows`,
	`* | stats count() if (line:in(owner:other | fields line)) rows, values(secret) v, uniq_values(owner) o, row_any() r`,
	`* | delete owner | filter secret:*`,
	`* | format "<owner>" as o | fields o, secret`,
	`* | filter line:in(owner:other | fields line) | fields secret`,
	`* | extract if (owner:in(owner:other | fields owner)) "<a>" from secret`,
	`* | field_values owner`,
	`* | field_values secret`,
	`* | field_names`,
	`* | facets`,
	`* | uniq by (owner, secret) with hits`,
	`* | top 10 by (secret)`,
	`* | first 10 by (secret) | last 10 by (secret)`,
	`* | unpack_json from secret | pack_json | unroll by (secret)`,
	`* | sort by (owner) offset 0 limit 100000`,
	`owner:mine | stream_context before 100 after 100`,
	`owner:mine | stream_context before 1000 after 1000 time_window 100d`,
	`* | union (owner:mine | stream_context after 100)`,
	`owner:in(* | stream_context after 100 | fields owner)`,
	`* | block_stats`,
	`* | blocks_count`,
	`* | union (* | block_stats)`,
	`* | collapse_nums at secret | replace ("a", "b") at secret`,
	`* | math 1 as x | limit 10000`,
	`* | json_array_len (secret) as n | hash(secret) as h`,
	`* | sample 1`,
	`* | query_stats`,
	`options(ignore_global_time_filter=true) *`,
	`options(concurrency=1) * | union (options(ignore_global_time_filter=true) *)`,
	`* limit 10 | union (owner:other) | *`,
	`* | "x" | owner:other`,
	`* | where owner:other`,
	`*) | union (owner:other`,
}

func mix(t *testing.T, s lake.Store) {
	t.Helper()
	var rows []lake.Row
	for _, unit := range []string{"mine", "other", "*", `q"uote`, "older"} {
		part := block("net/"+unit, unit, now, 20)
		for i := range part {
			part[i].Raw = "word of " + unit
			part[i].Fields = append(part[i].Fields, lake.Field{Name: "secret", Value: "SECRET-" + unit})
		}
		rows = append(rows, part...)
	}
	for _, r := range block("net/older", "older", now.AddDate(0, 0, -40), 20) {
		r.Line += 100
		rows = append(rows, r)
	}
	put(t, s, rows)
}

func TestNoQueryBringsARowOutsideTheScope(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *lake.Client) {
		mix(t, s)
		mine := lake.Scope{Units: []string{"mine"}}
		queries := []lake.Query{{}}
		for _, text := range append(append([]string{}, hostile...), piped...) {
			queries = append(queries, lake.Query{Expert: text},
				lake.Query{Words: []lake.Word{{Text: text}}}, lake.Query{Words: []lake.Word{{Text: text, Not: true}}},
				lake.Query{Where: []lake.Condition{{Field: "owner", Values: []string{text}}}},
				lake.Query{Where: []lake.Condition{{Field: "owner", Values: []string{text, "other"}, Not: true}}})
		}
		answered := 0
		for _, q := range queries {
			f, err := s.Search(t.Context(), mine, q, lake.Page{Size: 1000})
			if err == nil {
				answered++
			}
			for _, r := range f.Rows {
				if r.Owner != "mine" || strings.Contains(fmt.Sprint(r), "other") {
					t.Fatalf("%+v: brought %+v", q, r)
				}
			}
			n, err := s.Count(t.Context(), mine, q)
			if err == nil && n > 20 {
				t.Errorf("%+v: counted %d", q, n)
			}
			if q.Expert == "" {
				continue
			}
			table, err := s.Table(t.Context(), mine, q, lake.MaxTable)
			if err == nil {
				answered++
			}
			said := strings.ReplaceAll(fmt.Sprint(table), q.Expert, "")
			for _, unit := range []string{"SECRET-other", "of other", "net/other", "dns-other", "SECRET-*", "uote"} {
				if strings.Contains(said, unit) {
					t.Fatalf("%s: brought %s: %.600s", q.Expert, unit, said)
				}
			}
			for _, row := range table {
				for name, v := range row {
					if (name == "rows" || name == "hits") && len(v) > 2 {
						t.Errorf("%s: counted %s", q.Expert, v)
					}
				}
			}
		}
		if answered < 200 {
			t.Errorf("only %d of the queries were answered: nothing is shown by the others", answered)
		}
	})
}

func TestAScopeIsItsUnitsAndNothingElse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *lake.Client) {
		mix(t, s)
		for name, tc := range map[string]struct {
			s    lake.Scope
			want int64
		}{
			"all":                        {lake.Scope{All: true}, 120},
			"none":                       {lake.Scope{}, 0},
			"an empty list":              {lake.Scope{Units: []string{}}, 0},
			"one":                        {lake.Scope{Units: []string{"mine"}}, 20},
			"two":                        {lake.Scope{Units: []string{"mine", "other"}}, 40},
			"a unit called star":         {lake.Scope{Units: []string{"*"}}, 20},
			"star and one":               {lake.Scope{Units: []string{"*", "mine"}}, 40},
			"an expression":              {lake.Scope{Units: []string{".*"}}, 0},
			"expressions":                {lake.Scope{Units: []string{".*", ".+"}}, 0},
			"a quote":                    {lake.Scope{Units: []string{`q"uote`}}, 20},
			"a way out":                  {lake.Scope{Units: []string{`mine" or "other`}}, 0},
			"a way out of many":          {lake.Scope{Units: []string{`x") or *`, `"} or *`}}, 0},
			"the empty unit":             {lake.Scope{Units: []string{""}}, 0},
			"a unit that begins as mine": {lake.Scope{Units: []string{"min"}}, 0},
		} {
			q := lake.Query{}
			if n, err := s.Count(t.Context(), tc.s, q); err != nil || n != tc.want {
				t.Errorf("%s: count %d, %v, want %d", name, n, err, tc.want)
			}
			f, err := s.Search(t.Context(), tc.s, q, lake.Page{Size: 1000})
			if err != nil || int64(len(f.Rows)) != tc.want {
				t.Errorf("%s: %d rows, %v, want %d", name, len(f.Rows), err, tc.want)
			}
			buckets, err := s.Histogram(t.Context(), tc.s, lake.Query{From: now.AddDate(0, 0, -60), To: now.AddDate(0, 0, 1)}, 24*time.Hour)
			var sum int64
			for _, b := range buckets {
				sum += b.Rows
			}
			if err != nil || sum != tc.want {
				t.Errorf("%s: histogram of %d, %v", name, sum, err)
			}
			facets, err := s.Facets(t.Context(), tc.s, q, []string{"owner"}, 10)
			sum = 0
			for _, f := range facets {
				sum += f.Rows
			}
			if err != nil || sum != tc.want {
				t.Errorf("%s: facets of %d, %v", name, sum, err)
			}
			table, err := s.Table(t.Context(), tc.s, lake.Query{Expert: "* | fields owner"}, 1000)
			if err != nil || int64(len(table)) != tc.want {
				t.Errorf("%s: table of %d, %v", name, len(table), err)
			}
		}
	})
}
