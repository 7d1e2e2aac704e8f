// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// watchRoutes are the screens of ways in, rhythm, strangers and uptime.
func (p *Pages) watchRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /sources/{id}/live", Need: mayRead, Handle: p.live},
		{Pattern: "GET /sources/{id}/rhythm", Need: mayWrite, Handle: p.rhythm},
		{Pattern: "POST /sources/{id}/rhythm", Need: mayWrite, Handle: p.rhythmPost},
		{Pattern: "GET /sources/{id}/ways/new", Need: mayWrite, Handle: p.wayNew},
		{Pattern: "POST /sources/{id}/ways/new", Need: mayWrite, Handle: p.wayNewPost},
		{Pattern: "GET /sources/{id}/ways/{way}", Need: mayRead, Handle: p.way},
		{Pattern: "GET /sources/{id}/ways/{way}/edit", Need: mayWrite, Handle: p.wayEdit},
		{Pattern: "POST /sources/{id}/ways/{way}/edit", Need: mayWrite, Handle: p.wayEditPost},
		{Pattern: "POST /sources/{id}/ways/{way}/token", Need: mayWrite, Handle: p.wayToken},
		{Pattern: "POST /sources/{id}/ways/{way}/revoke", Need: mayWrite, Handle: p.wayRevoke},
		{Pattern: "GET /sources/strangers", Need: mayWrite, Handle: p.strangers},
		{Pattern: "POST /sources/strangers", Need: mayWrite, Handle: p.adopt},
		{Pattern: "GET /sources/uptime", Need: mayRead, Handle: p.uptime},
		{Pattern: "GET /sources/uptime.csv", Need: mayRead, Handle: p.uptimeExport(web.CSV)},
		{Pattern: "GET /sources/uptime.xlsx", Need: mayRead, Handle: p.uptimeExport(web.XLSX)},
	}
}

// watchPart is what the page of a source shows of its watch.
type watchPart struct {
	Live   Live
	Intake []ui.AlertProps // what is the matter with its reception
	Why    *ui.AlertProps  // a collector that may explain its silence
	Ways   []Way
	Behind int // collectors that its lines come through
	Rhythm Rhythm
	Strip  strip
	Gaps   []Gap
	Now    time.Time
}

// stripDays is how many days the heat strip shows.
const stripDays = 7

func (p *Pages) loadWatch(ctx context.Context, v *showPage) (err error) {
	id := v.Source.ID
	v.Now = p.svc.Now()
	if err = p.loadLive(ctx, v); err != nil {
		return err
	}
	today := calendar.DateOf(v.Now)
	if v.Strip, err = p.svc.strip(ctx, id, today.AddDays(1-stripDays).Start(), today.End()); err != nil {
		return err
	}
	v.Gaps, err = p.svc.Gaps(ctx, id)
	return err
}

// loadLive is the part that follows the source.
func (p *Pages) loadLive(ctx context.Context, v *showPage) (err error) {
	id := v.Source.ID
	if v.Live, err = p.svc.Live(ctx, id); err != nil {
		return err
	}
	if err = p.explain(ctx, v); err != nil {
		return err
	}
	if v.Ways, err = p.svc.Ways(ctx, id); err != nil {
		return err
	}
	through, err := p.svc.through(ctx)
	if err != nil {
		return err
	}
	v.Behind = len(through[id])
	if p.near.Reception != nil {
		v.Intake = v.intake(ctx, p.near.Reception(ctx, id))
	}
	v.Rhythm, err = p.svc.Rhythm(ctx, id)
	return err
}

func (p *Pages) explain(ctx context.Context, v *showPage) (err error) {
	if p.near.Explained != nil {
		v.Why, err = p.near.Explained(ctx, v.Source.ID)
	}
	return err
}

// live answers the part of the page that follows the source.
func (p *Pages) live(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	src, err := p.svc.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	v := showPage{Source: src}
	if err := p.loadLive(ctx, &v); err != nil {
		return err
	}
	return p.site.Fragment(w, r, http.StatusOK, liveView(v))
}

type rhythmPage struct {
	Source  Source
	Minutes string // as typed
	In      Rhythm
	Suggest int64
	Office  string // when offices work
	Errors  map[string]string
}

func (p *Pages) renderRhythm(w http.ResponseWriter, r *http.Request, status int, v rhythmPage) error {
	ctx := r.Context()
	var err error
	if v.Source, err = p.svc.Get(ctx, ID(r.PathValue("id"))); err != nil {
		return err
	}
	if v.Suggest, err = p.svc.Suggest(ctx, v.Source.ID); err != nil {
		return err
	}
	v.Office = i18n.T(ctx, "source.rhythm.office_days")
	if from, to, ok := p.svc.OfficeHours(calendar.DateOf(p.svc.Now())); ok {
		v.Office = i18n.T(ctx, "source.rhythm.office_hint", from, to)
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "source.rhythm.title"), Body: rhythmView(v)})
}

