// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package document is the register of official papers, incoming and outgoing:
// their heads, the steps of Decree 30/2020 from draft to issue, their files, what
// they rest on and to whom they went. A body's numbers are its clerk's: they are
// typed or imported, unless the body keeps its book here. What is issued is never
// edited: a further paper replaces, corrects or withdraws it. Papers marked as
// state secrets are refused before anything is stored. This file knows no SQL and
// no HTTP. Start at Service.
package document

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ID names a paper.
type ID string

// Dir is which register a paper is in.
type Dir string

// The two registers.
const (
	In  Dir = "in"
	Out Dir = "out"
)

// State is where a paper stands. Incoming ones are Received and stay so.
type State string

// The states of outgoing papers in their order: articles 8 to 19 of Decree
// 30/2020.
const (
	Received  State = "received"
	Draft     State = "draft"
	Submitted State = "submitted" // goes along its route
	Signed    State = "signed"    // by the competent person
	Numbered  State = "numbered"  // number and date given
	Sealed    State = "sealed"    // signed by the body
	Issued    State = "issued"
)

// States lists all states in their order.
func States() []State {
	return []State{Received, Draft, Submitted, Signed, Numbered, Sealed, Issued}
}

// Standing is whether an issued paper still holds; empty before.
type Standing string

// The standings. Of cited papers that are not in the register it may be unknown.
const (
	InForce   Standing = "in_force"
	Replaced  Standing = "replaced"
	Withdrawn Standing = "withdrawn"
	Unknown   Standing = "unknown"
)

// Head is what people write of a paper. All texts are NFC.
type Head struct {
	Unit        string // whose register
	Dir         Dir
	Kind        string // id in CL-document-kind
	Number      string // "1556", "12a"; empty while none was given
	Symbol      string // "UBND-KGVX", "2017/TT-BTTTT"
	Date        calendar.Date
	Place       string // "Kiên Giang"
	Subject     string // trích yếu, 1..1000 characters
	Urgency     string // id in CL-urgency; empty is none
	Issuer      string
	Signer      string
	SignerTitle string
	Recipients  string // one a line
	Arrival     int64  // number of arrival; incoming
	ArrivedOn   calendar.Date
	ReplyBy     calendar.Date // deadline to answer
	Note        string
}

// Document is one paper. Times are UTC to the millisecond.
type Document struct {
	Head
	ID          ID
	State       State
	Standing    Standing
	Recorded    bool  // was issued elsewhere and only registered here
	Round       int64 // times it was submitted
	DrafterID   string
	DrafterName string
	CreatedAt   time.Time
	SignedAt    time.Time
	SignedBy    string // name
	NumberedAt  time.Time
	NumberedBy  string
	SealedAt    time.Time
	SealedBy    string
	IssuedAt    time.Time
	IssuedBy    string
	Version     int64
}

// Code is number and symbol as printed: "05/BC-SKHCN" (Decree 30/2020 Annex I:
// numbers below 10 have a nought before); empty without number.
func (h Head) Code() string {
	if h.Number == "" {
		return ""
	}
	n := h.Number
	if v, err := strconv.Atoi(n); err == nil && v < 10 {
		n = "0" + strconv.Itoa(v)
	}
	if h.Symbol == "" {
		return n
	}
	if kind, _, ok := strings.Cut(h.Symbol, "/"); ok && strings.Trim(kind, "0123456789") != "" {
		return n + "-" + h.Symbol // a paper of the Party: "57-NQ/TW"
	}
	return n + "/" + h.Symbol
}

// Fixed reports whether d's head may no longer be changed.
func (d Document) Fixed() bool { return d.State != Draft && d.State != Received }

const (
	maxSubject = 1000
	maxLine    = 300
	maxText    = 4000
)

var numberForm = regexp.MustCompile(`^[0-9]{1,7}[a-zA-Z]?$`)

