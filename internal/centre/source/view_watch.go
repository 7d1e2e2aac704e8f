// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func listActions(ctx context.Context, v listPage) []ui.Action {
	out := addAction(ctx, v.MayAdd)
	if v.Strange {
		out = append(out, ui.Action{Label: i18n.T(ctx, "source.stranger.title"), Href: "/sources/strangers"})
	}
	return append(out, ui.Action{Label: i18n.T(ctx, "source.uptime.title"), Href: "/sources/uptime", Icon: ui.IconReport})
}

func sourceCrumbs(ctx context.Context, s Source) []ui.Link {
	return []ui.Link{{Label: i18n.T(ctx, "source.list.title"), Href: "/sources"}, {Label: s.Name, Href: "/sources/" + string(s.ID)}}
}

var lifeTones = map[Life]ui.Tone{Living: ui.OK, Late: ui.Warn, Silent: ui.Bad, Flapping: ui.Bad, NeverHeard: ui.NoData, NotWatched: ui.NoData}

func lifeBadge(ctx context.Context, l Life) ui.BadgeProps {
	return ui.BadgeProps{Text: i18n.T(ctx, "source.life."+string(l)), Tone: lifeTones[l]}
}

func lifeCell(ctx context.Context, s Listed) templ.Component { return ui.Badge(lifeBadge(ctx, s.Life)) }

func lifeOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, l := range Lives() {
		out = append(out, ui.Option{Value: string(l), Label: i18n.T(ctx, "source.life."+string(l))})
	}
	return out
}

// rate is lines a minute over the last hour; of a source whose lines were never
// received it is not zero, it is not known.
func rate(ctx context.Context, hour int64, last time.Time) templ.Component {
	if last.IsZero() {
		return ui.None()
	}
	return ui.Text(rateText(ctx, hour))
}

func rateText(ctx context.Context, hour int64) string {
	if hour > 0 && hour < 60 {
		return i18n.T(ctx, "source.live.under_one")
	}
	return i18n.Number(ctx, (hour+30)/60)
}

func lag(ctx context.Context, s Listed) templ.Component {
	d, ok := s.Lag()
	if !ok {
		return ui.None()
	}
	return ui.Text(lagText(ctx, d))
}

// lagText says how far behind a source speaks, or that its clock is ahead.
func lagText(ctx context.Context, d time.Duration) string {
	switch {
	case d < -time.Minute:
		return i18n.T(ctx, "source.live.ahead", i18n.Duration(ctx, -d))
	case d < time.Minute:
		return i18n.T(ctx, "source.live.no_lag")
	}
	return i18n.Duration(ctx, d)
}

func rhythmAction(ctx context.Context, v showPage) []ui.Action {
	if !v.May {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "source.rhythm.title"), Href: "/sources/" + string(v.Source.ID) + "/rhythm", Icon: ui.IconClock}}
}

func wayAction(ctx context.Context, v showPage) []ui.Action {
	if !v.May || v.Source.Closed {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "source.way.add"), Href: "/sources/" + string(v.Source.ID) + "/ways/new", Icon: ui.IconAdd}}
}

func rhythmText(ctx context.Context, r Rhythm) string {
	if r.Minutes == 0 {
		return i18n.T(ctx, "source.rhythm.none")
	}
	key := "source.rhythm.every"
	if r.Office {
		key = "source.rhythm.every_office"
	}
	text := i18n.T(ctx, key, i18n.Number(ctx, r.Minutes))
	if !r.Chosen {
		text += " " + i18n.T(ctx, "source.rhythm.usual")
	}
	return text
}