func (p *Pages) rhythm(w http.ResponseWriter, r *http.Request) error {
	in, err := p.svc.Rhythm(r.Context(), ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return p.renderRhythm(w, r, http.StatusOK, rhythmPage{In: in, Minutes: strconv.FormatInt(in.Minutes, 10)})
}

// rhythmPost handles POST /sources/{id}/rhythm. Form: minutes, office, below,
// version.
func (p *Pages) rhythmPost(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	v := rhythmPage{Minutes: r.PostFormValue("minutes")}
	var bad, err error
	v.In.Office, v.In.Below = r.PostFormValue("office") != "", r.PostFormValue("below") != ""
	if v.In.Version, err = version(r); err != nil {
		return err
	}
	if v.In.Minutes, bad = count(v.Minutes); bad != nil {
		err = fault.Bad("source.rhythm", "minutes", "source.rhythm.bad.minutes")
	} else {
		err = p.svc.SetRhythm(ctx, id, v.In)
	}
	if v.Errors = web.Errors(ctx, err); v.Errors != nil {
		return p.renderRhythm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "source.rhythm.saved"))
	return web.Redirect(w, r, "/sources/"+string(id))
}

// version reads the version a form was opened with; none is 0.
func version(r *http.Request) (int64, error) {
	n, err := count(r.PostFormValue("version"))
	if err != nil {
		return 0, &fault.Error{Kind: fault.Conflict, Op: "source.form", Err: err}
	}
	return n, nil
}

// count reads a number that a person typed, spaces and dots between thousands
// included; nothing is 0.
func count(text string) (int64, error) {
	text = strings.NewReplacer(" ", "", "\u00a0", "", ".", "").Replace(text)
	if text == "" {
		return 0, nil
	}
	return strconv.ParseInt(text, 10, 64)
}

type wayForm struct {
	Source       Source
	In           Way
	Lines, Bytes string // as typed
	New          bool
	Errors       map[string]string
}

func (p *Pages) renderWayForm(w http.ResponseWriter, r *http.Request, status int, v wayForm) error {
	ctx := r.Context()
	var err error
	if v.Source, err = p.svc.Get(ctx, ID(r.PathValue("id"))); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: wayTitle(ctx, v.New), Body: wayFormView(v)})
}

func (p *Pages) wayNew(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	kind := WayKind(q.Get("kind"))
	if !slices.Contains(WayKinds(), kind) {
		kind = SyslogUDP
	}
	return p.renderWayForm(w, r, http.StatusOK, wayForm{New: true, In: Way{Kind: kind}})
}

// formWay reads the form fields kind, listener, network, host, relay,
// certificate, path, lines, bytes, note, off, version.
func formWay(r *http.Request) (wayForm, error) {
	v := wayForm{Lines: r.PostFormValue("lines"), Bytes: r.PostFormValue("bytes")}
	v.In = Way{ID: WayID(r.PathValue("way")), Source: ID(r.PathValue("id")), Kind: WayKind(r.PostFormValue("kind")), Listener: r.PostFormValue("listener"),
		Network: r.PostFormValue("network"), Host: r.PostFormValue("host"), Relay: r.PostFormValue("relay") != "", Certificate: r.PostFormValue("certificate"),
		Path: r.PostFormValue("path"), Note: r.PostFormValue("note"), Off: r.PostFormValue("off") != ""}
	var err error
	if v.In.Version, err = version(r); err != nil {
		return v, err
	}
	if v.In.Lines, err = count(v.Lines); err != nil {
		v.In.Lines = -1 // Check says so
	}
	if v.In.Bytes, err = count(v.Bytes); err != nil {
		v.In.Bytes = -1
	}
	return v, nil
}

func (p *Pages) wayNewPost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := formWay(r)
	if err != nil {
		return err
	}
	v.New = true
	if !slices.Contains(WayKinds(), v.In.Kind) {
		return fault.Bad("source.way", "kind", "source.way.bad.kind")
	}
	added, token, err := p.svc.AddWay(ctx, v.In)
	if v.Errors = web.Errors(ctx, err); v.Errors != nil {
		return p.renderWayForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	if token != "" {
		return p.renderWay(w, r, added.ID, token)
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "source.way.flash.added"))
	return web.Redirect(w, r, wayPath(added))
}

func wayPath(w Way) string { return "/sources/" + string(w.Source) + "/ways/" + string(w.ID) }

// ofSource is the way of the path, when it is one of the path's source.
func (p *Pages) ofSource(r *http.Request) (Way, error) {
	way, err := p.svc.Way(r.Context(), WayID(r.PathValue("way")))
	if err == nil && string(way.Source) != r.PathValue("id") {
		err = fault.Missing("source.way")
	}
	return way, err
}

