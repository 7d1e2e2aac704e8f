// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// sectionList shows the parts that a long text may be taken in by.
func sectionList(ctx context.Context, list []Section) ui.ListProps {
	l := ui.ListProps{ID: "sections", Caption: i18n.T(ctx, "directive.field.parts"), Total: int64(len(list)), Heads: []ui.Head{{Label: i18n.T(ctx, "directive.sections.part")}, {Label: i18n.T(ctx, "directive.sections.heading")},
		{Label: i18n.T(ctx, "directive.sections.within")}, {Label: i18n.T(ctx, "directive.sections.leaves"), Numeric: true}}}
	for i, s := range list {
		l.Rows = append(l.Rows, ui.Row{ID: "s" + strconv.Itoa(i+1), Name: s.Label, Cells: []templ.Component{ui.Text(s.Label), ui.Text(s.Heading), ui.Text(s.Within), ui.Text(i18n.Number(ctx, int64(s.Leaves)))}})
	}
	return l
}