// check cleans h and fails with fault.Invalid by field. A draft needs a subject
// alone; what is registered needs what the books of Decree 30/2020 Annex IV ask.
func (h *Head) check(op string, codes Codes, registered bool, today calendar.Date) error {
	for _, s := range []*string{&h.Number, &h.Symbol, &h.Place, &h.Subject, &h.Issuer, &h.Signer, &h.SignerTitle} {
		*s = i18n.NFC(*s)
	}
	h.Symbol = strings.Trim(h.Symbol, "/ ")
	h.Recipients, h.Note = lines(h.Recipients), lines(h.Note)
	bad := map[string]string{}
	for field, s := range map[string]string{"symbol": h.Symbol, "place": h.Place, "issuer": h.Issuer, "signer": h.Signer, "signer_title": h.SignerTitle} {
		if utf8.RuneCountInString(s) > maxLine {
			bad[field] = "document.bad.long"
		}
	}
	if utf8.RuneCountInString(h.Recipients) > maxText || utf8.RuneCountInString(h.Note) > maxText {
		bad["recipients"] = "document.bad.long"
	}
	switch n := utf8.RuneCountInString(h.Subject); {
	case n == 0:
		bad["subject"] = "document.bad.subject"
	case n > maxSubject:
		bad["subject"] = "document.bad.long"
	}
	if h.Unit == "" {
		bad["unit"] = "document.bad.unit"
	}
	if h.Dir != In && h.Dir != Out {
		bad["dir"] = "document.bad.dir"
	}
	if !codes.has(codes.Kinds, h.Kind) {
		bad["kind"] = "document.bad.kind"
	}
	if h.Urgency != "" && !codes.has(codes.Urgencies, h.Urgency) {
		bad["urgency"] = "document.bad.urgency"
	}
	if h.Number != "" && !numberForm.MatchString(h.Number) {
		bad["number"] = "document.bad.number"
	}
	if h.Number = strings.TrimLeft(strings.ToLower(h.Number), "0"); h.Number == "" && bad["number"] == "" && registered && h.Dir == Out {
		bad["number"] = "document.bad.number_none"
	}
	if !h.Date.IsZero() && h.Date.Compare(today) > 0 {
		bad["date"] = "document.bad.future"
	}
	if registered && h.Date.IsZero() {
		bad["date"] = "document.bad.date_none"
	}
	if h.Dir == In {
		switch {
		case h.Issuer == "":
			bad["issuer"] = "document.bad.issuer"
		case h.ArrivedOn.IsZero():
			bad["arrived_on"] = "document.bad.date_none"
		case h.ArrivedOn.Compare(today) > 0:
			bad["arrived_on"] = "document.bad.future"
		case !h.Date.IsZero() && h.ArrivedOn.Compare(h.Date) < 0:
			bad["arrived_on"] = "document.bad.before_date"
		}
		if h.Arrival < 0 {
			bad["arrival"] = "document.bad.number"
		}
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

// lines is NFC of several lines without empty ones.
func lines(s string) string {
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		if line = i18n.NFC(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// citeKey is by what a citation finds its paper: number and symbol.
func citeKey(number, symbol string) string {
	if number == "" {
		return ""
	}
	return strings.TrimLeft(strings.ToLower(number), "0") + "/" + i18n.Fold(symbol)
}

// dupKey is the same for the same paper in one register; "" without number.
func (h Head) dupKey() string {
	if h.Number == "" {
		return ""
	}
	if h.Dir == Out {
		return strings.Join([]string{"out", h.Unit, strconv.Itoa(h.Date.Year), citeKey(h.Number, h.Symbol)}, "|")
	}
	return strings.Join([]string{"in", h.Unit, i18n.Fold(h.Issuer), h.Date.String(), citeKey(h.Number, h.Symbol)}, "|")
}

// Codes are the code lists of the rule pack in force.
type Codes struct {
	Kinds, Urgencies, Channels, Relations []Code
}

// Code is one value of a code list; Label in the reader's language.
type Code struct{ ID, Label string }

func (Codes) has(list []Code, id string) bool {
	for _, c := range list {
		if c.ID == id {
			return true
		}
	}
	return false
}

func label(list []Code, id string) string {
	for _, c := range list {
		if c.ID == id {
			return c.Label
		}
	}
	return id
}
