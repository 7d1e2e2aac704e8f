// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"testing"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/setup"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// TestTheSampleLeadsToAnInfectionAndGoesAgain loads the sample on both engines,
// sees the step done, and takes it out: no unit, person, list, source or
// infection of it is in use after that.
func TestTheSampleLeadsToAnInfectionAndGoesAgain(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		sampleComesAndGoes(t, "")
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		sampleComesAndGoes(t, postgresAddress(t))
	})
}

func sampleComesAndGoes(t *testing.T, address string) {
	w := openScopes(t, address)
	ctx, s := i18n.With(w.centre, must(i18n.Load(app.Messages()...))(t), i18n.Vietnamese), w.Rooms.Setup
	load := func(part setup.Part) {
		t.Helper()
		done := make(chan error, 1)
		go func() { done <- s.LoadSample(ctx, part) }()
		for {
			select {
			case err := <-done:
				if err != nil {
					t.Fatalf("load %s: %v", part, err)
				}
				w.work(t)
				return
			default:
				w.work(t) // a list is waited for
			}
		}
	}
	progress := func() setup.Progress {
		t.Helper()
		return must(s.Progress(ctx))(t)
	}
	for _, part := range []setup.Part{setup.PartUnits, setup.PartPeople, setup.PartList, setup.PartLog} {
		load(part)
		load(part) // twice is once
	}
	p := progress()
	log, _ := p.Of(setup.StepLog)
	units, _ := p.Of(setup.StepUnits)
	if f := p.Facts; !log.Done || !units.Done || f.Infection == nil || f.Infection.Unit == "" || f.Infected != 3 || f.Units != 4 || f.Invited != 4 ||
		f.Sample != (setup.Sample{Units: true, People: true, List: true, Log: true}) {
		t.Fatalf("loaded: %+v, infection %+v, log step %v, units step %v", f, f.Infection, log.Done, units.Done)
	}
	if err := s.UnloadSample(ctx); err != nil {
		t.Fatal(err)
	}
	w.work(t)
	if f := progress().Facts; f.Sample.Any() || f.Units != 0 || f.Invited != 0 || f.Infection != nil {
		t.Errorf("taken out: %+v, infection %+v", f, f.Infection)
	}
	left := must(w.Rooms.Units.List(ctx, unit.Filter{On: calendar.DateOf(t0)}))(t)
	if left.Total != 1 {
		t.Errorf("%d units exist, want the centre's own", left.Total)
	}
	if err := s.UnloadSample(ctx); err != nil {
		t.Errorf("taken out twice: %v", err)
	}
}
