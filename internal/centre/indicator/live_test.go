// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

func TestTheIndexIsOpenedAgainWithoutBuilding(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, folder := as(t, auth.Centre, "tinh"), t.TempDir()
		h.svc, h.runner = h.processIn(folder, nil)
		big := h.upload(ctx, list("A"), "a.example\n"+many(6000))
		small := h.upload(ctx, list("B"), "b.example\nc.example\n")
		file, err := h.svc.Built()
		if err != nil {
			t.Fatal(err)
		}
		// While no process holds it: a stored file that is gone shows that nothing is read again.
		path := h.path(h.latest(ctx, big.ID))
		if err := os.Rename(path, path+".away"); err != nil {
			t.Fatal(err)
		}
		h.svc, h.runner = h.processIn(folder, nil)
		current(t, h.svc)
		if now, err := h.svc.Built(); err != nil || now != file || !h.hits("a.example") || !h.hits("b.example") {
			t.Errorf("built again as %s after %s, %v", now, file, err)
		}
		if _, err := h.svc.Switch(ctx, small.ID, small.Version, false, "thử"); err != nil {
			t.Fatal(err)
		}
		if h.hits("b.example") || !h.hits("a.example") {
			t.Error("a small list that is off is still matched")
		}
		// What was patched in is patched in again.
		h.svc, h.runner = h.processIn(folder, nil)
		current(t, h.svc)
		if now, err := h.svc.Built(); err != nil || now != file || h.hits("b.example") || !h.hits("a.example") {
			t.Errorf("built again as %s after %s, %v", now, file, err)
		}
	})
}

func TestADamagedIndexIsBuiltAnewAndNeverUsed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, folder := as(t, auth.Centre, "tinh"), t.TempDir()
		h.svc, h.runner = h.processIn(folder, nil)
		h.upload(ctx, list("A"), "a.example\n")
		for name, damage := range map[string]func(path string) error{
			"a bit": func(path string) error {
				b := must(os.ReadFile(path))(t)
				b[len(b)-1] ^= 1
				return os.WriteFile(path, b, 0o600)
			},
			"cut":      func(path string) error { return os.Truncate(path, 5000) },
			"no index": func(path string) error { return os.WriteFile(path, []byte("nothing"), 0o600) },
			"gone":     os.Remove,
			"torn note": func(path string) error {
				return os.WriteFile(filepath.Join(folder, "built.json"), []byte(`{"file"`), 0o600)
			},
		} {
			file := must(h.svc.Built())(t)
			if err := damage(filepath.Join(folder, file)); err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			h.svc, h.runner = h.processIn(folder, slog.New(slog.NewTextHandler(&log, nil)))
			current(t, h.svc)
			if now := must(h.svc.Built())(t); name != "gone" && now == file || !h.hits("a.example") {
				t.Errorf("%s: %s is used", name, now)
			}
			if name != "gone" && !strings.Contains(log.String(), "built from the lists") {
				t.Errorf("%s: the log says %q", name, log.String())
			}
			left := must(filepath.Glob(filepath.Join(folder, "index-*")))(t)
			if len(left) != 1 {
				t.Errorf("%s: %v are left", name, left)
			}
		}
	})
}

func TestSmallChangesHoldAtOnceAndLeaveWhatIsHeldAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := as(t, auth.Centre, "tinh")
		h.upload(ctx, list("A"), "bad.example\n203.0.113.0/24\nhttps://host.example/x\n"+many(6000))
		file := must(h.svc.Built())(t)
		old := h.svc.Hold()
		defer old.Release()
		var ids []string
		for _, typed := range []string{"bad.example", "203.0.113.0/24", "hxxps://host[.]example/x"} {
			e, err := h.svc.Allow(ctx, typed, false, "lành")
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, e.ID)
			if a, err := h.svc.Lookup(ctx, typed); err != nil || a.Bad() || len(a.Hits) != 2 {
				t.Errorf("%s still counts: %+v, %v", typed, a, err)
			}
		}
		if len(old.Index().Match("bad.example")) != 1 {
			t.Error("what is held changed under its holder")
		}
		for _, id := range ids {
			if _, err := h.svc.Disallow(ctx, id); err != nil {
				t.Fatal(err)
			}
		}
		if !h.hits("bad.example") {
			t.Error("what is allowed no longer still does not count")
		}
		swaps := h.svc.Swaps()
		h.work()
		if now := must(h.svc.Built())(t); now != file || h.svc.Swaps() != swaps {
			t.Errorf("%s was built for small changes after %s", now, file)
		}
	})
}

// gate is a context that holds up whoever reads a list, in the middle of it:
// reading asks it again and again whether to go on.
type gate struct {
	context.Context
	asked         atomic.Int32
	reached, open chan struct{}
}

func newGate(ctx context.Context) *gate {
	return &gate{Context: ctx, reached: make(chan struct{}), open: make(chan struct{})}
}

// Err implements context.Context.
func (g *gate) Err() error {
	if strings.Contains(string(debug.Stack()), "readInto") && g.asked.Add(1) == 20 {
		close(g.reached)
		<-g.open
	}
	return g.Context.Err()
}

