// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:feed,alias:f"`

	ID          string  `bun:"id,pk"`
	Name        string  `bun:"name"`
	Folded      string  `bun:"folded"`
	Folder      string  `bun:"folder"`
	URL         string  `bun:"url"`
	Shape       string  `bun:"shape"`
	Unit        string  `bun:"unit_id"`
	List        string  `bun:"list_id"`
	ListName    string  `bun:"list_name"`
	ListKind    string  `bun:"list_kind"`
	ListTLP     string  `bun:"list_tlp"`
	ListThreat  string  `bun:"list_threat"`
	ListScope   string  `bun:"list_scope"`
	ListLayout  string  `bun:"list_layout"`
	Making      string  `bun:"making"` // hash of the content the list is being made with
	Schedule    string  `bun:"schedule"`
	AuthKind    string  `bun:"auth_kind"`
	AuthName    string  `bun:"auth_name"`
	AuthSecret  string  `bun:"auth_secret"` // sealed
	Limit       int64   `bun:"limit_mib"`
	Catalogue   string  `bun:"catalogue"`
	Active      bool    `bun:"active"`
	ActiveAt    db.Time `bun:"active_at"`
	Reason      string  `bun:"reason"`
	ETag        string  `bun:"etag"`
	Modified    string  `bun:"modified"`
	SHA256      string  `bun:"sha256"` // of the content that etag and modified are of
	NextAt      db.Time `bun:"next_at"`
	TriedAt     db.Time `bun:"tried_at"`
	OKAt        db.Time `bun:"ok_at"`
	ChangedAt   db.Time `bun:"changed_at"`
	Failures    int64   `bun:"failures"`
	Why         string  `bun:"why"`
	WhyArgs     string  `bun:"why_args"`
	Rows        int64   `bun:"rows_loaded"`
	Run         string  `bun:"run_id"`
	Pruned      int64   `bun:"pruned"` // files
	PrunedAt    db.Time `bun:"pruned_at"`
	CreatedBy   string  `bun:"created_by"`
	CreatedName string  `bun:"created_name"`
	CreatedAt   db.Time `bun:"created_at"`
	Version     int64   `bun:"version"`
}

// person are the columns that people change; the work of fetching has its own.
var person = []string{"name", "folded", "url", "shape", "schedule", "auth_kind", "auth_name", "auth_secret", "limit_mib", "active", "active_at", "reason", "etag",
	"modified", "sha256", "next_at", "created_by", "created_name", "version"}

func (r row) feed() Feed {
	return Feed{ID: ID(r.ID), Name: r.Name, Folder: r.Folder, URL: r.URL, Shape: Shape(r.Shape), Unit: r.Unit, List: indicator.ID(r.List),
		New: indicator.List{Name: r.ListName, Kind: indicator.Kind(r.ListKind), TLP: indicator.TLP(r.ListTLP), Threat: r.ListThreat,
			Scope: indicator.Scope(r.ListScope), Layout: indicator.Layout(r.ListLayout), Owner: r.Unit},
		Schedule: parseSchedule(r.Schedule), Auth: AuthKind(r.AuthKind), AuthName: r.AuthName, HasKey: r.AuthSecret != "", Limit: r.Limit,
		Entry: r.Catalogue, Active: r.Active, ActiveAt: r.ActiveAt.Time, Reason: r.Reason,
		Health: Health{NextAt: r.NextAt.Time, TriedAt: r.TriedAt.Time, OKAt: r.OKAt.Time, ChangedAt: r.ChangedAt.Time, Failures: r.Failures, Why: r.Why,
			WhyArgs: words(r.WhyArgs), Rows: r.Rows, Run: r.Run, Pruned: r.Pruned, PrunedAt: r.PrunedAt.Time},
		CreatedBy: r.CreatedBy, CreatedName: r.CreatedName, CreatedAt: r.CreatedAt.Time, Version: r.Version}
}

// describe writes what the list is to be.
func (r *row) describe(l indicator.List) {
	r.ListName, r.ListKind, r.ListTLP, r.ListThreat, r.ListScope, r.ListLayout = l.Name, string(l.Kind), string(l.TLP), l.Threat, string(l.Scope), string(l.Layout)
}

// words reads the arguments of a sentence; what is no list has none.
func words(text string) []string {
	var out []string
	if json.Unmarshal([]byte(text), &out) != nil {
		return nil
	}
	return out
}

