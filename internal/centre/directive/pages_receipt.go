// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// letter handles GET /directives/{directive}/letter.docx and .pdf: the paper for
// those below as it would be drafted now.
func (p *Pages) letter(pdf bool) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, paper, err := p.svc.Letter(r.Context(), idOf(r))
		if err != nil {
			return err
		}
		var b bytes.Buffer
		name, kind, write := f.Code+".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", officedoc.WriteDOCX
		if pdf {
			name, kind, write = f.Code+".pdf", "application/pdf", officedoc.WritePDF
		}
		if err := write(&b, paper); err != nil {
			return err
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b.Bytes()))
		return nil
	}
}

type reachPage struct {
	r    *http.Request
	f    Folder
	list []Reach
}

// reach handles GET /directives/{directive}/receipts.
func (p *Pages) reach(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := reachPage{r: r}
	var err error
	if v.f, err = p.svc.Get(ctx, idOf(r)); err != nil {
		return err
	}
	if v.list, err = p.svc.Reaches(ctx, v.f.ID); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "directive.reach"), Body: reachView(v)})
}

var reachFields = []string{"unit", "issued", "paper", "receipt", "confirmed", "answered", "reminded"}

// exportReach handles GET /directives/{directive}/receipts.csv and .xlsx.
func (p *Pages) exportReach(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		list, err := p.svc.Reaches(ctx, idOf(r))
		if err != nil {
			return err
		}
		sh := web.Sheet{Name: "receipts"}
		for _, key := range reachFields {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "directive.reach."+key))
		}
		sh.Rows = web.Rows(func(string) ([]Reach, string, error) { return list, "", nil }, func(list []Reach) ([][]any, error) {
			var out [][]any
			for _, x := range list {
				out = append(out, []any{x.Name, x.IssuedAt, x.Paper.SentAt, x.Paper.ReceivedAt, x.ConfirmedAt, x.answered(), x.RemindedAt})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

// receive handles POST /directives/{directive}/units/{unit}/receive.
func (p *Pages) receive(w http.ResponseWriter, r *http.Request) error {
	ctx, unit := r.Context(), r.PathValue("unit")
	if err := p.svc.Receive(ctx, idOf(r), unit); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.received"))
	return web.Redirect(w, r, unitHref(idOf(r), unit))
}

// remind handles POST /directives/{directive}/receipts. Form: unit; without it all
// of whom nothing says that they have it.
func (p *Pages) remind(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, err := p.svc.Remind(ctx, idOf(r), r.PostFormValue("unit"))
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.reminded", i18n.Number(ctx, int64(n))))
	return web.Redirect(w, r, href(idOf(r))+"/receipts")
}

// answered is how many tasks were answered, of how many: "2/3".
func (r Reach) answered() string {
	c := Standing{Tasks: r.Tasks}
	return strconv.Itoa(r.Tasks[Sent]+r.Tasks[Accepted]) + "/" + strconv.Itoa(c.Total())
}

func missingOf(list []Reach) (n int) {
	for _, r := range list {
		if !r.Has() {
			n++
		}
	}
	return n
}

func (v reachPage) head(ctx context.Context) ui.RecordHeadProps {
	d := v.f.Directive
	h := ui.RecordHeadProps{Crumbs: append(crumbs(ctx), ui.Link{Label: d.Code, Href: href(d.ID)}), Code: d.Code, Title: i18n.T(ctx, "directive.reach"), State: badge(ctx, d), Lead: titleOf(ctx, d) + " · " + leadOf(ctx, d)}
	if n := missingOf(v.list); n > 0 {
		h.Badges = append(h.Badges, ui.BadgeProps{Text: i18n.T(ctx, "directive.reach.missing", i18n.Number(ctx, int64(n))), Tone: ui.Warn})
		if v.f.May && d.State == Issued {
			h.Step = &ui.Action{Label: i18n.T(ctx, "directive.reach.remind", i18n.Number(ctx, int64(n))), Href: href(d.ID) + "/receipts", Icon: ui.IconSend, Post: true}
		}
	}
	return h
}

// toDraft leads to the letter that goes out with it, for who may write it.
func (v reachPage) toDraft(ctx context.Context) *ui.Action {
	if !v.f.May || v.f.State != Issued {
		return nil
	}
	return &ui.Action{Label: i18n.T(ctx, "directive.draft"), Href: href(v.f.ID) + "/draft", Icon: ui.IconEdit, Post: true}
}

func (v reachPage) rows(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "reach", Caption: i18n.T(ctx, "directive.reach"), Total: int64(len(v.list)), Exports: web.Exports(v.r, href(v.f.ID)+"/receipts"),
		Empty: ui.EmptyProps{Icon: ui.IconSend, Title: i18n.T(ctx, "directive.reach.empty"), Text: i18n.T(ctx, "directive.reach.empty.text")}}
	for _, key := range reachFields {
		l.Heads = append(l.Heads, ui.Head{Label: i18n.T(ctx, "directive.reach."+key)})
	}
	may := v.f.May && v.f.State == Issued
	if may {
		l.Heads = append(l.Heads, ui.Head{Label: i18n.T(ctx, "directive.reach.remind.one"), Hide: true})
	}
	moment := func(t time.Time) templ.Component {
		if t.IsZero() {
			return ui.None()
		}
		return ui.Time(t)
	}
	from, last := stretch(&l, beginning(v.r), len(v.list), func(n int) string { return href(v.f.ID) + "/receipts?units=" + strconv.Itoa(n) })
	for _, x := range v.list[from:last] {
		row := ui.Row{ID: x.Unit, Name: x.Name, Href: unitHref(v.f.ID, x.Unit), Cells: []templ.Component{ui.Text(x.Name), moment(x.IssuedAt), moment(x.Paper.SentAt), moment(x.Paper.ReceivedAt), moment(x.ConfirmedAt), ui.Text(x.answered()), moment(x.RemindedAt)}}
		if !x.Has() {
			row.Tone = ui.Warn
			row.Cells[4] = ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "directive.reach.not"), Tone: ui.Warn})
		}
		if may {
			act := ui.None()
			if !x.Has() {
				act = ui.ActionLink(ui.Action{Label: i18n.T(ctx, "directive.reach.remind.one"), Href: href(v.f.ID) + "/receipts", Post: true, Hidden: []ui.Hidden{{Name: "unit", Value: x.Unit}}})
			}
			row.Cells = append(row.Cells, act)
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}
