// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package workdays

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/ical"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Path is where the calendar stands.
const Path = "/calendar"

const decisionsPath = Path + "/decisions"

const onPage = 50

// The years that can be looked at: the five-day week began in 1999, and the
// lunar calendar is counted to 2199.
const (
	firstYear = 2000
	lastYear  = 2150
)

// Pages are the room's screens.
type Pages struct {
	site *web.Site
	svc  *Service
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service) *Pages { return &Pages{site, svc} }

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + Path, Need: mayRead, Handle: p.show},
		{Pattern: "GET " + Path + "/days.csv", Need: mayRead, Handle: p.exportDays(web.CSV)},
		{Pattern: "GET " + Path + "/days.xlsx", Need: mayRead, Handle: p.exportDays(web.XLSX)},
		{Pattern: "GET " + Path + "/days.ics", Need: mayRead, Handle: p.feed},
		{Pattern: "GET " + decisionsPath, Need: mayRead, Handle: p.decisions},
		{Pattern: "GET " + decisionsPath + ".csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET " + decisionsPath + ".xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET " + decisionsPath + "/new", Need: mayWrite, Handle: p.ask},
		{Pattern: "POST " + decisionsPath + "/new", Need: mayWrite, Handle: p.decide},
		{Pattern: "GET " + decisionsPath + "/{decision}", Need: mayRead, Handle: p.decision},
		{Pattern: "GET " + decisionsPath + "/{decision}/withdraw", Need: mayWrite, Handle: p.sure},
		{Pattern: "POST " + decisionsPath + "/{decision}/withdraw", Need: mayWrite, Handle: p.withdraw},
	}
}

// year is the one asked for, or that of today.
func (p *Pages) year(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("year"))
	if err != nil || n < firstYear || n > lastYear {
		return calendar.DateOf(p.svc.Now()).Year
	}
	return n
}

type yearPage struct {
	Year
	r      *http.Request
	months []month
	worked int // working days of the year
	hours  string
	made   int64       // decisions in force of the year
	names  []ui.Option // of the occasions
	may    bool
}

// show handles GET /calendar. Query: year.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	y, err := p.svc.Of(ctx, p.year(r))
	if err != nil {
		return err
	}
	v := yearPage{Year: y, r: r, may: p.svc.MayDecide(ctx), names: p.occasions(ctx)}
	v.months, v.worked = months(ctx, p.svc.Calendar, y, calendar.DateOf(p.svc.Now()))
	if from, to, ok := p.svc.Hours(calendar.Date{Year: y.Year, Month: 7, Day: 1}); ok {
		v.hours = clock(from) + "–" + clock(to)
	}
	if _, v.made, err = p.svc.List(ctx, Filter{Year: y.Year, Limit: 1}); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: v.title(ctx), Body: yearView(v)})
}

// clock writes the time a day of that age has reached: "07:30".
func clock(d time.Duration) string {
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(d).Format("15:04")
}

