// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// mayKeep is the permission to keep records of hunts.
var mayKeep = auth.Permission{Area: auth.RawLogs, Act: auth.Write}

// MayKeep reports whether the actor may keep records of hunts.
func MayKeep(ctx context.Context) bool { return auth.May(ctx, mayKeep) }

// File is the record of a hunt with all that hangs on it, the oldest first.
type File struct {
	Record
	Queries []Query
	Notes   []Note
	Links   []Link
}

// Begin opens the record of a hunt. Errors: fault.Invalid by field.
func (s *Service) Begin(ctx context.Context, p Plan) (Record, error) {
	const op = "hunt.open"
	actor, scope, err := auth.Need(ctx, op, mayKeep)
	if err != nil {
		return Record{}, err
	}
	if err := p.check(op); err != nil {
		return Record{}, err
	}
	var out Record
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := within(ctx, tx, op, scope, p); err != nil {
			return err
		}
		now := s.now()
		out = Record{Plan: p, ID: RecordID(db.NewID()), State: Open, OpenedAt: now, OpenedBy: actor.ID, OpenedName: actor.Name, Version: 1}
		var err error
		if out.Code, err = nextRecord(ctx, tx, calendar.DateOf(now).Year); err != nil {
			return err
		}
		row, err := toRecordRow(out)
		if err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		return s.noteRecord(ctx, tx, op, out, map[string]any{"title": out.Title})
	})
	return out, db.Error(op, err)
}

func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// within refuses a plan that names units outside scope.
func within(ctx context.Context, tx *db.Tx, op string, scope auth.Scope, p Plan) error {
	for i, id := range append([]string{p.Owner}, p.Units...) {
		in, err := scope.Holds(ctx, tx, id)
		if err != nil {
			return err
		}
		if !in && i == 0 {
			return fault.Bad(op, "owner", "hunt.bad.owner")
		}
		if !in {
			return fault.Bad(op, "units", "hunt.bad.units")
		}
	}
	return nil
}

func (s *Service) noteRecord(ctx context.Context, tx *db.Tx, action string, r Record, detail map[string]any) error {
	detail["code"] = r.Code
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: "hunt_record", Object: string(r.ID), Unit: r.Owner, Detail: detail})
}

// change runs fn on a record that the actor may keep, open ones alone. fn says
// what the audit trail says of it; where raised, the record itself is written
// anew with the next version.
func (s *Service) change(ctx context.Context, op string, id RecordID, version int64, fn func(ctx context.Context, tx *db.Tx, r *Record, by auth.Actor) (map[string]any, error)) (Record, error) {
	actor, scope, err := auth.Need(ctx, op, mayKeep)
	if err != nil {
		return Record{}, err
	}
	var r Record
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := getRecord(ctx, tx, auth.ScopeOf(actor, mayRead), id); err != nil {
			return err
		}
		if r, err = getRecord(ctx, tx, scope, id); fault.Is(err, fault.NotFound) {
			return &fault.Error{Kind: fault.Forbidden, Op: op}
		} else if err != nil {
			return err
		}
		if r.State == Concluded {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "hunt.bad.concluded", Args: []any{r.Code}}
		}
		if version > 0 && r.Version != version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		detail, err := fn(ctx, tx, &r, actor)
		if err != nil {
			return err
		}
		if version > 0 {
			r.Version++
			if err := saveRecord(ctx, tx, r); err != nil {
				return err
			}
		}
		return s.noteRecord(ctx, tx, op, r, detail)
	})
	return r, db.Error(op, err)
}

// Replan writes the plan of an open hunt anew. Errors: fault.Invalid by field,
// fault.Conflict for a stale version or a hunt that is concluded.
func (s *Service) Replan(ctx context.Context, id RecordID, p Plan, version int64) (Record, error) {
	const op = "hunt.edit"
	if err := p.check(op); err != nil {
		return Record{}, err
	}
	return s.change(ctx, op, id, max(version, 1), func(ctx context.Context, tx *db.Tx, r *Record, by auth.Actor) (map[string]any, error) {
		r.Plan = p
		return map[string]any{"title": p.Title}, within(ctx, tx, op, auth.ScopeOf(by, mayKeep), p)
	})
}

