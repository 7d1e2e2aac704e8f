// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type showPage struct {
	f      Feed
	unit   string
	list   string // name of the list
	runs   []Run
	total  int64
	late   bool
	may    bool   // change it
	folder string // where files are dropped
	entry  Entry
	held   Holding
	work   *ui.JobProps
}

const shownRuns = 10

// show handles GET /feeds/{id}.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := p.svc.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	v := showPage{f: f, late: p.late(f), may: auth.May(ctx, mayWrite), folder: filepath.Join(p.svc.Folder, f.Folder), list: f.New.Name}
	v.entry, _ = inCatalogue(f.Entry)
	if v.runs, v.total, err = p.svc.Runs(ctx, f.ID, RunFilter{Limit: shownRuns}); err != nil {
		return err
	}
	if f.List != "" {
		l, err := p.svc.Lists.Get(reading(ctx, row{Unit: f.Unit}), f.List)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		v.list = l.Name
	}
	names, err := p.choices.Names(ctx, []string{f.Unit})
	if err != nil {
		return err
	}
	v.unit = names[f.Unit]
	if v.held, err = p.svc.Holding(ctx, f.ID); err != nil {
		return err
	}
	if v.work, err = p.work(ctx, f); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: f.Name, Body: showView(v)})
}

// work is the fetch that goes on, nil when none does.
func (p *Pages) work(ctx context.Context, f Feed) (*ui.JobProps, error) {
	j, on, err := p.svc.Job(ctx, f)
	if err != nil || !on {
		return nil, err
	}
	props := ui.JobProps{ID: "fetch", Title: i18n.T(ctx, "feed.job", f.Name), Poll: href(f.ID) + "/progress", State: ui.JobWaiting}
	switch {
	case j.State == jobs.Running:
		props.State = ui.JobRunning
	case j.State.Ended():
		props.State, props.Note = ui.JobRunning, i18n.T(ctx, "feed.job.loading")
		return &props, nil
	}
	switch {
	case j.Note == "feed.job.events":
		props.Progress = ui.ProgressProps{Label: i18n.T(ctx, "feed.job.events"), Done: j.Done, Total: max(j.Total, 0),
			Text: i18n.T(ctx, "feed.job.events.text", i18n.Number(ctx, j.Done), i18n.Number(ctx, j.Total))}
	case j.Done > 0:
		props.Progress = ui.ProgressProps{Label: i18n.T(ctx, "feed.job.fetching"), Done: j.Done, Total: max(j.Total, 0), Text: i18n.Bytes(ctx, j.Done)}
	}
	if why := j.Failure(); why.Message != "" {
		props.Note = whyText(ctx, why.Message, why.Args)
	}
	return &props, nil
}

// progress handles GET /feeds/{id}/progress: the fragment that shows how far the
// fetch is.
func (p *Pages) progress(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := p.svc.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	props, err := p.work(ctx, f)
	if err != nil {
		return err
	}
	if props == nil {
		w.Header().Set("HX-Refresh", "true") // it is over: show the whole page
		props = &ui.JobProps{ID: "fetch", Title: i18n.T(ctx, "feed.job", f.Name), State: ui.JobDone}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return ui.Job(*props).Render(ui.WithAssets(ctx, p.choices.Assets), w)
}

func (v showPage) head(ctx context.Context) ui.RecordHeadProps {
	f := v.f
	h := ui.RecordHeadProps{Crumbs: crumbs(ctx), Title: f.Name, State: badgeOf(ctx, f, v.late), Owner: unitMark(v.unit)}
	if !v.may {
		return h
	}
	path := href(f.ID)
	switch {
	case f.URL == "":
	case f.Run != "":
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "feed.cancel"), Href: path + "/cancel", Icon: ui.IconDismiss, Post: true})
	case f.Active:
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "feed.fetch"), Href: path + "/fetch", Icon: ui.IconRefresh, Post: true})
	}
	if f.URL != "" {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "feed.test"), Href: path + "/test", Icon: ui.IconCheck, Post: true})
	}
	if MayStand(ctx) {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "feed.edit"), Href: path + "/edit", Icon: ui.IconEdit})
		if f.URL != "" && !f.Active {
			h.Step = &ui.Action{Label: i18n.T(ctx, "feed.on"), Href: path + "/on", Icon: ui.IconDownload}
		}
	}
	if f.Active {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "feed.off"), Href: path + "/off", Icon: ui.IconLock, Danger: true})
	}
	h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "feed.delete"), Href: path + "/delete", Icon: ui.IconDelete, Danger: true})
	return h
}

