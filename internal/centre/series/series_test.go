// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package series_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/series"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

var (
	kinds   = []rulepack.Kind{{ID: "ubnd_tinh", Label: rulepack.Label{VI: "Tỉnh"}}, {ID: "so", Label: rulepack.Label{VI: "Sở"}}}
	schemas = []fs.FS{auth.Migrations, audit.Migrations, unit.Migrations, obligation.Migrations, series.Migrations}
	hanoi   = time.FixedZone("Hanoi", 7*3600)
)

// desk is the room of papers as a definition sees it.
type desk struct {
	mu      sync.Mutex
	made    []series.Ask
	papers  map[string]series.Paper
	numbers map[string][]series.Number
	refuse  error
}

func (k *desk) Draft(_ context.Context, a series.Ask) (series.Paper, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refuse != nil {
		return series.Paper{}, k.refuse
	}
	k.made = append(k.made, a)
	p := series.Paper{ID: fmt.Sprintf("p%d", len(k.made)), State: "draft", Href: "/papers/p"}
	k.papers[p.ID] = p
	return p, nil
}

func (k *desk) Look(_ context.Context, ids []string) (map[string]series.Paper, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := map[string]series.Paper{}
	for _, id := range ids {
		if p, ok := k.papers[id]; ok {
			out[id] = p
		}
	}
	return out, nil
}

func (k *desk) Printed(_ context.Context, id string) ([]series.Number, error) {
	if n, ok := k.numbers[id]; ok {
		return n, nil
	}
	return nil, fault.Missing("desk")
}

// office is a province with one department, at a desk.
type office struct {
	*series.Service
	*desk
	t       *testing.T
	db      *db.DB
	laws    *rulepack.Set
	now     time.Time
	root, a string
	told    []series.Told
	gone    bool                   // the writer
	ended   bool                   // the unit
	bodies  map[string]series.Body // those that are not as all others
}

