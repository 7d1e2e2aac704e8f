// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package source keeps the places logs come from and the account of every file
// received: where it lies, what each line of it became, which blocks are done.
// What the lines say is for engine/; what follows from them, for the rooms
// that app hands the blocks to. This file knows no SQL and no HTTP.
package source

import (
	"errors"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/engine/scan/unpack"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ID identifies a source, FileID a file received from one.
type (
	ID     string
	FileID string
)

// Source is one place logs come from: a resolver, a firewall, a folder
// somebody uploads from. Its owner unit is stamped on all that is received and
// rules who may see it.
type Source struct {
	ID        ID
	Name      string // 1..200 runes, unique in its unit
	Owner     string // unit id
	Format    string // name of a format.Log, or ByMapping; "" finds out from each file
	Zone      string // IANA zone of lines that name none; "" is Asia/Ho_Chi_Minh
	Note      string
	Closed    bool // takes no more files
	CreatedAt time.Time
	Version   int64
}

// Check cleans s and reports what cannot be stored, by form field.
func (s *Source) Check() error {
	s.Name, s.Note = i18n.NFC(s.Name), i18n.NFC(s.Note)
	bad := map[string]string{}
	if s.Name == "" || utf8.RuneCountInString(s.Name) > 200 {
		bad["name"] = "source.bad.name"
	}
	if s.Owner == "" {
		bad["unit"] = "source.bad.unit"
	}
	if _, ok := format.LookupLog(s.Format); s.Format != "" && s.Format != ByMapping && !ok {
		bad["format"] = "source.bad.format"
	}
	if _, err := s.Location(); err != nil {
		bad["zone"] = "source.bad.zone"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: "source.Check", Fields: bad}
	}
	return nil
}

// Location is the zone of lines that name none.
func (s *Source) Location() (*time.Location, error) {
	if s.Zone == "" {
		return i18n.Hanoi, nil
	}
	return time.LoadLocation(s.Zone)
}

// State is how far the work on a file is.
type State string

// The states of a file. Broken means that it could not be read to its end;
// what was read before stands.
const (
	Waiting State = "waiting"
	Running State = "running"
	Done    State = "done"
	Broken  State = "broken"
)

// Via is the way a file came in.
type Via string

// The ways in.
const (
	ByPage Via = "page"
	ByAPI  Via = "api"
)

// File is one file received, with what became of its lines: Lines = Parsed +
// the sums of Skipped and Rejected.
type File struct {
	ID         FileID
	Source     ID
	Owner      string // the source's owner unit at receipt
	Name       string // as the sender called it
	SHA256     string // of the bytes received, hex
	Size       int64  // bytes received
	Via        Via
	ReceivedAt time.Time
	ReceivedBy string // actor's name
	State      State
	Format     string // used; empty until known
	Mapping    int64  // version of the mapping file in force at receipt; 0 without
	Indicators int64  // how many it was compared with; 0 means that nothing was
	Account    scan.Counts
	Samples    []scan.Sample // the first rejected lines
	DoneAt     time.Time     // zero until done or broken
	Problem    string        // catalogue key of why it is broken
	Line       int64         // where it broke; 0 when not in a line
}

// problems are the failures of reading that lie in the file itself, so that
// reading it again is no use, with the catalogue keys that say them.
var problems = []struct {
	err error
	key string
}{
	{scan.ErrFormat, "source.problem.format"},
	{unpack.ErrTruncated, "source.problem.truncated"},
	{unpack.ErrBomb, "source.problem.bomb"},
	{unpack.ErrArchive, "source.problem.archive"},
	{unpack.ErrCorrupt, "source.problem.corrupt"},
}

// problemOf is the catalogue key that says err to a person, and the line where
// reading ended, 0 when in none.
func problemOf(err error) (key string, line int64) {
	if at := (*scan.Error)(nil); errors.As(err, &at) {
		line = at.Line
	}
	for _, p := range problems {
		if errors.Is(err, p.err) {
			return p.key, line
		}
	}
	return "source.problem.read", line
}

func sendersFault(err error) bool {
	key, _ := problemOf(err)
	return key != "source.problem.read"
}
