// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notice

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/notify"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// daysShown is how many days the table of days goes back.
const daysShown = 14

const perPage = 50

// outboxPage is /settings/outbox.
type outboxPage struct {
	r      *http.Request
	f      notify.Filter
	rows   []notify.Row
	names  map[string]string
	total  int64
	next   string
	days   []notify.Day
	health notify.Health
}

func outboxFilter(r *http.Request) notify.Filter {
	f := notify.Filter{Before: r.URL.Query().Get("after")}
	if s := notify.State(r.URL.Query().Get("state")); slices.Contains(notify.States(), s) {
		f.State = s
	}
	return f
}

// outbox handles GET /settings/outbox. Query: state, after.
func (p *Pages) outbox(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := outboxPage{r: r, f: outboxFilter(r)}
	v.f.Limit = perPage + 1 // one more tells whether there is a next page
	var err error
	if v.rows, v.names, v.total, err = p.Service.Letters(ctx, v.f); err != nil {
		return err
	}
	if len(v.rows) > perPage {
		v.rows = v.rows[:perPage]
		v.next = web.With(r, "after", v.rows[perPage-1].ID)
	}
	if v.days, err = p.Service.Days(ctx, daysShown); err != nil {
		return err
	}
	if v.health, err = p.Service.Health(ctx); err != nil {
		return err
	}
	return p.Site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "notice.outbox"), Body: outboxView(v)})
}

// reason is why a letter stands where it stands: a key of ours, what a person
// wrote, or the server's answer.
func reason(ctx context.Context, r notify.Row) string {
	why := r.Reason
	if strings.HasPrefix(why, "notify.ended.") {
		why = i18n.T(ctx, why)
	}
	if r.Answer == "" {
		return why
	}
	if why == "" {
		return r.Answer
	}
	return why + ": " + r.Answer
}

var stateTones = map[notify.State]ui.Tone{notify.Waiting: ui.Info, notify.Sending: ui.Info, notify.Sent: ui.OK, notify.Failed: ui.Bad, notify.Dropped: ui.Neutral}

func (v outboxPage) list(ctx context.Context) ui.ListProps {
	state := ui.FieldProps{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "notice.letter.state"), Value: string(v.f.State), Blank: i18n.T(ctx, "notice.any")}
	for _, s := range notify.States() {
		state.Options = append(state.Options, ui.Option{Value: string(s), Label: i18n.T(ctx, "notice.letter."+string(s))})
	}
	l := ui.ListProps{Caption: i18n.T(ctx, "notice.outbox"), Filtered: v.f.State != "", ClearAt: "/settings/outbox", Total: v.total,
		Filters: ui.Filter(ui.FilterProps{Action: "/settings/outbox", Fields: []ui.FieldProps{state}, Clear: "/settings/outbox"}),
		Heads: []ui.Head{{Label: i18n.T(ctx, "notice.letter.to")}, {Label: i18n.T(ctx, "notice.letter.state")}, {Label: i18n.T(ctx, "notice.letter.made")},
			{Label: i18n.T(ctx, "notice.letter.next")}, {Label: i18n.T(ctx, "notice.letter.attempts"), Numeric: true}, {Label: i18n.T(ctx, "notice.letter.why")}},
		Exports: web.Exports(v.r, "/settings/outbox"),
		Bulk: &ui.Bulk{Action: "/settings/outbox", Buttons: []ui.Submit{
			{Label: i18n.T(ctx, "notice.retry"), Name: "do", Value: "retry", Plain: true, Icon: ui.IconRefresh},
			{Label: i18n.T(ctx, "notice.drop"), Name: "do", Value: "drop", Plain: true, Danger: true, Icon: ui.IconDismiss}}},
		Empty: ui.EmptyProps{Icon: ui.IconSend, Title: i18n.T(ctx, "notice.outbox.empty"), Text: i18n.T(ctx, "notice.outbox.empty.text"),
			Action: &ui.Action{Label: i18n.T(ctx, "notice.mail"), Href: "/settings/mail", Icon: ui.IconSettings}}}
	for _, r := range v.rows {
		when := r.NextAt
		if r.State != notify.Waiting && r.State != notify.Sending {
			when = r.EndedAt
		}
		name := cmp.Or(v.names[r.Recipient], i18n.T(ctx, "notice.letter.nobody"))
		l.Rows = append(l.Rows, ui.Row{ID: r.ID, Name: name, Cells: []templ.Component{ui.Text(name),
			ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "notice.letter."+string(r.State)), Tone: stateTones[r.State]}),
			ui.Time(r.CreatedAt.Time), ui.Time(when.Time), ui.Number(r.Attempts), ui.Text(reason(ctx, r))}})
	}
	if v.f.Before != "" {
		l.Prev = web.With(v.r, "after", "")
	}
	l.Next = v.next
	return l
}