func liveFacts(ctx context.Context, v showPage) []ui.Fact {
	l := v.Live
	out := []ui.Fact{{Label: i18n.T(ctx, "source.field.life"), Value: ui.Badge(lifeBadge(ctx, l.State))},
		{Label: i18n.T(ctx, "source.rhythm.title"), Value: ui.Text(rhythmText(ctx, v.Rhythm))},
		{Label: i18n.T(ctx, "source.live.last"), Value: ui.Time(l.LastAt)}}
	if !l.LastAt.IsZero() {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "source.field.rate"), Value: ui.Text(rateText(ctx, l.LinesHour))},
			ui.Fact{Label: i18n.T(ctx, "source.live.hour"), Value: ui.Text(i18n.T(ctx, "source.live.hour_text", i18n.Number(ctx, l.LinesHour), i18n.Bytes(ctx, l.BytesHour)))})
	}
	if d, ok := l.Lag(); ok {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "source.field.lag"), Value: ui.Text(lagText(ctx, d))})
	}
	if len(l.Clocks) > 0 {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "source.clock.label"), Value: clockCell(ctx, l)})
	}
	if l.Rate != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "source.live.pattern"), Value: ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "source.rate."+l.Rate), Tone: ui.Warn})})
	}
	return append(out, ui.Fact{Label: i18n.T(ctx, "source.field.format"), Value: ui.Text(chosenFormat(ctx, v.Source.Format))},
		ui.Fact{Label: i18n.T(ctx, "source.field.zone_short"), Value: ui.Text(cmp.Or(v.Source.Zone, i18n.Hanoi.String()))})
}

// clockCell is the latest measured clock, as a warning when it is off.
func clockCell(ctx context.Context, l Live) templ.Component {
	if l.ClockOff {
		return ui.Badge(ui.BadgeProps{Text: clockText(ctx, l.Clocks[0]), Tone: ui.Warn})
	}
	return ui.Text(clockText(ctx, l.Clocks[0]))
}

// clockText says how a clock differs.
func clockText(ctx context.Context, c Clock) string {
	d := i18n.Duration(ctx, c.Median.Abs())
	switch {
	case c.Median.Abs() < time.Minute && c.Steady():
		return i18n.T(ctx, "source.clock.right")
	case !c.Steady():
		return i18n.T(ctx, "source.clock.mixed", d)
	case c.Median < 0:
		return i18n.T(ctx, "source.clock.ahead", d)
	}
	return i18n.T(ctx, "source.clock.behind", d)
}

// clockHour is one line of the list of clocks.
func clockHour(ctx context.Context, c Clock) string {
	return i18n.T(ctx, "source.clock.hour", i18n.Time(ctx, c.Hour), clockText(ctx, c), i18n.Number(ctx, c.Lines))
}

// split tells the losses from lines with a strange date, which are all kept, and
// from blocks that came again, which count once.
func (l Live) split() (lost, dates, again []Loss) {
	for _, loss := range l.Losses {
		switch loss.What {
		case lossDated:
			dates = append(dates, loss)
		case lossAgain:
			again = append(again, loss)
		default:
			lost = append(lost, loss)
		}
	}
	slices.SortFunc(again, compareAgain)
	return lost, dates, again
}

func againText(ctx context.Context, l Loss) string {
	return i18n.T(ctx, "source.again."+l.Reason, i18n.Number(ctx, l.N))
}

// intake says what is the matter with the reception of the source's lines, and
// what becomes of them; nothing where none is to come over the network.
func (v showPage) intake(ctx context.Context, r Reception) (out []ui.AlertProps) {
	comes := !v.Source.Closed && (v.Behind > 0 || slices.ContainsFunc(v.Ways, func(w Way) bool { return !w.Off }))
	say := func(tone ui.Tone, what, more string, args ...any) {
		text := i18n.T(ctx, "source.intake."+what+"_text") + " " + i18n.T(ctx, "source.intake."+more)
		out = append(out, ui.AlertProps{Tone: tone, Title: i18n.T(ctx, "source.intake."+what, args...), Text: text})
	}
	senders := "keep"
	if lossy(v.Ways) {
		senders = "lose"
	}
	switch {
	case r.Full && comes:
		say(ui.Bad, "full", senders)
	case r.Silent && comes:
		say(ui.Bad, "silent", senders)
	}
	if r.Dead > 0 {
		more := "dead_ask"
		if r.See != "" {
			more = "dead_see"
		}
		say(ui.Warn, "dead", more, i18n.Number(ctx, r.Dead))
		if r.See != "" {
			out[len(out)-1].Action = &ui.Action{Label: i18n.T(ctx, "source.intake.see"), Href: r.See}
		}
	}
	return out
}

