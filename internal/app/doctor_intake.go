// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"

	"github.com/vonggac/vonggac/internal/platform/health"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// checkIntake looks at the stream of received lines. Only the running centre
// can be asked.
func (a *App) checkIntake(ctx context.Context) (health.Result, error) {
	in := a.intake.Load()
	switch {
	case a.inspected:
		return health.Say(health.Unknown, "health.unasked"), nil
	case in == nil:
		return health.Say(health.OK, "health.stream.off"), nil
	}
	return in.stream.Health(ctx)
}

// checkLake looks at what keeps received lines and searches them.
func (a *App) checkLake(ctx context.Context) (health.Result, error) {
	k := a.keeping.Load()
	switch {
	case a.inspected:
		return health.Say(health.Unknown, "health.unasked"), nil
	case k == nil:
		return health.Say(health.OK, "health.stream.off"), nil
	}
	s := k.keeper.State()
	switch {
	case !s.Searched:
		return health.Say(health.OK, "health.lake.off"), nil
	case s.Failure != nil:
		return health.Say(health.Warning, "health.lake.away", s.Failure).Then("health.lake.do"), nil
	case s.Behind:
		return health.Say(health.Warning, "health.lake.behind", i18n.Time(ctx, s.Since)), nil
	case s.Refused.Total() > 0:
		return health.Say(health.Warning, "health.lake.refused", i18n.Number(ctx, int64(s.Refused.Early)), i18n.Number(ctx, int64(s.Refused.Late)),
			i18n.Number(ctx, int64(s.Refused.Long+s.Refused.Bad))).Then("health.lake.refused.do"), nil
	}
	return health.Say(health.OK, "health.lake.ok", i18n.Time(ctx, s.Since)), nil
}
