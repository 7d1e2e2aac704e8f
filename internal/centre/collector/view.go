// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package collector

import (
	"cmp"
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func (v listPage) rows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, c := range v.Rows {
		s := c.State(v.Now)
		row := ui.Row{ID: string(c.ID), Name: c.Name, Href: Path + "/" + string(c.ID), Cells: []templ.Component{ui.Text(c.Name), ui.Text(labelOf(v.Units, c.Unit)),
			ui.Badge(badge(ctx, s)), ui.Time(c.SeenAt), backlog(ctx, c), spool(ctx, c), missing(ctx, c), skew(ctx, c)}}
		if tone := badge(ctx, s).Tone; tone == ui.Bad || tone == ui.Warn {
			row.Tone = tone
		}
		out = append(out, row)
	}
	return out
}

// backlog is what waits at the collector; nothing is known before its first
// report.
func backlog(ctx context.Context, c Collector) templ.Component {
	if c.Said.Next == 0 {
		return ui.None()
	}
	size := c.Said.Backlog
	if c.Backlog() == 0 { // all came since it said so
		size = 0
	}
	return ui.Text(i18n.T(ctx, "collector.backlog", i18n.Number(ctx, c.Backlog()), i18n.Bytes(ctx, size)))
}

func spool(ctx context.Context, c Collector) templ.Component {
	if c.Said.Limit == 0 {
		return ui.None()
	}
	return ui.Text(i18n.T(ctx, "collector.spool", i18n.Bytes(ctx, c.Said.Bytes), i18n.Bytes(ctx, c.Said.Limit)))
}

func missing(ctx context.Context, c Collector) templ.Component {
	if c.First == 0 {
		return ui.None()
	}
	return ui.Number(int64(c.Missing().Count()))
}

// skew is by how much the collector's clock differs, in whole seconds.
func skew(ctx context.Context, c Collector) templ.Component {
	if c.Said.Now.IsZero() {
		return ui.None()
	}
	return ui.Text(skewText(ctx, c.Skew))
}

func skewText(ctx context.Context, d time.Duration) string {
	switch n := int64(d.Round(time.Second) / time.Second); {
	case n > 1:
		return i18n.T(ctx, "collector.skew.ahead", i18n.Number(ctx, n))
	case n < -1:
		return i18n.T(ctx, "collector.skew.behind", i18n.Number(ctx, -n))
	}
	return i18n.T(ctx, "collector.skew.none")
}

func listActions(ctx context.Context, v listPage) []ui.Action {
	if !v.MayAdd {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "collector.bundle"), Href: Path + "/bundle", Icon: ui.IconUpload},
		{Label: i18n.T(ctx, "collector.new"), Href: Path + "/new", Icon: ui.IconAdd, Primary: true}}
}

func (v formPage) rhythm() string { return strconv.FormatInt(cmp.Or(v.In.Rhythm, Rhythms()[0]), 10) }

func rhythms(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, n := range Rhythms() {
		out = append(out, ui.Option{Value: strconv.FormatInt(n, 10), Label: rhythmText(ctx, n)})
	}
	return out
}

func rhythmText(ctx context.Context, minutes int64) string {
	return i18n.T(ctx, "collector.rhythm."+strconv.FormatInt(minutes, 10))
}

func states(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, s := range States() {
		out = append(out, ui.Option{Value: string(s), Label: stateText(ctx, s)})
	}
	return out
}

func crumbs(ctx context.Context) []ui.Link {
	return []ui.Link{{Label: i18n.T(ctx, "collector.title"), Href: Path}}
}

func showActions(ctx context.Context, v showPage) []ui.Action {
	if !v.May {
		return nil
	}
	at := Path + "/" + string(v.Collector.ID)
	out := []ui.Action{{Label: i18n.T(ctx, "collector.edit"), Href: at + "/edit", Icon: ui.IconEdit},
		{Label: i18n.T(ctx, "collector.code.new"), Href: at + "/code", Icon: ui.IconKey}}
	if v.Collector.RevokedAt.IsZero() {
		out = append(out, ui.Action{Label: i18n.T(ctx, "collector.revoke"), Href: at + "/revoke", Icon: ui.IconLock, Danger: true})
	}
	return out
}