func datedText(ctx context.Context, l Loss) string {
	return i18n.T(ctx, "source.dated."+l.Reason, i18n.Number(ctx, l.N))
}

func lossText(ctx context.Context, l Loss) string {
	if l.What == lossUnplaced {
		return i18n.T(ctx, "source.loss.unplaced", i18n.Number(ctx, l.N))
	}
	return i18n.T(ctx, "source.loss."+l.What, i18n.Number(ctx, l.N), lossReason(ctx, l.Reason))
}

// doorReasons are the reasons of listeners that have words here; any other is
// shown as the listener names it.
var doorReasons = map[string]bool{"not_utf8": true, "no_newline": true, "held": true, "rewritten": true, "empty": true, "quota": true,
	"overflow": true, "unstored": true, "bad_request": true, "bad_item": true, "too_large": true, "busy": true, "no_room": true, "truncated": true, "vanished": true,
	"unreadable": true, "handshake": true, "crowded": true, "invalid": true, "deferred": true, "bad_stream": true, "large_frame": true,
	"too_many_templates": true, "no_address": true, "lost_flows": true, "lost_packets": true}

func lossReason(ctx context.Context, why string) string {
	if doorReasons[why] {
		return i18n.T(ctx, "source.door."+why)
	}
	if readReasons[format.Reason(why)] {
		return reasonText(ctx, format.Reason(why))
	}
	return why
}

var readReasons = map[format.Reason]bool{format.TooLong: true, format.NotFormat: true, format.BadTime: true, format.BadClient: true, format.BadName: true,
	format.BadJSON: true, format.BadText: true, format.MissField: true, format.BadAddress: true, format.BadPort: true, format.NoTemplate: true,
	format.BadPacket: true, format.Fragment: true, format.BadFrame: true, format.BadMessage: true, "cut_off": true, "reader_failed": true}

func gapText(ctx context.Context, g Gap, now time.Time) string {
	if g.To.IsZero() {
		return i18n.T(ctx, "source.gap.on", i18n.Time(ctx, g.From), i18n.Duration(ctx, now.Sub(g.From)))
	}
	return i18n.T(ctx, "source.gap.over", i18n.Time(ctx, g.From), i18n.Time(ctx, g.To), i18n.Duration(ctx, g.To.Sub(g.From)))
}

// The strip is drawn in steps of 14 with the day's name before.
const (
	stripStep = 14
	stripLeft = 40
)

func stripBox(s strip) string {
	rows := max((len(s.marks)+23)/24, 1)
	return fmt.Sprintf("0 0 %d %d", stripLeft+24*stripStep, rows*stripStep)
}

func crossAt(i int) string {
	x, y := stripLeft+i%24*stripStep, i/24*stripStep
	return fmt.Sprintf("M%d %d L%d %d M%d %d L%d %d", x+3, y+3, x+9, y+9, x+9, y+3, x+3, y+9)
}

func dayText(ctx context.Context, s strip, i int) string {
	return s.from.Add(time.Duration(i) * time.Hour).In(calendar.Zone()).Format("02/01")
}

func hourText(ctx context.Context, s strip, i int) string {
	at := s.from.Add(time.Duration(i) * time.Hour)
	return i18n.T(ctx, "source.strip.hour", i18n.Time(ctx, at), i18n.T(ctx, "source.mark."+string(s.marks[i])), i18n.Number(ctx, s.lines[i]))
}

func stripSummary(ctx context.Context, s strip, r Rhythm) string {
	t := s.sum()
	if t.expected == 0 && r.Minutes > 0 {
		return i18n.T(ctx, "source.strip.young", i18n.Number(ctx, t.unasked))
	}
	if t.expected == 0 {
		return i18n.T(ctx, "source.strip.unwatched", i18n.Number(ctx, t.unasked))
	}
	text := i18n.T(ctx, "source.strip.summary", i18n.Number(ctx, t.seen), i18n.Number(ctx, t.expected))
	if t.deaf > 0 {
		text += " " + i18n.T(ctx, "source.strip.deaf", i18n.Number(ctx, t.deaf))
	}
	return text
}

