// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package retention says how long received lines are kept and what they take on
// the disk, and keeps the legal holds: what is under one is copied before its
// day is removed, and stays until two people agreed that it may go. The copying
// is internal/intake/lake's; this room says what is held. Start at Service.
package retention

import (
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ID identifies a hold.
type ID string

// State says how a hold stands.
type State string

// The states of a hold. It is in force until it is lifted.
const (
	InForce State = "in_force"
	Asked   State = "asked" // somebody asked to lift it: a second person decides
	Lifted  State = "lifted"
)

// States are all of them, in their order.
var States = []State{InForce, Asked, Lifted}

// Hold is an order to keep lines beyond their days. Times are UTC.
type Hold struct {
	ID ID
	Order
	State State

	PlacedBy, PlacedName string
	PlacedAt             time.Time

	AskedBy, AskedName, AskedReason string // who asked to lift it and why; empty in InForce
	AskedAt                         time.Time

	LiftedBy, LiftedName string
	LiftedAt             time.Time

	Version int64 // +1 per change
}

// Order is what a person enters.
type Order struct {
	Name      string        // 1..200 runes
	Source    string        // id; "" is every source
	Unit      string        // id of the owner unit, with those below it; "" is every unit. One of the two is given
	From, To  calendar.Date // days of the lines, both included
	Reason    string        // 1..1000 runes
	Reference string        // number of the paper that orders it, 1..200 runes
}

const (
	mostName   = 200
	mostReason = 1000
)

// clean tidies o and reports what cannot be stored, by form field.
func (o *Order) clean(op string) error {
	o.Name, o.Reason, o.Reference = i18n.NFC(o.Name), i18n.NFC(o.Reason), i18n.NFC(o.Reference)
	bad := map[string]string{}
	within := func(field, s string, most int) {
		if s == "" || utf8.RuneCountInString(s) > most {
			bad[field] = "retention.bad." + field
		}
	}
	within("name", o.Name, mostName)
	within("reason", o.Reason, mostReason)
	within("reference", o.Reference, mostName)
	if o.Source == "" && o.Unit == "" {
		bad["unit"] = "retention.bad.whose"
	}
	switch {
	case o.From.IsZero():
		bad["from"] = "retention.bad.day"
	case o.To.IsZero():
		bad["to"] = "retention.bad.day"
	case o.To.Compare(o.From) < 0:
		bad["to"] = "retention.bad.order"
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

// ask notes that somebody wants h lifted.
func (h *Hold) ask(op, by, name, reason string, at time.Time) error {
	if reason = i18n.NFC(reason); reason == "" || utf8.RuneCountInString(reason) > mostReason {
		return fault.Bad(op, "reason", "retention.bad.reason")
	}
	if h.State != InForce {
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "retention.conflict.asked"}
	}
	h.State, h.AskedBy, h.AskedName, h.AskedReason, h.AskedAt = Asked, by, name, reason, at
	return nil
}

// lift ends h, which nobody does alone.
func (h *Hold) lift(op, by, name string, at time.Time) error {
	switch {
	case h.State != Asked:
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "retention.conflict.not_asked"}
	case h.AskedBy == by:
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "retention.conflict.same"}
	}
	h.State, h.LiftedBy, h.LiftedName, h.LiftedAt = Lifted, by, name, at
	return nil
}

// keep refuses to lift h.
func (h *Hold) keep(op string) error {
	if h.State != Asked {
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "retention.conflict.not_asked"}
	}
	h.State, h.AskedBy, h.AskedName, h.AskedReason, h.AskedAt = InForce, "", "", "", time.Time{}
	return nil
}
