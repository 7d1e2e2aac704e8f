// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Finding is one thing the linter has to say about a paper.
type Finding struct {
	Field string // field key, or a frame field such as "number"; empty for the paper as a whole
	Stops bool   // the paper cannot be printed before this is mended
	Key   string // catalogue key of the sentence
	Label string // the field's printed label: {0} of the sentence
	Due   time.Time
	Row   int            // of a table, from 1; 0 for none
	Say   rulepack.Label // of a form's own check: the sentence
	Args  []any          // of the sentence, where it takes others
}

// tooShort is the length, in characters, below which a description tells the
// reader little.
const tooShort = 60

type linter struct {
	found  []Finding
	form   rulepack.Form
	values map[string]Value
	now    time.Time
}

// lint says what is wrong with a paper before it is printed or sent. Fields
// that only the sending can fill are not asked for.
func lint(p Paper, pack *rulepack.Pack, form rulepack.Form, values map[string]Value, sheet Sheet, duties []obligation.Obligation,
	days *calendar.Calendar, now time.Time) []Finding {
	l := linter{form: form, values: values, now: now}
	l.frame(p.Frame)
	for _, f := range form.Fields() {
		if inBody(f) {
			l.field(pack, f)
		}
	}
	l.sums()
	l.clock(pack, duties, days)
	if missing, err := officedoc.Missing(sheet.Paper(now)); err == nil && len(missing) > 0 {
		l.add("", false, "letters", string(missing))
	}
	return l.found
}

func (l *linter) add(field string, stops bool, key, label string) {
	l.found = append(l.found, Finding{Field: field, Stops: stops, Key: "report.lint." + key, Label: label})
}

func (l *linter) frame(f Frame) {
	if len(f.To) == 0 && len(l.form.Recipients) > 0 {
		l.add("to", true, "recipient", "")
	}
	if f.Issuer == "" {
		l.add("issuer", true, "issuer", "")
	}
	if f.Signer.Name == "" || f.Signer.Title == "" {
		l.add("signer_name", true, "signer", "")
	}
	if takesPlace(f.Signer.Authority) && f.Signer.For == "" {
		l.add("signer_for", true, "signer_for", "")
	}
	if f.Number == "" || f.Date.IsZero() {
		l.add("number", false, "number", "")
	}
	if l.form.Letter && f.Symbol != "" && !strings.Contains(f.Symbol, "-") {
		l.add("symbol", false, "symbol", "")
	}
	if f.Place == "" {
		l.add("place", false, "place", "")
	}
	if len(f.Copies) == 0 {
		l.add("copies", false, "copies", "")
	}
}

// takesPlace reports whether the authority needs the office whose place is taken.
func takesPlace(authority string) bool {
	return authority == "kt" || authority == "tl" || authority == "tuq"
}

func (l *linter) field(pack *rulepack.Pack, f rulepack.Field) {
	v := l.values[f.Key]
	switch {
	case v.Empty() && f.Req == rulepack.Mandatory && !late(f) && f.From != "report.written_at":
		l.add(f.Key, true, "missing", f.Label)
	case v.Empty() && asked(f, l.values):
		l.unexplained(f)
	}
	l.table(f, v)
	l.gate(pack, f, v)
	if list, ok := pack.CodeList(f.List); ok {
		for _, id := range v.Codes {
			if c, _ := list.Find(id); c.Text && v.Notes[id] == "" {
				l.add(f.Key, true, "words", f.Label+" ("+c.Label.VI+")")
			}
		}
	}
	switch f.From {
	case "incident.detected_at":
		if v.At.After(l.now) {
			l.add(f.Key, true, "future", f.Label)
		}
	case "incident.occurred_at":
		if at := l.detected(); !v.At.IsZero() && !at.IsZero() && v.At.After(at) {
			l.add(f.Key, true, "order", f.Label)
		}
	case "incident.description":
		if n := utf8.RuneCountInString(v.Text); n > 0 && n < tooShort {
			l.add(f.Key, false, "short", f.Label)
		}
	case "incident.addresses":
		if strings.Contains(f.Help.VI+f.Help.EN, "internal") && hasInternal(v.List) {
			l.add(f.Key, true, "internal", f.Label)
		}
	}
}

// unexplained names the question whose answer asks for the field, when it is one
// of yes or no.
func (l *linter) unexplained(f rulepack.Field) {
	q, ok := l.form.Field(f.RequiredWhen[0].Key)
	if ok && q.Type == "bool" && l.values[q.Key].Yes != nil && *l.values[q.Key].Yes {
		l.add(f.Key, true, "explain", q.Label)
		return
	}
	l.add(f.Key, true, "missing", f.Label)
}

