// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package setup takes a new centre through its first hour and holds the
// settings that belong to no other room: the body's own name and head of
// papers, the bodies that hold the roles of the rule pack, the pack in force.
// A step of the first hour is done when the records say so (units are there,
// a file was read), never because somebody pressed a button. It imports no
// other room; app answers through Deps. Start at Step and Service.
package setup

import "time"

// Step is one step of the first hour.
type Step string

// The steps, in their order.
const (
	StepBody   Step = "body"   // the body's name and the head of its papers
	StepPack   Step = "pack"   // the rule pack in force
	StepUnits  Step = "units"  // the units watched over
	StepPeople Step = "people" // those who sign in
	StepLog    Step = "log"    // indicators, a log, the first infection
	StepBackup Step = "backup" // a folder of backups, and a restore that was tried
)

// Facts are what the records of other rooms say of the first hour.
type Facts struct {
	Units     int64 // that exist today, besides the centre's own body
	Addressed int64 // of these, with addresses of their machines

	People  int64 // with a password, besides the one who founded the centre
	Invited int64 // without one yet

	Indicators int64 // logs are compared with
	Files      int64 // of logs, ever received
	Read       int64 // of these, read to their end with a line or more
	File       *File // the latest; nil before the first
	Infection  *Infection
	Infected   int64 // infections seen on machines, in all

	Sample Sample
}

// File is one log file.
type File struct {
	Name, Href string
	Lines      int64
	Hits       int64
	Done       bool   // read to its end
	Problem    string // why it was not, in the reader's language
}

// Infection is one that is attributed to a unit.
type Infection struct {
	Title, Href string
	Unit        string
}

// Sample says which parts of the sample are in use.
type Sample struct{ Units, People, List, Log bool }

// Any reports whether anything of the sample is in use.
func (s Sample) Any() bool { return s.Units || s.People || s.List || s.Log }

// Backup is how safe the records are, as the backup room tells it.
type Backup struct {
	Folder   string    // "" before one is chosen
	Newest   time.Time // of the newest good backup; zero before the first
	Red      bool      // older than it may be
	SameDisk bool      // the folder lies on the disk of the data
	DrillAt  time.Time // when a restore was tried last; zero before the first
	DrillOK  bool
	Busy     bool // a backup or a drill runs now
}

// Skip is why a step was left for later.
type Skip struct {
	Note string    `json:"note"`
	By   string    `json:"by"` // name
	At   time.Time `json:"at"`
}

// Confirmed is the rule pack somebody looked at and took.
type Confirmed struct {
	ID      string    `json:"id"`
	Version string    `json:"version"` // rulepack.Pack.Version
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

// record is what the room keeps of the first hour besides the facts: setting
// "first_hour".
type record struct {
	Skipped map[Step]Skip `json:"skipped"`
	Pack    Confirmed     `json:"pack"`
}

// State is where one step stands.
type State struct {
	Step    Step
	Done    bool
	Skipped *Skip // nil unless it was left for later and is not done
}

// Progress is the first hour as a whole.
type Progress struct {
	Steps  []State
	Facts  Facts
	Body   Body
	Pack   Confirmed
	Backup *Backup // nil where the program keeps no backups
	packOK bool
}

// Done is how many steps are done.
func (p Progress) Done() int {
	n := 0
	for _, s := range p.Steps {
		if s.Done {
			n++
		}
	}
	return n
}

// Green reports whether the first hour is over.
func (p Progress) Green() bool { return p.Done() == len(p.Steps) }

// Next is the first step that is neither done nor left for later, else the
// first that is not done; "" when all are.
func (p Progress) Next() Step {
	for _, s := range p.Steps {
		if !s.Done && s.Skipped == nil {
			return s.Step
		}
	}
	for _, s := range p.Steps {
		if !s.Done {
			return s.Step
		}
	}
	return ""
}

// Of is where one step stands; ok is false for a step this centre has not.
func (p Progress) Of(step Step) (s State, ok bool) {
	for _, s := range p.Steps {
		if s.Step == step {
			return s, true
		}
	}
	return State{}, false
}

// progress works out every step from what is known.
func progress(body Body, rec record, packOK bool, f Facts, b *Backup) Progress {
	p := Progress{Facts: f, Body: body, Pack: rec.Pack, Backup: b, packOK: packOK}
	add := func(step Step, done bool) {
		s := State{Step: step, Done: done}
		if skip, ok := rec.Skipped[step]; ok && !done {
			s.Skipped = &skip
		}
		p.Steps = append(p.Steps, s)
	}
	add(StepBody, body.complete())
	add(StepPack, packOK)
	add(StepUnits, f.Units > 0 && f.Addressed > 0)
	add(StepPeople, f.People > 0)
	add(StepLog, f.Indicators > 0 && f.Read > 0 && f.Infection != nil)
	if b != nil {
		add(StepBackup, b.Folder != "" && !b.Newest.IsZero() && !b.Red && b.DrillOK)
	}
	return p
}
