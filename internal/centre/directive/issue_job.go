// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// This file issues to many at once. Every task is four rows, and one transaction
// that holds thousands of them keeps all others from writing; beyond AtOnce the
// tasks are therefore opened by a job, piece by piece. What is to be opened, with
// its terms, is settled when the person issues: the job counts nothing anew.

// JobKind is the kind of the jobs that open tasks.
const JobKind = "directive.issue"

// mandate is the payload of a job.
type mandate struct {
	Directive ID                   `json:"directive"`
	Actor     string               `json:"actor"`
	Name      string               `json:"name"`
	Owed      obligation.Addressee `json:"owed"`
	Units     []string             `json:"units"`
	Told      []string             `json:"told"`            // addressees that are told at the end
	Again     []string             `json:"again,omitempty"` // tasks that were withdrawn and are opened again
	Tasks     []ordered            `json:"tasks"`
	Carry     *carrying            `json:"carry,omitempty"` // what is left of an earlier directive is carried over, nothing else
}

// ordered is what is to be opened on one requirement; Units index those of the mandate.
type ordered struct {
	Item   ItemID               `json:"item"`
	Period string               `json:"period,omitempty"`
	Term   calendar.Explanation `json:"term"`
	Units  []int                `json:"units"`
}

// later asks for the tasks of p to be opened by a job, inside tx.
func (s *Service) later(ctx context.Context, tx *db.Tx, d Directive, p Plan, owed obligation.Addressee, old map[string]Task, by auth.Actor) (jobs.Job, error) {
	o := mandate{Directive: d.ID, Actor: by.ID, Name: by.Name, Owed: owed, Units: p.Units}
	at := map[string]int{}
	for n, u := range p.Units {
		at[u] = n
	}
	for _, t := range p.Tasks {
		x := ordered{Item: t.Item.ID, Period: t.Period, Term: t.term}
		for _, u := range t.Units {
			was, there := old[clockOf(t.Item.ID, u, t.Period)]
			if there && was.State != Withdrawn {
				continue
			}
			if there {
				o.Again = append(o.Again, was.ID)
			}
			x.Units = append(x.Units, at[u])
		}
		if len(x.Units) > 0 {
			o.Tasks = append(o.Tasks, x)
		}
	}
	return s.Queue.Enqueue(ctx, tx, jobs.Task{Kind: JobKind, Key: string(d.ID) + "/" + db.NewID(), Payload: o, Unit: d.UnitID})
}

// atATime is how many tasks one transaction opens.
const atATime = 150

// Handler opens the tasks of a mandate. It may be stopped and run again at any
// instruction: what is there is not opened twice.
func (s *Service) Handler() jobs.Handler {
	return func(ctx context.Context, j jobs.Job, p *jobs.Progress) error {
		const op = "directive.Handler"
		var o mandate
		if err := j.Decode(&o); err != nil {
			return err
		}
		ctx = auth.With(ctx, auth.Actor{ID: o.Actor, Name: o.Name})
		q := s.Records.Read()
		var r row
		if err := q.NewSelect().Model(&r).Where("d.id = ?", string(o.Directive)).Scan(ctx); err != nil {
			return db.Error(op, err)
		}
		d, err := r.directive()
		if err != nil {
			return err
		}
		if d.State != Issued { // closed before it began: nothing more is issued
			return nil
		}
		list, err := items(ctx, q, o.Directive)
		if err != nil {
			return err
		}
		if o.Carry != nil {
			return s.carryOn(ctx, j, p, d, list, o)
		}
		var done, total int64
		for _, t := range o.Tasks {
			total += int64(len(t.Units))
		}
		opened := 0
		for _, t := range o.Tasks {
			n := slices.IndexFunc(list, func(it Item) bool { return it.ID == t.Item })
			for part := range slices.Chunk(t.Units, atATime) {
				p.Set(done, total, "directive.job.opening")
				if n >= 0 {
					more, err := s.piece(ctx, p, d, list[n], t, part, o)
					if err != nil {
						return err
					}
					opened += more
				}
				done += int64(len(part))
			}
		}
		p.Set(total, total, "directive.job.opening")
		err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := p.Fence(ctx, tx); err != nil {
				return err
			}
			if in, err := inForce(ctx, tx, d.ID); err != nil || !in { // closed meanwhile: nobody is told
				return cmp.Or(err, errNothing)
			}
			if err := s.tell(ctx, tx, Told{Kind: "directive.issued", Units: o.Units, ID: d.ID, Code: d.Code, Words: d.Subject, Href: href(d.ID), Key: "issued/" + string(d.ID)}); err != nil {
				return err
			}
			return s.note(ctx, tx, "directive.issued", d, map[string]any{"job": j.ID, "tasks": total, "opened": opened})
		})
		return something(err)
	}
}

