// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ID names a directive that was taken in.
type ID string

// State says how far a directive has come.
type State string

// The states, in their order. What is dropped was never issued.
const (
	Drafted   State = "draft"     // read; people decide on what was proposed
	Confirmed State = "confirmed" // nothing is left to be decided
	Issued    State = "issued"    // others owe what it asks
	Ended     State = "closed"
	Dropped   State = "dropped"
)

// States lists them all.
func States() []State { return []State{Drafted, Confirmed, Issued, Ended, Dropped} }

// Head is what a directive says of itself, as read and then as people have it.
type Head struct {
	Kind      string // id in the packs' list of kinds of paper; may be empty
	Number    string // number and symbol, "1556/UBND-KGVX"; empty where it is blank
	Symbol    string // "UBND-KGVX"
	Date      string // "2022-08-30", "2024-08", "2024"; empty where none is written
	Precision Precision
	Issuer    string
	Subject   string // 1..1000 runes
	Urgency   string // "ordinary", "urgent", "very_urgent", "most_urgent"
	Signer    string // title and name
}

// Directive is one text that asks something of many. Times are UTC.
type Directive struct {
	Head
	ID         ID
	Code       string // "CD-2026-0001", one series a body and year
	UnitID     string // the body that keeps it
	DocumentID string // of the paper in the register; may be empty
	DraftID    string // of the paper drafted from it for those below; may be empty
	Parent     ID     // the directive it carries on; may be empty
	Basis      string // id of the paper of the register it rests on, where that is no directive; may be empty
	State      State
	FileName   string // as it came
	FileSHA    string // of the file as it came
	ReadingSHA string // of the reading, JSON
	Doubts     []Doubted
	CommonLast calendar.Date // last day of what has no time limit of its own

	CreatedBy   string
	CreatedAt   time.Time
	ConfirmedBy string
	ConfirmedAt time.Time
	IssuedBy    string
	IssuedAt    time.Time
	EndedBy     string // who closed or dropped it
	EndedAt     time.Time
	EndedReason string
	Version     int64 // +1 per change
}

// Doubted is a warning of the reader, and who looked at it.
type Doubted struct {
	Warning
	By string    `json:"by,omitempty"`
	On time.Time `json:"on,omitzero"`
}

// Open counts the warnings nobody looked at yet.
func (d Directive) Open() (n int) {
	for _, w := range d.Doubts {
		if w.By == "" {
			n++
		}
	}
	return n
}

// Cite is how another paper names d: "1556/UBND-KGVX (30/08/2022)", else its
// subject.
func (d Directive) Cite() string {
	switch {
	case d.Number == "":
		return d.Subject
	case d.Precision == ToDay:
		if day, err := calendar.ParseDate(d.Date); err == nil {
			return d.Number + " (" + two(day.Day) + "/" + two(int(day.Month)) + "/" + strconv.Itoa(day.Year) + ")"
		}
	}
	return d.Number
}

func codeOf(year, n int) string {
	digits := strconv.Itoa(n)
	return "CD-" + strconv.Itoa(year) + "-" + strings.Repeat("0", max(0, 4-len(digits))) + digits
}

// ItemID names a requirement of a directive that was taken in.
type ItemID string

// ItemState says what people decided on a requirement.
type ItemState string

// The states of an item. Only what is agreed counts.
const (
	Proposed ItemState = "proposed"
	Agreed   ItemState = "confirmed"
	NotOurs  ItemState = "not_ours"
)

// Item is one requirement, with what the reading proposes or a person decided.
type Item struct {
	ID        ItemID    `json:"-"`
	Directive ID        `json:"-"`
	Seq       int64     `json:"-"` // its place, from 1
	Path      string    `json:"-"` // "5.a"
	Leaf      bool      `json:"-"`
	State     ItemState `json:"-"`
	By        string    `json:"-"` // who decided
	At        time.Time `json:"-"`
	Version   int64     `json:"-"`

	Parent     string      `json:"parent,omitempty"` // path
	Label      string      `json:"label,omitempty"`
	Heading    string      `json:"heading,omitempty"`
	Text       string      `json:"text"`
	Short      string      `json:"short"`          // head of a column, 1..80 runes
	Said       []string    `json:"said,omitempty"` // who must act, as the text has it
	Actors     []Addressee `json:"actors,omitempty"`
	Unknown    []string    `json:"unknown,omitempty"` // names that a person has to say whom they mean
	Due        Term        `json:"due,omitzero"`
	Thresholds []Threshold `json:"thresholds,omitempty"`
	Topics     []Topic     `json:"topics,omitempty"`
	Bindings   []Bound     `json:"bindings,omitempty"`
	Evidence   string      `json:"evidence,omitempty"` // what is wanted as proof
	Owed       bool        `json:"owed,omitempty"`     // becomes a duty of its addressees
	Reason     []Why       `json:"reason,omitempty"`
	Sure       bool        `json:"sure,omitempty"` // the proposal leaves nothing open
	From       ItemID      `json:"from,omitempty"` // of an earlier directive, whose decisions were taken over
}

