// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// One case from a Saturday night to its end, as a timeline.
func TestACaseFromNightToEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		truc, centre := b.truc(), as(t, "centre", auth.Centre, "tinh")
		expect := func(id incident.ID, clock, due string, state obligation.State, where obligation.Clock) {
			t.Helper()
			o := b.clocks(id)[clock]
			if !o.DueAt.Equal(b.at(due)) || o.State != state || o.Clock(b.now) != where {
				t.Errorf("%s: due %v, %s, clock %d; want %s, %s, %d", clock, o.DueAt, o.State, o.Clock(b.now), due, state, where)
			}
		}

		b.now = b.at("21/11/2026 03:22") // the duty officer writes it down
		i := b.open(truc, "a")
		if i.Code != "SC-2026-0001" || i.Law.PackID != "VN-ANM-2026" || i.Severity.Decided() {
			t.Errorf("%s %s %+v", i.Code, i.Law.PackID, i.Severity)
		}
		expect(i.ID, "anm-72h", "24/11/2026 03:12", obligation.Open, obligation.OnTime)
		if n := len(b.clocks(i.ID)); n != 1 {
			t.Errorf("%d clocks before a decision", n)
		}

		b.now = b.at("21/11/2026 03:40") // somebody decides: serious
		i, err := b.svc.Decide(truc, i.ID, "M2", "mất kiểm soát, dữ liệu chưa khôi phục", i.Version)
		if err != nil || i.Severity.By != "Người truc" || !i.Severity.At.Equal(b.now) {
			t.Fatalf("%+v, %v", i.Severity, err)
		}
		expect(i.ID, "anm-24h", "22/11/2026 03:12", obligation.Open, obligation.OnTime)

		b.now = b.at("21/11/2026 15:12") // twelve hours before the end the first reminder falls
		expect(i.ID, "anm-24h", "22/11/2026 03:12", obligation.Open, obligation.Soon)

		b.now = b.at("21/11/2026 16:00") // on second look it is not
		i, err = b.svc.Decide(centre, i.ID, "M3", "dữ liệu đã khôi phục từ bản sao", i.Version)
		if err != nil {
			t.Fatal(err)
		}
		expect(i.ID, "anm-24h", "22/11/2026 03:12", obligation.Cancelled, obligation.Ended)
		if why := b.clocks(i.ID)["anm-24h"].Ending; why.Reason != "dữ liệu đã khôi phục từ bản sao" || why.By != "Người centre" {
			t.Errorf("cancelled because %+v", why)
		}
		expect(i.ID, "anm-72h", "24/11/2026 03:12", obligation.Open, obligation.OnTime)

		b.now = b.at("22/11/2026 08:00") // and then it is: deciding late gave no time
		i, err = b.svc.Decide(centre, i.ID, "M2", "phát hiện thêm máy chủ bị mã hóa", i.Version)
		if err != nil {
			t.Fatal(err)
		}
		expect(i.ID, "anm-24h", "22/11/2026 03:12", obligation.Open, obligation.Late)

		b.now = b.at("22/11/2026 08:30") // the notice goes out, late for ever
		o := b.clocks(i.ID)["anm-24h"]
		if _, err := b.duties.Meet(truc, o.ID, obligation.Proof{At: b.now, How: "Thông báo số 12, trục liên thông"}, o.Version); err != nil {
			t.Fatal(err)
		}
		expect(i.ID, "anm-24h", "22/11/2026 03:12", obligation.Met, obligation.MetLate)

		b.now = b.at("23/11/2026 09:00") // signs of harm to security: at once, from T0
		harm := i.Details
		harm.HarmSecurity = incident.Claim{Answer: incident.Yes, Text: "lộ danh sách cán bộ"}
		i, err = b.svc.Edit(truc, i.ID, harm, "", i.Version)
		if err != nil {
			t.Fatal(err)
		}
		expect(i.ID, "anm-ngay", "21/11/2026 03:12", obligation.Open, obligation.Late)

		// T0 was an hour earlier: what is open moves, what is met stays.
		moved := i.Details
		moved.DetectedAt = t0.Add(-time.Hour)
		if _, err := b.svc.Edit(truc, i.ID, moved, "", i.Version); !fault.Is(err, fault.Invalid) {
			t.Errorf("a clock moved without a reason: %v", err)
		}
		i, err = b.svc.Edit(truc, i.ID, moved, "người dân gọi lúc 02:12", i.Version)
		if err != nil {
			t.Fatal(err)
		}
		expect(i.ID, "anm-72h", "24/11/2026 02:12", obligation.Open, obligation.Soon)
		expect(i.ID, "anm-24h", "22/11/2026 03:12", obligation.Met, obligation.MetLate)

		_, err = b.svc.Close(centre, i.ID, incident.Closing{}, i.Version)
		if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields["cause"] == "" {
			t.Errorf("closed without cause: %v", err)
		}
		_, err = b.svc.Close(centre, i.ID, incident.Closing{Cause: "thư giả mạo"}, i.Version)
		if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields["reason"] == "" {
			t.Errorf("closed with reports owed and no reason: %v", err)
		}
		i, err = b.svc.Close(centre, i.ID, incident.Closing{Cause: "thư giả mạo", Reason: "báo cáo 72 giờ gửi kèm báo cáo kết thúc"}, i.Version)
		if err != nil || i.State != incident.Closed {
			t.Fatalf("%s, %v", i.State, err)
		}
		expect(i.ID, "anm-72h", "24/11/2026 02:12", obligation.Open, obligation.Soon)
		if _, err := b.svc.Edit(truc, i.ID, moved, "x", i.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("edited when closed: %v", err)
		}
		b.timelineInOrder(i.ID)
	})
}

