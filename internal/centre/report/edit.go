// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Names of the inputs of a field: its value, the words beside a code, and the
// fingerprint of what was shown.
func valueName(key string) string      { return "v." + key }
func noteName(key, code string) string { return "n." + key + "." + code }
func wasName(key string) string        { return "w." + key }

// readEdit reads the form of a paper. What cannot be read is reported by field;
// the rest is read all the same.
func readEdit(r *http.Request, f File) (Edit, map[string]string) {
	bad := map[string]string{}
	e := Edit{Fields: map[string]Typed{}, Restore: r.PostFormValue("restore")}
	e.Frame = Frame{Parent: r.PostFormValue("parent"), Issuer: r.PostFormValue("issuer"), Number: r.PostFormValue("number"),
		Symbol: r.PostFormValue("symbol"), Place: r.PostFormValue("place"), Subject: r.PostFormValue("subject"),
		Urgency: r.PostFormValue("urgency"), To: lines(r.PostFormValue("to")), Copies: lines(r.PostFormValue("copies")),
		Signer: Signer{College: r.PostFormValue("signer_college"), Authority: r.PostFormValue("signer_authority"),
			For: r.PostFormValue("signer_for"), Title: r.PostFormValue("signer_title"), Name: r.PostFormValue("signer_name")}}
	if day := r.PostFormValue("date"); day != "" {
		d, err := calendar.ParseDate(day)
		if err != nil {
			bad["date"] = "report.err.date"
		}
		e.Frame.Date = d
	}
	for _, fl := range f.Form.Fields() {
		if !inBody(fl) || len(fl.Columns) > 0 || !r.PostForm.Has(wasName(fl.Key)) {
			continue
		}
		v, ok := readValue(r, f.Pack, fl)
		if !ok {
			bad[fl.Key] = "report.err." + fl.Type
		}
		e.Fields[fl.Key] = Typed{v, r.PostFormValue(wasName(fl.Key))}
	}
	return e, bad
}

func readValue(r *http.Request, p *rulepack.Pack, f rulepack.Field) (v Value, ok bool) {
	name := valueName(f.Key)
	typed := strings.TrimSpace(r.PostFormValue(name))
	switch f.Type {
	case "enum", "multi":
		list, _ := p.CodeList(f.List)
		v.Notes = map[string]string{}
		for _, id := range r.PostForm[name] {
			if id == "" {
				continue
			}
			v.Codes = append(v.Codes, id)
			if c, found := list.Find(id); found && c.Text {
				v.Notes[id] = r.PostFormValue(noteName(f.Key, id))
			}
		}
		return v.shape(p, f), true
	case "table", "file":
		v.List = lines(typed)
		return v, true
	}
	if typed == "" {
		return Value{}, true
	}
	var err error
	switch f.Type {
	case "date":
		v.At, err = time.ParseInLocation(time.DateOnly, typed, i18n.Hanoi)
	case "datetime":
		v.At, err = time.ParseInLocation(localTime, typed, i18n.Hanoi)
	case "time":
		v.Text = typed
		_, err = time.ParseInLocation(clockTime, typed, i18n.Hanoi)
	case "int", "money":
		n, ok := wholeNumber(typed, "")
		if !ok {
			return Value{}, false
		}
		v.Int = &n
	case "pct":
		n, ok := decimal(strings.TrimSuffix(typed, "%"))
		if !ok || n < 0 {
			return Value{}, false
		}
		v.Text = strconv.FormatFloat(n, 'f', -1, 64)
	case "bool":
		yes := typed == "yes"
		v.Yes = &yes
	default:
		v.Text = typed
	}
	if err != nil {
		return Value{}, false
	}
	return v.clean(), true
}