// Why is a reason in words of the catalogue: "directive.why." + Key, with what it
// rests on.
type Why struct {
	Key  string   `json:"key"`
	Said []string `json:"said,omitempty"`
}

// AddresseeKind is what sort of addressee is meant.
type AddresseeKind string

// The kinds of addressee.
const (
	ToAll   AddresseeKind = "all" // every body it is issued to
	ToGroup AddresseeKind = "group"
	ToUnit  AddresseeKind = "unit"
)

// Addressee is who must act: a group or unit of the register, or all.
type Addressee struct {
	Kind AddresseeKind `json:"kind"`
	ID   string        `json:"id,omitempty"`
	Name string        `json:"name,omitempty"`
}

// Key is a as a form sends it: "all", "group:<id>", "unit:<id>".
func (a Addressee) Key() string {
	if a.Kind == ToAll {
		return string(ToAll)
	}
	return string(a.Kind) + ":" + a.ID
}

// Term is until when, or how often. The zero value is none.
type Term struct {
	Sort       Sort            `json:"sort,omitempty"`
	First      calendar.Date   `json:"first,omitzero"` // of Every: it comes from this day on
	Last       calendar.Date   `json:"last,omitzero"`  // of Until; of Every: it comes up to this day
	Hour       string          `json:"hour,omitempty"` // "15:00" of the last day; empty is its end
	Day        int             `json:"day,omitempty"`  // of Every in months: the day of its last month; 0 is the end
	Amount     calendar.Amount `json:"amount,omitzero"`
	Trigger    string          `json:"trigger,omitempty"`
	Recurrence string          `json:"recurrence,omitempty"` // "P1M": see Recurrences
	Text       string          `json:"text,omitempty"`       // as the paper has it
}

// Again reports whether it comes again.
func (t Term) Again() bool { return t.Sort == Every || t.Sort == Always }

const (
	mostSubject = 1000
	mostLine    = 300
	mostShort   = 80
	mostText    = 2000
)

// check tidies h and reports what cannot be stored, by form field.
func (h *Head) check(op string) error {
	for _, s := range []*string{&h.Number, &h.Symbol, &h.Issuer, &h.Subject, &h.Signer} {
		*s = i18n.NFC(*s)
	}
	bad := map[string]string{}
	for field, s := range map[string]string{"number": h.Number, "issuer": h.Issuer, "signer": h.Signer} {
		if utf8.RuneCountInString(s) > mostLine {
			bad[field] = "directive.bad.long"
		}
	}
	switch n := utf8.RuneCountInString(h.Subject); {
	case n == 0:
		bad["subject"] = "directive.bad.subject"
	case n > mostSubject:
		bad["subject"] = "directive.bad.long"
	}
	if h.Precision, bad["date"] = exact(h.Date); bad["date"] == "" {
		delete(bad, "date")
	}
	if _, symbol, ok := strings.Cut(h.Number, "/"); ok {
		h.Symbol = symbol
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

// exact says how much of a date is written, and what is wrong with it.
func exact(date string) (Precision, string) {
	for p, more := range map[Precision]string{ToDay: "", ToMonth: "-01", ToYear: "-01-01"} {
		if d, err := calendar.ParseDate(date + more); err == nil && d.Year >= 1900 && d.Year <= 2200 {
			return p, ""
		}
	}
	if date == "" {
		return Undated, ""
	}
	return Undated, "directive.bad.date"
}

// check tidies what a person made of an item.
func (it *Item) check(op string) error {
	it.Short, it.Evidence = i18n.NFC(it.Short), i18n.NFC(it.Evidence)
	bad := map[string]string{}
	if n := utf8.RuneCountInString(it.Short); n == 0 || n > mostShort {
		bad["short"] = "directive.bad.short_label"
	}
	if utf8.RuneCountInString(it.Evidence) > mostText {
		bad["evidence"] = "directive.bad.long"
	}
	switch t := it.Due; t.Sort {
	case "":
	case Until:
		if t.Last.IsZero() || t.Last.Year < 2000 || t.Last.Year > 2200 {
			bad["last"] = "directive.bad.last"
		}
	case Within:
		if t.Amount.Validate() != nil || t.Amount.N < 1 || t.Amount.N > 3660 {
			bad["amount"] = "directive.bad.amount"
		}
	case Every, Always:
		if !slices.Contains(Recurrences(), t.Recurrence) {
			bad["recurrence"] = "directive.bad.recurrence"
		}
		if !t.Last.IsZero() && t.Last.Compare(t.First) < 0 || t.Last.Year > 2200 || t.First.Year > 2200 {
			bad["last"] = "directive.bad.stretch"
		}
		if t.Day < 0 || t.Day > 31 {
			bad["day"] = "directive.bad.day"
		}
	default:
		bad["sort"] = "directive.bad.sort"
	}
	if it.Due.Hour != "" && !clockTime.MatchString(it.Due.Hour) {
		bad["hour"] = "directive.bad.hour"
	}
	switch {
	case len(it.Unknown) > 0:
		bad["actors"] = "directive.bad.unknown"
	case len(it.Actors) == 0:
		bad["actors"] = "directive.bad.actors"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}
