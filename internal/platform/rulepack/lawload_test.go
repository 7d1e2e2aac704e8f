// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// One value of every kind that may have versions, one a line, so that a fault's
// line is the line it is written on.
const lawYAML = `thresholds:
  - {id: many, value: 10, unit: persons, to: 2027-12-31, source: {key: law, mark: verified}}
  - {id: many, value: 20, unit: persons, from: 2028-01-01, source: {key: law, mark: verified}}
harms:
  - {id: rights, interest: rights, degree: harm, level: 1, label: {vi: a, en: a}, source: {key: law, mark: verified}}
criteria:
  - {id: big, level: 3, when: {use: [citizens], all: [administrative], persons_at_least: many}, label: {vi: a, en: a}, basis: Đ1, source: {key: law, mark: verified}}
  - {id: risk, by: risk, label: {vi: a, en: a}, basis: Đ2, source: {key: law, mark: verified}}
parties:
  - {id: owner, label: {vi: a, en: a}, source: {key: law, mark: verified}}
templates:
  - {id: m1, no: Mẫu 1, title: {vi: a, en: a}, form: F1, instrument: decree, source: {key: law, mark: verified}}
authorities:
  - {id: low, levels: [1, 2], label: {vi: a, en: a}, prepare: [owner], appraise: [owner], approve: [owner], templates: [m1], source: {key: law, mark: verified}}
  - {id: up, levels: [3, 4, 5], label: {vi: a, en: a}, prepare: [owner], appraise: [owner], approve: [owner], source: {key: law, mark: verified}}
periods:
  - {id: audit, label: {vi: a, en: a}, kind: audit, bound: every, levels: [{word: none}, {n: 1, unit: year}, {n: 1, unit: year}, {n: 6, unit: month}, {n: 9, unit: day}], source: {key: law, mark: verified}}
counts:
  - {id: zones, label: {vi: a, en: a}, levels: [1, 2, 3, 4, 5], source: {key: law, mark: verified}}
control_groups:
  - {id: RR, clause: "1", label: {vi: a, en: a}, from_level: 1, source: {key: law, mark: verified}}
penalties:
  - {id: none, label: {vi: a, en: a}, min: 4, max: 6, source: {key: law, mark: verified}}
layers:
  - {id: one, no: 1, label: {vi: a, en: a}, source: {key: law, mark: verified}}
transitions:
  - {id: over, label: {vi: a, en: a}, date: 2027-01-01, source: {key: law, mark: verified}}
`

// lawTree is the small tree with the law beside it.
func lawTree(law string) fstest.MapFS {
	return tree(func(m fstest.MapFS) { m["NEW/law.yaml"] = &fstest.MapFile{Data: []byte(law)} })
}

func TestLawLoads(t *testing.T) {
	t.Parallel()
	set, err := rulepack.Load(lawTree(lawYAML))
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[calendar.Date]int{{Year: 2027, Month: time.December, Day: 31}: 10, {Year: 2028, Month: time.January, Day: 1}: 20} {
		p := set.At(day)
		if n, ok := p.Threshold("many"); !ok || n.Value != want || len(p.Thresholds) != 1 {
			t.Errorf("%s: %+v", day, p.Thresholds)
		}
	}
}

