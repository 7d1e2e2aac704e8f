// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package directive reads an official text that asks something of many bodies:
// its head, and the tree of what it asks, each leaf with who must act, by when,
// how much and about what. What it knows of words stands in lexicon/*.yaml, which
// a user may extend. Nothing is invented: every proposal names the words it rests
// on, what is not understood is named, and the parts of a Reading put together
// are the text that was given. This file knows no SQL and no HTTP. Start at Read.
package directive

import (
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// PartKind says what a stretch of the text is.
type PartKind string

// The kinds of part.
const (
	Motto      PartKind = "motto"     // name of the country, or of the Party, and its motto
	Issuing    PartKind = "issuer"    // who issues, above the number
	Numbering  PartKind = "number"    // number and symbol
	Dating     PartKind = "date"      // place and date
	Marking    PartKind = "urgency"   // mark of urgency
	Titling    PartKind = "subject"   // kind of paper, and its subject
	Addressing PartKind = "addressee" // whom it is sent to
	Preamble   PartKind = "preamble"  // grounds, down to "như sau"
	Demand     PartKind = "requirement"
	Closing    PartKind = "closing" // the sentence that ends the body
	Note       PartKind = "footnote"
	Receiving  PartKind = "recipients" // Nơi nhận
	Signing    PartKind = "signature"
	Annex      PartKind = "annex"  // behind the signature, and not taken apart
	Around     PartKind = "around" // of the page or the copy: page numbers, stamps, the date of printing, an author
	Strange    PartKind = "unknown"
	LeftOut    PartKind = "left_out" // requirements that a person did not take in
)

// Part is one stretch of the text. The texts of all parts, in order, are the
// text that was read, letter by letter.
type Part struct {
	Kind PartKind `json:"kind"`
	At   string   `json:"at,omitempty"` // path of the requirement
	Text string   `json:"text"`

	from int // byte of the text
}

// Precision is how much of a date is written.
type Precision string

// The precisions.
const (
	ToDay   Precision = "day"
	ToMonth Precision = "month"
	ToYear  Precision = "year"
	Undated Precision = "none"
)

// Reading is what a text says. Texts are NFC, on one line, without marks of
// emphasis.
type Reading struct {
	Kind          string        `json:"kind,omitempty"` // id in the rule packs' list of kinds of paper, where named or plain from the layout
	Number        *string       `json:"number"`         // number and symbol, "1556/UBND-KGVX"; null where the number is blank
	Symbol        *string       `json:"symbol"`         // "UBND-KGVX"
	Date          *string       `json:"date"`           // "2022-08-30", "2024-08", "2024"; null where none is written
	Precision     Precision     `json:"date_precision"`
	Place         *string       `json:"place"`
	Issuer        *string       `json:"issuer"`
	Inferred      []string      `json:"inferred,omitempty"` // fields that are not written as such but follow from the text
	Subject       *string       `json:"subject"`
	Urgency       *string       `json:"urgency"` // as printed: "HỎA TỐC"
	Addressees    []string      `json:"addressees"`
	Basis         []Basis       `json:"basis"`
	Signer        *Signer       `json:"signer"`
	Preamble      string        `json:"preamble,omitempty"`
	Requirements  []Requirement `json:"requirements"`
	Closing       string        `json:"closing,omitempty"`
	Footnotes     []Footnote    `json:"footnotes,omitempty"`
	Recipients    []string      `json:"recipients,omitempty"`
	Windows       []Window      `json:"windows,omitempty"`
	Contacts      []Contact     `json:"contacts"`
	Security      bool          `json:"information_security"` // false: no topic is proposed for anything
	SecurityScore float64       `json:"information_security_score"`
	Warnings      []Warning     `json:"warnings"`
	Parts         []Part        `json:"parts"`
}

// Signer is who signs, as the block of signature has it.
type Signer struct {
	Authority string `json:"authority,omitempty"` // "TM. ỦY BAN NHÂN DÂN; KT. CHỦ TỊCH"
	Title     string `json:"title,omitempty"`
	Name      string `json:"name,omitempty"`
}

// Basis is a paper that the text cites.
type Basis struct {
	Number   string        `json:"number"`        // "4388/BTTTT-CATTT"
	Date     calendar.Date `json:"date,omitzero"` // zero where the text gives none
	Issuer   string        `json:"issuer,omitempty"`
	Text     string        `json:"text"` // as it stands
	At       string        `json:"at"`   // "preamble", "footnote 1", path of a requirement
	Warnings []string      `json:"warnings,omitempty"`
}

// Footnote is one note under the text.
type Footnote struct {
	Mark string `json:"mark"`
	Text string `json:"text"`
}

// Requirement is one marked unit of the text: what it says before its marked
// children. One without children is a leaf. What stands behind the signature is
// under one that is labelled as it is called: "Quy chế", "Phụ lục I"; a row of a
// table of tasks is a unit, whose text goes on with who helps and what comes of it.
type Requirement struct {
	Label      string        `json:"label"`             // as numbered: "1", "a", "-", "9.1", "I", "Điều 2"; empty where the text numbers nothing
	Path       string        `json:"path"`              // "5.a", "1.-2", "9.1.a": "-2" is the second bullet of its parent; "Quy chế.Điều 1", "Phụ lục I.II.3"
	Heading    string        `json:"heading,omitempty"` // a first line that only names who or what the rest is about
	Text       string        `json:"text"`
	Actors     []Actor       `json:"actors"`
	Deadlines  []Deadline    `json:"deadlines"`
	Thresholds []Threshold   `json:"thresholds"`
	Topics     []Topic       `json:"topics"` // best first; empty on what has children
	Contacts   []Contact     `json:"contacts,omitempty"`
	Children   []Requirement `json:"children"`
}

// Leaf reports whether r has no marked part of its own.
func (r Requirement) Leaf() bool { return len(r.Children) == 0 }

// Leaves lists the leaves of a tree, in order.
func Leaves(tree []Requirement) (out []Requirement) {
	for _, r := range tree {
		if r.Leaf() {
			out = append(out, r)
		} else {
			out = append(out, Leaves(r.Children)...)
		}
	}
	return out
}

// Actor is a body that must act.
type Actor struct {
	Name string `json:"name"`
	From string `json:"from"` // "text", "heading", "parent", "addressees"
}

// Sort says how a deadline is given.
type Sort string

// The sorts of deadline.
const (
	Until  Sort = "until"  // by the end of Last
	Within Sort = "within" // Duration after Trigger
	Every  Sort = "every"  // once in each Recurrence
	Always Sort = "always" // it holds at all times and is confirmed in each Recurrence; no text gives it as such, people and proposals do
)

// Deadline is one time limit or period as the text has it. Durations are those
// of ISO 8601-1:2019 §5.5.2: "P3D", "PT24H", "P2Y"; working days are Duration
// with Working set.
type Deadline struct {
	Text       string        `json:"text"`
	Sort       Sort          `json:"sort"`
	Last       calendar.Date `json:"last,omitzero"`  // last day allowed
	Hour       string        `json:"hour,omitempty"` // "17:00" of that day, where the text gives it
	Duration   string        `json:"duration,omitempty"`
	Working    bool          `json:"working,omitempty"`
	Trigger    string        `json:"trigger,omitempty"`    // what the duration runs from
	Recurrence string        `json:"recurrence,omitempty"` // "P1M"; "P1M or P3M" where the text leaves a choice
	Scope      string        `json:"scope,omitempty"`      // what it holds for: "cấp độ 1, cấp độ 2"
}

// Threshold is a figure to be reached.
type Threshold struct {
	Text  string  `json:"text"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Least bool    `json:"at_least"` // otherwise the figure is the whole, or a most
	Most  bool    `json:"at_most,omitempty"`
}

// Topic is one subject of a leaf with what it was known by.
type Topic struct {
	Key   string   `json:"key"`
	Score float64  `json:"score"`
	Words []string `json:"words"` // the reason
}

// Window is a holiday or event that the text is about: no deadline.
type Window struct {
	Text string        `json:"text"`
	Key  string        `json:"key"`
	Day  calendar.Date `json:"day,omitzero"` // its first day; zero where the year is not plain
}

// Contact is a telephone or mailbox.
type Contact struct {
	Kind  string `json:"kind"`  // phone, email
	Value string `json:"value"` // digits alone, or the address in small letters
	Text  string `json:"text"`  // as written
	Of    string `json:"of,omitempty"`
	At    string `json:"at,omitempty"`
	Doubt string `json:"doubt,omitempty"` // "digits": no number of the national plan has so many
}

// Doubt names a kind of warning.
type Doubt string

// The doubts.
const (
	NoNumber    Doubt = "no_number"
	NoDate      Doubt = "no_date"
	NoIssuer    Doubt = "no_issuer"
	NoSubject   Doubt = "no_subject"
	NoSigner    Doubt = "no_signer"
	NoDemand    Doubt = "no_requirement"
	BadPhone    Doubt = "phone_digits"
	BadCitation Doubt = "citation"
	Slip        Doubt = "slip"         // a slip of a scan or of typing
	Healed      Doubt = "healed"       // a sentence broken in two was put together
	Disordered  Doubt = "numbering"    // a number follows that should not
	Glued       Doubt = "glued"        // the closing sentence stood in the last leaf
	Unread      Doubt = "not_read"     // nothing is known of a stretch
	NotSecurity Doubt = "not_security" // the text is not about information security
	OtherCoding Doubt = "encoding"     // lines were in an old encoding
	Columns     Doubt = "columns"      // the body is set in two columns: the order of lines is doubtful
	Tracked     Doubt = "tracked"      // changes to the file that nobody settled: Text of them put words in, Hint took some out
	Instrument  Doubt = "instrument"   // the paper is one to be cited; it is not sent to anybody to be carried out
	Attached    Doubt = "attached"     // what stands behind the signature under the title Text was not taken apart
	Partly      Doubt = "partly"       // only the parts Text were taken in; Hint requirements were left out
	Closed      Doubt = "closing_duty" // the closing sentence gives somebody a duty
	Unclear     Doubt = "inferred"     // a field was inferred
	PoorCopy    Doubt = "poor_copy"    // a scan or copy with many slips: Text of them were mended, Hint lists what was not understood
)

// Warning is one thing a person should look at.
type Warning struct {
	Doubt Doubt  `json:"doubt"`
	Text  string `json:"text,omitempty"` // the words it is about
	Hint  string `json:"hint,omitempty"` // what they may be meant to be, or why
	At    string `json:"at,omitempty"`
}