// timelineInOrder checks that the timeline falls from the latest moment, and
// that every sentence has its values.
func (b *bench) timelineInOrder(id incident.ID) {
	b.t.Helper()
	f, err := b.svc.File(b.truc(), id)
	if err != nil || len(f.Timeline) < 10 {
		b.t.Fatalf("%d entries, %v", len(f.Timeline), err)
	}
	kinds := map[incident.EntryKind]int{}
	for n, e := range f.Timeline {
		kinds[e.Kind]++
		if n > 0 && e.At.After(f.Timeline[n-1].At) {
			b.t.Errorf("entry %d at %v stands under %v", n, e.At, f.Timeline[n-1].At)
		}
	}
	if kinds[incident.Decision] != 4 {
		b.t.Errorf("%d decisions on the timeline, want 3 of severity and the closing", kinds[incident.Decision])
	}
}

func TestThePackIsThatOfTheDayOfDetection(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, truc := newBench(t, d), b2(t)
		d1 := incident.Details{Title: "Sự cố cũ", UnitID: "a", DetectedAt: b.at("30/06/2026 23:59")}
		old, err := b.svc.Open(truc, d1)
		if err != nil || old.Law.PackID != "VN-ATTT-2016" {
			t.Fatalf("%s, %v", old.Law.PackID, err)
		}
		list, err := b.duties.Of(truc, "incident", string(old.ID))
		if err != nil || len(list) != 3 || list[0].ClockID != "attt-5-ngay" {
			t.Errorf("five days to three addressees: %v, %v", list, err)
		}
		old, err = b.svc.Decide(truc, old.ID, "ordinary", "một máy", old.Version)
		if err != nil {
			t.Fatal(err)
		}
		d1.DetectedAt = b.at("01/07/2026 00:00")
		moved, err := b.svc.Edit(truc, old.ID, d1, "đọc nhầm đồng hồ", old.Version)
		if err != nil || moved.Law.PackID != "VN-ANM-2026" || moved.Severity.Decided() {
			t.Fatalf("%s %+v, %v", moved.Law.PackID, moved.Severity, err)
		}
		if c := b.clocks(moved.ID); c["attt-5-ngay"].State != obligation.Cancelled || c["anm-72h"].State != obligation.Open {
			t.Errorf("clocks %v", c)
		}
	})
}

func b2(t *testing.T) context.Context { return as(t, "truc", auth.Duty, "tinh") }

func TestHooksRunInTheOpeningTransaction(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		boom := errors.New("boom")
		fail := true
		b.svc.OnOpened(func(ctx context.Context, tx *db.Tx, i incident.Incident) error {
			if fail {
				return boom
			}
			return nil
		})
		details := incident.Details{Title: "x", UnitID: "a", DetectedAt: t0}
		if _, err := b.svc.Open(b.truc(), details); !errors.Is(err, boom) {
			t.Errorf("hook's error: %v", err)
		}
		if p, err := b.svc.List(b.truc(), incident.Filter{}); err != nil || p.Total != 0 {
			t.Errorf("%d cases after a failed hook, %v", p.Total, err)
		}
		fail = false
		if i, err := b.svc.Open(b.truc(), details); err != nil || i.Code != "SC-2026-0001" {
			t.Errorf("%s, %v: a rolled-back case leaves no gap", i.Code, err)
		}
	})
}