func rhythmHint(ctx context.Context, v rhythmPage) string {
	if v.Suggest > 0 {
		return i18n.T(ctx, "source.rhythm.suggest", i18n.Number(ctx, v.Suggest))
	}
	return i18n.T(ctx, "source.rhythm.hint")
}

func wayTitle(ctx context.Context, add bool) string {
	if add {
		return i18n.T(ctx, "source.way.add")
	}
	return i18n.T(ctx, "source.way.edit")
}

func wayFormAction(v wayForm) string {
	if v.New {
		return "/sources/" + string(v.Source.ID) + "/ways/new"
	}
	return wayPath(v.In) + "/edit"
}

// kinds are the ways of sending to choose from, each with its own form.
func (v wayForm) kinds(ctx context.Context) []ui.Tab {
	var out []ui.Tab
	for _, k := range WayKinds() {
		out = append(out, ui.Tab{Label: i18n.T(ctx, "source.kind.short."+string(k)), Href: wayFormAction(v) + "?kind=" + string(k), Here: k == v.In.Kind})
	}
	return out
}

func kindText(ctx context.Context, k WayKind) string { return i18n.T(ctx, "source.kind."+string(k)) }

func wayName(ctx context.Context, w Way) string {
	return kindText(ctx, w.Kind) + " · " + asksText(ctx, w)
}

// asksText is what a way asks of a sender, in one line.
func asksText(ctx context.Context, w Way) string {
	var out []string
	add := func(key, value string) {
		if value != "" {
			out = append(out, i18n.T(ctx, key, value))
		}
	}
	add("source.way.asks.network", w.Network)
	if w.Kind == Dnstap {
		add("source.way.asks.identity", w.Host)
	} else {
		add("source.way.asks.host", w.Host)
	}
	if w.Relay {
		out = append(out, i18n.T(ctx, "source.way.asks.relay"))
	}
	if w.Certificate != "" {
		add("source.way.asks.certificate", w.Certificate[:8])
	}
	if w.HasToken() {
		out = append(out, i18n.T(ctx, "source.way.asks.token"))
	}
	add("source.way.asks.path", w.Path)
	add("source.way.asks.listener", w.Listener)
	return cmp.Or(strings.Join(out, ", "), i18n.T(ctx, "source.way.asks.nothing"))
}

func wayState(ctx context.Context, w Way) ui.BadgeProps {
	if w.Off {
		return ui.BadgeProps{Text: i18n.T(ctx, "source.way.off"), Tone: ui.NoData}
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "source.way.on"), Tone: ui.OK}
}

// fields are the fields of the form of a way.
func (v wayForm) fields(ctx context.Context) []ui.FieldProps {
	var out []ui.FieldProps
	field := func(name, value string, more func(f *ui.FieldProps)) {
		f := ui.FieldProps{Name: name, Label: i18n.T(ctx, "source.way.field."+name), Hint: i18n.T(ctx, "source.way.hint."+name), Value: value, Error: v.Errors[name]}
		if more != nil {
			more(&f)
		}
		out = append(out, f)
	}
	has := func(kinds ...WayKind) bool { return slices.Contains(kinds, v.In.Kind) }
	if has(SyslogUDP, SyslogTCP, SyslogTLS, HTTP, Dnstap, NetFlow) {
		field("network", v.In.Network, nil)
	}
	if has(SyslogUDP, SyslogTCP, SyslogTLS) {
		field("host", v.In.Host, nil)
	}
	if has(SyslogTCP, SyslogTLS) {
		field("relay", "", func(f *ui.FieldProps) { f.Kind, f.Checked = ui.KindCheckbox, v.In.Relay })
	}
	if has(Dnstap) {
		field("host", v.In.Host, func(f *ui.FieldProps) {
			f.Label, f.Hint = i18n.T(ctx, "source.way.field.identity"), i18n.T(ctx, "source.way.hint.identity")
		})
	}
	if has(SyslogTLS, HTTP) {
		field("certificate", v.In.Certificate, func(f *ui.FieldProps) { f.Mono = true })
	}
	if has(Tail) {
		field("path", v.In.Path, func(f *ui.FieldProps) { f.Mono = true })
	}
	field("listener", v.In.Listener, nil)
	field("lines", v.Lines, func(f *ui.FieldProps) { f.InputMode = "numeric" })
	field("bytes", v.Bytes, func(f *ui.FieldProps) { f.InputMode = "numeric" })
	field("note", v.In.Note, nil)
	if !v.New {
		field("off", "", func(f *ui.FieldProps) { f.Kind, f.Checked = ui.KindCheckbox, v.In.Off })
	}
	return out
}

