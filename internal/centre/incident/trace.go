// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"net/netip"
	"time"
)

// EntryKind says where an entry of the timeline comes from.
type EntryKind string

// The kinds of entry.
const (
	Note     EntryKind = "note"     // a person wrote it
	Auto     EntryKind = "auto"     // the product noted what happened
	Decision EntryKind = "decision" // a named person decided
)

// Arg is one value in the sentence of an automatic entry, kept without
// language: kind "" is words as they stand, "time" milliseconds since 1970,
// "code" a list and a code of the case's pack ("CL-severity/M2"), "clock" a
// clock of that pack, "phase" a Phase.
type Arg struct {
	Kind  string `json:"k,omitempty"`
	Value string `json:"v"`
}

// Entry is one line of a case's timeline. Entries are only ever added. A note
// has Text; the others have Key, a sentence of the catalogue, with Args.
type Entry struct {
	ID         string
	Incident   ID
	At         time.Time // when it happened
	RecordedAt time.Time // when it was written down
	Kind       EntryKind
	Text       string
	Key        string
	Args       []Arg
	ByID, By   string // account id and name at the time
}

// Machine is a machine or address the case is about. What kind of address it
// is decides what may be said of it: only a machine is called infected.
type Machine struct {
	ID        string
	MachineID string     // opaque id of the machine's record; may be empty
	Name      string     // host name; may be empty
	Addr      netip.Addr // may be the zero Addr
	AddrKind  string     // machine, nat, resolver, proxy; empty: not declared
	Note      string
	AddedAt   time.Time
	By        string
}

// Evidence is a file of the case. Its bytes are in the blob store under SHA256.
type Evidence struct {
	ID      string
	Name    string // file name as sent, without folders
	Size    int64  // bytes
	SHA256  string // 64 lower-case hexadecimal digits
	Note    string
	AddedAt time.Time
	By      string
}

// Link is a record of another room that the case grew from.
type Link struct {
	Kind string // "infection", "finding"
	ID   string
}

// counted is how many of the list may be called machines: an address of
// undeclared kind counts once somebody has named the machine behind it.
func counted(list []Machine) int {
	n := 0
	for _, m := range list {
		if m.AddrKind == "machine" || m.AddrKind == "" && m.Name != "" {
			n++
		}
	}
	return n
}
