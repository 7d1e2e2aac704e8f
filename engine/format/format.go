// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package format turns log lines into events. Each format stands in a file of
// its own, with its sample lines under testdata/<name>/; the table All lists
// them and Detect chooses one from the first lines of a file.
//
// The package never guesses: a line is an event, is skipped for a reason it
// knows (a header, a blank, an answer to a query already counted), or is
// rejected for a reason a person can read. Start at Format and Reader.
//
// Lines come bare, behind a syslog priority or head (RFC 3164, RFC 5424 and what
// devices make of them), or inside a JSON object; guard undoes that for all.
// What is no look-up is an Activity (see ActivityReader and Log).
//
// A Reader is right for everything; a Text reads the usual lines of the formats
// that are met most without allocation and leaves all others to the Reader.
//
// A query counts once. Where a program logs a query and its answer on lines of
// their own, the query is the event and the answer is skipped; where only the
// answer stands in the stream, the answer is the event (see pairs).
//
// Names come out as text: escapes of the log are undone and the root dot is
// dropped. Octets that are no text (control characters, broken UTF-8) stay as
// \DDD (RFC 4343 §2.1), so that a name is always valid UTF-8 on one line; 253
// bounds the octets of the name, not the length of that text.
package format

import (
	"time"

	"github.com/vonggac/vonggac/engine/event"
)

// MaxLine is the longest line read, in bytes. Longer ones are rejected with
// reason TooLong, by whoever cuts the stream into lines.
const MaxLine = 1 << 20

// Outcome is what became of one line. Each line has exactly one.
type Outcome uint8

const (
	Rejected Outcome = iota // not readable as this format; the safe zero value
	Skipped                 // read, and known to hold no query
	Parsed                  // gave at least one event
)

// Reason is a short constant that says why a line was skipped or rejected. It
// is a key for counters: snake_case, never with the line's own text in it.
type Reason string

const (
	TooLong    Reason = "too_long"      // over MaxLine bytes
	NotFormat  Reason = "not_format"    // does not look like the format at all
	BadTime    Reason = "bad_time"      // a time stands there and cannot be read
	BadClient  Reason = "bad_client"    // no address where the client stands
	BadName    Reason = "bad_name"      // no name where the name stands, or not a name
	BadJSON    Reason = "bad_json"      // cut or broken JSON
	BadText    Reason = "bad_text"      // not text: NUL bytes, unknown encoding
	MissField  Reason = "missing_field" // a field the format requires is absent
	Blank      Reason = "blank"         // skipped: empty or white space
	Header     Reason = "header"        // skipped: comment, banner or column head
	Answer     Reason = "answer"        // skipped: answer to a query that has a line of its own
	Forwarded  Reason = "forwarded"     // skipped: the resolver's own onward query
	NoQuery    Reason = "no_query"      // skipped: a DNS record that names nothing (mDNS announcements, cut sessions)
	OtherEvent Reason = "other_event"   // skipped: a line of the same program about something else
	Comment    Reason = "comment"       // skipped: a '#' remark that tells no format from another
)

// Verdict is the outcome of one line with its reason; Reason is empty when Parsed.
type Verdict struct {
	Outcome Outcome
	Reason  Reason
}

// Options say what a line leaves unsaid.
type Options struct {
	// Zone dates lines that name none. Nil means Asia/Ho_Chi_Minh.
	Zone *time.Location
	// At is when the lines were received: a line without a year takes the
	// year that brings it nearest to At. It must not be zero.
	At time.Time
}

// Reader reads the lines of one stream, in order. It may remember earlier
// lines (a Zeek header names the columns), so a stream needs a Reader of its
// own. It is not safe for concurrent use.
type Reader interface {
	// Read appends the events of line, which has no line end, to into and
	// returns it with the line's verdict. It keeps no reference to line.
	// Bytes that are no log are no error but a Rejected verdict; Read never
	// panics, whatever the bytes.
	Read(line []byte, into []event.DNS) ([]event.DNS, Verdict)
}

// Format is one log format.
type Format struct {
	Name  string                   // stable, for --format and stored sources: "bind9"
	Title string                   // for people: "BIND 9 query log"
	New   func(opt Options) Reader // a Reader at the start of a stream
}
