// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"errors"
	"net/http"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// template handles GET /papers/{id}/tables/{key}/template.xlsx: the table's
// columns with the choices of each, to be filled and sent back.
func (p *Pages) template(w http.ResponseWriter, r *http.Request) error {
	f, field, err := p.svc.Table(r.Context(), ID(r.PathValue("id")), r.PathValue("key"))
	if err != nil {
		return err
	}
	raw, err := p.svc.Template(f.Pack, field)
	if err != nil {
		return err
	}
	name := f.FormID + "-" + field.Key + ".xlsx"
	w.Header().Set("Content-Type", XLSX.MIME())
	w.Header().Set("Content-Disposition", disposition(name, i18n.NFC(f.FormID+" "+field.Label)+".xlsx"))
	_, err = w.Write(raw)
	return err
}

// Template is an empty workbook for a table: its head as printed, and a list to
// choose from where the column is one of a code list.
func (s *Service) Template(pack *rulepack.Pack, field rulepack.Field) ([]byte, error) {
	w := &book{f: excelize.NewFile()}
	const leaf = "Sheet1"
	lists := s.word("report.word.leaf.lists")
	_, err := w.f.NewSheet(lists)
	w.note(err)
	bold, err := w.f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center", Horizontal: "center"}})
	w.note(err)
	for i, c := range field.Columns {
		name, err := excelize.ColumnNumberToName(i + 1)
		w.note(err, w.f.SetCellStr(leaf, name+"1", c.Label), w.f.SetCellStr(leaf, name+"2", c.No), w.f.SetColWidth(leaf, name, name, min(40, 10+12*max(c.Width, 1))))
		list, ok := pack.CodeList(c.List)
		if !ok {
			continue
		}
		for n, code := range list.Items {
			at, err := excelize.CoordinatesToCellName(i+1, n+1)
			w.note(err, w.f.SetCellStr(lists, at, shortLabel(list, code)))
		}
		if c.Type != "enum" {
			continue
		}
		v := excelize.NewDataValidation(true)
		v.Sqref = name + "3:" + name + "20000"
		last, err := excelize.CoordinatesToCellName(i+1, len(list.Items), true)
		w.note(err)
		v.SetSqrefDropList("'" + lists + "'!$" + name + "$1:" + last)
		w.note(w.f.AddDataValidation(leaf, v))
	}
	end, err := excelize.ColumnNumberToName(max(len(field.Columns), 1))
	w.note(err, w.f.SetCellStyle(leaf, "A1", end+"2", bold),
		w.f.SetPanes(leaf, &excelize.Panes{Freeze: true, YSplit: 2, TopLeftCell: "A3", ActivePane: "bottomLeft"}))
	var b bytes.Buffer
	if w.err == nil {
		w.note(w.f.Write(&b))
	}
	return b.Bytes(), errors.Join(w.err, w.f.Close())
}
