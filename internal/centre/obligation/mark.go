// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

var clockMarks = map[Clock]ui.ClockState{OnTime: ui.ClockOn, Soon: ui.ClockSoon, Late: ui.ClockLate,
	MetTime: ui.ClockMet, MetLate: ui.ClockMet}

// Mark is the clock mark of o at now, in the reader's language, with the
// arithmetic and its basis. It is for obligations that are open or met: one
// that was cancelled or waived has no clock (see StateBadge).
func Mark(ctx context.Context, o Obligation, now time.Time) ui.ClockProps {
	lang := i18n.Lang(ctx)
	return ui.ClockProps{State: clockMarks[o.Clock(now)], Due: o.DueAt, Now: now, Met: o.Proof.At, What: o.Title.In(lang),
		Addressee: o.Addressee.Name.In(lang), Basis: o.Basis, Arithmetic: o.uncited().Steps(ctx)}
}

// uncited is o whose explanation leaves the citation out, for where it stands
// beside it.
func (o Obligation) uncited() Obligation {
	o.Explanation.Basis = ""
	return o
}

// Running keeps the obligations that have a clock: those open or met.
func Running(list []Obligation) []Obligation {
	var out []Obligation
	for _, o := range list {
		if o.State == Open || o.State == Met {
			out = append(out, o)
		}
	}
	return out
}

// StateBadge is the state of o at now in words: an open one says whether it is
// late, a met one whether it was.
func StateBadge(ctx context.Context, o Obligation, now time.Time) ui.BadgeProps {
	tone := map[Clock]ui.Tone{OnTime: ui.Info, Soon: ui.Warn, Late: ui.Bad, MetTime: ui.OK, MetLate: ui.Warn}
	key := "obligation.state." + string(o.State)
	if word, ok := clockWords[o.Clock(now)]; ok {
		key = "obligation.clock." + word
	}
	return ui.BadgeProps{Text: i18n.T(ctx, key), Tone: tone[o.Clock(now)]}
}

var clockWords = map[Clock]string{OnTime: "on", Soon: "soon", Late: "late", MetTime: "met", MetLate: "metlate"}
