// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package webhook tells other programs what changed: a feed they read, and
// calls to addresses they give. Both rest on the sealed audit trail, whose
// numbers have no gap, so that a reader misses nothing and a process that dies
// loses nothing. What is sent are ids alone, signed; whoever wants the content
// asks for it with a key of their own. This file knows no SQL and no HTTP.
// Start at Change, Hook and Service.Deliver.
package webhook

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/outgoing"
)

// ID identifies a subscription.
type ID string

// State says whether a subscription is called.
type State string

// The states of a subscription.
const (
	On     State = "on"
	Off    State = "off"    // by a person
	Failed State = "failed" // given up after GiveUp of failures, or sent away by the receiver
)

// Hook is one subscription: changes of some kinds in a unit's subtree go to an
// address, as far as its maker may read them at that moment.
type Hook struct {
	ID           ID
	Name         string   // 1..100 runes, one line
	URL          string   // see checkURL
	Unit         string   // unit id
	Kinds        []string // of Kinds(), sorted; at least one
	State        State
	Reason       string // why it is off or failed: a person's words, or a catalogue key
	FeedAt       int64  // number of the trail up to which it was asked
	Sent         int64  // number of the last message made for it
	OldUntil     time.Time
	FailingSince time.Time // zero while it answers
	NextAt       time.Time // not called before; zero: at once
	CreatedBy    string    // account id of the person under whom it stands
	CreatedName  string
	CreatedAt    time.Time
	Version      int64 // +1 per change by a person
}

// Delivery is one message to a subscription, with its latest attempt.
type Delivery struct {
	ID        string // stable over attempts: webhook-id
	Seq       int64  // 1, 2, 3 … within the subscription; 0 of a test
	Body      string // as sent, always the same bytes
	Kind      string // of the change; "ping" of a test
	State     DeliveryState
	Attempts  int64
	CreatedAt time.Time
	LastAt    time.Time // zero before the first attempt
	Status    int       // HTTP status; 0 when none came
	Took      time.Duration
	Text      string // first bytes of the answer
	Error     string // catalogue key of why none came
}

// DeliveryState says what became of a message.
type DeliveryState string

// The states of a message. Waiting ones go out in order, one after the other.
const (
	Waiting   DeliveryState = "waiting"
	Delivered DeliveryState = "delivered"
	Refused   DeliveryState = "refused" // a test or a repeat that failed: not tried again
)

// GiveUp is how long a receiver may fail before its subscription is switched
// off and its people told.
const GiveUp = 5 * 24 * time.Hour

const (
	firstWait   = 5 * time.Second
	longestWait = 8 * time.Hour
	kept        = 200 // delivered messages in the log of a subscription
	maxKinds    = 20
	maxReason   = 500
)

// backoff is the pause after n failures in a row: 5 s, then four times as long
// each time, at most eight hours, and never less than the receiver asked for.
func backoff(n int64, asked time.Duration) time.Duration {
	wait := longestWait
	if n < 8 {
		wait = min(firstWait<<(2*max(0, n-1)), longestWait)
	}
	return max(wait, min(asked, longestWait))
}

// Order is what a person enters.
type Order struct {
	Name  string
	URL   string
	Unit  string
	Kinds []string
}

// check cleans o and reports what cannot be stored, by form field.
func (o *Order) check(op string, allowed []netip.Prefix) error {
	o.Name, o.URL = i18n.NFC(o.Name), strings.TrimSpace(o.URL)
	slices.Sort(o.Kinds)
	o.Kinds = slices.Compact(o.Kinds)
	bad := map[string]string{}
	if o.Name == "" || utf8.RuneCountInString(o.Name) > 100 {
		bad["name"] = "webhook.bad.name"
	}
	if o.Unit == "" {
		bad["unit"] = "webhook.bad.unit"
	}
	if len(o.Kinds) == 0 || len(o.Kinds) > maxKinds || checkKinds(op, o.Kinds) != nil {
		bad["kind"] = "webhook.bad.kind"
	}
	if reason := checkURL(o.URL, allowed); reason != "" {
		bad["url"] = reason
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

// checkURL is the catalogue key of why an address is not called, or empty. It
// is https without user and fragment; http only to an address, written as a
// number, of the networks that are allowed.
func checkURL(text string, allowed []netip.Prefix) string {
	u, err := url.Parse(text)
	if err != nil || len(text) > 2000 || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return "webhook.bad.url"
	}
	addr, notNumber := netip.ParseAddr(u.Hostname())
	switch u.Scheme {
	case "https":
	case "http":
		if notNumber != nil || !outgoing.Within(addr, allowed) {
			return "webhook.bad.plain"
		}
	default:
		return "webhook.bad.url"
	}
	if notNumber == nil && outgoing.Closed(addr, nil, allowed) {
		return "webhook.bad.closed"
	}
	return ""
}
