// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// RecordID names the record of a hunt.
type RecordID string

// State is where the record of a hunt stands.
type State string

// The states. Nothing leads back from Concluded.
const (
	Open      State = "open"
	Concluded State = "concluded"
)

// Result is what came of a hunt.
type Result string

// The results. Gap means that the hunt showed what the centre cannot see.
const (
	Nothing       Result = "nothing"
	FoundFinding  Result = "finding"
	FoundIncident Result = "incident"
	Gap           Result = "gap"
)

// Results lists all results in the order of forms.
func Results() []Result { return []Result{Nothing, FoundFinding, FoundIncident, Gap} }

// Plan is what people write into the record of a hunt before and while they hunt.
type Plan struct {
	Title      string        // 1..200 characters, one line
	Hypothesis string        // what is supposed, 1..4000 characters
	Techniques []string      // of MITRE ATT&CK: "T1071", "T1071.004"
	Owner      string        // unit that leads the hunt, and rules who sees it
	Units      []string      // ids: where it is looked; none is all that who hunts may see
	Sources    []string      // ids; none is all
	From, To   calendar.Date // of what is looked at, both included; zeros leave a side open
	Members    string        // names, 0..500 characters
}

// Record is the record of one hunt. Times are UTC to the millisecond.
type Record struct {
	Plan
	ID          RecordID
	Code        string // "CS-2026-0001", one series a year
	State       State
	Result      Result // empty while open
	Conclusion  string
	OpenedAt    time.Time
	OpenedBy    string // account id
	OpenedName  string
	ConcludedAt time.Time
	Concluder   string // name
	Version     int64
}

// Query is a question about events that a hunt keeps, with what it found then.
type Query struct {
	ID       string
	Query    string // of the address of the page that asks it
	Asked    string // the conditions, as JSON
	From, To time.Time
	Found    int64
	Table    bool   // Found counts the rows of a table
	Hash     string // SHA-256 over what was found; see lookup.Kept
	Note     string
	At       time.Time
	By       string
}

// Note is an entry of a hunt's log.
type Note struct {
	ID, Text, By string
	At           time.Time
}

// Link says what a hunt led to.
type Link struct {
	Kind string // "finding" or "incident"
	Ref  string // id
	At   time.Time
	By   string
}

const (
	maxTitle      = 200
	maxText       = 4000
	maxMembers    = 500
	maxTechniques = 30
	maxScope      = 500 // units or sources
	maxQueryText  = 8000
)

var technique = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)

// Techniques reads ids of techniques with blanks, commas or semicolons between.
func Techniques(typed string) []string {
	list := strings.FieldsFunc(strings.ToUpper(typed), func(r rune) bool { return strings.ContainsRune(" ,;\t\r\n", r) })
	slices.Sort(list)
	return slices.Compact(list)
}

// check cleans p and fails with fault.Invalid by field of the form.
func (p *Plan) check(op string) error {
	p.Title, p.Members = i18n.NFC(p.Title), i18n.NFC(p.Members)
	p.Hypothesis = text(p.Hypothesis)
	bad := map[string]string{}
	long := func(field, s string, most int) {
		if utf8.RuneCountInString(s) > most {
			bad[field] = "hunt.bad.too_long"
		}
	}
	long("title", p.Title, maxTitle)
	long("hypothesis", p.Hypothesis, maxText)
	long("members", p.Members, maxMembers)
	if p.Title == "" {
		bad["title"] = "hunt.bad.title"
	}
	if p.Hypothesis == "" {
		bad["hypothesis"] = "hunt.bad.hypothesis"
	}
	if p.Owner == "" {
		bad["owner"] = "hunt.bad.owner"
	}
	if len(p.Techniques) > maxTechniques || slices.ContainsFunc(p.Techniques, func(s string) bool { return !technique.MatchString(s) }) {
		bad["techniques"] = "hunt.bad.technique"
	}
	if !p.From.IsZero() && !p.To.IsZero() && p.To.Compare(p.From) < 0 {
		bad["to"] = "hunt.bad.span"
	}
	if len(p.Units) > maxScope || len(p.Sources) > maxScope {
		bad["units"] = "hunt.bad.too_long"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

// conclude ends r. What a hunt is said to have led to must be linked.
func (r *Record) conclude(op string, result Result, words string, links []Link, by string, now time.Time) error {
	words = text(words)
	bad := map[string]string{}
	has := func(kind string) bool { return slices.ContainsFunc(links, func(l Link) bool { return l.Kind == kind }) }
	switch {
	case !slices.Contains(Results(), result):
		bad["result"] = "hunt.bad.result"
	case result == FoundFinding && !has("finding"), result == FoundIncident && !has("incident"):
		bad["result"] = "hunt.bad.unlinked"
	}
	switch n := utf8.RuneCountInString(words); {
	case n == 0:
		bad["conclusion"] = "hunt.bad.conclusion"
	case n > maxText:
		bad["conclusion"] = "hunt.bad.too_long"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	r.State, r.Result, r.Conclusion, r.ConcludedAt, r.Concluder = Concluded, result, words, now.UTC().Truncate(time.Millisecond), by
	return nil
}

// text is NFC of several lines without blanks at the ends.
func text(s string) string {
	parts := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i := range parts {
		parts[i] = i18n.NFC(parts[i])
	}
	return strings.TrimSpace(strings.Join(parts, "\n"))
}

func codeOf(year, n int) string { return fmt.Sprintf("CS-%d-%04d", year, n) }
