// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// tableList makes l the table that an expert's pipes gave.
func (v page) tableList(ctx context.Context, l *ui.ListProps, t *Table) {
	l.Caption, l.Total, l.Over = i18n.T(ctx, "lookup.table"), int64(len(t.Rows)), t.Cut
	if t.Cut {
		l.Note = i18n.T(ctx, "lookup.table.cut", i18n.Number(ctx, MaxTable), i18n.Number(ctx, lake.MaxTable-1))
	}
	numeric := make([]bool, len(t.Columns))
	for i, name := range t.Columns {
		numeric[i] = !slices.ContainsFunc(t.Rows, func(row []string) bool {
			_, err := strconv.ParseFloat(row[i], 64)
			return err != nil && row[i] != ""
		})
		l.Heads = append(l.Heads, ui.Head{Label: fieldText(ctx, name), Numeric: numeric[i]})
	}
	rows := v
	rows.typed = v.rowsBehind()
	for _, row := range t.Rows {
		cells := make([]templ.Component, len(row))
		for i, value := range row {
			cells[i] = rows.tableCell(ctx, lake.Field{Name: t.Columns[i], Value: value}, numeric[i])
		}
		l.Rows = append(l.Rows, ui.Row{Cells: cells})
	}
}

// rowsBehind asks for the rows that a table was made of.
func (v page) rowsBehind() typed {
	out := typed{Values: v.copied()}
	if out.Del("expert"); v.q.read.Filter != "*" {
		out.Set("expert", v.q.read.Filter)
	}
	return out
}

func (v page) tableCell(ctx context.Context, f lake.Field, numeric bool) templ.Component {
	switch {
	case f.Value == "":
		return ui.None()
	case f.Name == lake.FieldSource:
		return ui.Text(named(v.source, f.Value))
	case f.Name == lake.FieldOwner:
		return ui.Text(named(v.names, f.Value))
	case f.Name == lake.FieldClass:
		return ui.Text(classText(ctx, f.Value))
	case observable(f.Name), f.Name == userField:
		return valueCell(v, f)
	case numeric:
		if n, err := strconv.ParseInt(f.Value, 10, 64); err == nil {
			return ui.Number(n)
		}
	}
	return ui.Text(f.Value)
}
