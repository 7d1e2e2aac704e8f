// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"context"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// How many requirements stand beside the unit on a sheet of paper, across.
const (
	onA4 = "9"
	onA3 = "13"
)

// sheets says how the table is divided when it is printed, and what the buttons are
// called that script adds for it.
func sheets(ctx context.Context) templ.Attributes {
	return templ.Attributes{"data-sheets": onA4, "data-sheets-a3": onA3, "data-sheets-word": i18n.T(ctx, "board.print.part"),
		"data-print-a4": i18n.T(ctx, "board.print.a4"), "data-print-a3": i18n.T(ctx, "board.print.a3")}
}

// gridKeys are the keys of the table, with the words of the catalogue.
var gridKeys = [][2]string{{"← ↓ ↑ →, h j k l", "move"}, {"Home, End", "ends"}, {"Ctrl+Home, Ctrl+End", "corners"}, {"Page Up, Page Down", "pages"}, {"Enter", "open"}, {"Esc", "back"}, {"/", "filter"}, {"?", "help"}}
