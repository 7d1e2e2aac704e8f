// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"io"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// standing has a demand without a term whose words say that it holds at all times.
var standing = strings.Replace(paper, "3. Tuyên truyền", "3. Thường xuyên tuyên truyền", 1)

// TestWhatHoldsAtAllTimesIsNeverDone: it is confirmed again and again, with
// evidence, until the centre closes it with a reason.
func TestWhatHoldsAtAllTimesIsNeverDone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mai, unit, other := as(t, "mai", auth.Centre, "root"), as(t, "nam", auth.UnitOfficer, unitName(7)), as(t, "lan", auth.UnitOfficer, unitName(8))
		d := h.settled(t, mai, standing)
		f, err := h.Get(mai, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		it := f.Leaves()[2]
		if it.Due.Sort != directive.Always || it.Due.Recurrence != "P3M" || it.Sure {
			t.Fatalf("%+v", it.Due)
		}
		plan, err := h.Issue(mai, d.ID, directive.Sending{To: []string{"unit:" + unitName(7), "unit:" + unitName(8)}}, 0) // no common last day is needed
		if err != nil || plan.Common != 0 {
			t.Fatalf("%+v, %v", plan, err)
		}
		_, owed, err := h.OfUnit(unit, d.ID, unitName(7))
		if err != nil || owed[2].Period != "2026-Q4" {
			t.Fatalf("%+v, %v", owed, err)
		}
		task := owed[2]
		for name, data := range map[string]string{"rong.txt": "", "MAT.txt": "MẬT\n\nBiên bản"} {
			if _, err := h.Attach(unit, d.ID, task.ID, name, []byte(data)); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", name, err)
			}
		}
		kept := func() (n int) {
			t.Helper()
			if err := h.files.All(t.Context(), func(blob.Ref) error { n++; return nil }); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := kept(); n != 2 { // the text and its reading
			t.Errorf("%d files were kept", n)
		}
		file, err := h.Attach(unit, d.ID, task.ID, `C:\ảnh\bien-ban.txt`, []byte("Biên bản tuyên truyền ngày 20"))
		if err != nil || file.Name != "bien-ban.txt" {
			t.Fatalf("%+v, %v", file, err)
		}
		if _, err := h.Attach(other, d.ID, task.ID, "x.txt", []byte("x")); !fault.Is(err, fault.NotFound) {
			t.Errorf("attached by another body: %v", err)
		}
		if _, _, err := h.OpenFile(other, d.ID, file.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("opened by another body: %v", err)
		}
		got, in, err := h.OpenFile(mai, d.ID, file.ID)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(in)
		if err != nil || in.Close() != nil || string(raw) != "Biên bản tuyên truyền ngày 20" || got.SHA256 != file.SHA256 {
			t.Errorf("%q, %v", raw, err)
		}
		if files, err := h.FilesOf(mai, d.ID, unitName(7)); err != nil || len(files[task.ID]) == 0 {
			t.Errorf("%+v, %v", files, err)
		}
		if err := h.ProveBy(unit, d.ID, task.ID, "gone"); fault.Of(err).Fields["document"] == "" {
			t.Errorf("proved by no paper: %v", err)
		}
		_, owed, err = h.OfUnit(mai, d.ID, unitName(7))
		if err != nil || len(owed[2].Proof) == 0 || !strings.Contains(owed[2].Proof[len(owed[2].Proof)-1].Ref, file.SHA256) {
			t.Errorf("%+v, %v", owed[2].Proof, err)
		}
		sent, err := h.Answer(unit, d.ID, task.ID, "Đã tuyên truyền", task.Version)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Accept(mai, d.ID, sent.ID, sent.Version); err != nil {
			t.Fatal(err)
		}
		quarters := func() (n int) {
			t.Helper()
			if err := h.Roll(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, owed, err := h.OfUnit(mai, d.ID, unitName(7))
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range owed {
				if o.Item == it.ID {
					n++
				}
			}
			return n
		}
		h.now = h.now.AddDate(0, 3, 0)
		if n := quarters(); n != 2 {
			t.Errorf("%d turns after it was accepted once", n)
		}
		if _, err := h.Withdraw(mai, d.ID, it.ID, "", "đã thành nền nếp"); err != nil {
			t.Fatal(err)
		}
		h.now = h.now.AddDate(1, 0, 0)
		if n := quarters(); n != 2 {
			t.Errorf("%d turns after it was closed", n)
		}
		b, err := h.Board(mai, d.ID)
		if err != nil || !b.Items[2].Last.IsZero() {
			t.Errorf("%+v, %v", b.Items[2], err)
		}
	})
}
