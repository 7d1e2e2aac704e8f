// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:source"`

	ID        string  `bun:"id,pk"`
	Name      string  `bun:"name"`
	Owner     string  `bun:"owner_unit"`
	Format    string  `bun:"format"`
	Zone      string  `bun:"zone"`
	Note      string  `bun:"note"`
	Closed    bool    `bun:"closed"`
	CreatedAt db.Time `bun:"created_at"`
	Version   int64   `bun:"version"`
	Folded    string  `bun:"folded"`
}

func toRow(s Source) row {
	return row{ID: string(s.ID), Name: s.Name, Owner: s.Owner, Format: s.Format, Zone: s.Zone, Note: s.Note, Closed: s.Closed,
		CreatedAt: db.At(s.CreatedAt), Version: s.Version, Folded: i18n.Fold(s.Name + " " + s.Note)}
}

func (r row) source() Source {
	return Source{ID: ID(r.ID), Name: r.Name, Owner: r.Owner, Format: r.Format, Zone: r.Zone, Note: r.Note, Closed: r.Closed,
		CreatedAt: r.CreatedAt.Time, Version: r.Version}
}

type fileRow struct {
	bun.BaseModel `bun:"table:source_file"`

	ID         string  `bun:"id,pk"`
	Source     string  `bun:"source_id"`
	Owner      string  `bun:"owner_unit"`
	Name       string  `bun:"name"`
	SHA256     string  `bun:"sha256"`
	Size       int64   `bun:"size"`
	Via        string  `bun:"via"`
	ReceivedAt db.Time `bun:"received_at"`
	ReceivedBy string  `bun:"received_by"`
	State      string  `bun:"state"`
	Format     string  `bun:"format"`
	Lines      int64   `bun:"lines"`
	Parsed     int64   `bun:"parsed"`
	Queries    int64   `bun:"queries"`
	Hits       int64   `bun:"hits"`
	Overruled  int64   `bun:"overruled"`
	Indicators int64   `bun:"indicators"`
	Skipped    string  `bun:"skipped"`
	Rejected   string  `bun:"rejected"`
	Samples    string  `bun:"samples"`
	First      db.Time `bun:"first_at"`
	Last       db.Time `bun:"last_at"`
	DoneAt     db.Time `bun:"done_at"`
	Problem    string  `bun:"problem"`
	Place      int64   `bun:"place"`
	Mapping    int64   `bun:"mapping"`
}

func toFileRow(f File) (fileRow, error) {
	r := fileRow{ID: string(f.ID), Source: string(f.Source), Owner: f.Owner, Name: f.Name, SHA256: f.SHA256, Size: f.Size,
		Via: string(f.Via), ReceivedAt: db.At(f.ReceivedAt), ReceivedBy: f.ReceivedBy, State: string(f.State), Format: f.Format,
		Lines: f.Account.Lines, Parsed: f.Account.Parsed, Queries: f.Account.Queries, Hits: f.Account.Hits,
		Overruled: f.Account.Overruled, Indicators: f.Indicators, First: db.At(f.Account.First), Last: db.At(f.Account.Last), DoneAt: db.At(f.DoneAt),
		Problem: f.Problem, Place: f.Line, Mapping: f.Mapping}
	for to, from := range map[*string]any{&r.Skipped: f.Account.Skipped, &r.Rejected: f.Account.Rejected, &r.Samples: f.Samples} {
		raw, err := json.Marshal(from)
		if err != nil {
			return r, fmt.Errorf("store file account: %w", err)
		}
		*to = string(raw)
	}
	return r, nil
}

func (r fileRow) file() (File, error) {
	f := File{ID: FileID(r.ID), Source: ID(r.Source), Owner: r.Owner, Name: r.Name, SHA256: r.SHA256, Size: r.Size,
		Via: Via(r.Via), ReceivedAt: r.ReceivedAt.Time, ReceivedBy: r.ReceivedBy, State: State(r.State), Format: r.Format, Indicators: r.Indicators,
		Account: scan.Counts{Lines: r.Lines, Parsed: r.Parsed, Queries: r.Queries, Hits: r.Hits, Overruled: r.Overruled,
			First: r.First.Time, Last: r.Last.Time},
		DoneAt: r.DoneAt.Time, Problem: r.Problem, Line: r.Place, Mapping: r.Mapping}
	var skipped, rejected map[format.Reason]int64
	for to, from := range map[any]string{&f.Samples: r.Samples, &skipped: r.Skipped, &rejected: r.Rejected} {
		if err := json.Unmarshal([]byte(from), to); err != nil {
			return f, fmt.Errorf("read file account: %w", err)
		}
	}
	f.Account.Skipped, f.Account.Rejected = skipped, rejected
	return f, nil
}

type blockRow struct {
	bun.BaseModel `bun:"table:source_block"`

	File   string `bun:"file_id,pk"`
	At     int64  `bun:"at_byte,pk"`
	Length int64  `bun:"length"`
	Lines  int64  `bun:"lines"`
}

