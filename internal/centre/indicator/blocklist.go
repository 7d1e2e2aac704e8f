// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"cmp"
	"context"
	"mime"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/engine/intel/exchange"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rest"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// endings are those of blocklist files.
var endings = map[Layout]string{Plain: "txt", Hosts: "hosts", RPZ: "zone", Unbound: "conf", Dnsmasq: "conf", Dataset: "lst", STIX: "json", CSV: "csv"}

func order(r *http.Request) Order {
	q := r.URL.Query()
	return Order{Format: Layout(cmp.Or(q.Get("format"), string(Plain))), Max: TLP(cmp.Or(q.Get("tlp"), string(Green))), List: ID(q.Get("list")), Set: q.Get("set")}
}

type exportPage struct {
	in    Order
	lists []ui.Option
	sum   *Account // nil before the first question
	errs  map[string]string
}

// askExport handles GET /indicators/export. Query: format, tlp, list, set; with
// format it counts what the file would hold.
func (p *Pages) askExport(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, status := exportPage{in: order(r)}, http.StatusOK
	page, err := p.svc.List(ctx, Filter{Kind: Block, Limit: 1000})
	if err != nil {
		return err
	}
	for _, l := range page.Rows {
		v.lists = append(v.lists, ui.Option{Value: string(l.ID), Label: title(ctx, l.List)})
	}
	if r.URL.Query().Has("format") {
		b, err := p.svc.Blocklist(ctx, v.in)
		switch v.errs = web.Errors(ctx, err); {
		case v.errs != nil:
			status = http.StatusUnprocessableEntity
		case err != nil:
			return err
		default:
			defer b.Close()
			v.sum = &b.Account
		}
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "indicator.export"), Body: exportView(v)})
}

// blocklist handles GET /indicators/blocklist: the file itself. Query: as
// askExport.
func (p *Pages) blocklist(w http.ResponseWriter, r *http.Request) error {
	return p.svc.serve(w, r, order(r))
}

// serve answers with a blocklist.
func (s *Service) serve(w http.ResponseWriter, r *http.Request, o Order) error {
	ctx := r.Context()
	b, err := s.Blocklist(ctx, o)
	if err != nil {
		return err
	}
	defer b.Close()
	if err := b.Noted(ctx); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	if o.Format == STIX {
		h.Set("Content-Type", "application/stix+json;version=2.1")
	} else if o.Format == CSV {
		h.Set("Content-Type", "text/csv; charset=utf-8")
	}
	name := "vonggac-" + string(o.Format) + "." + endings[o.Format]
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Cache-Control", "no-store")
	if err := b.Write(ctx, w, b.title(ctx)); err != nil {
		panic(http.ErrAbortHandler) // half a list must not pass for a whole one
	}
	return nil
}

// title stands in the first comment: what is in the file, and what was left
// out.
func (b *Blocklist) title(ctx context.Context) string {
	a := b.Account
	return i18n.T(ctx, "indicator.export.title", i18n.Number(ctx, a.Wrote.Written), string(b.order.Max), i18n.Number(ctx, a.Allowed),
		i18n.Number(ctx, a.Marked), i18n.Number(ctx, a.Lapsed+a.Wrote.Expired), i18n.Number(ctx, a.unsaid()))
}

func (v exportPage) fileHref() string {
	q := url.Values{"format": {string(v.in.Format)}, "tlp": {string(v.in.Max)}, "list": {string(v.in.List)}, "set": {v.in.Set}}
	return "/indicators/blocklist?" + q.Encode()
}

func (v exportPage) rows(ctx context.Context) []ui.Row {
	a := v.sum
	var rows []ui.Row
	row := func(key string, n int64, args ...any) {
		if n > 0 {
			rows = append(rows, ui.Row{Cells: []templ.Component{ui.Text(i18n.T(ctx, "indicator.export."+key, args...)), ui.Number(n)}})
		}
	}
	row("allowed", a.Allowed)
	row("marked", a.Marked, string(v.in.Max))
	row("lapsed", a.Lapsed+a.Wrote.Expired)
	row("merged", a.Wrote.Merged)
	for _, why := range refusals(a.Wrote) {
		rows = append(rows, ui.Row{Cells: []templ.Component{ui.Text(reasonText(ctx, why)), ui.Number(counted(a.Wrote)[why])}})
	}
	return rows
}

func counted(w exchange.Written) map[string]int64 {
	out := make(map[string]int64, len(w.Refused))
	for why, n := range w.Refused {
		out[string(why)] = n
	}
	return out
}

func refusals(w exchange.Written) []string { return byCount(counted(w)) }

func exportLayoutOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, l := range ExportLayouts() {
		out = append(out, ui.Option{Value: string(l), Label: i18n.T(ctx, "indicator.layout."+string(l))})
	}
	return out
}

func exportTLPOptions() []ui.Option {
	var out []ui.Option
	for _, t := range ExportTLPs() {
		out = append(out, ui.Option{Value: string(t), Label: string(t)})
	}
	return out
}

func setOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, s := range exchange.Sets {
		out = append(out, ui.Option{Value: s, Label: i18n.T(ctx, "indicator.export.set."+s)})
	}
	return out
}

// apiExportInput describes GET /blocklist, whose handler streams.
type apiExportInput struct {
	Format string `query:"format" enum:"plain,hosts,rpz,unbound,dnsmasq,suricata-dataset,stix,csv" default:"plain"`
	TLP    string `query:"tlp" enum:"TLP:CLEAR,TLP:GREEN,TLP:AMBER,TLP:AMBER+STRICT" default:"TLP:GREEN" doc:"The strictest mark taken along."`
	List   string `query:"list_id" doc:"One list alone; absent: all that are matched."`
	Set    string `query:"set" enum:"string,md5,sha256,ip" default:"string" doc:"Of a Suricata dataset."`
}

type apiExport struct {
	Body []byte `contentType:"text/plain"`
}

func apiBlocklist(a *rest.API, s *Service, tag string) {
	rest.Stream[apiExportInput, apiExport](a, rest.Op{ID: "export-blocklist", Method: http.MethodGet, Path: "/blocklist", Tag: tag, Need: mayRead,
		Summary:     "Export what is matched as a blocklist",
		Description: "Without what allow lists overrule, what is not valid now, and what is marked stricter than asked for; the first comment counts these."},
		func(w http.ResponseWriter, r *http.Request) error {
			o := order(r)
			o.List = ID(r.URL.Query().Get("list_id"))
			return rest.Rename(s.serve(w, r, o), "list", "list_id")
		})
}
