// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ui

import "github.com/a-h/templ"

// RecordHeadProps is the same head on every record page.
type RecordHeadProps struct {
	Crumbs  []Link
	Code    string   // "SC-2026-0142"
	Marks   []string // beside the code: "TLP:AMBER", the phase
	Title   string
	State   BadgeProps
	Badges  []BadgeProps    // further states, such as the severity
	Owner   templ.Component // Unit, usually
	Lead    string          // one line under the title: who decided what, when, why
	Clocks  []ClockProps
	Step    *Action  // the next lawful step: the one big button
	Actions []Action // everything else
}

// Tab is one part of a record, each with its own address.
type Tab struct {
	Label string
	Href  string
	Count int64 // shown when positive
	Here  bool
}

// ProblemProps is what an error page says.
type ProblemProps struct {
	Status    int    // HTTP status
	What      string // what happened, one sentence; empty takes the sentence of the status
	Next      string // what to do next; empty takes the advice of the status
	RequestID string // to quote when asking for help; may be empty
	Back      Link   // a place to go; empty offers the start page
	// Typed is what the person had typed and nothing kept, to be copied.
	Typed []string
}

// statusKey is the catalogue key of the status's sentences: known statuses
// have their own, others share one for the client's and one for our side.
func (p ProblemProps) statusKey() string {
	switch p.Status {
	case 400, 401, 403, 404, 405, 409, 413, 422, 429, 503:
		return "ui.problem." + itoa(p.Status)
	}
	if p.Status >= 400 && p.Status < 500 {
		return "ui.problem.400"
	}
	return "ui.problem.500"
}

func stepButton(a Action) string {
	if a.Danger {
		return "btn btn-danger vg-nextstep"
	}
	return "btn btn-primary vg-nextstep"
}
