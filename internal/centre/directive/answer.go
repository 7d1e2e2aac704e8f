// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// TaskState says how far the answer to one requirement is.
type TaskState string

// The states of a task.
const (
	Owing     TaskState = "owed"
	Sent      TaskState = "sent"     // answered, the centre has not looked yet
	Returned  TaskState = "returned" // with a reason
	Accepted  TaskState = "accepted"
	Withdrawn TaskState = "withdrawn"
	Moved     TaskState = "carried" // over to a later directive: neither done nor lost
)

// TaskStates lists them all.
func TaskStates() []TaskState { return []TaskState{Owing, Sent, Returned, Accepted, Withdrawn, Moved} }

// Task is what one body owes on one item, in one period where it comes again.
type Task struct {
	ID         string
	Directive  ID
	Item       ItemID
	Unit       string
	Obligation string // id
	Period     string
	State      TaskState
	Text       string // the answer
	SentBy     string
	SentAt     time.Time
	JudgedBy   string
	JudgedAt   time.Time
	Reason     string // why it was returned, withdrawn or carried over
	To         string // the task of a later directive that took its place
	Version    int64
}

type addresseeRow struct {
	bun.BaseModel `bun:"table:directive_addressee,alias:a"`

	Directive   string  `bun:"directive_id,pk"`
	Unit        string  `bun:"unit_id,pk"`
	IssuedAt    db.Time `bun:"issued_at"`
	WithdrawnAt db.Time `bun:"withdrawn_at"`
	Reason      string  `bun:"reason"`
	ConfirmedBy string  `bun:"confirmed_by"`
	ConfirmedAt db.Time `bun:"confirmed_at"`
	RemindedAt  db.Time `bun:"reminded_at"`
}

type taskRow struct {
	bun.BaseModel `bun:"table:directive_task,alias:t"`

	ID         string  `bun:"id,pk"`
	Directive  string  `bun:"directive_id"`
	Item       string  `bun:"item_id"`
	Unit       string  `bun:"unit_id"`
	Obligation string  `bun:"obligation_id"`
	Period     string  `bun:"period"`
	State      string  `bun:"state"`
	Text       string  `bun:"text"`
	SentBy     string  `bun:"sent_by"`
	SentAt     db.Time `bun:"sent_at"`
	JudgedBy   string  `bun:"judged_by"`
	JudgedAt   db.Time `bun:"judged_at"`
	Reason     string  `bun:"reason"`
	To         string  `bun:"to_task"`
	Version    int64   `bun:"version"`
}

func (r taskRow) task() Task {
	return Task{ID: r.ID, Directive: ID(r.Directive), Item: ItemID(r.Item), Unit: r.Unit, Obligation: r.Obligation, Period: r.Period, State: TaskState(r.State), Text: r.Text,
		SentBy: r.SentBy, SentAt: r.SentAt.Time, JudgedBy: r.JudgedBy, JudgedAt: r.JudgedAt.Time, Reason: r.Reason, To: r.To, Version: r.Version}
}

func rowOfTask(t Task) taskRow {
	return taskRow{ID: t.ID, Directive: string(t.Directive), Item: string(t.Item), Unit: t.Unit, Obligation: t.Obligation, Period: t.Period, State: string(t.State), Text: t.Text,
		SentBy: t.SentBy, SentAt: db.At(t.SentAt), JudgedBy: t.JudgedBy, JudgedAt: db.At(t.JudgedAt), Reason: t.Reason, To: t.To, Version: t.Version}
}

// tasksOf lists the tasks of a directive, of one unit where it is given.
func tasksOf(ctx context.Context, q bun.IDB, id ID, unit string) ([]Task, error) {
	var rows []taskRow
	sel := q.NewSelect().Model(&rows).Where("t.directive_id = ?", string(id)).Order("t.unit_id", "t.id")
	if unit != "" {
		sel = sel.Where("t.unit_id = ?", unit)
	}
	if err := sel.Scan(ctx); err != nil {
		return nil, db.Error("directive.tasks", err)
	}
	out := make([]Task, len(rows))
	for n, r := range rows {
		out[n] = r.task()
	}
	return out, nil
}

