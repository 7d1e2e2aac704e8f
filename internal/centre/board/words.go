// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// look is how each state is drawn.
var look = [states]struct {
	icon ui.IconName
	tone ui.Tone
}{
	NoData: {ui.IconNoData, ui.NoData}, TooFew: {ui.IconNoData, ui.NoData}, Declared: {ui.IconInfo, ui.Info}, Late: {ui.IconClockBad, ui.Bad},
	Unmet: {ui.IconBad, ui.Bad}, Differs: {ui.IconWarn, ui.Warn}, Soon: {ui.IconWarn, ui.Warn}, Doing: {ui.IconClock, ui.Info},
	MetLate: {ui.IconCheck, ui.Warn}, Met: {ui.IconCheck, ui.OK}, Outside: {ui.IconDot, ui.Neutral},
}

// words are the sentences of a page that thousands of cells share.
type words struct {
	ctx   context.Context
	now   time.Time
	state [states]string
	idle  string // of Cell.Idle
	moved string // of Cell.Moved
}

func newWords(ctx context.Context, now time.Time) words {
	w := words{ctx: ctx, now: now, idle: i18n.T(ctx, "board.idle"), moved: i18n.T(ctx, "board.moved")}
	for s := range states {
		w.state[s] = i18n.T(ctx, "board.state."+s.Key())
	}
	return w
}

// decimal is v with at most one decimal, cut and not rounded, so that what is
// not whole never reads as whole.
func decimal(ctx context.Context, v float64) string {
	whole, part := math.Modf(math.Abs(v) + 1e-9)
	text := i18n.Number(ctx, int64(whole))
	if tenth := int(part * 10); tenth > 0 {
		sep := ","
		if i18n.Lang(ctx) == string(i18n.English) {
			sep = "."
		}
		text += sep + strconv.Itoa(tenth)
	} else if part > 1e-6 && whole == 0 && v > 0 { // not nothing
		text = "< " + decimal(ctx, 0.1)
	}
	if v < 0 {
		return "-" + text
	}
	return text
}

// amount is a value with its unit: "83%", "6", "11,5 giờ".
func amount(ctx context.Context, v float64, u measure.Unit) string {
	switch u {
	case measure.Share:
		return decimal(ctx, v) + "%"
	case measure.Hours:
		return i18n.T(ctx, "board.hours", decimal(ctx, v))
	}
	return decimal(ctx, v)
}

// said is a claim as its unit made it.
func saidText(ctx context.Context, c measure.Claim, u measure.Unit) string {
	if v, ok := c.Value(u); ok {
		return amount(ctx, v, u)
	}
	return i18n.Number(ctx, c.Num) + "/" + i18n.Number(ctx, c.Den)
}

// limit is a target in words: "≥ 95%".
func limit(ctx context.Context, t Target, u measure.Unit) string {
	sign := "≥ "
	if t.Op == AtMost && t.Value == 0 {
		return i18n.T(ctx, "board.limit.none")
	}
	if t.Op == AtMost {
		sign = "≤ "
	}
	return sign + amount(ctx, t.Value, u)
}

// main is the large text of a cell.
func (w words) main(c Cell) string {
	if c.Reading != nil {
		if v, ok := c.Value(); ok {
			return amount(w.ctx, v, c.In)
		}
		if c.State == Declared && c.Reading.Said != nil {
			return saidText(w.ctx, *c.Reading.Said, c.In)
		}
	}
	return w.state[c.State]
}

// note is the small text of a cell.
func (w words) note(c Cell) string {
	var parts []string
	if r := c.Reading; r != nil {
		_, ok := c.Value()
		switch {
		case ok && c.Differs:
			parts = append(parts, i18n.T(w.ctx, "board.cell.said", saidText(w.ctx, *r.Said, c.In)))
		case ok && c.In != measure.Count:
			parts = append(parts, i18n.Number(w.ctx, r.Num)+"/"+i18n.Number(w.ctx, r.Den))
		case c.State == Declared:
			parts = append(parts, i18n.T(w.ctx, "board.cell.declared"))
		case r.Grade == measure.Partial:
			parts = append(parts, i18n.T(w.ctx, "board.cell.seen", i18n.Number(w.ctx, r.Seen), i18n.Number(w.ctx, r.Expected)))
		}
	}
	if c.Passage != nil && len(c.Passage.From) > 0 {
		parts = append(parts, i18n.T(w.ctx, "board.cell.from", i18n.Number(w.ctx, int64(len(c.Passage.From)))))
	}
	if c.Moved {
		parts = append(parts, w.moved)
	}
	switch {
	case c.State == Outside, c.State == Met, c.State == MetLate, c.Due.IsZero():
	case c.Late:
		parts = append(parts, i18n.T(w.ctx, "board.cell.late", days(w.ctx, w.now.Sub(c.Due))))
	case c.State == Doing || c.State == Soon:
		parts = append(parts, i18n.T(w.ctx, "board.cell.left", days(w.ctx, c.Due.Sub(w.now))))
	}
	return strings.Join(parts, " · ")
}

