// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package report makes official papers: about an incident, a period of a unit, a
// unit, or what was done about a directive. A paper is a draft filled from what the records say and edited by a
// person, then a print whose inputs are
// frozen and hashed, then the record that it was sent, which is what meets the
// legal clock. A printed paper is not a sent one.
//
// The law's layouts are the forms of the rule pack; the look of a paper is
// package officedoc's. What is said is compiled once into a Sheet, and page,
// DOCX and PDF all show that sheet.
//
// It refuses to print while a compulsory field is empty, to change a paper that
// was sent (it is replaced, corrected or withdrawn instead), and to hand out a
// print whose bytes no longer match their hash. Start at Paper and Service.
package report

import (
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// ID names one paper for ever.
type ID string

// State says how far a paper has come.
type State string

// The states. A sent or withdrawn paper never changes again.
const (
	Draft     State = "draft"     // follows the facts of the case, may be edited
	Printed   State = "printed"   // frozen in its latest print; editing makes it a draft again
	Sent      State = "sent"      // somebody recorded that it went out
	Withdrawn State = "withdrawn" // taken back, with a reason
)

// States lists all states in the order pages offer them.
func States() []State { return []State{Draft, Printed, Sent, Withdrawn} }

// Relation says what a paper does to the one it names in Of.
type Relation string

// The relations of Nghị định 30/2020/NĐ-CP, Điều 18: an issued paper is never
// edited. None is the zero value.
const (
	None    Relation = ""
	Replace Relation = "replace" // thay thế
	Correct Relation = "correct" // đính chính
)

// Case is what the paper is about.
type Case struct {
	Kind string // OfIncident, OfPeriod, OfUnit, OfDirective
	ID   string // of the incident or directive; of the others the unit
	Code string // "SC-2026-0001", "Năm 2026", "CD-2026-0007"; empty for OfUnit
}

// The kinds of Case.
const (
	OfIncident  = "incident"
	OfPeriod    = "period"
	OfUnit      = "unit"
	OfDirective = "directive"
)

// Frame is what stands around the body: the places of Nghị định 30/2020/NĐ-CP,
// Phụ lục I. All of it is typed by a person; the draft begins with what the
// product can guess and with what the unit's last paper said.
type Frame struct {
	Parent  string        `json:"parent,omitempty"`
	Issuer  string        `json:"issuer,omitempty"`
	Number  string        `json:"number,omitempty"` // empty until the clerk gives one
	Symbol  string        `json:"symbol,omitempty"`
	Place   string        `json:"place,omitempty"`
	Date    calendar.Date `json:"date,omitzero"` // may stay blank
	Subject string        `json:"subject,omitempty"`
	Urgency string        `json:"urgency,omitempty"` // id in CL-urgency
	To      []string      `json:"to,omitempty"`
	Copies  []string      `json:"copies,omitempty"`
	Signer  Signer        `json:"signer,omitzero"`
}

// Signer is the signature block. The usual deputy's block "TM. ỦY BAN NHÂN DÂN,
// KT. CHỦ TỊCH, PHÓ CHỦ TỊCH" has all of them.
type Signer struct {
	College   string `json:"college,omitempty"`   // signed on behalf of this collective (TM.)
	Authority string `json:"authority,omitempty"` // id in CL-authority: q, kt, tl, tuq; empty or none: in own name
	For       string `json:"for,omitempty"`       // whose place is taken under kt, tl and tuq
	Title     string `json:"title,omitempty"`     // own office
	Name      string `json:"name,omitempty"`
}

// Paper is one paper. Times are UTC to the millisecond.
type Paper struct {
	ID        ID
	FormID    string
	PackID    string // the pack the form stands in
	PackHash  string // its content when last saved
	Case      Case
	From, To  calendar.Date // first and last day of the period; zero for papers about cases and units
	UnitID    string        // the unit that has the case and owes the paper
	OwnerUnit string        // owner of the source that saw it; may read
	State     State
	Frame     Frame
	Values    map[string]Value // field key -> value, as of the last save
	Hand      []string         // keys a person changed, sorted; the others follow the case while a draft
	Relation  Relation
	Of        ID     // the paper that Relation is about
	OfLabel   string // its kind, number and date, as printed
	Reason    string // of a withdrawal
	Prints    int    // how many prints were made
	Document  string // of the register, that the paper became; empty for none
	Acks      []Ack  // contradictions that were let pass, with why
	CreatedAt time.Time
	CreatedBy string
	UpdatedAt time.Time
	UpdatedBy string
	Version   int64 // +1 per change; optimistic lock

	short map[string]Short // fields for which too little was seen; not stored
	open  bool             // of a directive: To is the day it is read; stored without
	cite  string           // of the directive, as a sentence names it; not stored
}

// ByHand reports whether a person changed the field.
func (p Paper) ByHand(key string) bool { return slices.Contains(p.Hand, key) }

// Print is one frozen print. All hashes are SHA-256 in hexadecimal and name
// files of the blob store.
type Print struct {
	ID     string
	Paper  ID
	Seq    int    // from 1
	Inputs string // the canonical JSON everything else was made from
	DOCX   string
	PDF    string
	XLSX   string // empty for prints made before there were workbooks
	At     time.Time
	By     string
}

// Sending is one record that the paper went out. A paper with several
// recipients may have several.
type Sending struct {
	ID         string
	Paper      ID
	Seq        int // the print that was sent
	At         time.Time
	Channel    string     // id in CL-channel
	Receipt    string     // number of the receipt, or what was answered
	File       Attachment // evidence; zero when none was given
	Met        []string
	RecordedAt time.Time
	RecordedBy string
}

// Attachment is a stored file under the name it came with.
type Attachment struct {
	Name   string
	SHA256 string
	Size   int64
}

// editable refuses a change of what has gone out.
func (p Paper) editable(op string) error {
	if p.State == Draft || p.State == Printed {
		return nil
	}
	return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "report.err.issued"}
}

// issued refuses what only makes sense for a paper with a print.
func (p Paper) issued(op string) error {
	if p.State == Printed || p.State == Sent {
		return nil
	}
	return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "report.err.not_printed"}
}

func cut(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}
