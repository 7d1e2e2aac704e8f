// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc/lint"
	docx "github.com/vonggac/vonggac/internal/platform/officedoc/template"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func crumbs(ctx context.Context, more ...ui.Link) []ui.Link {
	return append([]ui.Link{{Label: i18n.T(ctx, "template.title"), Href: Path}}, more...)
}

func heads(ctx context.Context, keys ...string) []string {
	var out []string
	for _, k := range keys {
		out = append(out, i18n.T(ctx, "template.field."+k))
	}
	return out
}

func listHeads(ctx context.Context, keys ...string) []ui.Head {
	var out []ui.Head
	for _, label := range heads(ctx, keys...) {
		out = append(out, ui.Head{Label: label})
	}
	return out
}

func stateText(ctx context.Context, s State) string { return i18n.T(ctx, "template.state."+string(s)) }

func stateBadge(ctx context.Context, s State) ui.BadgeProps {
	tone := map[State]ui.Tone{InForce: ui.OK, Coming: ui.Info, Withdrawn: ui.Bad}[s]
	return ui.BadgeProps{Text: stateText(ctx, s), Tone: tone}
}

func dayText(ctx context.Context, d calendar.Date) string {
	if d.IsZero() {
		return i18n.T(ctx, "template.never")
	}
	return i18n.Date(ctx, d.Start())
}

// matches reports whether text has every word of q, accents left out.
func matches(q, text string) bool {
	in := i18n.Fold(text)
	for word := range strings.FieldsSeq(i18n.Fold(q)) {
		if !strings.Contains(in, word) {
			return false
		}
	}
	return true
}

func paperOptions(ctx context.Context, all []Paper) (out []ui.Option) {
	for _, p := range all {
		group, label := i18n.T(ctx, "template.group.forms"), p.ID+" · "+p.Title.In(i18n.Lang(ctx))
		if p.Kind != "" {
			group, label = i18n.T(ctx, "template.group.documents"), p.Title.In(i18n.Lang(ctx))
		}
		out = append(out, ui.Option{Value: p.ID, Label: label, Group: group})
	}
	return out
}

func tabs(ctx context.Context, here string) []ui.Tab {
	return []ui.Tab{{Label: i18n.T(ctx, "template.templates"), Href: Path, Here: here == Path}, {Label: i18n.T(ctx, "template.papers"), Href: papersPath, Here: here == papersPath}}
}

func (v listPage) actions(ctx context.Context) []ui.Action {
	if !v.may {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "template.new"), Href: newPath, Icon: ui.IconUpload, Primary: true}}
}

func (v listPage) list(ctx context.Context) ui.ListProps {
	var states []ui.Option
	for _, s := range States {
		states = append(states, ui.Option{Value: string(s), Label: stateText(ctx, s)})
	}
	any := i18n.T(ctx, "template.any")
	l := ui.ListProps{ID: "templates", Caption: i18n.T(ctx, "template.title"), Total: v.total, Next: v.next, Exports: web.Exports(v.r, Path),
		Heads:    listHeads(ctx, "name", "paper", "unit", "seq", "state", "from", "uploaded_by", "uploaded_at"),
		Filtered: v.f.Search != "" || v.f.Paper != "" || v.f.Unit != "" || v.f.State != "", ClearAt: Path,
		Filters: ui.Filter(ui.FilterProps{Action: Path, Fields: []ui.FieldProps{{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "template.search"), Value: v.f.Search},
			{Kind: ui.KindSelect, Name: "paper", Label: i18n.T(ctx, "template.field.paper"), Value: v.f.Paper, Blank: any, Options: paperOptions(ctx, v.all)},
			{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "template.field.unit"), Value: v.f.Unit, Blank: any, Options: v.units},
			{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "template.field.state"), Value: string(v.f.State), Blank: any, Options: states}}}),
		Empty: ui.EmptyProps{Icon: ui.IconDocument, Title: i18n.T(ctx, "template.empty"), Text: i18n.T(ctx, "template.empty.text"), Action: &ui.Action{Label: i18n.T(ctx, "template.papers.see"), Href: papersPath}}}
	if v.f.After != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	for _, t := range v.rows {
		l.Rows = append(l.Rows, ui.Row{ID: string(t.ID), Name: t.Name, Href: at(t.ID), Cells: []templ.Component{ui.Text(t.Name), ui.Text(v.svc.title(ctx, t.Paper)), ui.Text(unitName(ctx, v.names, t.Unit)),
			ui.Number(int64(t.Seq)), ui.Badge(stateBadge(ctx, t.State)), ui.Text(dayText(ctx, t.From)), ui.Text(t.ByName), ui.Time(t.UploadedAt)}})
	}
	return l
}

