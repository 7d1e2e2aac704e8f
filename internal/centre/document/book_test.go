// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// own has the province keep its book here.
func (g *ground) own(mode document.Mode, used map[string]int64) document.Rule {
	g.t.Helper()
	r, err := g.SetRule(g.clerk(), document.Rule{Unit: g.root, Mode: mode, Arrivals: true}, used)
	if err != nil {
		g.t.Fatal(err)
	}
	return r
}

// TestTenThousandNumbersAtOnce asks for 10,000 numbers from many sides, of which
// some fail after the number was taken: no gap, no double.
func TestTenThousandNumbersAtOnce(t *testing.T) {
	t.Parallel()
	const all, askers = 10_000, 64
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		g.own(document.OneBook, map[string]int64{"all": 250})
		two := document.New(g.Deps) // another process on the same records
		var failing sync.Map
		broken := errors.New("broken")
		begin := time.Now()
		var group sync.WaitGroup
		work := make(chan int)
		for range askers {
			group.Go(func() {
				for i := range work {
					h := g.letter()
					h.Subject = fmt.Sprintf("Văn bản %d", i)
					svc, ctx := g.Service, g.clerk()
					if i%2 == 0 {
						svc = two
					}
					if i%10 == 0 { // its transaction fails behind the number
						_, err := svc.Record(ctx, h, document.Replaces, "no-such-paper")
						if !refused(err, "of") && !fault.Is(err, fault.Unavailable) {
							failing.Store(i, err)
						}
					}
					_, err := svc.Record(ctx, h, "", "")
					for fault.Is(err, fault.Unavailable) { // the engine asks to try again: so does who called
						_, err = svc.Record(ctx, h, "", "")
					}
					if err != nil {
						failing.Store(i, errors.Join(broken, err))
					}
				}
			})
		}
		for i := range all {
			work <- i
		}
		close(work)
		group.Wait()
		failing.Range(func(k, v any) bool {
			t.Errorf("%v: %v", k, v)
			return false
		})
		var numbers []string
		if err := d.Read().NewRaw("SELECT number FROM document WHERE dir = 'out'").Scan(t.Context(), &numbers); err != nil {
			t.Fatal(err)
		}
		got := make([]int, len(numbers))
		for i, n := range numbers {
			v, err := strconv.Atoi(n)
			if err != nil {
				t.Fatal(err)
			}
			got[i] = v
		}
		slices.Sort(got)
		if len(got) != all {
			t.Fatalf("%d numbers", len(got))
		}
		for i, n := range got {
			if n != 251+i {
				t.Fatalf("place %d has number %d: a gap or a double", i, n)
			}
		}
		t.Logf("%d numbers in %s", all, time.Since(begin).Round(time.Millisecond))
	})
}

func TestABookHasNoReservedNumbers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		rule := g.own(document.EachKind, nil)
		p := g.upTo(document.Signed)
		if _, err := g.Number(g.clerk(), p.ID, "99", "", calendar.Date{}, p.Version); !refused(err, "number") {
			t.Errorf("a number of choice: %v", err)
		}
		if _, err := g.Number(g.clerk(), p.ID, "", "", day0.AddDays(-1), p.Version); !refused(err, "date") {
			t.Errorf("a day gone by: %v", err)
		}
		p, err := g.Number(g.clerk(), p.ID, "", "", calendar.Date{}, p.Version)
		if err != nil || p.Code() != "01/UBND-KGVX" || p.Date != day0 {
			t.Fatal(p.Code(), err)
		}
		h := g.letter()
		h.Kind, h.Symbol = "quyet_dinh", "QĐ-UBND"
		q, err := g.Record(g.clerk(), h, "", "")
		if err != nil || q.Number != "1" {
			t.Errorf("each kind has its own series: %s, %v", q.Number, err)
		}
		h = g.letter()
		h.ArrivedOn, h.Number, h.Date = day0, "7", day0
		in, err := g.Register(g.officer(), h)
		if err != nil || in.Arrival != 1 {
			t.Errorf("arrival %d, %v", in.Arrival, err)
		}
		rule.Mode = document.OneBook
		if _, err := g.SetRule(g.clerk(), rule, nil); !refused(err, "mode") {
			t.Errorf("the mode is changed within the year: %v", err)
		}
		rule.Mode = document.EachKind
		if _, err := g.SetRule(g.clerk(), rule, map[string]int64{"cong_van": 500}); !refused(err, "used") {
			t.Errorf("numbers are left out: %v", err)
		}
		if _, err := g.SetRule(g.officer(), rule, nil); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by who may not: %v", err)
		}
	})
}

// TestTheYearTurnsAtMidnightInHanoi holds that books begin anew at 00:00 on
// 1 January local time, and that a year without a rule has typed numbers.
func TestTheYearTurnsAtMidnightInHanoi(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		g.own(document.OneBook, nil)
		g.now = time.Date(2026, 12, 31, 16, 59, 59, 0, time.UTC) // 23:59:59 in Hanoi
		last, err := g.Record(g.clerk(), g.letter(), "", "")
		if err != nil || last.Number != "1" || last.Date.Year != 2026 {
			t.Fatal(last.Number, last.Date, err)
		}
		waits := g.upTo(document.Signed)
		g.now = g.now.Add(time.Second)
		if _, err := g.Record(g.clerk(), g.letter(), "", ""); !refused(err, "number") {
			t.Errorf("the new year has no book yet, so that a number is typed: %v", err)
		}
		g.own(document.OneBook, nil)
		first, err := g.Number(g.clerk(), waits.ID, "", "", calendar.Date{}, waits.Version)
		if err != nil || first.Number != "1" || first.Date != (calendar.Date{Year: 2027, Month: 1, Day: 1}) {
			t.Errorf("signed in the old year, numbered in the new: %s of %s, %v", first.Number, first.Date, err)
		}
	})
}
