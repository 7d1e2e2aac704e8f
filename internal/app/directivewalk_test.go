// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/vonggac/vonggac/internal/app/demo"
)

// has reports whether the page has what sel finds.
func (w *walker) has(sel string) bool {
	return look(w, chromedp.Evaluate[bool](`document.evaluate('`+sel+`', document, null, XPathResult.BOOLEAN_TYPE).booleanValue`))
}

// TestDirectiveWalk issues a warning letter to a province of 150 units in a
// browser: units, the text, each requirement, whom it goes to, the board.
func TestDirectiveWalk(t *testing.T) {
	t.Parallel()
	const letter, units = "../centre/directive/testdata/holdout/canh-bao-cve.txt", 150
	province, err := demo.Sized(demo.DefaultSeed, units)
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(t.TempDir(), "don-vi.csv")
	if err := os.WriteFile(list, must(province.UnitsCSV())(t), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx := chromium(t)
	base, first := startCentre(t, new(atomic.Int64))
	w := newWalker(t, ctx, base)
	w.open(first)
	w.fill("body", province.Units[0].Name)
	w.fill("name", person)
	w.fill("login", login)
	w.fill("password", phrase)
	w.fill("again", phrase)
	w.press(button("Khởi tạo và đăng nhập"))
	w.open("/units/import")
	w.attach(`main input[type=file]`, list)
	w.press(button("Xem trước"))
	w.press(`//main//button[starts-with(normalize-space(.), "Nhập ")]`)
	w.see("Đã nhập:")

	began, before := time.Now(), w.actions
	w.open("/directives/new")
	w.attach(`main input[type=file]`, letter)
	w.press(`main form button[type=submit]`)
	w.see("Cảnh báo lỗ hổng nghiêm trọng", "Cần xem trước", "12 chữ số", "Đã quyết định 0/4 yêu cầu")
	w.press(button("Đã xem tất cả"))
	if sure := `//main//button[contains(., "đề xuất chắc chắn")]`; w.has(sure) {
		w.press(sure)
	} else {
		t.Error("nothing is sure in a plain letter")
	}
	// A body the province does not have is asked about, not taken for everybody.
	for all := `//main//button[normalize-space(.)="Mọi nơi nhận"]`; w.has(all); {
		w.press(all)
		if w.actions-before > 40 {
			t.Fatal("questions do not end")
		}
	}
	for one := `//main//button[normalize-space(.)="Xác nhận"]`; w.has(one); {
		w.press(one)
		if w.actions-before > 40 {
			t.Fatal("items do not end")
		}
	}
	w.press(button("Xác nhận toàn văn bản"))
	at := look(w, chromedp.Location())
	id := strings.Split(at[strings.Index(at, "/directives/")+len("/directives/"):], "/")[0]
	w.open("/directives/" + id + "/issue")
	w.choose("to", look(w, chromedp.Evaluate[string](`document.querySelector('main select[name="to"]').options[1].value`)))
	w.do("last", chromedp.SetValue(`main [name="last"]`, "2026-12-15"))
	w.press(button("Xem trước"))
	w.see("Gửi tới ")
	w.press(button("Giao xuống"))
	w.open("/boards/" + id)
	w.see("Cảnh báo lỗ hổng nghiêm trọng", "4 yêu cầu", province.Units[len(province.Units)-1].ShortName)
	w.shot("board-150")
	took := time.Since(began)
	t.Logf("the letter was issued to %d units in %d actions and %.1f s", units, w.actions-before, took.Seconds())
	if took > 10*time.Minute {
		t.Errorf("it took %s", took)
	}
}