// alert is what somebody should know first; nil when all is well.
func (v showPage) alert(ctx context.Context) *ui.AlertProps {
	c := v.Collector
	tell := func(tone ui.Tone, key string, args ...any) *ui.AlertProps {
		return &ui.AlertProps{Tone: tone, Title: i18n.T(ctx, "collector.alert."+key), Text: i18n.T(ctx, "collector.alert_text."+key, args...)}
	}
	switch c.State(v.Now) {
	case Revoked:
		return tell(ui.Warn, "revoked", i18n.Time(ctx, c.RevokedAt), c.Reason)
	case Waiting:
		return tell(ui.Info, "waiting", i18n.Time(ctx, c.CodeUntil))
	case Lapsed:
		return tell(ui.Warn, "lapsed")
	case Copied:
		return tell(ui.Bad, "copied")
	case Silent:
		return tell(ui.Bad, "silent", i18n.Time(ctx, c.Heard()), i18n.Number(ctx, int64(v.through())))
	case Full:
		return tell(ui.Bad, "full", i18n.Time(ctx, c.Said.FullSince), i18n.Number(ctx, c.Said.Refused))
	case Near:
		return tell(ui.Warn, "near", i18n.Bytes(ctx, c.Said.Backlog), i18n.Bytes(ctx, c.Said.Limit))
	case Behind:
		return tell(ui.Warn, "behind", i18n.Time(ctx, c.Reached), i18n.Number(ctx, c.Backlog()), i18n.Bytes(ctx, c.Said.Backlog))
	}
	switch {
	case c.CertEnds.Sub(v.Now) < ending:
		return tell(ui.Warn, "certificate", i18n.Time(ctx, c.CertEnds))
	case c.Skew > skewed || c.Skew < -skewed:
		return tell(ui.Warn, "skew", skewText(ctx, c.Skew))
	case len(c.Gone()) > 0:
		return tell(ui.Warn, "gone", c.Gone().String())
	case len(v.Ways) == 0:
		return tell(ui.Info, "no_ways")
	}
	return nil
}

func (v showPage) facts(ctx context.Context) []ui.Fact {
	c := v.Collector
	fact := func(key string, value templ.Component) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "collector.field."+key), Value: value}
	}
	numbers, gaps := ui.None(), ui.None()
	if c.First > 0 {
		numbers = ui.Number(int64(c.Next()))
		gaps = ui.Text(i18n.T(ctx, "collector.no_gaps"))
		if m := c.Missing(); len(m) > 0 {
			gaps = ui.Code(m.String())
		}
	}
	out := []ui.Fact{fact("seen", ui.Time(c.SeenAt)), fact("taken", ui.Time(c.TakenAt)), fact("reached", ui.Time(c.Reached)), fact("rhythm", ui.Text(rhythmText(ctx, c.Rhythm))), fact("backlog", backlog(ctx, c)), fact("spool", spool(ctx, c)),
		fact("next", numbers), fact("missing", gaps), fact("skew", skew(ctx, c)), fact("blocks", ui.Number(c.Blocks)), fact("lines", ui.Number(c.Lines)),
		fact("bytes", ui.Text(i18n.Bytes(ctx, c.Bytes))), fact("repeated", ui.Number(c.Repeated)), fact("refused_here", ui.Number(c.Refused)),
		fact("refused", ui.Number(c.Said.Refused)), fact("host", text(c.Said.Host)), fact("version", text(c.Said.Version)),
		fact("enrolled", ui.Time(c.EnrolledAt)), fact("cert_ends", ui.Time(c.CertEnds))}
	if c.Said.Paused {
		out = append(out, fact("paused", ui.Text(i18n.T(ctx, "collector.paused"))))
	}
	return out
}

// through is how many sources come through the collector.
func (v showPage) through() int {
	sources := map[string]bool{}
	for _, w := range v.Ways {
		if !w.Off {
			sources[w.Source] = true
		}
	}
	return len(sources)
}

// words say what came of a bundle: what was new, what was known, what is missing
// still.
func (b *Bundle) words(ctx context.Context) string {
	key := "collector.bundle.taken"
	if b.Taken+b.Refused == 0 {
		key = "collector.bundle.again"
	}
	out := i18n.T(ctx, key, i18n.Number(ctx, b.Number), i18n.Number(ctx, b.Taken), i18n.Number(ctx, b.Repeated))
	if b.Refused > 0 {
		out += " " + i18n.T(ctx, "collector.bundle.no_source", i18n.Number(ctx, b.Refused))
	}
	if b.Missing != "" {
		out += " " + i18n.T(ctx, "collector.bundle.gaps", b.Missing)
	}
	return out + " " + i18n.T(ctx, "collector.bundle.next")
}

