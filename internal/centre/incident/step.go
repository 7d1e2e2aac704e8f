// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// nextStep is the next lawful step of a case at now, as the one big button: what
// must be sent at once, else the decision on severity, else the report due
// first, else closing; of a closed case the report still owed. It is nil when
// nothing is left or the step is not the reader's.
func nextStep(ctx context.Context, f File, p *rulepack.Pack, now time.Time) *ui.Action {
	owed := owedFirst(f.Obligations)
	switch {
	case f.State == Closed && len(owed) == 0:
		return nil
	case f.State == Closed:
		return dutyStep(ctx, f, p, owed[0], now)
	case len(owed) > 0 && owed[0].Amount.Unit == calendar.Immediate:
		return dutyStep(ctx, f, p, owed[0], now)
	case !f.Severity.Decided() && auth.May(ctx, mayDecide):
		return &ui.Action{Label: severityStep(ctx, p), Href: href(f.ID) + "/severity", Primary: true}
	case len(owed) > 0:
		return dutyStep(ctx, f, p, owed[0], now)
	case f.Severity.Decided() && auth.May(ctx, mayDecide):
		return &ui.Action{Label: i18n.T(ctx, "incident.step.close"), Href: href(f.ID) + "/close", Primary: true}
	}
	return nil
}

// owedFirst lists the open obligations, what is owed at once first, then by
// due time.
func owedFirst(list []obligation.Obligation) []obligation.Obligation {
	var owed []obligation.Obligation
	for _, o := range list {
		if o.State == obligation.Open {
			owed = append(owed, o)
		}
	}
	slices.SortStableFunc(owed, func(a, b obligation.Obligation) int {
		if x, y := a.Amount.Unit == calendar.Immediate, b.Amount.Unit == calendar.Immediate; x != y {
			if x {
				return -1
			}
			return 1
		}
		return a.DueAt.Compare(b.DueAt)
	})
	return owed
}

// dutyStep leads to the form that meets o, or to o itself where the pack names
// no form.
func dutyStep(ctx context.Context, f File, p *rulepack.Pack, o obligation.Obligation, now time.Time) *ui.Action {
	what, at := o.Title.In(i18n.Lang(ctx)), "/obligations/"+string(o.ID)
	may := auth.May(ctx, auth.Permission{Area: auth.Obligations, Act: auth.Write})
	if o.FormID != "" {
		what, at = formStep(ctx, p, o.FormID), href(f.ID)+"/notices/new?form="+o.FormID+"&obligation="+string(o.ID)
		may = auth.May(ctx, mayWrite)
	}
	if !may {
		return nil
	}
	a := &ui.Action{Href: at, Primary: true}
	switch {
	case o.Amount.Unit == calendar.Immediate:
		a.Label, a.Danger = i18n.T(ctx, "incident.step.now", what, i18n.Duration(ctx, now.Sub(o.DueAt))), true
	case now.After(o.DueAt):
		a.Label, a.Danger = i18n.T(ctx, "incident.step.late", what, i18n.Duration(ctx, now.Sub(o.DueAt))), true
	default:
		a.Label = i18n.T(ctx, "incident.step.left", what, i18n.Duration(ctx, o.DueAt.Sub(now)))
	}
	return a
}

func formStep(ctx context.Context, p *rulepack.Pack, form string) string {
	switch form {
	case "F1a":
		return i18n.T(ctx, "incident.step.F1a")
	case "F1b":
		return i18n.T(ctx, "incident.step.F1b")
	case "F2b":
		return i18n.T(ctx, "incident.step.F2b")
	}
	if f, ok := p.Form(form); ok {
		form = f.Title.In(i18n.Lang(ctx))
	}
	return i18n.T(ctx, "incident.step.form", form)
}

// severityStep names the hours that a serious severity would leave, when the
// pack has such a clock.
func severityStep(ctx context.Context, p *rulepack.Pack) string {
	hours := 0
	for _, c := range p.AllClocks {
		if slices.Contains(c.Triggers, rulepack.SeverityDecided) && c.Amount.Unit == calendar.Hour && (hours == 0 || c.Amount.N < hours) {
			hours = c.Amount.N
		}
	}
	if hours == 0 {
		return i18n.T(ctx, "incident.step.severity")
	}
	return i18n.T(ctx, "incident.step.severity_hours", hours)
}