// exportDays handles GET /calendar/days.csv and .xlsx. Query: year.
func (p *Pages) exportDays(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		y, err := p.svc.Of(ctx, p.year(r))
		if err != nil {
			return err
		}
		sh := web.Sheet{Name: "days-" + strconv.Itoa(y.Year)}
		for _, key := range dayHeads {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "workdays.field."+key))
		}
		sh.Rows = web.Rows(func(string) ([]Day, string, error) { return y.Days, "", nil }, func(list []Day) ([][]any, error) {
			var out [][]any
			for _, d := range list {
				out = append(out, []any{d.Date.Start(), weekday(ctx, d.Date), d.what(ctx), basis(ctx, d.Off.Source, d.Mark), d.mark(ctx)})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

// feed handles GET /calendar/days.ics: days off, days worked in exchange and
// times of raised duty of last year, this one and the next.
func (p *Pages) feed(w http.ResponseWriter, r *http.Request) error {
	ctx, now := r.Context(), p.svc.Now()
	feed := ical.Calendar{Name: i18n.T(ctx, "workdays.title")}
	this := calendar.DateOf(now).Year
	for year := this - 1; year <= this+1; year++ {
		y, err := p.svc.Of(ctx, year)
		if err != nil {
			return err
		}
		feed.Events = append(feed.Events, y.events(ctx, calendar.DateOf(now).Start())...)
	}
	var b bytes.Buffer
	if err := feed.Write(&b); err != nil {
		return err
	}
	w.Header().Set("Content-Type", ical.MediaType)
	w.Header().Set("Content-Disposition", `attachment; filename="calendar.ics"`)
	_, err := b.WriteTo(w)
	return err
}

// events are what a feed says of y. A window that began the year before is in
// that year's.
func (y Year) events(ctx context.Context, stamp time.Time) []ical.Event {
	var out []ical.Event
	for _, d := range y.Days {
		e := ical.Event{UID: "day-" + d.Date.String() + "@vonggac", Stamp: stamp, Summary: d.what(ctx), Description: d.Off.Source,
			Category: i18n.T(ctx, "workdays.field.day"), First: d.Date}
		if d.Off.Provisional {
			e.Summary += " " + i18n.T(ctx, "workdays.provisional.short")
		}
		out = append(out, e)
	}
	for _, w := range y.Windows {
		if w.First.Year != y.Year {
			continue
		}
		out = append(out, ical.Event{UID: w.Campaign + "-" + w.First.String() + "@vonggac", Stamp: stamp, Summary: w.Name.In(i18n.Lang(ctx)),
			Description: w.Source, Category: i18n.T(ctx, "workdays.windows"), First: w.First, Last: w.Last})
	}
	return out
}

func filter(r *http.Request) Filter {
	q := r.URL.Query()
	f := Filter{Search: q.Get("q"), State: State(q.Get("state")), Kind: Kind(q.Get("kind")), After: q.Get("after"), Limit: onPage + 1}
	if n, err := strconv.Atoi(q.Get("year")); err == nil && n >= firstYear && n <= lastYear {
		f.Year = n
	}
	return f
}

type listPage struct {
	r     *http.Request
	f     Filter
	rows  []Decision
	total int64
	next  string
	may   bool
	this  int // the present year
}

// decisions handles GET /calendar/decisions. Query: q, state, kind, year, after.
func (p *Pages) decisions(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{r: r, f: filter(r), may: p.svc.MayDecide(ctx), this: calendar.DateOf(p.svc.Now()).Year}
	var err error
	if v.rows, v.total, err = p.svc.List(ctx, v.f); err != nil {
		return err
	}
	if len(v.rows) > onPage {
		v.rows = v.rows[:onPage]
		v.next = web.With(r, "after", string(v.rows[onPage-1].ID))
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "workdays.decisions"), Body: listView(v)})
}

var exportHeads = []string{"kind", "name", "first", "last", "worked", "occasion", "reference", "reason", "state", "made_by", "made_at", "withdrawn_by", "withdrawn_at", "withdrawn_reason"}

// export handles GET /calendar/decisions.csv and .xlsx.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), filter(r)
		f.Limit = 500
		sh := web.Sheet{Name: "calendar-decisions"}
		for _, key := range exportHeads {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "workdays.field."+key))
		}
		sh.Rows = web.Rows(func(after string) ([]Decision, string, error) {
			f.After = after
			list, _, err := p.svc.List(ctx, f)
			next := ""
			if len(list) == f.Limit {
				next = string(list[len(list)-1].ID)
			}
			return list, next, err
		}, func(list []Decision) ([][]any, error) {
			var out [][]any
			for _, d := range list {
				var worked any = ""
				if !d.Worked.IsZero() {
					worked = d.Worked.Start()
				}
				out = append(out, []any{i18n.T(ctx, "workdays.kind."+string(d.Kind)), d.Name, d.First.Start(), d.Last.Start(), worked, p.occasion(ctx, d.Occasion),
					d.Reference, d.Reason, i18n.T(ctx, "workdays.state."+string(d.State)), d.MadeName, d.MadeAt, d.WithdrawnName, d.WithdrawnAt, d.WithdrawnReason})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

// occasion is what a yearly decided occasion is called.
func (p *Pages) occasion(ctx context.Context, id string) string {
	for _, o := range p.occasions(ctx) {
		if o.Value == id {
			return o.Label
		}
	}
	return id
}

// occasions are those decided anew each year.
func (p *Pages) occasions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, r := range p.svc.Calendar.Rules() {
		if r.Provisional && !slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == r.Occasion }) {
			out = append(out, ui.Option{Value: r.Occasion, Label: r.Name.In(i18n.Lang(ctx))})
		}
	}
	return out
}