// alert says what is wrong and what to do, nil when nothing is.
func (v showPage) alert(ctx context.Context) *ui.AlertProps {
	f := v.f
	why := whyText(ctx, f.Why, f.WhyArgs)
	switch {
	case v.late && why == "":
		return &ui.AlertProps{Tone: ui.Bad, Title: i18n.T(ctx, "feed.late", i18n.Time(ctx, f.StaleAt())), Text: i18n.T(ctx, "feed.late.text")}
	case v.late:
		return &ui.AlertProps{Tone: ui.Bad, Title: i18n.T(ctx, "feed.late", i18n.Time(ctx, f.StaleAt())), Text: why}
	case f.Failures > 0 && f.OKAt.IsZero():
		return &ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "feed.failing.new", i18n.Number(ctx, f.Failures)), Text: why}
	case f.Failures > 0:
		return &ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "feed.failing", i18n.Number(ctx, f.Failures)), Text: why}
	case f.URL != "" && !f.Active:
		return &ui.AlertProps{Tone: ui.Info, Title: i18n.T(ctx, "feed.is_off"), Text: v.offText(ctx)}
	}
	return nil
}

func (v showPage) offText(ctx context.Context) string {
	if v.f.Reason != "" {
		return i18n.T(ctx, "feed.is_off.reason", v.f.Reason)
	}
	return i18n.T(ctx, "feed.is_off.text")
}

func fact(ctx context.Context, key string, c templ.Component) ui.Fact {
	return ui.Fact{Label: i18n.T(ctx, "feed."+key), Value: c}
}

// health are the facts of how the feed fares.
func (v showPage) health(ctx context.Context) []ui.Fact {
	f := v.f
	facts := []ui.Fact{fact(ctx, "ok_at", ui.Time(f.OKAt)), fact(ctx, "changed_at", ui.Time(f.ChangedAt)), fact(ctx, "tried_at", ui.Time(f.TriedAt)),
		fact(ctx, "rows", ui.Number(f.Rows)), fact(ctx, "failures", ui.Number(f.Failures))}
	if f.URL != "" {
		facts = append(facts, fact(ctx, "next_at", ui.Time(f.NextAt)))
	}
	if v.held != (Holding{}) {
		facts = append(facts, fact(ctx, "events.held", ui.Text(i18n.T(ctx, "feed.events.held.text", i18n.Number(ctx, v.held.Good),
			i18n.Number(ctx, v.held.Missing), i18n.Number(ctx, v.held.Refused), i18n.Number(ctx, v.held.Waiting)))))
	}
	if f.Pruned > 0 {
		facts = append(facts, fact(ctx, "pruned", ui.Text(i18n.T(ctx, "feed.pruned.text", i18n.Number(ctx, f.Pruned), i18n.Time(ctx, f.PrunedAt)))))
	}
	if f.Watched() {
		facts = append(facts, fact(ctx, "late_at", ui.Time(f.StaleAt())))
	}
	return facts
}

// facts are what a person chose.
func (v showPage) facts(ctx context.Context) []ui.Fact {
	f := v.f
	list := ui.Text(i18n.T(ctx, "feed.list.coming", v.list))
	if f.List != "" {
		list = ui.Anchor(ui.Link{Label: v.list, Href: listHref(f.List)})
	}
	address := ui.Text(i18n.T(ctx, "feed.url.none"))
	if f.URL != "" {
		address = ui.Code(f.URL)
	}
	when := "expected"
	if f.URL != "" {
		when = "schedule"
	}
	name := string(f.Auth)
	if f.Auth == AuthNone {
		name = "none"
	}
	facts := []ui.Fact{fact(ctx, "url", address)}
	if f.URL != "" {
		facts = append(facts, fact(ctx, "shape", ui.Text(i18n.T(ctx, "feed.shape."+shapeName(f.Shape)))))
	}
	facts = append(facts, fact(ctx, "list", list), fact(ctx, when, ui.Text(scheduleText(ctx, f.Schedule))),
		fact(ctx, "limit", ui.Text(i18n.T(ctx, "feed.mib", f.Limit))), fact(ctx, "auth", ui.Text(i18n.T(ctx, "feed.auth."+name))))
	if f.AuthName != "" {
		facts = append(facts, fact(ctx, "auth_name", ui.Code(f.AuthName)))
	}
	if v.entry.ID != "" {
		facts = append(facts, fact(ctx, "entry", ui.Text(v.entry.Name+" · "+v.entry.licence(ctx))))
	}
	return append(facts, fact(ctx, "folder", ui.Code(v.folder)), fact(ctx, "maker", ui.Text(i18n.T(ctx, "feed.by", f.CreatedName, i18n.Time(ctx, f.CreatedAt)))))
}

// runBadge is a run's state.
func runBadge(ctx context.Context, r Run) ui.BadgeProps {
	tone := map[State]ui.Tone{Waiting: ui.Info, Running: ui.Info, Loading: ui.Info, Same: ui.OK, Done: ui.OK, Refused: ui.Bad, Failed: ui.Bad, Cancelled: ui.NoData}[r.State]
	return ui.BadgeProps{Text: i18n.T(ctx, "feed.run."+string(r.State)), Tone: tone}
}

func runHeads(ctx context.Context) []ui.Head {
	head := func(key string, numeric bool) ui.Head {
		return ui.Head{Label: i18n.T(ctx, "feed."+key), Numeric: numeric}
	}
	return []ui.Head{head("run.at", false), head("run.how", false), head("state", false), head("run.status", true), head("run.bytes", true),
		head("run.seq", true), head("rows", true), head("why", false)}
}

