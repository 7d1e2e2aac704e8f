// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

func day(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// withMadeUp is the real packs and the made-up regime of testdata.
func withMadeUp(t *testing.T) *rulepack.Set {
	t.Helper()
	set, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	set, faults := set.With(os.DirFS("testdata"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return set
}

// A decree nobody has written yet, with its own limits, forms, addressees and
// dates, is a folder of files and no line of code.
func TestAMadeUpDecreeWorksAsAThirdPack(t *testing.T) {
	t.Parallel()
	set := withMadeUp(t)
	if got := set.At(day(t, "2030-12-31")).ID; got != "VN-ANM-2026" {
		t.Errorf("the last day of the old regime is under %s", got)
	}
	anm, _ := set.Get("VN-ANM-2026")
	if anm.To != day(t, "2030-12-31") {
		t.Errorf("the regime before ends on %s", anm.To)
	}
	p := set.At(day(t, "2031-01-01"))
	if p.ID != "VN-GIA-2031" || p.Term("incident", "vi") != "biến cố số" || p.Term("paper.to", "en") != "To:" {
		t.Fatalf("%s says %q and %q", p.ID, p.Term("incident", "vi"), p.Term("paper.to", "en"))
	}
	clocks := p.Clocks(rulepack.SeverityDecided, rulepack.Facts{Severity: "lon"})
	if len(clocks) != 1 || strings.Join(clocks[0].Addressees, " ") != "uy_ban_so tram_vung" {
		t.Fatalf("clocks %+v", clocks)
	}
	t0 := time.Date(2031, 2, 3, 8, 0, 0, 0, calendar.Zone())
	due, e, ok := clocks[0].Due(set.Calendar(), rulepack.Moments{DetectedAt: t0})
	if want := t0.Add(9 * time.Hour); !ok || !due.Equal(want) || e.Basis != "Nghị định 99/2030/NĐ-CP, Điều 8, khoản 1" {
		t.Errorf("due %v for %q", due, e.Basis)
	}
	if f, ok := p.Form(clocks[0].Form); !ok || f.SubjectMark != "[BCS]" || len(f.Fields()) != 3 {
		t.Errorf("form %+v", f)
	}
	if id, _ := p.SuggestSeverity(rulepack.Facts{ControlLost: true}); id != "lon" {
		t.Errorf("severity %q", id)
	}
	if a, ok := p.AuthorityOf(5); !ok || a.Appraise[0] != "uy_ban" {
		t.Errorf("authority %+v", a)
	}
	audit, _ := p.Period("audit")
	if got := audit.At(4); got != (rulepack.Span{N: 4, Unit: "month"}) {
		t.Errorf("audit of level 4: %+v", got)
	}
	if got := p.Level(rulepack.SystemFacts{Uses: []string{"citizens"}, Persons: 5000, Risk: 1}); got.Level != 2 || len(got.Reasons) != 2 {
		t.Errorf("level %+v", got)
	}
}

// One pack may hold several versions of a value; the day says which.
func TestAValueFollowsItsDays(t *testing.T) {
	t.Parallel()
	set := withMadeUp(t)
	versions := map[string]string{}
	for _, k := range []struct {
		day     string
		persons int
		amount  calendar.Amount
		level   int
	}{
		{"2031-06-01", 7000, calendar.Amount{N: 36, Unit: calendar.Hour}, 2},
		{"2032-06-01", 7000, calendar.Amount{N: 11, Unit: calendar.WorkingDay}, 2},
		{"2033-01-01", 4000, calendar.Amount{N: 11, Unit: calendar.WorkingDay}, 4},
		{"2099-01-01", 4000, calendar.Amount{N: 11, Unit: calendar.WorkingDay}, 4},
	} {
		p := set.At(day(t, k.day))
		n, ok := p.Threshold("subjects")
		_, l := set.Start(rulepack.DossierCompleted, rulepack.Facts{SystemLevel: 3}, rulepack.Moments{CompletedAt: day(t, k.day).Start()})
		if !ok || n.Value != k.persons || len(l) != 1 || l[0].Amount != k.amount {
			t.Errorf("%s: %+v, %+v", k.day, n, l)
		}
		if got := p.Level(rulepack.SystemFacts{Uses: []string{"citizens"}, Persons: 5000}).Level; got != k.level {
			t.Errorf("%s: level %d", k.day, got)
		}
		versions[p.Version] = k.day
	}
	if len(versions) != 2 { // clocks say their days themselves
		t.Errorf("two readings have %d versions", len(versions))
	}
}

// A pack of the province's own that is wrong is refused with its place; the
// other packs stay in force.
func TestAFaultyOutsidePackCostsOnlyItself(t *testing.T) {
	t.Parallel()
	base, err := rulepack.Load(tree(nil))
	if err != nil {
		t.Fatal(err)
	}
	good := strings.NewReplacer("id: NEW", "id: NEXT", "from: 2026-07-01", "from: 2030-01-01").Replace(newYAML)
	for _, k := range []struct{ outcome, name, text, want string }{
		{"an unknown key", "BAD/pack.yaml", "pack:\n  id: BAD\n  colour: red\n", "BAD/pack.yaml:3: field colour not found"},
		{"an id that is taken", "NEW/pack.yaml", newYAML, `NEW/pack.yaml:2: a pack "NEW" exists already`},
		{"a regime in the past", "PAST/pack.yaml", strings.Replace(newYAML, "id: NEW", "id: PAST", 1), "PAST/pack.yaml:2: it begins on 2026-07-01"},
		{"a regime that ends", "ENDS/pack.yaml", strings.NewReplacer("id: NEW", "id: ENDS", "from: 2026-07-01", "from: 2029-07-01\n  to: 2029-12-31").Replace(newYAML), "ENDS/pack.yaml:2: only the newest pack"},
		{"a text replaced by nothing known", "LINK/pack.yaml", strings.NewReplacer("id: NEW", "id: LINK", "2026-07-01", "2029-07-01", "status: in_force", "status: lapsed\n    replaced_by: [moon]").Replace(newYAML), `LINK/pack.yaml:9: instrument "moon" is unknown`},
		{"a file beside the folders", "pack.yaml", "x: 1\n", "pack.yaml:1: a pack is a folder"},
	} {
		t.Run(k.outcome, func(t *testing.T) {
			t.Parallel()
			set, faults := base.With(fstest.MapFS{"NEXT/pack.yaml": {Data: []byte(good)}, k.name: {Data: []byte(k.text)}})
			if len(faults) != 1 || !strings.Contains(faults[0].Error(), k.want) {
				t.Errorf("got %v\nwant %s", faults, k.want)
			}
			if p := set.At(day(t, "2030-06-01")); p.ID != "NEXT" {
				t.Errorf("the good pack is not in force: %s", p.ID)
			}
			if len(set.Packs()) != 3 {
				t.Errorf("%d packs", len(set.Packs()))
			}
		})
	}
	if got := base.At(day(t, "2030-06-01")).ID; got != "NEW" {
		t.Errorf("the set it was added to changed: %s", got)
	}
}
