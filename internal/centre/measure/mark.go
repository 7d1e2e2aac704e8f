// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"context"
	"math"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Path is where the pages of measures stand.
const Path = "/measures"

// At is the address of a measure, and of where its figure of a unit comes from.
func At(key, unit string) string {
	if unit == "" {
		return Path + "/" + key
	}
	return Path + "/" + key + "/units/" + unit
}

// word is one of the texts of a measure.
func (m Measure) word(ctx context.Context, part string) string {
	return i18n.T(ctx, "measure."+m.Key+"."+part)
}

// Title is the name of m in the reader's language.
func (m Measure) Title(ctx context.Context) string { return m.word(ctx, "title") }

// Next is a unit's next step to become measured.
func (m Measure) Next(ctx context.Context) string { return m.word(ctx, "next") }

// Text is a value as it is shown: "83%", "1.204", "36"; a share is never rounded
// to nothing or to all.
func (u Unit) Text(ctx context.Context, v float64) string {
	n := i18n.Number(ctx, int64(math.Floor(v)))
	if v > 0 && v < 1 {
		n = "<" + i18n.Number(ctx, 1)
	}
	if u == Share {
		return n + "%"
	}
	return n
}

var graded = map[Grade]ui.Grade{Measured: ui.Measured, Declared: ui.Declared, Partial: ui.Insufficient, Unseen: ui.NotSeen, Outside: ui.NotSeen}

// Props are r as the measure mark, without link and next step.
func (m Measure) Props(ctx context.Context, r Reading) ui.MeasureProps {
	p := ui.MeasureProps{Grade: graded[r.Grade], Seen: r.Seen, Expected: r.Expected}
	if m.Unit == Hours {
		p.Unit = i18n.T(ctx, "measures.hours")
	}
	value, ok := r.Value(m.Unit)
	switch {
	case r.Grade == Declared:
		if said, told := r.Said.Value(m.Unit); told {
			p.Value = m.Unit.Text(ctx, said)
		}
		return p
	case r.Grade != Measured:
		return p
	case !ok:
		p.Value, p.Unit = i18n.T(ctx, "measures.nothing"), ""
		return p
	}
	p.Value = m.Unit.Text(ctx, value)
	if r.Contradicted(m.Unit) {
		said, _ := r.Said.Value(m.Unit)
		p.Note = i18n.T(ctx, "measures.contradicted", m.Unit.Text(ctx, said))
	}
	if r.Before != nil {
		p.Trend = m.trend(ctx, value, Reading{Figure: *r.Before, Grade: Measured})
	}
	return p
}

func (m Measure) trend(ctx context.Context, value float64, before Reading) *ui.Trend {
	was, ok := before.Value(m.Unit)
	if !ok {
		return nil
	}
	t := ui.Trend{Icon: ui.IconFlat, Text: m.Unit.Text(ctx, was), Better: m.Direction.Better(was, value)}
	switch from, to := math.Floor(was), math.Floor(value); {
	case to > from:
		t.Icon = ui.IconUp
	case to < from:
		t.Icon = ui.IconFall
	}
	t.Text = i18n.T(ctx, "measures.before", t.Text)
	return &t
}

// Mark is r as the measure mark, leading to where it comes from; a unit that the
// measure does not concern is said so in words.
func (m Measure) Mark(ctx context.Context, r Reading) templ.Component {
	if r.Grade == Outside {
		return ui.Text(i18n.T(ctx, "measures.grade."+string(Outside)))
	}
	p := m.Props(ctx, r)
	p.Href = At(m.Key, r.Unit)
	return ui.Measure(p)
}