func set(t *testing.T, d *db.DB) *office {
	t.Helper()
	o := &office{t: t, db: d, desk: &desk{papers: map[string]series.Paper{}, numbers: map[string][]series.Number{}}, now: day(2026, 11, 23, 9)}
	clock := func() time.Time { return o.now }
	laws, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	o.laws = laws
	units := unit.New(d, kinds, clock)
	duties := obligation.New(obligation.Deps{Records: d, Now: clock, Days: laws.Calendar()})
	windows := func(context.Context) ([]rulepack.Campaign, error) {
		var out []rulepack.Campaign
		for y := 2025; y <= 2028; y++ {
			for _, w := range laws.Calendar().Windows(y) {
				if w.Last.Year == y {
					out = append(out, rulepack.Campaign{ID: fmt.Sprintf("%s-%d", w.Campaign, y), Label: rulepack.Label(w.Name), From: w.First, To: w.Last})
				}
			}
		}
		return out, nil
	}
	o.Service = series.New(series.Deps{Records: d, Now: clock, Laws: laws, Obligations: duties, Papers: o.desk, Campaigns: windows,
		Occasions: func() []rulepack.Campaign { return []rulepack.Campaign{{ID: "peak-tet"}} },
		Writers: func(context.Context, string) ([]series.Person, error) {
			return []series.Person{{ID: "an", Name: "Nguyễn Văn An"}}, nil
		},
		As: func(ctx context.Context, _, _ string) (context.Context, error) {
			if o.gone {
				return nil, fault.Missing("as")
			}
			return ctx, nil
		},
		Body: func(_ context.Context, id string) (series.Body, error) {
			if b, ok := o.bodies[id]; ok {
				if b.ID == "" {
					return b, fault.Missing("body")
				}
				return b, nil
			}
			return series.Body{ID: id, Name: "Sở", Kind: "so", Ended: o.ended}, nil
		},
		Directives: func(context.Context) ([]series.Directive, error) { return nil, nil },
		Directive: func(context.Context, string) (series.Directive, error) {
			return series.Directive{}, fault.Missing("directive")
		},
		Tell: func(_ context.Context, _ *db.Tx, told series.Told) error {
			o.desk.mu.Lock()
			defer o.desk.mu.Unlock()
			if !slices.ContainsFunc(o.told, func(x series.Told) bool { return x.Kind == told.Kind && x.Key == told.Key }) { // as the room of notices does
				o.told = append(o.told, told)
			}
			return nil
		}})
	err = d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		u, err := units.Found(ctx, tx, "Tỉnh Mẫu", "ubnd_tinh")
		o.root = string(u.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	u, err := units.Create(o.as(auth.Centre, o.root), unit.Unit{Name: "Sở Mẫu", Kind: "so", ParentID: unit.ID(o.root)})
	if err != nil {
		t.Fatal(err)
	}
	o.a = string(u.ID)
	return o
}

func day(y int, m time.Month, d, h int) time.Time { return time.Date(y, m, d, h, 0, 0, 0, hanoi) }

func (o *office) as(role auth.Role, u string) context.Context {
	return auth.With(o.t.Context(), auth.Actor{ID: "an", Name: "Nguyễn Văn An", Home: u, Grants: []auth.Grant{{Role: role, Unit: u}}})
}

func (o *office) add(p series.Plan) series.Series {
	o.t.Helper()
	p.Unit, p.Writer = o.a, "an"
	if p.Title == "" {
		p.Title = "Báo cáo"
	}
	if p.Lead == 0 {
		p.Lead = 15
	}
	x, err := o.Add(o.as(auth.Centre, o.root), p)
	if err != nil {
		o.t.Fatal(err)
	}
	return x
}

// turn lets the background work at a moment, twice.
func (o *office) turn(at time.Time) {
	o.t.Helper()
	o.now = at
	for range 2 {
		if err := o.Attend(o.t.Context()); err != nil {
			o.t.Fatal(err)
		}
	}
}

func (o *office) asked() (keys []string) {
	for _, a := range o.made {
		keys = append(keys, fmt.Sprintf("%s %s %d/%d %s..%s", a.Form, a.Kind, a.Part, a.Year, a.From, a.To))
	}
	return keys
}

func (o *office) standings(id series.ID) map[string]series.Standing {
	o.t.Helper()
	f, err := o.Open(o.as(auth.Centre, o.root), id)
	if err != nil {
		o.t.Fatal(err)
	}
	out := map[string]series.Standing{}
	for _, e := range f.Entries {
		out[e.Key] = e.Standing
	}
	return out
}

func quarterly() series.Plan {
	return series.Plan{Title: "Nguy cơ quý", Form: "F4", Duty: "bao-cao-quy-rui-ro", Every: rulepack.Quarterly}
}

// A quarterly report is drafted once, on the first day of its lead, over the end
// of the year; its writer is told, and the duty of the pack is owed once.
func TestADraftIsMadeOnceWhenItsLeadBegins(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		o := set(t, d)
		x := o.add(quarterly())
		o.turn(day(2026, 12, 15, 23))
		if len(o.made) != 0 {
			t.Fatalf("made before its lead: %v", o.asked())
		}
		o.turn(day(2026, 12, 16, 0)) // 31/12 less 15 days, the first minute
		o.turn(day(2027, 3, 16, 8))
		want := []string{"F4 quarter 4/2026 2026-10-01..2026-12-31", "F4 quarter 1/2027 2027-01-01..2027-03-31"}
		if got := o.asked(); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
		if len(o.told) != 2 || o.told[0].Kind != "drafted" || o.told[0].To != "an" {
			t.Errorf("told %+v", o.told)
		}
		var owed []string
		if err := d.Read().NewRaw("SELECT clock_id || ' ' || subject_id || ' ' || form_id FROM obligation ORDER BY id").Scan(t.Context(), &owed); err != nil {
			t.Fatal(err)
		}
		if clock := "bao-cao-quy-rui-ro@" + o.a; !slices.Equal(owed, []string{clock + " bao-cao-quy-rui-ro@2026-Q4 F4", clock + " bao-cao-quy-rui-ro@2027-Q1 F4"}) {
			t.Errorf("owed %v", owed)
		}
		acts, err := audit.Of(t.Context(), d, "series", string(x.ID), 10)
		if err != nil || len(acts) != 3 || acts[0].Action != "series.make" || acts[0].ActorID != "system" {
			t.Errorf("trail %+v, %v", acts, err)
		}
		o.papers["p1"] = series.Paper{ID: "p1", State: "sent", SentAt: day(2027, 1, 1, 0)} // 24:00 of the last day is in time
		o.papers["p2"] = series.Paper{ID: "p2", State: "sent", SentAt: day(2027, 4, 1, 0).Add(time.Millisecond)}
		o.now = day(2027, 4, 2, 8)
		if s := o.standings(x.ID); s["2026-Q4"] != series.SentOn || s["2027-Q1"] != series.SentLate || s["2027-Q2"] != series.Ahead {
			t.Errorf("%v", s)
		}
	})
}