type formPage struct {
	in                  Entry
	first, last, worked string // as typed
	occasions           []ui.Option
	errs                map[string]string
}

func kindOf(s string) Kind {
	if k := Kind(s); slices.Contains(Kinds, k) {
		return k
	}
	return Off
}

// ask handles GET /calendar/decisions/new. Query: kind.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	return p.renderForm(w, r, http.StatusOK, formPage{in: Entry{Kind: kindOf(r.URL.Query().Get("kind"))}})
}

func (p *Pages) renderForm(w http.ResponseWriter, r *http.Request, status int, v formPage) error {
	v.occasions = p.occasions(r.Context())
	return p.site.Render(w, r, status, web.View{Title: v.title(r.Context()), Body: formView(v)})
}

// decide handles POST /calendar/decisions/new. Form: kind, name, first, last,
// worked, occasion, reference, reason.
func (p *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := formPage{first: r.PostFormValue("first"), last: r.PostFormValue("last"), worked: r.PostFormValue("worked")}
	v.in = Entry{Kind: kindOf(r.PostFormValue("kind")), Name: r.PostFormValue("name"), First: day(v.first), Last: day(v.last), Worked: day(v.worked),
		Occasion: r.PostFormValue("occasion"), Reason: r.PostFormValue("reason"), Reference: r.PostFormValue("reference")}
	d, err := p.svc.Decide(ctx, v.in)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "workdays.decided"))
	return web.Redirect(w, r, decisionsPath+"/"+string(d.ID))
}

// day reads a day; what is none is the zero one, which the rules refuse.
func day(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		return calendar.Date{}
	}
	return d
}

type decisionPage struct {
	Decision
	occasion string
	may      bool
}

func (p *Pages) one(r *http.Request) (v decisionPage, err error) {
	ctx := r.Context()
	if v.Decision, err = p.svc.Get(ctx, ID(r.PathValue("decision"))); err != nil {
		return v, err
	}
	v.may, v.occasion = p.svc.MayDecide(ctx), p.occasion(ctx, v.Occasion)
	return v, nil
}

func (p *Pages) decision(w http.ResponseWriter, r *http.Request) error {
	v, err := p.one(r)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: v.Name, Body: decisionView(v)})
}

// sure handles GET /calendar/decisions/{decision}/withdraw: the page before the
// act.
func (p *Pages) sure(w http.ResponseWriter, r *http.Request) error {
	v, err := p.one(r)
	if err == nil && v.State != InForce {
		err = &fault.Error{Kind: fault.Conflict, Op: "workdays.sure", Msg: "workdays.conflict.withdrawn"}
	}
	if err != nil {
		return err
	}
	c := v.confirm(r.Context(), "")
	return p.site.Render(w, r, http.StatusOK, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

// withdraw handles POST /calendar/decisions/{decision}/withdraw. Form: version,
// reason.
func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	version, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		version = -1 // no record has it: a conflict
	}
	d, err := p.svc.Withdraw(ctx, ID(r.PathValue("decision")), version, r.PostFormValue("reason"))
	if errs := web.Errors(ctx, err); errs != nil {
		v, err := p.one(r)
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
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "workdays.withdrawn"))
	return web.Redirect(w, r, decisionsPath+"/"+string(d.ID))
}
