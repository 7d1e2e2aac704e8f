// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding_test

import (
	"io/fs"
	"strconv"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

var emotet = list("Danh sách A", "Emotet")

func TestHitsBecomeOneFindingOfAddressAndThreat(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		other := list("Danh sách B", "Emotet")
		other.TLP = "TLP:RED"
		h.record(h.a, hit(emotet, "10.1.0.5", "a.evil.example", 3, t0), hit(other, "10.1.0.5", "a.evil.example", 3, t0),
			hit(emotet, "::ffff:10.1.0.5", "b.evil.example", 2, t0.Add(-time.Hour)))
		h.record(h.a, hit(emotet, "10.1.0.5", "a.evil.example", 5, t0.Add(time.Minute)))
		f := h.one(finding.Filter{})
		if f.Queries != 10 || f.Names != 2 || len(f.Lists) != 2 || f.TLP != "TLP:RED" || f.State != finding.Waiting || f.Version != 1 ||
			!f.FirstSeen.Equal(t0.Add(-time.Hour)) || !f.LastSeen.Equal(t0.Add(time.Minute)) || f.Addr.String() != "10.1.0.5" {
			t.Errorf("finding %+v", f)
		}
		hits, total, err := h.Hits(h.officer(), []finding.Seen{f}, 0, 10)
		if err != nil || total != 3 || len(hits) != 3 || hits[0].Queries != 8 || hits[0].Day.String() != "2026-11-21" {
			t.Errorf("hits %+v %d %v", hits, total, err)
		}
		names, n, err := h.Names(h.officer(), []finding.Seen{f}, 10)
		if err != nil || n != 2 || names[0].Name != "a.evil.example" || names[0].Queries != 8 {
			t.Errorf("names %+v %d %v", names, n, err)
		}
		if top, err := h.TopNames(h.officer(), []finding.Seen{f}); err != nil || top[f.ID].Name != "a.evil.example" {
			t.Errorf("top %v %v", top, err)
		}
	})
}

func TestOnlyHitsThatCountMakeFindings(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		overruled := hit(emotet, "10.1.0.5", "evil.example", 1, t0)
		overruled.Match.Overruled = true
		allowed := hit(&intel.List{Name: "sạch", Kind: intel.Allow}, "10.1.0.5", "evil.example", 1, t0)
		if touched := h.record(h.a, overruled, allowed); touched != nil || len(h.all(h.officer(), finding.Filter{})) != 0 {
			t.Errorf("touched %+v", touched)
		}
	})
}

func TestHitsWithoutTimeAreDatedByReceiptAndSaySo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.now = time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC) // 01:00 on the 22nd in Vietnam
		h.record(h.a, hit(emotet, "10.1.0.5", "a.evil.example", 4, time.Time{}), hit(emotet, "10.1.0.5", "b.evil.example", 1, t0))
		f := h.one(finding.Filter{})
		if f.Undated != 4 || f.Queries != 5 || !f.LastSeen.Equal(h.now) || !f.FirstSeen.Equal(t0) {
			t.Errorf("finding %+v", f)
		}
		hits, _, err := h.Hits(h.officer(), []finding.Seen{f}, 0, 10)
		if err != nil || len(hits) != 2 || !hits[0].Undated || hits[0].Day.String() != "2026-11-22" || hits[1].Undated {
			t.Errorf("hits %+v %v", hits, err)
		}
	})
}

func TestNamesOfAnyBytesAreKept(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.record(h.a, hit(emotet, "", "\x00\xffa.evil.example", 1, t0), hit(emotet, "", "đẹp.evil.example", 1, t0))
		f := h.one(finding.Filter{Query: `\000\255a.evil`})
		if f.AddrKey != "" || f.Addr.IsValid() || f.Names != 2 || f.Subject().Key != "finding.subject.hidden" {
			t.Errorf("finding %+v", f)
		}
	})
}

