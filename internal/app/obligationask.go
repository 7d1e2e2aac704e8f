// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"strconv"

	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// tellAsked tells whoever may decide that another term is asked for, and whoever
// asked that it was answered.
func (a *App) tellAsked(ctx context.Context, tx *db.Tx, o obligation.Obligation, asked obligation.Term, answered bool) error {
	n := notice.Notice{Kind: "obligation.asked", Unit: o.UnitID, Object: string(o.ID), Href: "/obligations/" + string(o.ID),
		Args: []notice.Arg{{VI: o.Title.VI, EN: o.Title.EN}, notice.Word(o.Subject.Label), {Until: o.DueAt}}}
	if answered {
		if asked.ByID == "" { // the program asked: nobody waits
			return nil
		}
		n.Kind, n.To = "obligation.answered", []string{asked.ByID}
	}
	n.Dedupe = n.Kind + "/" + string(o.ID) + "/" + strconv.FormatInt(asked.Seq, 10)
	return a.Rooms.Notices.Post(ctx, tx, n)
}