// held runs one job of h in the background, under what bind makes of the job's
// context, up to the middle of the file that it loads. ended is closed when the
// runner leaves the job.
func (h *house) held(name string, bind func(context.Context) context.Context) (job context.Context, g *gate, ended chan struct{}) {
	h.t.Helper()
	begun, ended := make(chan *gate, 1), make(chan struct{})
	runner := jobs.NewRunner(jobs.New(h.db, h.now), jobs.Options{Name: name, Handlers: map[string]jobs.Handler{
		indicator.JobKind: func(ctx context.Context, j jobs.Job, p *jobs.Progress) error {
			job = ctx
			g := newGate(bind(ctx))
			begun <- g
			return h.svc.Handler()(g, j, p)
		}}})
	go func() {
		defer close(ended)
		if _, err := runner.RunOnce(context.Background()); err != nil {
			h.t.Error(err)
		}
	}()
	g = <-begun
	<-g.reached
	return job, g, ended
}

// rows is how many indicators a load is interrupted among.
const rows = 100_000

func TestALoadCancelledInTheMiddleChangesNothingAndCanBeRunAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		h := furnishWith(t, d, func(deps *indicator.Deps) { deps.Limit, deps.Most = 8<<20, 2*rows })
		ctx := as(t, auth.Centre, "tinh")
		l := h.upload(ctx, list("A"), "a.example\n")
		if _, err := h.svc.Replace(ctx, l.ID, 1, "", h.store(ctx, "b.example\n"+many(rows))); err != nil {
			t.Fatal(err)
		}
		queue := jobs.New(h.db, h.now)
		scope := auth.ScopeOf(actor(auth.Centre, "tinh"), auth.Permission{Area: auth.Indicators, Act: auth.Write})
		v := h.latest(ctx, l.ID)
		job, g, ended := h.held("reader", func(ctx context.Context) context.Context { return ctx })
		w := h.browse(t, actor(auth.Centre, "tinh"))
		says(t, w.get("/indicators/"+string(l.ID), 200), "đang chạy")
		if _, err := h.svc.LoadAgain(ctx, l.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("what is under way is begun again: %v", err)
		}
		if _, err := queue.Cancel(ctx, scope, v.Job); err != nil {
			t.Fatal(err)
		}
		<-job.Done()
		close(g.open)
		<-ended
		p := must(h.svc.List(ctx, indicator.Filter{}))(t)
		if !p.Rows[0].Stopped || !h.hits("a.example") || h.hits("b.example") || h.latest(ctx, l.ID).State != indicator.Waiting {
			t.Errorf("after a cancellation: %+v", p.Rows[0])
		}
		says(t, w.get("/indicators/"+string(l.ID), 200), "Đã hủy. Nội dung trước đó vẫn được đối chiếu", "/tasks/"+v.Job, "Nạp lại tệp danh-sach.txt", "Việc nạp đã dừng")
		says(t, w.get("/indicators", 200), "Việc nạp đã dừng")
		if page := h.browse(t, actor(auth.UnitOfficer, "b")).get("/indicators/"+string(l.ID), 200); strings.Contains(page, "Nạp lại tệp") {
			t.Error("who may not manage lists is offered to load one")
		}
		if _, err := h.svc.LoadAgain(as(t, auth.Duty, "tinh"), l.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a duty officer loads a list: %v", err)
		}
		says(t, w.post("/indicators/"+string(l.ID)+"/load", url.Values{}, 200), "Đang nạp lại tệp danh-sach.txt")
		h.work()
		if h.hits("a.example") || !h.hits("b.example") || h.latest(ctx, l.ID).State != indicator.Loaded {
			t.Error("run again, the file is not in force")
		}
	})
}

func TestALoadGoesOnInAnotherProcessWhenItsOwnDiesInTheMiddle(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		h := furnishWith(t, d, func(deps *indicator.Deps) { deps.Limit, deps.Most = 8<<20, 2*rows })
		ctx := as(t, auth.Centre, "tinh")
		l, err := h.svc.Create(ctx, list("A"), h.store(ctx, "a.example\n"+many(rows)))
		if err != nil {
			t.Fatal(err)
		}
		_, g, ended := h.held("first", context.WithoutCancel) // as a process that hangs, and hears of nothing
		h.clock.Add(60)
		second, runner := h.process()
		if ran := must(runner.RunOnce(ctx))(t); !ran || matches(second, "a.example") != 1 {
			t.Error("the second process does not take the work over")
		}
		close(g.open)
		<-ended
		v := h.latest(ctx, l.ID)
		n, err := h.db.Read().NewSelect().Table("audit_entry").Where("action = 'indicator.load'").Where("object = ?", string(l.ID)).Count(ctx)
		if err != nil || v.State != indicator.Loaded || v.Report.Added != rows+1 || n != 1 {
			t.Errorf("loaded %d times: %+v, %v", n, v, err)
		}
	})
}

func TestADamagedFileIsRefusedWithTheRow(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := as(t, auth.Centre, "tinh")
		w := h.browse(t, actor(auth.Centre, "tinh"))
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		if _, err := z.Write([]byte(many(3000))); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct{ text, problem, says string }{
			"packed and cut":  {packed.String()[:packed.Len()/2], "indicator.problem.truncated", "sau dòng"},
			"a broken bundle": {`{"type":"bundle","id":"bundle--1","objects":[{"type":"identity","id":"identity--1"},`, "indicator.problem.broken", ": tệp kết thúc giữa chừng)"},
		} {
			l := h.upload(ctx, list(name), c.text)
			if v := h.latest(ctx, l.ID); v.State != indicator.Refused || v.Problem != c.problem {
				t.Errorf("%s: %s, %s", name, v.State, v.Problem)
			}
			says(t, w.get("/indicators/"+string(l.ID), 200), c.says)
		}
	})
}

// must gives the value, or ends the test.
func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
