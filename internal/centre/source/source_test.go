// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

var t0 = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)

// house is a centre with units root over a and b.
type house struct {
	*source.Service
	t       *testing.T
	records *db.DB
	queue   *jobs.Queue
	now     time.Time
	blocks  []int64 // offsets handed to the sink and committed
	fail    func(n int) error
	told    []source.Alert
	deaf    []source.Deaf
	oldest  time.Time // of the lines that wait to be read
}

func each(t *testing.T, test func(h *house)) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, jobs.Migrations, source.Migrations}, func(t *testing.T, d *db.DB) {
		files, err := blob.Open(t.TempDir(), t0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = files.Close() })
		h := &house{t: t, records: d, now: t0}
		clock := func() time.Time { return h.now }
		h.queue = jobs.New(d, clock)
		h.Service = source.New(source.Deps{Records: d, Files: files, Queue: h.queue, Now: clock, Limit: 1 << 20, Calendar: days(t), Hours: hours(t),
			Told: func(_ context.Context, _ *db.Tx, a source.Alert) error {
				h.told = append(h.told, a)
				return nil
			}, Least: func() int64 { return 80 },
			Oldest:   func(context.Context) (time.Time, error) { return h.oldest, nil },
			ToldDeaf: func(_ context.Context, _ *db.Tx, d source.Deaf) error { h.deaf = append(h.deaf, d); return nil }})
		err = d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for _, p := range [][2]string{{"root", "root"}, {"root", "a"}, {"root", "b"}, {"a", "a"}, {"b", "b"}} {
				if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", p[0], p[1]).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		test(h)
	})
}