func (b *Bundle) tone() ui.Tone {
	if b.Missing != "" || b.Refused > 0 {
		return ui.Warn
	}
	return ui.OK
}

func text(s string) templ.Component {
	if s == "" {
		return ui.None()
	}
	return ui.Text(s)
}

func kindText(ctx context.Context, kind string) string { return i18n.T(ctx, "collector.kind."+kind) }

func kinds(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, k := range Kinds() {
		out = append(out, ui.Option{Value: k, Label: kindText(ctx, k)})
	}
	return out
}

// whoSends says in words whom a way fits.
func whoSends(ctx context.Context, w Way) string {
	var out []string
	for _, part := range []string{w.Listener, w.Network, w.Host, w.Path} {
		if part != "" {
			out = append(out, part)
		}
	}
	if len(out) == 0 {
		return i18n.T(ctx, "collector.way.anyone")
	}
	return strings.Join(out, " · ")
}

func (v showPage) ways(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "ways", Caption: i18n.T(ctx, "collector.ways"), Total: int64(len(v.Ways)), Heads: []ui.Head{{Label: i18n.T(ctx, "collector.field.source")},
		{Label: i18n.T(ctx, "collector.field.kind")}, {Label: i18n.T(ctx, "collector.field.sender")}, {Label: i18n.T(ctx, "collector.field.lines"), Numeric: true},
		{Label: i18n.T(ctx, "collector.field.lost"), Numeric: true}, {Label: i18n.T(ctx, "collector.field.last")}, {Label: i18n.T(ctx, "collector.field.state")},
		{Label: i18n.T(ctx, "collector.field.act"), Hide: true}},
		Empty: ui.EmptyProps{Icon: ui.IconSource, Title: i18n.T(ctx, "collector.ways.empty"), Text: i18n.T(ctx, "collector.ways.empty_text")}}
	for _, w := range v.Ways {
		lines, lost, last := ui.None(), ui.None(), ui.None()
		for _, f := range v.Collector.Said.Ways {
			if f.Way == string(w.ID) {
				n := int64(0)
				for _, by := range []map[string]int64{f.Lost, f.Refused} {
					for _, k := range by {
						n += k
					}
				}
				lines, lost, last = ui.Number(f.Lines), ui.Number(n), ui.Time(f.Last)
			}
		}
		state, act := ui.BadgeProps{Text: i18n.T(ctx, "collector.way.on"), Tone: ui.OK}, "off"
		if w.Off {
			state, act = ui.BadgeProps{Text: i18n.T(ctx, "collector.way.off"), Tone: ui.NoData}, "on"
		}
		var button templ.Component = templ.NopComponent
		if v.May {
			button = ui.ActionLink(ui.Action{Label: i18n.T(ctx, "collector.turn."+act), Href: Path + "/" + string(v.Collector.ID) + "/ways/" + string(w.ID) + "/" + act,
				Post: true, Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(w.Version, 10)}}})
		}
		name := cmp.Or(v.Sources[w.Source].Name, i18n.T(ctx, "collector.source.gone"))
		l.Rows = append(l.Rows, ui.Row{ID: string(w.ID), Name: name, Cells: []templ.Component{ui.Text(name), ui.Text(kindText(ctx, w.Kind)), ui.Text(whoSends(ctx, w)),
			lines, lost, last, ui.Badge(state), button}})
	}
	return l
}

func (v showPage) wayActions(ctx context.Context) []ui.Action {
	if !v.May {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "collector.way.new"), Href: Path + "/" + string(v.Collector.ID) + "/ways/new", Icon: ui.IconAdd}}
}

