// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"net/netip"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// Centre is the running product as the demo uses it: the same use cases that
// people reach through pages. Whatever adds is safe to repeat: what is there
// already, by the key named, stays as people have left it.
type Centre interface {
	Register
	Registry
	Terms
	Seals
	Feed
	Desk
}

// Register is what units and people are entered through. Ids are the centre's.
type Register interface {
	// Found makes the body that runs the centre, of a kind of the rule packs,
	// and the first person's account with a password nobody knows. It does
	// nothing once the centre is founded.
	Found(ctx context.Context, body, kind string, first Person) error
	// As returns a context in which the person of that login acts.
	As(ctx context.Context, login string) (context.Context, error)
	// Units gives the id of each unit that has a code, by code.
	Units(ctx context.Context) (map[string]string, error)
	// ImportUnits takes in a list of units as unit.Service does in two steps; a
	// rejected row is an error.
	ImportUnits(ctx context.Context, name string, file []byte) error
	// EndUnit makes from the first day on which the unit is no more. It does
	// nothing to a unit that has ended.
	EndUnit(ctx context.Context, id string, from calendar.Date, successors []string) error
	// AddPerson invites somebody; Unit and the units of Grants are ids. Key: Login.
	AddPerson(ctx context.Context, p Person) error
	// Link makes a one-time link with which the person chooses a password, as a
	// whole address. It is empty when they have one already.
	Link(ctx context.Context, login string) (address string, err error)
}

// Feed is what lists and logs are handed in through.
type Feed interface {
	// AddSource adds a source in the owner unit. Key: Name and owner.
	AddSource(ctx context.Context, s Source, owner string) (id string, err error)
	// AddList hands in a list of indicators of the topmost unit. Key: Name.
	AddList(ctx context.Context, l List) error
	// Receive hands in one log file.
	Receive(ctx context.Context, source, name string, content []byte) error
	// Received gives the names of the latest files of a source, newest first;
	// 50 are enough.
	Received(ctx context.Context, source string) ([]string, error)
	// Settle waits until all lists and files handed in have been worked through.
	Settle(ctx context.Context) error
}

// Desk is what people do with what was found.
type Desk interface {
	// Findings lists open findings, the oldest first; 200 are enough.
	Findings(ctx context.Context) ([]Finding, error)
	// Acknowledge notes that the actor has taken a finding on.
	Acknowledge(ctx context.Context, finding string) error
	// Incidents gives the titles of all incidents.
	Incidents(ctx context.Context) ([]string, error)
	// OpenIncident opens a case and, unless Severity is empty, decides on it.
	OpenIncident(ctx context.Context, c Case) error
}

// Finding is as much of a finding as the demo looks at.
type Finding struct {
	ID     string
	Client netip.Addr
	Threat string
	New    bool // nobody has acknowledged it
}

// Case is an incident to open, with its severity where it is decided.
type Case struct {
	incident.Seed
	Severity string // id in the code list CL-severity; empty when undecided
	Reason   string // of the severity

	threat string // of the findings it grows from
}
