// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepacks_test

import (
	"encoding/csv"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// deadline is one row of testdata/deadlines.csv.
type deadline struct {
	no                   int
	pack, clock, trigger string
	t0                   time.Time
	moments, facts       string
	due                  string // as written; "-" where the clock does not run
	clause, worked       string
}

func deadlines(t *testing.T) []deadline {
	t.Helper()
	f, err := os.Open("testdata/deadlines.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.Comment, r.FieldsPerRecord = ';', '#', 10
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []deadline
	for i, c := range rows {
		no, err := strconv.Atoi(c[0])
		if err != nil || no != i+1 {
			t.Fatalf("row %q: %v", c, err)
		}
		list = append(list, deadline{no, c[1], c[2], c[3], local(t, c[4]), c[5], c[6], c[7], c[8], c[9]})
	}
	return list
}

// local reads "2026-11-24 24:00" as the end of that day.
func local(t *testing.T, s string) time.Time {
	t.Helper()
	if day, ok := strings.CutSuffix(s, " 24:00"); ok {
		return date(t, day).End()
	}
	return moment(t, s)
}

// withLocal is the real tree with a province's own order laid beside a pack.
func withLocal(t *testing.T) *rulepack.Set {
	t.Helper()
	tree := fstest.MapFS{}
	err := fs.WalkDir(rulepacks.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(rulepacks.FS, name)
		tree[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	order, err := os.ReadFile("testdata/local/kien-giang.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tree["VN-ATTT-2016/kien-giang.yaml"] = &fstest.MapFile{Data: order}
	set, err := rulepack.Load(tree)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

var dayNamed = regexp.MustCompile(`(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (\d+)/(\d+)(?:/(\d{4}))?`)

// The table is checked before anything is counted: every weekday its words name
// is that of its date, terms in days end at 24:00, and it covers what it must.
func TestTheTableOfDeadlinesIsSound(t *testing.T) {
	t.Parallel()
	rows := deadlines(t)
	if len(rows) < 150 {
		t.Errorf("%d rows", len(rows))
	}
	set := withLocal(t)
	seen := map[string]bool{}
	named := 0
	for _, r := range rows {
		seen[r.pack+" "+r.clock] = seen[r.pack+" "+r.clock] || r.due != "-"
		if r.clause == "" || r.worked == "" {
			t.Errorf("row %d cites nothing or does not say how", r.no)
		}
		for _, m := range dayNamed.FindAllStringSubmatch(r.worked, -1) {
			year := strconv.Itoa(calendar.DateOf(r.t0).Year)
			if m[4] != "" {
				year = m[4]
			}
			d, err := time.Parse("2006-1-2", year+"-"+m[3]+"-"+m[2])
			if err != nil || d.Format("Mon") != m[1] {
				t.Errorf("row %d: %s is no %s of %s", r.no, m[0], m[1], year)
			}
			named++
		}
	}
	if named < 100 {
		t.Errorf("only %d days are named with their weekday", named)
	}
	for _, p := range set.Packs() {
		for _, c := range p.AllClocks {
			if !seen[p.ID+" "+c.ID] {
				t.Errorf("no row lets %s of %s run", c.ID, p.ID)
			}
		}
	}
}

func TestDeadlinesAreAsTheLawSays(t *testing.T) {
	t.Parallel()
	set := withLocal(t)
	for _, r := range deadlines(t) {
		t.Run(fmt.Sprintf("%03d %s", r.no, r.clock), func(t *testing.T) {
			trigger := rulepack.Trigger(r.trigger)
			var m rulepack.Moments
			m.Set(trigger.T0(), r.t0)
			for extra := range strings.SplitSeq(r.moments, ",") {
				if name, at, ok := strings.Cut(extra, "="); ok {
					m.Set(rulepack.Moment(name), local(t, at))
				}
			}
			facts, err := rulepack.ParseFacts(r.facts)
			if err != nil {
				t.Fatal(err)
			}
			got := "-"
			p, clocks := set.Start(trigger, facts, m)
			i := slices.IndexFunc(clocks, func(c rulepack.Clock) bool { return p.ID == r.pack && c.ID == r.clock })
			if i >= 0 {
				due, e, ok := clocks[i].Due(set.Calendar(), m)
				if ok {
					got = due.In(calendar.Zone()).Format("2006-01-02 15:04")
				}
				recomputed(t, set.Calendar(), e, ok)
			}
			want := r.due
			if want != "-" {
				want = local(t, want).Format("2006-01-02 15:04")
			}
			if got != want {
				t.Errorf("the table says %s, the engine %s — %s: %s", want, got, r.clause, r.worked)
			}
		})
	}
}

// recomputed counts the explanation's own start, term and rule again.
func recomputed(t *testing.T, cal *calendar.Calendar, e calendar.Explanation, ran bool) {
	t.Helper()
	if !ran {
		return
	}
	again, _ := cal.Due(e.Start, e.Amount, e.Counting)
	if !again.Equal(e.Due) || e.Basis == "" {
		t.Errorf("explained %v, counted again %v; basis %q", e.Due, again, e.Basis)
	}
}

var update = flag.Bool("update", false, "write the golden files anew")

// explained are rows of the table: at once, hours, days that stand, move, and
// fall into a break, working days, a Tết not yet decided, months.
var explained = []int{1, 27, 68, 101, 114, 126, 138, 195}

// Explanations in both languages, of one deadline of every shape.
func TestExplanationsInWords(t *testing.T) {
	t.Parallel()
	set := withLocal(t)
	rows := deadlines(t)
	var b strings.Builder
	for _, no := range explained {
		r := rows[no-1]
		trigger := rulepack.Trigger(r.trigger)
		var m rulepack.Moments
		m.Set(trigger.T0(), r.t0)
		facts, err := rulepack.ParseFacts(r.facts)
		if err != nil {
			t.Fatal(err)
		}
		_, clocks := set.Start(trigger, facts, m)
		i := slices.IndexFunc(clocks, func(c rulepack.Clock) bool { return c.ID == r.clock })
		if i < 0 {
			t.Fatalf("row %d: %s does not run", no, r.clock)
		}
		_, e, _ := clocks[i].Due(set.Calendar(), m)
		fmt.Fprintf(&b, "%d %s\n%s\n%s\n", no, r.clock, e.Text("vi"), e.Text("en"))
		for _, lang := range []string{"vi", "en"} {
			for _, step := range e.Steps(lang) {
				fmt.Fprintf(&b, "  %s\n", step)
			}
		}
		b.WriteString("\n")
	}
	const name = "testdata/explanations.golden"
	if *update {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("explanations differ from %s (-update writes it):\n%s", name, b.String())
	}
}

// What the table must hold beside every clock, by what the rows themselves say:
// a kind of case that loses its rows fails here.
func TestTheTableCoversWhatItMust(t *testing.T) {
	t.Parallel()
	set := withLocal(t)
	cal := set.Calendar()
	has := map[string]int{}
	tet := map[int]bool{}
	for _, r := range deadlines(t) {
		if r.due == "-" {
			continue
		}
		has["a clock of "+r.pack]++
		due := local(t, r.due)
		first, last := calendar.DateOf(r.t0), calendar.DateOf(due.Add(-time.Second))
		p, _ := set.Get(r.pack)
		c, _ := p.Clock(r.clock)
		note := func(kind string, when bool) {
			if when {
				has[kind]++
			}
		}
		days := c.Amount.Unit == calendar.Day
		plain := first.AddDays(c.Amount.N) // the first day is not counted
		note("the first day is not counted", days && last == plain)
		note("a last day off moves", days && last.Compare(plain) > 0 && !cal.IsWorkingDay(plain))
		note("a weekend moves", days && plain.Weekday() == time.Saturday && last == plain.AddDays(2))
		note("a day worked in exchange stands", cal.WorkedInExchange(last))
		note("found at midnight", r.t0.In(calendar.Zone()).Format("15:04") == "00:00")
		note("found in the last minute", r.t0.In(calendar.Zone()).Format("15:04") == "23:59")
		note("over the end of a month", first.Month != last.Month)
		note("ends on the last day of a month", c.Amount.Unit.Days() && last.AddDays(1).Day == 1)
		note("over the end of a year", first.Year != last.Year)
		note("in hours", c.Amount.Unit == calendar.Hour)
		note("in working days", c.Amount.Unit == calendar.WorkingDay)
		note("in months", c.Amount.Unit == calendar.Month)
		note("at once", c.Amount.Unit == calendar.Immediate)
		law := calendar.Date{Year: 2026, Month: time.July, Day: 1}
		note("the law changes in between", first.Compare(law) < 0 && last.Compare(law) >= 0)
		note("03 ngày of Kiên Giang", strings.HasPrefix(r.clock, "kg-"))
		if _, at, ok := strings.Cut(r.moments, "decided_at="); ok {
			note("decided after its term was over", local(t, at).After(due))
		}
		if c.Amount.Unit == calendar.Immediate {
			continue
		}
		for d := first; d.Compare(last) <= 0; d = d.AddDays(1) {
			note("over a 29 February", d.Month == time.February && d.Day == 29)
			off, is := cal.Off(d)
			note("over an exchanged day off", is && strings.HasPrefix(off.Rule, "swap"))
			for _, word := range []string{"Tết Dương lịch", "Chiến thắng", "Quốc tế lao động", "Quốc khánh", "Giỗ Tổ", "Văn hóa"} {
				note("over "+word, is && strings.Contains(off.Name.VI, word))
			}
			if is && strings.Contains(off.Name.VI, "Tết") && !strings.Contains(off.Name.VI, "Dương lịch") {
				tet[d.Year] = true
			}
		}
	}
	for kind, least := range map[string]int{"a clock of VN-ATTT-2016": 60, "a clock of VN-ANM-2026": 60, "the first day is not counted": 10, "a last day off moves": 20,
		"a weekend moves": 3, "a day worked in exchange stands": 4, "over an exchanged day off": 4, "found at midnight": 4, "found in the last minute": 2,
		"over the end of a month": 10, "ends on the last day of a month": 2, "over the end of a year": 3, "over a 29 February": 4, "in hours": 30, "in working days": 15, "in months": 2,
		"at once": 5, "the law changes in between": 3, "03 ngày of Kiên Giang": 8, "decided after its term was over": 2, "over Tết Dương lịch": 3, "over Chiến thắng": 3,
		"over Quốc tế lao động": 3, "over Quốc khánh": 3, "over Giỗ Tổ": 3, "over Văn hóa": 2} {
		if has[kind] < least {
			t.Errorf("%s: %d rows, at least %d are needed", kind, has[kind], least)
		}
	}
	if len(tet) < 10 {
		t.Errorf("terms run over the Tết of %d years: %v", len(tet), tet)
	}
}
