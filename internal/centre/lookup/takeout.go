// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// Takeout is a long result on its way into a file, or there. Only who asked for
// it sees it.
type Takeout struct {
	ID       string
	Form     Form
	Reason   string
	From, To time.Time
	Found    int64 // when it was asked for
	Rows     int64 // in the file
	Cut      bool  // more was found than the file holds
	Size     int64
	SHA256   string // empty until the file is whole
	AskedAt  time.Time
	EndedAt  time.Time // zero until then
	Job      jobs.Job  // zero once it is forgotten
}

// Limits of takeouts.
const (
	MaxTakeout  = 1_000_000 // rows
	maxBytes    = 4 << 30
	maxTakeouts = 5                  // of one person under way
	keptFor     = 7 * 24 * time.Hour // the file, once it is whole
)

// JobKind names the job that writes a takeout.
const JobKind = "lookup.takeout"

type takeoutRow struct {
	bun.BaseModel `bun:"table:lookup_takeout,alias:lt"`

	ID      string  `bun:"id,pk"`
	Account string  `bun:"account_id"`
	Unit    string  `bun:"unit_id"`
	Form    string  `bun:"form"`
	Order   string  `bun:"asked"` // JSON of an order
	Reason  string  `bun:"reason"`
	From    db.Time `bun:"time_from"`
	To      db.Time `bun:"time_to"`
	Found   int64   `bun:"found"`
	Rows    int64   `bun:"rows_written"`
	Size    int64   `bun:"size"`
	SHA256  string  `bun:"sha256"`
	AskedAt db.Time `bun:"asked_at"`
	EndedAt db.Time `bun:"ended_at"`
}

// order is what the job needs to know. Scope is where who asked could look then.
type order struct {
	Question Question
	Scope    lake.Scope
	Oldest   bool
	Heads    []string // of a sheet, in the language of who asked
	Actor    auth.Actor
}

func (r takeoutRow) takeout() Takeout {
	return Takeout{ID: r.ID, Form: Form(r.Form), Reason: r.Reason, From: r.From.Time, To: r.To.Time, Found: r.Found, Rows: r.Rows,
		Cut: r.Found > MaxTakeout, Size: r.Size, SHA256: r.SHA256, AskedAt: r.AskedAt.Time, EndedAt: r.EndedAt.Time}
}

// TakeOut asks for all that q finds as a file, which a job writes. Heads are
// those of a sheet. Errors: those of Look; fault.Invalid (form); fault.Conflict
// when the actor has as many under way as one may.
func (s *Service) TakeOut(ctx context.Context, q Question, oldest bool, form Form, heads []string) (Takeout, error) {
	const op = "lookup.takeout"
	if form != Lines && form != Parquet && form != CSV {
		return Takeout{}, fault.Bad(op, "form", "lookup.bad.form")
	}
	store, scope, err := s.open(ctx, op, &q)
	if err != nil {
		return Takeout{}, err
	}
	if q.Table() {
		return Takeout{}, fault.Bad(op, "expert", "lookup.bad.table")
	}
	found, err := store.Count(ctx, scope, q.query())
	if err != nil {
		return Takeout{}, err
	}
	actor, _ := auth.From(ctx)
	raw, err := json.Marshal(order{q, scope, oldest, heads, auth.Actor{ID: actor.ID, Name: actor.Name}})
	if err != nil {
		return Takeout{}, err
	}
	r := takeoutRow{ID: db.NewID(), Account: actor.ID, Unit: actor.Home, Form: string(form), Order: string(raw), Reason: q.Reason,
		From: db.At(q.From), To: db.At(q.To), Found: found, AskedAt: db.At(s.Now())}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.NewSelect().Model((*takeoutRow)(nil)).Where("account_id = ?", actor.ID).Where("ended_at IS NULL").
			Where("asked_at > ?", db.At(s.Now().Add(-day))).Count(ctx)
		if err != nil {
			return err
		}
		if n >= maxTakeouts {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "lookup.bad.takeouts"}
		}
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return err
		}
		if _, err := s.Queue.Enqueue(ctx, tx, jobs.Task{Kind: JobKind, Key: r.ID, Unit: actor.Home}); err != nil {
			return err
		}
		return s.note(ctx, tx, op, r.ID, &q)
	})
	return r.takeout(), db.Error(op, err)
}

