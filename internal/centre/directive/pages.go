// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

const onPage = 50

// Neighbours are what the pages need from other rooms; app gives them.
type Neighbours struct {
	Units    func(ctx context.Context) ([]ui.Option, error) // in the actor's scope
	Names    func(ctx context.Context, ids []string) (map[string]string, error)
	Measures func(ctx context.Context, key string) string // title of a measure; nil shows its key
	Binding  func(id string) string                       // where an entry of the library stands; nil: nowhere
	// More are further things a directive leads to, its scoreboard first; nil: none.
	More func(ctx context.Context, d Directive) []ui.Action
}

// Pages are the room's screens.
type Pages struct {
	site *web.Site
	svc  *Service
	near Neighbours
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, near Neighbours) *Pages { return &Pages{site, svc, near} }

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	const one = Path + "/{directive}"
	return []web.Route{
		{Pattern: "GET " + Path, Need: mayRead, Handle: p.list},
		{Pattern: "GET " + Path + ".csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET " + Path + ".xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET " + Path + "/new", Need: mayWrite, Handle: p.ask},
		{Pattern: "POST " + Path + "/new", Need: mayWrite, Body: p.svc.Limit + 1<<20, Handle: p.take},
		{Pattern: "GET " + one, Need: mayRead, Handle: p.show},
		{Pattern: "GET " + one + "/read", Need: mayRead, Handle: p.read},
		{Pattern: "GET " + one + "/head", Need: mayWrite, Handle: p.askHead},
		{Pattern: "POST " + one + "/head", Need: mayWrite, Handle: p.head},
		{Pattern: "POST " + one + "/warnings", Need: mayWrite, Handle: p.tick},
		{Pattern: "POST " + one + "/items/{item}", Need: mayWrite, Handle: p.decide},
		{Pattern: "POST " + one + "/items/{item}/actor", Need: mayWrite, Handle: p.mean},
		{Pattern: "POST " + one + "/sure", Need: mayWrite, Handle: p.sure},
		{Pattern: "POST " + one + "/confirm", Need: mayWrite, Handle: p.confirm},
		{Pattern: "GET " + one + "/compare", Need: mayRead, Handle: p.compare},
		{Pattern: "POST " + one + "/compare", Need: mayWrite, Handle: p.takeOver},
		{Pattern: "GET " + one + "/issue", Need: mayWrite, Handle: p.askIssue},
		{Pattern: "POST " + one + "/issue", Need: mayWrite, Handle: p.issue},
		{Pattern: "GET " + one + "/carry", Need: mayWrite, Handle: p.askCarry},
		{Pattern: "POST " + one + "/carry", Need: mayWrite, Handle: p.carry},
		{Pattern: "GET " + one + "/receipts", Need: mayRead, Handle: p.reach},
		{Pattern: "GET " + one + "/receipts.csv", Need: mayRead, Handle: p.exportReach(web.CSV)},
		{Pattern: "GET " + one + "/receipts.xlsx", Need: mayRead, Handle: p.exportReach(web.XLSX)},
		{Pattern: "POST " + one + "/receipts", Need: mayWrite, Handle: p.remind},
		{Pattern: "POST " + one + "/units/{unit}/receive", Need: mayWrite, Handle: p.receive},
		{Pattern: "GET " + one + "/letter.docx", Need: mayWrite, Handle: p.letter(false)},
		{Pattern: "GET " + one + "/letter.pdf", Need: mayWrite, Handle: p.letter(true)},
		{Pattern: "GET " + one + "/rest", Need: mayWrite, Handle: p.askRest},
		{Pattern: "POST " + one + "/rest", Need: mayWrite, Handle: p.rest},
		{Pattern: "GET " + one + "/withdraw", Need: mayWrite, Handle: p.askWithdraw},
		{Pattern: "POST " + one + "/withdraw", Need: mayWrite, Handle: p.withdraw},
		{Pattern: "GET " + one + "/end", Need: mayWrite, Handle: p.askEnd},
		{Pattern: "POST " + one + "/end", Need: mayWrite, Handle: p.end},
		{Pattern: "GET " + one + "/units/{unit}", Need: mayRead, Handle: p.unit},
		{Pattern: "POST " + one + "/units/{unit}/delegate", Need: mayWrite, Handle: p.delegate},
		{Pattern: "POST " + one + "/units/{unit}/questions", Need: mayWrite, Handle: p.question},
		{Pattern: "POST " + one + "/questions/{question}", Need: mayWrite, Handle: p.reply},
		{Pattern: "POST " + one + "/draft", Need: mayWrite, Handle: p.draft},
		{Pattern: "POST " + one + "/tasks/{task}/answer", Need: mayWrite, Handle: p.answer},
		{Pattern: "POST " + one + "/tasks/{task}/evidence", Need: mayWrite, Body: p.svc.Limit + 1<<20, Handle: p.evidence},
		{Pattern: "GET " + one + "/files/{file}", Need: mayRead, Handle: p.file},
		{Pattern: "POST " + one + "/tasks/{task}/accept", Need: mayWrite, Handle: p.accept},
		{Pattern: "POST " + one + "/tasks/{task}/return", Need: mayWrite, Handle: p.giveBack},
		{Pattern: "GET " + NamesPath, Need: mayRead, Handle: p.listNames},
		{Pattern: "GET " + NamesPath + ".csv", Need: mayRead, Handle: p.exportNames(web.CSV)},
		{Pattern: "GET " + NamesPath + ".xlsx", Need: mayRead, Handle: p.exportNames(web.XLSX)},
		{Pattern: "GET " + NamesPath + "/{name}", Need: mayRead, Handle: p.name},
		{Pattern: "POST " + NamesPath + "/{name}", Need: mayWrite, Handle: p.amend},
		{Pattern: "POST " + NamesPath + "/{name}/forget", Need: mayWrite, Handle: p.forgetName},
		{Pattern: "POST " + NamesPath + "/{name}/recall", Need: mayWrite, Handle: p.recallName},
	}
}

