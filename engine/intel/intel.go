// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package intel answers which threat-intelligence lists name a domain, an
// address, a URL, the hash of a file and other observables. A Builder takes in
// lists as they are published (plain, hosts(5), CSV), or indicators one by one,
// and accounts for each row; Build gives an Index that never changes again and
// may be asked from any number of goroutines. BuildFile and Open keep one in a
// file, Live swaps one for the next under those who ask.
//
// Names match whole or by a parent at a label boundary and in no other way:
// evil.com answers for www.evil.com, never for notevil.com or evil.com.vn.
// Start at Builder and Index.Match.
package intel

import "time"

// Kind says what a list is for. The zero value is Block.
type Kind uint8

const (
	Block Kind = iota // names that stand for a threat
	Allow             // names known to be good, which overrule block lists
)

// String returns "block" or "allow".
func (k Kind) String() string {
	if k == Allow {
		return "allow"
	}
	return "block"
}

// Scope says which names an indicator answers for. The zero value is
// WithSubdomains, since who controls a name controls the names below it.
type Scope uint8

const (
	WithSubdomains Scope = iota // the name itself and every name below it
	ExactOnly                   // the name itself
)

// Layout is how a list is written. The zero value is found out from the list.
type Layout uint8

const (
	Auto  Layout = iota
	Plain        // one name a line, also in AdBlock form
	Hosts        // hosts(5): an address, then names
	CSV          // columns under a head line
)

// String returns the layout's name in lower case.
func (l Layout) String() string {
	return [...]string{"auto", "plain", "hosts", "csv"}[l]
}

// List describes one list of indicators.
type List struct {
	Name   string // unique among the lists of an index; shown to people
	Kind   Kind
	Threat string // threat of indicators that name none; empty means Name
	TLP    string // sharing mark, FIRST TLP 2.0: "TLP:GREEN"; empty when not given
	Source string // where it was read from, for people
	Scope  Scope  // scope of its indicators
	Layout Layout
}

// Match is one list entry that names what was asked for or, of a domain, a
// parent of it, of an address, a network around it, of a URL, its host or a
// folder above it.
type Match struct {
	ID         ID     // the entry, in the index that gave it
	List       *List  // shared and read-only
	Indicator  string // as listed, normalised
	Type       Type
	Threat     string // the indicator's label, else the list's Threat, else its Name
	Scope      Scope
	TLP        string // the indicator's sharing mark, else the list's
	Confidence uint8  // 0 to 100; 0 when not given
	Reference  string // where to read on; empty when not given
	From       time.Time
	Until      time.Time // valid from From until before Until, UTC; zero when open
	// Overruled is set on a block entry when an allow entry at least as
	// specific matches the same question.
	Overruled bool
}

// ID is the place of an entry in the index that gave it; another index numbers
// its entries otherwise.
type ID uint32

// Hit reports whether m is a block entry that counts.
func (m Match) Hit() bool { return m.List.Kind == Block && !m.Overruled }