func (v outboxPage) dayList(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "days", Caption: i18n.T(ctx, "notice.days"), Total: -1,
		Heads: []ui.Head{{Label: i18n.T(ctx, "notice.day")}, {Label: i18n.T(ctx, "notice.letter.waiting"), Numeric: true},
			{Label: i18n.T(ctx, "notice.letter.sent"), Numeric: true}, {Label: i18n.T(ctx, "notice.letter.failed"), Numeric: true},
			{Label: i18n.T(ctx, "notice.letter.dropped"), Numeric: true}},
		Empty: ui.EmptyProps{Icon: ui.IconSend, Title: i18n.T(ctx, "notice.outbox.empty")}}
	for _, d := range v.days {
		l.Rows = append(l.Rows, ui.Row{ID: "d" + strconv.FormatInt(d.Day, 10), Cells: []templ.Component{ui.Date(d.Start()), ui.Number(d.Waiting),
			ui.Number(d.Sent), ui.Number(d.Failed), ui.Number(d.Dropped)}})
	}
	return l
}

// exportOutbox handles GET /settings/outbox.csv and .xlsx. Query: state.
func (p *Pages) exportOutbox(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		f := outboxFilter(r)
		f.Limit = 1000
		heads := texts(ctx, "notice.letter.to", "notice.letter.state", "notice.letter.made", "notice.letter.next",
			"notice.letter.ended", "notice.letter.attempts", "notice.letter.code", "notice.letter.why")
		var names map[string]string
		rows := web.Rows(func(after string) (list []notify.Row, next string, err error) {
			f.Before = after
			if list, names, _, err = p.Service.Letters(ctx, f); err == nil && len(list) > 0 {
				next = list[len(list)-1].ID
			}
			return list, next, err
		}, func(list []notify.Row) ([][]any, error) {
			var lines [][]any
			for _, l := range list {
				lines = append(lines, []any{names[l.Recipient], i18n.T(ctx, "notice.letter."+string(l.State)), l.CreatedAt.Time, l.NextAt.Time,
					l.EndedAt.Time, l.Attempts, l.Code, reason(ctx, l)})
			}
			return lines, nil
		})
		return web.Export(w, r, format, web.Sheet{Name: "outbox", Heads: heads, Rows: rows})
	}
}

// handleLetters handles POST /settings/outbox. Form: do=retry|drop, id once for
// each chosen letter. Dropping asks for the reason first.
func (p *Pages) handleLetters(w http.ResponseWriter, r *http.Request) error {
	ctx, ids := r.Context(), r.PostForm["id"]
	switch {
	case len(ids) == 0:
		p.Site.Flash(ctx, ui.Warn, i18n.T(ctx, "notice.err.none_chosen"))
		return web.Redirect(w, r, "/settings/outbox")
	case r.PostFormValue("do") == "drop":
		return p.askDrop(w, r, http.StatusOK, ids, "", nil)
	}
	if err := p.Service.Retry(ctx, ids...); err != nil {
		return err
	}
	p.Site.Flash(ctx, ui.OK, i18n.T(ctx, "notice.done.retry", i18n.Number(ctx, int64(len(ids)))))
	return web.Redirect(w, r, "/settings/outbox")
}

func (p *Pages) askDrop(w http.ResponseWriter, r *http.Request, status int, ids []string, typed string, errs map[string]string) error {
	ctx := r.Context()
	c := ui.ConfirmProps{Title: i18n.T(ctx, "notice.drop"), Effect: i18n.T(ctx, "notice.drop.effect", i18n.Number(ctx, int64(len(ids)))),
		Points: []string{i18n.T(ctx, "notice.drop.point")}, Action: "/settings/outbox/drop", Danger: true, Errors: web.FieldErrors(errs),
		Fields: []ui.FieldProps{{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "notice.drop.reason"), Value: typed, Required: true,
			MaxLength: 500, Error: errs["reason"]}},
		Cancel: ui.Link{Label: i18n.T(ctx, "notice.drop.back"), Href: "/settings/outbox"}}
	c.Submit.Label = c.Title
	for _, id := range ids {
		c.Hidden = append(c.Hidden, ui.Hidden{Name: "id", Value: id})
	}
	return p.Site.Render(w, r, status, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

// drop handles POST /settings/outbox/drop. Form: id once for each letter, reason.
func (p *Pages) drop(w http.ResponseWriter, r *http.Request) error {
	ctx, why := r.Context(), r.PostFormValue("reason")
	ids := r.PostForm["id"]
	err := p.Service.Drop(ctx, why, ids...)
	if fault.Is(err, fault.Invalid) && len(ids) > 0 {
		return p.askDrop(w, r, http.StatusUnprocessableEntity, ids, why, web.Errors(ctx, err))
	}
	if err != nil {
		return err
	}
	p.Site.Flash(ctx, ui.OK, i18n.T(ctx, "notice.done.drop", i18n.Number(ctx, int64(len(ids)))))
	return web.Redirect(w, r, "/settings/outbox")
}
