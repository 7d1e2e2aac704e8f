// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type showPage struct {
	list     List
	owner    string
	inForce  int64
	versions []Version
	shown    Version // whose report is shown; zero when there is none
	loading  *ui.JobProps
	stopped  bool // the loading of the latest version: nobody goes on with it by itself
	entries  []Entry
	manage   bool

	suppressed Suppression
}

// show handles GET /indicators/{id}. Query: v is the version whose report is
// shown; the latest decided one without.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	v := showPage{manage: MayManage(ctx)}
	var err error
	// Versions first: work that ends in between is shown as under way, and the
	// page follows it to its end, rather than as done and without effect.
	if v.versions, err = p.svc.Versions(ctx, id); err != nil {
		return err
	}
	if v.list, err = p.svc.Get(ctx, id); err != nil {
		return err
	}
	if v.entries, err = p.svc.Entries(ctx, id); err != nil {
		return err
	}
	if v.inForce, err = p.svc.InForce(ctx, v.list); err != nil {
		return err
	}
	names, err := p.choices.Names(ctx, []string{v.list.Owner})
	if err != nil {
		return err
	}
	v.owner = names[v.list.Owner]
	if v.list.Kind == Block && v.list.Active && v.list.Seq > 0 {
		if v.suppressed, err = p.svc.Suppressed(ctx, id); err != nil {
			return err
		}
	}
	v.shown = pick(v.versions, r.URL.Query().Get("v"))
	if len(v.versions) > 0 && v.versions[0].State != Refused {
		job, err := p.loading(ctx, v.versions[0])
		if err != nil {
			return err
		}
		if v.stopped = job.State == ui.JobFailed; job.State != ui.JobDone {
			v.loading = &job
		}
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: title(ctx, v.list), Body: showView(v)})
}

// pick is the version asked for, else the latest one decided.
func pick(all []Version, asked string) Version {
	for _, v := range all {
		if strconv.FormatInt(v.Seq, 10) == asked && v.State != Waiting {
			return v
		}
	}
	for _, v := range all {
		if v.State != Waiting {
			return v
		}
	}
	return Version{}
}

// progress handles GET /indicators/{id}/progress: the fragment that shows how
// far the latest version is.
func (p *Pages) progress(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := p.svc.Versions(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fault.Missing("indicator.progress")
	}
	job, err := p.loading(ctx, all[0])
	if err != nil {
		return err
	}
	if job.State > ui.JobRunning {
		w.Header().Set("HX-Refresh", "true") // the account is ready: show the whole page
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return ui.Job(job).Render(ui.WithAssets(ctx, p.choices.Assets), w)
}

// loading is how far the work on v is. Whoever sees the list but not its
// owner's work sees the state alone.
func (p *Pages) loading(ctx context.Context, v Version) (ui.JobProps, error) {
	props := ui.JobProps{ID: "load", Title: i18n.T(ctx, "indicator.job", v.Seq, v.File), Poll: href(v.List) + "/progress", State: ui.JobWaiting}
	j, err := p.svc.Job(ctx, v)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return props, err
	}
	if v.State == Loaded && j.State == jobs.Running { // and is being put in force
		props.State, props.Note = ui.JobRunning, i18n.T(ctx, "indicator.job.building")
		return props, nil
	}
	if v.State != Waiting {
		props.State = ui.JobDone
		if v.State == Refused {
			props.State, props.Note = ui.JobFailed, v.problem(ctx)
		}
		props.Result = &ui.Action{Label: i18n.T(ctx, "indicator.job.see"), Href: href(v.List)}
		return props, nil
	}
	if err != nil {
		return props, nil
	}
	props.State = map[jobs.State]ui.JobState{jobs.Running: ui.JobRunning, jobs.Failed: ui.JobFailed, jobs.Cancelled: ui.JobFailed}[j.State]
	if j.Total > 0 {
		props.Progress = ui.ProgressProps{Label: i18n.T(ctx, j.Note), Done: j.Done, Total: j.Total,
			Text: i18n.T(ctx, "indicator.job.text", i18n.Bytes(ctx, j.Done), i18n.Bytes(ctx, j.Total))}
	}
	props.Result = &ui.Action{Label: i18n.T(ctx, "indicator.job.task"), Href: "/tasks/" + j.ID}
	if j.State == jobs.Cancelled {
		props.Note = i18n.T(ctx, "indicator.job.cancelled")
	} else if f := j.Failure(); f.Message != "" {
		args := make([]any, len(f.Args))
		for i, a := range f.Args {
			args[i] = a
		}
		props.Note = i18n.T(ctx, f.Message, args...)
	}
	return props, nil
}