// The year of a form that ends in December, Tết by the lunar calendar, months and
// halves with an own term.
func TestPeriodsOfEachRhythm(t *testing.T) {
	t.Parallel()
	o := set(t, dbtest.SQLite(t, schemas...))
	o.add(series.Plan{Form: "F12", Duty: "bao-cao-nam-van-hanh", Every: rulepack.Yearly, Lead: 20})
	o.add(series.Plan{Form: "F7", Every: rulepack.PerWindow, Occasion: "peak-tet", DueDays: 5, Lead: 3})
	o.add(series.Plan{Form: "F9", Every: rulepack.Monthly, DueDays: 4, Lead: 2})
	o.add(series.Plan{Form: "F3", Pack: "VN-ATTT-2016", Every: rulepack.HalfYearly, Lead: 1})
	for at := day(2026, 11, 23, 9); at.Before(day(2027, 3, 5, 0)); at = at.AddDate(0, 0, 1) {
		o.turn(at)
	}
	want := []string{
		"F12 year 1/2026 2025-12-15..2026-12-14", // due 19/12, begun 29/11
		"F9 month 11/2026 2026-11-01..2026-11-30",
		"F3 half 2/2026 2026-07-01..2026-12-31",
		"F9 month 12/2026 2026-12-01..2026-12-31",
		"F9 month 1/2027 2027-01-01..2027-01-31",
	}
	got := o.asked()
	tet := slices.IndexFunc(got, func(s string) bool { return s[:2] == "F7" })
	if tet < 0 {
		t.Fatalf("no Tết in %v", got)
	}
	var windows []string
	for _, w := range o.laws.Calendar().Windows(2027) {
		if w.Campaign == "peak-tet" && w.First.Year == 2027 {
			windows = append(windows, fmt.Sprintf("F7 span 1/2027 %s..%s", w.First, w.Last))
		}
	}
	if len(windows) != 1 || got[tet] != windows[0] || !slices.Contains(got, windows[0]) {
		t.Errorf("Tết is %q, the calendar has %v", got[tet], windows)
	}
	rest := slices.DeleteFunc(got, func(s string) bool { return s[:2] == "F7" })
	if len(rest) < len(want) || !slices.Equal(rest[:len(want)], want) {
		t.Errorf("%v\nwant %v", rest, want)
	}
}

// Two workers at once make one draft; one that died leaves the period to the next.
func TestTwoWorkersMakeOneDraft(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		o := set(t, d)
		x := o.add(quarterly())
		o.now = day(2026, 12, 20, 8)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if err := o.Attend(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(o.made) != 1 || len(o.told) != 1 {
			t.Fatalf("%d drafts, %d told", len(o.made), len(o.told))
		}
		err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error { // as if the worker had died at work
			_, err := tx.NewRaw("UPDATE series_run SET state = 'making', paper_id = ''").Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		o.turn(day(2026, 12, 20, 8).Add(9 * time.Minute))
		if len(o.made) != 1 || o.standings(x.ID)["2026-Q4"] != series.AtWork {
			t.Errorf("taken from a worker that may live: %d", len(o.made))
		}
		o.turn(day(2026, 12, 20, 8).Add(11 * time.Minute))
		if len(o.made) != 2 || o.standings(x.ID)["2026-Q4"] != series.Drafted {
			t.Errorf("left with the dead: %d", len(o.made))
		}
	})
}

