// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Units is what the pages ask of the unit room. Both methods answer within the
// actor's scope and are safe for concurrent use.
type Units interface {
	// Names maps unit ids to short names; ids out of scope are absent.
	Names(ctx context.Context, ids []string) (map[string]string, error)
	// Options lists the units in scope by name: value is the id.
	Options(ctx context.Context) ([]ui.Option, error)
}

// Neighbours are what the pages ask of other rooms besides. Each may be nil:
// what rests on it is then not offered.
type Neighbours struct {
	// Workers are the people an obligation of a unit can be given to.
	Workers func(ctx context.Context, unit string) ([]Person, error)
	// Groups are the addressee groups the actor sees: value "group:<id>".
	Groups func(ctx context.Context) ([]ui.Option, error)
	// Members are the units of a target in the actor's scope, see Rhythm.
	Members func(ctx context.Context, target string) ([]string, error)
	// Link is the full address of a page.
	Link func(path string) string
}

// Pages are the screens of the room.
type Pages struct {
	site     *web.Site
	svc      *Service
	units    Units
	subjects map[string]string
	near     Neighbours
}

// NewPages makes the screens. Subjects maps a subject's kind to the path in
// front of its id, such as "incident" to "/incidents/"; a kind that is absent is
// shown without link.
func NewPages(site *web.Site, svc *Service, units Units, subjects map[string]string, near Neighbours) *Pages {
	return &Pages{site, svc, units, subjects, near}
}

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	routes := []web.Route{
		{Pattern: "GET /obligations", Need: read, Handle: p.list},
		{Pattern: "GET /obligations.csv", Need: read, Handle: p.export(web.CSV)},
		{Pattern: "GET /obligations.xlsx", Need: read, Handle: p.export(web.XLSX)},
		{Pattern: "POST /obligations/bulk", Need: write, Handle: p.bulk},
		{Pattern: "POST /obligations/bulk/assign", Need: write, Handle: p.bulkAssign},
		{Pattern: "GET /obligations/board", Need: read, Handle: p.board},
		{Pattern: "GET /obligations/board.csv", Need: read, Handle: p.exportBoard(web.CSV)},
		{Pattern: "GET /obligations/board.xlsx", Need: read, Handle: p.exportBoard(web.XLSX)},
		{Pattern: "GET /obligations/calendar", Need: read, Handle: p.month},
		{Pattern: "GET /obligations/new", Need: write, Handle: p.askTask},
		{Pattern: "POST /obligations/new", Need: write, Handle: p.giveTask},
		{Pattern: "GET /obligations/feeds", Need: read, Handle: p.feeds},
		{Pattern: "POST /obligations/feeds", Need: read, Handle: p.newFeed},
		{Pattern: "POST /obligations/feeds/revoke", Need: read, Handle: p.revokeFeed},
		{Pattern: "GET /ical/{token}", Access: web.Public, Handle: p.feed},
		{Pattern: "GET /obligations/{id}", Need: read, Handle: p.show},
		{Pattern: "POST /obligations/{id}/meet", Need: write, Handle: p.meet},
		{Pattern: "POST /obligations/{id}/prove", Need: write, Handle: p.prove},
		{Pattern: "POST /obligations/{id}/assign", Need: write, Handle: p.assign},
		{Pattern: "POST /obligations/{id}/remind", Need: write, Handle: p.remindNow},
		{Pattern: "GET /obligations/{id}/extend", Need: decide, Handle: p.askExtend},
		{Pattern: "POST /obligations/{id}/extend", Need: decide, Handle: p.extend},
		{Pattern: "GET /obligations/{id}/ask", Need: write, Handle: p.askTime},
		{Pattern: "POST /obligations/{id}/ask", Need: write, Handle: p.doAskTime},
		{Pattern: "POST /obligations/{id}/claim", Need: decide, Handle: p.answerClaim},
		{Pattern: "GET /obligations/{id}/waive", Need: decide, Handle: p.askEnd(Waived)},
		{Pattern: "POST /obligations/{id}/waive", Need: decide, Handle: p.doEnd(Waived)},
		{Pattern: "GET /obligations/{id}/cancel", Need: decide, Handle: p.askEnd(Cancelled)},
		{Pattern: "POST /obligations/{id}/cancel", Need: decide, Handle: p.doEnd(Cancelled)},
	}
	if p.svc.rhythm.Law == nil {
		return routes
	}
	return append(routes,
		web.Route{Pattern: "GET /obligations/periodic", Need: read, Handle: p.periodic},
		web.Route{Pattern: "GET /obligations/periodic/enable", Need: decide, Handle: p.askEnable},
		web.Route{Pattern: "POST /obligations/periodic/enable", Need: decide, Handle: p.enable},
		web.Route{Pattern: "POST /obligations/periodic/disable", Need: decide, Handle: p.disable})
}

