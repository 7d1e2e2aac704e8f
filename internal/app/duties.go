// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// This file gives the obligations room its neighbours: who is told, who can be
// given work, which units owe a duty that comes again.

// obligations makes the room and its beats.
func (a *App) obligations() *obligation.Service {
	s := obligation.New(obligation.Deps{Records: a.Records, Now: a.opt.Now, Days: a.Rooms.Packs.Calendar(), Tell: a.tellDuty,
		Ladder: func(u obligation.Urgency) []rulepack.ReminderStep { return a.pack().Ladder(u.Key()) },
		Rhythm: a.rhythm(), Actor: a.reader, Papers: dutyPapers{a}, Asked: a.tellAsked})
	a.behind.every(time.Hour, "open periodic duties", s.OpenPeriods)
	a.behind.every(time.Minute, "remind of duties", s.Remind)
	return s
}

var (
	mayAnswer = auth.Permission{Area: auth.Obligations, Act: auth.Write}
	mayRelent = auth.Permission{Area: auth.Obligations, Act: auth.Decide}
)

// tellDuty gives a reminder to the people of its roles, as one notice a person
// and step; escalations have a kind of their own, so that a head can choose how
// to hear of them.
func (a *App) tellDuty(ctx context.Context, tx *db.Tx, o obligation.Obligation, r obligation.Reminder) (int64, error) {
	kind := "obligation.soon"
	if r.SentAt.After(o.DueAt) {
		kind = "obligation.late"
	}
	told := map[string]bool{}
	var total int64
	for _, to := range []rulepack.Remindee{rulepack.RemindUnit, rulepack.RemindCentre, rulepack.RemindHead, rulepack.RemindAbove} {
		if !slices.Contains(r.To, to) {
			continue
		}
		people, err := a.remindees(ctx, tx, o, to)
		if err != nil {
			return 0, err
		}
		people = slices.DeleteFunc(people, func(id string) bool { return told[id] })
		if len(people) == 0 {
			continue
		}
		n := notice.Notice{Kind: kind, Unit: o.UnitID, To: people, Object: string(o.ID), Href: "/obligations/" + string(o.ID),
			Args: []notice.Arg{{VI: o.Title.VI, EN: o.Title.EN}, notice.Word(o.Subject.Label), {Until: o.DueAt}}}
		if to == rulepack.RemindHead || to == rulepack.RemindAbove {
			n.Kind = "obligation.escalated"
		}
		if r.Loud {
			n.Urgency = notice.Urgent
		}
		n.Dedupe = n.Kind + "/" + string(o.ID) + "/" + strconv.FormatInt(r.Due.UnixMilli(), 10) + "/" + r.Step + "/" + string(to)
		if err := a.postOfMany(ctx, tx, o, n); err != nil {
			return 0, err
		}
		for _, id := range people {
			told[id] = true
		}
		total += int64(len(people))
	}
	return total, nil
}

// postOfMany posts n about an obligation. What a directive asks is owed by many
// units alike: those who answer for more than one of them are told of each demand
// once, with how many, and led to its board.
func (a *App) postOfMany(ctx context.Context, tx *db.Tx, o obligation.Obligation, n notice.Notice) error {
	if o.Subject.Kind == directive.SubjectKind {
		above, err := a.above(ctx, tx, o.UnitID)
		if err != nil {
			return err
		}
		wide, err := a.holders(ctx, tx, above, []auth.Permission{mayAnswer, mayRelent}, n.To...)
		if err != nil {
			return err
		}
		if len(wide) > 0 {
			all := n
			all.To, all.Unit, all.Href, all.Dedupe = wide, above, board.Path+"/"+o.Subject.ID, n.Dedupe+"/many"
			all.Object = o.Subject.ID + "/" + string(directive.ItemOf(o.ClockID))
			if err := a.Rooms.Notices.Post(ctx, tx, all); err != nil {
				return err
			}
			n.To = slices.DeleteFunc(slices.Clone(n.To), func(id string) bool { return slices.Contains(wide, id) })
		}
	}
	if len(n.To) == 0 {
		return nil
	}
	return a.Rooms.Notices.Post(ctx, tx, n)
}