// gate says what does not hold that must, before the paper may be made.
func (l *linter) gate(pack *rulepack.Pack, f rulepack.Field, v Value) {
	for _, id := range v.Codes {
		if len(f.Must) > 0 && !slices.Contains(f.Must, id) {
			l.add(f.Key, true, "must", f.Label)
		}
		if f.Approves == "" {
			continue
		}
		for _, level := range l.values[f.Approves].Codes {
			n, err := strconv.Atoi(level)
			who, ok := pack.AuthorityOf(n)
			if err == nil && ok && !slices.Contains(who.Approve, id) {
				l.add(f.Key, true, "approver", f.Label)
			}
		}
	}
	if len(f.Term) == 0 || v.At.IsZero() {
		return
	}
	ends := v.At
	if f.Type == "date" {
		ends = calendar.DateOf(v.At).End()
	}
	if l.now.After(ends) {
		l.found = append(l.found, Finding{Field: f.Key, Key: "report.lint.term", Label: f.Label, Due: ends})
	}
}

// mostCells is how many empty cells of one table are named.
const mostCells = 8

// table names the cells that must be filled and are not.
func (l *linter) table(f rulepack.Field, v Value) {
	missing := 0
	for n, row := range v.Rows {
		for _, c := range f.Columns {
			i := slices.Index(v.Cols, c.Key)
			if i < 0 || i >= len(row) || row[i] != "" {
				continue
			}
			if c.Req != rulepack.Mandatory && (len(c.RequiredWhen) == 0 || !holds(c.RequiredWhen, v.inRow(row))) {
				continue
			}
			if missing++; missing <= mostCells {
				l.found = append(l.found, Finding{Field: f.Key, Row: n + 1, Stops: true, Key: "report.lint.cell", Label: c.Label})
			}
		}
	}
	if missing > mostCells {
		l.found = append(l.found, Finding{Field: f.Key, Row: missing - mostCells, Stops: true, Key: "report.lint.cells", Label: f.Label})
	}
}

// sums names the checks of the form that fail, each in at most a few rows.
func (l *linter) sums() {
	times := map[string]int{}
	for _, b := range breaches(l.form, l.values) {
		if times[b.check.ID]++; times[b.check.ID] > mostCells {
			continue
		}
		f := Finding{Field: b.check.Table, Row: b.row + 1, Stops: b.check.Stops, Key: "report.lint.sum", Say: b.check.Say}
		if f.Field == "" {
			f.Field, _, _ = strings.Cut(b.check.Left[0], ".")
		}
		if b.row >= 0 {
			f.Key = "report.lint.sum_row"
		}
		l.found = append(l.found, f)
	}
}

// detected is the moment of detection as the paper says it; zero when the form
// has none of type datetime.
func (l *linter) detected() time.Time {
	for _, f := range l.form.Fields() {
		if f.From == "incident.detected_at" && f.Type == "datetime" {
			return l.values[f.Key].At
		}
	}
	return time.Time{}
}

func hasInternal(list []string) bool {
	for _, s := range list {
		if a, err := netip.ParseAddr(strings.TrimSpace(s)); err == nil && (a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast()) {
			return true
		}
	}
	return false
}

// clock says whether the paper is late: by the obligations it meets, and, where
// nobody has decided yet whether a term runs, by the term that would run.
func (l *linter) clock(pack *rulepack.Pack, duties []obligation.Obligation, days *calendar.Calendar) {
	running := map[string]bool{}
	for _, o := range duties {
		running[o.ClockID] = true
		if o.State == obligation.Open && o.Clock(l.now) == obligation.Late && o.FormID == l.form.ID {
			key := "report.lint.late"
			if o.Amount.Unit == calendar.Immediate {
				key = "report.lint.at_once"
			}
			l.found = append(l.found, Finding{Key: key, Label: o.Title.VI, Due: o.DueAt})
		}
	}
	at := l.detected()
	for _, c := range pack.AllClocks {
		if c.Form != l.form.ID || c.Amount.Unit == calendar.Immediate || running[c.ID] || at.IsZero() {
			continue
		}
		if due, _, ok := c.Due(days, rulepack.Moments{DetectedAt: at}); ok && l.now.After(due) {
			l.found = append(l.found, Finding{Key: "report.lint.maybe_late", Label: c.Label.VI, Due: due})
		}
	}
}

// stopped reports whether a finding keeps the paper from being printed.
func stopped(list []Finding) bool {
	for _, f := range list {
		if f.Stops {
			return true
		}
	}
	return false
}
