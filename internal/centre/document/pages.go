// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"net/http"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Path is where the register is, ImportPath where one is read from a file.
const (
	Path       = "/documents"
	ImportPath = "/document-imports"
)

func href(id ID) string { return Path + "/" + string(id) }

// Around is what the pages ask of other rooms, within the actor's scope.
type Around struct {
	UnitNames func(ctx context.Context, ids []string) (map[string]string, error)
	Units     func(ctx context.Context) ([]ui.Option, error)
	// Duties are the obligations that have to do with a paper the reader sees; nil:
	// nobody tells.
	Duties func(ctx context.Context, document string) (Duties, error)
	Acts   func(ctx context.Context, f Folder) ([]ui.Action, error) // what other rooms do with a paper now; may be nil
}

// Pages are the screens of the room.
type Pages struct {
	site *web.Site
	svc  *Service
	near Around
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, near Around) *Pages { return &Pages{site, svc, near} }

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	one := Path + "/{document}"
	return append(p.messageRoutes(), []web.Route{
		{Pattern: "GET " + Path, Need: mayRead, Handle: p.list},
		{Pattern: "GET " + Path + ".csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET " + Path + ".xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET " + LookupPath, Need: mayRead, Handle: p.lookup},
		{Pattern: "GET " + Path + "/register", Need: mayRead, Handle: p.register},
		{Pattern: "GET " + Path + "/register.csv", Need: mayRead, Handle: p.exportRegister(web.CSV)},
		{Pattern: "GET " + Path + "/register.xlsx", Need: mayRead, Handle: p.exportRegister(web.XLSX)},
		{Pattern: "GET " + layoutPath, Need: mayRead, Handle: p.askLayout},
		{Pattern: "POST " + layoutPath, Need: mayRead, Body: p.svc.Limit + 1<<20, Handle: p.checkLayout},
		{Pattern: "GET " + Path + "/new", Need: mayWrite, Handle: p.add},
		{Pattern: "POST " + Path, Need: mayWrite, Handle: p.create},
		{Pattern: "GET " + Path + "/record", Need: maySend, Handle: p.addRecord},
		{Pattern: "POST " + Path + "/record", Need: maySend, Handle: p.record},
		{Pattern: "GET " + Path + "/books", Need: maySend, Handle: p.books},
		{Pattern: "POST " + Path + "/books", Need: maySend, Handle: p.setBook},
		{Pattern: "POST " + Path + "/receipts", Need: maySend, Handle: p.setReminders},
		{Pattern: "GET " + ImportPath, Need: maySend, Handle: p.askImport},
		{Pattern: "POST " + ImportPath, Need: maySend, Body: MaxImport + 1<<20, Handle: p.readImport},
		{Pattern: "GET " + ImportPath + "/{import}", Need: maySend, Handle: p.preview},
		{Pattern: "POST " + ImportPath + "/{import}", Need: maySend, Handle: p.takeImport},
		{Pattern: "GET " + one, Need: mayRead, Handle: p.show},
		{Pattern: "GET " + one + "/edit", Need: mayRead, Handle: p.edit},
		{Pattern: "POST " + one, Need: mayRead, Handle: p.change},
		{Pattern: "POST " + one + "/submit", Need: mayWrite, Handle: p.submit},
		{Pattern: "POST " + one + "/decide", Need: mayRead, Handle: p.decide},
		{Pattern: "POST " + one + "/number", Need: maySend, Handle: p.number},
		{Pattern: "POST " + one + "/seal", Need: maySend, Handle: p.seal},
		{Pattern: "POST " + one + "/issue", Need: maySend, Handle: p.issue},
		{Pattern: "POST " + one + "/follow", Need: mayWrite, Handle: p.follow},
		{Pattern: "POST " + one + "/links", Need: mayRead, Handle: p.cite},
		{Pattern: "POST " + one + "/links/{link}/remove", Need: mayRead, Handle: p.uncite},
		{Pattern: "POST " + one + "/draft", Need: mayRead, Handle: p.draft},
		{Pattern: "POST " + one + "/files", Need: mayRead, Body: p.svc.Limit + 1<<20, Handle: p.upload},
		{Pattern: "GET " + one + "/files/{file}", Need: mayRead, Handle: p.download},
		{Pattern: "GET " + one + "/files/{file}/layout", Need: mayRead, Handle: p.layout},
		{Pattern: "POST " + one + "/sent", Need: maySend, Handle: p.send},
		{Pattern: "POST " + one + "/sent/{sending}", Need: mayRead, Handle: p.confirm},
	}...)
}

func idOf(r *http.Request) ID { return ID(r.PathValue("document")) }

type listPage struct {
	r     *http.Request
	f     Filter
	page  Page
	names map[string]string
	units []ui.Option
	codes Codes
}

