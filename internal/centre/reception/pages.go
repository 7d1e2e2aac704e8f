// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package reception

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/intake/listener"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Path is where the page of what is received stands.
const Path = "/settings/intake"

const onPage = 50

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
		{Pattern: "GET " + Path + "/state", Need: mayRead, Handle: p.state},
		{Pattern: "GET " + Path + "/letters.csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET " + Path + "/letters.xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET " + Path + "/letters/{letter}", Need: mayRead, Handle: p.letter},
		{Pattern: "POST " + Path + "/letters/{letter}/replay", Need: mayWrite, Handle: p.replay},
		{Pattern: "GET " + Path + "/letters/{letter}/discard", Need: mayWrite, Handle: p.askDiscard},
		{Pattern: "POST " + Path + "/letters/{letter}/discard", Need: mayWrite, Handle: p.discard},
	}
}

// page is /settings/intake.
type page struct {
	r       *http.Request
	state   State
	letters []stream.Letter
	names   map[string]string
	next    string
}

// show handles GET /settings/intake. Query: after, a place in the list of
// blocks that were given up.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := page{r: r}
	var err error
	if v.state, err = p.svc.State(ctx); err != nil {
		return err
	}
	after, _ := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64) // what is no number is the first page
	if v.letters, v.names, err = p.svc.Letters(ctx, after, onPage+1); err != nil && !fault.Is(err, fault.Unavailable) {
		return err
	}
	if len(v.letters) > onPage {
		v.letters = v.letters[:onPage]
		v.next = web.With(r, "after", strconv.FormatUint(v.letters[onPage-1].Place, 10))
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "reception.title"), Body: showView(v)})
}

// state handles GET /settings/intake/state: the figures, which the page asks
// for again and again.
func (p *Pages) state(w http.ResponseWriter, r *http.Request) error {
	s, err := p.svc.State(r.Context())
	if err != nil {
		return err
	}
	return p.site.Fragment(w, r, http.StatusOK, stateView(s))
}

// worst is what somebody should know first; nil when all is well.
func (s State) worst(ctx context.Context) *ui.AlertProps {
	alert := func(tone ui.Tone, what string, args ...any) *ui.AlertProps {
		return &ui.AlertProps{Tone: tone, Title: i18n.T(ctx, "reception.alert."+what), Text: i18n.T(ctx, "reception.alert_text."+what, args...)}
	}
	f := s.Figures
	switch {
	case !s.On:
		return nil
	case f.Full:
		return alert(ui.Bad, "full")
	case !s.Answers || !f.Leader:
		return alert(ui.Bad, "silent")
	case f.Waits != "" || f.Keeping.Waits != "":
		return alert(ui.Bad, "waits", cmp.Or(f.Waits, f.Keeping.Waits))
	case f.Dead > 0:
		return alert(ui.Warn, "dead", i18n.Number(ctx, int64(f.Dead)))
	case f.Oldest > tooOld:
		return alert(ui.Warn, "behind", age(ctx, f.Oldest))
	case f.Missing > 0:
		return alert(ui.Warn, "missing", f.Missing)
	case f.Keeping.Oldest > tooOld:
		return alert(ui.Warn, "unkept", age(ctx, f.Keeping.Oldest))
	case s.Work.Failure != nil:
		return alert(ui.Warn, "unsearched", s.Work.Failure)
	case s.Work.Poisoned > 0:
		return alert(ui.Warn, "poisoned", i18n.Number(ctx, s.Work.Poisoned))
	}
	return nil
}

// tooOld is how long a block may wait before the reading is behind.
const tooOld = time.Minute

