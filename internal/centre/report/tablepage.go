// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/sheet"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

const (
	rowsAPage = 25
	freshRows = 5 // blank rows to write in, under the last one
)

// tablePage is a table with its rows as inputs.
type tablePage struct {
	svc   *Service
	f     File
	field rulepack.Field
	value Value
	page  int // from 0
	typed map[string]string
	errs  map[string]string // by name of the input; "" of the page
	order []string          // names in errs, in the order of the page
	paste string
}

func tableHref(id ID, key string) string { return href(id) + "/tables/" + url.PathEscape(key) }

// table handles GET /papers/{id}/tables/{key}. Query: page, from 1.
func (p *Pages) table(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 1 {
		n = 1
	}
	return p.renderTable(w, r, http.StatusOK, n-1, func(*tablePage) {})
}

func (p *Pages) renderTable(w http.ResponseWriter, r *http.Request, status, page int, with func(*tablePage)) error {
	ctx := r.Context()
	v := tablePage{svc: p.svc}
	var err error
	if v.f, v.field, err = p.svc.Table(ctx, ID(r.PathValue("id")), r.PathValue("key")); err != nil {
		return err
	}
	v.value = v.rows()
	v.page = min(max(page, 0), v.pages()-1)
	with(&v)
	return p.site.Render(w, r, status, web.View{Title: v.field.Label, Body: tableView(v)})
}

// rows is the table in the form's columns; rows that stand for codes are all
// there.
func (v tablePage) rows() Value {
	out := v.f.Values[v.field.Key].aligned(v.f.Pack, v.field)
	out.Cols = nil
	for _, c := range v.field.Columns {
		if c.Type != "seq" {
			out.Cols = append(out.Cols, c.Key)
		}
	}
	if list, ok := v.f.Pack.CodeList(v.field.RowsOf); ok && len(out.Rows) == 0 {
		for _, c := range list.Items {
			row := make([]string, len(out.Cols))
			row[0] = c.ID
			out.Rows = append(out.Rows, row)
		}
	}
	return out
}

func (v tablePage) pages() int { return max(1, (len(v.value.Rows)+rowsAPage-1)/rowsAPage) }

func (v tablePage) last() bool { return v.page == v.pages()-1 }

// lines are the rows of this page: places in the value, then blank ones on the
// last page.
func (v tablePage) lines() []int {
	var out []int
	for n := v.page * rowsAPage; n < min(len(v.value.Rows), (v.page+1)*rowsAPage); n++ {
		out = append(out, n)
	}
	if v.last() && v.edits() && v.field.RowsOf == "" {
		for n := range freshRows {
			out = append(out, len(v.value.Rows)+n)
		}
	}
	return out
}

func (v tablePage) edits() bool {
	return v.f.MayWrite && (v.f.State == Draft || v.f.State == Printed)
}

func cellName(row int, key string) string { return "c." + strconv.Itoa(row) + "." + key }

func removeName(row int) string { return "x." + strconv.Itoa(row) }

// cell is one input of the grid.
func (v tablePage) cell(ctx context.Context, row int, c rulepack.Column) ui.FieldProps {
	name := cellName(row, c.Key)
	p := ui.FieldProps{Name: name, Label: c.Label + " " + strconv.Itoa(row+1), Error: v.errs[name]}
	if row < len(v.value.Rows) {
		if i := slices.Index(v.value.Cols, c.Key); i >= 0 && i < len(v.value.Rows[row]) {
			p.Value = typedCell(c, v.value.Rows[row][i])
		}
	}
	if text, sent := v.typed[name]; sent {
		p.Value = text
	}
	list, _ := v.f.Pack.CodeList(c.List)
	switch c.Type {
	case "enum":
		p.Kind, p.Blank = ui.KindSelect, "–"
		for _, code := range list.Items {
			p.Options = append(p.Options, ui.Option{Value: code.ID, Label: shortLabel(list, code)})
		}
	case "bool":
		p.Kind, p.Blank = ui.KindSelect, "–"
		p.Options = []ui.Option{{Value: "yes", Label: i18n.T(ctx, "report.yes")}, {Value: "no", Label: i18n.T(ctx, "report.no")}}
	case "multi":
		p.Value = v.words(list, p.Value)
	case "long":
		p.Kind, p.Rows = ui.KindTextarea, 2
	case "date":
		p.Kind = ui.KindDate
	case "datetime":
		p.Kind = ui.KindDateTime
	case "int", "money":
		p.InputMode = "numeric"
	case "pct":
		p.InputMode = "decimal"
	}
	return p
}