// readFilter reads a list's query. Days that are none narrow nothing.
func readFilter(r *http.Request) Filter {
	q := r.URL.Query()
	day := func(name string) calendar.Date {
		d, err := calendar.ParseDate(q.Get(name))
		if err != nil {
			return calendar.Date{}
		}
		return d
	}
	return Filter{Dir: Dir(q.Get("dir")), State: State(q.Get("state")), Standing: Standing(q.Get("standing")), Kind: q.Get("kind"), Urgency: q.Get("urgency"), Unit: q.Get("unit"),
		From: day("from"), To: day("to"), Query: q.Get("q"), Content: q.Get("content") != "", Mine: q.Get("mine") != "", Open: q.Get("open") != "", Oldest: q.Get("sort") == "oldest",
		After: q.Get("after")}
}

// list handles GET /documents. Query: q, content, dir, state, standing, kind,
// urgency, unit, from, to, mine, open, sort, after.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{r: r, f: readFilter(r), codes: p.svc.Codes(ctx)}
	var err error
	if v.page, err = p.svc.List(ctx, v.f); err != nil {
		return err
	}
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	if v.names, err = p.owners(ctx, v.page.Rows); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "document.title"), Body: listView(v)})
}

func (p *Pages) owners(ctx context.Context, rows []Document) (map[string]string, error) {
	var ids []string
	for _, d := range rows {
		ids = append(ids, d.Unit)
	}
	return p.near.UnitNames(ctx, ids)
}

// chunk is how many rows an export reads at once.
const chunk = 1000

// export handles GET /documents.csv and .xlsx: every row the filter matches.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), readFilter(r)
		f.Limit, f.Uncounted = chunk, true
		codes := p.svc.Codes(ctx)
		var heads []string
		for _, key := range []string{"dir", "code", "date", "kind", "subject", "urgency", "issuer", "signer", "recipients", "arrival", "arrived_on", "reply_by", "unit", "state", "standing", "note"} {
			heads = append(heads, i18n.T(ctx, "document."+key))
		}
		return web.Export(w, r, format, web.Sheet{Name: "documents", Heads: heads, Rows: web.Rows(p.walk(ctx, f), func(rows []Document) ([][]any, error) {
			names, err := p.owners(ctx, rows)
			var out [][]any
			for _, d := range rows {
				out = append(out, []any{dirText(ctx, d.Dir), d.Code(), dayText(ctx, d.Date), label(codes.Kinds, d.Kind), d.Subject, label(codes.Urgencies, d.Urgency), d.Issuer, d.Signer, d.Recipients,
					arrivalText(d), dayText(ctx, d.ArrivedOn), dayText(ctx, d.ReplyBy), names[d.Unit], stateText(ctx, d.State), standingText(ctx, d.Standing), d.Note})
			}
			return out, err
		})})
	}
}

func (p *Pages) walk(ctx context.Context, f Filter) func(after string) ([]Document, string, error) {
	return func(after string) ([]Document, string, error) {
		f.After = after
		page, err := p.svc.List(ctx, f)
		return page.Rows, page.Next, err
	}
}

// registerPage is a book as Decree 30/2020 Annex IV has it.
type registerPage struct {
	r     *http.Request
	f     Filter
	rows  []Document
	total int64
	units []ui.Option
	codes Codes
	unit  string // name
}

// mostPrinted is how many rows one print of a book has.
const mostPrinted = 2000

// registerFilter is what a book shows: what was received or issued, by day.
func (p *Pages) registerFilter(r *http.Request) Filter {
	f := readFilter(r)
	if f.Dir != Out {
		f.Dir = In
	}
	f = Filter{Dir: f.Dir, Unit: f.Unit, From: f.From, To: f.To, Oldest: true}
	f.State = Received
	if f.Dir == Out {
		f.State = Issued
	}
	if f.From.IsZero() {
		f.From = calendar.Date{Year: p.svc.today().Year, Month: 1, Day: 1}
	}
	if f.To.IsZero() {
		f.To = p.svc.today()
	}
	return f
}

// register handles GET /documents/register: a book to be printed. Query: dir,
// unit, from, to.
func (p *Pages) register(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := registerPage{r: r, f: p.registerFilter(r), codes: p.svc.Codes(ctx)}
	var err error
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	f := v.f
	f.Limit = mostPrinted
	page, err := p.svc.List(ctx, f)
	if err != nil {
		return err
	}
	v.rows, v.total = page.Rows, page.Total
	if v.f.Unit != "" {
		names, err := p.near.UnitNames(ctx, []string{v.f.Unit})
		if err != nil {
			return err
		}
		v.unit = names[v.f.Unit]
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: v.title(ctx), Body: registerView(v)})
}

// exportRegister handles GET /documents/register.csv and .xlsx.
func (p *Pages) exportRegister(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		v := registerPage{r: r, f: p.registerFilter(r), codes: p.svc.Codes(ctx)}
		f := v.f
		f.Limit, f.Uncounted = chunk, true
		return web.Export(w, r, format, web.Sheet{Name: "register-" + string(f.Dir), Heads: v.heads(ctx), Rows: web.Rows(p.walk(ctx, f), func(rows []Document) ([][]any, error) {
			var out [][]any
			for _, d := range rows {
				var line []any
				for _, c := range v.cells(ctx, d) {
					line = append(line, c)
				}
				out = append(out, line)
			}
			return out, nil
		})})
	}
}

func may(ctx context.Context, p auth.Permission) bool { return auth.May(ctx, p) }
