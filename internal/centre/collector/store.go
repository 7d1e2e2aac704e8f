// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package collector

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/intake/edge"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:collector,alias:c"`

	ID         string  `bun:"id,pk"`
	Name       string  `bun:"name"`
	Unit       string  `bun:"unit_id"`
	Note       string  `bun:"note"`
	Folded     string  `bun:"folded"`
	CreatedAt  db.Time `bun:"created_at"`
	Version    int64   `bun:"version"`
	Code       string  `bun:"code"`
	CodeUntil  db.Time `bun:"code_until"`
	CodeUsed   db.Time `bun:"code_used_at"`
	Series     int64   `bun:"series"`
	EnrolledAt db.Time `bun:"enrolled_at"`
	Key        string  `bun:"public_key"`
	Cert       string  `bun:"certificate"`
	CertEnds   db.Time `bun:"cert_ends"`
	RevokedAt  db.Time `bun:"revoked_at"`
	Reason     string  `bun:"reason"`
	WaysAt     int64   `bun:"ways_at"`
	SeenAt     db.Time `bun:"seen_at"`
	SkewMS     int64   `bun:"skew_ms"`
	Said       string  `bun:"said"`
	Copied     bool    `bun:"copied"`     // of Said, for lists
	Full       db.Time `bun:"full_since"` // of Said, for lists
	Progress   int64   `bun:"progress"`
	First      int64   `bun:"first_number"`
	Have       string  `bun:"have"`
	SumOf      int64   `bun:"sum_of"`
	Sum        string  `bun:"sum"`
	TakenAt    db.Time `bun:"taken_at"`
	Reached    db.Time `bun:"reached_at"`
	Rhythm     int64   `bun:"rhythm_minutes"`
	Waits      bool    `bun:"waits"` // may send, and has something: for lists
	Near       bool    `bun:"near"`  // for lists
	Blocks     int64   `bun:"blocks"`
	Lines      int64   `bun:"lines"`
	Bytes      int64   `bun:"bytes"`
	Repeated   int64   `bun:"repeated"`
	Refused    int64   `bun:"refused"`
}

func toRow(c Collector) row {
	return row{ID: string(c.ID), Name: c.Name, Unit: c.Unit, Note: c.Note, Folded: i18n.Fold(c.Name + " " + c.Note), CreatedAt: db.At(c.CreatedAt),
		Version: c.Version, Code: c.code, CodeUntil: db.At(c.CodeUntil), CodeUsed: db.At(c.CodeUsedAt), Series: c.Series, EnrolledAt: db.At(c.EnrolledAt),
		Key: c.key, Cert: c.cert, CertEnds: db.At(c.CertEnds), RevokedAt: db.At(c.RevokedAt), Reason: c.Reason, WaysAt: c.waysAt,
		SeenAt: db.At(c.SeenAt), SkewMS: c.Skew.Milliseconds(), Said: c.said, Copied: c.Said.Diverged, Full: db.At(c.Said.FullSince),
		Progress: c.progress, First: int64(c.First), Have: c.Have.String(),
		SumOf: int64(c.sumOf), Sum: c.sum, TakenAt: db.At(c.TakenAt), Reached: db.At(c.Reached), Rhythm: c.Rhythm, Waits: c.waits(), Near: c.nearlyFull(),
		Blocks: c.Blocks, Lines: c.Lines, Bytes: c.Bytes, Repeated: c.Repeated, Refused: c.Refused}
}

func (r row) collector() (Collector, error) {
	c := Collector{ID: ID(r.ID), Name: r.Name, Unit: r.Unit, Note: r.Note, CreatedAt: r.CreatedAt.Time, Version: r.Version, code: r.Code,
		CodeUntil: r.CodeUntil.Time, CodeUsedAt: r.CodeUsed.Time, Series: r.Series, EnrolledAt: r.EnrolledAt.Time, key: r.Key, cert: r.Cert,
		CertEnds: r.CertEnds.Time, RevokedAt: r.RevokedAt.Time, Reason: r.Reason, waysAt: r.WaysAt, SeenAt: r.SeenAt.Time,
		Skew: time.Duration(r.SkewMS) * time.Millisecond, said: r.Said, progress: r.Progress, First: uint64(r.First), sumOf: uint64(r.SumOf), sum: r.Sum,
		TakenAt: r.TakenAt.Time, Reached: r.Reached.Time, Rhythm: r.Rhythm, Blocks: r.Blocks, Lines: r.Lines, Bytes: r.Bytes, Repeated: r.Repeated, Refused: r.Refused}
	var err error
	if c.Have, err = edge.ParseNumbers(r.Have); err != nil {
		return c, fmt.Errorf("collector %s: %w", r.ID, err)
	}
	if err := json.Unmarshal([]byte(r.Said), &c.Said); err != nil {
		return c, fmt.Errorf("collector %s: %w", r.ID, err)
	}
	return c, nil
}

// Filter narrows the list of collectors.
type Filter struct {
	Search string
	Unit   string
	State  State  // "" for all
	After  string // id of the last one of the page before
	Limit  int    // 0 is 50
	now    time.Time
}

// narrow adds the conditions of f. State is said as State says it.
func (f Filter) narrow(q *bun.SelectQuery, scope auth.Scope) *bun.SelectQuery {
	q = db.Search(scope.Filter(q, "c.unit_id"), "c.folded", f.Search)
	if f.Unit != "" {
		q = q.Where("c.unit_id IN (SELECT descendant FROM unit_closure WHERE ancestor = ?)", f.Unit)
	}
	const heard = "(COALESCE(c.seen_at, 0) + c.rhythm_minutes * 60000 >= ?0 OR COALESCE(c.taken_at, 0) + c.rhythm_minutes * 60000 >= ?0)"
	const slow = "(c.waits AND c.reached_at IS NOT NULL AND c.reached_at < ?)"
	now, late := db.At(f.now), db.At(f.now.Add(-behind))
	switch f.State {
	case Copied, Silent, Full, Near, Behind, Fine:
		q = q.Where("c.revoked_at IS NULL").Where("c.enrolled_at IS NOT NULL")
	}
	switch f.State {
	case Full, Near, Behind, Fine:
		q = q.Where("NOT c.copied").Where(heard, now)
	}
	switch f.State {
	case Revoked:
		q = q.Where("c.revoked_at IS NOT NULL")
	case Lapsed:
		q = q.Where("c.revoked_at IS NULL").Where("c.enrolled_at IS NULL").Where("c.code_until < ?", db.At(f.now))
	case Waiting:
		q = q.Where("c.revoked_at IS NULL").Where("c.enrolled_at IS NULL").Where("c.code_until >= ?", db.At(f.now))
	case Copied:
		q = q.Where("c.copied")
	case Silent:
		q = q.Where("NOT c.copied").Where("NOT "+heard, now)
	case Full:
		q = q.Where("c.full_since IS NOT NULL")
	case Near:
		q = q.Where("c.full_since IS NULL").Where("c.near")
	case Behind:
		q = q.Where("c.full_since IS NULL").Where("NOT c.near").Where(slow, late)
	case Fine:
		q = q.Where("c.full_since IS NULL").Where("NOT c.near").Where("NOT "+slow, late)
	}
	return q
}

func list(ctx context.Context, q bun.IDB, scope auth.Scope, f Filter) ([]Collector, int64, error) {
	const op = "collector.list"
	total, err := f.narrow(q.NewSelect().Model((*row)(nil)), scope).Count(ctx)
	if err != nil {
		return nil, 0, db.Error(op, err)
	}
	var rows []row
	page := f.narrow(q.NewSelect().Model(&rows), scope).Order("c.id DESC").Limit(int64(f.Limit))
	if f.After != "" {
		page = page.Where("c.id < ?", f.After)
	}
	if err := page.Scan(ctx); err != nil {
		return nil, 0, db.Error(op, err)
	}
	out := make([]Collector, len(rows))
	for i, r := range rows {
		if out[i], err = r.collector(); err != nil {
			return nil, 0, err
		}
	}
	return out, total, nil
}

func get(ctx context.Context, q bun.IDB, scope auth.Scope, id ID) (Collector, error) {
	var r row
	if err := scope.Filter(q.NewSelect().Model(&r).Where("c.id = ?", string(id)), "c.unit_id").Scan(ctx); err != nil {
		return Collector{}, db.Error("collector.get", err)
	}
	return r.collector()
}

// known is a collector whoever asks: for what collectors themselves ask.
func known(ctx context.Context, q bun.IDB, column, value string) (Collector, error) {
	var r row
	if err := q.NewSelect().Model(&r).Where("? = ?", bun.Ident(column), value).Limit(1).Scan(ctx); err != nil {
		return Collector{}, db.Error("collector.known", err)
	}
	return r.collector()
}

func insert(ctx context.Context, tx *db.Tx, c Collector) error {
	r := toRow(c)
	_, err := tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error("collector.insert", err)
}

// decided are the columns that change by an act of a person, or by enrolling.
var decided = []string{"name", "note", "folded", "version", "code", "code_until", "code_used_at", "series", "enrolled_at", "public_key", "certificate",
	"cert_ends", "revoked_at", "reason", "ways_at", "rhythm_minutes"}

// reported are the columns that collectors move by themselves.
var reported = []string{"seen_at", "skew_ms", "said", "copied", "full_since", "progress", "first_number", "have", "sum_of", "sum", "taken_at", "reached_at", "waits", "near",
	"blocks", "lines", "bytes", "repeated", "refused"}

// update writes what was decided, as the successor of version was.
func update(ctx context.Context, tx *db.Tx, c Collector, was int64, more ...string) error {
	const op = "collector.update"
	r := toRow(c)
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", was).Column(append(more, decided...)...).Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}

// advance writes what was reported, when nobody else has since c was read.
func advance(ctx context.Context, tx *db.Tx, c Collector) error {
	const op = "collector.advance"
	r := toRow(c)
	r.Progress++
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("progress = ?", c.progress).Where("series = ?", c.Series).Column(reported...).Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}

type wayRow struct {
	bun.BaseModel `bun:"table:collector_way,alias:w"`

	ID        string  `bun:"id,pk"`
	Collector string  `bun:"collector_id"`
	Source    string  `bun:"source_id"`
	Owner     string  `bun:"owner_unit"`
	Kind      string  `bun:"kind"`
	Listener  string  `bun:"listener"`
	Network   string  `bun:"network"`
	Host      string  `bun:"host"`
	Path      string  `bun:"path"`
	Token     string  `bun:"token"`
	Lines     int64   `bun:"lines_a_second"`
	Bytes     int64   `bun:"bytes_a_second"`
	Closed    bool    `bun:"closed"`
	Note      string  `bun:"note"`
	CreatedAt db.Time `bun:"created_at"`
	Version   int64   `bun:"version"`
	Fits      string  `bun:"fits"`
}

func toWayRow(w Way) wayRow {
	return wayRow{ID: string(w.ID), Collector: string(w.Collector), Source: w.Source, Owner: w.Owner, Kind: w.Kind, Listener: w.Listener,
		Network: w.Network, Host: w.Host, Path: w.Path, Token: w.token, Lines: w.Lines, Bytes: w.Bytes, Closed: w.Off, Note: w.Note,
		CreatedAt: db.At(w.CreatedAt), Version: w.Version, Fits: w.fits()}
}

func (r wayRow) way() Way {
	return Way{ID: WayID(r.ID), Collector: ID(r.Collector), Source: r.Source, Owner: r.Owner, Kind: r.Kind, Listener: r.Listener, Network: r.Network,
		Host: r.Host, Path: r.Path, token: r.Token, Lines: r.Lines, Bytes: r.Bytes, Off: r.Closed, Note: r.Note, CreatedAt: r.CreatedAt.Time, Version: r.Version}
}

// waysOf are the ways of a collector, in the order they were added.
func waysOf(ctx context.Context, q bun.IDB, id ID) ([]Way, error) {
	var rows []wayRow
	if err := q.NewSelect().Model(&rows).Where("w.collector_id = ?", string(id)).OrderExpr("w.id").Scan(ctx); err != nil {
		return nil, db.Error("collector.waysOf", err)
	}
	out := make([]Way, len(rows))
	for i, r := range rows {
		out[i] = r.way()
	}
	return out, nil
}

// clash says to a person that another way fits the same senders.
func clash(op string, err error) error {
	err = db.Error(op, err)
	if err != nil && fault.Is(err, fault.Conflict) && db.IsDuplicate(fault.Of(err).Err) {
		return fault.Bad(op, "", "collector.bad.clash")
	}
	return err
}

type bundleRow struct {
	bun.BaseModel `bun:"table:collector_bundle,alias:b"`

	ID        string  `bun:"id,pk"`
	Collector string  `bun:"collector_id"`
	Number    int64   `bun:"number"`
	Sum       string  `bun:"sum"`
	MadeAt    db.Time `bun:"made_at"`
	TakenAt   db.Time `bun:"taken_at"`
	TakenBy   string  `bun:"taken_by"`
	First     int64   `bun:"first_number"`
	Last      int64   `bun:"last_number"`
	Taken     int64   `bun:"taken"`
	Repeated  int64   `bun:"repeated"`
	Refused   int64   `bun:"refused"`
	Missing   string  `bun:"missing"`
	Receipt   string  `bun:"receipt"`
}

func (r bundleRow) bundle() Bundle {
	return Bundle{ID: BundleID(r.ID), Collector: ID(r.Collector), Number: r.Number, Sum: r.Sum, MadeAt: r.MadeAt.Time, TakenAt: r.TakenAt.Time,
		TakenBy: r.TakenBy, First: r.First, Last: r.Last, Taken: r.Taken, Repeated: r.Repeated, Refused: r.Refused, Missing: r.Missing, Receipt: r.Receipt}
}

// mostBundles is how many of the latest bundles a page shows.
const mostBundles = 50

func bundlesOf(ctx context.Context, q bun.IDB, id ID) ([]Bundle, error) {
	var rows []bundleRow
	if err := q.NewSelect().Model(&rows).Where("b.collector_id = ?", string(id)).OrderExpr("b.id DESC").Limit(mostBundles).Scan(ctx); err != nil {
		return nil, db.Error("collector.bundlesOf", err)
	}
	out := make([]Bundle, len(rows))
	for i, r := range rows {
		out[i] = r.bundle()
	}
	return out, nil
}
