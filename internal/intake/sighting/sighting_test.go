// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/sighting"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

var t0 = time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)

// each runs test on an empty store of either sort, and on one of Pebble that
// writes each block as tables. again closes the store and
// opens it anew.
func each(t *testing.T, test func(t *testing.T, s sighting.Store, again func() sighting.Store)) {
	t.Helper()
	t.Run("pebble", func(t *testing.T) {
		t.Parallel()
		run(t, test, func() (sighting.Store, error) { return openPebble(filepath.Join(t.ArtifactDir(), "sightings")) })
	})
	t.Run("tables", func(t *testing.T) {
		t.Parallel()
		run(t, test, func() (sighting.Store, error) { return openTables(filepath.Join(t.ArtifactDir(), "sightings"), 1) })
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		address := postgres(t)
		run(t, test, func() (sighting.Store, error) { return sighting.OpenPostgres(context.Background(), address, t0) })
	})
}

func openPebble(dir string) (sighting.Store, error) {
	s, err := sighting.OpenPebble(dir, slog.New(slog.DiscardHandler), t0)
	if err != nil {
		return nil, err // not a nil *Pebble in a Store
	}
	return s, nil
}

// openTables opens a store that writes blocks as tables from so many rows on.
func openTables(dir string, rows int) (sighting.Store, error) {
	s, err := openPebble(dir)
	if err == nil {
		s.(*sighting.Pebble).TablesFrom(rows)
	}
	return s, err
}

func run(t *testing.T, test func(*testing.T, sighting.Store, func() sighting.Store), open func() (sighting.Store, error)) {
	t.Helper()
	s, err := open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	test(t, s, func() sighting.Store {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if s, err = open(); err != nil {
			t.Fatal(err)
		}
		return s
	})
}