// piece opens some tasks of one requirement in a transaction of its own.
func (s *Service) piece(ctx context.Context, p *jobs.Progress, d Directive, it Item, t ordered, part []int, o mandate) (n int, err error) {
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n = 0
		if err := p.Step(ctx, tx); err != nil {
			return err
		}
		if in, err := inForce(ctx, tx, d.ID); err != nil || !in { // closed meanwhile: nothing more is issued
			return cmp.Or(err, errNothing)
		}
		var rows []taskRow
		if err := tx.NewSelect().Model(&rows).Where("t.directive_id = ?", string(d.ID)).Where("t.item_id = ?", string(it.ID)).Where("t.period = ?", t.Period).Scan(ctx); err != nil {
			return db.Error("directive.piece", err)
		}
		still, err := addressees(ctx, tx, nil, d.ID)
		if err != nil {
			return err
		}
		old := map[string]Task{}
		for _, r := range rows {
			was := r.task()
			if was.State == Withdrawn && !slices.Contains(o.Again, was.ID) {
				was.State = Accepted // withdrawn since then: a person took it back, it is not opened again
			}
			old[clockOf(was.Item, was.Unit, was.Period)] = was
		}
		planned := Planned{Item: it, Period: t.Period, term: t.Term}
		for _, u := range part {
			if u >= 0 && u < len(o.Units) && slices.Contains(still, o.Units[u]) {
				planned.Units = append(planned.Units, o.Units[u])
			}
		}
		n, err = s.open(ctx, tx, d, []Planned{planned}, o.Owed, old)
		if err == nil && n == 0 {
			err = errNothing
		}
		return err
	})
	if err == errNothing {
		return 0, nil
	}
	return n, err
}

// inForce reports whether a directive is issued and not ended.
func inForce(ctx context.Context, tx *db.Tx, id ID) (bool, error) {
	n, err := tx.NewSelect().Model((*row)(nil)).Where("d.id = ?", string(id)).Where("d.state = ?", string(Issued)).Count(ctx)
	return n > 0, db.Error("directive.inForce", err)
}

// errNothing rolls a transaction back that found all it was to open.
var errNothing = fault.Missing("directive.piece")

// something is err where it is more than that.
func something(err error) error {
	if err == errNothing {
		return nil
	}
	return err
}

// Opening is the job that opens tasks of a directive now, or that failed to; false
// without one.
func (s *Service) Opening(ctx context.Context, id ID) (jobs.Job, bool, error) {
	if s.Queue == nil {
		return jobs.Job{}, false, nil
	}
	_, scope, err := auth.Need(ctx, "directive.Opening", mayWrite)
	if fault.Is(err, fault.Forbidden) {
		return jobs.Job{}, false, nil
	}
	if err != nil {
		return jobs.Job{}, false, err
	}
	list, err := s.Queue.List(ctx, scope, jobs.Filter{Kind: JobKind, States: []jobs.State{jobs.Queued, jobs.Running, jobs.Failed}, Limit: 100})
	if err != nil {
		return jobs.Job{}, false, err
	}
	n := slices.IndexFunc(list, func(j jobs.Job) bool { return strings.HasPrefix(j.Key, string(id)+"/") })
	if n < 0 {
		return jobs.Job{}, false, nil
	}
	return list[n], true, nil
}