func (v showPage) head(ctx context.Context) ui.RecordHeadProps {
	l := v.list
	h := ui.RecordHeadProps{Crumbs: crumbs(ctx), Title: title(ctx, l), Owner: unitMark(v.owner), Marks: []string{string(l.TLP)},
		State:  stateBadge(ctx, Listed{List: l, Indicators: v.inForce}),
		Badges: []ui.BadgeProps{{Text: i18n.T(ctx, "indicator.kind."+string(l.Kind))}}}
	if l.Seq > 0 || l.Builtin {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "indicator.find.in"), Href: "/indicators/find?list=" + string(l.ID), Icon: ui.IconSearch})
	}
	if !v.manage {
		return h
	}
	if !l.Builtin {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "indicator.replace"), Href: href(l.ID) + "/replace", Icon: ui.IconUpload})
	}
	if l.Active {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "indicator.turn.off"), Href: href(l.ID) + "/off", Danger: true})
	} else {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "indicator.turn.on"), Href: href(l.ID) + "/on"})
	}
	return h
}

func (v showPage) facts(ctx context.Context) []ui.Fact {
	l := v.list
	fact := func(key string, c templ.Component) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "indicator."+key), Value: c}
	}
	facts := []ui.Fact{
		fact("count", ui.Number(v.inForce)), fact("scope", ui.Text(i18n.T(ctx, "indicator.scope."+string(l.Scope)))),
		fact("layout", ui.Text(i18n.T(ctx, "indicator.layout."+string(l.Layout)))),
		fact("created", ui.Text(i18n.T(ctx, "indicator.by", i18n.Time(ctx, l.CreatedAt), l.CreatedBy))),
	}
	if l.Threat != "" {
		facts = append(facts, fact("threat", ui.Text(l.Threat)))
	}
	if l.Note != "" {
		facts = append(facts, fact("note", ui.Multiline(l.Note)))
	}
	return facts
}

func (v showPage) tiles(ctx context.Context) []ui.Tile {
	r := v.shown.Report
	tile := func(key string, n int64, note string, tone ui.Tone) ui.Tile {
		return ui.Tile{Label: i18n.T(ctx, "indicator.report."+key), Tone: tone,
			Measure: ui.MeasureProps{Value: i18n.Number(ctx, n), Grade: ui.Measured, Note: note}}
	}
	rejected := ui.Neutral
	if Sum(r.Rejected) > 0 {
		rejected = ui.Warn
	}
	return []ui.Tile{tile("rows", r.Rows, "", ""), tile("added", r.Added, "", ""), tile("merged", r.Merged, "", ""),
		tile("skipped", Sum(r.Skipped), "", ""), tile("rejected", Sum(r.Rejected), "", rejected)}
}

// sum is the account in one line.
func (v showPage) sum(ctx context.Context) string {
	r := v.shown.Report
	return i18n.T(ctx, "indicator.report.sum", i18n.Number(ctx, r.Rows), i18n.Number(ctx, r.Added), i18n.Number(ctx, r.Merged),
		i18n.Number(ctx, Sum(r.Skipped)), i18n.Number(ctx, Sum(r.Rejected)))
}

// problem says why v was refused, and of a damaged file where it breaks.
func (v Version) problem(ctx context.Context) string {
	return i18n.T(ctx, v.Problem, i18n.Number(ctx, v.Report.Last()), v.Report.breakText(ctx))
}

// passed names what was read and is no row.
func (v showPage) passed(ctx context.Context) string {
	var parts []string
	for _, what := range byCount(v.shown.Report.Passed) {
		parts = append(parts, i18n.T(ctx, "indicator.report.passed.one", what, i18n.Number(ctx, v.shown.Report.Passed[what])))
	}
	return i18n.T(ctx, "indicator.report.passed", strings.Join(parts, ", "))
}

func reasonText(ctx context.Context, reason string) string {
	key, arg := reasonKey(reason)
	return i18n.T(ctx, key, arg)
}

func (v showPage) reasons(ctx context.Context) []ui.Row {
	var rows []ui.Row
	for _, part := range []struct {
		key    string
		counts map[string]int64
	}{{"rejected", v.shown.Report.Rejected}, {"skipped", v.shown.Report.Skipped}} {
		for _, why := range byCount(part.counts) {
			rows = append(rows, ui.Row{Cells: []templ.Component{ui.Text(reasonText(ctx, why)),
				ui.Text(i18n.T(ctx, "indicator.report."+part.key)), ui.Number(part.counts[why])}})
		}
	}
	return rows
}

func (v showPage) samples(ctx context.Context) []ui.Row {
	var rows []ui.Row
	for _, s := range v.shown.Report.Samples {
		text := s.Text
		if s.ID != "" {
			text = s.ID + " " + text
		}
		rows = append(rows, ui.Row{Cells: []templ.Component{ui.Number(s.Line), ui.Code(text), ui.Text(reasonText(ctx, s.Reason))}})
	}
	return rows
}