func lines(s string) []string { return strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") }

// input is one field of the form as the page draws it.
type input struct {
	Field rulepack.Field
	Value Value
	Props ui.FieldProps
	Codes []code // of a list whose codes are ticked
	Hand  string // what the case says instead, when a person changed the field
	ByMan bool
}

// code is one tick box, with the words it may ask for.
type code struct {
	Box  ui.FieldProps
	Note *ui.FieldProps
}

// input draws a field with the errors and findings about it.
func (v paperPage) input(ctx context.Context, f rulepack.Field) input {
	value := v.f.Values[f.Key]
	if t, sent := v.typed.Fields[f.Key]; sent {
		value = t.Value
	}
	in := input{Field: f, Value: value, ByMan: v.f.ByHand(f.Key)}
	if in.ByMan {
		in.Hand = cmpText(v.svc.show(v.f.Pack, f, v.f.Live[f.Key]), i18n.T(ctx, "report.nothing"))
	}
	in.Props = ui.FieldProps{Name: valueName(f.Key), ID: fieldID(f.Key), Label: v.label(f), Hint: v.hint(ctx, f), Error: v.problem(ctx, f.Key)}
	switch f.Type {
	case "long":
		in.Props.Kind, in.Props.Rows, in.Props.Value = ui.KindTextarea, 6, value.Text
	case "table", "file":
		in.Props.Kind, in.Props.Rows, in.Props.Value = ui.KindTextarea, 3, strings.Join(value.List, "\n")
		in.Props.Hint = strings.TrimSpace(in.Props.Hint + " " + i18n.T(ctx, "report.one_a_line"))
	case "date":
		in.Props.Kind, in.Props.Value = ui.KindDate, local(value.At, time.DateOnly)
		in.Props.ReadOnly = len(f.Term) > 0
	case "datetime":
		in.Props.Kind, in.Props.Value = ui.KindDateTime, local(value.At, localTime)
		in.Props.ReadOnly = len(f.Term) > 0
	case "time":
		in.Props.Kind, in.Props.Value = "time", value.Text
	case "pct":
		in.Props.InputMode, in.Props.Value = "decimal", strings.Replace(value.Text, ".", ",", 1)
	case "int", "money":
		in.Props.InputMode = "numeric"
		if value.Int != nil {
			in.Props.Value = strconv.FormatInt(*value.Int, 10)
		}
		in.Props.ReadOnly = f.Count != nil && len(v.f.Values[f.Count.Table].Rows) > 0
	case "bool":
		in.Props.Kind = ui.KindRadio
		in.Props.Options = []ui.Option{{Label: i18n.T(ctx, "report.unanswered")}, {Value: "yes", Label: i18n.T(ctx, "report.yes")},
			{Value: "no", Label: i18n.T(ctx, "report.no")}}
		if value.Yes != nil {
			in.Props.Value = map[bool]string{true: "yes", false: "no"}[*value.Yes]
		}
	case "enum", "multi":
		v.codes(ctx, &in)
	default:
		in.Props.Value = value.Text
	}
	return in
}

// label marks what must be filled, always or as the other fields stand.
func (v paperPage) label(f rulepack.Field) string {
	if f.Req == rulepack.Mandatory && !late(f) || asked(f, v.f.Values) {
		return f.Label + " (*)"
	}
	return f.Label
}

// rowsText says how many rows a table has.
func (v paperPage) rowsText(ctx context.Context, f rulepack.Field) string {
	if n := len(v.f.Values[f.Key].Rows); n > 0 {
		return i18n.T(ctx, "report.table.rows", i18n.Number(ctx, int64(n)))
	}
	return i18n.T(ctx, "report.table.empty")
}

// origin says where a value comes from, and that there is none.
func (v paperPage) origin(ctx context.Context, f rulepack.Field) string {
	if label := v.f.Origins[f.Key]; label != "" {
		return i18n.T(ctx, "report.origin.earlier", label)
	}
	source, _, _ := strings.Cut(f.From, ".")
	switch {
	case f.Count != nil && f.Type == "pct":
		source = "share"
	case f.Count != nil:
		source = "count"
	case len(f.Term) > 0:
		source = "term"
	case len(f.Trend) > 0:
		source = "trend"
	case source == "" || source == "report":
		return ""
	}
	text := i18n.T(ctx, "report.origin."+source)
	if few, ok := v.f.short[f.Key]; ok && v.f.Values[f.Key].Empty() {
		return text + " " + i18n.T(ctx, "report.origin.short", few.Seen, few.Expected)
	}
	if v.f.Values[f.Key].Empty() {
		text += " " + i18n.T(ctx, "report.origin.none")
	}
	return text
}

// codes draws a code list: a select where one code without words is chosen,
// tick boxes otherwise.
func (v paperPage) codes(ctx context.Context, in *input) {
	f := in.Field
	list, _ := v.f.Pack.CodeList(f.List)
	words := slices.ContainsFunc(list.Items, func(c rulepack.Code) bool { return c.Text })
	if f.Type == "enum" && !words && len(in.Value.Codes) < 2 {
		in.Props.Kind, in.Props.Blank = ui.KindSelect, i18n.T(ctx, "report.choose")
		for _, c := range list.Items {
			in.Props.Options = append(in.Props.Options, ui.Option{Value: c.ID, Label: c.Label.VI})
		}
		in.Props.Value = strings.Join(in.Value.Codes, "")
		return
	}
	for _, c := range list.Items {
		box := code{Box: ui.FieldProps{Kind: ui.KindCheckbox, Name: valueName(f.Key), Group: in.Props.Label, ID: fieldID(f.Key) + "-" + c.ID, Label: c.Label.VI,
			Value: c.ID, Checked: chosen(in.Value, c.ID)}}
		if c.Text {
			box.Note = &ui.FieldProps{Name: noteName(f.Key, c.ID), Label: i18n.T(ctx, "report.words", c.Label.VI), Value: in.Value.Notes[c.ID],
				MaxLength: maxLine}
		}
		in.Codes = append(in.Codes, box)
	}
}

func (v paperPage) hint(ctx context.Context, f rulepack.Field) string {
	switch f.From {
	case "report.written_at":
		return i18n.T(ctx, "report.written_at.hint")
	case "report.channel":
		return i18n.T(ctx, "report.channel.hint")
	}
	help, origin := f.Help.In(i18n.Lang(ctx)), v.origin(ctx, f)
	if help != "" && origin != "" {
		help = strings.TrimRight(help, ".") + ". "
	}
	return help + origin
}

// problem is what stands over a field: why what was typed cannot be taken, else
// what the linter stops at.
func (v paperPage) problem(ctx context.Context, field string) string {
	if e := v.errs[field]; e != "" {
		return e
	}
	for _, f := range v.f.Findings {
		if f.Field == field && f.Stops {
			return f.text(ctx)
		}
	}
	return ""
}

// text is the finding as a sentence.
func (f Finding) text(ctx context.Context) string {
	if len(f.Args) > 0 {
		return i18n.T(ctx, f.Key, f.Args...)
	}
	if f.Say != (rulepack.Label{}) {
		return i18n.T(ctx, f.Key, f.Say.In(i18n.Lang(ctx)), f.Row)
	}
	if f.Row > 0 {
		return i18n.T(ctx, f.Key, f.Label, f.Row)
	}
	return i18n.T(ctx, f.Key, f.Label, i18n.Time(ctx, f.Due))
}

func fieldID(key string) string { return "f-v-" + key }

// anchor is where a finding leads on the page.
func (f Finding) anchor(form rulepack.Form) string {
	if slices.ContainsFunc(form.Fields(), func(fl rulepack.Field) bool { return fl.Key == f.Field }) {
		return "#" + fieldID(f.Field)
	}
	if f.Field == "" {
		return ""
	}
	return "#f-" + f.Field
}

func local(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(i18n.Hanoi).Format(layout)
}

func cmpText(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// frameFields are the inputs of the frame, in the order a clerk fills them.
func (v paperPage) frameFields(ctx context.Context) (head, foot []ui.FieldProps) {
	f := v.f.Frame
	if v.typed.Fields != nil {
		f = v.typed.Frame
	}
	field := func(name, value string) ui.FieldProps {
		p := ui.FieldProps{Name: name, Label: i18n.T(ctx, "report.frame."+name), Value: value, Error: v.problem(ctx, name)}
		if slices.Contains([]string{"parent", "number", "symbol", "date", "place", "to", "copies", "signer_college", "signer_for"}, name) {
			p.Hint = i18n.T(ctx, "report.frame."+name+".hint")
		}
		return p
	}
	with := func(p ui.FieldProps, kind ui.Kind, rows int) ui.FieldProps {
		p.Kind, p.Rows = kind, rows
		return p
	}
	to := with(field("to", strings.Join(f.To, "\n")), ui.KindTextarea, 3)
	if len(v.f.Form.Recipients) == 0 { // addressed to nobody unless somebody writes it
		to.Label = strings.TrimSuffix(to.Label, " (*)")
	}
	urgency := with(field("urgency", f.Urgency), ui.KindSelect, 0)
	urgency.Blank = i18n.T(ctx, "report.frame.ordinary")
	urgency.Options = options(ctx, v.f.Pack, "CL-urgency", "")
	authority := with(field("signer_authority", f.Signer.Authority), ui.KindSelect, 0)
	authority.Blank = i18n.T(ctx, "report.frame.own_name")
	authority.Options = options(ctx, v.f.Pack, "CL-authority", "none", "tm")
	day := ""
	if !f.Date.IsZero() {
		day = f.Date.String()
	}
	head = []ui.FieldProps{to, field("subject", f.Subject), urgency,
		field("parent", f.Parent), field("issuer", f.Issuer), field("number", f.Number), field("symbol", f.Symbol),
		field("place", f.Place), with(field("date", day), ui.KindDate, 0)}
	foot = []ui.FieldProps{field("signer_college", f.Signer.College), authority, field("signer_for", f.Signer.For),
		field("signer_title", f.Signer.Title), field("signer_name", f.Signer.Name),
		with(field("copies", strings.Join(f.Copies, "\n")), ui.KindTextarea, 4)}
	return head, foot
}

// options are the codes of a list but for some, as choices.
func options(ctx context.Context, p *rulepack.Pack, list string, without ...string) []ui.Option {
	l, _ := p.CodeList(list)
	var out []ui.Option
	for _, c := range l.Items {
		if !slices.Contains(without, c.ID) {
			label := c.Label.VI
			if i18n.Lang(ctx) == "en" {
				label += " (" + c.Label.EN + ")"
			}
			out = append(out, ui.Option{Value: c.ID, Label: label})
		}
	}
	return out
}