func saveTask(ctx context.Context, tx *db.Tx, op string, t *Task) error {
	was := t.Version
	t.Version++
	r := rowOfTask(*t)
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", was).Exec(ctx)
	return changed(op, res, err)
}

// Owed is a task with what it is about and its clock.
type Owed struct {
	Task
	Of    Item
	Clock obligation.Obligation
	Proof []obligation.Evidence
}

// Done reports whether nothing is owed any more, by the answer or by the
// obligation itself.
func (o Owed) Done() bool { return o.State == Accepted || o.Clock.State == obligation.Met }

// OfUnit is what one body owes on a directive, in the order of the text, with what
// it took over from those that ended in whose place it stands: what they left open.
// A body that was asked for nothing but conditions owes nothing here. The actor sees
// the body, which is addressed or stands for one that is; else fault.NotFound.
func (s *Service) OfUnit(ctx context.Context, id ID, unit string) (Folder, []Owed, error) {
	const op = "directive.OfUnit"
	f, err := s.Get(ctx, id)
	if err != nil {
		return f, nil, err
	}
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return f, nil, err
	}
	q := s.Records.Read()
	in, err := scope.Holds(ctx, q, unit)
	if err == nil && !in {
		err = fault.Missing(op)
	}
	if err != nil {
		return f, nil, err
	}
	stands, err := s.standsFor(ctx, q, scope, unit)
	if err != nil {
		return f, nil, err
	}
	var list []Task
	for _, u := range stands {
		tasks, err := tasksOf(ctx, q, id, u)
		if err != nil {
			return f, nil, err
		}
		list = append(list, tasks...)
	}
	if len(list) == 0 {
		asked, err := addressed(ctx, q, id, stands)
		if err == nil && !asked {
			err = fault.Missing(op)
		}
		if err != nil {
			return f, nil, err
		}
	}
	clocks, err := s.Obligations.OfSubject(ctx, q, SubjectKind, string(id))
	if err != nil {
		return f, nil, err
	}
	var out []Owed
	for _, it := range f.Items {
		for _, t := range list {
			if t.Item != it.ID {
				continue
			}
			o := Owed{Task: t, Of: it}
			if n := slices.IndexFunc(clocks, func(c obligation.Obligation) bool { return string(c.ID) == t.Obligation }); n >= 0 {
				o.Clock = clocks[n]
				if o.Proof, err = s.Obligations.EvidenceOf(ctx, o.Clock.ID); err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
					return f, nil, err
				}
			}
			if t.Unit != unit && (o.Done() || o.State == Withdrawn || o.State == Moved) {
				continue // what those before it did, or were released from, stays theirs
			}
			out = append(out, o)
		}
	}
	return f, out, nil
}

// standsFor are a body and those of scope that ended in whose place it stands.
func (s *Service) standsFor(ctx context.Context, q bun.IDB, scope auth.Scope, unit string) ([]string, error) {
	out := []string{unit}
	if s.Heirs == nil {
		return out, nil
	}
	heirs, err := s.Heirs(ctx)
	for _, u := range slices.Sorted(maps.Keys(heirs)) {
		if heirs[u] != unit || err != nil {
			continue
		}
		var in bool
		if in, err = scope.Holds(ctx, q, u); in {
			out = append(out, u)
		}
	}
	return out, err
}

// addressed reports whether a directive is issued to one of those bodies.
func addressed(ctx context.Context, q bun.IDB, id ID, units []string) (bool, error) {
	n, err := q.NewSelect().Model((*addresseeRow)(nil)).Where("a.directive_id = ?", string(id)).Where("a.unit_id IN (?)", bun.List(units)).Where("a.withdrawn_at IS NULL").Count(ctx)
	return n > 0, db.Error("directive.addressed", err)
}

// task runs fn on a task in the actor's sight; whose says which body's right to
// write is asked for.
func (s *Service) task(ctx context.Context, op string, id ID, task string, version int64, whose func(Directive, Task) string, fn func(ctx context.Context, tx *db.Tx, d Directive, t *Task, by auth.Actor) error) (Task, error) {
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Task{}, err
	}
	var t Task
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.sight(ctx, op, tx, id)
		if err != nil {
			return err
		}
		var r taskRow
		if err := tx.NewSelect().Model(&r).Where("t.id = ?", task).Where("t.directive_id = ?", string(id)).Scan(ctx); err != nil {
			return db.Error(op, err)
		}
		t = r.task()
		in, err := auth.ScopeOf(actor, mayRead).Holds(ctx, tx, t.Unit)
		if err != nil {
			return err
		}
		if !in {
			return fault.Missing(op)
		}
		if in, err = scope.Holds(ctx, tx, whose(d, t)); err != nil {
			return err
		}
		switch {
		case !in:
			return &fault.Error{Kind: fault.Forbidden, Op: op}
		case t.Version != version:
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		return fn(ctx, tx, d, &t, actor)
	})
	return t, err
}

