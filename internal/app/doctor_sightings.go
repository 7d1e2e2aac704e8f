// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/vonggac/vonggac/internal/intake/sighting"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/health"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// checkSightings looks at the memory of everything seen: whether it opens, what
// it holds, and, deep, whether all of it reads as it was written. It warns of
// logs that were read before the memory began: it is in no backup, so that a
// restored centre begins a new one.
func (a *App) checkSightings(ctx context.Context, e Exam) (health.Result, error) {
	store, err := a.sightingsToCheck(ctx)
	switch {
	case err != nil:
		return health.Say(health.Wrong, "health.sightings.bad", err).Then("health.sightings.do"), nil
	case store == nil:
		return health.Say(health.Unknown, "health.unasked"), nil
	}
	if store != a.Sightings {
		defer store.Close()
	}
	if e.Deep {
		err = store.Check(ctx)
	}
	var st sighting.Stats
	if err == nil {
		st, err = store.Stats(ctx)
	}
	if err != nil {
		return health.Say(health.Wrong, "health.sightings.bad", err).Then("health.sightings.do"), nil
	}
	var before int64
	err = a.Records.Read().NewRaw("SELECT COUNT(*) FROM source_file WHERE received_at < ?", db.At(st.Since)).Scan(ctx, &before)
	if err != nil {
		return health.Result{}, err
	}
	if before > 0 {
		return health.Say(health.Warning, "health.sightings.lacks", i18n.Time(ctx, st.Since), i18n.Number(ctx, before)).Then("health.sightings.lacks.do"), nil
	}
	rows, _ := st.Rows()
	return health.Say(health.OK, "health.sightings.ok", i18n.Number(ctx, rows), len(st.Days), i18n.Number(ctx, (st.Bytes+1<<20-1)>>20)), nil
}

// sightingsToCheck is the open store, or the one of a stopped centre opened
// so that nothing is written; nil when there is none to look at.
func (a *App) sightingsToCheck(ctx context.Context) (sighting.Store, error) {
	if !a.inspected {
		return a.Sightings, nil
	}
	if a.Records.Engine() == db.Postgres || a.who() == Another {
		return nil, nil
	}
	s, err := sighting.InspectPebble(filepath.Join(a.opt.Config.Data, sightingsFolder), a.opt.Log)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err // not a nil *Pebble in a Store
	}
	return s, ctx.Err()
}
