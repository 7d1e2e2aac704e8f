// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
)

func heads(ctx context.Context, keys ...string) []string {
	out := make([]string, len(keys))
	for n, key := range keys {
		out[n] = i18n.T(ctx, "rule.field."+key)
	}
	return out
}

// start is a day as a cell; no day is an empty one.
func start(d calendar.Date) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return d.Start()
}

func itemSheet(ctx context.Context, name string, all []Line) web.Sheet {
	return web.Sheet{Name: name, Heads: heads(ctx, "pack", "section", "key", "name", "says", "basis", "from", "to", "source", "mark", "note", "overridden"),
		Rows: web.Rows(func(string) ([]Line, string, error) { return all, "", nil }, func(list []Line) ([][]any, error) {
			var out [][]any
			for _, l := range list {
				changed := ""
				if len(l.Overrides) > 0 {
					changed = i18n.T(ctx, "rule.yes")
				}
				out = append(out, []any{l.Pack.ID, i18n.T(ctx, "rule.section."+l.Section), l.ID, named(ctx, l.Label), inOne(ctx, l.Item), l.Basis, start(l.From), start(l.To),
					l.Source.Key, i18n.T(ctx, "rule.mark."+string(l.Source.Mark)), l.Source.Note, changed})
			}
			return out, nil
		})}
}

// exportPack handles GET /rules/packs/{pack}/values.csv and .xlsx.
func (p *Pages) exportPack(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		pack, err := p.svc.Pack(ctx, r.PathValue("pack"))
		if err != nil {
			return err
		}
		all, err := p.svc.Items(ctx, pack.ID, itemFilter(r))
		if err != nil {
			return err
		}
		return web.Export(w, r, format, itemSheet(ctx, "rules-"+pack.ID, all))
	}
}

// exportUnsure handles GET /rules/unsure.csv and .xlsx.
func (p *Pages) exportUnsure(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		all, err := p.svc.Items(r.Context(), "", unsureFilter(r))
		if err != nil {
			return err
		}
		return web.Export(w, r, format, itemSheet(r.Context(), "rules-unsure", all))
	}
}

// exportCompare handles GET /rules/compare.csv and .xlsx.
func (p *Pages) exportCompare(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		v, err := p.compared(ctx, r)
		if err != nil {
			return err
		}
		says := func(i *rulepack.Item) (name, text string) {
			if i == nil {
				return "", ""
			}
			return named(ctx, i.Label), inOne(ctx, *i)
		}
		sh := web.Sheet{Name: "rules-compare", Heads: append(heads(ctx, "section", "key", "difference"), v.before, v.before+" – "+i18n.T(ctx, "rule.field.says"), v.after, v.after+" – "+i18n.T(ctx, "rule.field.says"))}
		sh.Rows = web.Rows(func(string) ([]Difference, string, error) { return v.rows, "", nil }, func(list []Difference) ([][]any, error) {
			var out [][]any
			for _, d := range list {
				beforeName, before := says(d.Before)
				afterName, after := says(d.After)
				out = append(out, []any{i18n.T(ctx, "rule.section."+d.item().Section), d.item().ID, i18n.T(ctx, "rule.diff."+d.Kind()), beforeName, before, afterName, after})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

// exportOverrides handles GET /rules/overrides.csv and .xlsx.
func (p *Pages) exportOverrides(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), overrideFilter(r)
		f.Limit = 500
		sh := web.Sheet{Name: "rule-overrides", Heads: heads(ctx, "pack", "name", "target", "value", "was", "from", "to", "reason", "source", "mark", "note", "by", "entered_at", "state",
			"withdrawn_by", "withdrawn_at", "withdrawn_reason")}
		sh.Rows = web.Rows(func(after string) ([]Override, string, error) {
			f.After = after
			list, _, err := p.svc.List(ctx, f)
			next := ""
			if len(list) == f.Limit {
				next = string(list[len(list)-1].ID)
			}
			return list, next, err
		}, func(list []Override) ([][]any, error) {
			var out [][]any
			for _, o := range list {
				name, _ := p.svc.nameOf(ctx, o.Pack, o.Target)
				out = append(out, []any{o.Pack, name, o.Target, valueIn(ctx, o.Value), valueIn(ctx, o.Was), start(o.From), start(o.To), o.Reason, o.Source.Key,
					i18n.T(ctx, "rule.mark."+string(o.Source.Mark)), o.Source.Note, o.ByName, o.EnteredAt, i18n.T(ctx, "rule.state."+string(o.StateOn(p.svc.today()))),
					o.WithdrawnName, o.WithdrawnAt, o.WithdrawnReason})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}
