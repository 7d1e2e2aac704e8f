// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package edxml reads and writes messages by which bodies exchange electronic
// papers: edXML of QCVN 102:2016/BTTTT, as the national axis has it
// (http://www.mic.gov.vn/TBT/QCVN_102_2016), and the form of one provincial axis
// (http://www.go.vn/eDoc). Names, order and formats follow working public
// implementations of both; the annex of the standard was not at hand, so that an
// axis may ask for more than stands here.
//
// A message is a paper (header and attachments) or a status: that a paper has
// arrived, was refused, is worked on ([Code], [Follows]). Start at [Read] and
// [Message.Write].
//
// Refused: document types and entities, elements that may stand once and stand
// twice (readers would take different ones), more than [Limits]. Attachments are
// undone of base64 and of the archive of one file they often stand in. Digital
// signatures on the whole message are the matter of package signature.
package edxml

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// Dialect is the form of an axis.
type Dialect string

// The dialects, by their namespaces.
const (
	National Dialect = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
	EDoc     Dialect = "http://www.go.vn/eDoc"
)

// What cannot be read or written; the text says where.
var (
	ErrNotEdXML = errors.New("not an edXML message")
	ErrTooMuch  = errors.New("the message holds more than is read")
)

// What an edXML message lacks; each is an ErrNotEdXML as well.
var (
	ErrSender     = fmt.Errorf("%w: From has no OrganId", ErrNotEdXML)
	ErrReceiver   = fmt.Errorf("%w: nobody with an OrganId it is sent to", ErrNotEdXML)
	ErrSubject    = fmt.Errorf("%w: no Subject", ErrNotEdXML)
	ErrAnswer     = fmt.Errorf("%w: a status says of which paper it is", ErrNotEdXML)
	ErrCode       = fmt.Errorf("%w: status code", ErrNotEdXML)
	ErrAttachment = fmt.Errorf("%w: attachment", ErrNotEdXML)
)

// Limits bound what is read of a message. The zero value has those of the field
// comments.
type Limits struct {
	Bytes       int // of the message; 200 MiB
	Attachments int // 100
	Unpacked    int // bytes of all attachments after unpacking; 200 MiB
}

// Message is one message. Texts are as they came, without blanks at the ends.
type Message struct {
	Dialect     Dialect
	From        Organ
	To          []Organ
	DocumentID  string // often "H37.DN.001,2026/11/21,15/KH-UBND"
	Number      string // of Code: "15"
	Notation    string // of Code: "KH-UBND"
	Place       string
	Date        calendar.Date // of promulgation
	Kind        Kind
	Subject     string
	Content     string
	Signer      Signer
	Due         calendar.Date
	ToPlaces    []string
	Other       Other
	Answers     []Answer // papers that this one answers, or that a status is of
	Steering    string   // kind of steering, as the axis numbers it
	Traces      []Trace
	Business    Business
	Attachments []Attachment
	Status      *Status // of a status message; nil for a paper
}

// Organ is a body, by its code (QĐ 20/2020/QĐ-TTg): "000.00.00.H37".
type Organ struct {
	ID, InCharge, Name, Address, Email, Telephone, Fax, Website string
}

// Kind is what kind of paper it is, as the axis numbers it and in words.
type Kind struct{ Type, Detail, Name string }

// Signer is who signed the paper.
type Signer struct{ Competence, Position, Name string }

// Other are further facts of the paper. Numbers are as they came.
type Other struct {
	Priority, Sphere, Typist, Copies, Pages string
	Appendixes                              []string
}

// Answer names another paper.
type Answer struct {
	OrganID, Code string
	Date          calendar.Date
	DocumentID    string
}

// Trace is a station on the way of the message.
type Trace struct {
	OrganID string
	At      time.Time
}

// Business says what the message is for. Type is the axis's number: 0 a new
// paper; others take back, bring up to date or replace.
type Business struct {
	Type, Reason, DocumentID, Paper string
	Staff                           Staff
}

// Staff is whom to ask.
type Staff struct{ Department, Name, Mobile, Email string }

// Attachment is a file of the message.
type Attachment struct {
	Name        string
	Type        string // media type
	ID          string // within the message
	Description string
	Data        []byte
	Zipped      bool // stands in an archive of its own within the message
}

// Status is what became of a paper at a body.
type Status struct {
	Code        Code
	Description string
	At          time.Time
	Staff       Staff
}

// Code is the business status of a paper that was sent.
type Code string

// The codes of the axis.
const (
	Arrived    Code = "01" // đã đến
	Refused    Code = "02" // từ chối tiếp nhận
	Received   Code = "03" // đã tiếp nhận
	Assigned   Code = "04" // phân công
	InWork     Code = "05" // đang xử lý
	Done       Code = "06" // hoàn thành
	TakeBack   Code = "13" // lấy lại: asked by who sent the paper
	Agreed     Code = "15" // đồng ý lấy lại, cập nhật
	Disagreed  Code = "16" // từ chối lấy lại, cập nhật
	unanswered Code = ""
)

// Codes lists all codes.
func Codes() []Code {
	return []Code{Arrived, Refused, Received, Assigned, InWork, Done, TakeBack, Agreed, Disagreed}
}

// BySender reports whether who sent the paper reports c; all others are reported
// by who received it.
func (c Code) BySender() bool { return c == TakeBack }

// next says which codes may follow one. Steps may be left out, never gone back;
// work may be reported several times.
var next = map[Code][]Code{
	unanswered: {Arrived, Refused, Received, TakeBack},
	Arrived:    {Refused, Received, TakeBack},
	Received:   {Assigned, InWork, Done, TakeBack},
	Assigned:   {Assigned, InWork, Done, TakeBack},
	InWork:     {Assigned, InWork, Done, TakeBack},
	TakeBack:   {Agreed, Disagreed},
}

// Follows reports whether c may be reported after history, the oldest first. What
// the axis says of codes is their meaning; the order is ours: after a refusal,
// an end or an agreement to take back there is nothing; after a disagreement the
// paper stands where it stood before.
func Follows(history []Code, c Code) bool {
	at := unanswered
	for i, h := range history {
		switch h {
		case Disagreed:
			at = unanswered
			for _, before := range slices.Backward(history[:i]) {
				if before != TakeBack && before != Disagreed {
					at = before
					break
				}
			}
		default:
			at = h
		}
	}
	return slices.Contains(next[at], c)
}

// check fails with ErrNotEdXML for a message that no axis takes.
func (m Message) check() error {
	switch {
	case m.Dialect != National && m.Dialect != EDoc:
		return fmt.Errorf("%w: namespace %q", ErrNotEdXML, m.Dialect)
	case m.From.ID == "":
		return ErrSender
	case m.Status != nil && !slices.Contains(Codes(), m.Status.Code):
		return fmt.Errorf("%w %q", ErrCode, m.Status.Code)
	case m.Status != nil && len(m.Answers) == 0:
		return ErrAnswer
	case m.Status != nil && len(m.Attachments) > 0:
		return fmt.Errorf("%w: a status has no attachments", ErrNotEdXML)
	case m.Status == nil && len(m.To) == 0:
		return ErrReceiver
	case m.Status == nil && m.Subject == "":
		return ErrSubject
	}
	for _, o := range m.To {
		if o.ID == "" {
			return ErrReceiver
		}
	}
	return nil
}