func wayActions(ctx context.Context, v wayPage) []ui.Action {
	if !v.May {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "source.way.edit"), Href: wayPath(v.Way) + "/edit", Icon: ui.IconEdit}}
}

func versionOf(w Way) []ui.Hidden {
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(w.Version, 10)}}
}

func wayFacts(ctx context.Context, v wayPage) []ui.Fact {
	w := v.Way
	out := []ui.Fact{{Label: i18n.T(ctx, "source.way.field.kind"), Value: ui.Text(kindText(ctx, w.Kind))}}
	add := func(name, value string) {
		if value != "" {
			out = append(out, ui.Fact{Label: i18n.T(ctx, "source.way.field."+name), Value: ui.Code(value)})
		}
	}
	if v.At != "" {
		add("at", v.At)
	}
	add("network", w.Network)
	if w.Kind == Dnstap {
		add("identity", w.Host)
	} else {
		add("host", w.Host)
	}
	if w.Relay {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "source.way.field.relay"), Value: ui.Text(i18n.T(ctx, "source.way.relay_yes"))})
	}
	add("certificate", w.Certificate)
	add("path", w.Path)
	add("listener", w.Listener)
	if w.HasToken() {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "source.way.token.title"), Value: ui.Time(w.TokenAt)})
	}
	out = append(out, ui.Fact{Label: i18n.T(ctx, "source.way.quota"), Value: ui.Text(quotaText(ctx, w))})
	if !v.Known {
		return append(out, ui.Fact{Label: i18n.T(ctx, "source.way.field.last"), Value: ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, "source.life.never_heard"), Tone: ui.NoData})})
	}
	number := func(key string, n int64) { out = append(out, ui.Fact{Label: i18n.T(ctx, key), Value: ui.Number(n)}) }
	out = append(out, ui.Fact{Label: i18n.T(ctx, "source.way.field.last"), Value: ui.Time(v.Live.LastAt)})
	number("source.field.lines", v.Live.Lines)
	number("source.way.refused", v.Live.Refused)
	number("source.way.dropped", v.Live.Dropped)
	number("source.way.open", v.Live.Open)
	return append(out, ui.Fact{Label: i18n.T(ctx, "source.way.kept"), Value: ui.Time(v.Live.KeptAt)})
}

func quotaText(ctx context.Context, w Way) string {
	var out []string
	if w.Lines > 0 {
		out = append(out, i18n.T(ctx, "source.way.quota_lines", i18n.Number(ctx, w.Lines)))
	}
	if w.Bytes > 0 {
		out = append(out, i18n.T(ctx, "source.way.quota_bytes", i18n.Bytes(ctx, w.Bytes)))
	}
	return cmp.Or(strings.Join(out, ", "), i18n.T(ctx, "source.way.quota_none"))
}

func snippetLead(v wayPage) string {
	switch {
	case v.At == "":
		return "source.snippet.no_address"
	case v.Token == "" && v.Way.HasToken():
		return "source.snippet.no_token"
	}
	return "source.snippet.lead"
}

func strangerName(s Stranger) string {
	return cmp.Or(strings.Join(slices.DeleteFunc([]string{s.Addr, s.Host, s.Path}, func(t string) bool { return t == "" }), " · "), s.Listener)
}