// One fault for each refusal; the message names the line it is written on.
func TestLawIsRefusedWithThePlaceOfTheFault(t *testing.T) {
	t.Parallel()
	const source = ", source: {key: law, mark: verified}}"
	for _, k := range []struct{ outcome, from, to, want string }{
		{"unknown key", "{id: zones,", "{id: zones, colour: red,", "field colour not found"},
		{"wrong unit of a number", "value: 10, unit: persons", "value: 10, unit: bushels", `unit "bushels"`},
		{"more than all of it", "value: 10, unit: persons", "value: 101, unit: percent", "out of range"},
		{"overlapping days", "from: 2028-01-01", "from: 2027-12-31", "thresholds/many overlaps in time with the one at NEW/law.yaml:2"},
		{"the same value twice", "{id: risk, by: risk", "{id: big, by: risk", "criteria/big overlaps in time"},
		{"no day of the pack", "value: 10, unit: persons, to: 2027-12-31", "value: 10, unit: persons, to: 2020-12-31", "holds on no day of the pack"},
		{"an end before the beginning", "from: 2028-01-01", "from: 2028-01-01, to: 2027-06-01", "it ends before it begins"},
		{"missing source", "value: 10, unit: persons, to: 2027-12-31" + source, "value: 10, unit: persons, to: 2027-12-31}", "source key is missing"},
		{"missing id", "{id: zones, ", "{", "counts: id is missing"},
		{"unknown instrument", "instrument: decree", "instrument: moon", `instrument "moon" is unknown`},
		{"unknown form", "form: F1", "form: F9", `form "F9" is unknown`},
		{"template without number", "no: Mẫu 1", `no: ""`, "no is missing"},
		{"unknown party", "prepare: [owner], appraise: [owner], approve: [owner], templates", "prepare: [moon], appraise: [owner], approve: [owner], templates", `party "moon" is unknown`},
		{"unknown template", "templates: [m1]", "templates: [m9]", `template "m9" is unknown`},
		{"nobody approves", "approve: [owner], templates", "approve: [], templates", "must not be empty"},
		{"two authorities of one level", "levels: [3, 4, 5]", "levels: [2, 3]", `"low" says who decides`},
		{"levels that fall", "levels: [3, 4, 5]", "levels: [4, 3]", "must be 1..5 and rise"},
		{"no level at all", "levels: [3, 4, 5]", "levels: []", "levels must not be empty"},
		{"label in one language", "{id: owner, label: {vi: a, en: a}", "{id: owner, label: {vi: a}", "label needs vi and en"},
		{"title in one language", "title: {vi: a, en: a}", "title: {en: a}", "title needs vi and en"},
		{"level of a harm", "degree: harm, level: 1", "degree: harm, level: 6", "level 6: must be 1..5"},
		{"interest of a harm", "interest: rights", "interest: moon", `interest "moon"`},
		{"degree of a harm", "degree: harm", "degree: total", `degree "total"`},
		{"level of a criterion", "id: big, level: 3", "id: big, level: 0", "level 0: must be 1..5"},
		{"a level beside by", "by: risk,", "by: risk, level: 2,", "or 0 beside by"},
		{"an unknown by", "by: risk,", "by: moon,", `by "moon"`},
		{"criterion without a place", "basis: Đ1, ", "", "basis is missing"},
		{"unknown test", "all: [administrative]", "all: [moon_full]", `condition "moon_full" is unknown`},
		{"unknown use", "use: [citizens]", "use: [moon]", `use "moon"`},
		{"unknown information", "use: [citizens]", "information: [moon]", `information "moon"`},
		{"unknown reach", "use: [citizens]", "reach: [moon]", `reach "moon"`},
		{"unknown works", "use: [citizens]", "works: [VI]", `works "VI"`},
		{"grade of a service", "use: [citizens]", "grade_at_least: 5", "grade_at_least and grade_at_most are 0..4"},
		{"unknown threshold", "persons_at_least: many", "persons_at_least: few", `threshold "few" is unknown`},
		{"four cells", "{word: none}, {n: 1, unit: year}, ", "{word: none}, ", "five cells are needed, not 4"},
		{"unit of a cell", "unit: month}, {n: 9", "unit: week}, {n: 9", `level 4: unit "week"`},
		{"word of a cell", "{word: none}", "{word: never}", `level 1: word "never"`},
		{"word beside a number", "{word: none}", "{word: none, n: 1}", "level 1: a word stands alone"},
		{"an empty cell", "{word: none}", "{}", "level 1: n 0: must be 1"},
		{"kind of a period", "kind: audit", "kind: moon", `kind "moon"`},
		{"bound of a period", "bound: every", "bound: moon", `bound "moon"`},
		{"four numbers", "levels: [1, 2, 3, 4, 5]", "levels: [1, 2, 3, 4]", "five numbers are needed"},
		{"clause of a group", `clause: "1"`, `clause: ""`, "clause must not be empty"},
		{"level of a group", "from_level: 1", "from_level: 0", "from_level is 1..5"},
		{"a fine that falls", "min: 4, max: 6", "min: 6, max: 4", "min must not be above max"},
		{"number of a layer", "id: one, no: 1", "id: one, no: 0", "no is 1 or more"},
		{"a transition without a day", "date: 2027-01-01, ", "", "date is missing"},
		{"a day that is none", "date: 2027-01-01", "date: 2027-02-30", `"2027-02-30" is not a date`},
	} {
		t.Run(k.outcome, func(t *testing.T) {
			t.Parallel()
			before, after, found := strings.Cut(lawYAML, k.from)
			if !found {
				t.Fatalf("the fixture has no %q", k.from)
			}
			at := fmt.Sprintf("NEW/law.yaml:%d: ", 1+strings.Count(before, "\n"))
			_, err := rulepack.Load(lawTree(before + k.to + after))
			if err == nil {
				t.Fatal("it loads")
			}
			for line := range strings.Lines(err.Error()) {
				if strings.HasPrefix(line, at) && strings.Contains(line, k.want) {
					return
				}
			}
			t.Errorf("got %v\nwant %s… %s", err, at, k.want)
		})
	}
}

// Whatever bytes a file of the law holds, it is refused with a place or every
// reading of it answers.
func FuzzLoadLaw(f *testing.F) {
	f.Add([]byte(lawYAML))
	f.Add([]byte("periods: [{levels: [{}, {}, {}, {}, {}]}]"))
	f.Add([]byte("authorities: &a [*a]"))
	f.Fuzz(func(t *testing.T, law []byte) {
		set, err := rulepack.Load(lawTree(string(law)))
		if err != nil {
			if !strings.Contains(err.Error(), ":") {
				t.Errorf("an error without a place: %v", err)
			}
			return
		}
		written, _ := set.Written("NEW")
		days := []calendar.Date{written.From, {Year: 2099, Month: 1, Day: 1}}
		for _, v := range written.Thresholds {
			if !v.From.IsZero() {
				days = append(days, v.From)
			}
		}
		for _, d := range days {
			p := set.At(d)
			seen := map[string]bool{}
			for _, v := range p.Thresholds {
				if seen[v.ID] {
					t.Errorf("%s has %s twice", d, v.ID)
				}
				seen[v.ID] = true
			}
			if j := p.Level(rulepack.SystemFacts{Uses: []string{"citizens"}, Persons: 1 << 20, Risk: 5}); j.Level < 0 || j.Level > 5 {
				t.Errorf("level %d", j.Level)
			}
			for _, v := range p.Periods {
				v.At(5)
			}
		}
	})
}
