// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Names of the values of an address.
const (
	fieldExact  = "is"   // "field=value", once for each
	fieldOpen   = "open" // the row that is shown whole
	fieldAfter  = "after"
	fieldReason = "reason" // in forms alone
	fieldWhy    = "why"    // id of the reason
	fieldSort   = "sort"
	oldestFirst = "oldest"
)

// localTime is how a form gives a time, in i18n.Hanoi.
const localTime = "2006-01-02T15:04"

// spans are the quick choices of a time that ends now.
var spans = []struct {
	name string
	span time.Duration
}{{"1h", time.Hour}, {"24h", day}, {"7d", 7 * day}, {"30d", 30 * day}}

// typed is the form as it came with the address. Without the id of a reason it
// was not sent: it is filled in beforehand.
type typed struct {
	url.Values
	errs map[string]string
}

func (t typed) sent() bool { return t.Get(fieldWhy) != "" }

func (t typed) oldest() bool { return t.Get(fieldSort) == oldestFirst }

// question reads t; bad are the keys of the catalogue by field, of what cannot
// be read at all.
func (t typed) question(now time.Time) (q Question, bad map[string]string) {
	q = Question{Words: strings.TrimSpace(t.Get("q")), Addr: t.Get("addr"), Name: t.Get("name"), User: t.Get("user"), Class: t.Get("class"), Source: t.Get("source"),
		Unit: t.Get("unit"), More: Compare{t.Get("field"), t.Get("op"), t.Get("value"), t.Get("not") != ""}, Expert: strings.TrimSpace(t.Get("expert")), Why: t.Get(fieldWhy)}
	for _, pair := range t.Values[fieldExact] {
		if field, value, ok := strings.Cut(pair, "="); ok && value != "" {
			q.Exact = append(q.Exact, Pair{field, value})
		}
	}
	bad = map[string]string{}
	q.To = now.UTC().Truncate(time.Second).Add(time.Second)
	length := day
	for _, s := range spans {
		if s.name == t.Get("range") {
			length = s.span
		}
	}
	for field, at := range map[string]*time.Time{"from": &q.From, "to": &q.To} {
		if t.Get(field) == "" {
			continue
		}
		read, err := time.ParseInLocation(localTime, t.Get(field), i18n.Hanoi)
		if err != nil {
			bad[field] = "lookup.bad.time"
			continue
		}
		*at = read.UTC()
	}
	if q.From.IsZero() { // steps of a histogram begin where clocks do
		q.From = q.To.Add(-length).Truncate(stepOf(length))
	}
	return q, bad
}

// with is the address of the page with some values changed, on its first page:
// pairs of name and value, an empty value takes the name out.
func (t typed) with(pairs ...string) string {
	v := t.copied()
	for i := 0; i+1 < len(pairs); i += 2 {
		if v.Del(pairs[i]); pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return path + "?" + v.Encode()
}

// narrowed is the address of the page with one more value that must be there.
func (t typed) narrowed(field, value string) string {
	v := t.copied()
	if pair := field + "=" + value; !slices.Contains(v[fieldExact], pair) {
		v.Add(fieldExact, pair)
	}
	return path + "?" + v.Encode()
}

// widened is the address of the page without that.
func (t typed) widened(p Pair) string {
	v := t.copied()
	v[fieldExact] = slices.DeleteFunc(v[fieldExact], func(s string) bool { return s == p.Field+"="+p.Value })
	return path + "?" + v.Encode()
}

// copied are the values that say what is looked for.
func (t typed) copied() url.Values {
	v := url.Values{}
	for name, list := range t.Values {
		v[name] = slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" })
	}
	v.Del(fieldAfter)
	v.Del(fieldOpen)
	v.Del(fieldReason)
	return v
}

// hidden are the values that say what is looked for, for another form.
func (t typed) hidden() (out []ui.Hidden) {
	v := t.copied()
	for _, name := range slices.Sorted(maps.Keys(v)) {
		for _, value := range v[name] {
			out = append(out, ui.Hidden{Name: name, Value: value})
		}
	}
	return out
}

// fields are the form's first ones, as typed.
func (v page) fields(ctx context.Context) []ui.FieldProps {
	return v.filled([]ui.FieldProps{
		{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "lookup.q"), Hint: i18n.T(ctx, "lookup.q.hint"), MaxLength: maxWords},
		{Name: "addr", Label: i18n.T(ctx, "lookup.addr"), Mono: true},
		{Name: "name", Label: i18n.T(ctx, "lookup.name"), Mono: true},
		{Name: "user", Label: i18n.T(ctx, "lookup.user")},
		{Kind: ui.KindSelect, Name: "range", Label: i18n.T(ctx, "lookup.range"), Options: spanOptions(ctx)},
	})
}

// narrower are the fields that say where and when more closely.
func (v page) narrower(ctx context.Context) []ui.FieldProps {
	list := []ui.FieldProps{{Kind: ui.KindSelect, Name: "class", Label: i18n.T(ctx, "lookup.class"), Blank: i18n.T(ctx, "lookup.any"), Options: classOptions(ctx)}}
	if len(v.sources) > 0 {
		list = append(list, ui.FieldProps{Kind: ui.KindSelect, Name: "source", Label: i18n.T(ctx, "lookup.source"), Blank: i18n.T(ctx, "lookup.any"), Options: v.sources})
	}
	if len(v.units) > 1 {
		list = append(list, ui.FieldProps{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "lookup.unit"), Blank: i18n.T(ctx, "lookup.any"), Options: v.units})
	}
	return v.filled(append(list,
		ui.FieldProps{Kind: ui.KindDateTime, Name: "from", Label: i18n.T(ctx, "lookup.from")},
		ui.FieldProps{Kind: ui.KindDateTime, Name: "to", Label: i18n.T(ctx, "lookup.to")},
		ui.FieldProps{Kind: ui.KindSelect, Name: fieldSort, Label: i18n.T(ctx, "lookup.sort"), Options: []ui.Option{{Label: i18n.T(ctx, "lookup.sort.newest")},
			{Value: oldestFirst, Label: i18n.T(ctx, "lookup.sort.oldest")}}}))
}