func (s State) facts(ctx context.Context) []ui.Fact {
	f := s.Figures
	waiting, oldest, unkept, speed := ui.None(), ui.None(), ui.None(), ui.None()
	if f.Appended > 0 {
		speed = ui.Text(i18n.T(ctx, "reception.speed.of", milliseconds(ctx, f.P50), milliseconds(ctx, f.P99)))
	}
	if s.Answers {
		waiting, unkept = ui.Number(int64(f.Left())), ui.Number(int64(f.Keeping.Left()))
		if f.Oldest > 0 {
			oldest = ui.Text(age(ctx, f.Oldest))
		}
	}
	size := func(n uint64) templ.Component { return ui.Text(i18n.Bytes(ctx, int64(n))) }
	out := []ui.Fact{
		{Label: i18n.T(ctx, "reception.waiting"), Value: waiting},
		{Label: i18n.T(ctx, "reception.oldest"), Value: oldest},
		{Label: i18n.T(ctx, "reception.unkept"), Value: unkept},
		{Label: i18n.T(ctx, "reception.disk"), Value: size(f.Bytes)},
		{Label: i18n.T(ctx, "reception.appended"), Value: ui.Number(int64(f.Appended))},
		{Label: i18n.T(ctx, "reception.received"), Value: size(f.Received)},
		{Label: i18n.T(ctx, "reception.duplicates"), Value: ui.Number(int64(f.Duplicates))},
		{Label: i18n.T(ctx, "reception.failed"), Value: ui.Number(int64(f.Failed))},
		{Label: i18n.T(ctx, "reception.again"), Value: ui.Number(int64(f.Again))},
		{Label: i18n.T(ctx, "reception.speed"), Value: speed},
	}
	if !s.Work.On {
		return out
	}
	return append(out, ui.Fact{Label: i18n.T(ctx, "reception.poisoned"), Value: ui.Number(s.Work.Poisoned)},
		ui.Fact{Label: i18n.T(ctx, "reception.search"), Value: ui.Text(s.Work.search(ctx))},
		ui.Fact{Label: i18n.T(ctx, "reception.unsearched"), Value: ui.Number(s.Work.Unsearched)})
}

// search says how far lines can be searched.
func (w Work) search(ctx context.Context) string {
	switch {
	case !w.Searched:
		return i18n.T(ctx, "reception.search.off")
	case w.Failure != nil:
		return i18n.T(ctx, "reception.search.away")
	case w.Behind:
		return i18n.T(ctx, "reception.search.behind")
	}
	return i18n.T(ctx, "reception.search.ok")
}

// milliseconds is d rounded up.
func milliseconds(ctx context.Context, d time.Duration) string {
	return i18n.Number(ctx, int64((d+time.Millisecond-1)/time.Millisecond))
}

// age is a time in the two largest units that say enough of it.
func age(ctx context.Context, d time.Duration) string {
	switch {
	case d < time.Minute:
		return i18n.T(ctx, "reception.age.seconds", int64(d/time.Second))
	case d < time.Hour:
		return i18n.T(ctx, "reception.age.minutes", int64(d/time.Minute))
	}
	return i18n.T(ctx, "reception.age.hours", int64(d/time.Hour), int64(d%time.Hour/time.Minute))
}

func (s State) listeners(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "listeners", Caption: i18n.T(ctx, "reception.listeners"), Total: int64(len(s.Listeners)), Heads: []ui.Head{
		{Label: i18n.T(ctx, "reception.listener")}, {Label: i18n.T(ctx, "reception.address")}, {Label: i18n.T(ctx, "reception.listener.state")},
		{Label: i18n.T(ctx, "reception.connections"), Numeric: true}, {Label: i18n.T(ctx, "reception.datagrams"), Numeric: true},
		{Label: i18n.T(ctx, "reception.dropped"), Numeric: true}, {Label: i18n.T(ctx, "reception.unknown"), Numeric: true}},
		Empty: ui.EmptyProps{Icon: ui.IconShare, Title: i18n.T(ctx, "reception.empty"), Text: i18n.T(ctx, "reception.empty.text")}}
	for _, d := range s.Listeners {
		badge := ui.BadgeProps{Text: i18n.T(ctx, "reception.up"), Tone: ui.OK}
		if d.Failure != "" {
			badge = ui.BadgeProps{Text: i18n.T(ctx, "reception.down", d.Failure), Tone: ui.Bad}
		}
		l.Rows = append(l.Rows, ui.Row{ID: d.Name, Name: d.Name, Cells: []templ.Component{ui.Text(i18n.T(ctx, "reception.kind."+string(d.Kind))), ui.Code(cmp.Or(d.Address, d.Name)),
			ui.Badge(badge), ui.Number(int64(d.Connections)), datagrams(d), kernelDrops(ctx, d), ui.Number(d.Unknown)}})
	}
	return l
}

