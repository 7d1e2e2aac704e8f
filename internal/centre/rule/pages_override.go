// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"context"
	"net/http"
	"strconv"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// formPage is the form by which a value is put in place. Fields are as typed.
type formPage struct {
	valuePage
	n, unit, word, vi, en, date, level string
	from, to                           string
	source, mark, note, reason         string
	errs                               map[string]string
}

// ask handles GET …/override: the form, filled with what stands there. Query:
// level, of a period.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	one, err := p.one(ctx, r)
	if err != nil {
		return err
	}
	v := formPage{valuePage: one, mark: string(rulepack.Verified), from: p.svc.today().String(), level: r.URL.Query().Get("level")}
	if p.svc.today().Compare(v.Pack.From) < 0 || !v.Pack.To.IsZero() && p.svc.today().Compare(v.Pack.To) > 0 {
		v.from = v.Pack.From.String()
	}
	was := v.Value
	if v.Kind == rulepack.SpanValue {
		if v.level == "" {
			v.level = "3"
		}
		was = standing(v.Item, v.Key()+"/"+v.level)
	}
	v.n, v.unit, v.word, v.vi, v.en = strconv.Itoa(was.N), was.Unit, was.Word, was.VI, was.EN
	if was.N == 0 {
		v.n = ""
	}
	if !was.Date.IsZero() {
		v.date = was.Date.String()
	}
	return p.renderForm(w, r, http.StatusOK, v)
}

func (p *Pages) renderForm(w http.ResponseWriter, r *http.Request, status int, v formPage) error {
	ctx := r.Context()
	return p.site.Render(w, r, status, web.View{Title: v.title(ctx), Body: formView(v)})
}

// put handles POST …/override. Form: n, unit, word, vi, en, date, level, by the
// kind of the value; from, to, source, mark, note, reason.
func (p *Pages) put(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	one, err := p.one(ctx, r)
	if err != nil {
		return err
	}
	v := formPage{valuePage: one}
	for name, into := range map[string]*string{"n": &v.n, "unit": &v.unit, "word": &v.word, "vi": &v.vi, "en": &v.en, "date": &v.date, "level": &v.level,
		"from": &v.from, "to": &v.to, "source": &v.source, "mark": &v.mark, "note": &v.note, "reason": &v.reason} {
		*into = r.PostFormValue(name)
	}
	d, errs := v.draft(ctx)
	var o Override
	if len(errs) == 0 {
		o, err = p.svc.Put(ctx, d)
		errs = v.fields(web.Errors(ctx, err))
	}
	if len(errs) > 0 {
		v.errs = errs
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "rule.put.done"))
	return web.Redirect(w, r, overridesPath+"/"+string(o.ID))
}

// draft reads what was typed; what no field can hold is refused here, the rest
// by the rules.
func (v formPage) draft(ctx context.Context) (Draft, map[string]string) {
	errs := map[string]string{}
	day := func(field, text string, needed bool) calendar.Date {
		if text == "" && !needed {
			return calendar.Date{}
		}
		d, err := calendar.ParseDate(text)
		if err != nil {
			errs[field] = i18n.T(ctx, "rule.bad.day")
		}
		return d
	}
	d := Draft{Pack: v.Pack.ID, Target: v.Key(), Reason: v.reason, Source: rulepack.Source{Key: v.source, Mark: rulepack.Mark(v.mark), Note: v.note},
		From: day("from", v.from, true), To: day("to", v.to, false)}
	count := func() int {
		n, err := strconv.Atoi(v.n)
		if err != nil {
			errs["n"] = i18n.T(ctx, "rule.bad.value")
		}
		return n
	}
	switch v.Kind {
	case rulepack.AmountValue:
		if d.Value.Unit = v.unit; v.unit != string(calendar.Immediate) {
			d.Value.N = count()
		}
	case rulepack.NumberValue:
		d.Value.N, d.Value.Unit = count(), v.Unit
	case rulepack.SpanValue:
		d.Target += "/" + v.level
		if d.Value.Word = v.word; v.word == "" {
			d.Value.N, d.Value.Unit = count(), v.unit
		}
	case rulepack.TextValue:
		d.Value.VI, d.Value.EN = v.vi, v.en
	case rulepack.StatusValue:
		d.Value.Word = v.word
	case rulepack.DateValue:
		d.Value.Date = day("date", v.date, true)
	}
	return d, errs
}

