// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package setup_test

import (
	"context"
	"io"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/setup"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/setting"
	"github.com/vonggac/vonggac/rulepacks"
)

var (
	now     = time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)
	schemas = []fs.FS{auth.Migrations, audit.Migrations, setting.Migrations}
)

// bench is the room over an empty database with a province and one commune;
// what the other rooms say is the test's.
type bench struct {
	*setup.Service
	facts  setup.Facts
	backup setup.Backup
	did    []string
	now    time.Time
}

func newBench(t *testing.T, d *db.DB) *bench {
	t.Helper()
	packs, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{now: now}
	b.Service = setup.New(setup.Deps{Records: d, Now: func() time.Time { return b.now }, Packs: packs, Load: b, Backups: backups{b},
		Root:  func(context.Context) (string, string, error) { return "tinh", "UBND tỉnh Bản Mẫu", nil },
		Facts: func(context.Context) (setup.Facts, error) { return b.facts, nil }})
	err = d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES ('tinh','tinh'),('tinh','xa'),('xa','xa')").Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) List(_ context.Context, name string, _ io.Reader) error {
	b.did = append(b.did, "list "+name)
	return nil
}

func (b *bench) Log(_ context.Context, name string, _ io.Reader) error {
	b.did = append(b.did, "log "+name)
	return nil
}

func (b *bench) Sample(_ context.Context, part setup.Part) error {
	b.did = append(b.did, "sample "+string(part))
	return nil
}

func (b *bench) Unload(context.Context) error { b.did = append(b.did, "unload"); return nil }

// backups is a plain backup room.
type backups struct{ b *bench }

func (x backups) Status(context.Context) (setup.Backup, error) { return x.b.backup, nil }

func (x backups) SetFolder(_ context.Context, folder string) error {
	if !strings.HasPrefix(folder, "/") {
		return fault.Bad("backup.SetFolder", "folder", "setup.bad.long")
	}
	x.b.backup.Folder = folder
	return nil
}

func (x backups) Start(context.Context) error { x.b.backup.Newest = x.b.now; return nil }

func (x backups) Drill(context.Context) error {
	x.b.backup.DrillAt, x.b.backup.DrillOK = x.b.now, true
	return nil
}

func as(t *testing.T, role auth.Role, unit string) context.Context {
	return auth.With(t.Context(), auth.Actor{ID: "1", Name: "Lò Thị Mai", Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

func TestAStepIsDoneWhenTheRecordsSaySo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, auth.Centre, "tinh")
		done := func(want ...setup.Step) {
			t.Helper()
			p, err := b.Progress(ctx)
			if err != nil {
				t.Fatal(err)
			}
			var got []setup.Step
			for _, s := range p.Steps {
				if s.Done {
					got = append(got, s.Step)
				}
			}
			if strings.Join(texts(got), " ") != strings.Join(texts(want), " ") || p.Green() != (len(got) == len(p.Steps)) {
				t.Fatalf("done are %v, want %v", got, want)
			}
		}
		done()
		body, version, err := b.Body(ctx)
		if err != nil || version != 0 || body.Place != "Bản Mẫu" || body.Recipients["cong_an_tinh"] != "Công an tỉnh Bản Mẫu" {
			t.Fatalf("the guess is %+v, version %d, %v", body, version, err)
		}
		if err := b.SaveBody(ctx, body, version); err != nil {
			t.Fatal(err)
		}
		done(setup.StepBody)
		if err := b.ConfirmPack(ctx, "an older one"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a pack that is not in force was taken: %v", err)
		}
		if err := b.ConfirmPack(ctx, b.Pack().Version); err != nil {
			t.Fatal(err)
		}
		done(setup.StepBody, setup.StepPack)
		b.facts.Units = 3
		done(setup.StepBody, setup.StepPack) // no addresses: nothing can be attributed
		b.facts.Addressed = 1
		done(setup.StepBody, setup.StepPack, setup.StepUnits)
		b.facts.Invited = 5
		done(setup.StepBody, setup.StepPack, setup.StepUnits)
		b.facts.People = 1
		b.facts.Indicators, b.facts.Files, b.facts.Read = 3, 1, 1
		done(setup.StepBody, setup.StepPack, setup.StepUnits, setup.StepPeople)
		b.facts.Infection = &setup.Infection{Title: "X", Unit: "UBND xã"}
		b.backup = setup.Backup{Folder: "/b", Newest: now, DrillAt: now}
		done(setup.StepBody, setup.StepPack, setup.StepUnits, setup.StepPeople, setup.StepLog)
		if err := b.Drill(ctx); err != nil {
			t.Fatal(err)
		}
		done(setup.StepBody, setup.StepPack, setup.StepUnits, setup.StepPeople, setup.StepLog, setup.StepBackup)
		b.backup.Red = true
		done(setup.StepBody, setup.StepPack, setup.StepUnits, setup.StepPeople, setup.StepLog)
	})
}

func texts(list []setup.Step) []string {
	var out []string
	for _, s := range list {
		out = append(out, string(s))
	}
	return out
}

func TestAStepIsLeftWithANoteAndComesBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, auth.Administrator, "tinh")
		for note, want := range map[string]bool{"": false, strings.Repeat("a", 301): false, "  chờ  danh sách ": true} {
			if err := b.Skip(ctx, setup.StepBody, note); fault.Is(err, fault.Invalid) == want {
				t.Errorf("note %q: %v", note, err)
			}
		}
		if err := b.Skip(ctx, "other", "x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a step that is not there was left: %v", err)
		}
		p, err := b.Progress(ctx)
		if err != nil {
			t.Fatal(err)
		}
		s, _ := p.Of(setup.StepBody)
		if s.Skipped == nil || s.Skipped.Note != "chờ danh sách" || s.Skipped.By != "Lò Thị Mai" || p.Next() != setup.StepPack || p.Green() {
			t.Errorf("left for later: %+v, next %s", s.Skipped, p.Next())
		}
		body, version, err := b.Body(ctx)
		if err == nil {
			err = b.SaveBody(ctx, body, version)
		}
		if p, _ = b.Progress(ctx); err != nil || p.Done() != 1 || p.Steps[0].Skipped != nil {
			t.Errorf("done later it is still left: %+v, %v", p.Steps[0], err)
		}
	})
}

func TestOnlyWhoSetsTheWholeCentreUpDoesSo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		for name, ctx := range map[string]context.Context{"centre officer of one commune": as(t, auth.Centre, "xa"), "unit officer": as(t, auth.UnitOfficer, "tinh"),
			"leader": as(t, auth.Leader, "tinh")} {
			for act, do := range map[string]func() error{
				"body":    func() error { return b.SaveBody(ctx, setup.Body{Name: "X", Place: "Y"}, 0) },
				"see":     func() error { _, err := b.Progress(ctx); return err },
				"pack":    func() error { return b.ConfirmPack(ctx, b.Pack().Version) },
				"skip":    func() error { return b.Skip(ctx, setup.StepUnits, "x") },
				"sample":  func() error { return b.LoadSample(ctx, setup.PartUnits) },
				"unload":  func() error { return b.UnloadSample(ctx) },
				"take":    func() error { return b.Take(ctx, setup.PartLog, "a.log", strings.NewReader("")) },
				"folder":  func() error { return b.SetFolder(ctx, "/x") },
				"restore": func() error { return b.Drill(ctx) },
			} {
				if err := do(); !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s, %s: %v, want Forbidden", name, act, err)
				}
			}
		}
		if b.did != nil || b.backup != (setup.Backup{}) {
			t.Errorf("something was done all the same: %v, %+v", b.did, b.backup)
		}
	})
}

func TestTheHeadOfPapersIsChecked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, auth.Centre, "tinh")
		err := b.SaveBody(ctx, setup.Body{Email: "không phải thư", Phone: strings.Repeat("0", 201)}, 0)
		e := fault.Of(err)
		for _, field := range []string{"name", "place", "email", "phone"} {
			if e.Kind != fault.Invalid || e.Fields[field] == "" {
				t.Errorf("%s is taken: %v", field, err)
			}
		}
		good := setup.Body{Name: " Trung tâm   An ninh mạng ", Place: "Bản Mẫu", Recipients: map[string]string{"cong_an_tinh": "Công an tỉnh Bản Mẫu", "lạ": "x"}, Language: "fr"}
		if err := b.SaveBody(ctx, good, 0); err != nil {
			t.Fatal(err)
		}
		if err := b.SaveBody(ctx, good, 0); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale form overwrote: %v", err)
		}
		if again := newReader(b, d).Language(t.Context()); b.Language(t.Context()) != "vi" || again != "vi" {
			t.Errorf("the language is %q, after a restart %q", b.Language(t.Context()), again)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		fresh := newReader(b, d)
		if early, later := fresh.Language(gone), fresh.Language(t.Context()); early != "" || later != "vi" {
			t.Errorf("for a reader who went away the language is %q, and then %q", early, later)
		}
		got, version, err := b.Body(ctx)
		if err != nil || version != 1 || got.Name != "Trung tâm An ninh mạng" || len(got.Recipients) != 1 || got.Language != "vi" {
			t.Errorf("kept %+v, version %d, %v", got, version, err)
		}
	})
}

// newReader is the room as a restart finds it.
func newReader(b *bench, d *db.DB) *setup.Service {
	return setup.New(setup.Deps{Records: d, Now: b.Now, Packs: b.Packs, Root: b.Root})
}

func TestTheSampleFitsTogether(t *testing.T) {
	t.Parallel()
	for _, part := range []setup.Part{setup.PartUnits, setup.PartPeople, setup.PartList, setup.PartLog} {
		name, content, err := setup.SampleFile(part, "UBND tỉnh Bản Mẫu", now)
		if err != nil || len(content) < 100 || name == "" {
			t.Errorf("%s: %q, %d bytes, %v", part, name, len(content), err)
		}
	}
	_, units, err := setup.SampleFile(setup.PartUnits, "", now)
	if err != nil {
		t.Fatal(err)
	}
	people, err := setup.SamplePeople()
	if err != nil || len(people) != 4 {
		t.Fatalf("%d people, %v", len(people), err)
	}
	for _, p := range people {
		if !strings.Contains(string(units), p.UnitCode) || !strings.HasPrefix(p.Login, strings.ToLower(setup.Mark)) {
			t.Errorf("%s is of no sample unit, or has no mark: %+v", p.Login, p)
		}
	}
	_, log, err := setup.SampleFile(setup.PartLog, "", now)
	if err != nil || !strings.HasPrefix(string(log), "Nov 22 07:") || strings.Count(string(log), "mau-doc.example") < 5 {
		t.Errorf("the log begins %.60q, %v", log, err)
	}
	if _, _, err := setup.SampleFile("other", "", now); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown part: %v", err)
	}
}