func wordsText(args []any) string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = fmt.Sprint(a)
	}
	raw, err := json.Marshal(out)
	if err != nil { // strings always marshal
		return "[]"
	}
	return string(raw)
}

type runRow struct {
	bun.BaseModel `bun:"table:feed_run,alias:r"`

	ID      string  `bun:"id,pk"`
	Feed    string  `bun:"feed_id"`
	How     string  `bun:"how"`
	State   string  `bun:"state"`
	By      string  `bun:"by_name"`
	Began   db.Time `bun:"created_at"`
	Ended   db.Time `bun:"ended_at"`
	Status  int64   `bun:"status"`
	Bytes   int64   `bun:"bytes"`
	SHA256  string  `bun:"sha256"`
	File    string  `bun:"file"`
	Seq     int64   `bun:"seq"`
	Rows    int64   `bun:"rows_loaded"`
	Why     string  `bun:"why"`
	WhyArgs string  `bun:"why_args"`
	Job     string  `bun:"job_id"`
	Events  string  `bun:"events"`
}

func (r runRow) run() Run {
	return Run{ID: r.ID, Feed: ID(r.Feed), How: How(r.How), State: State(r.State), By: r.By, Began: r.Began.Time, Ended: r.Ended.Time, Status: r.Status,
		Bytes: r.Bytes, SHA256: r.SHA256, File: r.File, Seq: r.Seq, Rows: r.Rows, Why: r.Why, WhyArgs: words(r.WhyArgs), Job: r.Job, Events: eventsOf(r.Events)}
}

func get(ctx context.Context, q bun.IDB, op string, scope auth.Scope, id ID) (row, error) {
	var r row
	err := scope.Filter(q.NewSelect().Model(&r).Where("f.id = ?", string(id)), "f.unit_id").Scan(ctx)
	return r, db.Error(op, err)
}

// byID is a feed for the work of fetching, whoever owns it.
func byID(ctx context.Context, q bun.IDB, id string) (row, error) {
	var r row
	err := q.NewSelect().Model(&r).Where("f.id = ?", id).Scan(ctx)
	return r, db.Error("feed.byID", err)
}

func runByID(ctx context.Context, q bun.IDB, id string) (runRow, error) {
	var r runRow
	err := q.NewSelect().Model(&r).Where("r.id = ?", id).Scan(ctx)
	return r, db.Error("feed.runByID", err)
}

// Filter narrows the list of feeds; zero fields narrow nothing.
type Filter struct {
	Search string
	Unit   string // unit id
	State  string // "on", "off", "failing", "drop"
	Sort   string // "" by name, "-name", "next", "-ok"
	After  string // Page.Next of the page before
	Limit  int    // 1..500; 0 is 50
}

// Page is one page of feeds.
type Page struct {
	Rows  []Feed
	Total int64
	Next  string
}

func (f Filter) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	if f.Unit != "" {
		q = q.Where("f.unit_id = ?", f.Unit)
	}
	switch f.State {
	case "on":
		q = q.Where("f.active = ?", true)
	case "off":
		q = q.Where("f.active = ?", false).Where("f.url <> ''")
	case "failing":
		q = q.Where("f.failures > 0")
	case "drop":
		q = q.Where("f.url = ''")
	}
	return db.Search(q, "f.folded", f.Search)
}

// sorts are the columns and directions of the sorts.
var sorts = map[string]struct {
	column string
	down   bool
}{"": {"f.folded", false}, "-name": {"f.folded", true}, "next": {"COALESCE(f.next_at, 0)", false}, "-ok": {"COALESCE(f.ok_at, 0)", true}}

func page(ctx context.Context, q bun.IDB, scope auth.Scope, f Filter) (Page, error) {
	const op = "feed.page"
	total, err := f.narrow(scope.Filter(q.NewSelect().Model((*row)(nil)), "f.unit_id")).Count(ctx)
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	if f.Limit < 1 || f.Limit > 500 {
		f.Limit = 50
	}
	s, known := sorts[f.Sort]
	if !known {
		s = sorts[""]
	}
	compare, direction := ">", "ASC"
	if s.down {
		compare, direction = "<", "DESC"
	}
	var rows []row
	sel := f.narrow(scope.Filter(q.NewSelect().Model(&rows), "f.unit_id"))
	if f.After != "" { // the place is that of a row, wherever it sorts now
		place := q.NewSelect().TableExpr("feed AS f").ColumnExpr(s.column).Where("f.id = ?", f.After)
		place = scope.Filter(place, "f.unit_id")
		sel = sel.Where("("+s.column+" "+compare+" (?) OR "+s.column+" = (?) AND f.id "+compare+" ?)", place, place, f.After)
	}
	if err := sel.OrderExpr(s.column + " " + direction + ", f.id " + direction).Limit(int64(f.Limit) + 1).Scan(ctx); err != nil {
		return Page{}, db.Error(op, err)
	}
	p := Page{Total: int64(total)}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		p.Next = rows[f.Limit-1].ID
	}
	for _, r := range rows {
		p.Rows = append(p.Rows, r.feed())
	}
	return p, nil
}