func runRows(ctx context.Context, f Feed, list []Run) []ui.Row {
	var rows []ui.Row
	for _, r := range list {
		status, seq := ui.None(), ui.None()
		if r.Status > 0 {
			status = ui.Text(strconv.FormatInt(r.Status, 10))
		}
		if r.Seq > 0 && f.List != "" {
			seq = ui.Anchor(ui.Link{Label: strconv.FormatInt(r.Seq, 10), Href: listHref(f.List) + "?v=" + strconv.FormatInt(r.Seq, 10)})
		}
		rows = append(rows, ui.Row{ID: r.ID, Name: i18n.Time(ctx, r.Began), Cells: []templ.Component{ui.Time(r.Began), ui.Text(howText(ctx, r)), ui.Badge(runBadge(ctx, r)), status,
			ui.Text(i18n.Bytes(ctx, r.Bytes)), seq, ui.Number(r.Rows), runNote(f, r)}})
	}
	return rows
}

func howText(ctx context.Context, r Run) string {
	if r.How == ByPerson {
		return i18n.T(ctx, "feed.how.now", r.By)
	}
	return i18n.T(ctx, "feed.how."+string(r.How))
}

func (v showPage) history(ctx context.Context) ui.ListProps {
	return ui.ListProps{ID: "runs", Caption: i18n.T(ctx, "feed.runs"), Heads: runHeads(ctx), Rows: runRows(ctx, v.f, v.runs), Total: v.total,
		Empty: ui.EmptyProps{Icon: ui.IconHistory, Title: i18n.T(ctx, "feed.runs.empty"), Text: i18n.T(ctx, "feed.runs.empty.text")}}
}

type runsPage struct {
	r     *http.Request
	f     Feed
	list  []Run
	total int64
	asked RunFilter
}

func runFilter(r *http.Request) RunFilter {
	q := r.URL.Query()
	return RunFilter{State: State(q.Get("state")), After: q.Get("after"), Limit: 50}
}

// runs handles GET /feeds/{id}/runs. Query: state, after.
func (p *Pages) runs(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := runsPage{r: r, asked: runFilter(r)}
	var err error
	if v.f, err = p.svc.Get(ctx, ID(r.PathValue("id"))); err != nil {
		return err
	}
	if v.list, v.total, err = p.svc.Runs(ctx, v.f.ID, v.asked); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "feed.runs"), Body: runsView(v)})
}

func (v runsPage) props(ctx context.Context) ui.ListProps {
	path := href(v.f.ID) + "/runs"
	var states []ui.Option
	for _, s := range States() {
		states = append(states, ui.Option{Value: string(s), Label: i18n.T(ctx, "feed.run."+string(s))})
	}
	l := ui.ListProps{Caption: i18n.T(ctx, "feed.runs"), Heads: runHeads(ctx), Rows: runRows(ctx, v.f, v.list), Total: v.total, Filtered: v.asked.State != "", ClearAt: path,
		Filters: ui.Filter(ui.FilterProps{Action: path, Clear: path, Fields: []ui.FieldProps{
			{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "feed.state"), Value: string(v.asked.State), Blank: i18n.T(ctx, "feed.any"), Options: states}}}),
		Exports: web.Exports(v.r, path)[:1],
		Empty:   ui.EmptyProps{Icon: ui.IconHistory, Title: i18n.T(ctx, "feed.runs.empty"), Text: i18n.T(ctx, "feed.runs.empty.text")}}
	if len(v.list) == v.asked.Limit {
		l.Next = web.With(v.r, "after", v.list[len(v.list)-1].ID)
	}
	if v.asked.After != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	return l
}

// exportRuns handles GET /feeds/{id}/runs.csv: every run that the filter matches.
func (p *Pages) exportRuns(w http.ResponseWriter, r *http.Request) error {
	ctx, f := r.Context(), runFilter(r)
	f.Limit = 500
	feed, err := p.svc.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	sh := web.Sheet{Name: "feed-runs"}
	for _, h := range runHeads(ctx) {
		sh.Heads = append(sh.Heads, h.Label)
	}
	sh.Rows = web.Rows(func(after string) ([]Run, string, error) {
		f.After = after
		list, _, err := p.svc.Runs(ctx, feed.ID, f)
		if len(list) < f.Limit {
			return list, "", err
		}
		return list, list[len(list)-1].ID, err
	}, func(list []Run) ([][]any, error) {
		var out [][]any
		for _, r := range list {
			out = append(out, []any{r.Began, howText(ctx, r), i18n.T(ctx, "feed.run."+string(r.State)), r.Status, r.Bytes, r.Seq, r.Rows,
				strings.TrimSpace(whyText(ctx, r.Why, r.WhyArgs) + " " + eventsText(ctx, r.Events))})
		}
		return out, nil
	})
	return web.Export(w, r, web.CSV, sh)
}