// words writes codes as a person would type them back.
func (v tablePage) words(list rulepack.CodeList, cell string) string {
	var out []string
	for id := range strings.SplitSeq(cell, ";") {
		if c, ok := list.Find(id); ok {
			out = append(out, shortLabel(list, c))
		} else if id != "" {
			out = append(out, id)
		}
	}
	return strings.Join(out, "; ")
}

// codeOf is the label of the code that a fixed row stands for.
func (v tablePage) codeOf(row int) (id, label string) {
	list, _ := v.f.Pack.CodeList(v.field.RowsOf)
	if row < len(v.value.Rows) {
		if c, ok := list.Find(v.value.Rows[row][0]); ok {
			return c.ID, c.Label.VI
		}
	}
	return "", ""
}

func (v tablePage) head(ctx context.Context) ui.PageHeadProps {
	h := ui.PageHeadProps{Title: v.field.Label, Lead: i18n.T(ctx, "report.table.lead", i18n.Number(ctx, int64(len(v.f.Values[v.field.Key].Rows)))),
		Crumbs: []ui.Link{{Label: i18n.T(ctx, "report.title"), Href: "/papers"},
			{Label: strings.TrimSuffix(v.f.Form.Title.In(i18n.Lang(ctx))+" · "+v.f.Case.Code, " · "), Href: href(v.f.ID)}}}
	h.Actions = append(h.Actions, ui.Action{Label: i18n.T(ctx, "report.table.template"), Href: tableHref(v.f.ID, v.field.Key) + "/template.xlsx", Icon: ui.IconDownload})
	return h
}

func (v tablePage) problems(ctx context.Context) []ui.FieldError {
	var out []ui.FieldError
	for _, name := range v.order {
		parts := strings.SplitN(name, ".", 3)
		if len(parts) != 3 {
			continue
		}
		c, _ := v.field.Column(parts[2])
		row, err := strconv.Atoi(parts[1])
		if err != nil {
			continue
		}
		out = append(out, ui.FieldError{Field: strings.ReplaceAll(name, ".", "-"), Text: i18n.T(ctx, "report.table.cell", row+1, c.Label, v.errs[name])})
	}
	return out
}

func (v tablePage) pageHref(n int) string {
	return tableHref(v.f.ID, v.field.Key) + "?page=" + strconv.Itoa(n+1)
}

// saveTable handles POST /papers/{id}/tables/{key}. Form: page, c.<row>.<column>,
// x.<row> to take a row out, paste, version; then=back|more.
func (p *Pages) saveTable(w http.ResponseWriter, r *http.Request) error {
	ctx, id, key := r.Context(), ID(r.PathValue("id")), r.PathValue("key")
	f, field, err := p.svc.Table(ctx, id, key)
	if err != nil {
		return err
	}
	page, err := strconv.Atoi(r.PostFormValue("page"))
	if err != nil || page < 0 {
		page = 0
	}
	v := tablePage{svc: p.svc, f: f, field: field, typed: map[string]string{}, errs: map[string]string{}, paste: r.PostFormValue("paste")}
	v.value = v.rows()
	v.page = min(page, v.pages()-1)
	next := v.read(ctx, r)
	if len(v.errs) == 0 && v.paste != "" {
		rows, reason := v.pasted()
		if reason != "" {
			v.errs["paste"] = i18n.T(ctx, reason)
		}
		next.Rows = append(next.Rows, rows...)
	}
	var n Paper
	if len(v.errs) == 0 {
		if n, err = p.svc.SaveTable(ctx, id, key, next, formVersion(r)); err != nil {
			errs := web.Errors(ctx, err)
			if errs == nil {
				return err
			}
			v.errs[""] = errs[key] + errs[""]
		}
	}
	if len(v.errs) > 0 {
		return p.renderTable(w, r, http.StatusUnprocessableEntity, page, func(t *tablePage) {
			t.typed, t.errs, t.order, t.paste = v.typed, v.errs, v.order, v.paste
		})
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "report.table.saved", i18n.Number(ctx, int64(len(n.Values[key].Rows)))))
	switch r.PostFormValue("then") {
	case "back":
		return web.Redirect(w, r, href(id))
	case "more":
		return web.Redirect(w, r, v.pageHref(len(n.Values[key].Rows)/rowsAPage))
	}
	return web.Redirect(w, r, v.pageHref(page))
}

