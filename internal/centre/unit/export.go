// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/uptrace/bun"
	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// listed columns, in the order of the file. Their headings are the catalogue's
// "unit.col.…", which the import recognises in both languages.
var exported = []string{"name", "short_name", "kind", colParent, "code",
	"head_name", "head_title", "head_phone", "head_email",
	"contact_name", "contact_title", "contact_phone", "contact_email",
	"hotline", "address", colRanges, colNAT, colResolver, colProxy, colAliases, colFrom, colTo, "note"}

var rangeColumns = map[string]AddressKind{colRanges: Machine, colNAT: NAT, colResolver: Resolver, colProxy: Proxy}

// Export gives the units that match f, paging aside, with the address ranges
// valid today, in the reader's language, as the rows of a file whose first holds
// the heads. Importing the file again changes nothing.
func (s *Service) Export(ctx context.Context, f Filter) ([][]string, error) {
	const op = "unit.Export"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	rows, err := s.exportRows(ctx, scope, f)
	if err != nil {
		return nil, db.Error(op, err)
	}
	head := make([]string, len(exported))
	for i, field := range exported {
		head[i] = i18n.T(ctx, "unit.col."+field)
	}
	return append([][]string{head}, rows...), nil
}

func (s *Service) exportRows(ctx context.Context, scope auth.Scope, f Filter) ([][]string, error) {
	q := s.db.Read()
	var found []row
	if err := f.narrow(q.NewSelect().Model(&found), scope).Order("u.name_key", "u.id").Scan(ctx); err != nil {
		return nil, err
	}
	list := units(found)
	if err := link(ctx, q, list); err != nil {
		return nil, err
	}
	parents, err := s.parentTexts(ctx, scope)
	if err != nil {
		return nil, err
	}
	plan, err := ranges(ctx, q, func(q *bun.SelectQuery) *bun.SelectQuery { return scope.Filter(q, "r.unit_id") })
	if err != nil {
		return nil, err
	}
	addresses, today := map[ID]map[AddressKind][]string{}, s.today()
	for _, r := range plan {
		if within(today, r.ValidFrom, r.ValidTo) {
			if addresses[r.UnitID] == nil {
				addresses[r.UnitID] = map[AddressKind][]string{}
			}
			addresses[r.UnitID][r.Kind] = append(addresses[r.UnitID][r.Kind], r.Prefix.String())
		}
	}
	rows := make([][]string, len(list))
	for i, u := range list {
		rows[i] = s.exportRow(ctx, u, parents[u.ParentID], addresses[u.ID])
	}
	return rows, nil
}

// parentTexts says how each unit of the scope is named as a parent: by its
// code, which is one unit's, or by its name.
func (s *Service) parentTexts(ctx context.Context, scope auth.Scope) (map[ID]string, error) {
	var all []row
	if err := scope.Filter(s.db.Read().NewSelect().Model(&all).Column("id", "name", "code"), "u.id").Scan(ctx); err != nil {
		return nil, err
	}
	out := map[ID]string{}
	named := map[string]int{}
	for _, r := range all {
		named[nameKey(r.Name)]++
	}
	for _, r := range all {
		if out[r.ID] = r.Name; named[nameKey(r.Name)] > 1 && r.Code != "" {
			out[r.ID] = r.Code
		}
	}
	return out, nil
}

func (s *Service) exportRow(ctx context.Context, u Unit, parent string, addresses map[AddressKind][]string) []string {
	row := make([]string, len(exported))
	for i, field := range exported {
		kind, isRange := rangeColumns[field]
		switch {
		case isRange:
			row[i] = strings.Join(addresses[kind], "; ")
		case field == colParent:
			row[i] = parent
		case field == colAliases:
			row[i] = strings.Join(u.Aliases, "; ")
		case field == colFrom:
			row[i] = printed(u.ValidFrom)
		case field == colTo:
			row[i] = printed(u.ValidTo)
		case field == "kind":
			row[i] = s.kindLabel(ctx, u.Kind)
		default:
			row[i] = *u.text(field)
		}
	}
	return row
}