func (h *house) as(role auth.Role, unit string) context.Context {
	return auth.With(h.t.Context(), auth.Actor{ID: "x", Name: "Lò Thị Mai", Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

func (h *house) source(unit string) source.Source {
	h.t.Helper()
	s, err := h.Create(h.as(auth.Centre, "root"), source.Source{Name: "DNS " + unit, Owner: unit})
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// work runs one job with small blocks.
func (h *house) work() {
	h.t.Helper()
	r := jobs.NewRunner(h.queue, jobs.Options{Handlers: map[string]jobs.Handler{source.JobKind: h.Handler(
		func(context.Context) (source.Reading, error) {
			return source.Reading{Options: scan.Options{BlockSize: 256}}, nil
		},
		func(ctx context.Context, tx *db.Tx, f source.File, b scan.Block) error {
			if h.fail != nil {
				if err := h.fail(len(h.blocks)); err != nil {
					return err
				}
			}
			h.blocks = append(h.blocks, b.Offset)
			return nil
		})}})
	if ran, err := r.RunOnce(h.t.Context()); err != nil || !ran {
		h.t.Fatalf("RunOnce = %v, %v", ran, err)
	}
}

// queries is a dnsmasq log of n queries.
func queries(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "Nov 20 08:%02d:%02d dnsmasq[1]: query[A] host%d.example from 10.1.0.%d\n", i/60%60, i%60, i, i%250+1)
	}
	return b.Bytes()
}

func TestSameBytesAreOneFile(t *testing.T) {
	each(t, func(h *house) {
		ctx, s := h.as(auth.Centre, "root"), h.source("a")
		f, again, err := h.Receive(ctx, s.ID, "q.log", source.ByPage, bytes.NewReader(queries(20)))
		if err != nil || again || f.State != source.Waiting || f.Owner != "a" {
			h.t.Fatalf("first = %+v, %v, %v", f, again, err)
		}
		g, again, err := h.Receive(ctx, s.ID, "copy.log", source.ByAPI, bytes.NewReader(queries(20)))
		if err != nil || !again || g.ID != f.ID {
			h.t.Errorf("second = %v, %v, %v; want the first file again", g.ID, again, err)
		}
		h.work()
		if f, err = h.File(ctx, f.ID); err != nil || f.State != source.Done || f.Account.Parsed != 20 || f.Format != "dnsmasq" {
			h.t.Errorf("done = %+v, %v", f, err)
		}
		if f.Indicators != 0 {
			h.t.Errorf("compared with %d indicators, want 0", f.Indicators)
		}
	})
}

func TestInterruptedWorkCommitsEachBlockOnce(t *testing.T) {
	each(t, func(h *house) {
		ctx, s := h.as(auth.Centre, "root"), h.source("a")
		f, _, err := h.Receive(ctx, s.ID, "q.log", source.ByPage, bytes.NewReader(queries(60)))
		if err != nil {
			h.t.Fatal(err)
		}
		broken := errors.New("power cut")
		for stop := 1; stop <= 3; stop++ {
			h.fail = func(n int) error {
				if n >= stop*3 {
					return broken
				}
				return nil
			}
			h.work()
			h.now = h.now.Add(time.Hour)
			if got, err := h.File(ctx, f.ID); err != nil || got.State != source.Running {
				h.t.Fatalf("after failure %d: %+v, %v", stop, got, err)
			}
		}
		h.fail = nil
		h.work()
		seen := map[int64]int{}
		for _, at := range h.blocks {
			seen[at]++
		}
		for at, n := range seen {
			if n != 1 {
				h.t.Errorf("block at %d was committed %d times", at, n)
			}
		}
		if f, err = h.File(ctx, f.ID); err != nil || f.State != source.Done || f.Account.Lines != 60 || len(seen) < 10 {
			h.t.Errorf("done = %+v after %d blocks, %v", f, len(seen), err)
		}
	})
}

func TestBrokenFilesSayWhereAndKeepWhatWasRead(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(queries(500)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, problem string
		content       []byte
		partly        bool
	}{
		{"a cut gzip file", "source.problem.truncated", packed.Bytes()[:packed.Len()/2], true},
		{"a zip archive", "source.problem.archive", []byte("PK\x03\x04rest of it"), false},
		{"no log at all", "source.problem.format", []byte(strings.Repeat("lorem ipsum dolor\n", 30)), true},
	}
	each(t, func(h *house) {
		ctx, s := h.as(auth.Centre, "root"), h.source("a")
		for _, c := range cases {
			f, _, err := h.Receive(ctx, s.ID, c.name, source.ByPage, bytes.NewReader(c.content))
			if err != nil {
				h.t.Fatal(err)
			}
			h.work()
			f, err = h.File(ctx, f.ID)
			if err != nil || f.State != source.Broken || f.Problem != c.problem || c.partly != (f.Account.Lines > 0) {
				h.t.Errorf("%s = %s %s, %d lines, %v", c.name, f.State, f.Problem, f.Account.Lines, err)
			}
			if a := f.Account; a.Lines != a.Parsed+scan.Total(a.Skipped)+scan.Total(a.Rejected) {
				h.t.Errorf("%s: lines do not add up: %+v", c.name, a)
			}
		}
	})
}

func TestRefusedFilesLeaveNoRow(t *testing.T) {
	each(t, func(h *house) {
		ctx, s := h.as(auth.Centre, "root"), h.source("a")
		if _, _, err := h.Receive(ctx, s.ID, "empty", source.ByPage, strings.NewReader("")); !fault.Is(err, fault.Invalid) {
			h.t.Errorf("empty file: %v, want Invalid", err)
		}
		if _, _, err := h.Receive(ctx, s.ID, "big", source.ByPage, bytes.NewReader(make([]byte, 1<<20+1))); !fault.Is(err, fault.TooLarge) {
			h.t.Errorf("over the limit: %v, want TooLarge", err)
		}
		s.Closed = true
		if _, err := h.Update(ctx, s); err != nil {
			h.t.Fatal(err)
		}
		if _, err := h.Update(ctx, s); !fault.Is(err, fault.Conflict) {
			h.t.Errorf("stale update: %v, want Conflict", err)
		}
		if _, _, err := h.Receive(ctx, s.ID, "late", source.ByPage, bytes.NewReader(queries(1))); !fault.Is(err, fault.Conflict) {
			h.t.Errorf("closed source: %v, want Conflict", err)
		}
		if _, n, err := h.Files(ctx, s.ID, "", 10); err != nil || n != 0 {
			h.t.Errorf("%d files kept, %v", n, err)
		}
	})
}

func TestSourcesOfOtherUnitsDoNotExist(t *testing.T) {
	each(t, func(h *house) {
		a, b := h.source("a"), h.source("b")
		in := h.as(auth.Centre, "a")
		list, n, err := h.List(in, source.Filter{})
		if err != nil || n != 1 || len(list) != 1 || list[0].ID != a.ID {
			h.t.Errorf("list = %+v of %d, %v", list, n, err)
		}
		f, _, err := h.Receive(h.as(auth.Centre, "root"), b.ID, "q", source.ByPage, bytes.NewReader(queries(3)))
		if err != nil {
			h.t.Fatal(err)
		}
		for name, err := range map[string]error{
			"get":     second(h.Get(in, b.ID)),
			"file":    second(h.File(in, f.ID)),
			"receive": third(h.Receive(in, b.ID, "q", source.ByPage, bytes.NewReader(queries(4)))),
			"update":  second(h.Update(in, b)),
		} {
			if !fault.Is(err, fault.NotFound) {
				h.t.Errorf("%s of another unit: %v, want NotFound", name, err)
			}
		}
		if files, n, err := h.Files(in, b.ID, "", 10); err != nil || n != 0 || len(files) != 0 {
			h.t.Errorf("files of another unit: %d, %v", n, err)
		}
		if _, err := h.Create(in, source.Source{Name: "x", Owner: "b"}); !fault.Is(err, fault.Invalid) {
			h.t.Errorf("source in another unit: %v, want Invalid", err)
		}
		if _, err := h.Get(h.as(auth.UnitOfficer, "b"), b.ID); !fault.Is(err, fault.Forbidden) {
			h.t.Errorf("unit officer: %v, want Forbidden", err)
		}
	})
}

func second[T any](_ T, err error) error        { return err }
func third[T, U any](_ T, _ U, err error) error { return err }

func TestAFileNobodyReadsAnyMoreSaysSo(t *testing.T) {
	each(t, func(h *house) {
		h.t.Helper()
		ctx := auth.With(h.t.Context(), auth.Actor{ID: "x", Name: "x", Home: "a", Grants: []auth.Grant{{Role: auth.Centre, Unit: "root"}}})
		src, err := h.Create(ctx, source.Source{Name: "DNS", Owner: "a"})
		if err != nil {
			h.t.Fatal(err)
		}
		f, _, err := h.Receive(ctx, src.ID, "a.log", source.ByPage, strings.NewReader("x\n"))
		if err != nil {
			h.t.Fatal(err)
		}
		given := func(want bool) source.Work {
			h.t.Helper()
			w, err := h.Work(ctx, f)
			if err != nil || w.GivenUp() != want {
				h.t.Errorf("given up: %t, %v; want %t", w.GivenUp(), err, want)
			}
			return w
		}
		scope := auth.ScopeOf(auth.Actor{Grants: []auth.Grant{{Role: auth.Centre, Unit: "root"}}}, source.Feeding)
		w := given(false)
		if _, err := h.queue.Cancel(ctx, scope, w.ID); err != nil {
			h.t.Fatal(err)
		}
		given(true)
		if _, err := h.queue.Retry(ctx, scope, w.ID); err != nil {
			h.t.Fatal(err)
		}
		given(false)
		other := auth.With(h.t.Context(), auth.Actor{ID: "y", Grants: []auth.Grant{{Role: auth.Centre, Unit: "b"}}})
		if w, err := h.Work(other, f); err != nil || w.ID != "" {
			h.t.Errorf("another unit sees the work: %+v, %v", w, err)
		}
	})
}