func (p *Pages) wayEdit(w http.ResponseWriter, r *http.Request) error {
	way, err := p.ofSource(r)
	if err != nil {
		return err
	}
	return p.renderWayForm(w, r, http.StatusOK, wayForm{In: way, Lines: limit(way.Lines), Bytes: limit(way.Bytes)})
}

func (p *Pages) wayEditPost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	was, err := p.ofSource(r)
	if err != nil {
		return err
	}
	v, err := formWay(r)
	if err != nil {
		return err
	}
	v.In.Kind = was.Kind
	_, err = p.svc.ChangeWay(ctx, v.In)
	if v.Errors = web.Errors(ctx, err); v.Errors != nil {
		return p.renderWayForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "source.way.flash.saved"))
	return web.Redirect(w, r, wayPath(was))
}

type wayPage struct {
	Source   Source
	Way      Way
	Live     WayLive
	Known    bool // listeners told of it
	Token    string
	At       string
	Snippets []Snippet
	May      bool
}

func (p *Pages) way(w http.ResponseWriter, r *http.Request) error {
	return p.renderWay(w, r, WayID(r.PathValue("way")), "")
}

// renderWay shows a way; token is one just made, shown this once.
func (p *Pages) renderWay(w http.ResponseWriter, r *http.Request, id WayID, token string) error {
	ctx := r.Context()
	v := wayPage{Token: token, May: auth.May(ctx, mayWrite)}
	var err error
	if v.Way, err = p.svc.Way(ctx, id); err != nil {
		return err
	}
	if string(v.Way.Source) != r.PathValue("id") {
		return fault.Missing("source.way")
	}
	if v.Source, err = p.svc.Get(ctx, v.Way.Source); err != nil {
		return err
	}
	live, err := p.svc.Live(ctx, v.Way.Source)
	if err != nil {
		return err
	}
	v.Live, v.Known = live.Ways[id]
	if p.near.Receive != nil {
		v.At = p.near.Receive(v.Way.Kind, v.Way.Listener)
	}
	shown := token
	if shown == "" && v.Way.HasToken() {
		shown = "TOKEN"
	}
	if v.Snippets, err = snippets(v.Way, v.At, shown); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: wayName(ctx, v.Way), Body: wayView(v)})
}

// wayToken handles POST /sources/{id}/ways/{way}/token. Form: version. The new
// token is on the answered page once.
func (p *Pages) wayToken(w http.ResponseWriter, r *http.Request) error {
	way, err := p.ofSource(r)
	if err != nil {
		return err
	}
	n, err := version(r)
	if err != nil {
		return err
	}
	_, token, err := p.svc.RotateToken(r.Context(), way.ID, n)
	if err != nil {
		return err
	}
	return p.renderWay(w, r, way.ID, token)
}

func (p *Pages) wayRevoke(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	way, err := p.ofSource(r)
	if err != nil {
		return err
	}
	n, err := version(r)
	if err != nil {
		return err
	}
	if way, err = p.svc.RevokeToken(ctx, way.ID, n); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "source.way.flash.revoked"))
	return web.Redirect(w, r, wayPath(way))
}

// mayMeet reports whether the actor may look at senders that nobody knows.
func (p *Pages) mayMeet(ctx context.Context) (bool, error) {
	if p.near.Root == nil {
		return false, nil
	}
	root, err := p.near.Root(ctx)
	if err != nil {
		return false, err
	}
	return p.svc.MayMeet(ctx, root)
}

type strangersPage struct {
	List    []Stranger
	Sources []ui.Option
	Errors  map[string]string
	Source  string // as chosen
	Typed   Stranger
}

// meet is mayMeet as a refusal.
func (p *Pages) meet(ctx context.Context) error {
	may, err := p.mayMeet(ctx)
	if err == nil && !may {
		err = &fault.Error{Kind: fault.Forbidden, Op: "source.strangers"}
	}
	return err
}

func (p *Pages) strangers(w http.ResponseWriter, r *http.Request) error {
	return p.renderStrangers(w, r, http.StatusOK, strangersPage{})
}

func (p *Pages) renderStrangers(w http.ResponseWriter, r *http.Request, status int, v strangersPage) error {
	ctx := r.Context()
	if err := p.meet(ctx); err != nil {
		return err
	}
	if p.near.Strangers != nil {
		v.List = p.near.Strangers()
	}
	slices.SortFunc(v.List, func(a, b Stranger) int { return b.Last.Compare(a.Last) })
	for f := (Filter{Limit: exportPage}); ; {
		rows, _, err := p.svc.List(ctx, f)
		if err != nil {
			return err
		}
		for _, s := range rows {
			if !s.Closed {
				v.Sources = append(v.Sources, ui.Option{Value: string(s.ID), Label: s.Name})
			}
		}
		if len(rows) < f.Limit {
			break
		}
		f.After = string(rows[len(rows)-1].ID)
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "source.stranger.title"), Body: strangersView(v)})
}

