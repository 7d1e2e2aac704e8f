// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package trail_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/centre/trail"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/setting"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

var (
	schema = []fs.FS{auth.Migrations, audit.Migrations, jobs.Migrations, setting.Migrations, web.Migrations}
	clock  = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)
)

// bench is a trail over a province "tinh" with two communes, a and b.
type bench struct {
	t   *testing.T
	d   *db.DB
	svc *trail.Service
	run *jobs.Runner
}

func newBench(t *testing.T, d *db.DB) *bench {
	t.Helper()
	now := func() time.Time { return clock }
	sealer, err := audit.NewSealer(d, now, make([]byte, 32), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, d: d}
	queue := jobs.New(d, now)
	b.svc = trail.New(trail.Deps{Records: d, Queue: queue, Sealer: sealer, Now: now,
		Root: func(context.Context) (string, error) { return "tinh", nil }})
	b.run = jobs.NewRunner(queue, jobs.Options{Handlers: map[string]jobs.Handler{trail.JobKind: b.svc.Handler()}})
	err = d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, pair := range [][2]string{{"tinh", "tinh"}, {"tinh", "a"}, {"tinh", "b"}, {"a", "a"}, {"b", "b"}} {
			if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", pair[0], pair[1]).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func as(role auth.Role, unit string) context.Context {
	id := string(role) + "." + unit
	return auth.With(context.Background(), auth.Actor{ID: id, Name: "Cán bộ " + id, Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

// acts leaves n entries of who on records of unit, and has them sealed.
func (b *bench) acts(who context.Context, unit string, n int) {
	b.t.Helper()
	for i := range n {
		err := b.d.Write(who, func(ctx context.Context, tx *db.Tx) error {
			return audit.Add(ctx, tx, clock.Add(time.Duration(i)*time.Second), audit.Entry{Action: "unit.update", Kind: "unit", Object: unit, Unit: unit,
				Detail: map[string]any{"name": "=1+1", "n": i}})
		})
		if err != nil {
			b.t.Fatal(err)
		}
	}
	if err := b.svc.Sealer.Seal(context.Background()); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) list(who context.Context, f trail.Filter) trail.Page {
	b.t.Helper()
	p, err := b.svc.List(who, f)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

func TestEachSeesWhatIsTheirs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.acts(as(auth.UnitOfficer, "a"), "a", 3)
		b.acts(as(auth.Centre, "tinh"), "a", 2)
		b.acts(as(auth.Centre, "tinh"), "", 1)
		seen := map[string]int64{"administrator.tinh": 6, "inspector.tinh": 6, "inspector.a": 5, "inspector.b": 0, "unit.a": 3, "centre.tinh": 3, "duty.tinh": 0}
		before := map[string]trail.Page{}
		for who, want := range seen {
			role, unit, _ := strings.Cut(who, ".")
			p := b.list(as(auth.Role(role), unit), trail.Filter{})
			if p.Total != want || int64(len(p.Rows)) != want {
				t.Errorf("%s sees %d of %d, want %d", who, len(p.Rows), p.Total, want)
			}
			before[who] = p
		}
		if _, err := b.svc.List(as(auth.Leader, "tinh"), trail.Filter{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a leader: %v, want Forbidden", err)
		}
		// What happens elsewhere changes nothing for those of unit a, numbers included.
		b.acts(as(auth.UnitOfficer, "b"), "b", 7)
		for _, who := range []string{"inspector.a", "unit.a"} {
			role, unit, _ := strings.Cut(who, ".")
			p := b.list(as(auth.Role(role), unit), trail.Filter{})
			if p.Total != before[who].Total || len(p.Rows) != len(before[who].Rows) {
				t.Errorf("%s sees %d once unit b acts", who, p.Total)
			}
			for _, e := range p.Rows {
				if e.Seq != 0 || e.Hash != "" {
					t.Errorf("%s is told number %d", who, e.Seq)
				}
			}
		}
		foreign := b.list(as(auth.Inspector, "b"), trail.Filter{}).Rows[0].ID
		if _, _, err := b.svc.Get(as(auth.Inspector, "a"), foreign); !fault.Is(err, fault.NotFound) {
			t.Errorf("another unit's entry: %v, want NotFound", err)
		}
		if _, err := b.svc.Ask(as(auth.Administrator, "a")); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a unit's administrator asks for the whole chain: %v, want Forbidden", err)
		}
	})
}

// A role that reads the trail of one unit lifts nothing of the bound under
// which another role reads that of the centre.
func TestRolesOfSeveralUnitsDoNotMix(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		both := auth.With(context.Background(), auth.Actor{ID: "lan", Name: "Lan", Home: "tinh",
			Grants: []auth.Grant{{Role: auth.Centre, Unit: "tinh"}, {Role: auth.Inspector, Unit: "a"}}})
		b.acts(as(auth.UnitOfficer, "a"), "a", 3)
		b.acts(as(auth.UnitOfficer, "b"), "b", 5)
		b.acts(both, "b", 2)
		b.acts(as(auth.Administrator, "tinh"), "", 1)
		p := b.list(both, trail.Filter{})
		if p.Total != 5 || p.Whole {
			t.Errorf("sees %d entries, the whole trail: %v; want the 3 of unit a and 2 of their own", p.Total, p.Whole)
		}
		for _, e := range p.Rows {
			if e.UnitID != "a" && e.ActorID != "lan" || e.Seq != 0 {
				t.Errorf("sees %s of unit %q, number %d", e.ActorID, e.UnitID, e.Seq)
			}
		}
		foreign := b.list(as(auth.Inspector, "b"), trail.Filter{Actor: "unit.b"}).Rows[0].ID
		if _, _, err := b.svc.Get(both, foreign); !fault.Is(err, fault.NotFound) {
			t.Errorf("another unit's entry: %v, want NotFound", err)
		}
	})
}