// status is one choice of the list's status filter.
type status struct {
	name string
	f    Filter
}

// statuses are the choices, the default first.
var statuses = []status{
	{"open", Filter{State: Open}}, {"late", Filter{Clock: Late}}, {"soon", Filter{Clock: Soon}}, {"ontime", Filter{Clock: OnTime}},
	{"asked", Filter{State: Open, Asked: true}}, {"met", Filter{State: Met}}, {"mettime", Filter{Clock: MetTime}}, {"metlate", Filter{Clock: MetLate}}, {"waived", Filter{State: Waived}},
	{"cancelled", Filter{State: Cancelled}}, {"all", Filter{}},
}

// mine is the value of the filter of people for the reader, own that of whose
// duties are shown for those of the reader's own unit.
const (
	mine = "me"
	own  = "own"
)

// filter reads the list's query. What it does not know it leaves out.
func filter(r *http.Request) (string, Filter) {
	q := r.URL.Query()
	i := max(slices.IndexFunc(statuses, func(s status) bool { return s.name == q.Get("status") }), 0)
	f := statuses[i].f
	f.Query, f.Unit, f.Kind, f.After, f.Latest = q.Get("q"), q.Get("unit"), q.Get("kind"), q.Get("after"), q.Get("sort") == "-due"
	f.Urgency, f.Addressee, f.Form, f.Basis, f.Subject = q.Get("urgency"), q.Get("addressee"), q.Get("form"), q.Get("basis"), q.Get("subject")
	f.Document = q.Get("document")
	actor, _ := auth.From(r.Context())
	if q.Get("person") == mine {
		f.Person = actor.ID
	}
	if q.Get("whose") == own {
		f.Unit = actor.Home
	}
	if day, err := time.ParseInLocation(time.DateOnly, q.Get("day"), i18n.Hanoi); err == nil {
		f.From, f.To = day, day.AddDate(0, 0, 1)
	}
	if month, err := time.ParseInLocation("2006-01", q.Get("met"), i18n.Hanoi); err == nil {
		f.MetFrom = month
	}
	return statuses[i].name, f
}

type listPage struct {
	p       *Pages
	r       *http.Request
	status  string
	f       Filter
	page    Page
	names   map[string]string
	units   []ui.Option
	now     time.Time
	mine    Counts // of the reader's own unit
	firstAt string // the first page of this list; empty when this is it
}

// list handles GET /obligations. Query: whose (own: of the reader's own unit,
// whatever unit says), status, q, unit, kind, urgency, person,
// addressee, form, basis, subject, document, day, met, sort=-due, after.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{p: p, r: r, now: p.svc.now()}
	v.status, v.f = filter(r)
	var err error
	if v.page, err = p.svc.List(ctx, v.f); err != nil {
		return err
	}
	if v.names, err = p.names(ctx, v.page.Rows); err != nil {
		return err
	}
	if v.units, err = p.units.Options(ctx); err != nil {
		return err
	}
	if v.mine, err = p.svc.CountOwn(ctx); err != nil {
		return err
	}
	if v.f.After != "" {
		v.firstAt = web.With(r, "after", "")
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "obligation.title"), Body: listView(v)})
}

func (p *Pages) names(ctx context.Context, rows []Obligation) (map[string]string, error) {
	var ids []string
	for _, o := range rows {
		ids = append(ids, o.UnitID)
	}
	slices.Sort(ids)
	return p.units.Names(ctx, slices.Compact(ids))
}

