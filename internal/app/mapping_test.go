// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/centre/source"
)

// TestAMappedLogGivesAFinding takes a log of a format that nobody knows through
// the whole program: list, mapping file, file, finding.
func TestAMappedLogGivesAFinding(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx := h.found(t)
	file := must(h.Rooms.Indicators.Store(ctx, "x.txt", strings.NewReader("bad.example\n")))(t)
	must(h.Rooms.Indicators.Create(ctx, indicator.List{Name: "X", Kind: indicator.Block, TLP: indicator.Clear, Scope: indicator.WithSubdomains,
		Layout: indicator.Plain, Owner: h.root}, file))(t)
	h.work(t)
	src := must(h.Rooms.Sources.Create(ctx, source.Source{Name: "Proxy X", Owner: h.root}))(t)
	must(h.Rooms.Sources.SetMapping(ctx, src.ID, src.Version, "name: proxy-x\nform: csv\nseparator: ';'\ncolumns: [when, who, site]\nfields: {when: time, who: src, site: dst_host}\n"))(t)
	f, _, err := h.Rooms.Sources.Receive(ctx, src.ID, "proxy.log", source.ByAPI, strings.NewReader("2026-11-20T08:00:00+07:00;10.1.7.5;www.bad.example\n2026-11-20T08:00:01+07:00;10.1.7.6;good.example\n"))
	if err != nil {
		t.Fatal(err)
	}
	h.work(t)
	if f = must(h.Rooms.Sources.File(ctx, f.ID))(t); f.State != source.Done || f.Account.Parsed != 2 || f.Account.Hits != 1 {
		t.Fatalf("%+v", f)
	}
	if found := must(h.Rooms.Findings.List(ctx, finding.Filter{}))(t); len(found.Rows) != 1 || found.Rows[0].Addr.String() != "10.1.7.5" {
		t.Errorf("findings %+v", found.Rows)
	}
}