func (v showPage) suppressedRows(ctx context.Context) []ui.Row {
	var rows []ui.Row
	for _, x := range v.suppressed.Samples {
		by := ui.Text(i18n.T(ctx, "indicator.hit.by_hidden"))
		if x.By != nil {
			by = ui.Anchor(ui.Link{Label: i18n.T(ctx, "indicator.hit.by", ui.Defang(x.By.Indicator), title(ctx, x.By.List)), Href: href(x.By.List.ID)})
		}
		rows = append(rows, ui.Row{Cells: []templ.Component{x.Entry.mark(ctx, ui.VerdictGood), ui.Text(x.Entry.Threat), by}})
	}
	return rows
}

func (v showPage) versionRows(ctx context.Context) []ui.Row {
	var rows []ui.Row
	for _, x := range v.versions {
		badge := map[State]ui.BadgeProps{
			stoppedState: {Text: i18n.T(ctx, "indicator.stopped"), Tone: ui.Warn},
			Waiting:      {Text: i18n.T(ctx, "indicator.version.waiting"), Tone: ui.Info, Icon: ui.IconClock},
			Loaded:       {Text: i18n.T(ctx, "indicator.version.loaded"), Icon: ui.IconHistory},
			Refused:      {Text: i18n.T(ctx, "indicator.version.refused"), Tone: ui.Bad}}[v.stateOf(x)]
		if x.Seq == v.list.Seq {
			badge = ui.BadgeProps{Text: i18n.T(ctx, "indicator.version.force"), Tone: ui.OK}
		}
		at := ""
		if x.State != Waiting {
			at = href(x.List) + "?v=" + strconv.FormatInt(x.Seq, 10)
		}
		rows = append(rows, ui.Row{ID: strconv.FormatInt(x.Seq, 10), Href: at, Cells: []templ.Component{ui.Number(x.Seq), ui.Text(x.File),
			ui.Text(i18n.Bytes(ctx, x.Size)), ui.Number(x.Report.Added), ui.Badge(badge),
			ui.Text(i18n.T(ctx, "indicator.by", i18n.Time(ctx, x.ReceivedAt), x.ReceivedBy)), ui.Text(x.Note), ui.Code(x.SHA256[:12])}})
	}
	return rows
}

// stoppedState is shown of a version that waits for nobody.
const stoppedState State = "stopped"

// stateOf is where x stands: that of a file whose loading was stopped is not that
// it waits.
func (v showPage) stateOf(x Version) State {
	if v.stopped && x.Seq == v.versions[0].Seq {
		return stoppedState
	}
	return x.State
}

// total is how many versions there are: they are numbered from 1 without gaps.
func (v showPage) total() int64 { return v.versions[0].Seq }

func (v showPage) entryRows(ctx context.Context) []ui.Row {
	var rows []ui.Row
	for _, e := range v.entries {
		scope := WithSubdomains
		if e.Exact {
			scope = ExactOnly
		}
		state, end := ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "indicator.allow.holds"), Tone: ui.OK}), ui.None()
		switch {
		case !e.EndedAt.IsZero():
			state = ui.Text(i18n.T(ctx, "indicator.allow.was", i18n.Time(ctx, e.EndedAt), e.EndedBy))
		case MayAllow(ctx):
			end = ui.Button(ui.Action{Label: i18n.T(ctx, "indicator.allow.end"), Href: "/indicators/allow/" + e.ID + "/end", Post: true, Icon: ui.IconUndo})
		}
		rows = append(rows, ui.Row{ID: e.ID, Cells: []templ.Component{
			ui.Observable(ui.ObservableProps{Value: e.Name, Type: i18n.T(ctx, "indicator.type."+e.Type.String()), Verdict: ui.VerdictGood}),
			ui.Text(i18n.T(ctx, "indicator.scope."+string(scope))), ui.Multiline(e.Reason),
			ui.Text(i18n.T(ctx, "indicator.by", i18n.Time(ctx, e.At), e.By)), state, end}})
	}
	return rows
}

// export handles GET /indicators.csv and .xlsx: every list that the filter
// matches.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), filter(r)
		f.Limit = 1000
		sh := web.Sheet{Name: "indicators"}
		for _, key := range []string{"name", "kind", "tlp", "count", "loaded", "state", "owner", "note"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "indicator."+key))
		}
		sh.Rows = web.Rows(func(after string) ([]Listed, string, error) {
			f.After = after
			page, err := p.svc.List(ctx, f)
			return page.Rows, page.Next, err
		}, func(rows []Listed) ([][]any, error) {
			names, err := p.owners(ctx, rows)
			var out [][]any
			for _, l := range rows {
				out = append(out, []any{title(ctx, l.List), i18n.T(ctx, "indicator.kind."+string(l.Kind)), string(l.TLP), l.Indicators,
					l.LoadedAt.Time, stateBadge(ctx, l).Text, names[l.Owner], l.Note})
			}
			return out, err
		})
		return web.Export(w, r, format, sh)
	}
}
