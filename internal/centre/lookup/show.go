// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"cmp"
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// rowKey names a row in an address.
func rowKey(r lake.Row) string { return keyOf(r).String() }

// timeText is an instant with its seconds, in the reader's zone.
func timeText(t time.Time) string {
	layout := "02/01/2006 15:04:05"
	if t.Nanosecond() != 0 {
		layout += ".000"
	}
	return t.In(i18n.Hanoi).Format(layout)
}

func classText(ctx context.Context, class string) string {
	for _, c := range classes {
		if string(c) == class {
			return i18n.T(ctx, "lookup.class."+class)
		}
	}
	return class
}

func named(names map[string]string, id string) string { return cmp.Or(names[id], id) }

func valueOf(r lake.Row, field string) string {
	for _, f := range r.Fields {
		if f.Name == field {
			return f.Value
		}
	}
	return ""
}

// first is the first of the fields that r has.
func first(r lake.Row, fields ...string) (field, value string) {
	for _, f := range fields {
		if v := valueOf(r, f); v != "" {
			return f, v
		}
	}
	return "", ""
}

func clientOf(r lake.Row) (field, value string) {
	return first(r, "src_endpoint.ip", "src_endpoint.hostname")
}

// whatOf is the value that says most about an event of its class.
func whatOf(r lake.Row) (field, value string) {
	return first(r, "finding_info.title", "query.hostname", "url.url_string", "file.name", "tls.sni", "email.from", "dst_endpoint.hostname", "dst_endpoint.ip")
}

