// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"time"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/trail"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/secret"
)

// trail builds the room of the audit trail and begins its background work:
// sealing once a second, a look at the whole chain once a day.
func (a *App) trail() (*trail.Service, error) {
	sealer, err := newSealer(a.Records, a.Secrets, a.opt.Now, a.opt.Config.Data)
	if err != nil {
		return nil, err
	}
	s := trail.New(trail.Deps{Records: a.Records, Queue: a.Queue, Sealer: sealer, Now: a.opt.Now, Root: a.root, Broken: a.tellBroken})
	a.behind.every(time.Second, "seal the audit trail", sealer.Seal)
	a.behind.every(time.Hour, "check the audit trail", s.Daily)
	return s, nil
}

func newSealer(records *db.DB, box *secret.Box, now func() time.Time, folder string) (*audit.Sealer, error) {
	if box == nil { // the doctor looks at a folder without its key
		return nil, errors.New("the audit trail needs " + secret.FileName)
	}
	seed, err := box.Derive("audit")
	if err != nil {
		return nil, err
	}
	return audit.NewSealer(records, now, seed, folder)
}

// recordPaths are the paths in front of a record's id, by the kind an audit
// entry names.
var recordPaths = map[string]string{"account": "/accounts/", "measure": "/measures/", "file": "/files/", "finding": "/findings/", "incident": "/incidents/",
	"indicator": "/indicators/", "infection": "/infections/", "obligation": "/obligations/", "paper": "/papers/", "document": "/documents/", "source": "/sources/",
	"unit": "/units/", "elevation": "/break-glass/", "key": "/keys/", "job": "/tasks/", "unit_group": "/groups/", "unit_reform": "/reforms/",
	"webhook": "/settings/webhooks/", "feed": "/feeds/", "hunt_record": "/threat-hunts/", "collector": "/collectors/",
	"calendar_decision": "/calendar/decisions/", "rule_override": "/rules/overrides/", "paper_template": "/settings/templates/", "binding_choice": "/bindings/choices/", "directive": "/directives/", "directive_name": directive.NamesPath + "/", "series": "/periodic-reports/"}
