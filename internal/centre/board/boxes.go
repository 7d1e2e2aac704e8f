// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"context"
	"io"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// boxes are the cells of one row of the grid. They are written as text and not by
// a template each: a board has nine thousand, and a page of them is to be ready
// within a tenth of a second.
func (v *boardPage) boxes(r Row) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if err := v.drawIcons(ctx); err != nil {
			return err
		}
		base := sheetPath(v.whole.Sheet.ID) + "/cells/" + url.PathEscape(r.Unit.ID) + "/"
		back := templ.EscapeString(back(v.r))
		var b strings.Builder
		went := i18n.T(v.ctx, "board.went", r.Unit.Heirs())
		for _, c := range r.Cells {
			v.box(&b, base, back, went, c)
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// drawIcons draws the icon of each state once a page.
func (v *boardPage) drawIcons(ctx context.Context) error {
	if v.icons[0] != "" {
		return nil
	}
	for s := range states {
		var b strings.Builder
		if err := ui.IconAlone(look[s].icon, v.state[s]).Render(ctx, &b); err != nil {
			return err
		}
		v.icons[s] = b.String()
	}
	return nil
}

// box writes a cell; back leads back from its page, went says where one went over
// to.
func (v *boardPage) box(b *strings.Builder, base, back, went string, c Cell) {
	if c.State == Outside {
		said, short := v.state[Outside], "–"
		switch {
		case c.Passage != nil && c.Passage.To != "":
			said, short = went, "→"
		case c.Moved:
			said, short = v.moved, v.moved
		case c.Idle:
			said, short = v.idle, v.idle
		}
		b.WriteString(`<td class="vg-bc vg-bc-outside" title="` + templ.EscapeString(said) + `">` + templ.EscapeString(short) + `</td>`)
		return
	}
	b.WriteString(`<td class="vg-bc vg-bc-` + stateKeys[c.State] + `"><a href="` + templ.EscapeString(base+url.PathEscape(c.Column)) + back + `">`)
	b.WriteString(v.icons[c.State])
	b.WriteString("<b>" + templ.EscapeString(v.main(c)) + "</b></a>")
	if class := c.bar(); class != "" {
		b.WriteString(`<i class="` + class + `"></i>`)
	}
	if n := v.note(c); n != "" {
		b.WriteString("<small>" + templ.EscapeString(n) + "</small>")
	}
	b.WriteString("</td>")
}