// read reads the rows of the page into the table; what cannot be read is noted.
func (v *tablePage) read(ctx context.Context, r *http.Request) Value {
	next := Value{Cols: v.value.Cols, Rows: slices.Clone(v.value.Rows[:min(v.page*rowsAPage, len(v.value.Rows))])}
	for _, n := range v.lines() {
		row := make([]string, len(v.value.Cols))
		for i, key := range v.value.Cols {
			c, _ := v.field.Column(key)
			name := cellName(n, key)
			if !r.PostForm.Has(name) {
				if n < len(v.value.Rows) {
					row[i] = v.value.Rows[n][i]
				}
				continue
			}
			text := r.PostFormValue(name)
			v.typed[name] = text
			cell, reason := readCell(v.f.Pack, c, text, "", false)
			if reason != "" {
				v.errs[name] = i18n.T(ctx, reason)
				v.order = append(v.order, name)
			}
			row[i] = cell
		}
		if r.PostFormValue(removeName(n)) == "" {
			next.Rows = append(next.Rows, row)
		}
	}
	if rest := (v.page + 1) * rowsAPage; rest < len(v.value.Rows) {
		next.Rows = append(next.Rows, v.value.Rows[rest:]...)
	}
	return next
}

// pasted reads rows pasted from a spreadsheet: cells parted by tabs, with or
// without the head.
func (v *tablePage) pasted() (rows [][]string, reason string) {
	var s sheet.Sheet
	for line := range strings.SplitSeq(strings.ReplaceAll(v.paste, "\r\n", "\n"), "\n") {
		s.Rows = append(s.Rows, strings.Split(line, "\t"))
	}
	if p, ok := plan(v.f.Pack, v.field, []sheet.Sheet{s}, nil); ok {
		if p.Errors > 0 {
			return nil, "report.table.paste.bad"
		}
		return p.Value.aligned(v.f.Pack, v.field).Rows, ""
	}
	var columns []rulepack.Column
	for _, c := range v.field.Columns {
		if c.Type != "seq" {
			columns = append(columns, c)
		}
	}
	for _, cells := range s.Rows {
		if blankRow(cells) {
			continue
		}
		if len(cells) == len(columns)+1 && len(columns) < len(v.field.Columns) {
			cells = cells[1:] // its own numbers
		}
		if len(cells) > len(columns) {
			return nil, "report.table.paste.wide"
		}
		row := make([]string, len(columns))
		for i, text := range cells {
			cell, why := readCell(v.f.Pack, columns[i], text, "", false)
			if why != "" {
				return nil, "report.table.paste.bad"
			}
			row[i] = cell
		}
		rows = append(rows, row)
	}
	return rows, ""
}

// upload handles POST /papers/{id}/tables/{key}/file. Form: file.
func (p *Pages) upload(w http.ResponseWriter, r *http.Request) error {
	ctx, id, key := r.Context(), ID(r.PathValue("id")), r.PathValue("key")
	file, head, err := r.FormFile("file")
	var up string
	switch {
	case errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart):
		err = fault.Bad("report.upload", "file", "report.file.none")
	case err == nil:
		var data []byte
		data, err = io.ReadAll(file)
		if err = errors.Join(err, file.Close()); err == nil {
			up, err = p.svc.Upload(ctx, id, key, head.Filename, data)
		}
	}
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderTable(w, r, http.StatusUnprocessableEntity, 0, func(v *tablePage) { v.errs = map[string]string{"file": errs["file"] + errs[""]} })
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, tableHref(id, key)+"/import?upload="+url.QueryEscape(up))
}

// planPage shows what a file would put into the table.
type planPage struct {
	svc     *Service
	f       File
	field   rulepack.Field
	plan    Plan
	problem string
}

// mapped reads the person's own choice of columns: m.<column>=place from 0, or
// -1 for none; nil when nothing was chosen.
func mapped(form url.Values, field rulepack.Field) []int {
	if !form.Has("m." + field.Columns[len(field.Columns)-1].Key) {
		return nil
	}
	out := make([]int, len(field.Columns))
	for i, c := range field.Columns {
		n, err := strconv.Atoi(form.Get("m." + c.Key))
		if err != nil || n < 0 || n >= sheet.MaxColumn {
			n = -1
		}
		out[i] = n
	}
	return out
}

// importPlan handles GET /papers/{id}/tables/{key}/import. Query: upload, and
// m.<column> once a person has changed the columns.
func (p *Pages) importPlan(w http.ResponseWriter, r *http.Request) error {
	return p.renderPlan(w, r, http.StatusOK, r.URL.Query(), "")
}

func (p *Pages) renderPlan(w http.ResponseWriter, r *http.Request, status int, form url.Values, problem string) error {
	ctx, id, key := r.Context(), ID(r.PathValue("id")), r.PathValue("key")
	_, field, err := p.svc.Table(ctx, id, key)
	if err != nil {
		return err
	}
	f, field, plan, err := p.svc.Planned(ctx, id, key, form.Get("upload"), mapped(form, field))
	if err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "report.import.title"), Body: planView(planPage{p.svc, f, field, plan, problem})})
}

