// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/ical"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type boardPage struct {
	r     *http.Request
	rows  []Standings
	names map[string]string
	month time.Time
	kind  string
}

// board handles GET /obligations/board. Query: kind.
func (p *Pages) board(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := boardPage{r: r, kind: r.URL.Query().Get("kind")}
	var err error
	if v.rows, v.month, err = p.svc.Board(ctx, v.kind); err != nil {
		return err
	}
	ids := make([]string, len(v.rows))
	for i, x := range v.rows {
		ids[i] = x.Unit
	}
	if v.names, err = p.units.Names(ctx, ids); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "obligation.board"), Body: boardView(v)})
}

// columns are the figures of the board: the status of the list behind each.
var columns = []string{"late", "soon", "ontime", "mettime", "metlate"}

func (x Standings) figure(column string) int64 {
	return map[string]int64{"late": x.Late, "soon": x.Soon, "ontime": x.OnTime, "mettime": x.MetTime, "metlate": x.MetLate}[column]
}

// at is the list behind a figure; unit "" is of all.
func (v boardPage) at(unit, column string) string {
	q := url.Values{"status": {column}}
	if unit != "" {
		q.Set("unit", unit)
	}
	if v.kind != "" {
		q.Set("kind", v.kind)
	}
	if strings.HasPrefix(column, "met") {
		q.Set("met", v.month.Format("2006-01"))
	}
	return "/obligations?" + q.Encode()
}

func (v boardPage) cell(ctx context.Context, unit, column string, n int64) templ.Component {
	if n == 0 {
		return ui.Number(0)
	}
	return ui.Anchor(ui.Link{Label: i18n.Number(ctx, n), Href: v.at(unit, column)})
}

func (v boardPage) heads(ctx context.Context) []ui.Head {
	out := []ui.Head{{Label: i18n.T(ctx, "obligation.unit")}}
	for _, c := range columns {
		out = append(out, ui.Head{Label: i18n.T(ctx, "obligation.board."+c), Numeric: true})
	}
	return append(out, ui.Head{Label: i18n.T(ctx, "obligation.board.next")})
}

func (v boardPage) listRows(ctx context.Context) []ui.Row {
	var rows []ui.Row
	var sum Standings
	for _, x := range v.rows {
		row := ui.Row{ID: x.Unit, Name: v.names[x.Unit], Cells: []templ.Component{unitMark(v.names[x.Unit])}}
		for _, c := range columns {
			row.Cells = append(row.Cells, v.cell(ctx, x.Unit, c, x.figure(c)))
		}
		next := ui.None()
		switch {
		case x.Late > 0:
			row.Tone, next = ui.Bad, ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "obligation.board.since", i18n.Until(ctx, x.LongestLate)), Tone: ui.Bad})
		case !x.NextDue.IsZero():
			next = ui.Until(x.NextDue)
		}
		rows = append(rows, ui.Row{ID: row.ID, Name: row.Name, Tone: row.Tone, Cells: append(row.Cells, next)})
		sum.Late, sum.Soon, sum.OnTime, sum.MetTime, sum.MetLate = sum.Late+x.Late, sum.Soon+x.Soon, sum.OnTime+x.OnTime, sum.MetTime+x.MetTime, sum.MetLate+x.MetLate
	}
	if len(v.rows) > 1 {
		all := ui.Row{ID: "all", Under: true, Cells: []templ.Component{ui.Text(i18n.T(ctx, "obligation.board.all"))}}
		for _, c := range columns {
			all.Cells = append(all.Cells, v.cell(ctx, "", c, sum.figure(c)))
		}
		rows = append(rows, ui.Row{ID: all.ID, Under: true, Cells: append(all.Cells, ui.None())})
	}
	return rows
}

type monthPage struct {
	first        calendar.Date
	days         map[string]Day
	unit, person string
	units        []ui.Option
	cal          *calendar.Calendar
	today        calendar.Date
}

// month handles GET /obligations/calendar. Query: month (2006-01), unit, person.
func (p *Pages) month(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	v := monthPage{unit: q.Get("unit"), cal: p.svc.days, today: calendar.DateOf(p.svc.now())}
	v.first = calendar.Date{Year: v.today.Year, Month: v.today.Month, Day: 1}
	if d, err := calendar.ParseDate(q.Get("month") + "-01"); err == nil && d.Year > 1990 && d.Year < 2200 {
		v.first = d
	}
	person := ""
	if q.Get("person") == mine {
		actor, _ := auth.From(ctx)
		v.person, person = mine, actor.ID
	}
	var err error
	if v.days, err = p.svc.Days(ctx, v.first.Start(), v.next(1).Start(), v.unit, person); err != nil {
		return err
	}
	if v.units, err = p.units.Options(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: v.title(ctx), Body: monthView(v)})
}

// next is the first of the month n months on.
func (v monthPage) next(n int) calendar.Date {
	return calendar.DateOf(time.Date(v.first.Year, v.first.Month+time.Month(n), 1, 0, 0, 0, 0, calendar.Zone()))
}

