// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection_test

import (
	"context"
	"errors"
	"io/fs"
	"net/netip"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
)

var (
	kinds   = []rulepack.Kind{{ID: "tinh", Label: rulepack.Label{VI: "Tỉnh"}}, {ID: "xa", Label: rulepack.Label{VI: "Xã"}}}
	sources = []fs.FS{auth.Migrations, audit.Migrations, unit.Migrations, finding.Migrations, infection.Migrations, web.Migrations}

	t0     = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)
	emotet = &intel.List{Name: "Danh sách A", Threat: "Emotet"}
)

// house is a province with two communes. Commune a has machines in 10.1.0.0/16
// and NAT at 10.1.255.0/24; b has none declared. The two rooms tell each other
// as app wires them.
type house struct {
	*infection.Service
	t          testing.TB
	db         *db.DB
	units      *unit.Service
	findings   *finding.Service
	root, a, b unit.ID
	now        time.Time
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
	h.findings = finding.New(finding.Deps{Records: d, Now: clock, Moved: func(ctx context.Context, tx *db.Tx, f finding.Finding) error {
		return h.FindingMoved(ctx, tx, f)
	}})
	h.Service = infection.New(infection.Deps{Records: d, Findings: h.findings, Now: clock})
	h.units.OnReplanned(func(ctx context.Context, tx *db.Tx, spans []unit.Stretch) error {
		return errors.Join(h.findings.Restamp(ctx, tx, spans), h.Restamp(ctx, tx, spans))
	})
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

func (h *house) addresses(u unit.ID, text string, kind unit.AddressKind) {
	h.t.Helper()
	if _, err := h.units.AddRange(h.officer(), u, unit.NewRange{Text: text, Kind: kind}); err != nil {
		h.t.Fatal(err)
	}
}

// as is a context in which somebody holds role in a unit.
func (h *house) as(role auth.Role, u unit.ID) context.Context {
	return auth.With(h.t.Context(), auth.Actor{ID: "p-" + string(role), Name: "Cán bộ " + string(role), Home: string(u),
		Grants: []auth.Grant{{Role: role, Unit: string(u)}}})
}

func (h *house) officer() context.Context { return h.as(auth.Centre, h.root) }

func hit(l *intel.List, client, name string, n int64, at time.Time) scan.Hit {
	h := scan.Hit{Match: intel.Match{List: l, Indicator: "evil.example", Type: intel.Domain, Threat: l.Threat}, Name: name,
		Count: n, Lines: n, First: at, Last: at}
	if client != "" {
		h.Client = netip.MustParseAddr(client)
	}
	return h
}

// take is what the worker's sink does with one block.
func (h *house) take(ctx context.Context, tx *db.Tx, owner unit.ID, hits []scan.Hit) error {
	touched, err := h.findings.Record(ctx, tx, h.now, finding.Batch{SourceID: "src", FileID: "file", Owner: string(owner), ReceivedAt: h.now, Hits: hits})
	if err != nil {
		return err
	}
	return h.Record(ctx, tx, h.now, touched...)
}

func (h *house) record(owner unit.ID, hits ...scan.Hit) {
	h.t.Helper()
	err := h.db.Housekeep(h.t.Context(), func(ctx context.Context, tx *db.Tx) error { return h.take(ctx, tx, owner, hits) })
	if err != nil {
		h.t.Fatal(err)
	}
}

// ask records that 10.1.0.5 of commune a asked for a name some minutes from now.
func (h *house) ask(name string, minutes int) {
	h.t.Helper()
	h.record(h.a, hit(emotet, "10.1.0.5", name, 1, h.now.Add(time.Duration(minutes)*time.Minute)))
}

func (h *house) all(ctx context.Context, f infection.Filter) []infection.Seen {
	h.t.Helper()
	p, err := h.List(ctx, f)
	if err != nil {
		h.t.Fatal(err)
	}
	if p.Total != int64(len(p.Rows)) {
		h.t.Errorf("total %d of %d rows", p.Total, len(p.Rows))
	}
	return p.Rows
}

func (h *house) one() infection.Seen {
	h.t.Helper()
	rows := h.all(h.officer(), infection.Filter{})
	if len(rows) != 1 {
		h.t.Fatalf("%d infections, want one: %+v", len(rows), rows)
	}
	return rows[0]
}

// queue lists the findings that wait.
func (h *house) queue() []finding.Seen {
	h.t.Helper()
	p, err := h.findings.List(h.officer(), finding.Filter{State: finding.AnyOpen})
	if err != nil {
		h.t.Fatal(err)
	}
	return p.Rows
}

func must[A any](t testing.TB) func(A, error) A {
	return func(a A, err error) A {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
}
