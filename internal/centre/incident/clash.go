// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"net/http"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// clash shows the form of an edit again with both texts: v is what was typed,
// was the case as it stands.
func (p *Pages) clash(w http.ResponseWriter, r *http.Request, v formPage, was Incident) error {
	ctx := r.Context()
	now := typed(was.Details)
	now.pack = p.svc.Pack(was)
	var err error
	if now.units, err = p.units.Options(ctx); err != nil {
		return err
	}
	if v.clash, err = p.site.Conflict(ctx, r, "incident", string(was.ID), now.asNow(ctx)); err != nil {
		return err
	}
	v.version = was.Version
	return p.renderForm(w, r, http.StatusConflict, v)
}

// asNow are the fields of the form, in its order, as the case has them.
func (v formPage) asNow(ctx context.Context) []web.Now {
	line := func(name, value string) ui.FieldProps { return v.field(ctx, ui.KindText, name, value) }
	group := map[string]string{}
	var fields []ui.FieldProps
	add := func(f ...ui.FieldProps) { fields = append(fields, f...) }
	ticks := func(name, list string, c Choice) {
		if boxes := v.ticks(ctx, name, list, c); len(boxes) > 0 {
			group[name] = i18n.T(ctx, "incident."+name)
			add(append(boxes, line(name+"_text", c.Text))...)
		}
	}
	d, s := v.d, v.d.System
	add(line("title", d.Title), v.pick(ctx, "unit", d.UnitID, v.units, ""), line("detected_at", v.detected), line("occurred_at", v.occurred))
	ticks("types", "CL-incident-type", d.Types)
	ticks("detection", "CL-detection", d.Detection)
	add(line("description", d.Description), v.pick(ctx, "phase", string(d.Phase), phaseOptions(ctx), ""), line("tlp", d.TLP),
		v.answer(ctx, "harm_security", d.HarmSecurity.Answer), line("harm_security_text", d.HarmSecurity.Text),
		v.answer(ctx, "serious_interruption", d.SeriousInterruption.Answer), line("serious_interruption_text", d.SeriousInterruption.Text),
		v.answer(ctx, "personal_data", d.PersonalData), line("data_subjects", v.subjects))
	group["signs"] = i18n.T(ctx, "incident.signs")
	add(v.signs(ctx)...)
	add(line("measures", d.MeasuresTaken), line("support", d.SupportAsked))
	ticks("notified", "CL-notified", d.Notified)
	add(v.check(ctx, "confidential", d.Confidential), line("system_name", s.Name),
		v.pick(ctx, "system_level", s.Level, codeOptions(ctx, v.pack, "CL-level"), ""), line("system_approval", s.Approval),
		line("system_owner", s.Owner), line("system_operator", s.Operator), line("system_os", s.OS), line("system_os_version", s.OSVersion))
	ticks("services", "CL-service", s.Services)
	ticks("protection", "CL-measure", s.Protection)
	add(line("domains", strings.Join(s.Domains, "\n")), line("system_purpose", s.Purpose), line("security_service", s.SecurityService),
		line("network_service", s.NetworkService))
	return web.FromFields(ctx, group, fields...)
}

// folded is the card of a part of the form that can wait: closed for a new case
// unless something in it is wrong, open where there is a case to edit.
func (v formPage) folded(ctx context.Context, part string) ui.CardProps {
	c := ui.CardProps{Title: i18n.T(ctx, "incident.form."+part), Fold: true, Open: v.id != "" || len(v.errs) > 0}
	if !c.Open {
		c.Note = i18n.T(ctx, "incident.form.later")
	}
	return c
}
