// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// LinksIn lists what a case grew from, inside the caller's transaction, which
// has asked for its own permission: hooks use it.
func (s *Service) LinksIn(ctx context.Context, tx *db.Tx, id ID) ([]Link, error) {
	out, err := links(ctx, tx, id)
	return out, db.Error("incident.links", err)
}

// TellIn writes on the timeline of a case what befell one of its papers, inside
// the caller's transaction: event is print, send, late or withdraw, at when it
// happened, paper how it is called.
func (s *Service) TellIn(ctx context.Context, tx *db.Tx, id ID, event string, at time.Time, paper string) error {
	actor, _ := auth.From(ctx)
	return db.Error("incident.tell", addEntry(ctx, tx, Entry{Incident: id, At: cut(at), RecordedAt: cut(s.now()), Kind: Auto,
		Key: "incident.log.paper_" + event, Args: []Arg{{Value: paper}}, ByID: actor.ID, By: actor.Name}))
}