// postgres is the address of an empty database.
func postgres(t testing.TB) string {
	t.Helper()
	d := dbtest.Postgres(t, auth.Migrations)
	var name string
	if err := d.Read().NewRaw("SELECT current_database()").Scan(t.Context(), &name); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(os.Getenv(dbtest.PostgresEnv))
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func domainRow(value string, at time.Time, client string, count int64) sighting.Row {
	r := sighting.Row{Key: sighting.Key{Kind: sighting.Domain, Value: value, Day: sighting.DayOf(at), Owner: "unit-a", Source: "src-1"},
		Count: count, First: at, Last: at}
	if client != "" {
		r.Client = netip.MustParseAddr(client)
	}
	return r
}

func put(t *testing.T, s sighting.Store, id string, rows ...sighting.Row) sighting.Taken {
	t.Helper()
	got, err := s.Put(t.Context(), sighting.Block{ID: id, Rows: slices.Values(rows)})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func hunt(t *testing.T, s sighting.Store, span sighting.Span, asks ...sighting.Ask) []string {
	t.Helper()
	var out []string
	_, err := s.Hunt(t.Context(), asks, span, sighting.Limits{}, func(ask int, r sighting.Row) error {
		out = append(out, fmt.Sprint(ask, " ", show(r)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func show(r sighting.Row) string {
	return fmt.Sprintf("%d %q %s %s/%s %s %v %d %s %s", r.Kind, r.Value, r.Day.Date(), r.Owner, r.Source, r.Client, r.Undated, r.Count,
		r.First.Format(time.RFC3339Nano), r.Last.Format(time.RFC3339Nano))
}

func below(v string) sighting.Ask { return sighting.Ask{Kind: sighting.Domain, Value: v, Below: true} }
func exact(v string) sighting.Ask { return sighting.Ask{Kind: sighting.Domain, Value: v} }

func TestANameAndAllBelowItAreFoundAndNothingElse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s sighting.Store, _ func() sighting.Store) {
		for i, name := range []string{"bad.example", "www.bad.example", "a.b.bad.example", "notbad.example", "bad-er.example", "bad.example.vn",
			"bad!.example", "example", "bad.examples", "x\x00.bad.example", "y\x01.bad.example", "\x02bad.example", "."} {
			put(t, s, fmt.Sprint("b", i), domainRow(name, t0, "10.0.0.1", 1))
		}
		values := func(a sighting.Ask) []string {
			var out []string
			if _, err := s.Hunt(t.Context(), []sighting.Ask{a}, sighting.Span{}, sighting.Limits{}, func(_ int, r sighting.Row) error {
				out = append(out, r.Value)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			slices.Sort(out)
			return out
		}
		want := []string{"a.b.bad.example", "bad.example", "www.bad.example", "x\x00.bad.example", "y\x01.bad.example"}
		if got := values(below("bad.example")); !slices.Equal(got, want) {
			t.Errorf("below bad.example: %q, want %q", got, want)
		}
		if got := values(exact("bad.example")); !slices.Equal(got, []string{"bad.example"}) {
			t.Errorf("bad.example alone: %q", got)
		}
		if got := values(exact(".")); !slices.Equal(got, []string{"."}) {
			t.Errorf("the root: %q", got)
		}
		if got := values(below("d.example")); got != nil {
			t.Errorf("half a label finds %q", got)
		}
	})
}

func TestABlockBroughtTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s sighting.Store, again func() sighting.Store) {
		row := domainRow("bad.example", t0, "10.0.0.1", 3)
		if got := put(t, s, "one", row); got.Known {
			t.Error("a new block is called known")
		}
		if got := put(t, s, "one", row); !got.Known {
			t.Error("the same block is not known")
		}
		s = again()
		if got := put(t, s, "one", row); !got.Known {
			t.Error("the block is forgotten after a restart")
		}
		later := domainRow("bad.example", t0.Add(time.Hour), "10.0.0.1", 2)
		put(t, s, "two", later, later)
		got := hunt(t, s, sighting.Span{}, exact("bad.example"))
		want := `0 1 "bad.example" 2026-11-20 unit-a/src-1 10.0.0.1 false 7 2026-11-20T03:00:00Z 2026-11-20T04:00:00Z`
		if !slices.Equal(got, []string{want}) {
			t.Errorf("got %q\nwant %q", got, want)
		}
	})
}

func TestRowsThatCannotBeKeptAreCounted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s sighting.Store, _ func() sighting.Store) {
		none, long := domainRow("", t0, "", 1), domainRow(strings.Repeat("x", sighting.MaxValue+1), t0, "", 1)
		dayless := domainRow("a.example", t0, "", 1)
		dayless.Day = 0
		longest := domainRow(strings.Repeat("\x00", sighting.MaxValue), t0, "", 1)
		if got := put(t, s, "one", none, long, dayless, longest); got.Left != 3 {
			t.Errorf("%d rows left, want 3", got.Left)
		}
		if got := hunt(t, s, sighting.Span{}, exact(longest.Value)); len(got) != 1 {
			t.Errorf("the longest value gives %d rows", len(got))
		}
		if _, err := s.Put(t.Context(), sighting.Block{Rows: slices.Values([]sighting.Row{longest})}); err == nil {
			t.Error("a block without id was taken")
		}
	})
}

