// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

func bookFields(ctx context.Context, v bookPage) []ui.FieldProps {
	mode := string(v.rule.Mode)
	if v.typed["mode"] != "" {
		mode = v.typed["mode"]
	}
	var modes []ui.Option
	for _, m := range []Mode{Typed, OneBook, EachKind} {
		modes = append(modes, ui.Option{Value: string(m), Label: i18n.T(ctx, "document.mode."+string(m)), Hint: i18n.T(ctx, "document.mode."+string(m)+".hint")})
	}
	used := func(field, name, key string) ui.FieldProps {
		f := ui.FieldProps{Name: field, Label: i18n.T(ctx, key), Hint: i18n.T(ctx, "document.used.hint"), InputMode: "numeric", Value: v.typed[field], Error: v.errs[field]}
		for _, s := range v.series {
			if s.Name == name && v.typed == nil {
				f.Value = strconv.FormatInt(s.Used, 10)
			}
		}
		return f
	}
	return []ui.FieldProps{{Kind: ui.KindRadio, Name: "mode", Label: i18n.T(ctx, "document.mode"), Value: mode, Options: modes, Required: true, Error: v.errs["mode"]},
		used("used", allKinds, "document.used"),
		{Kind: ui.KindCheckbox, Name: "arrivals", Label: i18n.T(ctx, "document.arrivals"), Checked: v.rule.Arrivals},
		used("used_in", arrivals, "document.used_in")}
}

// daysTyped are the days of the reminders as they were typed, else as they are.
func (v bookPage) daysTyped() string {
	if v.errs["days"] != "" {
		return v.typed["days"]
	}
	out := make([]string, len(v.remind.Days))
	for i, n := range v.remind.Days {
		out[i] = strconv.Itoa(n)
	}
	return strings.Join(out, ", ")
}

func seriesList(ctx context.Context, v bookPage) ui.ListProps {
	l := ui.ListProps{Caption: i18n.T(ctx, "document.book.series"), Total: int64(len(v.series)), Heads: []ui.Head{{Label: i18n.T(ctx, "document.series")}, {Label: i18n.T(ctx, "document.series.used"), Numeric: true},
		{Label: i18n.T(ctx, "document.series.given"), Numeric: true}}, Empty: ui.EmptyProps{Icon: ui.IconDocument, Title: i18n.T(ctx, "document.series.none"), Text: i18n.T(ctx, "document.series.none.text")}}
	for _, s := range v.series {
		name := label(v.codes.Kinds, s.Name)
		if s.Name == allKinds || s.Name == arrivals {
			name = i18n.T(ctx, "document.series."+s.Name)
		}
		l.Rows = append(l.Rows, ui.Row{ID: s.Name, Name: name, Cells: []templ.Component{ui.Text(name), ui.Number(s.Used), ui.Number(s.Given)}})
	}
	return l
}
