// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit_test

import (
	"context"
	"flag"
	"io/fs"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

// TestMain keeps the properties short, since each round writes real records;
// -rapid.checks asks for more.
func TestMain(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" })
	if !asked {
		if err := flag.Set("rapid.checks", "25"); err != nil {
			panic(err)
		}
	}
	m.Run()
}

var kinds = []rulepack.Kind{
	{ID: "ubnd_tinh", Label: rulepack.Label{VI: "Ủy ban nhân dân tỉnh, thành phố", EN: "Province"}, Abbreviations: []string{"UBND tỉnh"}},
	{ID: "co_quan_tinh", Label: rulepack.Label{VI: "Cơ quan khác cấp tỉnh", EN: "Other provincial body"}, Abbreviations: []string{"Công an tỉnh", "Văn phòng"}},
	{ID: "so", Label: rulepack.Label{VI: "Sở", EN: "Department"}, Abbreviations: []string{"Sở"}},
	{ID: "xa", Label: rulepack.Label{VI: "Xã", EN: "Commune"}, Abbreviations: []string{"UBND xã", "Xã", "X."}},
	{ID: "phuong", Label: rulepack.Label{VI: "Phường", EN: "Ward"}, Abbreviations: []string{"UBND phường", "Phường", "P."}},
	{ID: "huyen", Label: rulepack.Label{VI: "Huyện", EN: "District"}, Abbreviations: []string{"UBND huyện", "Huyện"}},
}

var now = time.Date(2026, 11, 21, 1, 5, 0, 0, time.UTC)

func clock() time.Time { return now }

// each runs test on both engines, on an empty centre.
func each(t *testing.T, test func(*testing.T, *house)) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) { test(t, furnish(t, d)) })
}

var sources = []fs.FS{auth.Migrations, audit.Migrations, setting.Migrations, unit.Migrations}

// house is a centre with its root and an officer who may write everywhere.
type house struct {
	*unit.Service
	db   *db.DB
	root unit.Unit
	ctx  context.Context // of the centre's officer
}

func furnish(t testing.TB, d *db.DB) *house { t.Helper(); return furnishAt(t, d, clock) }

func furnishAt(t testing.TB, d *db.DB, clock func() time.Time) *house {
	t.Helper()
	h := &house{Service: unit.New(d, kinds, clock), db: d}
	err := d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) (err error) {
		h.root, err = h.Found(ctx, tx, "Công an tỉnh Mẫu", "co_quan_tinh")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.ctx = as(context.Background(), auth.Centre, h.root.ID)
	return h
}

// as is a context in which somebody holds role in unit id.
func as(ctx context.Context, role auth.Role, id unit.ID) context.Context {
	return auth.With(ctx, auth.Actor{ID: "p-" + string(role), Name: "Người thử", Home: string(id),
		Grants: []auth.Grant{{Role: role, Unit: string(id)}}})
}

// add makes a commune under parent, the root when empty.
func (h *house) add(t testing.TB, name string, parent unit.ID) unit.Unit {
	t.Helper()
	if parent == "" {
		parent = h.root.ID
	}
	u, err := h.Create(h.ctx, unit.Unit{Name: name, Kind: "xa", ParentID: parent})
	if err != nil {
		t.Fatalf("create %s: %v", name, err)
	}
	return u
}

func (h *house) addRange(t testing.TB, id unit.ID, text string, kind unit.AddressKind) []unit.Range {
	t.Helper()
	list, err := h.AddRange(h.ctx, id, unit.NewRange{Text: text, Kind: kind, Sure: true})
	if err != nil {
		t.Fatalf("add range %s: %v", text, err)
	}
	return list
}

func day(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// clear takes everything but the root away, for the next round of a property.
func (h *house) clear(t testing.TB) {
	t.Helper()
	err := h.db.Housekeep(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		for _, sql := range []string{"DELETE FROM unit_plan", "DELETE FROM unit_fact", "DELETE FROM unit_past", "DELETE FROM unit_reform_unit", "DELETE FROM unit_reform",
			"DELETE FROM unit_range", "DELETE FROM unit_alias", "DELETE FROM unit_successor",
			"DELETE FROM unit_closure WHERE descendant <> ?0", "DELETE FROM unit WHERE id <> ?0"} {
			if _, err := tx.NewRaw(sql, h.root.ID).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
