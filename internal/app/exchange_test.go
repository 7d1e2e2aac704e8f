// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	register "github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/edxml"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// TestAPaperOfAUnitIsExchangedCountedAndReminded takes a paper of a commune over
// the axis, which counts as one that it issued; sends one down, to a commune
// found by its name; and tells who sent it that the receipt is missing.
func TestAPaperOfAUnitIsExchangedCountedAndReminded(t *testing.T) {
	t.Parallel()
	now := t0
	h := open(t, t.TempDir(), func() time.Time { return now })
	h.shut(t)
	ctx := h.found(t)
	must(h.Records.Read().NewRaw("INSERT INTO account_role (account_id, role, unit_id) SELECT id, 'clerk', ? FROM account WHERE login = 'mai'", h.root).Exec(t.Context()))(t)
	me, _ := auth.From(ctx)
	me.Grants = append([]auth.Grant{{Role: auth.Clerk, Unit: h.root}}, me.Grants...)
	ctx = auth.With(t.Context(), me)
	root := must(h.Rooms.Units.Get(ctx, unit.ID(h.root)))(t)
	root.Code = "000.00.00.H99"
	must(h.Rooms.Units.Update(ctx, root))(t)
	one := must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã Một", Code: "000.01.00.H99", Kind: "xa", ParentID: unit.ID(h.root)}))(t)
	day := calendar.DateOf(t0)
	ctx = i18n.With(ctx, must(i18n.Load(app.Messages()...))(t), i18n.English) // papers stay Vietnamese

	m := edxml.Message{Dialect: edxml.National, From: edxml.Organ{ID: "000.01.00.H99", Name: "UBND xã Một"}, To: []edxml.Organ{{ID: "000.00.00.H99"}}, DocumentID: "x", Number: "8",
		Notation: "BC-UBND", Date: day, Subject: "Báo cáo tháng", Attachments: []edxml.Attachment{{Name: "8.txt", Data: []byte("Nội dung")}}}
	got := must(h.Rooms.Documents.TakeMessage(ctx, h.root, "8.edxml", strings.NewReader(string(must(m.Write())(t)))))(t)
	if got.Document.Kind != "bao_cao" || got.Document.Issuer != "UBND xã Một" {
		t.Errorf("%+v", got.Document)
	}
	shares := must(h.Rooms.Signatures.Shares(ctx, day, day))(t)
	if s := shares[string(one.ID)]; s.Issued != 1 || s.Signed != 0 {
		t.Errorf("of the commune: %+v", shares)
	}

	out := must(h.Rooms.Documents.Record(ctx, register.Head{Unit: h.root, Kind: "cong_van", Number: "9", Symbol: "UBND-VX", Date: day, Subject: "Đôn đốc", Recipients: "- UBND xã Một;\n- Lưu: VT."}, "", ""))(t)
	must(h.Rooms.Documents.AddFile(ctx, out.ID, register.Original, "9.txt", strings.NewReader("Nội dung")))(t)
	to := must(h.Rooms.Documents.Receivers(ctx, out))(t)
	if len(to) != 2 || to[0].ID != "000.01.00.H99" || to[1].ID != "" {
		t.Fatalf("%+v", to)
	}
	made := must(h.Rooms.Documents.Give(ctx, out.ID, to, true))(t)
	if _, data, err := h.Rooms.Documents.MessageFile(ctx, out.ID, made.ID); err != nil || !strings.Contains(string(data), "<edXML:TypeName>Công văn<") {
		t.Errorf("%.900s, %v", data, err)
	}
	if cite := h.Rooms.Documents.CiteOf(ctx, out); cite != "Công văn số 09/UBND-VX ngày 21/11/2026" {
		t.Error(cite)
	}
	if s := must(h.Rooms.Signatures.Shares(ctx, day, day))(t)[h.root]; s.Issued != 1 {
		t.Errorf("of the centre: %+v", s)
	}
	for want, days := range []int{1, 3} { // after one day nobody, after three the sender
		now = t0.Add(time.Duration(days) * 24 * time.Hour)
		if err := h.Rooms.Documents.TellUnreceipted(t.Context()); err != nil {
			t.Fatal(err)
		}
		var told []string
		if err := h.Records.Read().NewRaw("SELECT href FROM notice WHERE kind = 'document.unreceipted' AND account_id = ?", me.ID).Scan(t.Context(), &told); err != nil || len(told) != want {
			t.Errorf("after %d days: %v, %v", days, told, err)
		}
	}
}
