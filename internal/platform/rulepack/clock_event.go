// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// Trigger is an event that starts clocks. A pack chooses from the closed list
// below; it cannot add to it, so that every clock of a pack is one some room
// starts or a person may start by hand.
type Trigger string

// The triggers, by what they happen to.
const (
	Detected        Trigger = "incident.detected"         // the incident is opened
	Assessed        Trigger = "incident.assessed"         // its facts changed
	SeverityDecided Trigger = "incident.severity_decided" // a named person decided
	IncidentClosed  Trigger = "incident.closed"           // the response has ended

	DossierReceived  Trigger = "dossier.received"           // a level dossier reached the appraiser
	DossierCompleted Trigger = "dossier.completed"          // it is complete and valid
	ApprovalAsked    Trigger = "dossier.approval_requested" // a complete valid dossier reached the approver

	BreachDetected Trigger = "breach.detected" // personal data was breached
	BreachAssessed Trigger = "breach.assessed" // its facts changed

	OrderReceived Trigger = "order.received" // an authority asks to block, or for user information

	MonitoringPlanned Trigger = "monitoring.planned" // the specialised force will monitor a system
	MonitoringBegan   Trigger = "monitoring.began"   // it has begun

	SystemCarriedOver Trigger = "system.carried_over" // a system of the former law lives on under the new one
)

// Moment names the time a clock counts from.
type Moment string

// The moments.
const (
	DetectedAt  Moment = "detected_at"  // thời điểm phát hiện, T0
	DecidedAt   Moment = "decided_at"   // when the severity was decided
	ClosedAt    Moment = "closed_at"    // when the response ended
	ReceivedAt  Moment = "received_at"  // when the dossier or the order came
	CompletedAt Moment = "completed_at" // when the dossier was complete and valid
	RequestedAt Moment = "requested_at" // when approval was asked for
	StartsAt    Moment = "starts_at"    // when monitoring begins
	CarriedAt   Moment = "carried_at"   // first day of the new law
)

// events say of a trigger which moment chooses the law, and which others a
// clock may count from. The first moment is the event's T0: a case judged by
// one law stays under it whatever happens to it later.
var events = map[Trigger][]Moment{
	Detected:          {DetectedAt},
	Assessed:          {DetectedAt},
	SeverityDecided:   {DetectedAt, DecidedAt},
	IncidentClosed:    {DetectedAt, ClosedAt},
	DossierReceived:   {ReceivedAt},
	DossierCompleted:  {CompletedAt, ReceivedAt},
	ApprovalAsked:     {RequestedAt},
	BreachDetected:    {DetectedAt},
	BreachAssessed:    {DetectedAt},
	OrderReceived:     {ReceivedAt},
	MonitoringPlanned: {StartsAt},
	MonitoringBegan:   {StartsAt},
	SystemCarriedOver: {CarriedAt},
}

// Subject returns what the trigger happens to: "incident", "dossier",
// "breach", "order", "monitoring" or "system".
func (t Trigger) Subject() string {
	subject, _, _ := strings.Cut(string(t), ".")
	return subject
}

// T0 returns the moment whose day chooses the law, and "" for a trigger that
// does not exist.
func (t Trigger) T0() Moment {
	if known := events[t]; len(known) > 0 {
		return known[0]
	}
	return ""
}

// Triggers returns every trigger, by name.
func Triggers() []Trigger { return slices.Sorted(maps.Keys(events)) }

// Moments holds the times of one event; zero where not known or not asked.
type Moments struct {
	DetectedAt  time.Time
	DecidedAt   time.Time // zero while undecided
	ClosedAt    time.Time
	ReceivedAt  time.Time
	CompletedAt time.Time
	RequestedAt time.Time
	StartsAt    time.Time
	CarriedAt   time.Time
}

func (m *Moments) field(name Moment) *time.Time {
	switch name {
	case DetectedAt:
		return &m.DetectedAt
	case DecidedAt:
		return &m.DecidedAt
	case ClosedAt:
		return &m.ClosedAt
	case ReceivedAt:
		return &m.ReceivedAt
	case CompletedAt:
		return &m.CompletedAt
	case RequestedAt:
		return &m.RequestedAt
	case StartsAt:
		return &m.StartsAt
	case CarriedAt:
		return &m.CarriedAt
	}
	return new(time.Time) // packs are checked: no clock names another
}

// At returns the named time, zero when it is not known.
func (m Moments) At(name Moment) time.Time { return *m.field(name) }

// Set gives the named time.
func (m *Moments) Set(name Moment, t time.Time) { *m.field(name) = t }

// Start returns the pack in force on the day of the trigger's T0 and the clocks
// it starts under the facts, in the pack's order. Without that moment, and for
// a trigger that does not exist, it returns nil and no clock.
func (s *Set) Start(trigger Trigger, f Facts, m Moments) (*Pack, []Clock) {
	t0 := m.At(trigger.T0())
	if t0.IsZero() {
		return nil, nil
	}
	day := calendar.DateOf(t0)
	p := s.At(day)
	return p, slices.DeleteFunc(p.Clocks(trigger, f), func(c Clock) bool { return !c.InForce(day) })
}

// Judged returns the moment whose day decides which law a clock of these
// triggers belongs to: the T0 of the first of them.
func (c Clock) Judged() Moment {
	if len(c.Triggers) == 0 {
		return c.From
	}
	return c.Triggers[0].T0()
}