// kindLabel is the kind's name in the reader's language, or its id when the
// pack does not have it any more.
func (s *Service) kindLabel(ctx context.Context, id string) string { return s.kinds.label(ctx, id) }

// Template writes an XLSX to fill in: headings, two samples that the import
// passes over, the list of kinds to choose from, and a sheet of notes.
func (s *Service) Template(ctx context.Context, w io.Writer) error {
	const op = "unit.Template"
	if _, _, err := auth.Need(ctx, op, mayWrite); err != nil {
		return err
	}
	head := []string{i18n.T(ctx, "unit.col.number")}
	for _, field := range exported {
		head = append(head, i18n.T(ctx, "unit.col."+field))
	}
	x := newWorkbook(i18n.T(ctx, "unit.sheet.units"), head)
	for i, sample := range []string{i18n.T(ctx, "unit.template.row.1"), i18n.T(ctx, "unit.template.row.2")} {
		x.row(i+2, append([]string{i18n.T(ctx, "unit.template.sample")}, strings.Split(sample, "|")...))
	}
	list, notes := i18n.T(ctx, "unit.sheet.kinds"), i18n.T(ctx, "unit.sheet.notes")
	var labels, lines [][]string
	for _, k := range s.kinds {
		if k.ExistsOn(s.today()) {
			labels = append(labels, []string{k.Label.In(i18n.Lang(ctx))})
		}
	}
	for _, key := range []string{"1", "2", "3", "4", "5", "6"} {
		lines = append(lines, []string{i18n.T(ctx, "unit.template.note."+key)})
	}
	x.sheet(list, labels)
	x.sheet(notes, lines)
	x.choose("D4:D2000", list, len(labels))
	return x.finish(w)
}

// workbook writes cells as text and gathers what goes wrong.
type workbook struct {
	f    *excelize.File
	main string
	errs []error
}

func newWorkbook(sheet string, head []string) *workbook {
	x := &workbook{f: excelize.NewFile(), main: sheet}
	x.note(x.f.SetSheetName("Sheet1", sheet))
	x.row(1, head)
	bold, err := x.f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}})
	x.note(err, x.f.SetRowStyle(sheet, 1, 1, bold),
		x.f.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
		x.f.SetColWidth(sheet, "A", "X", 20))
	return x
}

func (x *workbook) note(errs ...error) { x.errs = append(x.errs, errs...) }

func (x *workbook) row(n int, cells []string) { x.rowOf(x.main, n, cells) }

// rowOf writes text cells; a text is never a formula in XLSX.
func (x *workbook) rowOf(sheet string, n int, cells []string) {
	for i, text := range cells {
		if text == "" {
			continue
		}
		name, err := excelize.CoordinatesToCellName(i+1, n)
		x.note(err, x.f.SetCellStr(sheet, name, text))
	}
}

func (x *workbook) sheet(name string, rows [][]string) {
	_, err := x.f.NewSheet(name)
	x.note(err, x.f.SetColWidth(name, "A", "A", 100))
	for i, row := range rows {
		x.rowOf(name, i+1, row)
	}
}

// choose offers the first n cells of column A of list in the cells of area.
func (x *workbook) choose(area, list string, n int) {
	v := excelize.NewDataValidation(true)
	v.Sqref = area
	last, err := excelize.CoordinatesToCellName(1, max(n, 1), true)
	v.SetSqrefDropList("'" + list + "'!$A$1:" + last)
	x.note(err, x.f.AddDataValidation(x.main, v))
}

func (x *workbook) finish(w io.Writer) error {
	err := errors.Join(x.errs...)
	if err == nil {
		err = x.f.Write(w)
	}
	return errors.Join(err, x.f.Close())
}