func TestFiltersAndPagesMeetEveryEntryOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.acts(as(auth.UnitOfficer, "a"), "a", 25)
		b.acts(as(auth.UnitOfficer, "b"), "b", 5)
		whole := as(auth.Inspector, "tinh")
		met, f := map[string]bool{}, trail.Filter{Limit: 7}
		for {
			p := b.list(whole, f)
			for _, e := range p.Rows {
				if met[e.ID] {
					t.Fatalf("%s comes twice", e.ID)
				}
				met[e.ID] = true
			}
			if f.Before = p.Next; p.Next == "" {
				break
			}
		}
		if len(met) != 30 {
			t.Errorf("%d entries on all pages, want 30", len(met))
		}
		for name, c := range map[string]struct {
			f    trail.Filter
			want int64
		}{
			"unit": {trail.Filter{Unit: "b"}, 5}, "actor": {trail.Filter{Actor: "unit.a"}, 25}, "action": {trail.Filter{Action: "unit.create"}, 0},
			"kind and object": {trail.Filter{Kind: "unit", Object: "a"}, 25},
			"time":            {trail.Filter{From: clock.Add(3 * time.Second), Until: clock.Add(5 * time.Second)}, 4},
			"break-glass":     {trail.Filter{Elevated: true}, 0},
		} {
			if got := b.list(whole, c.f).Total; got != c.want {
				t.Errorf("by %s: %d, want %d", name, got, c.want)
			}
		}
	})
}

func TestTheCheckTellsWhatWasChanged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		whole := as(auth.Administrator, "tinh")
		b.acts(as(auth.UnitOfficer, "a"), "a", 4)
		look := func() trail.Check {
			t.Helper()
			if ran, err := b.run.RunOnce(t.Context()); err != nil || !ran {
				t.Fatalf("ran %v, %v", ran, err)
			}
			c, ok, err := b.svc.Last(whole)
			if err != nil || !ok {
				t.Fatalf("%v, %v", ok, err)
			}
			return c
		}
		if err := b.svc.Daily(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := b.svc.Daily(t.Context()); err != nil { // once a day
			t.Fatal(err)
		}
		if c := look(); !c.Report.OK() || c.Report.Sealed != 4 || c.By != "system" {
			t.Errorf("untouched: %+v", c)
		}
		if ran, err := b.run.RunOnce(t.Context()); ran || err != nil {
			t.Errorf("a second look the same day: %v, %v", ran, err)
		}
		err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewRaw("UPDATE audit_entry SET actor_name = 'Ai đó' WHERE id = (SELECT entry_id FROM audit_seal WHERE seq = 2)").Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.svc.Ask(whole); err != nil {
			t.Fatal(err)
		}
		if c := look(); c.Report.OK() || c.Report.Troubles[0] != (audit.Trouble{Flaw: audit.Changed, Seq: 2, Entry: c.Report.Troubles[0].Entry}) {
			t.Errorf("changed: %+v", c)
		}
	})
}

type noAssets struct{}

func (noAssets) Path(name string) string { return "/assets/" + name }
func (noAssets) Handler() http.Handler   { return http.NotFoundHandler() }
func (noAssets) Missing() bool           { return false }