func idOf(r *http.Request) ID { return ID(r.PathValue("directive")) }

// version is that of the record as the form was drawn.
func version(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return -1 // no record has it: a conflict
	}
	return n
}

func versionField(n int64) ui.Hidden {
	return ui.Hidden{Name: "version", Value: strconv.FormatInt(n, 10)}
}

func filter(r *http.Request) Filter {
	q := r.URL.Query()
	f := Filter{Query: q.Get("q"), State: State(q.Get("state")), Unit: q.Get("unit"), ToUs: q.Get("to") == "us", Late: q.Get("sort") == "late", Limit: onPage + 1}
	if !f.Late {
		f.After = q.Get("after")
	} else if from, err := strconv.Atoi(q.Get("from")); err == nil {
		f.From = max(from, 0)
	}
	return f
}

type listPage struct {
	r     *http.Request
	rows  []Directive
	total int64
	f     Filter
	next  string
	names map[string]string
	tally map[string]obligation.Tally // by id, of those that somebody owes something on
	now   time.Time
}

// list handles GET /directives. Query: q, state, to (us), sort (late), after, or
// from where it is sorted.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{r: r, f: filter(r), now: p.svc.now()}
	var err error
	if v.rows, v.total, err = p.svc.List(ctx, v.f); err != nil {
		return err
	}
	if len(v.rows) > onPage {
		v.rows = v.rows[:onPage]
		if v.next = web.With(r, "after", string(v.rows[onPage-1].ID)); v.f.Late {
			v.next = web.With(r, "from", strconv.Itoa(v.f.From+onPage))
		}
	}
	if v.tally, err = p.svc.tallies(ctx, v.rows); err != nil {
		return err
	}
	if v.names, err = p.names(ctx, v.rows); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: v.title(ctx), Body: listView(v)})
}

func (p *Pages) names(ctx context.Context, list []Directive) (map[string]string, error) {
	var ids []string
	for _, d := range list {
		ids = append(ids, d.UnitID)
	}
	return p.near.Names(ctx, ids)
}