// besideOf is what stands beside that: type and answer, method and status, port.
func besideOf(r lake.Row) string {
	var parts []string
	for _, f := range []string{"query.type", "rcode", "http_request.http_method", "http_response.code", "connection_info.protocol_name", "dst_endpoint.port", "service.name", "disposition", "status"} {
		if v := valueOf(r, f); v != "" {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, " · ")
}

// besideText is the class of an event with what stands beside its value.
func besideText(ctx context.Context, r lake.Row) string {
	return strings.TrimSuffix(classText(ctx, string(r.Class))+" · "+besideOf(r), " · ")
}

func whatText(r lake.Row) string {
	_, what := whatOf(r)
	return strings.TrimSpace(what + " " + besideOf(r))
}

func fieldsText(r lake.Row) string {
	parts := make([]string, len(r.Fields))
	for i, f := range r.Fields {
		parts[i] = f.Name + "=" + f.Value
	}
	return strings.Join(parts, "; ")
}

// cut is how much of a raw line a table shows, in runes, and cutLine how much
// stands in the list, whose page cuts it where its column ends; short is how long a
// value may be to stay on one line, in bytes.
const (
	cut     = 160
	cutLine = 1000
	short   = 40
)

func cutText(s string) string { return cutAt(s, cut) }

func cutAt(s string, most int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// list is the rows with everything above them.
func (v page) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{Caption: i18n.T(ctx, "lookup.rows"), Filters: above(v), Total: v.answer.Total, ClearAt: v.with(fieldExact, "", "q", "", "addr", "", "name", "", "user", "",
		"class", "", "source", "", "unit", "", "field", "", "value", "", "not", "", "expert", ""), Empty: v.empty(ctx)}
	if !v.found {
		return l
	}
	l.Filtered, l.Lines = true, v.answer.Table == nil
	l.Exports = web.Exports(v.r, path, fieldOpen)
	for i := range l.Exports {
		l.Exports[i].Href += "&" + fieldWhy + "=" + url.QueryEscape(v.Get(fieldWhy)) // no view keeps it, the file needs it
	}
	if t := v.answer.Table; t != nil {
		v.tableList(ctx, &l, t)
		return l
	}
	l.Heads = []ui.Head{v.timeHead(ctx), {Label: i18n.T(ctx, "lookup.from_where")}, {Label: i18n.T(ctx, "lookup.client")},
		{Label: i18n.T(ctx, "lookup.what")}, {Label: i18n.T(ctx, "lookup.raw")}}
	for _, r := range v.answer.Rows {
		var tone ui.Tone
		if v.open != nil && keyOf(r) == keyOf(*v.open) {
			tone = ui.Info
		}
		l.Rows = append(l.Rows, ui.Row{ID: url.QueryEscape(rowKey(r)), Name: timeText(r.Time), Href: v.opened(r), Tone: tone,
			Cells: []templ.Component{ui.Text(timeText(r.Time)), placeCell(v, r), clientCell(v, r), whatCell(v, r), rawCell(r)}})
	}
	if v.answer.Next != "" {
		l.Next = web.With(v.r, fieldAfter, v.answer.Next, fieldOpen, "")
	}
	if v.Get(fieldAfter) != "" {
		l.Prev = web.With(v.r, fieldAfter, "", fieldOpen, "")
	}
	if v.answer.Total > MaxExport {
		l.Note = i18n.T(ctx, "lookup.export.cut", i18n.Number(ctx, MaxExport))
	}
	if v.cases {
		l.Bulk = &ui.Bulk{Action: evidencePath + "/rows", Hidden: v.hidden(), Buttons: []ui.Submit{{Label: i18n.T(ctx, "lookup.evidence.rows"), Icon: ui.IconEvidence, Plain: true}}}
	}
	return l
}

func (v page) timeHead(ctx context.Context) ui.Head {
	h := ui.Head{Label: i18n.T(ctx, "lookup.time"), Sorted: ui.SortDescending, Sort: v.with(fieldSort, oldestFirst)}
	if v.oldest() {
		h.Sorted, h.Sort = ui.SortAscending, v.with(fieldSort, "")
	}
	return h
}

// opened is the address of the page with a row opened.
func (v page) opened(r lake.Row) string { return web.With(v.r, fieldOpen, rowKey(r)) + "#event" }

// closed is the address of the page with no row opened, at the list.
func (v page) closed() string { return web.With(v.r, fieldOpen, "") + "#list" }

// beside are the addresses of the rows above and below the one that is open, ""
// where the page has none.
func (v page) beside() (above, below string) {
	for i, r := range v.answer.Rows {
		if keyOf(r) != keyOf(*v.open) {
			continue
		}
		if i > 0 {
			above = v.opened(v.answer.Rows[i-1])
		}
		if i+1 < len(v.answer.Rows) {
			below = v.opened(v.answer.Rows[i+1])
		}
	}
	return above, below
}

// empty teaches what stands here, or why nothing does.
func (v page) empty(ctx context.Context) ui.EmptyProps {
	switch v.state {
	case Off:
		return ui.EmptyProps{Icon: ui.IconNoData, Title: i18n.T(ctx, "lookup.off"), Text: i18n.T(ctx, "lookup.off.text")}
	case Asleep:
		return ui.EmptyProps{Icon: ui.IconNoData, Title: i18n.T(ctx, "lookup.asleep"), Text: i18n.T(ctx, "lookup.asleep.text"),
			Action: &ui.Action{Label: i18n.T(ctx, "lookup.again"), Href: v.r.URL.RequestURI(), Icon: ui.IconRefresh}}
	}
	return ui.EmptyProps{Icon: ui.IconSearch, Title: i18n.T(ctx, "lookup.start"), Text: i18n.T(ctx, "lookup.start.text")}
}

// alert is what stands between the form and the answer; nil when nothing does.
func (v page) alert(ctx context.Context) *ui.AlertProps {
	switch {
	case v.problem != nil:
		return v.problem
	case v.errs[""] != "":
		return &ui.AlertProps{Tone: ui.Warn, Title: v.errs[""]}
	case v.state == Full:
		return &ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "lookup.full"), Text: i18n.T(ctx, "lookup.full.text")}
	case v.answer.Short != nil:
		return &ui.AlertProps{Tone: ui.NoData, Title: i18n.T(ctx, "lookup.short"), Text: i18n.T(ctx, "lookup.short.text")}
	}
	return nil
}