func (v papersPage) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "papers", Caption: i18n.T(ctx, "template.papers"), Total: int64(len(v.all)), Exports: web.Exports(v.r, papersPath), Heads: listHeads(ctx, "paper_name", "paper", "in_force", "layout"),
		Filtered: v.q != "", ClearAt: papersPath,
		Filters: ui.Filter(ui.FilterProps{Action: papersPath, Fields: []ui.FieldProps{{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "template.search.papers"), Value: v.q}}}),
		Empty:   ui.EmptyProps{Icon: ui.IconDocument, Title: i18n.T(ctx, "template.papers.empty"), Text: i18n.T(ctx, "template.papers.empty.text")}}
	for _, p := range v.all {
		l.Rows = append(l.Rows, ui.Row{ID: p.ID, Name: p.Title.In(i18n.Lang(ctx)), Href: paperAt(p.ID), Cells: []templ.Component{ui.Text(p.Title.In(i18n.Lang(ctx))), ui.Code(p.ID),
			ui.Number(v.of[p.ID]), ui.Anchor(ui.Link{Label: i18n.T(ctx, "template.layout.get"), Href: paperAt(p.ID) + "/layout.docx", Icon: ui.IconDownload})}})
	}
	return l
}

func (p Place) braced() string { return "{{" + p.Name + "}}" }

// meaning says what a place is filled with.
func (p Place) meaning(ctx context.Context) string {
	switch {
	case !p.Form:
		return i18n.T(ctx, "template.place."+p.Name)
	case p.Table != "":
		return i18n.T(ctx, "template.place.column", p.Label, p.Help.VI)
	}
	return p.Label
}

func (p Place) asked(ctx context.Context) string {
	switch {
	case p.Must && p.Inner:
		return i18n.T(ctx, "template.must.inner", "{{"+whole+"}}")
	case p.Must:
		return i18n.T(ctx, "template.must")
	}
	return i18n.T(ctx, "template.may")
}

func (v paperPage) actions(ctx context.Context) []ui.Action {
	out := []ui.Action{{Label: i18n.T(ctx, "template.layout.get"), Href: paperAt(v.ID) + "/layout.docx", Icon: ui.IconDownload, Primary: true},
		{Label: i18n.T(ctx, "template.of_paper"), Href: Path + "?paper=" + v.ID, Icon: ui.IconDocument}}
	if v.may {
		out = append(out, ui.Action{Label: i18n.T(ctx, "template.new"), Href: newPath + "?paper=" + v.ID, Icon: ui.IconUpload})
	}
	return out
}

func (v paperPage) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "places", Caption: i18n.T(ctx, "template.places"), Total: int64(len(v.places)), Heads: listHeads(ctx, "place", "meaning", "must", "sample"),
		Exports: []ui.Link{{Label: "CSV", Href: paperAt(v.ID) + "/places.csv"}, {Label: "XLSX", Href: paperAt(v.ID) + "/places.xlsx"}}}
	for _, p := range v.places {
		sample := ui.None()
		if s := v.sample[p.Name]; s != "" {
			sample = ui.Multiline(short(s))
		}
		l.Rows = append(l.Rows, ui.Row{ID: p.Name, Cells: []templ.Component{ui.Code(p.braced()), meaningCell(p), ui.Text(p.asked(ctx)), sample}})
	}
	return l
}

