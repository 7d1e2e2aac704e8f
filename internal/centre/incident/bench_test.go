// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

var sources = []fs.FS{auth.Migrations, audit.Migrations, obligation.Migrations, incident.Migrations}

// t0 is a Saturday night: 03:12 on 21/11/2026 in Việt Nam.
var t0 = time.Date(2026, 11, 21, 3, 12, 0, 0, calendar.Zone())

// bench is the room over an empty database with the communes a and b under a
// province, the real rule packs, and a clock the test sets.
type bench struct {
	t      testing.TB
	db     *db.DB
	duties *obligation.Service
	svc    *incident.Service
	laws   *rulepack.Set
	files  string // folder of the blob store
	now    time.Time
}

type cards map[string]incident.UnitCard

func (c cards) Card(_ context.Context, unit string) (incident.UnitCard, error) {
	card, ok := c[unit]
	if !ok {
		return card, fault.Missing("cards")
	}
	return card, nil
}

var commune = incident.UnitCard{Name: "UBND xã Bản Mẫu", Address: "Bản Mẫu, tỉnh Mẫu", Phone: "0213 3876 000", Email: "xa@mau.example",
	Parent:  "UBND tỉnh Mẫu",
	Contact: incident.Person{Name: "Lò Thị Mẫu", Position: "Công chức văn phòng", Phone: "0912 000 000", Email: "lo@mau.example"}}

func newBench(t testing.TB, d *db.DB) *bench {
	t.Helper()
	laws, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	return newBenchUnder(t, d, laws)
}

// newBenchUnder is a bench under other rule packs.
func newBenchUnder(t testing.TB, d *db.DB, laws *rulepack.Set) *bench {
	t.Helper()
	b := &bench{t: t, db: d, laws: laws, files: filepath.Join(t.TempDir(), "files"), now: t0.Add(10 * time.Minute)}
	store, err := blob.Open(b.files, b.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	now := func() time.Time { return b.now }
	b.duties = obligation.New(obligation.Deps{Records: d, Now: now})
	b.svc = incident.New(incident.Deps{Records: d, Now: now, Laws: laws, Obligations: b.duties,
		Units: cards{"a": commune, "b": {Name: "UBND xã Khác"}}, Files: store})
	err = d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES ('tinh','tinh'),('tinh','a'),('tinh','b'),('a','a'),('b','b')").Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// as is a context in which a person with one role acts.
func as(t testing.TB, id string, role auth.Role, unit string) context.Context {
	return auth.With(t.Context(), auth.Actor{ID: id, Name: "Người " + id, Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

func (b *bench) truc() context.Context { return as(b.t, "truc", auth.Duty, "tinh") }

// open opens a case detected at t0 in commune a.
func (b *bench) open(ctx context.Context, unit string) incident.Incident {
	b.t.Helper()
	i, err := b.svc.Open(ctx, incident.Details{Title: "Mã hóa dữ liệu tại bộ phận một cửa", UnitID: unit, DetectedAt: t0})
	if err != nil {
		b.t.Fatal(err)
	}
	return i
}

// clocks are the case's obligations by clock id.
func (b *bench) clocks(id incident.ID) map[string]obligation.Obligation {
	b.t.Helper()
	list, err := b.duties.Of(b.truc(), "incident", string(id))
	if err != nil {
		b.t.Fatal(err)
	}
	out := map[string]obligation.Obligation{}
	for _, o := range list {
		out[o.ClockID] = o
	}
	return out
}

func (b *bench) at(text string) time.Time {
	b.t.Helper()
	t, err := time.ParseInLocation("02/01/2006 15:04", text, calendar.Zone())
	if err != nil {
		b.t.Fatal(err)
	}
	return t
}

// cleared removes every case and obligation.
func cleared(ctx context.Context, tx *db.Tx) error {
	for _, table := range []string{"obligation_term", "obligation", "incident_entry", "incident"} {
		if _, err := tx.NewRaw("DELETE FROM " + table).Exec(ctx); err != nil {
			return err
		}
	}
	_, err := tx.NewRaw("DELETE FROM unit_closure").Exec(ctx)
	return err
}