// export handles GET /directives.csv and .xlsx.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), filter(r)
		f.Limit = 500
		sh := web.Sheet{Name: "directives"}
		for _, key := range []string{"code", "number", "date", "subject", "issuer", "unit", "state", "urgency", "created_at", "issued_at", "owed", "done", "said", "late", "next"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "directive.field."+key))
		}
		f.Late, f.From = false, 0 // a file is sorted by whoever opens it
		var names map[string]string
		var tally map[string]obligation.Tally
		sh.Rows = web.Rows(func(after string) ([]Directive, string, error) {
			f.After = after
			list, _, err := p.svc.List(ctx, f)
			if err != nil {
				return nil, "", err
			}
			next := ""
			if len(list) == f.Limit {
				next = string(list[len(list)-1].ID)
			}
			if tally, err = p.svc.tallies(ctx, list); err != nil {
				return nil, "", err
			}
			names, err = p.names(ctx, list)
			return list, next, err
		}, func(list []Directive) ([][]any, error) {
			var out [][]any
			for _, d := range list {
				n := tally[string(d.ID)]
				out = append(out, []any{d.Code, d.Number, d.Date, d.Subject, d.Issuer, names[d.UnitID], i18n.T(ctx, "directive.state."+string(d.State)),
					i18n.T(ctx, "directive.urgency."+d.Urgency), d.CreatedAt, d.IssuedAt, n.Owed, n.Done, n.Said, n.Late, n.Next})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

type newPage struct {
	units  []ui.Option
	papers []Paper
	q      string // words to find papers by
	in     Arrival
	errs   map[string]string
	many   *TooMany // the text has too many parts to be taken in whole
}

// ask handles GET /directives/new. Query: q, to find papers of the register;
// document, one that is chosen; parent.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return p.renderNew(w, r, http.StatusOK, newPage{q: q.Get("q"), in: Arrival{Document: q.Get("document"), Parent: ID(q.Get("parent"))}})
}

func (p *Pages) renderNew(w http.ResponseWriter, r *http.Request, status int, v newPage) error {
	ctx := r.Context()
	var err error
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	if v.in.Unit == "" {
		if actor, _ := auth.From(ctx); actor.Home != "" {
			v.in.Unit = actor.Home
		}
	}
	if p.svc.Papers != nil {
		if v.papers, err = p.svc.Papers.Find(ctx, v.q, 20); err != nil && !fault.Is(err, fault.Forbidden) {
			return err
		}
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "directive.new"), Body: newView(v)})
}

// take handles POST /directives/new: multipart, the fields unit, document, paste,
// parent and parts before file.
func (p *Pages) take(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	in, err := p.arrival(r)
	var d Directive
	if err == nil {
		d, err = p.svc.TakeIn(ctx, in)
	}
	if errs := web.Errors(ctx, err); errs != nil {
		many, _ := errors.AsType[*TooMany](err)
		return p.renderNew(w, r, http.StatusUnprocessableEntity, newPage{in: in, errs: errs, many: many})
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.taken", d.Code))
	return web.Redirect(w, r, href(d.ID)+"/read")
}

func (p *Pages) arrival(r *http.Request) (Arrival, error) {
	const op = "directive.upload"
	var in Arrival
	parts, err := r.MultipartReader()
	if err != nil {
		return in, fault.Bad(op, "file", "directive.bad.nothing")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return in, nil
		}
		if err != nil {
			return in, err
		}
		switch name := part.FormName(); name {
		case "unit", "document", "paste", "parent", "parts":
			most := int64(200)
			if name == "paste" {
				most = p.svc.Limit
			}
			text, err := web.PartText(part, most)
			if err != nil {
				return in, err
			}
			switch name {
			case "unit":
				in.Unit = text
			case "document":
				in.Document = text
			case "paste":
				in.Paste = text
			case "parent":
				in.Parent = ID(text)
			case "parts":
				in.Parts = text
			}
		case "file":
			if in.Name, err = web.PartName(part); err != nil {
				return in, err
			}
			if in.Name == "" {
				continue
			}
			if in.Data, err = io.ReadAll(io.LimitReader(part, p.svc.Limit+1)); err != nil {
				return in, err
			}
		}
	}
}
