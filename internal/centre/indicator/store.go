// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:indicator_list,alias:l"`

	ID        string  `bun:"id,pk"`
	Name      string  `bun:"name"`
	NameKey   string  `bun:"name_key"`
	Kind      string  `bun:"kind"`
	Threat    string  `bun:"threat"`
	TLP       string  `bun:"tlp"`
	Scope     string  `bun:"scope"`
	Layout    string  `bun:"format"`
	Owner     string  `bun:"owner_unit"`
	Active    bool    `bun:"active"`
	Builtin   bool    `bun:"builtin"`
	Seq       int64   `bun:"seq"`
	Note      string  `bun:"note"`
	CreatedAt db.Time `bun:"created_at"`
	CreatedBy string  `bun:"created_by"`
	Version   int64   `bun:"version"`
}

func toRow(l List) row {
	return row{ID: string(l.ID), Name: l.Name, NameKey: i18n.Fold(l.Name), Kind: string(l.Kind), Threat: l.Threat, TLP: string(l.TLP),
		Scope: string(l.Scope), Layout: string(l.Layout), Owner: l.Owner, Active: l.Active, Builtin: l.Builtin, Seq: l.Seq, Note: l.Note,
		CreatedAt: db.At(l.CreatedAt), CreatedBy: l.CreatedBy, Version: l.Version}
}

func (r row) list() List {
	return List{ID: ID(r.ID), Name: r.Name, Kind: Kind(r.Kind), Threat: r.Threat, TLP: TLP(r.TLP), Scope: Scope(r.Scope),
		Layout: Layout(r.Layout), Owner: r.Owner, Active: r.Active, Builtin: r.Builtin, Seq: r.Seq, Note: r.Note,
		CreatedAt: r.CreatedAt.Time, CreatedBy: r.CreatedBy, Version: r.Version}
}

type versionRow struct {
	bun.BaseModel `bun:"table:indicator_version,alias:v"`

	List       string  `bun:"list_id,pk"`
	Seq        int64   `bun:"seq,pk"`
	File       string  `bun:"file"`
	SHA256     string  `bun:"sha256"`
	Size       int64   `bun:"size"`
	Note       string  `bun:"note"`
	State      string  `bun:"state"`
	ReceivedAt db.Time `bun:"received_at"`
	ReceivedBy string  `bun:"received_by"`
	DoneAt     db.Time `bun:"done_at"`
	Added      int64   `bun:"added"` // of the report, for sums
	Report     string  `bun:"report"`
	Problem    string  `bun:"problem"`
	Job        string  `bun:"job_id"`
}

func toVersionRow(v Version) (versionRow, error) {
	raw, err := json.Marshal(v.Report)
	if err != nil {
		return versionRow{}, fmt.Errorf("store load report: %w", err)
	}
	return versionRow{List: string(v.List), Seq: v.Seq, File: v.File, SHA256: v.SHA256, Size: v.Size, Note: v.Note, State: string(v.State),
		ReceivedAt: db.At(v.ReceivedAt), ReceivedBy: v.ReceivedBy, DoneAt: db.At(v.DoneAt), Added: v.Report.Added, Report: string(raw),
		Problem: v.Problem, Job: v.Job}, nil
}

func (r versionRow) version() (Version, error) {
	v := Version{List: ID(r.List), Seq: r.Seq, File: r.File, SHA256: r.SHA256, Size: r.Size, Note: r.Note, State: State(r.State),
		ReceivedAt: r.ReceivedAt.Time, ReceivedBy: r.ReceivedBy, DoneAt: r.DoneAt.Time, Problem: r.Problem, Job: r.Job}
	if err := json.Unmarshal([]byte(r.Report), &v.Report); err != nil {
		return v, fmt.Errorf("read load report: %w", err)
	}
	return v, nil
}

type entryRow struct {
	bun.BaseModel `bun:"table:indicator_allow,alias:a"`

	ID      string  `bun:"id,pk"`
	List    string  `bun:"list_id"`
	Kind    string  `bun:"kind"`
	Name    string  `bun:"name"`
	Exact   bool    `bun:"exact"`
	Reason  string  `bun:"reason"`
	At      db.Time `bun:"added_at"`
	By      string  `bun:"added_by"`
	EndedAt db.Time `bun:"ended_at"`
	EndedBy string  `bun:"ended_by"`
}

