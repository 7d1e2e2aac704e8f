// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vonggac/vonggac/internal/intake/lake"
)

// archive opens an archive and closes it at the end.
func archive(t testing.TB, dir string) *lake.Archive {
	t.Helper()
	a, err := lake.OpenArchive(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			t.Error(err)
		}
	})
	return a
}

func brought(at time.Time, rows []lake.Row) lake.Brought {
	return lake.Brought{Block: rows[0].Block, Received: at, Rows: rows}
}

func bring(t *testing.T, a *lake.Archive, blocks ...lake.Brought) {
	t.Helper()
	if err := a.Put(t.Context(), blocks...); err != nil {
		t.Fatal(err)
	}
}

func seal(t *testing.T, a *lake.Archive, want int) {
	t.Helper()
	n, err := a.Seal(t.Context(), now.Add(time.Hour+5*time.Minute))
	if err != nil || n != want {
		t.Fatalf("closed %d hours, %v, want %d", n, err, want)
	}
}

// kept are all rows of closed hours, in the order of their files.
func kept(t *testing.T, dir string) []lake.Row {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*/*/*/*.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	var all []lake.Row
	for _, f := range files {
		rows, err := lake.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, rows...)
	}
	return all
}

func TestAnHourIsOneFileByTimeToTheByte(t *testing.T) {
	t.Parallel()
	for name, atOnce := range map[string]int{"in memory": 1 << 30, "in parts": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			a := archive(t, dir)
			a.SortAtOnce(atOnce)
			odd := block("net/odd", "u", now.Add(-time.Hour), 2)
			odd[0].Raw, odd[1].Raw = "l\xffu\x00", ""
			odd[0].Fields = []lake.Field{{Name: "made.up", Value: "x\"y"}, {Name: "tls.ja3_hash.value", Value: "a"}, {Name: "url.url_string", Value: "http://x"}}
			first, second := block("net/1", "u", now, 300), block("net/2", "u", now.Add(-time.Second), 300)
			bring(t, a, brought(now, first))
			bring(t, a, brought(now, first), brought(now, second), brought(now, second), brought(now.Add(time.Minute), odd))
			seal(t, a, 1)
			seal(t, a, 0)
			want := slices.Concat(first, second, odd)
			slices.SortFunc(want, func(a, b lake.Row) int {
				if c := a.Time.Compare(b.Time); c != 0 {
					return c
				}
				return strings.Compare(a.Block, b.Block)
			})
			if d := cmp.Diff(want, kept(t, dir)); d != "" {
				t.Errorf("(-brought +kept):\n%.1500s", d)
			}
			files, err := a.Files()
			if err != nil || len(files) != 1 {
				t.Fatalf("%v, %v", files, err)
			}
			if m := files[0]; m.Rows != 602 || m.Blocks != 3 || !m.Hour.Equal(now) || !m.First.Equal(want[0].Time) || !m.Last.Equal(want[601].Time) {
				t.Errorf("%+v", m)
			}
			if c, err := a.Check(t.Context(), nil); err != nil || len(c.Bad) > 0 {
				t.Error(err)
			}
			if left, err := os.ReadDir(filepath.Join(dir, "open")); err != nil || len(left) != 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func TestABlockBroughtAfterItsHourWasClosedIsKeptOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := archive(t, dir)
	old, late := block("net/old", "u", now, 10), block("net/late", "u", now, 20)
	bring(t, a, brought(now, old))
	seal(t, a, 1)
	bring(t, a, brought(now, old), brought(now, late))
	seal(t, a, 1)
	bring(t, a, brought(now, old), brought(now, late))
	seal(t, a, 0)
	if n := len(kept(t, dir)); n != 30 {
		t.Errorf("%d rows", n)
	}
}

// TestACrashAtAnyByteOfTheJournalKeepsWhatWasPut cuts the journal everywhere.
func TestACrashAtAnyByteOfTheJournalKeepsWhatWasPut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := archive(t, dir)
	path := filepath.Join(dir, "open", now.Format("2006-01-02T15Z")+".journal")
	size := func() int64 {
		i, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return i.Size()
	}
	bring(t, a, brought(now, block("net/1", "u", now, 3)))
	whole := size()
	bring(t, a, brought(now, block("net/2", "u", now, 4)))
	end := size()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := whole; cut <= end; cut += 7 {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "open"), 0o700); err != nil {
			t.Fatal(err)
		}
		torn := slices.Clone(raw[:cut])
		if cut%2 == 1 { // what a file system may leave instead of the end
			torn = append(torn, make([]byte, 5)...)
		}
		if err := os.WriteFile(filepath.Join(dir, "open", filepath.Base(path)), torn, 0o600); err != nil {
			t.Fatal(err)
		}
		a := archive(t, dir)
		bring(t, a, brought(now, block("net/1", "u", now, 3)), brought(now, block("net/2", "u", now, 4)))
		seal(t, a, 1)
		if n := len(kept(t, dir)); n != 7 {
			t.Fatalf("cut at %d: %d rows", cut, n)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestACrashBetweenTheStepsOfAClosingIsMadeGood puts the folder into each state
// that a crash can leave.
func TestACrashBetweenTheStepsOfAClosingIsMadeGood(t *testing.T) {
	t.Parallel()
	name := now.Format("2006-01-02T15Z")
	for what, leave := range map[string]func(dir, mark string, journal []byte) error{
		"the journal is set aside": func(dir, mark string, journal []byte) error {
			return errors.Join(os.WriteFile(filepath.Join(dir, "open", name+".closing"), journal, 0o600), os.Remove(mark+".parquet"), os.Remove(mark+".json"))
		},
		"the file is half written": func(dir, mark string, journal []byte) error {
			return errors.Join(os.WriteFile(filepath.Join(dir, "open", name+".closing"), journal, 0o600), os.Truncate(mark+".parquet", 100),
				os.Rename(mark+".parquet", mark+".parquet.tmp"), os.Remove(mark+".json"), os.WriteFile(filepath.Join(dir, "open", name+".closing.0.tmp"), []byte("x"), 0o600))
		},
		"the file has no manifest": func(dir, mark string, journal []byte) error {
			return errors.Join(os.WriteFile(filepath.Join(dir, "open", name+".closing"), journal, 0o600), os.Remove(mark+".json"))
		},
		"the journal was not removed": func(dir, _ string, journal []byte) error {
			return os.WriteFile(filepath.Join(dir, "open", name+".closing"), journal, 0o600)
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			a := archive(t, dir)
			rows := block("net/1", "u", now, 50)
			bring(t, a, brought(now, rows))
			journal, err := os.ReadFile(filepath.Join(dir, "open", name+".journal"))
			if err != nil {
				t.Fatal(err)
			}
			seal(t, a, 1)
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			mark := filepath.Join(dir, name[:4], name[5:7], name[8:10], name+".1")
			if err := leave(dir, mark, journal); err != nil {
				t.Fatal(err)
			}
			a = archive(t, dir)
			late := block("net/2", "u", now, 5)
			bring(t, a, brought(now, rows), brought(now, late)) // the first is known, though its hour is being closed
			for range 3 {
				if _, err := a.Seal(t.Context(), now.Add(2*time.Hour)); err != nil {
					t.Fatal(err)
				}
			}
			if n := len(kept(t, dir)); n != 55 {
				t.Errorf("%d rows", n)
			}
			if c, err := a.Check(t.Context(), nil); err != nil || len(c.Bad) > 0 {
				t.Error(err)
			}
		})
	}
}