// While the machine is off a term ends: the period is listed as missed, told
// once, and a person makes it.
func TestMissedPeriodsAreListedAndMade(t *testing.T) {
	t.Parallel()
	o := set(t, dbtest.SQLite(t, schemas...))
	x := o.add(quarterly())
	o.turn(day(2027, 7, 3, 8))
	s := o.standings(x.ID)
	for _, key := range []string{"2026-Q4", "2027-Q1", "2027-Q2"} {
		if s[key] != series.PassedBy {
			t.Errorf("%s is %q", key, s[key])
		}
	}
	if len(o.made) != 0 || len(o.told) != 3 || o.told[0].Kind != "missed" {
		t.Errorf("%d made, told %+v", len(o.made), o.told)
	}
	ctx := o.as(auth.Centre, o.root)
	if _, err := o.Make(ctx, x.ID, "2027-Q1"); err != nil {
		t.Fatal(err)
	}
	if s := o.standings(x.ID); s["2027-Q1"] != series.Drafted || s["2027-Q2"] != series.PassedBy {
		t.Errorf("%v", s)
	}
	if _, err := o.Make(ctx, x.ID, "2027-Q1"); !fault.Is(err, fault.Conflict) {
		t.Errorf("made twice: %v", err)
	}
	if _, err := o.Make(ctx, x.ID, "2031-Q1"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a period to come: %v", err)
	}
	if _, err := o.Make(ctx, x.ID, "2025-Q2"); err != nil { // from before the definition, for whoever asks
		t.Error(err)
	}
	o.papers["p1"] = series.Paper{ID: "p1", State: "withdrawn"}
	if _, err := o.Make(ctx, x.ID, "2027-Q1"); err != nil {
		t.Errorf("after its paper was withdrawn: %v", err)
	}
	var owed int
	if err := o.db.Read().NewRaw("SELECT COUNT(*) FROM obligation").Scan(t.Context(), &owed); err != nil || owed != 1 {
		t.Errorf("%d duties are owed, %v", owed, err)
	}
}

// What fails is kept with its reason, told once, tried again, and costs only its
// own definition.
func TestAFailureCostsOnlyItsDefinition(t *testing.T) {
	t.Parallel()
	o := set(t, dbtest.SQLite(t, schemas...))
	bad := o.add(quarterly())
	o.gone = true
	at := day(2026, 12, 20, 8)
	o.turn(at)
	if s := o.standings(bad.ID); s["2026-Q4"] != series.NotMade || len(o.told) != 1 || o.told[0].Reason != series.NoWriter {
		t.Fatalf("%v, told %+v", s, o.told)
	}
	o.turn(at.Add(2 * time.Hour))
	if len(o.told) != 1 {
		t.Errorf("told again: %+v", o.told)
	}
	o.gone, o.ended = false, true
	o.turn(at.Add(4 * time.Hour))
	if len(o.told) != 2 || o.told[1].Reason != series.NoUnit {
		t.Errorf("told %+v", o.told)
	}
	o.ended, o.refuse = false, errors.New("the disk is full")
	o.now = at.Add(6 * time.Hour)
	if err := o.Attend(t.Context()); err == nil {
		t.Error("what broke was swallowed")
	}
	o.refuse = nil
	o.turn(at.Add(8 * time.Hour))
	if s := o.standings(bad.ID); s["2026-Q4"] != series.Drafted {
		t.Errorf("%v", s)
	}
	// A form that is gone from the pack.
	err := o.db.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw("UPDATE series_plan SET form_id = 'F99'").Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	good := o.add(series.Plan{Form: "F9", Every: rulepack.Monthly})
	n := len(o.made)
	o.turn(at.Add(10 * time.Hour))
	if len(o.made) != n+1 || o.standings(good.ID)["2026-12"] != series.Drafted {
		t.Errorf("the other definition: %v", o.asked())
	}
	f, err := o.Open(o.as(auth.Centre, o.root), bad.ID)
	if err != nil || f.Why != series.NoForm || f.Problem != series.NoForm || len(f.Entries) != 1 {
		t.Errorf("%+v, %v", f.Series, err)
	}
}

