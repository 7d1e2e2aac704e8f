// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package retention_test

import (
	"context"
	"io"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/retention"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

var t0 = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)

// each runs test on both engines, with unit a below root.
func each(t *testing.T, test func(t *testing.T, d *db.DB, s *retention.Service)) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, retention.Migrations}, func(t *testing.T, d *db.DB) {
		err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for _, p := range [][2]string{{"root", "root"}, {"root", "a"}, {"a", "a"}} {
				if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", p[0], p[1]).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		test(t, d, retention.New(retention.Deps{Records: d, Now: func() time.Time { return t0 }, Root: func(context.Context) (string, error) { return "root", nil }, Days: 366,
			Known: func(_ context.Context, source, unit string) error {
				if source == "gone" || unit == "gone" {
					return fault.Missing("test")
				}
				return nil
			},
			Usage: func() (lake.Usage, error) {
				return lake.Usage{Disk: 10, Days: []lake.Use{{Day: calendar.DateOf(t0), Source: "s", Disk: 10}}}, nil
			},
			Engine: func() (int64, error) { return 20, nil },
			Held: func(id string) ([]lake.HeldCopy, error) {
				return []lake.HeldCopy{{Manifest: lake.Manifest{File: id, Rows: 3, Bytes: 7, SHA256: held}}}, nil
			}, Open: func(string, string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("bảy")), nil }}))
	})
}

// held is the SHA-256 of what every file of the tests holds.
const held = "2b617348a15fc840b5899126adbb7656aae58ff2934ac2a7ed938d8aba6d38df"

func as(t *testing.T, id string, role auth.Role, unit string) context.Context {
	t.Helper()
	return auth.With(t.Context(), auth.Actor{ID: id, Name: id, Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

func order() retention.Order {
	return retention.Order{Name: " Vụ  A ", Unit: "a", From: calendar.DateOf(t0), To: calendar.DateOf(t0).AddDays(3), Reason: "điều tra", Reference: "12/CV-PA05"}
}

// TestAHoldIsLiftedByTwoPeople follows a hold from its placing to its end.
func TestAHoldIsLiftedByTwoPeople(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, s *retention.Service) {
		mai, nam := as(t, "mai", auth.Centre, "root"), as(t, "nam", auth.Administrator, "root")
		h, err := s.Place(mai, order())
		if err != nil || h.Name != "Vụ A" || h.PlacedBy != "mai" || h.State != retention.InForce {
			t.Fatalf("%+v, %v", h, err)
		}
		if _, err := s.Lift(nam, h.ID, h.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("lifted though nobody asked: %v", err)
		}
		if _, err := s.AskLift(mai, h.ID, h.Version, " "); !fault.Is(err, fault.Invalid) {
			t.Errorf("asked without a reason: %v", err)
		}
		asked, err := s.AskLift(mai, h.ID, h.Version, "đã kết thúc điều tra")
		if err != nil || asked.State != retention.Asked {
			t.Fatalf("%+v, %v", asked, err)
		}
		if _, err := s.AskLift(nam, h.ID, h.Version, "x"); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old version was taken: %v", err)
		}
		if _, err := s.Lift(mai, h.ID, asked.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("lifted by who asked: %v", err)
		}
		if list, err := s.Standing(t.Context()); err != nil || len(list) != 1 || list[0].From != h.From || list[0].Unit != "a" {
			t.Errorf("standing while asked: %+v, %v", list, err)
		}
		kept, err := s.Keep(nam, h.ID, asked.Version)
		if err != nil || kept.State != retention.InForce || kept.AskedReason != "" {
			t.Fatalf("%+v, %v", kept, err)
		}
		if asked, err = s.AskLift(nam, h.ID, kept.Version, "hết thời hiệu"); err != nil {
			t.Fatal(err)
		}
		lifted, err := s.Lift(mai, h.ID, asked.Version)
		if err != nil || lifted.State != retention.Lifted || lifted.LiftedBy != "mai" || lifted.AskedBy != "nam" {
			t.Fatalf("%+v, %v", lifted, err)
		}
		if _, err := s.AskLift(nam, h.ID, lifted.Version, "x"); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked of a lifted one: %v", err)
		}
		standing, err := s.Standing(t.Context())
		gone, err2 := s.Gone(t.Context())
		if err != nil || err2 != nil || len(standing) != 0 || len(gone) != 1 || gone[0].ID != h.ID {
			t.Errorf("standing %+v, gone %+v, %v %v", standing, gone, err, err2)
		}
		rows, err := audit.Of(t.Context(), d, "hold", string(h.ID), 10)
		if err != nil || len(rows) != 5 || rows[0].Action != "hold.lift" || rows[4].Action != "hold.place" {
			t.Errorf("%d acts, %v", len(rows), err)
		}
	})
}