func (v listPage) filtered() bool {
	f := v.f
	if v.own() {
		f.Unit = "" // the view, not a filter
	}
	return v.status != statuses[0].name || f.Query+f.Unit+f.Kind+f.Urgency+f.Person+f.Addressee+f.Form+f.Basis+f.Subject+f.Document != "" || !f.From.IsZero()
}

// whose are the views of the list: what the reader's own unit owes, and what all
// of its scope owe.
func (v listPage) whose(ctx context.Context) []ui.Tab {
	at := func(value string) string { return web.With(v.r, "whose", value, "unit", "", "after", "") }
	return []ui.Tab{{Label: i18n.T(ctx, "obligation.whose.all"), Href: at(""), Here: !v.own()},
		{Label: i18n.T(ctx, "obligation.whose.own"), Href: at(own), Count: v.mine.Open, Here: v.own()}}
}

func (v listPage) own() bool { return v.r.URL.Query().Get("whose") == own }

// actions are the other ways to look at what is owed, and the next act.
func (v listPage) actions(ctx context.Context) []ui.Action {
	out := []ui.Action{{Label: i18n.T(ctx, "obligation.board"), Href: "/obligations/board", Icon: ui.IconUnit},
		{Label: i18n.T(ctx, "obligation.calendar"), Href: "/obligations/calendar", Icon: ui.IconClock}}
	if v.p.svc.rhythm.Law != nil {
		out = append(out, ui.Action{Label: i18n.T(ctx, "obligation.periodic"), Href: "/obligations/periodic", Icon: ui.IconRefresh})
	}
	if auth.May(ctx, write) {
		out = append(out, ui.Action{Label: i18n.T(ctx, "obligation.new"), Href: "/obligations/new", Icon: ui.IconAdd, Primary: true})
	}
	return out
}

func (v listPage) fields(ctx context.Context) []ui.FieldProps {
	any := i18n.T(ctx, "obligation.filter.any")
	st := ui.FieldProps{Kind: ui.KindSelect, Name: "status", Label: i18n.T(ctx, "obligation.filter.status"), Value: v.status}
	for _, s := range statuses {
		st.Options = append(st.Options, ui.Option{Value: s.name, Label: i18n.T(ctx, "obligation.status."+s.name)})
	}
	kind := kindField(ctx, v.f.Kind)
	urgency := ui.FieldProps{Kind: ui.KindSelect, Name: "urgency", Label: i18n.T(ctx, "obligation.urgency"), Value: v.f.Urgency, Blank: any}
	for _, u := range Urgencies() {
		urgency.Options = append(urgency.Options, ui.Option{Value: u.Key(), Label: i18n.T(ctx, "obligation.urgency."+u.Key())})
	}
	person := ""
	if v.f.Person != "" {
		person = mine
	}
	fields := []ui.FieldProps{{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "obligation.filter.q"), Value: v.f.Query}, st, kind}
	if !v.own() {
		fields = append(fields, ui.FieldProps{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "obligation.unit"), Value: v.f.Unit, Options: v.units, Blank: any})
	}
	return append(fields, []ui.FieldProps{urgency,
		{Kind: ui.KindSelect, Name: "person", Label: i18n.T(ctx, "obligation.person"), Value: person, Blank: any,
			Options: []ui.Option{{Value: mine, Label: i18n.T(ctx, "obligation.person.me")}}},
		{Name: "addressee", Label: i18n.T(ctx, "obligation.addressee"), Value: v.f.Addressee},
		{Name: "basis", Label: i18n.T(ctx, "obligation.basis"), Value: v.f.Basis},
		{Name: "form", Label: i18n.T(ctx, "obligation.form"), Value: v.f.Form},
	}...)
}

// clear is the list of the same view without filters.
func (v listPage) clear() string {
	if v.own() {
		return "/obligations?whose=" + own
	}
	return "/obligations"
}

func kindField(ctx context.Context, value string) ui.FieldProps {
	f := ui.FieldProps{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "obligation.filter.kind"), Value: value,
		Blank: i18n.T(ctx, "obligation.filter.any")}
	for _, k := range kinds {
		f.Options = append(f.Options, ui.Option{Value: k, Label: i18n.T(ctx, "obligation.kind."+k)})
	}
	return f
}

