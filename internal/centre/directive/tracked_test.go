// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
)

// TestTrackedChanges reads papers as if all changes were accepted, and says that
// nobody settled them.
func TestTrackedChanges(t *testing.T) {
	x := lexicon(t)
	odt := word(t, map[string]string{"content.xml": `<office:document-content xmlns:office="o" xmlns:text="t"><office:body><office:text><text:tracked-changes>` +
		`<text:changed-region text:id="c1"><text:deletion><text:p>xong trước ngày 10/11/2026</text:p></text:deletion></text:changed-region>` +
		`<text:changed-region text:id="c2"><text:insertion/></text:changed-region></text:tracked-changes>` +
		`<text:p>Số: 55/UBND-KGVX</text:p><text:p>Kính gửi: Các sở, ban, ngành.</text:p><text:p>Ủy ban nhân dân tỉnh yêu cầu:</text:p>` +
		`<text:p>1. Rà soát lỗ hổng của máy chủ, <text:change text:change-id="c1"/><text:change-start text:change-id="c2"/>xong trước ngày 20/11/2026<text:change-end text:change-id="c2"/>.</text:p>` +
		`<text:p>2. Cử cán bộ kỹ thuật trực giám sát.</text:p></office:text></office:body></office:document-content>`})
	page := `<html><body><p>Số: 55/UBND-KGVX</p><p>Kính gửi: Các sở, ban, ngành.</p><p>Ủy ban nhân dân tỉnh yêu cầu:</p>` +
		`<p>1. Rà soát lỗ hổng của máy chủ, <del cite="#1">xong <b>trước</b> ngày 10/11/2026</del><ins>xong <b>trước</b> ngày 20/11/2026</ins>.</p><ins> </ins><del></del>` +
		`<p>2. Cử cán bộ kỹ thuật trực giám sát.</p></body></html>`
	for name, data := range map[string][]byte{"a.odt": odt, "a.html": []byte(page)} {
		r, err := x.ReadFile(t.Context(), name, data, today)
		if err != nil {
			t.Fatal(name, err)
		}
		if w := r.Warnings[0]; w.Doubt != directive.Tracked || w.Text != "1" || w.Hint != "1" {
			t.Errorf("%s: %+v", name, r.Warnings)
		}
		if d, _ := saysOf(r.Requirements[0]); len(r.Requirements) != 2 || len(d) != 1 || d[0] != "until 2026-11-19" {
			t.Errorf("%s: %q of %+v", name, d, r.Requirements)
		}
	}
	settled := strings.NewReplacer("<del", "<span", "</del", "</span", "<ins", "<span", "</ins", "</span").Replace(page)
	if r, err := x.ReadFile(t.Context(), "a.html", []byte(settled), today); err != nil || r.Warnings[0].Doubt == directive.Tracked {
		t.Errorf("settled: %+v %v", r.Warnings, err)
	}
	secret := word(t, map[string]string{"content.xml": `<office:document-content xmlns:office="o" xmlns:text="t"><text:tracked-changes><text:deletion><text:p>TỐI MẬT</text:p></text:deletion></text:tracked-changes></office:document-content>`})
	if _, err := paperfile.Read(t.Context(), "a.odt", secret, paperfile.Limits{}); err == nil {
		t.Error("a mark that was taken out without anybody settling it came in")
	}
}
