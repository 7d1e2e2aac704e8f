// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding_test

import (
	"context"
	"io/fs"
	"net/netip"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

var (
	kinds   = []rulepack.Kind{{ID: "tinh", Label: rulepack.Label{VI: "Tỉnh"}}, {ID: "xa", Label: rulepack.Label{VI: "Xã"}}}
	sources = []fs.FS{auth.Migrations, audit.Migrations, unit.Migrations, finding.Migrations, web.Migrations}

	t0 = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC) // 08:00 in Vietnam
)

// house is a province with two communes. Commune a has machines in 10.1.0.0/16
// and NAT at 10.1.255.0/24; b has none declared.
type house struct {
	*finding.Service
	t          testing.TB
	db         *db.DB
	units      *unit.Service
	root, a, b unit.ID
	now        time.Time
	moved      []finding.Finding
}

// each runs test on both engines.
func each(t *testing.T, test func(*testing.T, *house)) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) { test(t, furnish(t, d)) })
}

func furnish(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, db: d, now: t0.Add(time.Hour)}
	clock := func() time.Time { return h.now }
	h.units = unit.New(d, kinds, clock)
	h.Service = finding.New(finding.Deps{Records: d, Now: clock,
		People: func(context.Context) ([]ui.Option, error) {
			return []ui.Option{{Value: "p-an", Label: "Nguyễn Văn An"}}, nil
		},
		Moved: func(_ context.Context, _ *db.Tx, f finding.Finding) error { h.moved = append(h.moved, f); return nil },
	})
	h.units.OnReplanned(func(ctx context.Context, tx *db.Tx, spans []unit.Stretch) error { return h.Restamp(ctx, tx, spans) })
	err := d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		u, err := h.units.Found(ctx, tx, "Tỉnh Mẫu", "tinh")
		h.root = u.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, name := range map[*unit.ID]string{&h.a: "Xã Bản A", &h.b: "Xã Bản B"} {
		u, err := h.units.Create(h.officer(), unit.Unit{Name: name, Kind: "xa", ParentID: h.root})
		if err != nil {
			t.Fatal(err)
		}
		*id = u.ID
	}
	h.addresses(h.a, "10.1.0.0/16", unit.Machine)
	h.addresses(h.a, "10.1.255.0/24", unit.NAT)
	return h
}

func (h *house) addresses(u unit.ID, text string, kind unit.AddressKind) []unit.Range {
	h.t.Helper()
	list, err := h.units.AddRange(h.officer(), u, unit.NewRange{Text: text, Kind: kind})
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

// as is a context in which somebody holds role in a unit.
func (h *house) as(role auth.Role, u unit.ID) context.Context {
	return auth.With(h.t.Context(), auth.Actor{ID: "p-" + string(role), Name: "Cán bộ " + string(role), Home: string(u),
		Grants: []auth.Grant{{Role: role, Unit: string(u)}}})
}

func (h *house) officer() context.Context { return h.as(auth.Centre, h.root) }

// list is a block list without label: its threat is its name unless given.
func list(name, threat string) *intel.List {
	return &intel.List{Name: name, Threat: threat, TLP: "TLP:AMBER"}
}

// hit is client asking n times for name at the moment.
func hit(l *intel.List, client, name string, n int64, at time.Time) scan.Hit {
	h := scan.Hit{Match: intel.Match{List: l, Indicator: "evil.example", Type: intel.Domain, Threat: l.Threat}, Name: name,
		Count: n, Lines: n, First: at, Last: at}
	if client != "" {
		h.Client = netip.MustParseAddr(client)
	}
	return h
}

// record takes in one block of owner's source.
func (h *house) record(owner unit.ID, hits ...scan.Hit) []finding.Touched {
	h.t.Helper()
	var out []finding.Touched
	err := h.db.Housekeep(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = h.Record(ctx, tx, h.now, finding.Batch{SourceID: "src", FileID: "file", Owner: string(owner), ReceivedAt: h.now, Hits: hits})
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

// all lists what the actor of ctx sees, by first seen.
func (h *house) all(ctx context.Context, f finding.Filter) []finding.Seen {
	h.t.Helper()
	if f.Sort == finding.Queue {
		f.Sort = finding.ByFirstSeen
	}
	p, err := h.List(ctx, f)
	if err != nil {
		h.t.Fatal(err)
	}
	if p.Total != int64(len(p.Rows)) {
		h.t.Errorf("total %d of %d rows", p.Total, len(p.Rows))
	}
	return p.Rows
}

// one is the only finding the filter finds.
func (h *house) one(f finding.Filter) finding.Seen {
	h.t.Helper()
	rows := h.all(h.officer(), f)
	if len(rows) != 1 {
		h.t.Fatalf("%d findings, want one: %+v", len(rows), rows)
	}
	return rows[0]
}

func (h *house) dismiss(f finding.Seen, falsePositive bool) finding.Seen {
	h.t.Helper()
	f, err := h.Dismiss(h.officer(), f.ID, finding.Dismissal{Reason: "đã kiểm tra", FalsePositive: falsePositive, Names: f.Names}, f.Version)
	if err != nil {
		h.t.Fatal(err)
	}
	return f
}
