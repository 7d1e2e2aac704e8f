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
	"github.com/chromedp/chromedp/kb"

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
	w.open("/boards/" + id + "?page=all")
	w.see("Cảnh báo lỗ hổng nghiêm trọng", "4 yêu cầu", province.Units[1].ShortName, province.Units[len(province.Units)-1].ShortName)
	w.open("/boards/" + id)
	w.see("Đơn vị 1–50 trong ")
	w.shot("board-150")
	w.byKeys(id)
	took := time.Since(began)
	t.Logf("the letter was issued to %d units in %d actions and %.1f s", units, w.actions-before, took.Seconds())
	if took > 10*time.Minute {
		t.Errorf("it took %s", took)
	}
}

// byKeys walks the board of a directive by its keys alone: one stop of Tab, cells
// that say what they are, into one of them and back to it, to the filter, the keys.
func (w *walker) byKeys(id string) {
	w.t.Helper()
	type stop struct {
		Row, Column int
		Label, Tag  string
	}
	press := func(keys string) stop {
		w.t.Helper()
		w.do("keys "+keys, chromedp.KeyEvent(keys))
		return look(w, chromedp.Evaluate[stop](`(() => {
			const at = document.activeElement, cell = at.closest("th, td");
			return { Row: cell?.parentElement.rowIndex ?? -1, Column: cell?.cellIndex ?? -1, Label: at.getAttribute("aria-label") || "", Tag: at.tagName };
		})()`))
	}
	if n := look(w, chromedp.Evaluate[int](`document.querySelectorAll('table[role=grid] :is(a, th, td):is([tabindex="0"], a:not([tabindex]))').length`)); n != 1 {
		w.t.Errorf("Tab stops %d times in the board, want once", n)
	}
	w.do("enter", chromedp.Evaluate[chromedp.Void](`document.querySelector('table[role=grid] [tabindex="0"]').focus()`))
	begin := press(kb.ArrowRight)
	if down := press("j"); down.Row <= begin.Row || down.Column != begin.Column || strings.Count(down.Label, " · ") == 0 || !strings.Contains(down.Label, ": ") {
		w.t.Errorf("j went from %+v to %+v", begin, down)
	}
	if up := press("k"); up.Row != begin.Row {
		w.t.Errorf("k went to %+v, not back to %+v", up, begin)
	}
	if end := press(kb.End); end.Column != 4 {
		w.t.Errorf("End went to %+v of four requirements", end)
	}
	press(kb.Home)
	if back := press("l"); back.Column != 1 {
		w.t.Errorf("Home and l went to %+v", back)
	}
	if field := press("/"); field.Tag != "INPUT" {
		w.t.Errorf("/ went to %+v", field)
	}
	if back := press(kb.Escape); back.Row != begin.Row || back.Column != 1 {
		w.t.Errorf("Escape came back to %+v", back)
	}
	if keys := press("?"); keys.Tag != "SUMMARY" {
		w.t.Errorf("? went to %+v", keys)
	}
	press(kb.Escape)
	w.arrive("Enter", chromedp.KeyEvent(kb.Enter))
	if at := look(w, chromedp.Location()); !strings.Contains(at, "/boards/"+id+"/cells/") {
		w.t.Errorf("Enter opened %s", at)
	}
	w.do("Escape", chromedp.KeyEvent(kb.Escape)) // the page may be there still: nothing is fetched
	w.until(`location.pathname === "/boards/` + id + `" && document.querySelector("table[role=grid]")`)
	w.see("4 yêu cầu")
	w.quiet("the board by keys")
}
