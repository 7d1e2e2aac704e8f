// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package home is "Hôm nay": what each role has to see first, put together from
// what other rooms answer. It keeps nothing and imports no room; app gives it
// one function a subject (Deps). A figure that rests on logs says what it rests
// on: with no source heard it reads "no data", never zero. Start at Deps and
// NewPages. This file knows no HTTP.
package home

import (
	"context"
	"embed"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// Deps are what the pages ask. Each function answers for the context's actor
// and its scope; nil, or one that fails with fault.Forbidden, leaves its block
// out. Any other error is the page's. Texts come in the reader's language.
type Deps struct {
	Now func() time.Time // required
	// Duties are the open obligations.
	Duties func(ctx context.Context) (Duties, error)
	// Late is what units owe past its term, one line a demand.
	Late func(ctx context.Context) (Lateness, error)
	// Soon is what units owe whose term is near, one line a demand.
	Soon func(ctx context.Context) (Lateness, error)
	// Findings are the open findings.
	Findings func(ctx context.Context) (Findings, error)
	// Infections are the open infections.
	Infections func(ctx context.Context) (Infections, error)
	// Incidents are the open incidents.
	Incidents func(ctx context.Context) (Incidents, error)
	// Sources says which sources were heard since a moment. Figures lean on it,
	// so it answers whoever reads findings, not only who configures sources;
	// where it does not answer, figures that rest on logs read "no data".
	Sources func(ctx context.Context, since time.Time) (Sources, error)
	// Matching reports whether logs are matched against anything, to every
	// reader; nil or false makes figures that rest on logs read "no data".
	Matching func(ctx context.Context) (bool, error)
	// Indicators is what logs are matched against, for those who may see lists.
	Indicators func(ctx context.Context) (Indicators, error)
	// FirstHour is what is left of a new centre's first hour; nil when it is over
	// or not the actor's to do.
	FirstHour func(ctx context.Context) ([]ui.Step, error)
	// Ready says which units have told the centre what it must know of them, for
	// those who look after several.
	Ready func(ctx context.Context) (Ready, error)
	// Own is the actor's own unit.
	Own func(ctx context.Context) (Own, error)
	// Since counts what happened since a moment.
	Since func(ctx context.Context, since time.Time) (Since, error)
	// Infected are the open infections in rows, the longest known first.
	Infected func(ctx context.Context) ([]Finding, error)
	// Answers are what waits for an answer of the actor or its unit, directives
	// left out.
	Answers func(ctx context.Context) (Answers, error)
	// Directives are those in force that the actor sees.
	Directives func(ctx context.Context) (Directives, error)
	// Board ranks the units the actor looks after.
	Board func(ctx context.Context) (Board, error)
	// Past are findings made since a moment of what logs held before it: what
	// looking back for new indicators found.
	Past func(ctx context.Context, since time.Time) (Past, error)
	// Proofs say what stands proved of each requirement.
	Proofs func(ctx context.Context) (Proofs, error)
	// Bodies are all units of the actor that can be drawn for an inspection.
	Bodies func(ctx context.Context) ([]Body, error)
	// Alerts is what the actor must see before all else.
	Alerts func(ctx context.Context) ([]ui.AlertProps, error)
	// Nav lists what the actor may open; required.
	Nav func(ctx context.Context, path string) []ui.NavGroup
	// Threshold is the share of sources, in percent, that must be heard before
	// a figure counts as measured; 0 is 80 (design: a measure's coverage).
	Threshold int64
}

// Duties are open obligations.
type Duties struct {
	Open, Soon, Late int64
	First            []Duty // earliest due first, ten or so
}

// Lateness is what is owed past its term or close to it: what many owe for one
// cause is one line.
type Lateness struct {
	Lines int64
	First []Duty // earliest due first, ten or so
}

// Duty is one obligation in a row.
type Duty struct {
	Title   string
	Href    string
	Subject ui.Link // what it is about
	Unit    string  // who owes; may be empty
	Units   int64   // how many owe it late, of a line of Lateness; Clock is the longest late's
	Clock   ui.ClockProps
}

// Findings are open findings.
type Findings struct {
	Open   int64
	Oldest []Finding // ten or so
}

// Finding is one finding in a row.
type Finding struct {
	Title string // the threat or rule
	Href  string
	Who   string // machine or address; may be empty
	Unit  string // may be empty
	Since time.Time
}

// Infections are open infections by the kind of address they were seen at. Only
// a machine's is called one: behind the others stands a machine not yet known.
type Infections struct {
	Machine, NAT, Resolver, Proxy, Unknown int64
}

func (i Infections) total() int64 { return i.Machine + i.NAT + i.Resolver + i.Proxy + i.Unknown }

// Incidents are open incidents.
type Incidents struct {
	Open  int64
	First []Incident // the earliest clock first, ten or so
}

// Incident is one incident in a row.
type Incident struct {
	Code, Title string
	Href        string
	Unit        string         // may be empty
	Since       time.Time      // when it was detected
	Clock       *ui.ClockProps // nil while none runs
}

// Sources are the places logs come from.
type Sources struct {
	Expected    int64    // that should send
	Heard       int64    // of these, heard in the window: sent something that could be read
	Files       int64    // ever received
	Silent      []Source // that fell silent, or were not heard in the window, longest first, ten or so
	SilentTotal int64
	Broken      []File // latest files that could not be read to their end
	BrokenTotal int64
	Hours       Hours // of watched sources in the window
}

// Hours are those in which sources should have spoken, and did.
type Hours struct{ Seen, Expected int64 }

// Source is one silent source.
type Source struct {
	Name, Href string
	Unit       string    // may be empty
	Why        string    // what explains it; may be empty
	Last       time.Time // zero: never heard
}

// File is one file that could not be read to its end.
type File struct {
	Name, Href string
	Why        string
	At         time.Time
}

// Indicators is what logs are matched against.
type Indicators struct {
	Lists, Indicators int64 // in the live index
	LoadedAt          time.Time
	Waiting, Refused  int64  // files not yet loaded; lists whose latest file was refused
	Problem           string // why the index is not the newest; empty when it is
}

// Own is the actor's own unit and what it has told the centre.
type Own struct {
	Name, Href string
	Items      []Item
}

func (o Own) complete() bool {
	return !slices.ContainsFunc(o.Items, func(i Item) bool { return !i.green() })
}

// Item is one thing a unit tells the centre. Its name is the catalogue's
// home.own.<key>: head, contact, hotline, addresses, machines, av_export.
type Item struct {
	Key   string
	State ItemState
	At    time.Time // when it was last told or checked; zero: never
	Href  string    // where it is told; empty when the actor may not
}

// ItemState is where an item stands; any other text counts as missing.
type ItemState string

// The states.
const (
	Missing  ItemState = ""
	Told     ItemState = "done"
	Stale    ItemState = "stale"    // told, and not checked for too long
	Declared ItemState = "declared" // the unit says so, nobody has measured or read it
)

// green reports whether nothing more is asked of the unit.
func (i Item) green() bool { return i.State == Told || i.State == Declared }

// Ready is how many units have told all, and who has not.
type Ready struct {
	Units, Green int64
	Items        []ReadyItem
	Waiting      []ReadyUnit // not green, ten or so, those that lack most first
	List         string      // where all are seen
	Remind       *ui.Action  // reminds those that are not green; nil where nobody can
}

// ReadyItem is how many units have told one thing.
type ReadyItem struct {
	Key   string
	Green int64
}

// ReadyUnit is one unit that is not green.
type ReadyUnit struct {
	Name, Href string
	Lacks      []string // keys of items
}

// Since counts what happened since yesterday.
type Since struct {
	Findings, Infections, Opened, Closed int64 // Opened and Closed are of incidents
}