// period is the time that was looked at, in words.
func (v page) period(ctx context.Context) string {
	return i18n.T(ctx, "lookup.period", i18n.Time(ctx, v.q.From), i18n.Time(ctx, v.q.To))
}

func (v page) unitCell(r lake.Row) templ.Component {
	if name := v.names[r.Owner]; name != "" {
		return ui.Unit(ui.UnitProps{Name: name, Href: "/units/" + r.Owner})
	}
	return ui.None()
}

// placeText is the unit and the source of a row in words.
func (v page) placeText(r lake.Row) string {
	return strings.TrimPrefix(strings.TrimSuffix(v.names[r.Owner]+" · "+v.source[r.Source], " · "), " · ")
}

func (v page) sourceCell(ctx context.Context, r lake.Row) templ.Component {
	name := v.source[r.Source]
	switch {
	case name == "":
		return ui.None()
	case auth.May(ctx, auth.Permission{Area: auth.Settings, Act: auth.Read}):
		return ui.Anchor(ui.Link{Label: name, Href: "/sources/" + r.Source})
	}
	return ui.Text(name)
}

// facts are all that is known of a row.
func (v page) facts(ctx context.Context, r lake.Row) []ui.Fact {
	facts := []ui.Fact{
		{Label: i18n.T(ctx, "lookup.time"), Value: ui.Text(timeText(r.Time))},
		{Label: i18n.T(ctx, "lookup.unit"), Value: v.unitCell(r)},
		{Label: i18n.T(ctx, "lookup.source"), Value: v.sourceCell(ctx, r)},
		{Label: i18n.T(ctx, "lookup.class"), Value: ui.Text(classText(ctx, string(r.Class)))},
	}
	for _, f := range r.Fields {
		facts = append(facts, ui.Fact{Label: f.Name, Value: valueCell(v.at(r), f)})
	}
	return append(facts,
		ui.Fact{Label: i18n.T(ctx, "lookup.place"), Value: ui.Code(i18n.T(ctx, "lookup.place.of", r.Block, strconv.FormatInt(r.Line, 10)))},
		ui.Fact{Label: i18n.T(ctx, "lookup.raw"), Value: rawWhole(r)})
}

// inPlace are the fields of a row as a list shows them.
func inPlace(r lake.Row) []ui.Fact {
	facts := make([]ui.Fact, len(r.Fields))
	for i, f := range r.Fields {
		facts[i] = ui.Fact{Label: f.Name, Value: ui.Code(ui.Defang(f.Value))}
	}
	return facts
}

// at is v about the values of one row.
func (v page) at(r lake.Row) page {
	v.of = &r
	return v
}

// menu is where a value leads, each place where the actor may go.
func (v page) menu(ctx context.Context, f lake.Field) []ui.Action {
	items := []ui.Action{{Label: i18n.T(ctx, "lookup.narrow"), Href: v.narrowed(f.Name, f.Value), Icon: ui.IconFilter},
		{Label: i18n.T(ctx, "lookup.alone"), Href: v.with("q", "", "addr", "", "name", "", "user", "", "class", "", "source", "", "unit", "", "field", "", "op", "", "value", "",
			"not", "", "expert", "", fieldExact, f.Name+"="+f.Value), Icon: ui.IconSearch}}
	if f.Name == userField {
		return append(items, ui.Action{Label: i18n.T(ctx, "lookup.about"), Href: valuePath + "?" + url.Values{"value": {f.Value}, "kind": {"user"}}.Encode(), Icon: ui.IconInfo})
	}
	if !observable(f.Name) {
		return items
	}
	about := url.Values{"value": {f.Value}}
	if v.of != nil {
		about.Set("owner", v.of.Owner)
		about.Set("at", v.of.Time.UTC().Format(time.RFC3339))
	}
	items = append(items, ui.Action{Label: i18n.T(ctx, "lookup.hunt"), Href: "/hunts?value=" + url.QueryEscape(f.Value), Icon: ui.IconHunt})
	items = append(items, web.ObservableMenu(ctx, f.Value, ui.ObservableActs{})...)
	return append(items, ui.Action{Label: i18n.T(ctx, "lookup.about"), Href: valuePath + "?" + about.Encode(), Icon: ui.IconInfo})
}

