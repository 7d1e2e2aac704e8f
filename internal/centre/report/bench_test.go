// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

var (
	hanoi   = calendar.Zone()
	t0      = time.Date(2026, 11, 21, 3, 12, 0, 0, hanoi)
	sources = []fs.FS{auth.Migrations, audit.Migrations, obligation.Migrations, incident.Migrations, report.Migrations}
)

// bench is the room over an empty database with two communes under a province,
// real incident and obligation rooms, and a clock the test sets.
type bench struct {
	t      testing.TB
	db     *db.DB
	dir    string
	files  *blob.Store
	laws   *rulepack.Set
	duties *obligation.Service
	cases  *incident.Service
	svc    *report.Service
	now    time.Time
	events []report.Event

	figures   map[string]report.Figure // may be added to
	orders    *orders                  // the one directive there is
	overrides []rulepack.Override      // ever entered
}

type cards struct{}

func (cards) Card(_ context.Context, unit string) (incident.UnitCard, error) {
	if unit == "b" {
		return incident.UnitCard{Name: "Sở Khoa học và Công nghệ", Parent: "UBND tỉnh Đông Sơn"}, nil
	}
	return incident.UnitCard{Name: "UBND xã Bản Mẫu", Parent: "UBND tỉnh Đông Sơn", Address: "Thôn Trung Tâm, xã Bản Mẫu, tỉnh Đông Sơn",
		Phone: "0200 000 0001", Email: "vanphong@banmau.example", Contact: incident.Person{Name: "Lò Thị Mai",
			Position: "Công chức Văn phòng - Thống kê", Phone: "0200 000 0002", Email: "mai@banmau.example"}}, nil
}

func newBench(t testing.TB, d *db.DB) *bench {
	t.Helper()
	b := &bench{t: t, db: d, figures: map[string]report.Figure{}, dir: t.TempDir(), now: t0.Add(50 * time.Minute)}
	clock := func() time.Time { return b.now }
	var err error
	if b.laws, err = rulepack.Load(rulepacks.FS); err != nil {
		t.Fatal(err)
	}
	if b.files, err = blob.Open(b.dir, b.now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.files.Close(); err != nil {
			t.Error(err)
		}
	})
	err = d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES ('tinh','tinh'),('tinh','a'),('tinh','b'),('a','a'),('b','b')").Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b.duties = obligation.New(obligation.Deps{Records: d, Now: clock})
	b.cases = incident.New(incident.Deps{Records: d, Now: clock, Laws: b.laws, Obligations: b.duties, Units: cards{}, Files: b.files})
	b.orders = &orders{db: d, now: clock}
	b.svc = report.New(report.Deps{Directives: b.orders, Records: d, Now: clock, Laws: b.laws, Obligations: b.duties, Cases: b.cases, Files: b.files, Figures: b.figures,
		Heads: func(context.Context, string) (report.Person, error) {
			return report.Person{Name: "Vàng A Páo", Title: "Chủ tịch"}, nil
		},
		Noted: func(_ context.Context, _ *db.Tx, e report.Event) error {
			b.events = append(b.events, e)
			return nil
		}})
	return b
}

func as(t testing.TB, id string, role auth.Role, unit string) context.Context {
	return auth.With(t.Context(), actor(id, role, unit))
}

func actor(id string, role auth.Role, unit string) auth.Actor {
	return auth.Actor{ID: id, Name: "Nguyễn " + id, Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}}
}

// example is the worked case: a commune's machines call a malware controller.
func example(unit string) incident.Details {
	return incident.Details{
		Title: "Máy trạm kết nối máy chủ điều khiển mã độc", UnitID: unit, DetectedAt: t0, OccurredAt: t0.Add(-7 * time.Hour),
		Types:     incident.Choice{IDs: []string{"malware", "unauthorized_access"}},
		Detection: incident.Choice{IDs: []string{"log_review"}},
		Description: "Nhật ký phân giải tên miền của mạng nội bộ cho thấy 03 máy trạm tại bộ phận Một cửa truy vấn 412 lượt tới tên miền " +
			"điều khiển mã độc trong khoảng từ 20 giờ 10 phút ngày 20/11/2026 đến 03 giờ 05 phút ngày 21/11/2026. Chưa thấy dấu hiệu mã hóa dữ liệu.\n" +
			"Phạm vi đã biết: 03/41 máy trạm; máy chủ dùng chung chưa thấy dấu hiệu bị xâm nhập.",
		HarmSecurity:        incident.Claim{Answer: incident.No},
		SeriousInterruption: incident.Claim{Answer: incident.Yes, Text: "Bộ phận Một cửa ngừng tiếp nhận hồ sơ trực tuyến từ 03 giờ 30 phút"},
		PersonalData:        incident.Yes, DataSubjects: 1250,
		MeasuresTaken: "Đã ngắt 03 máy trạm khỏi mạng lúc 03 giờ 30 phút; giữ nguyên hiện trạng ổ đĩa; chặn tên miền tại thiết bị biên; đổi mật khẩu tài khoản dịch vụ công.",
		SupportAsked:  "Cử cán bộ hỗ trợ thu thập chứng cứ và phân tích mẫu mã độc.",
		Confidential:  true,
		System: incident.System{Name: "Mạng nội bộ UBND xã Bản Mẫu", Level: "2", Approval: "Quyết định số 15/QĐ-UBND ngày 12/3/2026",
			OS: "Windows", OSVersion: "10", Domains: []string{"banmau.example"}, Purpose: "Tiếp nhận, giải quyết thủ tục hành chính",
			SecurityService: "Trung tâm Giám sát tỉnh Đông Sơn", NetworkService: "Nhà mạng A"},
	}
}

// open opens the worked case in unit a, decided serious, as a duty officer.
func (b *bench) open(d incident.Details) incident.Incident {
	b.t.Helper()
	ctx := as(b.t, "truc", auth.Duty, "tinh")
	i, err := b.cases.Open(ctx, d)
	if err != nil {
		b.t.Fatal(err)
	}
	level := "M2"
	if strings.HasPrefix(i.Law.PackID, "VN-ATTT") {
		level = "serious"
	}
	if i, err = b.cases.Decide(ctx, i.ID, level, "Gián đoạn tiếp nhận hồ sơ của người dân, có khả năng lan rộng", i.Version); err != nil {
		b.t.Fatal(err)
	}
	return i
}

// draft opens a paper of the form for the case, completed where the form asks
// for what no case knows.
func (b *bench) draft(i incident.Incident, form string) report.File {
	b.t.Helper()
	ctx := as(b.t, "truc", auth.Duty, "tinh")
	p, err := b.svc.Open(ctx, string(i.ID), form)
	if err != nil {
		b.t.Fatal(err)
	}
	f, err := b.svc.Get(ctx, p.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

// edit is what the page would send back untouched.
func edit(f report.File) report.Edit {
	return report.Edit{Frame: f.Frame, Fields: map[string]report.Typed{}}
}

func (b *bench) duty(i incident.Incident, clock string) obligation.Obligation {
	b.t.Helper()
	list, err := b.duties.OfSubject(b.t.Context(), b.db.Read(), "incident", string(i.ID))
	if err != nil {
		b.t.Fatal(err)
	}
	for _, o := range list {
		if o.ClockID == clock {
			return o
		}
	}
	b.t.Fatalf("no duty of clock %s", clock)
	return obligation.Obligation{}
}

func codes(ids ...string) report.Value { return report.Value{Codes: ids} }

// sql changes rows behind the room's back.
func (b *bench) sql(query string, args ...any) {
	b.t.Helper()
	err := b.db.Housekeep(b.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(query, args...).Exec(ctx)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}