// TestOnlyWhoSeesTheWholeCentreSeesHolds tries those of a unit, and those who may
// only look.
func TestOnlyWhoSeesTheWholeCentreSeesHolds(t *testing.T) {
	each(t, func(t *testing.T, _ *db.DB, s *retention.Service) {
		mai := as(t, "mai", auth.Centre, "root")
		h, err := s.Place(mai, order())
		if err != nil {
			t.Fatal(err)
		}
		for who, ctx := range map[string]context.Context{"centre officer of a unit": as(t, "lan", auth.Centre, "a"), "unit officer": as(t, "hoa", auth.UnitOfficer, "root")} {
			_, _, listed := s.List(ctx, retention.Filter{Limit: 10})
			_, _, got := s.Get(ctx, h.ID)
			_, disk := s.Disk(ctx)
			_, placed := s.Place(ctx, order())
			for what, err := range map[string]error{"list": listed, "get": got, "disk": disk, "place": placed} {
				if !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s of %s: %v", what, who, err)
				}
			}
		}
		duty := as(t, "duy", auth.Duty, "root")
		if _, total, err := s.List(duty, retention.Filter{Limit: 10}); err != nil || total != 1 {
			t.Errorf("the duty officer sees %d, %v", total, err)
		}
		if _, err := s.Place(duty, order()); !fault.Is(err, fault.Forbidden) || s.MayDecide(duty) {
			t.Errorf("the duty officer placed one: %v", err)
		}
		got, files, err := s.Get(duty, h.ID)
		if err != nil || got.Reference != "12/CV-PA05" || len(files) != 1 {
			t.Errorf("%+v, %v, %v", got, files, err)
		}
		if disk, err := s.Disk(duty); err != nil || !disk.Known || disk.Held != 7 || disk.Engine != 20 || disk.Lines.Disk != 10 {
			t.Errorf("%+v, %v", disk, err)
		}
		if _, _, err := s.Get(duty, "nothing"); !fault.Is(err, fault.NotFound) {
			t.Errorf("an id that nothing has: %v", err)
		}
	})
}

// TestWhatCannotBeHeldIsSaidByField gives orders that lack something.
func TestWhatCannotBeHeldIsSaidByField(t *testing.T) {
	each(t, func(t *testing.T, _ *db.DB, s *retention.Service) {
		mai := as(t, "mai", auth.Centre, "root")
		for field, change := range map[string]func(*retention.Order){
			"name":      func(o *retention.Order) { o.Name = " " },
			"reason":    func(o *retention.Order) { o.Reason = "" },
			"reference": func(o *retention.Order) { o.Reference = "" },
			"unit":      func(o *retention.Order) { o.Unit = "gone" },
			"from":      func(o *retention.Order) { o.From = calendar.Date{} },
			"to":        func(o *retention.Order) { o.To = o.From.AddDays(-1) },
		} {
			o := order()
			change(&o)
			if _, err := s.Place(mai, o); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
		nobody := order()
		nobody.Unit = ""
		if _, err := s.Place(mai, nobody); !fault.Is(err, fault.Invalid) {
			t.Errorf("a hold of nobody's lines: %v", err)
		}
		for i := range 3 {
			o := order()
			o.Name = []string{"Bệnh viện", "Trường học", "Ủy ban"}[i]
			if _, err := s.Place(mai, o); err != nil {
				t.Fatal(err)
			}
		}
		page, total, err := s.List(mai, retention.Filter{Limit: 2})
		if err != nil || total != 3 || len(page) != 2 || page[0].Name != "Ủy ban" {
			t.Fatalf("%+v of %d, %v", page, total, err)
		}
		rest, _, err := s.List(mai, retention.Filter{Limit: 2, After: string(page[1].ID)})
		found, n, err2 := s.List(mai, retention.Filter{Limit: 2, Search: "truong", State: retention.Any})
		if err != nil || err2 != nil || len(rest) != 1 || n != 1 || found[0].Name != "Trường học" {
			t.Errorf("rest %+v, found %+v, %v %v", rest, found, err, err2)
		}
	})
}
