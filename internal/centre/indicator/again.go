// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"net/http"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// LoadAgain asks anew for the loading of the latest file of a list that the
// actor manages, which was cancelled or given up. Errors: fault.NotFound,
// fault.Forbidden, fault.Conflict when nothing was stopped.
func (s *Service) LoadAgain(ctx context.Context, id ID) (Version, error) {
	const op = "indicator.LoadAgain"
	_, scope, err := needManage(ctx, op)
	if err != nil {
		return Version{}, err
	}
	all, err := s.Versions(ctx, id)
	if err != nil {
		return Version{}, err
	}
	if len(all) == 0 || all[0].State != Waiting {
		return Version{}, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "indicator.err.loading"}
	}
	_, err = s.deps.Queue.Retry(ctx, scope, all[0].Job)
	switch {
	case fault.Is(err, fault.NotFound): // the list is seen, its owner's work is not theirs
		err = &fault.Error{Kind: fault.Forbidden, Op: op, Err: err}
	case fault.Is(err, fault.Conflict):
		err = &fault.Error{Kind: fault.Conflict, Op: op, Msg: "indicator.err.loading", Err: err}
	}
	return all[0], err
}

// loadAgain handles POST /indicators/{id}/load.
func (p *Pages) loadAgain(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	v, err := p.svc.LoadAgain(ctx, id)
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "indicator.load.again.done", v.File))
	return web.Redirect(w, r, href(id))
}