// userField is who did what an event tells.
const userField = "actor.user.name"

// observable reports whether values of a field stand in lists of indicators.
func observable(field string) bool {
	for _, end := range []string{".ip", ".hostname", ".url_string", ".sni", ".md5", ".sha1", ".sha256", "ja3_hash.value", "ja4_fingerprint.value", "email.from"} {
		if strings.HasSuffix(field, end) {
			return true
		}
	}
	return false
}

// share is one value of a field among the most frequent.
type share struct {
	text, href, rows string
	menu             []ui.Action
}

// shares are the values of a field, the most frequent first.
func (v page) shares(ctx context.Context, field string) (out []share) {
	for _, f := range v.answer.Facets {
		if f.Field != field {
			continue
		}
		s := share{text: ui.Defang(f.Value), href: v.narrowed(f.Field, f.Value), rows: i18n.Number(ctx, f.Rows)}
		switch field {
		default:
			s.menu = v.menu(ctx, lake.Field{Name: f.Field, Value: f.Value})
		case lake.FieldSource:
			s.text, s.href = named(v.source, f.Value), v.with("source", f.Value)
		case lake.FieldClass:
			s.text, s.href = classText(ctx, f.Value), v.with("class", f.Value)
		}
		out = append(out, s)
	}
	return out
}

// fieldText is what a field is called.
func fieldText(ctx context.Context, field string) string {
	switch field {
	case lake.FieldSource:
		return i18n.T(ctx, "lookup.source")
	case lake.FieldClass:
		return i18n.T(ctx, "lookup.class")
	case lake.FieldOwner:
		return i18n.T(ctx, "lookup.unit")
	case "src_endpoint.ip":
		return i18n.T(ctx, "lookup.client")
	case "query.hostname":
		return i18n.T(ctx, "lookup.queried")
	}
	return field
}

// stepText is a bar in words.
func (v page) stepText(ctx context.Context, b bar) string {
	return i18n.T(ctx, "lookup.step", timeOf(b.Start, v.answer.Step), i18n.Number(ctx, b.Rows))
}

// timeOf is where a step begins, as exact as steps are.
func timeOf(t time.Time, step time.Duration) string {
	if step < time.Minute {
		return timeText(t)
	}
	return t.In(i18n.Hanoi).Format("02/01/2006 15:04")
}

// during is the address of the page for one step alone.
func (v page) during(b bar) string {
	return v.with("range", "", "from", b.Start.In(i18n.Hanoi).Format(localTime), "to", b.Start.Add(max(v.answer.Step, time.Minute)).In(i18n.Hanoi).Format(localTime))
}

// acts are what can be done with the whole of an answer.
func (v page) acts(ctx context.Context) (out []ui.Action) {
	at := v.fixedWith()
	if v.cases && v.answer.Table == nil {
		out = append(out, ui.Action{Label: i18n.T(ctx, "lookup.evidence.all"), Href: evidencePath + "?" + at.Encode(), Icon: ui.IconEvidence})
	}
	if v.keepIn != "" {
		out = append(out, ui.Action{Label: i18n.T(ctx, "lookup.keep"), Href: v.keepIn, Icon: ui.IconHunt})
	}
	if v.answer.Table == nil {
		out = append(out, ui.Action{Label: i18n.T(ctx, "lookup.takeout.all"), Href: takeoutPath + "/new?" + at.Encode(), Icon: ui.IconDownload})
	}
	return out
}

// rowActs are what can be done with the line that is open.
func (v page) rowActs(ctx context.Context) []ui.Action {
	if !v.cases {
		return nil
	}
	at := v.fixedWith(fieldRow, rowKey(*v.open))
	return []ui.Action{{Label: i18n.T(ctx, "lookup.evidence.one"), Href: evidencePath + "?" + at.Encode(), Icon: ui.IconEvidence}}
}