func TestDroppedDaysAreGoneAndOthersStay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s sighting.Store, again func() sighting.Store) {
		first := time.Date(2026, 9, 10, 3, 0, 0, 0, time.UTC)
		for i := range 70 {
			at := first.AddDate(0, 0, i)
			put(t, s, fmt.Sprint("b", i), domainRow("bad.example", at, "10.0.0.1", 1), domainRow(fmt.Sprintf("d%d.example", i), at, "10.0.0.1", 1))
		}
		keep := sighting.DayOf(first.AddDate(0, 0, 40))
		for range 2 {
			if err := s.Drop(t.Context(), keep); err != nil {
				t.Fatal(err)
			}
		}
		if got := hunt(t, s, sighting.Span{}, below("bad.example")); len(got) != 30 || !strings.Contains(got[0], "2026-10-20") {
			t.Errorf("%d days are left, the first %q; want 30 from 2026-10-20", len(got), got[0])
		}
		if got := hunt(t, s, sighting.Span{}, below("d39.example"), below("d40.example")); len(got) != 1 || !strings.Contains(got[0], "d40") {
			t.Errorf("around the bound: %q", got)
		}
		s = again()
		st, err := s.Stats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(st.Days) != 30 || st.Days[0].Day != keep {
			t.Errorf("%d days in the statistics from %s", len(st.Days), st.Days[0].Day.Date())
		}
		if got := put(t, s, "b69", domainRow("bad.example", t0, "", 1)); !got.Known {
			t.Error("a block whose day is kept was forgotten")
		}
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestSpansAndLimitsBound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s sighting.Store, _ func() sighting.Store) {
		for i := range 10 {
			put(t, s, fmt.Sprint("b", i), domainRow(fmt.Sprintf("h%d.bad.example", i%5), t0.AddDate(0, 0, i), "10.0.0.1", 1))
		}
		day := func(n int) sighting.Day { return sighting.DayOf(t0.AddDate(0, 0, n)) }
		if got := hunt(t, s, sighting.Span{From: day(3), To: day(4)}, below("bad.example")); len(got) != 2 {
			t.Errorf("two days give %d rows", len(got))
		}
		if got := hunt(t, s, sighting.Span{From: day(8)}, below("bad.example")); len(got) != 2 {
			t.Errorf("an open end gives %d rows", len(got))
		}
		for lim, want := range map[sighting.Limits]sighting.Account{
			{}:                   {Asked: 1, Names: 5, Rows: 10},
			{Rows: 3}:            {Asked: 1, Names: 2, Rows: 3, Cut: true},
			{Rows: 10, Names: 5}: {Asked: 1, Names: 5, Rows: 10},
			{Names: 2}:           {Asked: 1, Names: 2, Rows: 4, Cut: true},
		} {
			got, err := s.Hunt(t.Context(), []sighting.Ask{below("bad.example")}, sighting.Span{}, lim, func(int, sighting.Row) error { return nil })
			if err != nil || got != want {
				t.Errorf("%+v: %+v, %v, want %+v", lim, got, err, want)
			}
		}
		enough := errors.New("enough")
		if _, err := s.Hunt(t.Context(), []sighting.Ask{below("bad.example")}, sighting.Span{}, sighting.Limits{}, func(int, sighting.Row) error { return enough }); !errors.Is(err, enough) {
			t.Errorf("the caller's error came back as %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Hunt(ctx, []sighting.Ask{below("bad.example")}, sighting.Span{}, sighting.Limits{}, func(int, sighting.Row) error { return nil }); err == nil {
			t.Error("a cancelled hunt succeeded")
		}
	})
}

func TestStatisticsCountWhatIsKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s sighting.Store, _ func() sighting.Store) {
		yesterday := t0.AddDate(0, 0, -1)
		put(t, s, "one", domainRow("a.example", yesterday, "10.0.0.1", 5), domainRow("b.example", t0, "10.0.0.1", 1))
		put(t, s, "two", domainRow("a.example", yesterday, "10.0.0.1", 5))
		read := func() sighting.Stats {
			st, err := s.Stats(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !st.Since.Equal(t0) {
				t.Errorf("made at %s, want %s", st.Since, t0)
			}
			for i := range st.Days {
				st.Days[i].Bytes = 0
			}
			return st
		}
		a, b := sighting.DayOf(yesterday), sighting.DayOf(t0)
		want := []sighting.DayStats{{Day: a, Queries: 10, Rows: 2}, {Day: b, Queries: 1, Rows: 1}}
		if got := read(); !reflect.DeepEqual(got.Days, want) {
			t.Errorf("uncounted: %+v", got.Days)
		}
		if err := s.Count(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		want[0].Rows, want[0].Counted = 1, true
		if got := read(); !reflect.DeepEqual(got.Days, want) {
			t.Errorf("counted: %+v", got.Days)
		}
		put(t, s, "three", domainRow("c.example", yesterday, "10.0.0.1", 1))
		want[0] = sighting.DayStats{Day: a, Queries: 11, Rows: 3}
		if got := read(); !reflect.DeepEqual(got.Days, want) {
			t.Errorf("after more came: %+v", got.Days)
		}
	})
}