// importFill handles POST /papers/{id}/tables/{key}/import. Form: upload,
// m.<column>, behind=yes, version; then=look shows the dry run anew.
func (p *Pages) importFill(w http.ResponseWriter, r *http.Request) error {
	ctx, id, key := r.Context(), ID(r.PathValue("id")), r.PathValue("key")
	_, field, err := p.svc.Table(ctx, id, key)
	if err != nil {
		return err
	}
	upload := r.PostFormValue("upload") // reads the form
	if r.PostFormValue("then") == "look" {
		return p.renderPlan(w, r, http.StatusOK, r.PostForm, "")
	}
	n, plan, err := p.svc.Fill(ctx, id, key, upload, mapped(r.PostForm, field), r.PostFormValue("behind") != "", formVersion(r))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderPlan(w, r, http.StatusUnprocessableEntity, r.PostForm, errs["file"]+errs[key]+errs[""])
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "report.import.done", i18n.Number(ctx, int64(len(plan.Value.Rows))), i18n.Number(ctx, int64(len(n.Values[key].Rows)))))
	return web.Redirect(w, r, href(id))
}

func (v planPage) columns(ctx context.Context) []ui.FieldProps {
	var out []ui.FieldProps
	for i, c := range v.field.Columns {
		if c.Type == "seq" {
			continue
		}
		p := ui.FieldProps{Kind: ui.KindSelect, Name: "m." + c.Key, Label: strings.TrimSpace(c.No + " " + c.Label), Value: strconv.Itoa(v.plan.Map[i])}
		p.Options = []ui.Option{{Value: "-1", Label: i18n.T(ctx, "report.import.none")}}
		for n, head := range v.plan.Heads {
			p.Options = append(p.Options, ui.Option{Value: strconv.Itoa(n), Label: letter(n) + ": " + cmpText(head, "…")})
		}
		out = append(out, p)
	}
	return out
}

func letter(n int) string {
	if n < 26 {
		return string(rune('A' + n))
	}
	return string(rune('A'+n/26-1)) + string(rune('A'+n%26))
}

func (v planPage) hidden() []ui.Hidden {
	return []ui.Hidden{{Name: "upload", Value: v.plan.Upload}, {Name: "version", Value: strconv.FormatInt(v.f.Version, 10)}}
}

func (v planPage) facts(ctx context.Context) []ui.Fact {
	fact := func(key, value string) ui.Fact { return ui.Fact{Label: i18n.T(ctx, key), Value: ui.Text(value)} }
	list := []ui.Fact{fact("report.import.file", v.plan.File), fact("report.import.rows", i18n.Number(ctx, int64(len(v.plan.Value.Rows)))),
		fact("report.import.head", strconv.Itoa(v.plan.Head))}
	if v.plan.Sheet != "" {
		list = append(list, fact("report.import.sheet", v.plan.Sheet))
	}
	if len(v.plan.Skipped) > 0 {
		var rows []string
		for _, n := range v.plan.Skipped[:min(20, len(v.plan.Skipped))] {
			rows = append(rows, strconv.Itoa(n))
		}
		list = append(list, fact("report.import.skipped", fmt.Sprintf("%d (%s)", len(v.plan.Skipped), strings.Join(rows, ", "))))
	}
	return list
}

// sample are the first rows as they would be printed.
func (v planPage) sample() [][]string {
	var out [][]string
	for _, row := range v.plan.Value.Rows[:min(8, len(v.plan.Value.Rows))] {
		line := make([]string, len(row))
		for i, key := range v.plan.Value.Cols {
			c, _ := v.field.Column(key)
			line[i] = v.svc.printCell(v.f.Pack, c, row[i])
		}
		out = append(out, line)
	}
	return out
}

// printed is a cell of a table that cannot be changed.
func (v tablePage) printed(row int, c rulepack.Column) string {
	i := slices.Index(v.value.Cols, c.Key)
	if row >= len(v.value.Rows) || i < 0 {
		return ""
	}
	return v.svc.printCell(v.f.Pack, c, v.value.Rows[row][i])
}

func cellID(f ui.FieldProps) string { return "f-" + strings.ReplaceAll(f.Name, ".", "-") }

func cellType(f ui.FieldProps) string {
	if f.Kind == ui.KindText {
		return "text"
	}
	return string(f.Kind)
}

func cellMode(f ui.FieldProps) string {
	if f.InputMode == "" {
		return "text"
	}
	return f.InputMode
}

func invalid(f ui.FieldProps) templ.Attributes {
	if f.Error == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": cellID(f) + "-error"}
}
