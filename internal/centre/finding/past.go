// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Past is a hit found later in what a source had sent: First and Last are
// always set, to the receipt when Undated.
type Past struct {
	scan.Hit
	Undated bool
}

// RecordPast is Record for hits found by looking back at what source, of
// owner, sent: of each client, name and entry of a list, hits holds all that is
// remembered, a day each, and only what the findings do not count yet is
// counted. It may thus be asked again, and after a block was read against the
// same list. Queries is how many it counted.
func (s *Service) RecordPast(ctx context.Context, tx *db.Tx, now time.Time, owner, source string, hits []Past) (touched []Touched, queries int64, err error) {
	missing, err := s.missing(ctx, tx, owner, source, hits)
	if err != nil || len(missing) == 0 {
		return nil, 0, db.Error("finding.RecordPast", err)
	}
	dated := Batch{SourceID: source, Owner: owner}
	undated := map[time.Time]*Batch{}
	var receipts []time.Time
	for _, h := range missing {
		queries += h.Count
		if !h.Undated {
			dated.Hits = append(dated.Hits, h.Hit)
			continue
		}
		b := undated[h.First]
		if b == nil {
			b = &Batch{SourceID: source, Owner: owner, ReceivedAt: h.First}
			undated[h.First] = b
			receipts = append(receipts, h.First)
		}
		h.First, h.Last = time.Time{}, time.Time{}
		b.Hits = append(b.Hits, h.Hit)
	}
	slices.SortFunc(receipts, time.Time.Compare)
	batches := []Batch{dated}
	for _, at := range receipts {
		batches = append(batches, *undated[at])
	}
	for _, b := range batches {
		t, err := s.Record(ctx, tx, now, b)
		if err != nil {
			return nil, 0, err
		}
		touched = append(touched, t...)
	}
	return touched, queries, nil
}

// entryKey is what an entry of a list saw of one client and name in one source.
type entryKey struct {
	addrKey, name, indicator, list, kind string
	undated                              bool
}

func entryOf(h Past) entryKey {
	return entryKey{db.AddrKey(h.Client.Unmap().WithZone("")), escape(h.Name), escape(h.Match.Indicator), label(h.Match.List.Name), h.Match.Type.String(), h.Undated}
}

// missing is what of hits is not in the evidence: day by day, and in all no
// more than what the evidence lacks in all, for a block counts on the day of
// its first query what it saw after midnight.
func (s *Service) missing(ctx context.Context, tx *db.Tx, owner, source string, hits []Past) ([]Past, error) {
	by := map[entryKey][]Past{}
	var order []entryKey
	for _, h := range hits {
		k := entryOf(h)
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], h)
	}
	var out []Past
	for part := range slices.Chunk(order, chunk) {
		have, err := counted(ctx, tx, owner, source, part)
		if err != nil {
			return nil, err
		}
		for _, k := range part {
			out = append(out, lacking(by[k], have[k])...)
		}
	}
	return out, nil
}

// lacking is what of the days of one entry have does not count.
func lacking(days []Past, have map[string]int64) []Past {
	slices.SortFunc(days, func(a, b Past) int { return a.First.Compare(b.First) })
	room, first := int64(0), calendar.DateOf(days[0].First).String()
	for _, h := range days {
		room += h.Count
	}
	for day, n := range have {
		if day >= first {
			room -= n
		}
	}
	var out []Past
	for _, h := range days {
		day := calendar.DateOf(h.First).String()
		n := min(room, h.Count-have[day])
		if have[day] = max(0, have[day]-h.Count); n <= 0 {
			continue
		}
		room -= n
		if n < h.Count {
			h.Lines = n
		}
		h.Count = n
		out = append(out, h)
	}
	return out
}

// counted sums the evidence of keys by day.
func counted(ctx context.Context, tx *db.Tx, owner, source string, keys []entryKey) (map[entryKey]map[string]int64, error) {
	var addrs, names []string
	for _, k := range keys {
		addrs, names = append(addrs, k.addrKey), append(names, k.name)
	}
	slices.Sort(addrs)
	slices.Sort(names)
	var rows []struct {
		AddrKey   string `bun:"addr_key"`
		Name      string `bun:"name"`
		Indicator string `bun:"indicator"`
		List      string `bun:"list"`
		Type      string `bun:"type"`
		Undated   bool   `bun:"undated"`
		Day       string `bun:"day"`
		Queries   int64  `bun:"queries"`
	}
	err := tx.NewSelect().TableExpr("finding AS f").Join("JOIN finding_hit AS h ON h.finding_id = f.id").
		ColumnExpr("f.addr_key, h.name, h.indicator, h.list, h.type, h.undated, h.day, CAST(SUM(h.queries) AS BIGINT) AS queries").
		Where("f.owner_unit = ?", owner).Where("f.addr_key IN (?)", bun.List(slices.Compact(addrs))).
		Where("h.name IN (?)", bun.List(slices.Compact(names))).Where("h.source_id = ?", source).
		GroupExpr("f.addr_key, h.name, h.indicator, h.list, h.type, h.undated, h.day").Scan(ctx, &rows)
	out := map[entryKey]map[string]int64{}
	for _, r := range rows {
		k := entryKey{r.AddrKey, r.Name, r.Indicator, r.List, r.Type, r.Undated}
		if out[k] == nil {
			out[k] = map[string]int64{}
		}
		out[k][r.Day] += r.Queries
	}
	for _, k := range keys {
		if out[k] == nil {
			out[k] = map[string]int64{}
		}
	}
	return out, err
}

// Uncounted is what of the hits of a block the findings do not count yet, when
// held holds all that is remembered of their clients and names: for a block
// that may have been looked back at before it was recorded.
func (s *Service) Uncounted(ctx context.Context, tx *db.Tx, owner, source string, hits []scan.Hit, held func(client netip.Addr, name string, undated bool) int64) ([]scan.Hit, error) {
	list := make([]Past, len(hits))
	var keys []entryKey
	for i, h := range hits {
		list[i] = Past{h, h.First.IsZero()}
		keys = append(keys, entryOf(list[i]))
	}
	var out []scan.Hit
	for part := range slices.Chunk(list, chunk) {
		have, err := counted(ctx, tx, owner, source, keys[:len(part)])
		if err != nil {
			return nil, db.Error("finding.Uncounted", err)
		}
		keys = keys[len(part):]
		for _, h := range part {
			n := held(h.Client, h.Name, h.Undated)
			for _, counted := range have[entryOf(h)] {
				n -= counted
			}
			if n = min(n, h.Count); n <= 0 {
				continue
			}
			if h.Lines = min(h.Lines, n); n < h.Count {
				h.Count = n
			}
			out = append(out, h.Hit)
		}
	}
	return out, nil
}