// TestStoresAnswerAsAMapWould puts random blocks, some of them twice, and
// compares what is found with rows added up in a map.
func TestStoresAnswerAsAMapWould(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s sighting.Store, again func() sighting.Store) {
		rng := rand.New(rand.NewPCG(7, 20261122))
		model := map[sighting.Key]sighting.Row{}
		for b := range 40 {
			var rows []sighting.Row
			for range 50 {
				rows = append(rows, randomRow(rng))
			}
			for range 1 + rng.IntN(2) {
				put(t, s, fmt.Sprint("block/", b), rows...)
			}
			for _, r := range rows {
				m, ok := model[r.Key]
				if !ok {
					model[r.Key] = r
					continue
				}
				m.Count += r.Count
				if r.First.Before(m.First) {
					m.First = r.First
				}
				if r.Last.After(m.Last) {
					m.Last = r.Last
				}
				model[r.Key] = m
			}
			if b == 20 {
				s = again()
			}
		}
		for range 60 {
			r := randomRow(rng)
			a := sighting.Ask{Kind: r.Kind, Value: r.Value, Below: r.Kind == sighting.Domain && rng.IntN(2) == 0}
			if a.Below && rng.IntN(2) == 0 {
				_, a.Value, _ = strings.Cut(a.Value, ".")
			}
			span := sighting.Span{From: sighting.DayOf(t0.AddDate(0, 0, rng.IntN(40))), To: sighting.DayOf(t0.AddDate(0, 0, rng.IntN(80)))}
			var want []string
			for _, m := range model {
				under := a.Below && strings.HasSuffix(m.Value, "."+a.Value)
				if m.Kind == a.Kind && (m.Value == a.Value || under) && span.From <= m.Day && m.Day <= span.To {
					want = append(want, fmt.Sprint("0 ", show(m)))
				}
			}
			got := hunt(t, s, span, a)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("%+v %+v:\ngot  %q\nwant %q", a, span, got, want)
			}
		}
	})
}

func randomRow(rng *rand.Rand) sighting.Row {
	at := t0.Add(time.Duration(rng.IntN(70*24*60)) * time.Minute)
	r := domainRow("", at, "", 1+int64(rng.IntN(5)))
	for range 1 + rng.IntN(4) {
		r.Value += []string{"a", "b", "ab", "a-", "a\x00", "\x01"}[rng.IntN(6)] + "."
	}
	r.Value += []string{"vn", "com"}[rng.IntN(2)]
	r.Client = []netip.Addr{{}, netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("2001:db8::1")}[rng.IntN(4)]
	r.Source = []string{"src-1", "src-2"}[rng.IntN(2)]
	r.Undated = rng.IntN(9) == 0
	if rng.IntN(5) == 0 {
		r.Kind, r.Value = sighting.Address, r.Client.String()
	}
	return r
}

func TestManyAsksComeBackUnderTheirOwnNumbers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s sighting.Store, _ func() sighting.Store) {
		var rows []sighting.Row
		var asks []sighting.Ask
		for i := range 20000 {
			name := fmt.Sprintf("n%05d.example", i)
			if i%4000 == 0 {
				rows = append(rows, domainRow("www."+name, t0, "10.0.0.1", 1))
			}
			asks = append(asks, below(name))
		}
		put(t, s, "one", rows...)
		rand.New(rand.NewPCG(1, 1)).Shuffle(len(asks), func(i, j int) { asks[i], asks[j] = asks[j], asks[i] })
		sighting.SortAsks(asks)
		last, n := -1, 0
		got, err := s.Hunt(t.Context(), asks, sighting.Span{}, sighting.Limits{}, func(ask int, r sighting.Row) error {
			if r.Value != "www."+asks[ask].Value || ask <= last {
				t.Errorf("ask %d (%s) after %d gives %s", ask, asks[ask].Value, last, r.Value)
			}
			last = ask
			n++
			return nil
		})
		if err != nil || n != 5 || got != (sighting.Account{Asked: 20000, Names: 5, Rows: 5}) {
			t.Errorf("%d rows, %+v, %v", n, got, err)
		}
	})
}

func TestDaysAreThoseOfVietnam(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC) // 00:00 of the 21st in Vietnam
	if got := sighting.DayOf(late).Date().String(); got != "2026-11-21" {
		t.Errorf("got %s", got)
	}
	if got := sighting.DayOf(late.Add(-time.Millisecond)).Date().String(); got != "2026-11-20" {
		t.Errorf("got %s", got)
	}
	for _, out := range []time.Time{{}, time.Date(1969, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2500, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if got := sighting.DayOf(out); got != 0 {
			t.Errorf("%s is day %d", out, got)
		}
	}
}