func (v monthPage) title(ctx context.Context) string {
	return i18n.T(ctx, "obligation.calendar.month", i18n.Number(ctx, int64(v.first.Month)), v.first.Start().Format("2006"))
}

func (v monthPage) at(month calendar.Date) string {
	q := url.Values{"month": {month.String()[:7]}}
	if v.unit != "" {
		q.Set("unit", v.unit)
	}
	if v.person != "" {
		q.Set("person", v.person)
	}
	return "/obligations/calendar?" + q.Encode()
}

// weeks are the days of the month in weeks that begin on Monday; days of the
// neighbours are zero.
func (v monthPage) weeks() [][7]calendar.Date {
	var out [][7]calendar.Date
	for d := v.first; d.Month == v.first.Month; d = d.AddDays(1) {
		at := (int(d.Weekday()) + 6) % 7
		if at == 0 || len(out) == 0 {
			out = append(out, [7]calendar.Date{})
		}
		out[len(out)-1][at] = d
	}
	return out
}

func (v monthPage) off(ctx context.Context, d calendar.Date) string {
	if v.cal == nil {
		return ""
	}
	off, is := v.cal.Off(d)
	if !is || d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
		return ""
	}
	return off.Name.In(i18n.Lang(ctx))
}

func (v monthPage) dayAt(d calendar.Date, status string) string {
	q := url.Values{"day": {d.String()}, "status": {status}}
	if v.unit != "" {
		q.Set("unit", v.unit)
	}
	if v.person != "" {
		q.Set("person", v.person)
	}
	return "/obligations?" + q.Encode()
}

// counts are the figures of a day that are not zero: words and list.
func (v monthPage) counts(ctx context.Context, d calendar.Date) []dayCount {
	day := v.days[d.String()]
	var out []dayCount
	for _, c := range []dayCount{{day.Late, "late", ui.Bad, ""}, {day.Open, "open", ui.Info, ""}, {day.Done, "met", ui.OK, ""}} {
		if c.n > 0 {
			c.text = i18n.T(ctx, "obligation.calendar."+c.status, i18n.Number(ctx, c.n))
			out = append(out, c)
		}
	}
	return out
}

type dayCount struct {
	n      int64
	status string
	tone   ui.Tone
	text   string
}

func (v monthPage) fields(ctx context.Context) []ui.FieldProps {
	any := i18n.T(ctx, "obligation.filter.any")
	return []ui.FieldProps{
		{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "obligation.unit"), Value: v.unit, Options: v.units, Blank: any},
		{Kind: ui.KindSelect, Name: "person", Label: i18n.T(ctx, "obligation.person"), Value: v.person, Blank: any,
			Options: []ui.Option{{Value: mine, Label: i18n.T(ctx, "obligation.person.me")}}},
	}
}

type feedsPage struct {
	feeds  []Feed
	names  map[string]string
	units  []ui.Option
	errs   map[string]string
	secret string // the address of a new feed, shown this once
}

// feeds handles GET /obligations/feeds.
func (p *Pages) feeds(w http.ResponseWriter, r *http.Request) error {
	return p.renderFeeds(w, r, http.StatusOK, "", nil)
}

func (p *Pages) renderFeeds(w http.ResponseWriter, r *http.Request, status int, secret string, errs map[string]string) error {
	ctx := r.Context()
	v := feedsPage{errs: errs, secret: secret}
	var err error
	if v.feeds, err = p.svc.Feeds(ctx); err != nil {
		return err
	}
	var ids []string
	for _, f := range v.feeds {
		ids = append(ids, f.Unit)
	}
	if v.names, err = p.units.Names(ctx, ids); err != nil {
		return err
	}
	if v.units, err = p.units.Options(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "obligation.feeds"), Body: feedsView(v)})
}

// newFeed handles POST /obligations/feeds. Form: unit. The address is shown this
// once.
func (p *Pages) newFeed(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	secret, err := p.svc.NewFeed(ctx, r.PostFormValue("unit"))
	if fault.Is(err, fault.Invalid) {
		return p.renderFeeds(w, r, http.StatusUnprocessableEntity, "", web.Errors(ctx, err))
	}
	if err != nil {
		return err
	}
	return p.renderFeeds(w, r, http.StatusOK, p.link("/ical/"+secret), nil)
}

func (p *Pages) link(path string) string {
	if p.near.Link == nil {
		return path
	}
	return p.near.Link(path)
}

// revokeFeed handles POST /obligations/feeds/revoke. Form: id.
func (p *Pages) revokeFeed(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := p.svc.RevokeFeed(ctx, r.PostFormValue("id")); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "obligation.done.revoked"))
	return web.Redirect(w, r, "/obligations/feeds")
}

// feed handles GET /ical/{token}: no session, the secret is the right.
func (p *Pages) feed(w http.ResponseWriter, r *http.Request) error {
	var b strings.Builder
	if err := p.svc.WriteFeed(r.Context(), &b, r.PathValue("token"), p.units.Names, p.link); err != nil {
		return err
	}
	w.Header().Set("Content-Type", ical.MediaType)
	w.Header().Set("Cache-Control", "private, max-age=900")
	_, err := w.Write([]byte(b.String()))
	return err
}