// adopt handles POST /sources/strangers: a sender becomes a way in of a source.
// Form: source, kind, addr, host, certificate, path.
func (p *Pages) adopt(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := p.meet(ctx); err != nil {
		return err
	}
	v := strangersPage{Source: r.PostFormValue("source"), Typed: Stranger{Kind: WayKind(r.PostFormValue("kind")), Listener: r.PostFormValue("listener"), Addr: r.PostFormValue("addr"),
		Host: r.PostFormValue("host"), Certificate: r.PostFormValue("certificate"), Path: r.PostFormValue("path")}}
	way, ok := v.Typed.way()
	if !ok {
		return fault.Bad("source.adopt", "addr", "source.way.bad.network")
	}
	if v.Source == "" {
		v.Errors = map[string]string{"source": i18n.T(ctx, "source.stranger.bad.source")}
		return p.renderStrangers(w, r, http.StatusUnprocessableEntity, v)
	}
	way.Source = ID(v.Source)
	added, _, err := p.svc.AddWay(ctx, way)
	if v.Errors = web.Errors(ctx, err); v.Errors != nil {
		return p.renderStrangers(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "source.stranger.adopted", strangerName(v.Typed)))
	return web.Redirect(w, r, wayPath(added))
}

type uptimePage struct {
	r      *http.Request
	Month  calendar.Date
	Filter Filter
	Rows   []Uptime
	Total  int64
	Deaf   []Deaf
	Units  []ui.Option
	Now    time.Time
	First  string
	Next   string
}

// month is the month asked for, "2026-11"; anything else is this one.
func (p *Pages) month(r *http.Request) calendar.Date {
	if d, err := calendar.ParseDate(r.URL.Query().Get("month") + "-01"); err == nil {
		return d
	}
	return MonthOf(p.svc.Now())
}

func (p *Pages) uptime(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	v := uptimePage{r: r, Month: p.month(r), Now: p.svc.Now(), Filter: Filter{Search: q.Get("q"), Unit: q.Get("unit"), After: q.Get("after"), Limit: onPage + 1}}
	var err error
	if v.Rows, v.Total, err = p.svc.UptimePage(ctx, v.Month, v.Filter); err != nil {
		return err
	}
	if v.Deaf, err = p.svc.DeafTimes(ctx, v.Month.Start(), nextMonth(v.Month).Start()); err != nil {
		return err
	}
	if v.Units, err = p.near.Units(ctx); err != nil {
		return err
	}
	if len(v.Rows) > onPage {
		v.Rows = v.Rows[:onPage]
		v.Next = web.With(r, "after", string(v.Rows[onPage-1].Source.ID))
	}
	if v.Filter.After != "" {
		v.First = web.With(r, "after", "")
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "source.uptime.title"), Body: uptimeView(v)})
}

// uptimeExport handles GET /sources/uptime.csv and .xlsx.
func (p *Pages) uptimeExport(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, q := r.Context(), r.URL.Query()
		units, err := p.near.Units(ctx)
		if err != nil {
			return err
		}
		month := p.month(r)
		f := Filter{Search: q.Get("q"), Unit: q.Get("unit"), Limit: exportPage}
		sh := web.Sheet{Name: "uptime-" + monthText(month)}
		for _, key := range []string{"field.name", "field.unit", "way.field.way", "uptime.month", "uptime.percent", "uptime.seen", "uptime.expected", "uptime.deaf", "field.lines"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "source."+key))
		}
		sh.Rows = web.Rows(func(after string) ([]Uptime, string, error) {
			f.After = after
			rows, _, err := p.svc.UptimePage(ctx, month, f)
			next := ""
			if len(rows) == exportPage {
				next = string(rows[exportPage-1].Source.ID)
			}
			return rows, next, err
		}, func(rows []Uptime) ([][]any, error) {
			var out [][]any
			for _, u := range rows {
				unit := web.Labels(units)([]string{u.Source.Owner})
				out = append(out, []any{u.Source.Name, unit, i18n.T(ctx, "source.uptime.all"), monthText(month), percentText(ctx, u),
					u.Seen, u.Expected, u.Deaf, u.Lines})
				for _, w := range u.Ways {
					out = append(out, []any{u.Source.Name, unit, connection(ctx, w.Way), monthText(month), percentText(ctx, w.Uptime),
						w.Seen, w.Expected, w.Deaf, ""})
				}
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

func monthText(first calendar.Date) string {
	return first.Start().In(calendar.Zone()).Format("2006-01")
}