// days is a length in its largest unit, for narrow cells.
func days(ctx context.Context, d time.Duration) string {
	if d >= 24*time.Hour {
		d = d.Truncate(24 * time.Hour)
		return i18n.T(ctx, "board.days", i18n.Number(ctx, int64(d/(24*time.Hour))))
	}
	return i18n.Duration(ctx, d)
}

// bar is the class of the coverage bar of a figure in eighths; anything seen
// shows a sliver, anything missing leaves a gap.
func bar(f measure.Figure, g measure.Grade) string {
	if f.Expected <= 0 {
		return ""
	}
	n := min(max(f.Seen, 0), f.Expected) * 8 / f.Expected
	if n == 0 && f.Seen > 0 {
		n = 1
	}
	class := "vg-cb vg-cb" + strconv.FormatInt(n, 10)
	if g != measure.Measured {
		class += " vg-cbx"
	}
	return class
}

func (c Cell) bar() string {
	if c.Reading == nil {
		return ""
	}
	return bar(c.Reading.Figure, c.Reading.Grade)
}

// lastDay is a moment of the last day of a term: one that ends with a day ends at
// the start of the next.
func lastDay(due time.Time) time.Time { return due.Add(-time.Nanosecond) }

// step is a measure's next step, as a part of a sentence.
func step(ctx context.Context, key string) string {
	return strings.TrimRight(i18n.T(ctx, "measure."+key+".next"), ".")
}

// badge is a state as the word it is called by.
func badge(ctx context.Context, s State) ui.BadgeProps {
	return ui.BadgeProps{Text: i18n.T(ctx, "board.state."+s.Key()), Tone: look[s].tone, Icon: look[s].icon}
}

// mark is the measure mark of a reading.
func mark(ctx context.Context, r measure.Reading, m measure.Measure, href string) ui.MeasureProps {
	p := ui.MeasureProps{Seen: r.Seen, Expected: r.Expected, Href: href}
	v, ok := r.Value(m.Unit)
	switch {
	case ok:
		p.Grade, p.Value = ui.Measured, amount(ctx, v, m.Unit)
		if m.Unit != measure.Count {
			p.Note = i18n.Number(ctx, r.Num) + "/" + i18n.Number(ctx, r.Den)
		}
		p.Trend = moved(ctx, r, m, v)
	case r.Said != nil && r.Grade != measure.Outside:
		p.Grade, p.Value = ui.Declared, saidText(ctx, *r.Said, m.Unit)
	case r.Grade == measure.Partial:
		p.Grade = ui.Insufficient
	}
	return p
}

// moved is the trend of a measured value against the window before.
func moved(ctx context.Context, r measure.Reading, m measure.Measure, v float64) *ui.Trend {
	if r.Before == nil {
		return nil
	}
	was, ok := measure.Reading{Figure: *r.Before, Grade: measure.Measured}.Value(m.Unit)
	if !ok {
		return nil
	}
	switch {
	case v > was:
		return &ui.Trend{Icon: ui.IconUp, Text: "+" + decimal(ctx, v-was), Better: m.Direction == measure.More}
	case v < was:
		return &ui.Trend{Icon: ui.IconFall, Text: "-" + decimal(ctx, was-v), Better: m.Direction == measure.Less}
	}
	return &ui.Trend{Icon: ui.IconFlat, Text: i18n.T(ctx, "board.trend.flat")}
}

// next is what brings a unit forward: the measure's own next step where data is
// missing, else that of the state. For one that ended somebody else has to do it.
func (w words) next(u UnitRow, c Cell) string {
	if u.Gone() && c.Owes() {
		return i18n.T(w.ctx, "board.next.ended")
	}
	if c.unknown() && c.Reading != nil && c.Reading.Grade != measure.Measured {
		return i18n.T(w.ctx, "measure."+c.Reading.Key+".next")
	}
	if c.State == Late && c.Duty == nil { // what rests on a measure alone has no term to ask for
		return i18n.T(w.ctx, "board.next.unmet")
	}
	return i18n.T(w.ctx, "board.next."+c.State.Key())
}
