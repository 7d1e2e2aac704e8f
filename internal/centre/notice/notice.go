// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package notice tells people that something needs them: in the product, behind
// the bell, and by mail for those who are not looking. A room's hook posts a
// notice in the transaction of what happened; each person chooses what comes at
// once, in a digest, or only here.
//
// Mail leaves the house and may be read by anyone on its way, so it says only
// the kind of the matter, the unit, how urgent it is, how many there are, and
// where to look. Start at Service.Post, Kinds and Preferences.
package notice

import (
	"regexp"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
)

// Urgency is how soon somebody must look. Its numbers are stored.
type Urgency int64

// The urgencies. The zero value takes that of the kind.
const (
	Low    Urgency = 1 // good to know
	Normal Urgency = 2
	Urgent Urgency = 3 // let through in quiet hours
)

// Urgencies lists all, the most urgent first.
func Urgencies() []Urgency { return []Urgency{Urgent, Normal, Low} }

// Key is the last part of the catalogue keys of u.
func (u Urgency) Key() string {
	return map[Urgency]string{Low: "low", Normal: "normal", Urgent: "urgent"}[u]
}

// How is how a person hears of a kind besides the bell.
type How string

// The ways.
const (
	AtOnce  How = "now"
	Digest  How = "digest"
	AppOnly How = "app"
)

// Hows lists all ways in the order pages offer them.
func Hows() []How { return []How{AtOnce, Digest, AppOnly} }

// Kind is a sort of matter people are told of.
type Kind struct {
	ID      string // "incident.opened"; notice.kind.<ID> names it
	Urgency Urgency
	// Needs are the permissions of which one must be held for the unit to be
	// told at all. A kind without any is told to people by name, whatever their
	// rights: its notices have To and no Unit.
	Needs []auth.Permission
	List  string // the page that lists such matters
}

func may(area auth.Area, acts ...auth.Act) []auth.Permission {
	out := make([]auth.Permission, len(acts))
	for i, a := range acts {
		out[i] = auth.Permission{Area: area, Act: a}
	}
	return out
}

