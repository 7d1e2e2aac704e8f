// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package ui holds the components every page is built from: the shell, the
// four marks (measure, clock, unit, observable), the one list, forms, record
// pages and messages. It knows no room, no SQL and no routes besides the four
// paths the shell posts to. Components run without script, take plain typed
// props, and get their own words from messages.yaml; words that belong to a
// room come in translated. Start at Shell.
//
// A component X takes XProps unless it is trivial. In a room's .templ file:
//
//	templ listView(p listPage) {
//		@ui.PageHead(ui.PageHeadProps{
//			Title: i18n.T(ctx, "unit.list.title"),
//			Actions: []ui.Action{{Label: i18n.T(ctx, "unit.import"), Href: "/units/import", Icon: ui.IconUpload, Primary: true}},
//		})
//		@ui.List(ui.ListProps{
//			Caption: i18n.T(ctx, "unit.list.caption"),
//			Filters: ui.Filter(ui.FilterProps{Action: "/units", Fields: p.filters(ctx), Clear: p.clear}),
//			Filtered: p.filtered, ClearAt: "/units",
//			Heads: []ui.Head{{Label: i18n.T(ctx, "unit.name"), Sort: "?sort=name", Sorted: ui.SortAscending}, {Label: i18n.T(ctx, "unit.machines"), Numeric: true}},
//			Rows: p.rows(ctx), // []ui.Row{{ID: id, Name: name, Href: href, Cells: []templ.Component{ui.Text(name), ui.Number(n)}}}
//			Total: p.total, Next: p.next, Prev: p.prev,
//			Exports: []ui.Link{{Label: "CSV", Href: "/units.csv"}, {Label: "XLSX", Href: "/units.xlsx"}},
//			Empty: ui.EmptyProps{Icon: ui.IconUnit, Title: …, Text: …, Action: &ui.Action{…}},
//		})
//	}
//
// and in pages.go: p.web.Render(w, r, 200, …) puts the view in
// Shell(page, view). A component that fails to render is the caller's bug and
// reaches the wrapper as an error, before anything is sent.
//
// # Page parts
//
//   - Shell(Page, body), Bare(Page, body), ErrorPage(Page, ProblemProps): documents
//   - PageHead, RecordHead, Tabs(label, []Tab), Columns(side){…}, Stack(){…}, Card(CardProps){…}
//   - Breadcrumb, Alert, Flashes, Badge, Tiles, Empty, Steps, Facts, Timeline, Progress, Job
//   - DiffTable(caption, []DiffRow), ImportReport
//   - Button(Action), ActionLink(Action), Anchor(Link), Menu, Icon(name), IconAlone(name, label)
//   - cells and facts: Text, Multiline, Code, Number, Time, Date, None
//
// # Marks
//
// Measure takes a formatted value and what it rests on; below the threshold
// (NotSeen, Insufficient: the zero value is NotSeen) the value is not shown.
// Clock takes Due and Now and writes the remaining time itself; Short is for
// table cells. Observable defangs; give it the value as recorded.
//
//	@ui.Measure(ui.MeasureProps{Value: "83%", Grade: ui.Measured, Seen: 235, Expected: 240, Note: "199/240 máy", Href: "/measures/av"})
//	@ui.Clock(ui.ClockProps{State: ui.ClockSoon, Due: due, Now: now, What: "thông báo ban đầu", Addressee: "Công an tỉnh", Arithmetic: steps, Basis: basis})
//	@ui.Unit(ui.UnitProps{Name: "UBND xã Bản Mẫu", Kind: "xã", Href: "/units/12"})
//	@ui.Observable(ui.ObservableProps{Value: "203.0.113.14", Type: "IPv4", Verdict: ui.VerdictBad, Menu: actions})
//
// # Forms
//
// Form puts the error summary over its children; Field draws any kind with
// label, hint, error and the value as typed. One Field a name; names with dots
// are fine. Upload adds multipart and a progress bar where script runs; Guard
// warns before unsaved words are left.
//
//	@ui.Form(ui.FormProps{Action: "/units/import", Upload: true, Errors: errs}) {
//		@ui.Field(ui.FieldProps{Kind: ui.KindFile, Name: "file", Label: …, Accept: ".csv,.xlsx", Required: true, Error: p.fields["file"]})
//		@ui.Buttons(ui.Submit{Label: i18n.T(ctx, "unit.import.preview")}, ui.Link{Label: …, Href: "/units"})
//	}
//
// Confirm is the step before anything destructive or outward. A card with Fold
// opens and closes on its title; fold no required field.
//
// # A form that came too late
//
// Two people edit one record: the second form comes back with status 409, its
// own typed values, and a table of both texts with a choice for each field
// (Conflict, drawn by Form). A room does nothing for it but to give its form the
// record's version in a hidden field "version", to refuse a version that is not
// the record's with fault.Conflict, and to draw its fields by Field. web then
// draws the page on which the form stood once more (Late): the form shows what
// was typed over what the record has now. FormProps.Record names the record in
// the audit trail, which says who changed it last. The choices come back as
// take.<field> and theirs.<field>; web settles them before the handler runs,
// so the handler reads the form as always. Boxes of one name are one group,
// called by FieldProps.Group. A form that asks for a reason only (Confirm is
// one) has no text of the record to compare: FormProps.Act. The field "reason"
// is compared nowhere.
//
// # Lists: views and exports
//
// A List with Filters offers the reader's saved views of its address by
// itself. Exports: web.Exports(r, "/units") gives the links; the two routes
// answer with web.Export from one row source:
//
//	{Pattern: "GET /units.csv", Need: mayRead, Handle: p.export(web.CSV)},
//	{Pattern: "GET /units.xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
//
//	web.Export(w, r, format, web.Sheet{Name: "units", Heads: heads, Rows: web.Rows(page, cells)})
//
// A list whose rows can hold the place "after" or "before" in its query keeps
// those two names, so that a view does not remember them. web.FieldErrors
// lists field errors for the summary over a form.
//
// # Script
//
// One script adds to pages that already work: Ctrl+K, arrow keys on list rows,
// unsaved-form warning, minute refresh of clocks, upload progress, htmx. No
// inline style, script or handler may be written in a .templ file, and of
// htmx only attributes that need no eval (never hx-on, js:, trigger filters).
package ui

import "embed"

// Messages holds messages.yaml, the components' own words, for i18n.Load.
//
//go:embed messages.yaml
var Messages embed.FS