func TestClosedFindingsKeepWhatCameBefore(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		at := func(m int) time.Time { return h.now.Add(time.Duration(m) * time.Minute) }
		ask := func(name string, m int) []finding.Touched {
			return h.record(h.a, hit(emotet, "10.1.0.5", name, 1, at(m)))
		}
		ask("a.evil.example", -10)
		first := h.dismiss(h.one(finding.Filter{}), false)
		if got := ask("b.evil.example", -5); got[0].ID != first.ID || got[0].Opened || got[0].NewNames != 1 {
			t.Errorf("a hit before the closing opened %+v", got)
		}
		second := ask("a.evil.example", 1)
		if second[0].ID == first.ID || !second[0].Opened || second[0].NewNames != 0 {
			t.Errorf("a hit after the closing: %+v", second)
		}
		if got := ask("a.evil.example", -1); got[0].ID != first.ID {
			t.Error("an old hit went to the new episode")
		}
		if got := ask("a.evil.example", 2); got[0].ID != second[0].ID || got[0].Opened {
			t.Error("a second open finding of one key")
		}
		rows := h.all(h.officer(), finding.Filter{})
		if len(rows) != 2 || rows[0].Episode != 1 || rows[0].Queries != 3 || rows[1].Episode != 2 || rows[1].Queries != 2 {
			t.Errorf("episodes %+v", rows)
		}
		if _, err := h.Reopen(h.officer(), first.ID, first.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("reopened beside an open one: %v", err)
		}
	})
}

func TestFalsePositivesKeepTheirNamesAndOnlyThose(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ask := func(name string, at time.Time) finding.Touched {
			return h.record(h.a, hit(emotet, "10.1.0.5", name, 1, at))[0]
		}
		ask("ads.example", t0)
		fp := h.dismiss(h.one(finding.Filter{}), true)
		h.now = h.now.Add(24 * time.Hour)
		if got := ask("ads.example", h.now); got.ID != fp.ID || !got.Muted {
			t.Errorf("the same name opened %+v", got)
		}
		if n, err := h.Counts(h.officer()); err != nil || n.Waiting != 0 {
			t.Errorf("the queue is flooded: %+v %v", n, err)
		}
		fresh := ask("evil.example", t0.Add(-time.Hour)) // older than the dismissal, but nobody has judged it
		if fresh.ID == fp.ID || !fresh.Opened {
			t.Errorf("an unjudged name vanished in a dismissal: %+v", fresh)
		}
		if got := ask("ads.example", h.now); got.ID != fp.ID {
			t.Error("the false positive lost its name to the open finding")
		}
		if _, err := h.Dismiss(h.officer(), fresh.ID, finding.Dismissal{Reason: "x", Names: 0}, 1); !fault.Is(err, fault.Conflict) {
			t.Errorf("dismissed with a name the person has not seen: %v", err)
		}
	})
}

func TestOneBlockMayHoldThousands(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		hits := many(5000, t0)
		for n := range int64(2) {
			touched := h.record(h.root, hits...)
			p, err := h.List(h.officer(), finding.Filter{Limit: 1})
			if err != nil || p.Total != 1000 || len(touched) != 1000 || p.Rows[0].Queries != 10*(n+1) || p.Rows[0].Names != 5 {
				t.Errorf("block %d: %d findings, %d touched, %v", n, p.Total, len(touched), err)
			}
		}
	})
}

func BenchmarkRecord5000Hits(b *testing.B) {
	for name, open := range map[string]func(testing.TB, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			h := furnish(b, open(b, sources...))
			hits := many(5000, t0)
			for b.Loop() {
				h.record(h.root, hits...)
			}
		})
	}
}

// many is n hits of n/5 clients, five names each.
func many(n int, at time.Time) []scan.Hit {
	var hits []scan.Hit
	for i := range n {
		client := "10.1." + strconv.Itoa(i/5/250) + "." + strconv.Itoa(1+i/5%250)
		hits = append(hits, hit(emotet, client, "n"+strconv.Itoa(i%5)+".evil.example", 2, at))
	}
	return hits
}