// Kinds is everything people are told of, in the order pages show it.
func Kinds() []Kind {
	return []Kind{
		{"incident.opened", Urgent, may(auth.Incidents, auth.Write, auth.Decide), "/incidents"},
		{"incident.severity", Urgent, may(auth.Incidents, auth.Write, auth.Decide), "/incidents"},
		{"obligation.late", Urgent, may(auth.Obligations, auth.Write, auth.Decide), "/obligations"},
		{"obligation.escalated", Urgent, may(auth.Obligations, auth.Write, auth.Decide), "/obligations"},
		{"obligation.asked", Normal, may(auth.Obligations, auth.Decide), "/obligations"},
		{"obligation.answered", Normal, may(auth.Obligations, auth.Write), "/obligations"},
		{"obligation.soon", Normal, may(auth.Obligations, auth.Write), "/obligations"},
		{"directive.issued", Urgent, may(auth.Directives, auth.Write), "/directives?to=us"},
		{"directive.carried", Normal, may(auth.Directives, auth.Write), "/directives?to=us"},
		{"directive.unreceived", Normal, may(auth.Directives, auth.Write), "/directives?to=us"},
		{"directive.withdrawn", Normal, may(auth.Directives, auth.Write), "/directives?to=us"},
		{"directive.asked", Normal, may(auth.Directives, auth.Write), "/directives"},
		{"directive.answered", Normal, may(auth.Directives, auth.Write), "/directives?to=us"},
		{"directive.sent", Normal, may(auth.Directives, auth.Write), "/directives"},
		{"directive.returned", Urgent, may(auth.Directives, auth.Write), "/directives?to=us"},
		{"directive.accepted", Normal, may(auth.Directives, auth.Write), "/directives?to=us"},
		{"board.urged", Urgent, may(auth.Obligations, auth.Write), "/boards"},
		{"board.urge_asked", Urgent, may(auth.Directives, auth.Write), "/boards"},
		{"series.drafted", Normal, nil, "/periodic-reports"},
		{"series.failed", Urgent, may(auth.Documents, auth.Write), "/periodic-reports"},
		{"series.followed", Normal, may(auth.Documents, auth.Write), "/periodic-reports"},
		{"series.missed", Urgent, may(auth.Documents, auth.Write), "/periodic-reports"},
		{"document.unreceipted", Normal, may(auth.Documents, auth.Send), "/documents"},
		{"finding.new", Normal, may(auth.Findings, auth.Write), "/findings"},
		{"source.unread", Normal, may(auth.Settings, auth.Write), "/sources"},
		{"source.silent", Urgent, slices.Concat(may(auth.Findings, auth.Decide), may(auth.Settings, auth.Write)), "/sources"},
		{"source.flapping", Urgent, slices.Concat(may(auth.Findings, auth.Decide), may(auth.Settings, auth.Write)), "/sources"},
		{"source.back", Normal, slices.Concat(may(auth.Findings, auth.Decide), may(auth.Settings, auth.Write)), "/sources"},
		{"source.rate", Normal, slices.Concat(may(auth.Findings, auth.Decide), may(auth.Settings, auth.Write)), "/sources"},
		{"source.own_silent", Urgent, may(auth.Findings, auth.Write), "/"},
		{"source.own_back", Normal, may(auth.Findings, auth.Write), "/"},
		{"source.deaf", Normal, slices.Concat(may(auth.Findings, auth.Decide), may(auth.Settings, auth.Write)), "/sources/uptime"},
		{"collector.silent", Urgent, slices.Concat(may(auth.Findings, auth.Write, auth.Decide), may(auth.Settings, auth.Write)), "/collectors"},
		{"collector.full", Urgent, slices.Concat(may(auth.Findings, auth.Write, auth.Decide), may(auth.Settings, auth.Write)), "/collectors"},
		{"collector.copied", Urgent, slices.Concat(may(auth.Findings, auth.Write, auth.Decide), may(auth.Settings, auth.Write)), "/collectors"},
		{"collector.lost", Urgent, slices.Concat(may(auth.Findings, auth.Write, auth.Decide), may(auth.Settings, auth.Write)), "/collectors"},
		{"collector.near", Normal, slices.Concat(may(auth.Findings, auth.Write, auth.Decide), may(auth.Settings, auth.Write)), "/collectors"},
		{"collector.clock", Normal, slices.Concat(may(auth.Findings, auth.Write, auth.Decide), may(auth.Settings, auth.Write)), "/collectors"},
		{"collector.certificate", Normal, slices.Concat(may(auth.Findings, auth.Write, auth.Decide), may(auth.Settings, auth.Write)), "/collectors"},
		{"collector.back", Normal, slices.Concat(may(auth.Findings, auth.Write, auth.Decide), may(auth.Settings, auth.Write)), "/collectors"},
		{"indicator.refused", Normal, may(auth.Indicators, auth.Write), "/indicators"},
		{"job.failed", Normal, may(auth.Settings, auth.Write), "/sources"},
		{"account.invited", Low, may(auth.Accounts, auth.Write), "/accounts"},
		{"backup.stale", Urgent, may(auth.Settings, auth.Configure), "/settings/backup"},
		{"backup.failed", Normal, may(auth.Settings, auth.Configure), "/settings/backup"},
		{"audit.broken", Urgent, may(auth.AuditTrail, auth.Configure), "/audit/check"},
		{"feed.stale", Normal, may(auth.Settings, auth.Write), "/feeds"},
		{"webhook.failed", Normal, may(auth.Settings, auth.Write), "/settings/webhooks"},
		{"break_glass", Urgent, nil, "/account"},
		{"break_glass_ended", Normal, nil, "/account"},
		{"delegation", Normal, nil, "/account/delegations"},
		{"delegation_ended", Normal, nil, "/account/delegations"},
	}
}

// KindOf finds a kind by its id.
func KindOf(id string) (Kind, bool) {
	all := Kinds()
	i := slices.IndexFunc(all, func(k Kind) bool { return k.ID == id })
	if i < 0 {
		return Kind{}, false
	}
	return all[i], true
}

// Arg is one value in the sentence of a notice, as its reader sees it in the
// product. It is never part of a mail.
type Arg struct {
	VI string    `json:"vi,omitempty"`
	EN string    `json:"en,omitempty"` // empty: as VI
	At time.Time `json:"at,omitzero"`  // an instant instead
	// Until is the end of a term instead: one that ends with a day reads 24:00.
	Until time.Time `json:"until,omitzero"`
}

// Word is an argument that reads the same in every language: a code, a name.
func Word(s string) Arg { return Arg{VI: s} }

// Notice is one matter to tell of.
type Notice struct {
	Kind   string
	Unit   string   // whose it is; empty only with To
	To     []string // account ids; empty tells all who hold one of the kind's Needs for Unit
	Object string   // the record; notices of one kind and object fold into one
	Args   []Arg    // of notice.text.<Kind>
	Href   string   // the record's page: a path without query
	// Urgency other than the kind's; zero takes the kind's.
	Urgency Urgency
	// Dedupe names what happened. Posted twice it is told once.
	Dedupe string
	Times  int64 // how many at once; zero is one
}

// plainPath is what a link in a mail may look like: nothing can hide in it.
var plainPath = regexp.MustCompile(`^/[a-z0-9/-]{0,200}$`)

// Item is a notice as its reader sees it. Times are UTC.
type Item struct {
	ID        string
	Kind      string
	Urgency   Urgency
	Unit      string
	Args      []Arg
	Href      string
	Times     int64
	CreatedAt time.Time
	UpdatedAt time.Time
	ReadAt    time.Time // zero while unread
	Mail      string    // none, wait, out, done
	MailAt    time.Time // when it is due by mail
}
