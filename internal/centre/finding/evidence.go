// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Hit is one line of evidence: an entry of a list that named what the client
// asked for, in one file on one day.
type Hit struct {
	Finding   ID
	Indicator string // as listed
	List      string
	Type      string // an intel.Type: "domain"
	Name      string // as asked
	SourceID  string
	FileID    string
	Day       calendar.Date // in Vietnam, of the first query of a block
	Undated   bool          // the log gives no time: the day is that of the receipt
	Queries   int64
	Lines     int64
	First     time.Time
	Last      time.Time
}

// Name is one name a client asked for. A query that two lists name counts once.
type Name struct {
	Name    string
	Queries int64
	First   time.Time
	Last    time.Time
}

// Of lists the findings of a key that lie in the actor's scope, the latest
// episode first. Of one key, some may have been another unit's at their time.
func (s *Service) Of(ctx context.Context, k Key) ([]Seen, error) {
	const op = "finding.Of"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	var rows []row
	err = columns(visible(s.Records.Read(), &rows, scope)).Where("f.owner_unit = ?", k.Owner).Where("f.addr_key = ?", k.AddrKey).
		Where("f.threat = ?", k.Threat).OrderExpr("f.episode DESC").Scan(ctx)
	if err != nil {
		return nil, db.Error(op, err)
	}
	return allSeen(rows)
}

// Hits lists the evidence of findings that the actor was shown, the latest
// first, from offset on, at most limit lines; total counts all.
func (s *Service) Hits(ctx context.Context, of []Seen, offset, limit int) (list []Hit, total int64, err error) {
	const op = "finding.Hits"
	if len(of) == 0 {
		return nil, 0, nil
	}
	var rows []hitRow
	q := s.Records.Read().NewSelect().Model(&rows).Where("h.finding_id IN (?)", bun.List(ids(of)))
	n, err := q.Order("h.last_seen DESC", "h.finding_id", "h.name", "h.indicator", "h.list", "h.type", "h.source_id", "h.file_id", "h.day", "h.undated").
		Offset(int64(offset)).Limit(int64(limit)).ScanAndCount(ctx)
	if err != nil {
		return nil, 0, db.Error(op, err)
	}
	for _, r := range rows {
		day, err := calendar.ParseDate(r.Day)
		if err != nil {
			return nil, 0, err
		}
		list = append(list, Hit{Finding: ID(r.FindingID), Indicator: r.Indicator, List: r.List, Type: r.Type, Name: r.Name,
			SourceID: r.SourceID, FileID: r.FileID, Day: day, Undated: r.Undated, Queries: r.Queries, Lines: r.Lines,
			First: r.FirstSeen.Time, Last: r.LastSeen.Time})
	}
	return list, int64(n), nil
}

// Names lists the names of findings that the actor was shown, the most asked
// for first, at most limit; total counts all.
func (s *Service) Names(ctx context.Context, of []Seen, limit int) (list []Name, total int64, err error) {
	const op = "finding.Names"
	if len(of) == 0 {
		return nil, 0, nil
	}
	q := func() *bun.SelectQuery {
		return s.Records.Read().NewSelect().Model((*nameRow)(nil)).Where("n.finding_id IN (?)", bun.List(ids(of)))
	}
	if err := q().ColumnExpr("COUNT(DISTINCT n.name)").Scan(ctx, &total); err != nil {
		return nil, 0, db.Error(op, err)
	}
	var rows []nameRow
	err = q().ColumnExpr("n.name").ColumnExpr("CAST(SUM(n.queries) AS BIGINT) AS queries").ColumnExpr("MIN(n.first_seen) AS first_seen").
		ColumnExpr("MAX(n.last_seen) AS last_seen").GroupExpr("n.name").OrderExpr("queries DESC, n.name").Limit(int64(limit)).Scan(ctx, &rows)
	for _, r := range rows {
		list = append(list, Name{r.Name, r.Queries, r.FirstSeen.Time, r.LastSeen.Time})
	}
	return list, total, db.Error(op, err)
}

// TopNames gives, for each finding that the actor was shown, the name it asked
// for most.
func (s *Service) TopNames(ctx context.Context, of []Seen) (map[ID]string, error) {
	out := map[ID]string{}
	if len(of) == 0 {
		return out, nil
	}
	var rows []nameRow
	q := s.Records.Read()
	ranked := q.NewSelect().Model((*nameRow)(nil)).Column("finding_id", "name").
		ColumnExpr("ROW_NUMBER() OVER (PARTITION BY n.finding_id ORDER BY n.queries DESC, n.name) AS place").
		Where("n.finding_id IN (?)", bun.List(ids(of)))
	err := q.NewSelect().TableExpr("(?) AS t", ranked).ColumnExpr("t.finding_id, t.name").Where("t.place = 1").Scan(ctx, &rows)
	for _, r := range rows {
		out[ID(r.FindingID)] = r.Name
	}
	return out, db.Error("finding.TopNames", err)
}

func ids(of []Seen) []string {
	out := make([]string, len(of))
	for i, f := range of {
		out[i] = string(f.ID)
	}
	return out
}