// browse gives what the pages answer to who.
func (b *bench) browse(who context.Context) func(path string, want int) string {
	b.t.Helper()
	cat, err := i18n.Load(fault.Messages, ui.Messages, web.Messages, trail.Messages)
	if err != nil {
		b.t.Fatal(err)
	}
	actor, _ := auth.From(who)
	site := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Catalogue: cat, Assets: noAssets{}, Records: b.d,
		Now: func() time.Time { return clock }, Lifetime: time.Hour, Nav: func(context.Context, string) []ui.NavGroup { return nil },
		Actor: func(context.Context, string, int64) (auth.Actor, error) { return actor, nil }})
	none := func(context.Context) ([]ui.Option, error) { return nil, nil }
	pages := trail.NewPages(site, b.svc, trail.Neighbours{Units: none, People: none, Texts: cat, Paths: map[string]string{"unit": "/units/"},
		Names: func(context.Context, []string) (map[string]string, error) {
			return map[string]string{"a": "UBND xã Bản Mẫu"}, nil
		}})
	in := web.Route{Pattern: "GET /in", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
		return site.SignIn(r.Context(), actor.ID, 1)
	}}
	srv := httptest.NewServer(site.Handler(append(pages.Routes(), in)...))
	b.t.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	get := func(path string, want int) string {
		b.t.Helper()
		method := http.MethodGet
		if name, ok := strings.CutPrefix(path, "POST "); ok {
			method, path = http.MethodPost, name
		}
		req, err := http.NewRequest(method, srv.URL+path, nil)
		if err != nil {
			b.t.Fatal(err)
		}
		res, err := client.Do(req)
		if err != nil {
			b.t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err := res.Body.Close(); err != nil {
			b.t.Fatal(err)
		}
		if err != nil || res.StatusCode != want {
			b.t.Fatalf("%s: %d, want %d, %v: %.300s", path, res.StatusCode, want, err, body)
		}
		return string(body)
	}
	get("/in", http.StatusOK)
	return get
}

func TestPagesAndExports(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.acts(as(auth.UnitOfficer, "a"), "a", 3)
		get := b.browse(as(auth.Inspector, "tinh"))
		page := get("/audit", http.StatusOK)
		for _, want := range []string{"Sửa đơn vị", "UBND xã Bản Mẫu", "Cán bộ unit.a", "Hiện 3 trong 3", "/units/a", "/audit.jsonl", "Tên: =1+1"} {
			if !strings.Contains(page, want) {
				t.Errorf("the list does not say %q", want)
			}
		}
		id := b.list(as(auth.Inspector, "tinh"), trail.Filter{Limit: 1}).Rows[0].ID
		if one := get("/audit/"+id, http.StatusOK); !strings.Contains(one, "Mã băm liền trước") {
			t.Error("an entry's page does not show its seal")
		}
		if one := b.browse(as(auth.UnitOfficer, "a"))("/audit/"+id, http.StatusOK); strings.Contains(one, "Mã băm") {
			t.Error("a unit's officer is shown the seal")
		}
		b.browse(as(auth.UnitOfficer, "a"))("/audit.csv", http.StatusForbidden)
		get("/audit/nothing", http.StatusNotFound)
		if csv := get("/audit.csv", http.StatusOK); strings.Count(csv, "\r\n") != 4 || !strings.HasPrefix(csv, "\ufeff") {
			t.Errorf("CSV: %q", csv)
		}
		book, err := excelize.OpenReader(strings.NewReader(get("/audit.xlsx", http.StatusOK)))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := book.GetRows("Sheet1")
		if err := errors.Join(err, book.Close()); err != nil || len(rows) != 4 || rows[1][0] != "1" || rows[3][4] != "Sửa đơn vị" {
			t.Errorf("XLSX: %q, %v; want the three acts that are sealed", rows, err)
		}
		get("POST /audit/check", http.StatusOK)
		if page := get("/audit/check", http.StatusOK); !strings.Contains(page, "Chưa kiểm tra lần nào") {
			t.Error("before the first check the page does not say so")
		}
		if ran, err := b.run.RunOnce(t.Context()); err != nil || !ran {
			t.Fatal(ran, err)
		}
		if page := get("/audit/check", http.StatusOK); !strings.Contains(page, "Nguyên vẹn") {
			t.Error("after the check the page does not tell its outcome")
		}
		checkExport(t, get("/audit.jsonl", http.StatusOK))
	})
}

// checkExport verifies the chain as somebody without the program would, by what
// the export's documentation says.
func checkExport(t *testing.T, text string) {
	t.Helper()
	prev, n := "", int64(0)
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		var l struct {
			Seq                                                                               int64
			Prev, Hash, ID, At, Actor_ID, Actor, Action, Kind, Object, Unit, Detail, Elevated string
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, l.At)
		if err != nil {
			t.Fatal(err)
		}
		var raw []byte
		for _, part := range []string{"vonggac-audit-1", strconv.FormatInt(l.Seq, 10), prev, l.ID, strconv.FormatInt(at.UnixMilli(), 10),
			l.Actor_ID, l.Actor, l.Action, l.Kind, l.Object, l.Unit, l.Detail, l.Elevated} {
			raw = fmt.Appendf(raw, "%d:%s,", len(part), part)
		}
		sum := sha256.Sum256(raw)
		if n++; l.Seq != n || l.Prev != prev || l.Hash != hex.EncodeToString(sum[:]) {
			t.Errorf("line %d does not verify: %+v", n, l)
		}
		prev = l.Hash
	}
	if n != 3 {
		t.Errorf("%d lines, want the 3 that were sealed", n)
	}
}