// RunFilter narrows the runs of a feed.
type RunFilter struct {
	State State
	After string // id of the last one of the page before
	Limit int    // 1..500; 0 is 50
}

func runs(ctx context.Context, q bun.IDB, feed ID, f RunFilter) ([]Run, int64, error) {
	const op = "feed.runs"
	narrow := func(sel *bun.SelectQuery) *bun.SelectQuery {
		if f.State != "" {
			sel = sel.Where("r.state = ?", string(f.State))
		}
		return sel.Where("r.feed_id = ?", string(feed))
	}
	total, err := narrow(q.NewSelect().Model((*runRow)(nil))).Count(ctx)
	if err != nil {
		return nil, 0, db.Error(op, err)
	}
	if f.Limit < 1 || f.Limit > 500 {
		f.Limit = 50
	}
	var rows []runRow
	sel := narrow(q.NewSelect().Model(&rows)).Order("r.id DESC").Limit(int64(f.Limit))
	if f.After != "" {
		sel = sel.Where("r.id < ?", f.After)
	}
	if err := sel.Scan(ctx); err != nil {
		return nil, 0, db.Error(op, err)
	}
	out := make([]Run, len(rows))
	for i, r := range rows {
		out[i] = r.run()
	}
	return out, int64(total), nil
}

// change writes the columns that people change, as the successor of version was.
func change(ctx context.Context, tx *db.Tx, r row, was int64) error {
	const op = "feed.change"
	r.Version, r.Folded = was+1, i18n.Fold(r.Name+" "+r.URL)
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", was).Column(person...).Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}

// due lists the feeds that are on and whose time has come, with no run going on.
func due(ctx context.Context, q bun.IDB, now time.Time) ([]row, error) {
	var rows []row
	err := q.NewSelect().Model(&rows).Where("f.active = ?", true).Where("f.url <> ''").Where("f.run_id = ''").Where("f.next_at <= ?", db.At(now)).
		Order("f.next_at", "f.id").Limit(200).Scan(ctx)
	return rows, db.Error("feed.due", err)
}

// open lists the runs that have not ended, oldest first.
func open(ctx context.Context, q bun.IDB) ([]runRow, error) {
	var rows []runRow
	err := q.NewSelect().Model(&rows).Where("r.state IN (?)", bun.List([]string{string(Waiting), string(Running), string(Loading)})).
		Order("r.id").Limit(1000).Scan(ctx)
	return rows, db.Error("feed.open", err)
}

const kept = 300 // runs in the history of a feed

// prune forgets the ended runs of a feed before the newest, with their work.
func (s *Service) prune(ctx context.Context, tx *db.Tx, feed string) error {
	const op = "feed.prune"
	newest := tx.NewSelect().TableExpr("feed_run AS k").Column("k.id").Where("k.feed_id = ?", feed).Order("k.id DESC").Limit(kept)
	var old []runRow
	err := tx.NewSelect().Model(&old).Where("r.feed_id = ?", feed).Where("r.ended_at IS NOT NULL").Where("r.id NOT IN (?)", newest).Limit(100).Scan(ctx)
	if err != nil || len(old) == 0 {
		return db.Error(op, err)
	}
	return s.forget(ctx, tx, old)
}

// forget removes runs and the work they were.
func (s *Service) forget(ctx context.Context, tx *db.Tx, old []runRow) error {
	var ids, work []string
	for _, r := range old {
		ids = append(ids, r.ID)
		if r.Job != "" {
			work = append(work, r.Job)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if _, err := tx.NewDelete().Model((*runRow)(nil)).Where("id IN (?)", bun.List(ids)).Exec(ctx); err != nil {
		return db.Error("feed.forget", err)
	}
	return s.Queue.Forget(ctx, tx, work...)
}