// fields names the faults of a value by the field of its kind.
func (v formPage) fields(errs map[string]string) map[string]string {
	name := map[rulepack.ValueKind]string{rulepack.TextValue: "vi", rulepack.StatusValue: "word", rulepack.DateValue: "date", rulepack.SourceValue: "source"}[v.Kind]
	if name == "" {
		name = "n"
	}
	rename := map[string]string{"value": name}
	if v.Kind == rulepack.SpanValue {
		rename["target"] = "level"
	}
	out := map[string]string{}
	for field, text := range errs {
		if to, ok := rename[field]; ok {
			field = to
		}
		out[field] = text
	}
	return out
}

type overridesPage struct {
	r     *http.Request
	rows  []Override
	total int64
	f     Filter
	next  string
	svc   *Service
	packs []*rulepack.Pack
}

func overrideFilter(r *http.Request) Filter {
	q := r.URL.Query()
	return Filter{Search: q.Get("q"), Pack: q.Get("pack"), State: State(q.Get("state")), After: q.Get("after"), Limit: onPage + 1}
}

// overrides handles GET /rules/overrides. Query: q, pack, state, after.
func (p *Pages) overrides(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := overridesPage{r: r, f: overrideFilter(r), svc: p.svc, packs: p.svc.Laws.Packs()}
	var err error
	if v.rows, v.total, err = p.svc.List(ctx, v.f); err != nil {
		return err
	}
	if len(v.rows) > onPage {
		v.rows = v.rows[:onPage]
		v.next = web.With(r, "after", string(v.rows[onPage-1].ID))
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "rule.overrides"), Body: overridesView(v)})
}

type overridePage struct {
	Override
	state State
	name  string
	href  string // of the value
	unfit error
	may   bool
}

func (p *Pages) oneOverride(ctx context.Context, r *http.Request) (v overridePage, err error) {
	if v.Override, err = p.svc.Get(ctx, ID(r.PathValue("override"))); err != nil {
		return v, err
	}
	v.state, v.unfit, v.may = v.StateOn(p.svc.today()), p.svc.Unfit(v.ID), p.svc.MayOverride(ctx)
	v.name, v.href = p.svc.nameOf(ctx, v.Pack, v.Target)
	return v, nil
}

// nameOf is what a target is called and where its page is; the target itself
// and "" when the pack has it no longer.
func (s *Service) nameOf(ctx context.Context, pack, target string) (name, href string) {
	if p, ok := s.Laws.Get(pack); ok {
		for _, i := range p.Items() {
			if level, of := levelOf(i, target); of {
				if level != "" {
					return i18n.T(ctx, "rule.of_level", named(ctx, i.Label), level), valueAt(pack, i)
				}
				return named(ctx, i.Label), valueAt(pack, i)
			}
		}
	}
	return target, ""
}

// levelOf reports whether target is of i, and of which level of a period.
func levelOf(i rulepack.Item, target string) (level string, of bool) {
	if i.Kind != rulepack.SpanValue {
		return "", target == i.Key()
	}
	if len(target) == len(i.Key())+2 && target[:len(i.Key())+1] == i.Key()+"/" {
		return target[len(target)-1:], true
	}
	return "", false
}

// override handles GET /rules/overrides/{override}.
func (p *Pages) override(w http.ResponseWriter, r *http.Request) error {
	v, err := p.oneOverride(r.Context(), r)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: v.name, Body: overrideView(v)})
}

// askWithdraw handles GET /rules/overrides/{override}/withdraw.
func (p *Pages) askWithdraw(w http.ResponseWriter, r *http.Request) error {
	v, err := p.oneOverride(r.Context(), r)
	if err != nil {
		return err
	}
	if v.state == Withdrawn {
		return v.Override.withdraw("rule.askWithdraw", "", "", "-", p.svc.Now()) // says that it is withdrawn already
	}
	c := v.confirm(r.Context(), "")
	return p.site.Render(w, r, http.StatusOK, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

// withdraw handles POST /rules/overrides/{override}/withdraw. Form: version,
// reason.
func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	version, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		version = -1 // no record has it: a conflict
	}
	o, err := p.svc.Withdraw(ctx, ID(r.PathValue("override")), version, r.PostFormValue("reason"))
	if errs := web.Errors(ctx, err); errs != nil {
		v, err := p.oneOverride(ctx, r)
		if err != nil {
			return err
		}
		c := v.confirm(ctx, r.PostFormValue("reason"))
		for i := range c.Fields {
			c.Fields[i].Error = errs[c.Fields[i].Name]
		}
		c.Errors = web.FieldErrors(errs)
		return p.site.Render(w, r, http.StatusUnprocessableEntity, web.View{Title: c.Title, Body: ui.Confirm(c)})
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "rule.withdraw.done"))
	return web.Redirect(w, r, overridesPath+"/"+string(o.ID))
}
