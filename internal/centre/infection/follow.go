// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection

import (
	"context"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// The two rooms say the same of one thing: what a person decides on an
// infection decides on its findings, and the other way round. Each time the
// first writes its own row before it tells the second, so that the second finds
// nothing left to tell back.

// follow does to the findings what a person's act on the infection means.
func (s *Service) follow(ctx context.Context, tx *db.Tx, was State, i Infection) error {
	switch {
	case i.State == Cleaned:
		return s.Findings.SettleIn(ctx, tx, i.Key(), i.CleanedHow)
	case i.State == FalsePositive:
		return s.Findings.DismissIn(ctx, tx, i.Key(), i.Note)
	case was == FalsePositive:
		return s.Findings.ReopenIn(ctx, tx, i.Key())
	}
	return nil
}

// FindingMoved is for finding.Deps.Moved: it does to the infection what a
// person's act on a finding means. When every finding of the machine and threat
// is a false positive, so is an infection that nobody has confirmed; when one is
// taken back, the infection is suspected again.
func (s *Service) FindingMoved(ctx context.Context, tx *db.Tx, f finding.Finding) error {
	i, ok, err := byKey(ctx, tx, f.Key())
	if err != nil || !ok {
		return err
	}
	switch {
	case f.State.Open() && i.State == FalsePositive:
		if err := i.reopen(); err != nil {
			return err
		}
	case f.Closed.Muted && i.State == Suspected:
		all, err := s.Findings.JudgedIn(ctx, tx, f.Key())
		if err != nil || all.Open+all.Other > 0 {
			return err
		}
		if err := i.markFalse(f.Closed.Reason, i.Names); err != nil {
			return err
		}
	default:
		return nil
	}
	return s.put(ctx, tx, "infection.follow", &i, map[string]any{"finding": f.ID, "reason": f.Closed.Reason, "state": i.State})
}

// LinkIncident notes the incident on the infections of keys, inside the
// caller's transaction, which has asked for its own permission. An empty
// incident takes the note away. Keys without infection are passed over.
func (s *Service) LinkIncident(ctx context.Context, tx *db.Tx, incident string, keys ...finding.Key) error {
	for _, k := range keys {
		i, ok, err := byKey(ctx, tx, k)
		if err != nil {
			return err
		}
		if !ok || i.Incident == incident {
			continue
		}
		was := i.Incident
		i.Incident = incident
		if err := s.put(ctx, tx, "infection.incident", &i, map[string]any{"incident": incident, "was": was}); err != nil {
			return err
		}
	}
	return nil
}

// Of lists the infections of keys that lie in the actor's scope: those that the
// findings of a case belong to.
func (s *Service) Of(ctx context.Context, keys ...finding.Key) ([]Seen, error) {
	const op = "infection.Of"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	var tuples [][]string
	for _, k := range keys {
		tuples = append(tuples, []string{k.Owner, k.AddrKey, k.Threat})
	}
	var rows []row
	err = columns(visible(s.Records.Read(), &rows, scope)).
		Where("(i.owner_unit, i.addr_key, i.threat) IN (?)", db.Tuples(tuples)).OrderExpr("i.id").Scan(ctx)
	if err != nil {
		return nil, db.Error(op, err)
	}
	return allSeen(rows)
}