// short cuts a sample value for its cell.
func short(s string) string {
	if list := []rune(s); len(list) > 160 {
		return string(list[:160]) + "…"
	}
	return s
}

func (v showPage) mayPut() bool      { return v.may && (v.State == Unused || v.State == Withdrawn) }
func (v showPage) mayWithdraw() bool { return v.may && !v.From.IsZero() && v.State != Withdrawn }
func (v showPage) mayRemove() bool {
	return v.may && v.uses == 0 && (v.State == Unused || v.State == Withdrawn)
}

func (v showPage) head(ctx context.Context) ui.RecordHeadProps {
	h := ui.RecordHeadProps{Crumbs: crumbs(ctx), Title: v.Name, Code: v.Paper, Marks: []string{i18n.T(ctx, "template.seq", v.Seq)}, State: stateBadge(ctx, v.State), Lead: v.title}
	h.Actions = []ui.Action{{Label: i18n.T(ctx, "template.file.get"), Href: at(v.ID) + "/file", Icon: ui.IconDownload}, {Label: i18n.T(ctx, "template.preview"), Href: at(v.ID) + "/preview.docx", Icon: ui.IconFile}}
	if v.mayPut() {
		h.Step = &ui.Action{Label: i18n.T(ctx, "template.put"), Href: at(v.ID) + "/put", Icon: ui.IconCheck}
	}
	if v.mayWithdraw() {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "template.withdraw"), Href: at(v.ID) + "/withdraw", Icon: ui.IconUndo, Danger: true})
	}
	if v.mayRemove() {
		h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "template.remove"), Href: at(v.ID) + "/remove", Icon: ui.IconDelete, Danger: true})
	}
	return h
}

func (v showPage) facts(ctx context.Context) []ui.Fact {
	fact := func(key string, value templ.Component) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "template.field."+key), Value: value}
	}
	out := []ui.Fact{fact("paper", ui.Anchor(ui.Link{Label: v.title, Href: paperAt(v.Paper)})), fact("unit", ui.Text(i18n.T(ctx, "template.unit.below", v.unit))),
		fact("file_name", ui.Text(v.FileName+" · "+i18n.Bytes(ctx, v.Size))), fact("sha", ui.Code(v.SHA256)), fact("uploaded_by", ui.Text(v.ByName)), fact("uploaded_at", ui.Time(v.UploadedAt))}
	if v.Note != "" {
		out = append(out, fact("note", ui.Multiline(v.Note)))
	}
	if !v.From.IsZero() {
		who := v.PutName
		if v.PutBy == v.By {
			who = i18n.T(ctx, "template.same", who)
		}
		out = append(out, fact("from", ui.Text(dayText(ctx, v.From))), fact("put_by", ui.Text(who)), fact("put_at", ui.Time(v.PutAt)), fact("put_reason", ui.Multiline(v.PutReason)))
	}
	if v.State == Withdrawn {
		out = append(out, fact("withdrawn_by", ui.Text(v.WithdrawnName)), fact("withdrawn_at", ui.Time(v.WithdrawnAt)), fact("withdrawn_reason", ui.Multiline(v.WithdrawnReason)))
	}
	return append(out, fact("uses", ui.Number(v.uses)))
}

func (v showPage) timeline(ctx context.Context) ui.TimelineProps {
	t := ui.TimelineProps{Title: i18n.T(ctx, "template.history")}
	for _, row := range v.history {
		var d struct {
			Reason string `json:"reason"`
		}
		e := ui.TimelineEntry{Text: i18n.T(ctx, "template.log."+strings.TrimPrefix(row.Action, "template.")), Actor: row.ActorName, At: row.At.Time}
		if err := json.Unmarshal([]byte(row.Detail), &d); err == nil {
			e.Detail = d.Reason
		}
		t.Entries = append(t.Entries, e)
	}
	return t
}

// problem is one line of what the check found.
type problem struct {
	what  string
	where []string
}

