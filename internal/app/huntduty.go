// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"time"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/series"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file makes the periodic hunt a duty of the unit that runs the centre: one
// obligation is always open, met by the next hunt that this unit leads to its
// end. Other units owe none: their hunts are kept and meet nothing here.

// huntDuty is the kind of its obligations and of their subject, the unit.
const huntDuty = "threat_hunt"

// dutyPages is where the subjects of obligations are shown, by kind.
var dutyPages = map[string]string{"incident": "/incidents/", directive.SubjectKind: directive.Path + "/", huntDuty: hunt.RecordPath + "#", "series": series.Path + "/"}

// oweHunt opens the duty when none is open: at the first start, after a pack
// begins to ask for it, and after one was met or waived by hand. It does nothing
// before the centre is founded.
func (a *App) oweHunt(ctx context.Context) error {
	owed, err := a.huntOwed(ctx)
	if err != nil || owed.Owner == "" {
		return err
	}
	q := a.Records.Read()
	open, ended, err := a.Rooms.Obligations.Standing(ctx, q, huntDuty, owed.Owner)
	if err != nil || open != nil {
		return err
	}
	since, err := a.Rooms.Hunts.LastConcluded(ctx, q, owed.Owner)
	if err != nil {
		return err
	}
	if ended != nil && ended.EndedOrMet().After(since) {
		since = ended.EndedOrMet()
	}
	if ended != nil && !since.After(ended.T0) { // people tell the minute of what they did: the next runs from now
		if since = a.opt.Now(); !since.After(ended.T0) {
			return nil
		}
	}
	if since.IsZero() { // nobody can owe from before the centre was kept here
		since = a.opt.Now()
	}
	err = a.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		open, _, err := a.Rooms.Obligations.Standing(ctx, tx, huntDuty, owed.Owner)
		if err == nil && open != nil { // somebody else was quicker
			err = errOwed
		}
		if err == nil {
			_, err = a.Rooms.Obligations.Open(ctx, tx, a.huntTerm(owed, "CS-"+since.In(i18n.Hanoi).Format("2006"), since))
		}
		return err
	})
	if errors.Is(err, errOwed) {
		return nil
	}
	return err
}

// errOwed ends a transaction in which there is nothing to do.
var errOwed = errors.New("the hunt is owed already")

// huntTerm is the duty that runs from a moment: label says from what.
func (a *App) huntTerm(owed hunt.Rhythm, label string, since time.Time) obligation.Duty {
	pack := a.pack()
	t, _ := pack.Threshold(huntDuty)
	first := calendar.DateOf(since)
	day := hunt.DueAt(owed, first, first).Day
	days := int(day.Start().Sub(first.Start()) / (24 * time.Hour))
	// The months of the pack, as the days they have; the end does not move.
	_, e := a.Rooms.Packs.Calendar().Due(since, calendar.Amount{N: days, Unit: calendar.Day}, calendar.Counting{KeepOffDay: true})
	return obligation.Duty{Kind: huntDuty, Title: t.Label, UnitID: owed.Owner, Subject: obligation.Subject{Kind: huntDuty, ID: owed.Owner, Label: label},
		PackID: pack.ID, PackHash: pack.Version, ClockID: huntDuty + "@" + since.UTC().Format(time.RFC3339Nano), Basis: t.Source.Key,
		RemindBefore: []int{30 * 24}, Explanation: e.Citing(t.Source.Key)}
}

// huntConcluded meets the duty by a hunt that its unit concluded, and opens the
// next.
func (a *App) huntConcluded(ctx context.Context, tx *db.Tx, r hunt.Record) error {
	owed, err := a.huntOwed(ctx)
	if err != nil || owed.Owner == "" || r.Owner != owed.Owner {
		return err
	}
	open, _, err := a.Rooms.Obligations.Standing(ctx, tx, huntDuty, owed.Owner)
	if err != nil {
		return err
	}
	if open != nil {
		if _, err := a.Rooms.Obligations.MeetIn(ctx, tx, open.ID, obligation.Proof{At: r.ConcludedAt, How: r.Code + " · " + r.Title, Ref: r.Code}); err != nil {
			return err
		}
	}
	_, err = a.Rooms.Obligations.Open(ctx, tx, a.huntTerm(owed, r.Code, r.ConcludedAt))
	return err
}

// huntMeasured is how many years back the measure of the duty looks.
const huntMeasured = 3

// huntKept is the measure of the duty: of the hunts owed in the last years, those
// concluded in time; nil for who may not see duties.
func (a *App) huntKept(ctx context.Context) (*ui.Tile, error) {
	if !auth.May(ctx, auth.Permission{Area: auth.Obligations, Act: auth.Read}) {
		return nil, nil
	}
	now := a.opt.Now()
	k, err := a.Rooms.Obligations.Kept(ctx, huntDuty, now.AddDate(-huntMeasured, 0, 0), now)
	if err != nil {
		return nil, err
	}
	m := ui.MeasureProps{Grade: ui.NotSeen, Note: i18n.T(ctx, "app.hunt.kept.none"), Href: "/obligations?kind=" + huntDuty + "&status=all"}
	if k.Owed > 0 {
		m = ui.MeasureProps{Value: i18n.Number(ctx, k.OnTime*100/k.Owed) + "%", Grade: ui.Measured, Href: m.Href,
			Note: i18n.T(ctx, "app.hunt.kept.of", i18n.Number(ctx, k.OnTime), i18n.Number(ctx, k.Owed), i18n.Number(ctx, huntMeasured))}
	}
	return &ui.Tile{Label: i18n.T(ctx, "app.hunt.kept"), Measure: m}, nil
}