func get(ctx context.Context, q bun.IDB, scope auth.Scope, id ID) (Source, error) {
	var r row
	err := scope.Filter(q.NewSelect().Model(&r).Where("id = ?", string(id)), "owner_unit").Scan(ctx)
	return r.source(), db.Error("source.get", err)
}

func getFile(ctx context.Context, q bun.IDB, scope auth.Scope, id FileID) (File, error) {
	var r fileRow
	if err := scope.Filter(q.NewSelect().Model(&r).Where("id = ?", string(id)), "owner_unit").Scan(ctx); err != nil {
		return File{}, db.Error("source.getFile", err)
	}
	return r.file()
}

// fileByID reads a file for the worker, which acts for nobody.
func fileByID(ctx context.Context, q bun.IDB, id FileID) (File, error) {
	var r fileRow
	if err := q.NewSelect().Model(&r).Where("id = ?", string(id)).Scan(ctx); err != nil {
		return File{}, db.Error("source.file", err)
	}
	return r.file()
}

func saveFile(ctx context.Context, tx *db.Tx, f File) error {
	r, err := toFileRow(f)
	if err != nil {
		return err
	}
	_, err = tx.NewUpdate().Model(&r).WherePK().Exec(ctx)
	return db.Error("source.saveFile", err)
}

// Filter narrows the list of sources.
type Filter struct {
	Search string
	Unit   string
	Life   Life      // only sources in this state; "" is any
	now    time.Time // the end of the last hour
	After  string    // name of the last source of the page before, then its id
	Limit  int
}

// Listed is a source with what came from it.
type Listed struct {
	Source
	Files  int64
	Lines  int64
	Hits   int64
	Broken int64   // files that could not be read to the end
	LastAt db.Time // of the latest file or line
	Life   Life
	Hour   int64   // lines in the last 60 minutes
	Event  db.Time // what the latest block spoke of; zero when not known
	LineAt db.Time // of the latest line
	Lost   int64   // lines refused, dropped or not read within seven days
}

// Lag is how long before its receipt the latest block ended; see Live.Lag.
func (l Listed) Lag() (time.Duration, bool) {
	return Live{Event: l.Event.Time, LastAt: l.LineAt.Time}.Lag()
}

func list(ctx context.Context, q bun.IDB, scope auth.Scope, f Filter) ([]Listed, int64, error) {
	base := func() *bun.SelectQuery {
		b := scope.Filter(q.NewSelect().Model((*row)(nil)), "row.owner_unit")
		if f.Unit != "" {
			b = b.Where("row.owner_unit = ?", f.Unit)
		}
		if f.Life != "" {
			b = b.Where("COALESCE((SELECT st.state FROM source_state AS st WHERE st.source_id = row.id), ?) = ?", NotWatched, f.Life)
		}
		return db.Search(b, "row.folded", f.Search)
	}
	total, err := base().Count(ctx)
	if err != nil {
		return nil, 0, db.Error("source.list", err)
	}
	page := base().Column("row.*").
		ColumnExpr("(SELECT COUNT(*) FROM source_file sf WHERE sf.source_id = row.id) AS files").
		ColumnExpr("(SELECT COALESCE(SUM(sf.lines), 0) FROM source_file sf WHERE sf.source_id = row.id) AS lines").
		ColumnExpr("(SELECT COALESCE(SUM(sf.hits), 0) FROM source_file sf WHERE sf.source_id = row.id) AS hits").
		ColumnExpr("(SELECT COUNT(*) FROM source_file sf WHERE sf.source_id = row.id AND sf.state = ?) AS broken", string(Broken)).
		ColumnExpr("(SELECT MAX(sf.received_at) FROM source_file sf WHERE sf.source_id = row.id) AS last_at").
		ColumnExpr("COALESCE((SELECT st.state FROM source_state AS st WHERE st.source_id = row.id), ?) AS life", NotWatched).
		ColumnExpr("(SELECT COALESCE(SUM(b.lines), 0) FROM source_beat AS b WHERE b.source_id = row.id AND b.minute > ? AND b.minute <= ?) AS hour",
			db.At(f.now.Add(-time.Hour)), db.At(f.now)).
		ColumnExpr("(SELECT p.last_at FROM source_pulse AS p WHERE p.source_id = row.id) AS line_at").
		ColumnExpr("(SELECT p.last_event FROM source_pulse AS p WHERE p.source_id = row.id) AS event").
		ColumnExpr("(SELECT COALESCE(SUM(l.n), 0) FROM source_loss AS l WHERE l.source_id = row.id AND l.day > ? AND l.what IN (?, ?, ?)) AS lost",
			dayOf(f.now.AddDate(0, 0, -7)), lossRefused, lossDropped, lossRejected).
		Order("row.id").Limit(int64(f.Limit))
	if f.After != "" {
		page = page.Where("row.id > ?", f.After)
	}
	var rows []struct {
		row    `bun:",extend"`
		Files  int64   `bun:"files"`
		Lines  int64   `bun:"lines"`
		Hits   int64   `bun:"hits"`
		Broken int64   `bun:"broken"`
		LastAt db.Time `bun:"last_at"`
		Life   Life    `bun:"life"`
		Hour   int64   `bun:"hour"`
		Event  db.Time `bun:"event"`
		LineAt db.Time `bun:"line_at"`
		Lost   int64   `bun:"lost"`
	}
	if err := page.Scan(ctx, &rows); err != nil {
		return nil, 0, db.Error("source.list", err)
	}
	out := make([]Listed, len(rows))
	for i, r := range rows {
		out[i] = Listed{Source: r.row.source(), Files: r.Files, Lines: r.Lines, Hits: r.Hits, Broken: r.Broken, LastAt: r.LastAt,
			Life: r.Life, Hour: r.Hour, Event: r.Event, LineAt: r.LineAt, Lost: r.Lost}
		if r.LineAt.After(r.LastAt.Time) {
			out[i].LastAt = r.LineAt
		}
	}
	return out, total, nil
}