func (r entryRow) entry() Entry {
	t, _ := typeNamed(r.Kind)
	return Entry{ID: r.ID, Type: t, Name: r.Name, Exact: r.Exact, Reason: r.Reason, At: r.At.Time, By: r.By, EndedAt: r.EndedAt.Time, EndedBy: r.EndedBy}
}

// filter narrows q, over indicator_list as l, to the lists of the view.
func (v view) filter(q *bun.SelectQuery) *bun.SelectQuery {
	if v.blockOnly {
		q = q.Where("l.kind = ?", string(Block))
	}
	where, args := v.scope.Where("l.owner_unit")
	return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("l.tlp <> ?", string(Red)).WhereOr(where, args...)
	})
}

func get(ctx context.Context, q bun.IDB, v view, id ID) (List, error) {
	var r row
	err := v.filter(q.NewSelect().Model(&r)).Where("l.id = ?", string(id)).Scan(ctx)
	return r.list(), db.Error("indicator.get", err)
}

// sight is what an actor sees of what is matched.
type sight struct {
	lists map[ID]List
	own   map[ID]bool // lists whose owner is in the scope: TLP:RED is seen there alone
}

// visible gives the lists of the view.
func visible(ctx context.Context, q bun.IDB, v view) (sight, error) {
	var rows []struct {
		row `bun:",extend"`
		Own bool `bun:"own"`
	}
	where, args := v.scope.Where("l.owner_unit")
	err := v.filter(q.NewSelect().Model((*row)(nil))).Column("l.*").ColumnExpr("CASE WHEN "+where+" THEN TRUE ELSE FALSE END AS own", args...).Scan(ctx, &rows)
	if err != nil {
		return sight{}, db.Error("indicator.visible", err)
	}
	out := sight{make(map[ID]List, len(rows)), make(map[ID]bool, len(rows))}
	for _, r := range rows {
		out.lists[ID(r.ID)], out.own[ID(r.ID)] = r.list(), r.Own
	}
	return out, nil
}

// Filter narrows the list of lists; zero fields narrow nothing.
type Filter struct {
	Query  string // words of the name, accents free
	Kind   Kind
	TLP    TLP
	Switch string // "on" or "off"
	Down   bool   // names from the end of the alphabet
	After  string // Page.Next of the page before
	Limit  int    // rows a page, 1..1000; 0 is 50
}

// Listed is a list with what is in force.
type Listed struct {
	List
	Indicators int64   // in force; of the built-in list, its entries that hold
	LoadedAt   db.Time // of the version in force
	Waiting    bool    // the latest version is not yet loaded
	Stopped    bool    // nor will it be: its work was cancelled or given up
	Refused    bool    // the latest version was refused
	job        string  // of the latest version
}

// Page is one page of the list of lists.
type Page struct {
	Rows  []Listed
	Total int64
	Next  string
}

func (f Filter) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	if f.Kind != "" {
		q = q.Where("l.kind = ?", string(f.Kind))
	}
	if f.TLP != "" {
		q = q.Where("l.tlp = ?", string(f.TLP))
	}
	if f.Switch != "" {
		q = q.Where("l.active = ?", f.Switch == "on")
	}
	return db.Search(q, "l.name_key", f.Query)
}