// ofDatagrams reports that a listener takes datagrams, not connections.
func ofDatagrams(d listener.ListenerFigures) bool {
	return d.Kind == listener.SyslogUDP || d.Kind == listener.NetFlow
}

func datagrams(d listener.ListenerFigures) templ.Component {
	if !ofDatagrams(d) {
		return ui.None()
	}
	return ui.Number(d.Datagrams)
}

// kernelDrops is what the system threw away before the program could take it.
func kernelDrops(ctx context.Context, d listener.ListenerFigures) templ.Component {
	switch {
	case !ofDatagrams(d):
		return ui.None()
	case !d.KernelDropKnown:
		return ui.Text(i18n.T(ctx, "reception.drops.unknown"))
	}
	return ui.Number(d.KernelDrops)
}

func (v page) list(ctx context.Context) ui.ListProps {
	total := int64(-1)
	if v.state.Answers {
		total = int64(v.state.Figures.Dead)
	}
	l := ui.ListProps{ID: "letters", Caption: i18n.T(ctx, "reception.letters"), Total: total, Next: v.next, Exports: web.Exports(v.r, Path+"/letters"),
		Heads: []ui.Head{{Label: i18n.T(ctx, "reception.source")}, {Label: i18n.T(ctx, "reception.reason")}, {Label: i18n.T(ctx, "reception.lines"), Numeric: true},
			{Label: i18n.T(ctx, "reception.at")}, {Label: i18n.T(ctx, "reception.given_up")}, {Label: i18n.T(ctx, "reception.attempts"), Numeric: true}},
		Empty: ui.EmptyProps{Icon: ui.IconCheck, Title: i18n.T(ctx, "reception.letters.empty"), Text: i18n.T(ctx, "reception.letters.empty.text")}}
	if v.r.URL.Query().Has("after") {
		l.Prev = web.With(v.r, "after", "")
	}
	for _, d := range v.letters {
		name := v.nameOf(ctx, d)
		l.Rows = append(l.Rows, ui.Row{ID: d.ID, Name: name, Href: Path + "/letters/" + d.ID, Tone: ui.Bad, Cells: []templ.Component{ui.Text(name), ui.Text(d.Reason),
			ui.Number(int64(d.Block.Lines)), ui.Time(d.Block.Received), ui.Time(d.Last), ui.Number(int64(d.Attempts))}})
	}
	return l
}

func (v page) nameOf(ctx context.Context, l stream.Letter) string {
	return cmp.Or(v.names[l.Block.Source], i18n.T(ctx, "reception.source.gone"))
}

