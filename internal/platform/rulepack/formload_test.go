// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

const formsYAML = `forms:
  - id: F2
    title: {vi: "báo cáo {security}", en: "report on {security}"}
    document_type: BÁO CÁO
    abbreviation: BC
    subject: "{security} {period}"
    status: LAW
    about: period
    periods: {every: [quarter, year], starts: "12-15"}
    basis: NĐ 1
    instrument: decree
    source: {key: law, mark: verified}
    sections:
      - no: I
        annex: landscape
        fields:
          - key: rows
            label: Bảng
            type: table
            req: M
            rows_of: CL-severity
            total: Tổng số
            columns:
              - {key: level, label: Mức, type: enum, list: CL-severity, req: M}
              - {key: all, label: Số, type: int}
              - {key: done, label: Xong, type: int}
              - {key: due, label: Hạn, type: date, required_when: [{key: done, filled: false}]}
          - {key: count, label: Tổng, type: int, req: A, count: {table: rows, where: [{key: all, filled: true}]}}
          - {key: sum, label: Cộng, type: int, req: A, count: {table: rows, sum: all}}
          - {key: share, label: Tỷ lệ, type: pct, req: A, count: {part: count, of: sum}}
          - {key: late, label: Chậm, type: bool, req: M}
          - {key: why, label: Lý do, type: text, req: C, required_when: [{key: late, in: ["yes"]}]}
          - {key: grounds, label: Căn cứ, type: table, req: M, as_basis: true}
    checks:
      - {id: done, table: rows, left: [done], is: at_most, right: [all], say: {vi: sai, en: wrong}, source: {key: law, mark: inference}}
      - {id: whole, left: [sum], is: equal, right: [rows.all], say: {vi: sai, en: wrong}, source: {key: law, mark: inference}}
`