// spotText says where in a file something stands.
func spotText(ctx context.Context, s docx.Spot) string {
	out := i18n.T(ctx, "template.at."+string(s.Part), s.Paragraph)
	if s.Text != "" {
		out += ": “" + s.Text + "”"
	}
	return out
}

// refusing are what refuses a template, each with where it stands.
func (v Verdict) refusing(ctx context.Context, places map[string]Place) (out []problem) {
	spots := func(list []docx.Spot) (out []string) {
		for _, s := range list {
			out = append(out, spotText(ctx, s))
		}
		return out
	}
	for _, name := range v.Missing {
		out = append(out, problem{what: i18n.T(ctx, "template.found.missing", "{{"+name+"}}", nameOf(ctx, places, name))})
	}
	for _, f := range v.Unknown {
		p := problem{what: i18n.T(ctx, "template.found.unknown", "{{"+f.Name+"}}"), where: spots(f.Spots)}
		if f.Meant != "" {
			p.what = i18n.T(ctx, "template.found.meant", "{{"+f.Name+"}}", "{{"+f.Meant+"}}")
		}
		out = append(out, p)
	}
	for _, f := range v.Stray {
		out = append(out, problem{what: i18n.T(ctx, "template.found.stray", "{{"+f.Name+"}}"), where: spots(f.Spots)})
	}
	if len(v.Open) > 0 {
		out = append(out, problem{what: i18n.T(ctx, "template.found.open"), where: spots(v.Open)})
	}
	if len(v.Tracked) > 0 {
		out = append(out, problem{what: i18n.T(ctx, "template.found.tracked"), where: spots(v.Tracked)})
	}
	return out
}

func nameOf(ctx context.Context, places map[string]Place, name string) string {
	if p, ok := places[name]; ok {
		return p.meaning(ctx)
	}
	return name
}

// left are the places a good template does not use, by what they mean.
func (v Verdict) left(ctx context.Context, places map[string]Place) (out []string) {
	for _, name := range v.Left {
		if p, ok := places[name]; ok && p.Form {
			out = append(out, "{{"+name+"}} "+p.meaning(ctx))
		}
	}
	return out
}

// looks lists what the layout linter said, errors first.
func (v Verdict) looks(ctx context.Context) ui.ListProps {
	all := slices.Clone(v.Looks)
	slices.SortStableFunc(all, func(a, b lint.Finding) int { return strings.Compare(string(a.Severity), string(b.Severity)) })
	l := ui.ListProps{ID: "looks", Caption: i18n.T(ctx, "template.looks"), Total: int64(len(all)), Heads: listHeads(ctx, "asked", "found", "place_at"),
		Empty: ui.EmptyProps{Icon: ui.IconCheck, Title: i18n.T(ctx, "template.looks.none"), Text: i18n.T(ctx, "template.looks.none.text")}}
	for _, f := range all {
		found, where := ui.None(), ui.None()
		if f.Found != "" {
			found = ui.Text(f.Found)
		}
		if f.Para > 0 {
			where = ui.Text(i18n.T(ctx, "lint.at.paragraph", f.Para))
		}
		l.Rows = append(l.Rows, ui.Row{ID: f.Rule + strconv.Itoa(f.Para), Cells: []templ.Component{askedCell(f), found, where}})
	}
	return l
}

func (v uploadPage) fields(ctx context.Context) []ui.FieldProps {
	return []ui.FieldProps{
		{Kind: ui.KindSelect, Name: "paper", Label: i18n.T(ctx, "template.field.paper"), Value: v.in.Paper, Error: v.errs["paper"], Required: true, Blank: i18n.T(ctx, "template.choose"), Options: paperOptions(ctx, v.all)},
		{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "template.field.unit"), Hint: i18n.T(ctx, "template.hint.unit"), Value: v.in.Unit, Error: v.errs["unit"], Required: true, Options: v.units},
		{Name: "name", Label: i18n.T(ctx, "template.field.name"), Hint: i18n.T(ctx, "template.hint.name"), Value: v.in.Name, Error: v.errs["name"], Required: true, MaxLength: mostName},
		{Kind: ui.KindTextarea, Name: "note", Label: i18n.T(ctx, "template.field.note"), Value: v.in.Note, Error: v.errs["note"], MaxLength: mostText, Rows: 2},
		{Kind: ui.KindFile, Name: "file", Label: i18n.T(ctx, "template.field.file"), Hint: i18n.T(ctx, "template.hint.file", i18n.Bytes(ctx, MaxFile)), Error: v.errs["file"], Required: true, Accept: ".docx"},
	}
}