func page(ctx context.Context, q bun.IDB, v view, f Filter) (Page, error) {
	const op = "indicator.List"
	total, err := f.narrow(v.filter(q.NewSelect().Model((*row)(nil)))).Count(ctx)
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	if f.Limit < 1 || f.Limit > 1000 {
		f.Limit = 50
	}
	var rows []struct {
		row        `bun:",extend"`
		Indicators int64   `bun:"indicators"`
		LoadedAt   db.Time `bun:"loaded_at"`
		Job        string  `bun:"job"`
		Latest     string  `bun:"latest"`
	}
	sel := f.narrow(v.filter(q.NewSelect().Model((*row)(nil)))).Column("l.*").
		ColumnExpr("(SELECT COUNT(*) FROM indicator_allow a WHERE a.list_id = l.id AND a.ended_at IS NULL) + " +
			"COALESCE((SELECT v.added FROM indicator_version v WHERE v.list_id = l.id AND v.seq = l.seq), 0) AS indicators").
		ColumnExpr("(SELECT v.done_at FROM indicator_version v WHERE v.list_id = l.id AND v.seq = l.seq) AS loaded_at").
		ColumnExpr("COALESCE((SELECT v.job_id FROM indicator_version v WHERE v.list_id = l.id ORDER BY v.seq DESC LIMIT 1), '') AS job").
		ColumnExpr("COALESCE((SELECT v.state FROM indicator_version v WHERE v.list_id = l.id ORDER BY v.seq DESC LIMIT 1), '') AS latest")
	id, key, after := strings.Cut(f.After, ".")
	after = after && utf8.ValidString(f.After) && !strings.Contains(f.After, "\x00")
	switch {
	case f.Down && after:
		sel = sel.Where("(l.name_key < ? OR l.name_key = ? AND l.id < ?)", key, key, id)
	case after:
		sel = sel.Where("(l.name_key > ? OR l.name_key = ? AND l.id > ?)", key, key, id)
	}
	order := "l.name_key, l.id"
	if f.Down {
		order = "l.name_key DESC, l.id DESC"
	}
	if err := sel.OrderExpr(order).Limit(int64(f.Limit)+1).Scan(ctx, &rows); err != nil {
		return Page{}, db.Error(op, err)
	}
	p := Page{Total: total}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		last := rows[f.Limit-1]
		p.Next = last.ID + "." + last.NameKey
	}
	for _, r := range rows {
		p.Rows = append(p.Rows, Listed{List: r.list(), Indicators: r.Indicators, LoadedAt: r.LoadedAt,
			Waiting: r.Latest == string(Waiting), Refused: r.Latest == string(Refused), job: r.Job})
	}
	return p, nil
}

// update writes what a person changed of l; was is the version they saw.
func update(ctx context.Context, tx *db.Tx, l List, was int64) error {
	r := toRow(l)
	res, err := tx.NewUpdate().Model(&r).Column("active", "version").WherePK().Where("version = ?", was).Exec(ctx)
	if err != nil {
		return db.Error("indicator.update", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: "indicator.update", Err: err}
	}
	return nil
}

// versions lists the versions of a list the caller may see, newest first.
func versions(ctx context.Context, q bun.IDB, id ID, limit int) ([]Version, error) {
	var rows []versionRow
	err := q.NewSelect().Model(&rows).Where("list_id = ?", string(id)).Order("seq DESC").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, db.Error("indicator.versions", err)
	}
	out := make([]Version, len(rows))
	for i, r := range rows {
		if out[i], err = r.version(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func getVersion(ctx context.Context, q bun.IDB, id ID, seq int64) (Version, error) {
	var r versionRow
	if err := q.NewSelect().Model(&r).Where("list_id = ?", string(id)).Where("seq = ?", seq).Scan(ctx); err != nil {
		return Version{}, db.Error("indicator.version", err)
	}
	return r.version()
}

// builtin is the centre's own allow list; fault.NotFound before its first entry.
func builtin(ctx context.Context, q bun.IDB) (List, error) {
	var r row
	err := q.NewSelect().Model(&r).Where("l.builtin = ?", true).Scan(ctx)
	return r.list(), db.Error("indicator.builtin", err)
}

// entries lists the allow entries of a list, newest first; held leaves out
// those that ended.
func entries(ctx context.Context, q bun.IDB, id ID, held bool) ([]Entry, error) {
	var rows []entryRow
	sel := q.NewSelect().Model(&rows).Where("list_id = ?", string(id)).Order("id DESC")
	if held {
		sel = sel.Where("ended_at IS NULL")
	}
	if err := sel.Scan(ctx); err != nil {
		return nil, db.Error("indicator.entries", err)
	}
	out := make([]Entry, len(rows))
	for i, r := range rows {
		out[i] = r.entry()
	}
	return out, nil
}

// generation is how often what is matched has changed.
func generation(ctx context.Context, q bun.IDB) (int64, error) {
	var n int64
	err := q.NewSelect().Table("indicator_generation").Column("seq").Scan(ctx, &n)
	return n, db.Error("indicator.generation", err)
}

// advance counts one more change and returns the new generation.
func advance(ctx context.Context, tx *db.Tx) (int64, error) {
	if _, err := tx.NewUpdate().Table("indicator_generation").Set("seq = seq + 1").Where("1 = 1").Exec(ctx); err != nil {
		return 0, db.Error("indicator.advance", err)
	}
	return generation(ctx, tx)
}
