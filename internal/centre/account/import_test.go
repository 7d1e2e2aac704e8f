// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account_test

import (
	"context"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// importer gives h a reader of plain CSV and units named "Xã A" and "Xã B".
func (h *house) importer() {
	h.Sheet = func(data []byte) ([][][]string, error) {
		r := csv.NewReader(strings.NewReader(string(data)))
		r.Comma, r.FieldsPerRecord = ';', -1
		rows, err := r.ReadAll()
		return [][][]string{rows}, err
	}
	h.UnitNamed = func(_ context.Context, text string) ([]string, error) {
		return map[string][]string{"Xã A": {"a"}, "XA.A": {"a"}, "Xã B": {"b"}, "Xã": {"a", "b"}}[text], nil
	}
}

const people = `DANH SÁCH CÁN BỘ;;;;
STT;Họ và tên;Chức vụ;Đơn vị;Vai trò;Tên đăng nhập;Điện thoại
(1);(2);(3);(4);(5);(6);(7)
1;Nguyễn Văn An;Chủ tịch;Xã A;Lãnh đạo;;0203 1
2;Nguyễn Vân An;Chuyên viên;XA.A;cán bộ đơn vị; văn thư;;0203 2
`

// cells are the wrong ones of a plan, "row field reason".
func cells(p account.Plan) string {
	var out []string
	for _, c := range p.Cells {
		out = append(out, strings.TrimPrefix(strings.TrimPrefix(c.Reason, "account.import."), "account.bad.")+"/"+c.Value)
	}
	return strings.Join(out, " ")
}

func TestPeopleComeFromAListWithSlips(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		h.importer()
		list := strings.Replace(people, "cán bộ đơn vị; văn thư", `"cán bộ đơn vị; văn thư"`, 1)
		id, p, err := h.PlanImport(ctx, "ds.csv", []byte(list))
		if err != nil || p.Count(account.RowNew) != 2 || p.Count(account.RowRejected) != 0 {
			t.Fatalf("%+v, %v", p, err)
		}
		if _, total, err := h.List(ctx, account.Filter{}); err != nil || total != 1 {
			t.Errorf("the dry run made accounts: %d, %v", total, err)
		}
		if _, _, err := h.ApplyImport(ctx, id, "another digest"); !fault.Is(err, fault.Conflict) {
			t.Errorf("another plan: %v", err)
		}
		_, slips, err := h.ApplyImport(ctx, id, p.Digest)
		if err != nil || len(slips) != 2 {
			t.Fatalf("%+v, %v", slips, err)
		}
		if a, b := slips[0].Account, slips[1].Account; a.Login != "an.nv" || b.Login != "an.nv2" || len(b.Grants) != 2 || b.Grants[1].Role != auth.Clerk || b.Home != "a" {
			t.Errorf("accounts %+v and %+v", a, b)
		}
		for _, s := range slips {
			if _, err := h.Opening(ctx, s.Secret); err != nil {
				t.Errorf("the link of %s: %v", s.Account.Login, err)
			}
			if _, err := h.Opening(ctx, account.TypedSecret(s.Account.Login, s.Code)); err != nil {
				t.Errorf("the code of %s: %v", s.Account.Login, err)
			}
		}
		if _, _, err := h.ApplyImport(ctx, id, p.Digest); !fault.Is(err, fault.NotFound) {
			t.Errorf("applied twice: %v", err)
		}
		if _, p, err = h.PlanImport(ctx, "ds.csv", []byte(list)); err != nil || p.Count(account.RowSame) != 2 || p.Count(account.RowNew) != 0 {
			t.Errorf("the same list again: %+v, %v", p, err)
		}
	})
}

func TestEachWrongCellIsNamed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		h.importer()
		inA, _ := h.admit(t, ctx, "can.bo", "a", auth.UnitOfficer)
		const head = "Họ và tên;Đơn vị;Vai trò;Tên đăng nhập\n"
		for name, c := range map[string]struct {
			ctx  context.Context
			row  string
			want string
		}{
			"unknown unit":        {ctx, "An Văn;Xã Z;xem;", "unit/Xã Z"},
			"no unit":             {ctx, "An Văn;;xem;", "unit_none/"},
			"two units":           {ctx, "An Văn;Xã;xem;", "unit_many/Xã"},
			"unknown role":        {ctx, "An Văn;Xã A;giám đốc;", "role/giám đốc"},
			"taken login":         {ctx, "An Văn;Xã A;xem;mai.lt", "login_taken/mai.lt"},
			"bad login":           {ctx, "An Văn;Xã A;xem;a b", "login/a b"},
			"login twice":         {ctx, "An Văn;Xã A;xem;moi\nBa Văn;Xã A;xem;MOI", "login_twice/moi"},
			"a unit out of scope": {inA, "An Văn;Xã B;cán bộ đơn vị;", "unit/Xã B"},
			"a role above":        {inA, "An Văn;Xã A;quản trị;", "role_above/quản trị"},
		} {
			_, p, err := h.PlanImport(c.ctx, "x.csv", []byte(head+c.row+"\n"))
			if err != nil || p.Count(account.RowRejected) != 1 || cells(p) != c.want {
				t.Errorf("%s: %q, %d rejected, %v; want %q", name, cells(p), p.Count(account.RowRejected), err, c.want)
			}
		}
		_, p, err := h.PlanImport(ctx, "x.csv", []byte(head+"An Văn;Xã A;;\n"))
		if err != nil || p.Count(account.RowNew) != 1 || cells(p) != "role_none/" || !p.Cells[0].Warn {
			t.Errorf("no role: %+v, %v", p, err)
		}
		for text, reason := range map[string]string{"Lớp;Trường\nA;B\n": "account.import.no_head", head: "account.import.no_rows"} {
			if _, _, err := h.PlanImport(ctx, "x.csv", []byte(text)); fault.Of(err).Fields["file"] != reason {
				t.Errorf("%q: %v, want %s", text, err, reason)
			}
		}
	})
}

func TestAnUploadIsItsOwners(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		h.importer()
		other, _ := h.admit(t, ctx, "hai.nv", "root", auth.Administrator)
		viewer, _ := h.admit(t, ctx, "xem.tt", "a", auth.Viewer)
		const list = "Họ và tên;Đơn vị\nAn Văn;Xã A\n"
		id, p, err := h.PlanImport(ctx, "x.csv", []byte(list))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.PlannedImport(other, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("read by another: %v", err)
		}
		if _, _, err := h.ApplyImport(other, id, p.Digest); !fault.Is(err, fault.NotFound) {
			t.Errorf("applied by another: %v", err)
		}
		if _, _, err := h.PlanImport(viewer, "x.csv", []byte(list)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by who may not invite: %v", err)
		}
		h.now = h.now.AddDate(0, 0, 1).Add(1e9)
		if _, err := h.PlannedImport(ctx, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("a day later: %v", err)
		}
	})
}