// Takeouts are the actor's own, newest first: those whose file is kept, and those
// under way.
func (s *Service) Takeouts(ctx context.Context) ([]Takeout, error) {
	const op = "lookup.Takeouts"
	actor, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	var rows []takeoutRow
	if err := s.Records.Read().NewSelect().Model(&rows).Where("account_id = ?", actor.ID).OrderExpr("id DESC").Limit(100).Scan(ctx); err != nil {
		return nil, db.Error(op, err)
	}
	out := make([]Takeout, len(rows))
	for i, r := range rows {
		out[i] = r.takeout()
		j, err := s.Queue.Of(ctx, auth.ScopeOf(actor, mayRead), JobKind, r.ID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		out[i].Job = j
	}
	return out, nil
}

// OpenTakeout opens a file of the actor's own for reading; that it left the house
// is in the audit trail. The caller closes it.
func (s *Service) OpenTakeout(ctx context.Context, id string) (Takeout, io.ReadSeekCloser, error) {
	const op = "lookup.takeout_read"
	actor, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Takeout{}, nil, err
	}
	var r takeoutRow
	err = s.Records.Read().NewSelect().Model(&r).Where("id = ?", id).Where("account_id = ?", actor.ID).Where("sha256 <> ''").Scan(ctx)
	if err != nil {
		return Takeout{}, nil, db.Error(op, err)
	}
	file, err := s.Files.Open(ctx, r.SHA256)
	if err != nil {
		return Takeout{}, nil, err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: op, Kind: "lookup", Object: r.ID, Unit: actor.Home,
			Detail: map[string]any{"reason": r.Reason, "rows": r.Rows, "sha256": r.SHA256, "form": r.Form}})
	})
	if err != nil {
		return Takeout{}, nil, errors.Join(err, file.Close())
	}
	return r.takeout(), file, nil
}

// Handler writes takeouts.
func (s *Service) Handler() jobs.Handler {
	return func(ctx context.Context, j jobs.Job, p *jobs.Progress) error {
		var r takeoutRow
		if err := s.Records.Read().NewSelect().Model(&r).Where("id = ?", j.Key).Scan(ctx); err != nil {
			return db.Error(JobKind, err)
		}
		ref, rows, err := s.write(ctx, r, p)
		if err != nil {
			return err
		}
		return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := p.Fence(ctx, tx); err != nil {
				return err
			}
			_, err := tx.NewUpdate().Model((*takeoutRow)(nil)).Set("sha256 = ?", ref.SHA256).Set("size = ?", ref.Size).Set("rows_written = ?", rows).
				Set("ended_at = ?", db.At(s.Now())).Where("id = ?", r.ID).Exec(ctx)
			return db.Error(JobKind, err)
		})
	}
}

func (s *Service) write(ctx context.Context, r takeoutRow, p *jobs.Progress) (ref blob.Ref, rows int64, err error) {
	var o order
	if err := json.Unmarshal([]byte(r.Order), &o); err != nil {
		return ref, 0, err
	}
	if err := o.Question.Check(); err != nil {
		return ref, 0, err
	}
	store := s.Store()
	if store == nil {
		return ref, 0, &fault.Error{Kind: fault.Unavailable, Op: JobKind, Msg: "lookup.off.text"}
	}
	limit := min(r.Found, MaxTakeout)
	about, err := s.about(&o.Question, o.Actor, "export", r.Found, limit)
	if err != nil {
		return ref, 0, err
	}
	told := func(n int64) { rows = n; p.Set(n, limit, "lookup.job.writing") }
	told(0)
	err = piped(func(w io.Writer) error {
		out, err := newTakeout(w, Form(r.Form), about, o.Heads, func(rows []lake.Row) ([][]string, error) { return s.lines(ctx, rows) })
		if err != nil {
			return err
		}
		return pour(ctx, through(ctx, store, o.Scope, o.Question.query(), o.Oldest), out, limit, told)
	}, func(in io.Reader) (err error) {
		ref, err = s.Files.Put(ctx, in, maxBytes)
		return err
	})
	return ref, rows, err
}

// lines are rows as a sheet has them, in the order of its heads.
func (s *Service) lines(ctx context.Context, rows []lake.Row) ([][]string, error) {
	units, sources, err := s.Called(ctx, rows)
	out := make([][]string, len(rows))
	for i, r := range rows {
		_, client := clientOf(r)
		out[i] = []string{timeText(r.Time), named(units, r.Owner), named(sources, r.Source), string(r.Class), client, whatText(r), r.Raw, fieldsText(r), r.Block, strconv.FormatInt(r.Line, 10)}
	}
	return out, err
}

// Tidy forgets takeouts whose time is over, with their files. It may be asked at
// any time.
func (s *Service) Tidy(ctx context.Context) error {
	var rows []takeoutRow
	over := db.At(s.Now().Add(-keptFor))
	if err := s.Records.Read().NewSelect().Model(&rows).Where("asked_at < ?", over).Where("COALESCE(ended_at, asked_at) < ?", over).Scan(ctx); err != nil {
		return db.Error("lookup.Tidy", err)
	}
	for _, r := range rows {
		if r.SHA256 != "" {
			if err := s.Files.Remove(r.SHA256); err != nil {
				return err
			}
		}
		err := s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewDelete().Model((*takeoutRow)(nil)).Where("id = ?", r.ID).Exec(ctx)
			return err
		})
		if err != nil {
			return db.Error("lookup.Tidy", err)
		}
	}
	return nil
}
