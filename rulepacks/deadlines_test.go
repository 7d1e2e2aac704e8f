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