func hidden(v showPage) []ui.Hidden {
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.Version, 10)}}
}

func confirm(ctx context.Context, v showPage, what string, danger bool) ui.ConfirmProps {
	return ui.ConfirmProps{Title: i18n.T(ctx, "template."+what+".title"), Effect: i18n.T(ctx, "template."+what+".effect", v.Name, v.Seq, v.unit), Action: at(v.ID) + "/" + what, Danger: danger,
		Hidden: hidden(v), Record: ui.Record{Kind: "paper_template", ID: string(v.ID)}, Submit: ui.Submit{Label: i18n.T(ctx, "template."+what)},
		Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: at(v.ID)}}
}

func putConfirm(v showPage, r *http.Request, errs map[string]string) ui.ConfirmProps {
	ctx := r.Context()
	c := confirm(ctx, v, "put", false)
	from := r.PostFormValue("from")
	if errs == nil {
		from = calendar.DateOf(v.now).String()
	}
	c.Points = []string{i18n.T(ctx, "template.put.pdf"), i18n.T(ctx, "template.put.below")}
	if n := v.Verdict.Warnings(); n > 0 {
		c.Points = append(c.Points, i18n.T(ctx, "template.put.warnings", n))
	}
	if v.mine {
		c.Points = append(c.Points, i18n.T(ctx, "template.put.same"))
	}
	c.Fields = []ui.FieldProps{{Kind: ui.KindDate, Name: "from", Label: i18n.T(ctx, "template.field.from"), Value: from, Error: errs["from"], Required: true},
		{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "template.field.put_reason"), Value: r.PostFormValue("reason"), Error: errs["reason"], Required: true, MaxLength: mostText}}
	return c
}

func withdrawConfirm(v showPage, r *http.Request, errs map[string]string) ui.ConfirmProps {
	ctx := r.Context()
	c := confirm(ctx, v, "withdraw", true)
	c.Points = []string{i18n.T(ctx, "template.withdraw.before"), i18n.T(ctx, "template.withdraw.kept")}
	c.Fields = []ui.FieldProps{{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "template.field.withdrawn_reason"), Value: r.PostFormValue("reason"), Error: errs["reason"], Required: true, MaxLength: mostText}}
	return c
}

func removeConfirm(v showPage, r *http.Request, _ map[string]string) ui.ConfirmProps {
	c := confirm(r.Context(), v, "remove", true)
	c.Hidden = nil // whoever comes second finds it gone
	return c
}

func lookBadge(ctx context.Context, f lint.Finding) ui.BadgeProps {
	// An error of the layout refuses no template: how a paper looks is its body's to answer for.
	tone := ui.Neutral
	if f.Severity == lint.Error {
		tone = ui.Warn
	}
	return ui.BadgeProps{Text: i18n.T(ctx, f.Severity.Key()), Tone: tone}
}

// verdictAlert says whether a file that was only checked could be used.
func verdictAlert(ctx context.Context, v Verdict, file string) ui.AlertProps {
	switch {
	case !v.Good():
		return ui.AlertProps{Tone: ui.Bad, Title: i18n.T(ctx, "template.verdict.bad", file), Text: i18n.T(ctx, "template.verdict.bad.text")}
	case v.Warnings() > 0:
		return ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "template.verdict.warn", file), Text: i18n.T(ctx, "template.verdict.warn.text", v.Warnings())}
	}
	return ui.AlertProps{Tone: ui.OK, Title: i18n.T(ctx, "template.verdict.good", file), Text: i18n.T(ctx, "template.verdict.good.text")}
}