func strangerFacts(ctx context.Context, s Stranger) []ui.Fact {
	out := []ui.Fact{{Label: i18n.T(ctx, "source.stranger.count"), Value: ui.Number(s.Count)},
		{Label: i18n.T(ctx, "source.stranger.first"), Value: ui.Time(s.First)}, {Label: i18n.T(ctx, "source.stranger.last"), Value: ui.Time(s.Last)}}
	if s.Listener != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "source.way.field.listener"), Value: ui.Text(s.Listener)})
	}
	if s.Certificate != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "source.way.field.certificate"), Value: ui.Code(s.Certificate)})
	}
	if s.Sample != "" {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "source.stranger.sample"), Value: ui.Code(s.Sample)})
	}
	return out
}

// chosen is the source that was chosen for s when the form came back.
func (v strangersPage) chosen(s Stranger) string {
	if v.same(s) {
		return v.Source
	}
	return ""
}

func (v strangersPage) errorOf(s Stranger) string {
	if v.same(s) {
		return v.Errors["source"]
	}
	return ""
}

func (v strangersPage) same(s Stranger) bool {
	return v.Typed.Kind == s.Kind && v.Typed.Addr == s.Addr && v.Typed.Host == s.Host && v.Typed.Certificate == s.Certificate && v.Typed.Path == s.Path
}

// months are the months a report can be asked for: this one and the year
// before.
func (v uptimePage) months(ctx context.Context) []ui.Option {
	var out []ui.Option
	for m := MonthOf(v.Now); len(out) < 13; m = MonthOf(m.Start().Add(-time.Hour)) {
		out = append(out, ui.Option{Value: monthText(m), Label: i18n.T(ctx, "source.uptime.month_name", int(m.Month), m.Year)})
	}
	return out
}

func uptimeRows(ctx context.Context, v uptimePage) []ui.Row {
	var out []ui.Row
	for _, u := range v.Rows {
		s := u.Source
		out = append(out, ui.Row{ID: string(s.ID), Name: s.Name, Href: "/sources/" + string(s.ID), Cells: []templ.Component{
			ui.Text(s.Name), ui.Text(labelOf(v.Units, s.Owner)), percentCell(ctx, u), hoursCell(u, u.Seen), hoursCell(u, u.Expected), hoursCell(u, u.Deaf), ui.Number(u.Lines)}})
		for _, w := range u.Ways {
			name, href := connection(ctx, w.Way), ""
			if w.Way.ID != "" {
				href = wayPath(w.Way)
			}
			out = append(out, ui.Row{ID: string(s.ID) + "-" + string(w.Way.ID), Name: name, Href: href, Under: true, Cells: []templ.Component{
				ui.Text(i18n.T(ctx, "source.uptime.by", name)), ui.Text(labelOf(v.Units, s.Owner)), percentCell(ctx, w.Uptime), hoursCell(w.Uptime, w.Seen),
				hoursCell(w.Uptime, w.Expected), hoursCell(w.Uptime, w.Deaf), ui.None()}})
		}
	}
	return out
}

// connection names a way in; one without ID is what collectors and files bring.
func connection(ctx context.Context, w Way) string {
	if w.ID == "" {
		return i18n.T(ctx, "source.uptime.other")
	}
	return wayName(ctx, w)
}

func percentCell(ctx context.Context, u Uptime) templ.Component {
	if _, ok := u.Percent(); !ok {
		return ui.Badge(ui.BadgeProps{Text: percentText(ctx, u), Tone: ui.NoData})
	}
	return ui.Text(percentText(ctx, u))
}

// hoursCell is a number of hours, nothing for a source that nobody waited for.
func hoursCell(u Uptime, hours int64) templ.Component {
	if u.Expected == 0 {
		return ui.None()
	}
	return ui.Number(hours)
}

// percentText is the uptime as people write it: "99,3%".
func percentText(ctx context.Context, u Uptime) string {
	tenths, ok := u.Percent()
	if !ok && u.Watched {
		return i18n.T(ctx, "source.uptime.young")
	}
	if !ok {
		return i18n.T(ctx, "source.life.not_watched")
	}
	if tenths%10 == 0 {
		return i18n.T(ctx, "source.uptime.whole", tenths/10)
	}
	return i18n.T(ctx, "source.uptime.tenths", tenths/10, tenths%10)
}