// Answer sends what a body says to one requirement. It may be sent again after
// it was returned, and until the centre has looked. Errors: fault.Invalid (text),
// fault.Conflict for a stale version or what is settled.
func (s *Service) Answer(ctx context.Context, id ID, task, text string, version int64) (Task, error) {
	const op = "directive.answer"
	text = i18n.NFC(text)
	if n := len([]rune(text)); n == 0 || n > mostText {
		return Task{}, fault.Bad(op, "text", "directive.bad.answer")
	}
	return s.task(ctx, op, id, task, version, func(_ Directive, t Task) string { return t.Unit }, func(ctx context.Context, tx *db.Tx, d Directive, t *Task, by auth.Actor) error {
		if t.State == Accepted || t.State == Withdrawn || t.State == Moved {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict.task." + string(t.State)}
		}
		t.State, t.Text, t.SentBy, t.SentAt, t.Reason = Sent, text, by.Name, s.now(), ""
		if err := saveTask(ctx, tx, op, t); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, Told{Kind: "directive.sent", Units: []string{d.UnitID}, ID: id, Code: d.Code, Words: text, Href: unitHref(id, t.Unit), Key: "sent/" + t.ID}); err != nil {
			return err
		}
		return s.noteTask(ctx, tx, op, d, *t, map[string]any{"text": text})
	})
}

func (s *Service) noteTask(ctx context.Context, tx *db.Tx, op string, d Directive, t Task, detail map[string]any) error {
	detail["item"], detail["unit"], detail["task"] = string(t.Item), t.Unit, t.ID
	d.UnitID = t.Unit
	return s.note(ctx, tx, op, d, detail)
}

// Accept takes an answer as done: the obligation is met at the moment it was
// sent. It needs the right to write for the body that keeps the directive.
func (s *Service) Accept(ctx context.Context, id ID, task string, version int64) (Task, error) {
	const op = "directive.accept"
	open := map[string]bool{}
	clocks, err := s.Obligations.Of(ctx, SubjectKind, string(id))
	if err != nil {
		return Task{}, err
	}
	for _, c := range clocks {
		open[string(c.ID)] = c.State == obligation.Open
	}
	return s.task(ctx, op, id, task, version, keeper, func(ctx context.Context, tx *db.Tx, d Directive, t *Task, by auth.Actor) error {
		if t.State != Sent {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict.not_sent"}
		}
		t.State, t.JudgedBy, t.JudgedAt = Accepted, by.Name, s.now()
		if err := saveTask(ctx, tx, op, t); err != nil {
			return err
		}
		if open[t.Obligation] { // it may have been met on its own page
			how := []rune(t.Text)
			if _, err := s.Obligations.MeetIn(ctx, tx, obligation.ID(t.Obligation), obligation.Proof{At: t.SentAt, How: string(how[:min(len(how), mostReason)]), Ref: t.ID}); err != nil {
				return err
			}
		}
		if err := s.tell(ctx, tx, Told{Kind: "directive.accepted", Units: []string{t.Unit}, ID: id, Code: d.Code, Words: d.Subject, Href: unitHref(id, t.Unit), Key: "accepted/" + t.ID}); err != nil {
			return err
		}
		return s.noteTask(ctx, tx, op, d, *t, map[string]any{})
	})
}

func keeper(d Directive, _ Task) string { return d.UnitID }