func formTree(from, to string) fstest.MapFS {
	return tree(func(m fstest.MapFS) {
		m["NEW/forms.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(formsYAML, from, to, 1))}
	})
}

// A form that nobody knew when this was written is read whole: no code names it.
func TestAFormIsReadWhole(t *testing.T) {
	t.Parallel()
	set, err := rulepack.Load(formTree("", ""))
	if err != nil {
		t.Fatal(err)
	}
	p, _ := set.Get("NEW")
	f, ok := p.Form("F2")
	if !ok || f.Title.VI != "báo cáo an ninh mạng" || f.Subject != "an ninh mạng {period}" {
		t.Fatalf("terms are not worded: %q, %q", f.Title.VI, f.Subject)
	}
	table, _ := f.Field("rows")
	if c, ok := table.Column("due"); !ok || !c.RequiredWhen[0].Holds(nil) || c.RequiredWhen[0].Holds([]string{"1"}) {
		t.Errorf("column %+v", c)
	}
}

// Forms of a common file read in every pack as that pack words them.
func TestACommonFormIsWordedByEachPack(t *testing.T) {
	t.Parallel()
	common := strings.NewReplacer("    instrument: decree\n", "", "status: LAW", "status: DERIVED", "{security}", "{paper.to}").Replace(formsYAML)
	set, err := rulepack.Load(tree(func(m fstest.MapFS) {
		m["common-forms.yaml"] = &fstest.MapFile{Data: []byte(common)}
		m["OLD/pack.yaml"].Data = []byte(strings.Replace(string(m["OLD/pack.yaml"].Data), "code_lists:", "terms:\n  own: {vi: riêng, en: own, source: {key: law, mark: verified}}\ncode_lists:", 1))
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range set.Packs() {
		if f, ok := p.Form("F2"); !ok || strings.Contains(f.Title.VI, "{") {
			t.Errorf("%s words it %q", p.ID, f.Title.VI)
		}
	}
}

func TestFaultsOfFormsAreNamed(t *testing.T) {
	t.Parallel()
	for outcome, k := range map[string]struct{ from, to, want string }{
		"status":                        {"status: LAW", "status: MAYBE", "NEW/forms.yaml:2: status \"MAYBE\""},
		"about":                         {"about: period", "about: moon", "NEW/forms.yaml:2: about \"moon\""},
		"periods of no period":          {"about: period", "about: unit", "NEW/forms.yaml:2: a form about a period or a directive, and only it"},
		"kind of period":                {"[quarter, year]", "[week]", "NEW/forms.yaml:2: periods \"week\""},
		"first day of the year":         {`"12-15"`, `"15-12"`, "a day of the year is written MM-DD"},
		"law without its text":          {"    instrument: decree\n", "", "NEW/forms.yaml:2: instrument \"\" is unknown"},
		"a letter has no kind":          {"    status: LAW", "    letter: true\n    status: LAW", "NEW/forms.yaml:2: document_type and abbreviation"},
		"unknown term":                  {"subject: \"{security}", "subject: \"{safety}", "NEW/forms.yaml:2: term {safety} is unknown"},
		"annex":                         {"annex: landscape", "annex: round", "NEW/forms.yaml:2: annex \"round\""},
		"column type":                   {"type: int}\n              - {key: done", "type: clock}\n              - {key: done", "NEW/forms.yaml:17: field rows column all: it needs a label and a known type, not \"clock\""},
		"column key twice":              {"{key: done, label: Xong", "{key: all, label: Xong", "NEW/forms.yaml:17: field rows: column key \"all\""},
		"column list":                   {"{key: all, label: Số, type: int}", "{key: all, label: Số, type: enum}", "field rows column all: enum and multi"},
		"column req":                    {"type: enum, list: CL-severity, req: M}", "type: enum, list: CL-severity, req: A}", "req of column level \"A\""},
		"condition on no column":        {"[{key: done, filled: false}]", "[{key: gone, filled: false}]", "rows.due: condition on \"gone\""},
		"condition with two questions":  {"[{key: done, filled: false}]", "[{key: done, filled: false, in: [a]}]", "rows.due: condition on \"done\""},
		"condition on itself":           {"[{key: late, in: [\"yes\"]}]", "[{key: why, in: [\"yes\"]}]", "why: condition on \"why\""},
		"rows of another list":          {"rows_of: CL-severity", "rows_of: CL-none", "field rows: rows_of \"CL-none\""},
		"total of nothing":              {"total: Tổng số\n            columns:\n              - {key: level, label: Mức, type: enum, list: CL-severity, req: M}\n              - {key: all, label: Số, type: int}\n              - {key: done, label: Xong, type: int}", "total: Tổng số\n            columns:\n              - {key: level, label: Mức, type: enum, list: CL-severity, req: M}\n              - {key: all, label: Số, type: text}\n              - {key: done, label: Xong, type: text}", "field rows: total sums nothing"},
		"columns of no table":           {"{key: late, label: Chậm, type: bool, req: M}", "{key: late, label: Chậm, type: bool, req: M, blocks: true}", "NEW/forms.yaml:31: field late: only a table has columns"},
		"basis with columns":            {"            rows_of: CL-severity", "            as_basis: true\n            rows_of: CL-severity", "field rows: rows_of, total and blocks need columns"},
		"annex of a list":               {"type: table, req: M, as_basis: true}", "type: table, req: M, annex_over: 3}", "field grounds: annex_over is a number of rows"},
		"annex over less than none":     {"            rows_of: CL-severity", "            annex_over: -1\n            rows_of: CL-severity", "field rows: annex_over is a number of rows"},
		"annex of no table":             {"{key: late, label: Chậm, type: bool, req: M}", "{key: late, label: Chậm, type: bool, req: M, annex_over: 2}", "field late: only a table has columns"},
		"count of no table":             {"count: {table: rows, sum: all}", "count: {table: gone, sum: all}", "NEW/forms.yaml:29: field sum: a number is reckoned from a table"},
		"sum of a text":                 {"count: {table: rows, sum: all}", "count: {table: rows, sum: level}", "field sum: column \"level\" of rows is no number"},
		"count with a wrong condition":  {"where: [{key: all, filled: true}]", "where: [{key: gone, filled: true}]", "count: condition on \"gone\""},
		"share of a text":               {"{part: count, of: sum}", "{part: count, of: why}", "NEW/forms.yaml:30: field share: a share is reckoned"},
		"automatic from nowhere":        {", count: {table: rows, sum: all}", "", "field sum: the system can fill it only from somewhere"},
		"check of no number":            {"right: [rows.all]", "right: [rows.level]", "NEW/forms.yaml:2: check whole: \"rows.level\" is no number"},
		"check of no column":            {"left: [done], is", "left: [gone], is", "check done: \"gone\" is no number"},
		"check given twice":             {"id: whole", "id: done", "check id \"done\" is empty or given twice"},
		"check without a side":          {"left: [sum]", "left: []", "check whole: left and right must not be empty"},
		"check with unknown comparison": {"is: equal", "is: about", "check whole: is \"about\""},
		"check that says nothing":       {"say: {vi: sai, en: wrong}", "say: {vi: sai}", "check done: say needs vi and en"},
		"check without source":          {"en: wrong}, source: {key: law, mark: inference}}\n      - {id: whole", "en: wrong}}\n      - {id: whole", "NEW/forms.yaml:2: source mark \"\""},
		"must of no code":               {"{key: late, label: Chậm, type: bool, req: M}", "{key: late, label: Chậm, type: bool, req: M}\n          - {key: sev, label: Mức, type: enum, list: CL-severity, req: M, must: [none]}", "field sev: must be \"none\""},
		"approves no level":             {"{key: late, label: Chậm, type: bool, req: M}", "{key: late, label: Chậm, type: bool, req: M}\n          - {key: sev, label: Mức, type: enum, list: CL-severity, req: M, approves: late}", "field sev: approves names a level"},
		"term of no clock":              {"{key: late, label: Chậm, type: bool, req: M}", "{key: late, label: Chậm, type: bool, req: M}\n          - {key: at, label: Lúc, type: datetime, req: M}\n          - {key: by, label: Hạn, type: datetime, req: A, term: [{clock: none, from: at}]}", "field by: a term is a day or moment"},
		"carry from nowhere":            {"{key: late, label: Chậm, type: bool, req: M}", "{key: late, label: Chậm, type: bool, req: M}\n          - {key: was, label: Trước, type: text, req: O, carry: [F2.gone]}", "field was: carry \"F2.gone\""},
		"carry of another type":         {"{key: late, label: Chậm, type: bool, req: M}", "{key: late, label: Chậm, type: bool, req: M}\n          - {key: was, label: Trước, type: text, req: O, carry: [F2.late]}", "field was: carry \"F2.late\""},
		"trend of a text":               {"{key: late, label: Chậm, type: bool, req: M}", "{key: late, label: Chậm, type: bool, req: M}\n          - {key: was, label: Trước, type: table, req: A, trend: [late], columns: [{key: what, label: a, type: text}]}", "field was: trend \"late\" is no number"},
		"trend without its columns":     {"{key: late, label: Chậm, type: bool, req: M}", "{key: late, label: Chậm, type: bool, req: M}\n          - {key: was, label: Trước, type: table, req: A, trend: [sum], columns: [{key: what, label: a, type: text}]}", "field was: a trend has the columns"},
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(formsYAML, k.from) {
				t.Fatalf("the fixture has no %q", k.from)
			}
			if _, err := rulepack.Load(formTree(k.from, k.to)); err == nil || !strings.Contains(err.Error(), k.want) {
				t.Errorf("got %v\nwant %s", err, k.want)
			}
		})
	}
}

func TestPeriodsFollowTheFormsOwnYear(t *testing.T) {
	t.Parallel()
	day := func(text string) calendar.Date {
		d, err := calendar.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	plain, own := rulepack.Periods{}, rulepack.Periods{Starts: rulepack.MonthDay{Month: time.December, Day: 15}}
	for name, c := range map[string]struct {
		p        rulepack.Periods
		kind     string
		year, n  int
		from, to string // empty: there is none
	}{
		"the law's year of 2026":      {own, "year", 2026, 1, "2025-12-15", "2026-12-14"},
		"its first quarter":           {own, "quarter", 2026, 1, "2025-12-15", "2026-03-14"},
		"its last month":              {own, "month", 2026, 12, "2026-11-15", "2026-12-14"},
		"a calendar year":             {plain, "year", 2026, 1, "2026-01-01", "2026-12-31"},
		"the second half":             {plain, "half", 2026, 2, "2026-07-01", "2026-12-31"},
		"the first quarter of a leap": {plain, "quarter", 2028, 1, "2028-01-01", "2028-03-31"},
		"February of a leap year":     {plain, "month", 2028, 2, "2028-02-01", "2028-02-29"},
		"a fifth quarter":             {plain, "quarter", 2026, 5, "", ""},
		"a span has no number":        {plain, "span", 2026, 1, "", ""},
		"a year nobody writes":        {plain, "year", 99999, 1, "", ""},
		"a month before the first":    {plain, "month", 2026, 0, "", ""},
		"a kind that is none":         {plain, "week", 2026, 1, "", ""},
	} {
		from, to, ok := c.p.Between(c.kind, c.year, c.n)
		if ok != (c.from != "") || ok && (from != day(c.from) || to != day(c.to)) {
			t.Errorf("%s: %s to %s, %t", name, from, to, ok)
		}
	}
}