// remindees are the accounts of a role for an obligation. Those who act for a
// unit are the person it was given to, else who holds a role in the unit itself,
// else in the nearest unit above that has somebody: a duty is nobody's to miss. Those
// of a unit that ended are the one's in its place.
func (a *App) remindees(ctx context.Context, tx *db.Tx, o obligation.Obligation, to rulepack.Remindee) ([]string, error) {
	unitID, err := a.inPlace(ctx, tx, o.UnitID)
	if err != nil {
		return nil, err
	}
	o.UnitID = unitID
	switch to {
	case rulepack.RemindCentre:
		return a.holders(ctx, tx, o.UnitID, []auth.Permission{mayAnswer, mayRelent})
	case rulepack.RemindHead:
		return a.placed(ctx, tx, o.UnitID, []auth.Role{auth.Leader})
	case rulepack.RemindAbove:
		above, err := a.above(ctx, tx, o.UnitID)
		if err != nil || above == "" {
			return nil, err
		}
		return a.placed(ctx, tx, above, rolesThat([]auth.Permission{mayRelent}))
	}
	if o.OwedBy != "" {
		held, err := a.holders(ctx, tx, o.UnitID, []auth.Permission{mayAnswer}, o.OwedBy)
		if err != nil || len(held) > 0 {
			return held, err
		}
	}
	for at, steps := o.UnitID, 0; at != "" && steps < 20; steps++ {
		people, err := a.placed(ctx, tx, at, rolesThat([]auth.Permission{mayAnswer}))
		if err != nil || len(people) > 0 {
			return people, err
		}
		if at, err = a.above(ctx, tx, at); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// placed are the active accounts that hold one of roles in the unit itself.
func (a *App) placed(ctx context.Context, q bun.IDB, unit string, roles []auth.Role) ([]string, error) {
	var ids []string
	err := q.NewSelect().TableExpr("(?) AS r", account.InForce(q, a.opt.Now())).ColumnExpr("DISTINCT r.account_id").
		Join("JOIN account AS a ON a.id = r.account_id").Where("NOT a.disabled").Where("r.role IN (?)", bun.List(roles)).
		Where("r.unit_id = ?", unit).OrderExpr("r.account_id").Scan(ctx, &ids)
	return ids, db.Error("app.placed", err)
}

// above is the unit over another, "" over the topmost.
func (a *App) above(ctx context.Context, q bun.IDB, id string) (string, error) {
	var parents []string
	err := q.NewSelect().Table("unit").Column("parent_id").Where("id = ?", id).Scan(ctx, &parents)
	if err != nil || len(parents) == 0 {
		return "", db.Error("app.above", err)
	}
	return parents[0], nil
}

// workers are the people an obligation of a unit can be given to, by name: those
// who may act on it and belong to a unit of the actor's scope.
func (a *App) workers(ctx context.Context, unitID string) ([]obligation.Person, error) {
	if _, err := a.Rooms.Units.Get(ctx, unit.ID(unitID)); err != nil {
		return nil, err
	}
	_, scope, err := auth.Need(ctx, "app.workers", mayAnswer)
	if err != nil {
		return nil, err
	}
	return a.able(ctx, scope, unitID, mayAnswer, "")
}

// able are the people who hold a permission for a unit and belong to a unit of
// the scope, by name; also self, when that is one of them wherever they belong.
func (a *App) able(ctx context.Context, scope auth.Scope, unitID string, p auth.Permission, self string) ([]obligation.Person, error) {
	q := a.Records.Read()
	able, err := a.holders(ctx, q, unitID, []auth.Permission{p})
	if err != nil || len(able) == 0 {
		return nil, err
	}
	var ids []string
	err = scope.Filter(q.NewSelect().TableExpr("account AS a").Column("a.id").Where("a.id IN (?)", bun.List(able)), "a.home_unit").Scan(ctx, &ids)
	if err != nil {
		return nil, db.Error("app.able", err)
	}
	if slices.Contains(able, self) && !slices.Contains(ids, self) {
		ids = append(ids, self)
	}
	people, err := a.recipients(ctx, q, ids)
	var out []obligation.Person
	for _, id := range ids {
		if p, ok := people[id]; ok && p.Active {
			out = append(out, obligation.Person{ID: id, Name: p.Name})
		}
	}
	slices.SortFunc(out, func(x, y obligation.Person) int { return strings.Compare(i18n.Fold(x.Name), i18n.Fold(y.Name)) })
	return out, err
}
