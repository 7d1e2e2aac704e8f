// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"net/url"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// paperDuties are the obligations in the reader's scope that rest on a paper of
// the register or that it proves; none for who may not read obligations.
func (a *App) paperDuties(ctx context.Context, paper string) (document.Duties, error) {
	if !auth.May(ctx, auth.Permission{Area: auth.Obligations, Act: auth.Read}) {
		return document.Duties{}, nil
	}
	on, err := a.Rooms.Obligations.ByPaper(ctx, paper)
	if err != nil {
		return document.Duties{}, err
	}
	lang, now := i18n.Lang(ctx), a.opt.Now()
	list := func(all []obligation.Obligation) (out []document.Duty) {
		for _, o := range all {
			out = append(out, document.Duty{Title: o.Title.In(lang), Href: "/obligations/" + string(o.ID), Unit: o.UnitID, Due: o.DueAt, State: obligation.StateBadge(ctx, o, now)})
		}
		return out
	}
	return document.Duties{Resting: list(on.Resting), Total: on.Total, AllAt: "/obligations?status=all&document=" + url.QueryEscape(paper), Proved: list(on.Proved)}, nil
}
