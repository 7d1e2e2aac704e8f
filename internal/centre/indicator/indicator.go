// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package indicator keeps the lists of known-bad and known-good names, the
// account of every file they were made from, and the live index that logs are
// matched against. How a list is read and how a name matches is engine/intel's;
// what follows from a match is for other rooms. This file knows no SQL and no
// HTTP. Start at List, Service.Current and Service.Lookup.
package indicator

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ID identifies a list.
type ID string

// Kind says what a list is for.
type Kind string

// The kinds of list.
const (
	Block Kind = "block" // names that stand for a threat
	Allow Kind = "allow" // names known to be good, which overrule block lists
)

// TLP is a sharing mark of the Traffic Light Protocol (FIRST, version 2.0).
type TLP string

// The marks, from open to closed.
const (
	Clear       TLP = "TLP:CLEAR"
	Green       TLP = "TLP:GREEN"
	Amber       TLP = "TLP:AMBER"
	AmberStrict TLP = "TLP:AMBER+STRICT"
	Red         TLP = "TLP:RED" // seen only where the scope holds the list's owner
)

// TLPs lists the marks from open to closed.
func TLPs() []TLP { return []TLP{Clear, Green, Amber, AmberStrict, Red} }

// Scope says which names an indicator of the list answers for.
type Scope string

// The scopes.
const (
	WithSubdomains Scope = "subdomains" // the name and every name below it
	ExactOnly      Scope = "exact"      // the name itself
)

// Layout is how the files of a list are written: the name of a format of
// engine/intel/exchange.
type Layout string

// The layouts. Auto finds out from each file.
const (
	Auto        Layout = "auto"
	Plain       Layout = "plain"
	Hosts       Layout = "hosts"
	CSV         Layout = "csv"
	STIX        Layout = "stix"
	MISP        Layout = "misp"
	WarningList Layout = "misp-warninglist" // names known to be good: for allow lists alone
	Dataset     Layout = "suricata-dataset"
	Maltrail    Layout = "maltrail"
	RPZ         Layout = "rpz"
	Unbound     Layout = "unbound"
	Dnsmasq     Layout = "dnsmasq"
)

// Layouts lists the layouts in the order pages offer them.
func Layouts() []Layout {
	return []Layout{Auto, Plain, Hosts, CSV, STIX, MISP, WarningList, Dataset, Maltrail, RPZ, Unbound, Dnsmasq}
}

// List is one list of indicators. Its content is the version in force, if any.
type List struct {
	ID        ID
	Name      string // 1..120 runes, unique whatever its accents and case
	Kind      Kind
	Threat    string // threat of indicators that name none, at most 80 runes; empty means Name
	TLP       TLP
	Scope     Scope
	Layout    Layout
	Owner     string // unit id; an allow list's is the centre's own
	Active    bool   // is matched, once it has a version in force
	Builtin   bool   // the centre's own list of false positives: single entries instead of files
	Seq       int64  // the version in force; 0 while there is none
	Note      string // at most 1000 runes
	CreatedAt time.Time
	CreatedBy string // actor's name
	Version   int64  // +1 per change by a person; optimistic lock
}

// builtinName is how the index calls the centre's own allow entries; pages show
// a name from the catalogue.
const builtinName = "centre-allow"

const (
	maxName   = 120
	maxThreat = 80
	maxNote   = 1000
)

// Check cleans l and reports what cannot be stored, by form field.
func (l *List) Check() error {
	l.Name, l.Threat, l.Note = i18n.NFC(l.Name), i18n.NFC(l.Threat), i18n.NFC(l.Note)
	bad := map[string]string{}
	if n := utf8.RuneCountInString(l.Name); n == 0 || n > maxName || l.Name == builtinName {
		bad["name"] = "indicator.bad.name"
	}
	if utf8.RuneCountInString(l.Threat) > maxThreat {
		bad["threat"] = "indicator.bad.threat"
	}
	if utf8.RuneCountInString(l.Note) > maxNote {
		bad["note"] = "indicator.bad.note"
	}
	if l.Kind != Block && l.Kind != Allow {
		bad["kind"] = "indicator.bad.kind"
	}
	if !slices.Contains(TLPs(), l.TLP) {
		bad["tlp"] = "indicator.bad.tlp"
	}
	if l.Scope != WithSubdomains && l.Scope != ExactOnly {
		bad["scope"] = "indicator.bad.scope"
	}
	if !slices.Contains(Layouts(), l.Layout) {
		bad["layout"] = "indicator.bad.layout"
	}
	if l.Layout == WarningList && l.Kind == Block {
		bad["kind"] = "indicator.bad.warninglist"
	}
	if l.Owner == "" {
		bad["unit"] = "indicator.bad.unit"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: "indicator.Check", Fields: bad}
	}
	return nil
}

// engine is l as the engine describes a list.
func (l *List) engine() intel.List {
	out := intel.List{Name: l.Name, Threat: l.Threat, TLP: string(l.TLP), Source: string(l.ID)}
	if l.Kind == Allow {
		out.Kind = intel.Allow
	}
	if l.Scope == ExactOnly {
		out.Scope = intel.ExactOnly
	}
	return out
}

// State is what became of a version.
type State string

// The states of a version. A refused one changed nothing: what was in force
// before it stays in force.
const (
	Waiting State = "waiting"
	Loaded  State = "loaded"
	Refused State = "refused"
)

// Version is one file a list was, or was to be, made from.
type Version struct {
	List       ID
	Seq        int64  // from 1
	File       string // as the sender called it
	SHA256     string // of the bytes received, hex
	Size       int64  // bytes received
	Note       string // why it was replaced
	State      State
	ReceivedAt time.Time
	ReceivedBy string
	DoneAt     time.Time // zero while waiting
	Report     Report
	Problem    string // catalogue key of why it was refused
	Job        string // id of the work of loading it
}

// Entry is one name, or another observable, that a person reported as no threat.
type Entry struct {
	ID      string
	Type    intel.Type
	Name    string // normalised
	Exact   bool   // of a domain: for the name alone; otherwise also for names below it
	Reason  string // 1..500 runes
	At      time.Time
	By      string
	EndedAt time.Time // zero while it holds
	EndedBy string
}

// engine is e as the engine takes it.
func (e Entry) engine() intel.Indicator {
	i := intel.Indicator{Type: e.Type, Value: e.Name}
	if e.Exact {
		i.Scope = intel.ExactOnly
	}
	return i
}

const maxReason = 500

// checkReason cleans a reason and refuses an empty or endless one.
func checkReason(op, reason string) (string, error) {
	reason = i18n.NFC(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxReason {
		return reason, fault.Bad(op, "reason", "indicator.bad.reason")
	}
	return reason, nil
}
