// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package task_test

import (
	"context"
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/task"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

var t0 = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)

// house is a queue with work in units a and b, of a kind that those who manage
// sources see, and of one that those who read indicators see.
type house struct {
	*testing.T
	*task.Service
	queue  *jobs.Queue
	runner *jobs.Runner
	fails  bool
	ids    map[string]string // key -> id
}

func each(t *testing.T, test func(h *house)) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, jobs.Migrations}, func(t *testing.T, d *db.DB) {
		h := &house{T: t, queue: jobs.New(d, func() time.Time { return t0 }), ids: map[string]string{}}
		permission := func(area auth.Area, act auth.Act) auth.Permission { return auth.Permission{Area: area, Act: act} }
		describe := func(_ context.Context, j jobs.Job) (string, string, error) {
			return "việc " + j.Key, "/at/" + j.Key, nil
		}
		h.Service = task.New(task.Deps{Queue: h.queue, Kinds: []task.Kind{
			{Name: "file", Read: permission(auth.Settings, auth.Read), Write: permission(auth.Settings, auth.Write), Describe: describe},
			{Name: "load", Read: permission(auth.Indicators, auth.Read), Write: permission(auth.Indicators, auth.Write), Describe: describe},
		}, People: func(context.Context, []string) (map[string]string, error) {
			return map[string]string{"tam": "Tâm"}, nil
		}})
		work := func(context.Context, jobs.Job, *jobs.Progress) error {
			if h.fails {
				return &fault.Error{Kind: fault.Invalid, Msg: "jobs.lost", Err: errors.New("disk")}
			}
			return nil
		}
		h.runner = jobs.NewRunner(h.queue, jobs.Options{Handlers: map[string]jobs.Handler{"file": work, "load": work}})
		tam := as(t, "tam", auth.Centre, "root")
		err := d.Write(tam, func(ctx context.Context, tx *db.Tx) error {
			for _, p := range [][2]string{{"root", "root"}, {"root", "a"}, {"root", "b"}, {"a", "a"}, {"b", "b"}} {
				if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", p[0], p[1]).Exec(ctx); err != nil {
					return err
				}
			}
			for _, j := range []jobs.Task{{Kind: "file", Key: "fa", Unit: "a"}, {Kind: "file", Key: "fb", Unit: "b"}, {Kind: "load", Key: "la", Unit: "a"},
				{Kind: "secret", Key: "s", Unit: "a"}} {
				got, err := h.queue.Enqueue(ctx, tx, j)
				if err != nil {
					return err
				}
				h.ids[j.Key] = got.ID
			}
			return audit.Add(ctx, tx, t0, audit.Entry{Action: "test", Kind: "test"})
		})
		if err != nil {
			t.Fatal(err)
		}
		test(h)
	})
}

func as(t *testing.T, id string, role auth.Role, unit string) context.Context {
	t.Helper()
	return auth.With(t.Context(), auth.Actor{ID: id, Name: id, Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

func (h *house) keys(ctx context.Context, f task.Filter) (keys string) {
	h.Helper()
	list, total, err := h.List(ctx, f)
	if err != nil {
		h.Fatal(err)
	}
	for _, t := range list {
		keys += t.Key + " "
	}
	if f.Limit == 0 && f.Before == "" && total != int64(len(list)) {
		h.Errorf("%d said, %d shown", total, len(list))
	}
	return keys
}

func TestWhoSeesWork(t *testing.T) {
	each(t, func(h *house) {
		for who, c := range map[string]struct {
			ctx  context.Context
			want string
		}{
			"the centre":              {as(h.T, "tam", auth.Centre, "root"), "la fb fa "},
			"the centre in one unit":  {auth.With(h.Context(), auth.Actor{ID: "tam", Within: "b", Grants: []auth.Grant{{Role: auth.Centre, Unit: "root"}}}), "fb "},
			"duty in a unit":          {as(h.T, "duc", auth.Duty, "a"), "la fa "},
			"an officer of a unit":    {as(h.T, "anh", auth.UnitOfficer, "a"), "la "},
			"an officer of another":   {as(h.T, "bao", auth.UnitOfficer, "b"), ""},
			"a leader, who sees none": {as(h.T, "lan", auth.Leader, "root"), ""},
		} {
			if got := h.keys(c.ctx, task.Filter{}); got != c.want {
				h.Errorf("%s sees %q, want %q", who, got, c.want)
			}
		}
		duc := as(h.T, "duc", auth.Duty, "a")
		for _, key := range []string{"fb", "s"} {
			if _, err := h.Get(duc, h.ids[key]); !fault.Is(err, fault.NotFound) {
				h.Errorf("%s by id: %v", key, err)
			}
			if err := h.Cancel(duc, h.ids[key]); !fault.Is(err, fault.NotFound) {
				h.Errorf("cancel %s: %v", key, err)
			}
		}
		if err := h.Cancel(duc, h.ids["fa"]); !fault.Is(err, fault.Forbidden) { // reads settings, may not change them
			h.Errorf("cancel without permission: %v", err)
		}
	})
}

func TestWorkIsCancelledAndRunAgain(t *testing.T) {
	each(t, func(h *house) {
		tam := as(h.T, "tam", auth.Centre, "root")
		if n, err := h.Pending(tam); n != 4 || err != nil {
			h.Errorf("%d of Tâm's own wait, %v; want 4", n, err)
		}
		if err := h.Cancel(tam, h.ids["fa"]); err != nil {
			h.Fatal(err)
		}
		if err := h.Cancel(tam, h.ids["fa"]); !fault.Is(err, fault.Conflict) {
			h.Errorf("cancelled twice: %v", err)
		}
		h.fails = true
		for ran := true; ran; {
			var err error
			if ran, err = h.runner.RunOnce(h.Context()); err != nil {
				h.Fatal(err)
			}
		}
		failed, err := h.Get(tam, h.ids["fb"])
		if err != nil || failed.State != jobs.Failed || failed.Failure().Message != "jobs.lost" || failed.By != "Tâm" || failed.Href != "/at/fb" || !failed.May {
			h.Errorf("given up: %+v, %v", failed, err)
		}
		if got := h.keys(tam, task.Filter{State: jobs.Cancelled}); got != "fa " {
			h.Errorf("cancelled are %q", got)
		}
		h.fails = false
		for _, key := range []string{"fa", "fb"} {
			if err := h.Retry(tam, h.ids[key]); err != nil {
				h.Errorf("retry %s: %v", key, err)
			}
		}
		if err := h.Retry(tam, h.ids["fa"]); !fault.Is(err, fault.Conflict) {
			h.Errorf("retry of what waits: %v", err)
		}
		if got := h.keys(tam, task.Filter{Active: true, Kind: "file", Mine: true}); got != "fb fa " {
			h.Errorf("active are %q", got)
		}
		if got := h.keys(tam, task.Filter{Limit: 1, Before: h.ids["fb"]}); got != "fa " {
			h.Errorf("the page behind fb is %q", got)
		}
	})
}