// Jot adds a note to the log of an open hunt. Errors: fault.Invalid (text).
func (s *Service) Jot(ctx context.Context, id RecordID, words string) (Record, error) {
	const op = "hunt.note"
	words = text(words)
	switch n := utf8.RuneCountInString(words); {
	case n == 0:
		return Record{}, fault.Bad(op, "text", "hunt.bad.note")
	case n > maxText:
		return Record{}, fault.Bad(op, "text", "hunt.bad.too_long")
	}
	return s.change(ctx, op, id, 0, func(ctx context.Context, tx *db.Tx, r *Record, by auth.Actor) (map[string]any, error) {
		row := noteRow{ID: db.NewID(), Record: string(id), Text: words, NotedAt: db.At(s.Now()), ByName: by.Name}
		_, err := tx.NewInsert().Model(&row).Exec(ctx)
		return map[string]any{}, err
	})
}

// Keep adds a question with what it found to an open hunt. Errors: fault.Invalid
// (note).
func (s *Service) Keep(ctx context.Context, id RecordID, q Query) (Record, error) {
	const op = "hunt.keep"
	if q.Note = text(q.Note); utf8.RuneCountInString(q.Note) > maxMembers {
		return Record{}, fault.Bad(op, "note", "hunt.bad.too_long")
	}
	if len(q.Query) > maxQueryText {
		return Record{}, fault.Bad(op, "note", "hunt.bad.query")
	}
	return s.change(ctx, op, id, 0, func(ctx context.Context, tx *db.Tx, r *Record, by auth.Actor) (map[string]any, error) {
		row := queryRow{ID: db.NewID(), Record: string(id), Query: q.Query, Asked: q.Asked, From: db.At(q.From), To: db.At(q.To), Found: q.Found, Tabled: q.Table,
			Hash: q.Hash, Note: q.Note, KeptAt: db.At(s.Now()), ByName: by.Name}
		_, err := tx.NewInsert().Model(&row).Exec(ctx)
		return map[string]any{"query": q.Asked, "found": strconv.FormatInt(q.Found, 10), "sha256": q.Hash}, err
	})
}

// Lead links an open hunt with a finding or a case that it led to; seen says that
// the actor may see that. Twice is once.
func (s *Service) Lead(ctx context.Context, id RecordID, kind, ref string, seen bool) (Record, error) {
	const op = "hunt.link"
	if kind != "finding" && kind != "incident" || ref == "" || !seen {
		return Record{}, fault.Bad(op, kind, "hunt.bad.link")
	}
	return s.change(ctx, op, id, 0, func(ctx context.Context, tx *db.Tx, r *Record, by auth.Actor) (map[string]any, error) {
		row := linkRow{Record: string(id), Kind: kind, Ref: ref, LinkedAt: db.At(s.Now()), ByName: by.Name}
		_, err := tx.NewInsert().Model(&row).On("CONFLICT (record_id, kind, ref_id) DO NOTHING").Exec(ctx)
		return map[string]any{"kind": kind, "ref": ref}, err
	})
}