func TestARebuildBringsWhatIsMissingAndNoMore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *lake.Client) {
		dir := t.TempDir()
		a := archive(t, dir)
		var all []lake.Row
		for i := range 6 {
			at := now.Add(-time.Duration(i) * time.Hour)
			rows := block(fmt.Sprint("net/", i), "u", at, 200)
			all = append(all, rows...)
			bring(t, a, brought(at, rows))
		}
		seal(t, a, 6)
		open := block("net/open", "u", now, 30)
		bring(t, a, brought(now.Add(2*time.Hour), open))
		put(t, s, all[150:450]) // the engine has some
		whole := lake.Rebuilt{Files: 7, Of: 7, Rows: 1230 - 300}
		if strings.HasSuffix(t.Name(), "/child") { // a cluster takes seconds to spread what it was given
			did, err := a.Rebuild(t.Context(), s, now.Add(-4*time.Hour), time.Time{})
			if want := (lake.Rebuilt{Files: 6, Of: 6, Rows: 1000 - 300 + 30}); err != nil || did != want {
				t.Errorf("%+v, %v, want %+v", did, err, want)
			}
			whole.Rows = 200
		}
		did, err := a.Rebuild(t.Context(), s, time.Time{}, time.Time{}) // finds what the first brought
		if err != nil || did != whole {
			t.Errorf("the rest: %+v, %v", did, err)
		}
		if err := s.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"net/0", "net/1", "net/5", "net/open"} {
			held, err := s.Blocks(t.Context(), []string{id})
			if h := held[id]; err != nil || h.Rows != h.Lines || h.Rows != 200 && h.Rows != 30 {
				t.Errorf("%s: %+v, %v", id, h, err)
			}
		}
		if n, err := s.Count(t.Context(), everyone, lake.Query{}); err != nil || n != 1230 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

func TestADamagedHourIsNamedAndLeftOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := archive(t, dir)
	for i := range 2 {
		at := now.Add(-time.Duration(i) * time.Hour)
		bring(t, a, brought(at, block(fmt.Sprint("net/", i), "u", at, 10)))
	}
	seal(t, a, 2)
	files, err := filepath.Glob(filepath.Join(dir, "*/*/*/*.parquet"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(files[0], raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := a.Check(t.Context(), nil); err != nil || len(c.Bad) != 1 || !strings.Contains(c.Bad[0], files[0]) {
		t.Errorf("check: %v", err)
	}
	s := open(t, own(t))
	did, err := a.Rebuild(t.Context(), s, time.Time{}, time.Time{})
	if err == nil || !strings.Contains(err.Error(), files[0]) || did.Rows != 10 {
		t.Errorf("%+v, %v", did, err)
	}
	n, err := a.Drop(t.Context(), now, t.TempDir(), nil)
	if err != nil || n != 1 || len(kept(t, dir)) != 10 {
		t.Errorf("dropped %d, %v", n, err)
	}
}