func files(ctx context.Context, q bun.IDB, scope auth.Scope, source ID, before string, limit int) ([]File, int64, error) {
	base := func() *bun.SelectQuery {
		return scope.Filter(q.NewSelect().Model((*fileRow)(nil)).Where("source_id = ?", string(source)), "owner_unit")
	}
	total, err := base().Count(ctx)
	if err != nil {
		return nil, 0, db.Error("source.files", err)
	}
	page := base().Order("id DESC").Limit(int64(limit))
	if before != "" {
		page = page.Where("id < ?", before)
	}
	var rows []fileRow
	if err := page.Scan(ctx, &rows); err != nil {
		return nil, 0, db.Error("source.files", err)
	}
	out := make([]File, len(rows))
	for i, r := range rows {
		if out[i], err = r.file(); err != nil {
			return nil, 0, err
		}
	}
	return out, total, nil
}

func update(ctx context.Context, tx *db.Tx, s Source, was int64) error {
	r := toRow(s)
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", was).Exec(ctx)
	if err != nil {
		return db.Error("source.update", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: "source.update", Err: err}
	}
	return nil
}

const worst = 10

func coverage(ctx context.Context, q bun.IDB, scope auth.Scope, since time.Time) (Coverage, error) {
	const op = "source.coverage"
	var c Coverage
	open := func() *bun.SelectQuery {
		return scope.Filter(q.NewSelect().Model((*row)(nil)), "row.owner_unit").Where("row.closed = ?", false)
	}
	const heard = "(EXISTS (SELECT 1 FROM source_file sf WHERE sf.source_id = row.id AND sf.received_at >= ? AND sf.lines > 0)" +
		" OR EXISTS (SELECT 1 FROM source_pulse p WHERE p.source_id = row.id AND p.last_at >= ?))"
	var err error
	if c.Expected, err = open().Count(ctx); err != nil {
		return c, db.Error(op, err)
	}
	if c.Heard, err = open().Where(heard, db.At(since), db.At(since)).Count(ctx); err != nil {
		return c, db.Error(op, err)
	}
	const state = "EXISTS (SELECT 1 FROM source_state AS st WHERE st.source_id = row.id AND st.state IN (?))"
	silent := open().Where("("+state+" OR NOT "+heard+" AND NOT "+state+")", bun.List([]Life{Silent, Flapping}), db.At(since), db.At(since), bun.List([]Life{Living, Late}))
	if c.SilentTotal, err = silent.Clone().Count(ctx); err != nil {
		return c, db.Error(op, err)
	}
	var rows []struct {
		row    `bun:",extend"`
		LastAt db.Time `bun:"last_at"`
	}
	err = silent.Column("row.*").ColumnExpr("COALESCE((SELECT p.last_at FROM source_pulse p WHERE p.source_id = row.id), (SELECT MAX(sf.received_at) FROM source_file sf WHERE sf.source_id = row.id)) AS last_at").
		OrderExpr("last_at ASC NULLS FIRST, row.id").Limit(worst).Scan(ctx, &rows)
	if err != nil {
		return c, db.Error(op, err)
	}
	for _, r := range rows {
		c.Silent = append(c.Silent, Listed{Source: r.row.source(), LastAt: r.LastAt})
	}
	files := func() *bun.SelectQuery {
		return scope.Filter(q.NewSelect().Model((*fileRow)(nil)), "owner_unit")
	}
	if c.Files, err = files().Count(ctx); err != nil {
		return c, db.Error(op, err)
	}
	if c.BrokenTotal, err = files().Where("state = ?", string(Broken)).Count(ctx); err != nil {
		return c, db.Error(op, err)
	}
	var broken []fileRow
	if err := files().Where("state = ?", string(Broken)).Order("id DESC").Limit(worst).Scan(ctx, &broken); err != nil {
		return c, db.Error(op, err)
	}
	for _, r := range broken {
		f, err := r.file()
		if err != nil {
			return c, err
		}
		c.Broken = append(c.Broken, f)
	}
	return c, nil
}
