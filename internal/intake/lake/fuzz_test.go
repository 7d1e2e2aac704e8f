// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/logstorage"

	"github.com/vonggac/vonggac/internal/intake/lake"
)

// FuzzQuery: whatever is typed, chosen and pasted, the query is refused or is
// one that the engine reads; without an expert it has no pipes; and every query
// in it is within the scope, whatever the units are called.
func FuzzQuery(f *testing.F) {
	for _, text := range append(append([]string{}, hostile...), piped...) {
		f.Add("words -not begin* "+text, "query.hostname", uint8(lake.Is), text, text, text, "", false)
		f.Add("", "", uint8(0), "", "", text, text, true)
	}
	f.Add("1700000000000000000 7 net/1", "", uint8(0), "", "", "", "u", false)
	f.Add("-1 -1 \") or (*", "", uint8(0), "", "", "", "u", false)
	for op := range lake.Present + 2 {
		f.Add("a", "src_endpoint.ip", uint8(op), "10.0.0.0/8", "2001:db8::/32", "", "mine", false)
		f.Add("a", "line", uint8(op), "1e308", "-0x1p-2", "", "*", true)
	}
	for _, deep := range []string{"(", "!", "not ", "a:(", "in(", "a:in(* | fields a) ", "* | union ("} {
		f.Add("", "", uint8(0), "", "", strings.Repeat(deep, lake.MaxExpert/len(deep)), "u", true)
	}
	f.Fuzz(func(t *testing.T, typed, field string, op uint8, one, two, expert, unit string, pipes bool) {
		q := lake.Query{Words: lake.Words(typed), Expert: expert}
		if field != "" {
			q.Where = []lake.Condition{{Field: field, Op: lake.Op(op), Values: []string{one, two}, Not: pipes}, {Field: field, Op: lake.Op(op), Values: []string{one}}}
		}
		if behind := lake.Behind(base64.RawURLEncoding.EncodeToString([]byte(typed))); behind != "" {
			if _, err := logstorage.ParseFilter("*" + behind); err != nil {
				t.Fatalf("the page after %q: %v", typed, err)
			}
		}
		text, err := q.LogsQL(pipes)
		if err != nil {
			return
		}
		parsed, err := logstorage.ParseQuery(text)
		if err != nil {
			t.Fatalf("%+v became %q, which is none: %v", q, text, err)
		}
		whole := parsed.String()
		if !pipes || strings.TrimSpace(expert) == "" {
			if parsed.DropAllPipes(); parsed.String() != whole {
				t.Fatalf("%+v became %q, which has pipes", q, text)
			}
		}
		if _, err := logstorage.ParseQuery(text + lake.Behind("MSAyIGFiYw") + " | sort by (_time desc, line desc) limit 5"); err != nil && !pipes {
			t.Fatalf("%q cannot be sorted: %v", text, err)
		}
		within(t, parsed, unit)
	})
}

// within adds the filters of a scope as the engine does and sees whether they
// bind the query, also when a front writes it out for its nodes.
func within(t *testing.T, q *logstorage.Query, unit string) {
	t.Helper()
	q.DropAllPipes()
	for _, s := range []lake.Scope{{Units: []string{unit}}, {Units: []string{unit, "mine"}}} {
		filters, ok := s.Limits()
		if !ok {
			t.Fatal("a scope with units sees nothing")
		}
		scoped := q.Clone(0)
		var canonical string
		for _, filter := range filters {
			parsed, err := logstorage.ParseFilter(filter)
			if err != nil {
				t.Fatalf("unit %q: %q is no filter: %v", unit, filter, err)
			}
			scoped.AddExtraFilters(parsed)
			if alone, err := logstorage.ParseQuery(filter); err != nil {
				t.Fatal(err)
			} else if strings.HasPrefix(filter, "owner:") {
				canonical = " " + alone.String() + " "
			}
		}
		again, err := logstorage.ParseQuery(scoped.String())
		if err != nil {
			t.Fatalf("%q does not read back: %v", scoped, err)
		}
		if whole := " " + again.String() + " "; !strings.Contains(whole, canonical) {
			t.Fatalf("unit %q: %q is not in %q", unit, canonical, whole)
		}
	}
}