// narrowerOpen reports whether those must be seen: before anything is found, and
// when one of them says something.
func (v page) narrowerOpen() bool {
	return !v.found || slices.ContainsFunc([]string{"class", "source", "unit", "from", "to"}, func(name string) bool { return v.Get(name) != "" || v.errs[name] != "" })
}

// filled is list with what was typed.
func (v page) filled(list []ui.FieldProps) []ui.FieldProps {
	for i := range list {
		list[i].Value, list[i].Error = v.Get(list[i].Name), v.errs[list[i].Name]
		if list[i].Name == "range" && list[i].Value == "" {
			list[i].Value = "24h"
		}
	}
	return list
}

// why asks for the reason, as looking back does.
func (v page) why(ctx context.Context) ui.FieldProps {
	return ui.FieldProps{Name: fieldReason, Label: i18n.T(ctx, "lookup.reason"), Hint: i18n.T(ctx, "lookup.reason.hint"), Value: v.reason,
		Required: true, Error: v.errs[fieldReason], MaxLength: MaxReason}
}

// method is how the form is sent: with a reason that holds it is a plain
// address, with a new one a form, so that its words stand in no address.
func (v page) method() string {
	if v.given.ID != "" {
		return "get"
	}
	return "post"
}

// further are the fields of those who know the fields of events.
func (t typed) further(ctx context.Context) []ui.FieldProps {
	var options []ui.Option
	for _, op := range opOrder {
		options = append(options, ui.Option{Value: op, Label: i18n.T(ctx, "lookup.op."+op)})
	}
	return []ui.FieldProps{
		{Name: "field", Label: i18n.T(ctx, "lookup.field"), Value: t.Get("field"), Error: t.errs["field"], MaxLength: 128, Mono: true, Placeholder: "dst_endpoint.port"},
		{Kind: ui.KindSelect, Name: "op", Label: i18n.T(ctx, "lookup.op"), Value: t.Get("op"), Error: t.errs["op"], Options: options},
		{Name: "value", Label: i18n.T(ctx, "lookup.value"), Value: t.Get("value"), Error: t.errs["value"], MaxLength: maxText, Mono: true},
		{Kind: ui.KindCheckbox, Name: "not", Label: i18n.T(ctx, "lookup.not"), Checked: t.Get("not") != ""},
	}
}

func (t typed) expert(ctx context.Context) ui.FieldProps {
	return ui.FieldProps{Kind: ui.KindTextarea, Name: "expert", Label: i18n.T(ctx, "lookup.expert"), Hint: i18n.T(ctx, "lookup.expert.hint"), Value: t.Get("expert"),
		Error: t.errs["expert"], MaxLength: 4096, Rows: 3, Mono: true}
}

// furtherOpen reports whether the further fields must be seen.
func (t typed) furtherOpen() bool {
	for _, name := range []string{"field", "value", "expert"} {
		if t.Get(name) != "" || t.errs[name] != "" {
			return true
		}
	}
	return false
}

func (t typed) errors() []ui.FieldError {
	var out []ui.FieldError
	for _, field := range []string{"q", "addr", "name", "user", "class", "source", "unit", "range", "from", "to", fieldReason, "field", "op", "value", "expert"} {
		if t.errs[field] != "" {
			out = append(out, ui.FieldError{Field: field, Text: t.errs[field]})
		}
	}
	return out
}

func classOptions(ctx context.Context) (out []ui.Option) {
	for _, c := range classes {
		out = append(out, ui.Option{Value: string(c), Label: classText(ctx, string(c))})
	}
	return out
}

func spanOptions(ctx context.Context) (out []ui.Option) {
	for _, s := range spans {
		out = append(out, ui.Option{Value: s.name, Label: i18n.T(ctx, "lookup.range."+s.name)})
	}
	return out
}

// examples are what an expert may write, with what each finds or, with pipes,
// makes a table of.
var examples = []struct{ query, key string }{
	{`"failed login"`, "lookup.help.phrase"},
	{`query.hostname:~"[.]example$"`, "lookup.help.regexp"},
	{`dst_endpoint.port:=22 or dst_endpoint.port:=3389`, "lookup.help.or"},
	{`src_endpoint.ip:ipv4_range("192.0.2.0/24") !rcode:=NXDOMAIN`, "lookup.help.not"},
	{`traffic.bytes_out:>100000000`, "lookup.help.number"},
	{`query.hostname:* | stats by (src_endpoint.ip) count() rows | sort by (rows desc) limit 20`, "lookup.help.stats"},
	{`rcode:=NXDOMAIN | top 20 by (query.hostname)`, "lookup.help.top"},
	{`actor.user.name:* | uniq by (actor.user.name, src_endpoint.ip)`, "lookup.help.uniq"},
}

func help(ctx context.Context) []ui.Fact {
	var out []ui.Fact
	for _, e := range examples {
		out = append(out, ui.Fact{Label: i18n.T(ctx, e.key), Value: ui.Code(e.query)})
	}
	return out
}