// Return gives an answer back, with a reason.
func (s *Service) Return(ctx context.Context, id ID, task, reason string, version int64) (Task, error) {
	const op = "directive.return"
	reason = i18n.NFC(reason)
	if n := len([]rune(reason)); n == 0 || n > mostReason {
		return Task{}, fault.Bad(op, "reason", "directive.bad.reason")
	}
	return s.task(ctx, op, id, task, version, keeper, func(ctx context.Context, tx *db.Tx, d Directive, t *Task, by auth.Actor) error {
		if t.State != Sent {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict.not_sent"}
		}
		t.State, t.JudgedBy, t.JudgedAt, t.Reason = Returned, by.Name, s.now(), reason
		if err := saveTask(ctx, tx, op, t); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, Told{Kind: "directive.returned", Units: []string{t.Unit}, ID: id, Code: d.Code, Words: reason, Href: unitHref(id, t.Unit), Key: "returned/" + t.ID + "/" + db.NewID()}); err != nil {
			return err
		}
		return s.noteTask(ctx, tx, op, d, *t, map[string]any{"reason": reason})
	})
}

// Standing counts the tasks of a directive by body and state, in the actor's
// sight.
type Standing struct {
	Unit  string
	Asked bool // it is issued to it still: what it owes, or conditions alone
	Tasks map[TaskState]int
}

// Total is all but what was withdrawn.
func (c Standing) Total() int { return c.Left() + c.Tasks[Accepted] + c.Tasks[Moved] }

// Left is what may still be withdrawn.
func (c Standing) Left() int { return c.Tasks[Owing] + c.Tasks[Sent] + c.Tasks[Returned] }

// Standings says how far each body is.
func (s *Service) Standings(ctx context.Context, id ID) ([]Standing, error) {
	const op = "directive.Standings"
	if _, err := s.sight(ctx, op, s.Records.Read(), id); err != nil {
		return nil, err
	}
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Unit  string `bun:"unit_id"`
		State string `bun:"state"`
		N     int    `bun:"n"`
	}
	sel := s.Records.Read().NewSelect().TableExpr("directive_task AS t").Column("t.unit_id", "t.state").ColumnExpr("COUNT(*) AS n").Where("t.directive_id = ?", string(id))
	if err := scope.Filter(sel, "t.unit_id").Group("t.unit_id", "t.state").Order("t.unit_id").Scan(ctx, &rows); err != nil {
		return nil, db.Error(op, err)
	}
	asked, err := addressees(ctx, s.Records.Read(), &scope, id)
	if err != nil {
		return nil, err
	}
	by := map[string]Standing{}
	for _, u := range asked {
		by[u] = Standing{u, true, map[TaskState]int{}}
	}
	for _, r := range rows {
		if by[r.Unit].Tasks == nil {
			by[r.Unit] = Standing{r.Unit, false, map[TaskState]int{}}
		}
		by[r.Unit].Tasks[TaskState(r.State)] = r.N
	}
	return slices.SortedFunc(maps.Values(by), func(a, b Standing) int { return cmp.Compare(a.Unit, b.Unit) }), nil
}

// Tasks lists the tasks of a directive in the actor's sight, by body, but for
// what was withdrawn.
func (s *Service) Tasks(ctx context.Context, id ID) ([]Task, error) {
	const op = "directive.Tasks"
	q := s.Records.Read()
	if _, err := s.sight(ctx, op, q, id); err != nil {
		return nil, err
	}
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	var rows []taskRow
	sel := q.NewSelect().Model(&rows).Where("t.directive_id = ?", string(id)).Where("t.state <> ?", string(Withdrawn)).Order("t.unit_id", "t.id")
	if err := scope.Filter(sel, "t.unit_id").Scan(ctx); err != nil {
		return nil, db.Error(op, err)
	}
	out := make([]Task, len(rows))
	for n, r := range rows {
		out[n] = r.task()
	}
	return out, nil
}

// TaskOf is one task of a body in the actor's sight.
func (s *Service) TaskOf(ctx context.Context, id ID, task string) (Task, error) {
	const op = "directive.TaskOf"
	q := s.Records.Read()
	if _, err := s.sight(ctx, op, q, id); err != nil {
		return Task{}, err
	}
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Task{}, err
	}
	var r taskRow
	sel := q.NewSelect().Model(&r).Where("t.id = ?", task).Where("t.directive_id = ?", string(id))
	if err := scope.Filter(sel, "t.unit_id").Scan(ctx); err != nil {
		return Task{}, db.Error(op, err)
	}
	return r.task(), nil
}
