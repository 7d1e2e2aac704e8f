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
	Roles     int64 // bit n for role n of engine/event; 0 when not known
}

// Name is one value a client was in touch with: a name it asked for, an address, a
// page, a file. A query that two lists name counts once.
type Name struct {
	Name    string
	Type    string // an intel.Type; "" when the evidence is gone or of several types
	Roles   int64  // as Hit.Roles
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
			First: r.FirstSeen.Time, Last: r.LastSeen.Time, Roles: r.Roles})
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
	if err != nil {
		return nil, 0, db.Error(op, err)
	}
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.Name
	}
	touches, err := s.touches(ctx, ids(of), names)
	for _, r := range rows {
		var all merged
		for _, f := range of {
			if m, ok := touches[[2]string{string(f.ID), r.Name}]; ok {
				for _, kind := range m.types {
					all.add(kind, m.roles)
				}
			}
		}
		list = append(list, Name{r.Name, all.kind(), all.roles, r.Queries, r.FirstSeen.Time, r.LastSeen.Time})
	}
	return list, total, err
}

// Top is the value that a finding saw most.
type Top struct {
	Name  string
	Type  string // as Name.Type
	Roles int64  // as Hit.Roles
}

// TopNames gives, for each finding that the actor was shown, the value it saw
// most.
func (s *Service) TopNames(ctx context.Context, of []Seen) (map[ID]Top, error) {
	out := map[ID]Top{}
	if len(of) == 0 {
		return out, nil
	}
	var rows []nameRow
	q := s.Records.Read()
	ranked := q.NewSelect().Model((*nameRow)(nil)).Column("finding_id", "name").
		ColumnExpr("ROW_NUMBER() OVER (PARTITION BY n.finding_id ORDER BY n.queries DESC, n.name) AS place").
		Where("n.finding_id IN (?)", bun.List(ids(of)))
	err := q.NewSelect().TableExpr("(?) AS t", ranked).ColumnExpr("t.finding_id, t.name").Where("t.place = 1").Scan(ctx, &rows)
	if err != nil {
		return nil, db.Error("finding.TopNames", err)
	}
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.Name
	}
	touches, err := s.touches(ctx, ids(of), names)
	for _, r := range rows {
		m := touches[[2]string{r.FindingID, r.Name}]
		out[ID(r.FindingID)] = Top{r.Name, m.kind(), m.roles}
	}
	return out, err
}

func ids(of []Seen) []string {
	out := make([]string, len(of))
	for i, f := range of {
		out[i] = string(f.ID)
	}
	return out
}