// Conclude ends a hunt for good. Errors: fault.Invalid (result, conclusion),
// fault.Conflict.
func (s *Service) Conclude(ctx context.Context, id RecordID, result Result, words string, version int64) (Record, error) {
	const op = "hunt.conclude"
	return s.change(ctx, op, id, max(version, 1), func(ctx context.Context, tx *db.Tx, r *Record, by auth.Actor) (map[string]any, error) {
		_, _, links, err := partsOf(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if err := r.conclude(op, result, words, links, by.Name, s.now()); err != nil || s.Concluded == nil {
			return map[string]any{"result": string(result)}, err
		}
		return map[string]any{"result": string(result)}, s.Concluded(ctx, tx, *r)
	})
}

// Of is the record of a hunt in the actor's scope, whole.
func (s *Service) Of(ctx context.Context, id RecordID) (File, error) {
	const op = "hunt.Of"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return File{}, err
	}
	f := File{}
	if f.Record, err = getRecord(ctx, s.Records.Read(), scope, id); err != nil {
		return f, err
	}
	f.Queries, f.Notes, f.Links, err = partsOf(ctx, s.Records.Read(), id)
	return f, err
}

// RecordFilter narrows a list of records. The zero value asks for the first page
// of all in scope, the latest opened first.
type RecordFilter struct {
	State  State
	Result Result
	Unit   string // that leads the hunt
	Query  string // words of number, title, hypothesis, techniques, people
	Sort   string // "oldest", "title"; else the latest opened first
	After  string // RecordPage.Next of the page before
	Limit  int    // 0 is 50
}

// RecordPage is one page of a list.
type RecordPage struct {
	Rows  []Record
	Total int64
	Next  string
}

// Hunted lists the records in the actor's scope that match f.
func (s *Service) Hunted(ctx context.Context, f RecordFilter) (RecordPage, error) {
	const op = "hunt.Hunted"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return RecordPage{}, err
	}
	if f.Limit <= 0 {
		f.Limit = pageSize
	}
	visible := func(q *bun.SelectQuery) *bun.SelectQuery { return f.narrow(scope.Filter(q, "hr.owner_unit")) }
	total, err := visible(s.Records.Read().NewSelect().Model((*recordRow)(nil))).Count(ctx)
	if err != nil {
		return RecordPage{}, db.Error(op, err)
	}
	var rows []recordRow
	if err := f.page(visible(s.Records.Read().NewSelect().Model(&rows))).Limit(int64(f.Limit) + 1).Scan(ctx); err != nil {
		return RecordPage{}, db.Error(op, err)
	}
	p := RecordPage{Total: int64(total)}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		p.Next = f.keyOf(rows[f.Limit-1])
	}
	for _, r := range rows {
		one, err := r.record()
		if err != nil {
			return p, err
		}
		p.Rows = append(p.Rows, one)
	}
	return p, nil
}

func (f RecordFilter) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	if f.State != "" {
		q = q.Where("hr.state = ?", string(f.State))
	}
	if f.Result != "" {
		q = q.Where("hr.result = ?", string(f.Result))
	}
	if f.Unit != "" {
		q = q.Where("hr.owner_unit = ?", f.Unit)
	}
	return db.Search(q, "hr.search", f.Query)
}

func (f RecordFilter) keyOf(r recordRow) string {
	if f.Sort == "title" {
		return r.ID + "." + r.Title
	}
	return r.ID + "." + strconv.FormatInt(r.OpenedAt.UnixMilli(), 10)
}

// page orders q and starts it behind f.After.
func (f RecordFilter) page(q *bun.SelectQuery) *bun.SelectQuery {
	id, at, after := strings.Cut(f.After, ".")
	if f.Sort == "title" {
		if after {
			q = q.Where("(hr.title > ? OR hr.title = ? AND hr.id > ?)", at, at, id)
		}
		return q.OrderExpr("hr.title, hr.id")
	}
	ms, err := strconv.ParseInt(at, 10, 64)
	after = after && err == nil
	if f.Sort == "oldest" {
		if after {
			q = q.Where("(hr.opened_at > ? OR hr.opened_at = ? AND hr.id > ?)", ms, ms, id)
		}
		return q.OrderExpr("hr.opened_at, hr.id")
	}
	if after {
		q = q.Where("(hr.opened_at < ? OR hr.opened_at = ? AND hr.id < ?)", ms, ms, id)
	}
	return q.OrderExpr("hr.opened_at DESC, hr.id DESC")
}