// kinds are the kinds of duty the interface has words for. Rooms that open a
// new kind add it here and to the catalogue.
var kinds = []string{"incident.report", "directive.task", "threat_hunt", PeriodKind, TaskKind}

// hidden are the filters that have no field: they came with a link.
func (v listPage) hidden() []ui.Hidden {
	var out []ui.Hidden
	for _, name := range []string{"whose", "subject", "document", "day", "met"} {
		if value := v.r.URL.Query().Get(name); value != "" {
			out = append(out, ui.Hidden{Name: name, Value: value})
		}
	}
	return out
}

func (v listPage) heads(ctx context.Context) []ui.Head {
	due := ui.Head{Label: i18n.T(ctx, "obligation.clock"), Sort: web.With(v.r, "sort", "-due", "after", ""), Sorted: ui.SortAscending}
	if v.f.Latest {
		due.Sort, due.Sorted = web.With(v.r, "sort", "", "after", ""), ui.SortDescending
	}
	return []ui.Head{{Label: i18n.T(ctx, "obligation.what")}, due, {Label: i18n.T(ctx, "obligation.unit")}, {Label: i18n.T(ctx, "obligation.person")},
		{Label: i18n.T(ctx, "obligation.addressee")}, {Label: i18n.T(ctx, "obligation.subject")}}
}

func (v listPage) rows(ctx context.Context) []ui.Row {
	rows := make([]ui.Row, 0, len(v.page.Rows))
	for _, o := range v.page.Rows {
		title := o.Title.In(i18n.Lang(ctx))
		person := ui.None()
		if o.OwedName != "" {
			person = ui.Text(o.OwedName)
		}
		rows = append(rows, ui.Row{ID: Choice{o.ID, o.Version}.String(), Name: title, Href: href(o.ID), Tone: StateBadge(ctx, o, v.now).Tone,
			Cells: []templ.Component{titleCell(o, title), v.clock(ctx, o), unitMark(v.names[o.UnitID]), person,
				ui.Text(o.Addressee.Name.In(i18n.Lang(ctx))), ui.Anchor(v.p.subject(o))}})
	}
	return rows
}

// bulkActs are what can be done to several rows at once.
func (v listPage) bulkActs(ctx context.Context) *ui.Bulk {
	if !auth.May(ctx, write) || !slices.Contains([]string{"open", "late", "soon", "ontime", "asked"}, v.status) {
		return nil
	}
	return &ui.Bulk{Action: "/obligations/bulk", Hidden: []ui.Hidden{{Name: "back", Value: v.r.URL.RequestURI()}}, Buttons: []ui.Submit{
		{Label: i18n.T(ctx, "obligation.bulk.assign"), Name: "do", Value: "assign", Icon: ui.IconAssign, Plain: true},
		{Label: i18n.T(ctx, "obligation.bulk.remind"), Name: "do", Value: "remind", Icon: ui.IconBell, Plain: true}}}
}

// clock is the clock mark, or the state where no clock runs.
func (v listPage) clock(ctx context.Context, o Obligation) templ.Component {
	if o.Clock(v.now) == Ended {
		return ui.Badge(StateBadge(ctx, o, v.now))
	}
	m := Mark(ctx, o, v.now)
	m.Short = true
	return ui.Clock(m)
}

func (v listPage) next() string {
	if v.page.Next == "" {
		return ""
	}
	return web.With(v.r, "after", v.page.Next)
}

func unitMark(name string) templ.Component {
	if name == "" {
		return ui.None()
	}
	return ui.Unit(ui.UnitProps{Name: name})
}

func (p *Pages) subject(o Obligation) ui.Link {
	l := ui.Link{Label: o.Subject.Label}
	if path, ok := p.subjects[o.Subject.Kind]; ok {
		l.Href = path + o.Subject.ID
	}
	return l
}

func href(id ID) string { return "/obligations/" + string(id) }

func formVersion(r *http.Request) int64 {
	v, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return -1 // no record has it: a conflict
	}
	return v
}
