// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"slices"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// raisedBy names, for each trigger of the rule packs, the room whose events
// raise it. unraised says which room will, once it stands; until then the term
// is asked for by hand: `vonggac deadline`, or a task.
var (
	raisedBy = map[rulepack.Trigger]string{}
	unraised = map[rulepack.Trigger]string{
		rulepack.DossierReceived:   "system: the room of level dossiers comes with the register of systems",
		rulepack.DossierCompleted:  "system: the room of level dossiers comes with the register of systems",
		rulepack.ApprovalAsked:     "system: the room of level dossiers comes with the register of systems",
		rulepack.SystemCarriedOver: "system: the register of systems knows which were levelled under the former law",
		rulepack.OrderReceived:     "telecom: orders to block and requests for information come with the telecom room",
		rulepack.MonitoringPlanned: "machine: monitoring comes with the agents on machines",
		rulepack.MonitoringBegan:   "machine: monitoring comes with the agents on machines",
	}
)

func init() {
	for _, t := range incident.Triggers() {
		raisedBy[t] = "incident"
	}
}

// Every trigger that a clock of a pack waits for is raised by a room, or stands
// in the list of those that none raises yet, with the reason.
func TestEveryTriggerHasAnOwner(t *testing.T) {
	t.Parallel()
	laws, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	used := map[rulepack.Trigger]bool{}
	for _, p := range laws.Packs() {
		for _, c := range p.AllClocks {
			for _, trigger := range c.Triggers {
				used[trigger] = true
				if raisedBy[trigger] == "" && unraised[trigger] == "" {
					t.Errorf("%s, clock %s: no room raises %s", p.ID, c.ID, trigger)
				}
			}
		}
	}
	for _, trigger := range rulepack.Triggers() {
		switch room, why := raisedBy[trigger], unraised[trigger]; {
		case room == "" && why == "":
			t.Errorf("%s: neither raised nor explained", trigger)
		case room != "" && why != "":
			t.Errorf("%s: the room %s raises it; take it off the list of those that none does", trigger, room)
		case why != "" && slices.Contains([]string{"incident", "breach"}, trigger.Subject()):
			t.Errorf("%s: the incident room stands, so it raises it", trigger)
		case !used[trigger]:
			t.Logf("%s: no clock of a pack waits for it", trigger)
		}
	}
}