func TestADamagedStoreSaysSo(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "sightings")
	s, err := openPebble(dir)
	if err != nil {
		t.Fatal(err)
	}
	var rows []sighting.Row
	for i := range 20000 {
		rows = append(rows, domainRow(fmt.Sprintf("n%d.example", i), t0, "10.0.0.1", 1))
	}
	put(t, s, "one", rows...)
	if err := s.(*sighting.Pebble).Flush(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	tables, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}
	for _, name := range tables {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := len(raw) / 8; i < len(raw)*3/4; i += 997 {
			raw[i] ^= 0x55
		}
		if err := os.WriteFile(name, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if s, err = openPebble(dir); err == nil {
		err = s.Check(t.Context())
		if _, again := s.Put(t.Context(), sighting.Block{ID: "two", Rows: slices.Values(rows[:1])}); !sighting.Damaged(again) {
			t.Errorf("a damaged store took a block: %v", again)
		}
		if err := s.Close(); err != nil {
			t.Log(err)
		}
	}
	if !sighting.Damaged(err) || !fault.Is(err, fault.Unavailable) {
		t.Errorf("damage gave %v", err)
	}
}

func TestOneProcessAtATimeOpensAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := openPebble(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	second, err := openPebble(dir)
	if err == nil {
		t.Fatal(errors.Join(errors.New("a second opening worked"), second.Close()))
	}
	if sighting.Damaged(err) || !fault.Is(err, fault.Unavailable) {
		t.Errorf("a folder in use gave %v", err)
	}
}

func TestPartitionsFollowTheMonths(t *testing.T) {
	t.Parallel()
	address := postgres(t)
	s, err := sighting.OpenPostgres(t.Context(), address, t0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put(t, s, "one", domainRow("a.example", t0, "", 1), domainRow("a.example", t0.AddDate(0, -1, 0), "", 1))
	d, err := db.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	names := func() (out []string) {
		if err := d.Read().NewRaw("SELECT table_name FROM information_schema.tables WHERE table_schema = 'sighting' AND table_name LIKE 'seen!_%' ESCAPE '!' ORDER BY 1").Scan(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := names(); !slices.Equal(got, []string{"seen_202610", "seen_202611"}) {
		t.Errorf("partitions %q", got)
	}
	if err := s.Drop(t.Context(), sighting.DayOf(t0)); err != nil {
		t.Fatal(err)
	}
	if got := names(); !slices.Equal(got, []string{"seen_202611"}) {
		t.Errorf("partitions after the drop %q", got)
	}
}

// TestADayThatWasDroppedCanComeAgain brings lines of a day that is forgotten:
// they are found, although their name was noted for that day before.
func TestADayThatWasDroppedCanComeAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s sighting.Store, _ func() sighting.Store) {
		old := t0.AddDate(0, 0, -30)
		put(t, s, "b1", domainRow("bad.example", old, "10.0.0.1", 1))
		if err := s.Drop(t.Context(), sighting.DayOf(t0)); err != nil {
			t.Fatal(err)
		}
		put(t, s, "b2", domainRow("bad.example", old, "10.0.0.2", 1))
		if got := hunt(t, s, sighting.Span{}, below("bad.example")); len(got) != 1 || !strings.Contains(got[0], "10.0.0.2") {
			t.Errorf("found %q, want the one that came later", got)
		}
	})
}

// TestBlocksSideBySideCountOnce brings blocks at the same time, each three times
// over, all of sources never heard of.
func TestBlocksSideBySideCountOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s sighting.Store, _ func() sighting.Store) {
		var all sync.WaitGroup
		var fresh atomic.Int64
		for i := range 60 {
			all.Go(func() {
				r := domainRow("bad.example", t0, "10.0.0.1", 1)
				r.Source = fmt.Sprint("s", i%4)
				taken, err := s.Put(t.Context(), sighting.Block{ID: fmt.Sprint("b", i%20), Rows: slices.Values([]sighting.Row{r, r})})
				if err != nil {
					t.Error(err)
				}
				if !taken.Known {
					fresh.Add(1)
				}
			})
		}
		all.Wait()
		got := hunt(t, s, sighting.Span{}, below("bad.example"))
		if fresh.Load() != 20 || len(got) != 4 {
			t.Errorf("%d blocks were taken, want 20; rows %q", fresh.Load(), got)
		}
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestBlocksWrittenTogetherAreAsIfOneByOne brings blocks of random rows, many at
// the same time, and compares what is found with a store that had one at a time.
func TestBlocksWrittenTogetherAreAsIfOneByOne(t *testing.T) {
	t.Parallel()
	blocks := make([][]sighting.Row, 200)
	rng := rand.New(rand.NewPCG(11, 20261122))
	for i := range blocks {
		for range rng.IntN(60) {
			blocks[i] = append(blocks[i], randomRow(rng))
		}
	}
	asks := []sighting.Ask{below("vn"), below("com"), {Kind: sighting.Address, Value: "10.0.0.0/24", Below: true}, {Kind: sighting.Address, Value: "2001:db8::1"}}
	one, err := openPebble(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	for i, rows := range blocks {
		put(t, one, fmt.Sprint("b", i), rows...)
	}
	want := hunt(t, one, sighting.Span{}, asks...)
	for _, from := range []int{1, 100, 1 << 20} {
		s, err := openTables(t.TempDir(), from)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var all sync.WaitGroup
		for i, rows := range blocks {
			all.Go(func() { put(t, s, fmt.Sprint("b", i), rows...) })
		}
		all.Wait()
		if got := hunt(t, s, sighting.Span{}, asks...); len(got) < 500 || !slices.Equal(got, want) {
			t.Errorf("tables from %d rows: %d rows found, want %d", from, len(got), len(want))
		}
		a, errA := one.Stats(t.Context())
		b, errB := s.Stats(t.Context())
		for i := range b.Days {
			if errA != nil || errB != nil || len(a.Days) != len(b.Days) || a.Days[i].Queries != b.Days[i].Queries || b.Days[i].Rows > a.Days[i].Rows {
				t.Fatalf("tables from %d rows: day %d of %d is %+v, want %+v; %v, %v", from, i, len(a.Days), b.Days[i], a.Days[i], errA, errB)
			}
		}
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// TestATableThatCannotBeMadeTakesNothing: those who wait for it learn it, and
// bring their blocks again.
func TestATableThatCannotBeMadeTakesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := openTables(dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	put(t, s, "before", domainRow("bad.example", t0, "10.0.0.9", 1))
	if err := os.RemoveAll(sighting.Making(dir)); err != nil {
		t.Fatal(err)
	}
	bring := func() (failed int) {
		var all sync.WaitGroup
		errs := make([]error, 20)
		for i := range errs {
			all.Go(func() {
				_, errs[i] = s.Put(t.Context(), sighting.Block{ID: fmt.Sprint("b", i), Rows: slices.Values([]sighting.Row{domainRow("bad.example", t0, "10.0.0.1", 1)})})
			})
		}
		all.Wait()
		for _, err := range errs {
			if err != nil {
				failed++
			}
		}
		return failed
	}
	if n := bring(); n != 20 {
		t.Errorf("%d of 20 blocks failed", n)
	}
	if got := hunt(t, s, sighting.Span{}, exact("bad.example")); len(got) != 1 {
		t.Errorf("found %q, want what was there before", got)
	}
	if err := os.Mkdir(sighting.Making(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	if n := bring(); n != 0 {
		t.Errorf("%d blocks failed although tables can be made again", n)
	}
	if got := hunt(t, s, sighting.Span{}, exact("bad.example")); len(got) != 2 || !strings.Contains(got[0], " 10.0.0.1 false 20 ") {
		t.Errorf("found %q", got)
	}
}

// TestWhatADeadProcessLeftOfATableIsRemoved: it was never taken.
func TestWhatADeadProcessLeftOfATableIsRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	left := filepath.Join(sighting.Making(dir), "1.rows")
	if err := errors.Join(os.Mkdir(sighting.Making(dir), 0o700), os.WriteFile(left, []byte("half"), 0o600)); err != nil {
		t.Fatal(err)
	}
	s, err := openTables(dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the half table: %v", err)
	}
	put(t, s, "one", domainRow("bad.example", t0, "10.0.0.1", 1))
	if files, err := os.ReadDir(sighting.Making(dir)); err != nil || len(files) > 0 {
		t.Errorf("%d files stay where tables are made, %v", len(files), err)
	}
}
