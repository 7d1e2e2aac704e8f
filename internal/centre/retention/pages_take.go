// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package retention

import (
	"context"
	"mime"
	"net/http"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// takePage asks why files of a hold are taken out.
type takePage struct {
	holdPage
	file, reason string
	errs         map[string]string
}

// askTake handles GET /settings/retention/holds/{hold}/take. Query: file; absent
// means all.
func (p *Pages) askTake(w http.ResponseWriter, r *http.Request) error {
	return p.renderTake(w, r, http.StatusOK, takePage{file: r.URL.Query().Get("file")})
}

func (p *Pages) renderTake(w http.ResponseWriter, r *http.Request, status int, v takePage) (err error) {
	ctx := r.Context()
	if v.holdPage, err = p.one(ctx, r); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "retention.take"), Body: takeView(v)})
}

// take handles POST /settings/retention/holds/{hold}/take: the package. Form:
// file ("" is all), reason.
func (p *Pages) take(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := takePage{file: r.PostFormValue("file"), reason: r.PostFormValue("reason")}
	t, err := p.svc.Take(ctx, ID(r.PathValue("hold")), v.file, v.reason)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderTake(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	name := "giu-" + t.At.In(i18n.Hanoi).Format("20060102-150405")
	if v.file != "" {
		name += "-" + strings.TrimSuffix(v.file, ".parquet")
	}
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name + ".zip"}))
	return p.svc.Pack(ctx, w, t)
}

// effect names what is given out.
func (v takePage) effect(ctx context.Context) string {
	if v.file != "" {
		return i18n.T(ctx, "retention.take.one", v.file)
	}
	return i18n.T(ctx, "retention.take.all", i18n.Number(ctx, int64(len(v.files))), i18n.Bytes(ctx, sizeOf(v.files)))
}

// takeActs offers what a hold keeps to whoever may have it.
func (v holdPage) takeActs(ctx context.Context) []ui.Action {
	if !v.takes || len(v.files) == 0 {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "retention.take"), Href: holdsPath + "/" + string(v.ID) + "/take", Icon: ui.IconDownload}}
}