// export handles GET /settings/intake/letters.csv and .xlsx.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		sh := web.Sheet{Name: "dead-letters"}
		for _, key := range []string{"reception.block", "reception.source", "reception.reason", "reception.lines", "reception.at", "reception.given_up", "reception.attempts"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, key))
		}
		var names map[string]string
		sh.Rows = web.Rows(func(after string) (list []stream.Letter, next string, err error) {
			place, _ := strconv.ParseUint(after, 10, 64) // "" is the beginning
			if list, names, err = p.svc.Letters(ctx, place, 500); len(list) == 500 {
				next = strconv.FormatUint(list[499].Place, 10)
			}
			return list, next, err
		}, func(list []stream.Letter) ([][]any, error) {
			var out [][]any
			for _, l := range list {
				out = append(out, []any{l.Block.ID, names[l.Block.Source], l.Reason, int64(l.Block.Lines), l.Block.Received, l.Last, int64(l.Attempts)})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

// letterPage is one block that was given up.
type letterPage struct {
	stream.Letter
	source string
	may    bool // decide about it
}

// letter handles GET /settings/intake/letters/{letter}.
func (p *Pages) letter(w http.ResponseWriter, r *http.Request) error {
	l, name, err := p.svc.Letter(r.Context(), r.PathValue("letter"))
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(r.Context(), "reception.letter"), Body: letterView(letterPage{l, name, p.svc.MayDecide(r.Context())})})
}

func (l letterPage) facts(ctx context.Context) []ui.Fact {
	source := ui.Text(i18n.T(ctx, "reception.source.gone"))
	if l.source != "" {
		source = ui.Anchor(ui.Link{Label: l.source, Href: "/sources/" + l.Block.Source})
	}
	return []ui.Fact{{Label: i18n.T(ctx, "reception.source"), Value: source}, {Label: i18n.T(ctx, "reception.reason"), Value: ui.Text(l.Reason)},
		{Label: i18n.T(ctx, "reception.lines"), Value: ui.Number(int64(l.Block.Lines))}, {Label: i18n.T(ctx, "reception.at"), Value: ui.Time(l.Block.Received)},
		{Label: i18n.T(ctx, "reception.given_up"), Value: ui.Time(l.Last)}, {Label: i18n.T(ctx, "reception.attempts"), Value: ui.Number(int64(l.Attempts))},
		{Label: i18n.T(ctx, "reception.block"), Value: ui.Code(l.Block.ID)}}
}

func (l letterPage) actions(ctx context.Context) []ui.Action {
	if !l.may {
		return nil
	}
	at := Path + "/letters/" + l.ID
	out := []ui.Action{{Label: i18n.T(ctx, "reception.discard"), Href: at + "/discard", Icon: ui.IconDismiss, Danger: true}}
	if !l.Damaged {
		out = append([]ui.Action{{Label: i18n.T(ctx, "reception.replay"), Href: at + "/replay", Icon: ui.IconRefresh, Post: true, Primary: true}}, out...)
	}
	return out
}

// lines are the first lines of the block, as text that can be shown.
func (l letterPage) lines() string {
	return strings.ToValidUTF8(string(l.Block.Body), "\uFFFD")
}

// replay handles POST /settings/intake/letters/{letter}/replay.
func (p *Pages) replay(w http.ResponseWriter, r *http.Request) error {
	if err := p.svc.Replay(r.Context(), r.PathValue("letter")); err != nil {
		return err
	}
	p.site.Flash(r.Context(), ui.OK, i18n.T(r.Context(), "reception.replayed"))
	return web.Redirect(w, r, Path)
}

func confirmDiscard(ctx context.Context, l stream.Letter, reason string) ui.ConfirmProps {
	at := Path + "/letters/" + l.ID
	return ui.ConfirmProps{Title: i18n.T(ctx, "reception.discard.title"), Effect: i18n.T(ctx, "reception.discard.effect", i18n.Number(ctx, int64(l.Block.Lines))),
		Action: at + "/discard", Danger: true, Submit: ui.Submit{Label: i18n.T(ctx, "reception.discard")},
		Fields: []ui.FieldProps{{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "reception.discard.reason"), Required: true, Value: reason}},
		Cancel: ui.Link{Label: i18n.T(ctx, "reception.discard.not"), Href: at}}
}

// askDiscard handles GET /settings/intake/letters/{letter}/discard.
func (p *Pages) askDiscard(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	l, _, err := p.svc.Letter(ctx, r.PathValue("letter"))
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "reception.discard.title"), Body: ui.Confirm(confirmDiscard(ctx, l, ""))})
}

// discard handles POST /settings/intake/letters/{letter}/discard. Form: reason.
func (p *Pages) discard(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, reason := r.PathValue("letter"), r.PostFormValue("reason")
	err := p.svc.Discard(ctx, id, reason)
	if errs := web.Errors(ctx, err); errs != nil {
		l, _, gone := p.svc.Letter(ctx, id)
		if gone != nil {
			return gone
		}
		c := confirmDiscard(ctx, l, reason)
		c.Fields[0].Error = errs["reason"]
		c.Errors = []ui.FieldError{{Field: "reason", Text: errs["reason"]}}
		return p.site.Render(w, r, http.StatusUnprocessableEntity, web.View{Title: c.Title, Body: ui.Confirm(c)})
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "reception.discarded"))
	return web.Redirect(w, r, Path)
}