func (v showPage) unknown(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "unknown", Caption: i18n.T(ctx, "collector.unknown"), Total: int64(len(v.Collector.Said.Unknowns)), Heads: []ui.Head{
		{Label: i18n.T(ctx, "collector.field.sender")}, {Label: i18n.T(ctx, "collector.field.kind")}, {Label: i18n.T(ctx, "collector.field.count"), Numeric: true},
		{Label: i18n.T(ctx, "collector.field.last")}, {Label: i18n.T(ctx, "collector.field.sample")}, {Label: i18n.T(ctx, "collector.field.act"), Hide: true}},
		Empty: ui.EmptyProps{Icon: ui.IconCheck, Title: i18n.T(ctx, "collector.unknown.empty"), Text: i18n.T(ctx, "collector.unknown.empty_text")}}
	for i, u := range v.Collector.Said.Unknowns {
		name := strings.Trim(u.Addr+" "+u.Host+u.Path, " ")
		q := url.Values{"kind": {u.Kind}, "network": {u.Addr}, "host": {u.Host}, "path": {u.Path}}
		l.Rows = append(l.Rows, ui.Row{ID: strconv.Itoa(i), Name: name, Cells: []templ.Component{ui.Text(name), ui.Text(kindText(ctx, u.Kind)), ui.Number(u.Count),
			ui.Time(u.Last), ui.Code(u.Sample), ui.ActionLink(ui.Action{Label: i18n.T(ctx, "collector.unknown.adopt"),
				Href: Path + "/" + string(v.Collector.ID) + "/ways/new?" + q.Encode()})}})
	}
	return l
}

func (v showPage) doors(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "doors", Caption: i18n.T(ctx, "collector.doors"), Total: int64(len(v.Collector.Said.Doors)), Heads: []ui.Head{
		{Label: i18n.T(ctx, "collector.field.kind")}, {Label: i18n.T(ctx, "collector.field.address")}, {Label: i18n.T(ctx, "collector.field.state")},
		{Label: i18n.T(ctx, "collector.field.drops"), Numeric: true}, {Label: i18n.T(ctx, "collector.field.unknown"), Numeric: true}},
		Empty: ui.EmptyProps{Icon: ui.IconShare, Title: i18n.T(ctx, "collector.doors.empty"), Text: i18n.T(ctx, "collector.doors.empty_text")}}
	for _, d := range v.Collector.Said.Doors {
		state := ui.BadgeProps{Text: i18n.T(ctx, "collector.door.up"), Tone: ui.OK}
		if d.Failure != "" {
			state = ui.BadgeProps{Text: i18n.T(ctx, "collector.door.down", d.Failure), Tone: ui.Bad}
		}
		l.Rows = append(l.Rows, ui.Row{ID: d.Name, Name: d.Name, Cells: []templ.Component{ui.Text(kindText(ctx, d.Kind)), ui.Code(cmp.Or(d.Address, d.Name)),
			ui.Badge(state), ui.Number(d.Drops), ui.Number(d.Unknown)}})
	}
	return l
}

func (v showPage) bundles(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "bundles", Caption: i18n.T(ctx, "collector.bundles"), Total: -1, Heads: []ui.Head{{Label: i18n.T(ctx, "collector.field.number"), Numeric: true},
		{Label: i18n.T(ctx, "collector.field.accepted")}, {Label: i18n.T(ctx, "collector.field.by")}, {Label: i18n.T(ctx, "collector.field.range")},
		{Label: i18n.T(ctx, "collector.field.new"), Numeric: true}, {Label: i18n.T(ctx, "collector.field.repeated"), Numeric: true},
		{Label: i18n.T(ctx, "collector.field.missing")}, {Label: i18n.T(ctx, "collector.field.receipt"), Hide: true}},
		Empty: ui.EmptyProps{Icon: ui.IconFile, Title: i18n.T(ctx, "collector.bundles.empty"), Text: i18n.T(ctx, "collector.bundles.empty_text")}}
	for _, b := range v.Bundles {
		gaps := ui.Text(i18n.T(ctx, "collector.no_gaps"))
		if b.Missing != "" {
			gaps = ui.Code(b.Missing)
		}
		l.Rows = append(l.Rows, ui.Row{ID: string(b.ID), Name: strconv.FormatInt(b.Number, 10), Cells: []templ.Component{ui.Number(b.Number), ui.Time(b.TakenAt),
			ui.Text(b.TakenBy), ui.Text(strconv.FormatInt(b.First, 10) + "–" + strconv.FormatInt(b.Last, 10)), ui.Number(b.Taken), ui.Number(b.Repeated), gaps,
			ui.ActionLink(ui.Action{Label: i18n.T(ctx, "collector.receipt"), Href: Path + "/" + string(v.Collector.ID) + "/bundles/" + string(b.ID) + "/receipt",
				Icon: ui.IconDownload})}})
	}
	return l
}