// Whoever sees another unit sees nothing; who only reads changes nothing; a stale
// form changes nothing.
func TestScopeAndVersions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		o := set(t, d)
		x := o.add(quarterly())
		up, below, away := o.as(auth.Centre, o.root), o.as(auth.UnitOfficer, o.a), o.as(auth.UnitOfficer, db.NewID())
		if _, _, err := o.Get(away, x.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("seen from elsewhere: %v", err)
		}
		if page, err := o.List(away, series.Filter{}); err != nil || page.Total != 0 {
			t.Errorf("listed elsewhere: %+v, %v", page, err)
		}
		if _, err := o.Make(away, x.ID, "2026-Q3"); !fault.Is(err, fault.NotFound) {
			t.Errorf("made from elsewhere: %v", err)
		}
		if _, may, err := o.Get(o.as(auth.Viewer, o.root), x.ID); err != nil || may {
			t.Errorf("a viewer may %v, %v", may, err)
		}
		if _, err := o.Stop(o.as(auth.Viewer, o.root), x.ID, x.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a viewer stops: %v", err)
		}
		p := x.Plan
		p.Title, p.Lead, p.To = "Tên khác", 30, []string{" Bộ Công an ", "Bộ Công an"}
		y, err := o.Edit(below, x.ID, p, x.Version)
		if err != nil || y.Title != "Tên khác" || !slices.Equal(y.To, []string{"Bộ Công an"}) {
			t.Fatalf("%+v, %v", y, err)
		}
		if _, err := o.Edit(up, x.ID, p, x.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale form: %v", err)
		}
		p.Writer = series.Kept // by somebody who does not see the writer
		if y, err = o.Edit(up, x.ID, p, y.Version); err != nil || y.Writer != "an" {
			t.Fatalf("%+v, %v", y, err)
		}
		if y, err = o.Stop(up, x.ID, y.Version); err != nil {
			t.Fatal(err)
		}
		if s := o.standings(x.ID); len(s) != 0 {
			t.Errorf("stopped, and %v come", s)
		}
		o.turn(day(2027, 1, 20, 8))
		if y, err = o.Resume(up, x.ID, y.Version); err != nil || y.Since != (calendar.Date{Year: 2027, Month: 1, Day: 20}) || len(o.made)+len(o.told) != 0 {
			t.Fatalf("%+v, %v: %d made, %d told", y, err, len(o.made), len(o.told))
		}
		o.turn(day(2027, 3, 20, 8))
		if err := o.Delete(up, x.ID, y.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("deleted with a paper: %v", err)
		}
		o.papers["p1"] = series.Paper{ID: "p1", State: "withdrawn"}
		if err := o.Delete(up, x.ID, y.Version); err != nil {
			t.Error(err)
		}
		if page, err := o.List(up, series.Filter{}); err != nil || page.Total != 0 {
			t.Errorf("%+v, %v", page, err)
		}
	})
}

// What no definition can be is refused by field.
func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	o := set(t, dbtest.SQLite(t, schemas...))
	for field, change := range map[string]func(*series.Plan){
		"title":     func(p *series.Plan) { p.Title = " " },
		"form":      func(p *series.Plan) { p.Form = "F1b" }, // of an incident
		"every":     func(p *series.Plan) { p.Every, p.Duty = rulepack.Monthly, "" },
		"term":      func(p *series.Plan) { p.Duty = "bao-cao-nam-van-hanh" },
		"lead":      func(p *series.Plan) { p.Lead = 0 },
		"due_days":  func(p *series.Plan) { p.Duty, p.DueDays = "", 91 },
		"writer":    func(p *series.Plan) { p.Writer = "binh" },
		"unit":      func(p *series.Plan) { p.Unit = "x" },
		"directive": func(p *series.Plan) { p.Directive = "x" },
		"occasion":  func(p *series.Plan) { p.Form, p.Duty, p.Every, p.Occasion = "F7", "", rulepack.PerWindow, "x" },
	} {
		p := quarterly()
		p.Unit, p.Writer, p.Lead = o.a, "an", 15
		change(&p)
		_, err := o.Add(o.as(auth.Centre, o.root), p)
		if e := fault.Of(err); !fault.Is(err, fault.Invalid) || e.Fields[field] == "" {
			t.Errorf("%s: %v %v", field, err, e.Fields)
		}
	}
}

