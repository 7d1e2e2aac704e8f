// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package trail

import (
	"context"
	"encoding/base64"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type checkPage struct {
	head    audit.Head
	waiting int
	public  string
	last    Check
	done    bool
}

// showCheck handles GET /audit/check.
func (p *Pages) showCheck(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := checkPage{public: base64.StdEncoding.EncodeToString(p.svc.Sealer.Public())}
	var err error
	if v.head, v.waiting, err = p.svc.Standing(ctx); err != nil {
		return err
	}
	if v.last, v.done, err = p.svc.Last(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "trail.check"), Body: checkView(v)})
}

// ask handles POST /audit/check.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if _, err := p.svc.Ask(ctx); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "trail.check.asked"))
	return web.Redirect(w, r, "/audit/check")
}

func (v checkPage) standing(ctx context.Context) []ui.Fact {
	return []ui.Fact{
		{Label: i18n.T(ctx, "trail.check.sealed"), Value: ui.Number(v.head.Seq)},
		{Label: i18n.T(ctx, "trail.check.waiting"), Value: ui.Number(int64(v.waiting))},
		{Label: i18n.T(ctx, "trail.check.head"), Value: ui.Code(v.head.Hash)},
		{Label: i18n.T(ctx, "trail.check.signature"), Value: ui.Code(v.head.Signature)},
		{Label: i18n.T(ctx, "trail.check.key"), Value: ui.Code(v.public)},
	}
}

// Verdict is c in a word, an icon and a tone.
func Verdict(ctx context.Context, c Check) ui.BadgeProps {
	if c.Report.OK() {
		return ui.BadgeProps{Text: i18n.T(ctx, "trail.check.ok"), Tone: ui.OK}
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "trail.check.bad", i18n.Number(ctx, c.Report.Count)), Tone: ui.Bad}
}

func by(ctx context.Context, c Check) string {
	if c.By == "system" {
		return i18n.T(ctx, "trail.system")
	}
	return c.By
}

func (v checkPage) facts(ctx context.Context) []ui.Fact {
	return []ui.Fact{
		{Label: i18n.T(ctx, "trail.check.verdict"), Value: ui.Badge(Verdict(ctx, v.last))},
		{Label: i18n.T(ctx, "trail.at"), Value: ui.Time(v.last.At)},
		{Label: i18n.T(ctx, "trail.check.by"), Value: ui.Text(by(ctx, v.last))},
		{Label: i18n.T(ctx, "trail.check.read"), Value: ui.Number(v.last.Report.Sealed)},
		{Label: i18n.T(ctx, "trail.check.took"), Value: ui.Text(i18n.T(ctx, "trail.check.ms", i18n.Number(ctx, v.last.Took)))},
	}
}

func (v checkPage) troubles(ctx context.Context) []ui.Row {
	var rows []ui.Row
	for i, t := range v.last.Report.Troubles {
		seq := ui.None()
		if t.Seq > 0 {
			seq = ui.Number(t.Seq)
		}
		rows = append(rows, ui.Row{ID: strconv.Itoa(i), Tone: ui.Bad, Name: i18n.T(ctx, "trail.flaw."+string(t.Flaw)),
			Cells: []templ.Component{seq, ui.Text(i18n.T(ctx, "trail.flaw."+string(t.Flaw))), ui.Code(t.Entry)}})
	}
	return rows
}