// The packs propose what the unit's kind owes first, and taking it twice is one.
func TestOffersAreTakenOnce(t *testing.T) {
	t.Parallel()
	o := set(t, dbtest.SQLite(t, schemas...))
	ctx := o.as(auth.UnitOfficer, o.a)
	list, _, err := o.Offers(ctx, o.a)
	if err != nil {
		t.Fatal(err)
	}
	var forms []string
	for _, f := range list {
		forms = append(forms, fmt.Sprintf("%s %v %v", f.Form.ID, f.Owed, f.Past))
	}
	want := []string{"F12 true false", "F4 true false", "F7 true false", "F12 false false", "F3 true true", "F9 true true"}
	if !slices.Equal(forms, want) {
		t.Errorf("%v, want %v", forms, want)
	}
	x, err := o.Take(ctx, o.a, "VN-ANM-2026", "truc-cao-diem-ket-qua")
	if err != nil || x.Form != "F7" || x.Writer != "an" || x.Lead != 15 {
		t.Fatalf("%+v, %v", x, err)
	}
	if _, err := o.Take(ctx, o.a, "VN-ANM-2026", "truc-cao-diem-ket-qua"); !fault.Is(err, fault.Conflict) {
		t.Errorf("twice: %v", err)
	}
	if _, err := o.Take(ctx, o.a, "VN-ANM-2026", "ra-quet-thang"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a duty without form: %v", err)
	}
	if _, _, err := o.Offers(ctx, o.root); !fault.Is(err, fault.NotFound) {
		t.Errorf("offers of a unit out of scope: %v", err)
	}
}

// Only what was printed stands in the table; a period without print says so.
func TestNumbersOverPeriods(t *testing.T) {
	t.Parallel()
	o := set(t, dbtest.SQLite(t, schemas...))
	x := o.add(quarterly())
	for _, at := range []time.Time{day(2026, 12, 20, 8), day(2027, 3, 20, 8), day(2027, 6, 20, 8)} {
		o.turn(at)
	}
	o.papers["p1"] = series.Paper{ID: "p1", State: "sent", Prints: 1, SentAt: day(2026, 12, 30, 8)}
	o.papers["p3"] = series.Paper{ID: "p3", State: "printed", Prints: 2}
	o.numbers["p1"] = []series.Number{{Key: "infected", Label: "Số máy nhiễm", Value: 7}}
	o.numbers["p3"] = []series.Number{{Key: "infected", Label: "Số máy nhiễm", Value: 0}, {Key: "rate", Label: "Tỷ lệ", Value: 12.5, Percent: true}}
	f, err := o.Open(o.as(auth.Centre, o.root), x.ID)
	if err != nil {
		t.Fatal(err)
	}
	n, err := o.Numbers(o.as(auth.Centre, o.root), f)
	if err != nil || len(n.Columns) != 3 || n.Columns[0].Key != "2026-Q4" || n.Columns[1].Printed || len(n.Rows) != 2 {
		t.Fatalf("%+v, %v", n, err)
	}
	if v := n.Rows[0].Values; *v[0] != 7 || v[1] != nil || *v[2] != 0 {
		t.Errorf("%v", v)
	}
	if v := n.Rows[1].Values; v[0] != nil || v[1] != nil || *v[2] != 12.5 {
		t.Errorf("%v", v)
	}
}
