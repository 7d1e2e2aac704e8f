// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/platform/config"
)

// startCentre opens a whole centre as the program does and serves it; its clock
// starts at t0, runs, and is late ahead of that. It returns the address and the
// path of the one-time link.
func startCentre(t *testing.T, late *atomic.Int64) (base, link string) {
	t.Helper()
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data": t.TempDir(), "listen": "127.0.0.1:0"}, Hostname: "test"})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	a, err := app.Open(t.Context(), app.Options{Config: cfg, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		Now: func() time.Time { return t0.Add(time.Since(began) + time.Duration(late.Load())) }, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	address, err := a.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), stepLimit)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	secret, err := a.Rooms.Accounts.FirstLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + address, "/start?token=" + secret
}

// What the walk's person types and expects.
const (
	person   = "Lò Thị Mai"
	login    = "mai.lt"
	infected = "192.168.56[.]23" // as pages show it
	behind   = "203.0.113[.]14"
)

// realLog is a log of a real resolver, kept outside the repository.
const realLog = "../../../shared/data/dns-logs/dnsmasq-query.log"

func haveReal() bool {
	_, err := os.Stat(realLog)
	return err == nil
}

// row is the link of the list's row that holds the text.
func row(text string) string {
	return `//main//tr[contains(., "` + text + `")]//a[contains(@class, "vg-rowlink")]`
}

// link and button are found by what they say.
func link(text string) string {
	return `//main//a[contains(normalize-space(.), "` + text + `")]`
}

func button(text string) string {
	return `//main//button[contains(normalize-space(.), "` + text + `")]`
}

func nav(path string) string { return `nav.vg-nav a[href="` + path + `"]` }

// TestWalk is a newcomer's first hour: from the one-time link to a notice that
// was sent in time.
func TestWalk(t *testing.T) {
	t.Parallel()
	ctx := chromium(t)
	var late atomic.Int64
	base, first := startCentre(t, &late)
	w := newWalker(t, ctx, base)
	began := time.Now()

	w.setUp(first)
	w.importUnits()
	w.loadIndicators()
	w.upload()
	w.triage()
	w.openIncident()
	w.decide()
	code := w.draft()
	w.print(code)
	late.Store(int64(time.Hour)) // it is signed and numbered meanwhile
	w.send()
	w.signOut()
	w.shot("signed-out")
	w.signIn("Hôm nay")
	w.shot("today-at-work")
	t.Logf("the walk took %d actions and %.1f s; pictures and files in %s", w.actions, time.Since(began).Seconds(), w.into)

	w.otherLooks()
	w.withoutScript()
}

func (w *walker) setUp(first string) {
	w.t.Helper()
	w.open(first)
	w.see("Khởi tạo trung tâm", "Bước đầu tiên", "Ít nhất 12 ký tự.")
	w.shot("start")
	w.fill("body", "UBND tỉnh Sơn Giang")
	w.fill("name", person)
	w.fill("login", login)
	w.fill("password", phrase)
	w.fill("again", phrase)
	w.press(button("Khởi tạo và đăng nhập"))
	w.see("Giờ đầu tiên", "Làm tiếp: Tên cơ quan", person)
	w.press(nav("/"))
	w.see("Hôm nay", "Giờ đầu tiên của trung tâm", "Các đơn vị")
	w.shot("today")
}

func (w *walker) importUnits() {
	w.t.Helper()
	w.press(nav("/units"))
	w.press(`main a[href="/units/import"]`)
	w.see("Bước đầu chỉ xem trước, chưa ghi gì.")
	w.attach(`main input[type=file]`, "testdata/walk/don-vi.csv")
	w.press(button("Xem trước"))
	w.see("Xem trước don-vi.csv", "Chưa ghi gì.", "Không nhận ra loại đơn vị này", "“999.1.1.1” không phải địa chỉ IP", "Nhập 3 đơn vị")
	w.shot("units-dry-run")
	w.press(button("Nhập 3 đơn vị"))
	w.see("Đã nhập: 3 đơn vị mới, 0 thay đổi; 1 dòng không nhận.", "Sở Y tế", "Bản Mẫu", "Trung Tâm")
	w.never("Cục lạ")
	w.shot("units")
}

func (w *walker) loadIndicators() {
	w.t.Helper()
	list := "testdata/walk/chi-dau.csv"
	if haveReal() {
		list = "testdata/walk/chi-dau-that.csv"
	}
	w.press(nav("/indicators"))
	w.press(`main a[href="/indicators/new"]`)
	w.fill("name", "Danh sách của trung tâm")
	w.attach(`main input[type=file]`, list)
	w.shot("indicators-new")
	w.press(button("Tải lên"))
	w.do("loaded", chromedp.WaitVisible(`//main//td[contains(., "khong-phai ten mien")]`))
	w.see("Đang đối chiếu", "khong-phai ten mien", "CSV có dòng tiêu đề")
	w.shot("indicators")
}

// upload adds a source and gives it a log of our own, and a real one where there
// is one.
func (w *walker) upload() {
	w.t.Helper()
	w.press(nav("/sources"))
	w.press(`main a[href="/sources/new"]`)
	w.fill("name", "DNS trung tâm dữ liệu")
	w.press(button("Thêm nguồn nhật ký"))
	w.see("Đã thêm nguồn.", "chỉ dấu đang bật")
	w.shot("source")
	if !haveReal() {
		w.t.Logf("shared data absent: %s", realLog)
	} else {
		w.attach(`#upload input[type=file]`, realLog)
		w.press(button("Tải lên và đối chiếu"))
		w.await("Đã đọc xong", "Đối chiếu số dòng")
		w.see("dnsmasq, Pi-hole", "Xem hàng chờ phát hiện (tệp này có 2 dòng khớp)")
		w.shot("file-real")
		w.press(link("DNS trung tâm dữ liệu"))
	}
	w.attach(`#upload input[type=file]`, "testdata/walk/dns.log")
	w.press(button("Tải lên và đối chiếu"))
	w.await("Đã đọc xong", "Đối chiếu số dòng")
	w.see("Nhật ký truy vấn BIND 9", "Tổng số dòng 11", "Dòng đọc được 9", "Bỏ qua: dòng trống 1", "Không đọc được: không đúng định dạng 1",
		"dong nay hong giua chung", "Xem hàng chờ phát hiện (tệp này có 6 dòng khớp)")
	w.shot("file")
}

// triage takes a finding from the queue, and looks at one behind NAT.
func (w *walker) triage() {
	w.t.Helper()
	w.press(link("Xem hàng chờ phát hiện"))
	w.see(infected, behind, "một máy sau NAT", "UBND xã Bản Mẫu", "Sở Y tế")
	w.never("10.2.3[.]4") // notxau.example and xau.example.vn are other names
	w.shot("findings")
	w.press(row(behind))
	w.see("một máy sau NAT", "Nhiều máy dùng chung địa chỉ này nên chưa thể nói máy nào", "cdn.dieukhien[.]example", "UBND xã Bản Mẫu")
	w.never("máy nhiễm")
	w.shot("finding-behind-nat")
	w.press(link("Phát hiện"))
	w.press(row(infected))
	w.see("MauDoc.A", "UBND xã Bản Mẫu", "a.b.xau[.]example", "www.xau[.]example", "DNS trung tâm dữ liệu · dns.log")
	w.press(button("Tiếp nhận"))
	w.see("Đã tiếp nhận phát hiện.", "đã tiếp nhận")
	w.shot("finding")
}

// openIncident goes by the infections, where only machines are called infected.
func (w *walker) openIncident() {
	w.t.Helper()
	w.press(nav("/infections"))
	machines := "Máy nhiễm 2"
	if haveReal() {
		machines = "Máy nhiễm 3"
	}
	w.see(machines, "Địa chỉ có máy nhiễm phía sau (NAT, máy phân giải, proxy) 1")
	w.shot("infections")
	w.press(row(behind))
	w.see("MauDoc.B trên một máy sau NAT 203.0.113.14", "Nhiều máy dùng chung địa chỉ này nên chưa thể nói máy nào")
	w.never("Xác nhận nhiễm", "trên máy 203.0.113.14")
	w.shot("infection-behind-nat")
	w.press(nav("/infections"))
	w.press(row(infected))
	w.see("MauDoc.A trên máy 192.168.56.23", "UBND xã Bản Mẫu")
	w.shot("infection")
	w.press(button("Mở sự cố"))
	w.see("Mở hồ sơ SC-2026-0001", "chưa xác định mức độ", "UBND xã Bản Mẫu", "trong 72 giờ", "24/11/2026 08:")
	w.shot("incident")
}

// decide makes the incident a serious one, which starts the clock of 24 hours.
func (w *walker) decide() {
	w.t.Helper()
	const reason = "Máy của bộ phận một cửa, có nguy cơ lộ dữ liệu của người dân"
	w.press(link("Xác định mức độ — 24 giờ nếu nghiêm trọng"))
	w.see("Xác định mức độ SC-2026-0001", "Gợi ý theo bảng của gói quy định")
	w.tick("severity", "M2")
	w.fill("reason", reason)
	w.shot("severity")
	w.press(button("Quyết định mức độ"))
	w.see("Đã ghi quyết định mức độ: Nghiêm trọng.", person+" quyết định mức độ", reason, "còn 23 giờ", "còn 2 ngày 23 giờ")
	for _, c := range []struct{ clock, term, due string }{
		{"Thông báo ban đầu sự cố nghiêm trọng", "24 giờ", "Chủ nhật 22/11/2026"},
		{"Báo cáo nguyên nhân", "72 giờ", "thứ Ba 24/11/2026"},
	} {
		sel := `//main//ul[contains(@class, "vg-clocks")]//details[contains(., "` + c.clock + `")]`
		w.tap(sel + `/summary`)
		w.do("arithmetic", chromedp.WaitVisible(sel+`//ol`))
		shown := w.text(sel)
		for _, want := range []string{"Hạn này tính thế nào?", "T0: 08:0", "thứ Bảy 21/11/2026", c.term, c.due, "Nghị định 331/2026/NĐ-CP"} {
			if !strings.Contains(strings.ToLower(shown), strings.ToLower(want)) {
				w.t.Errorf("the clock does not say %q: %s", want, shown)
			}
		}
		w.shot("clock-" + strings.Fields(c.term)[0])
	}
	w.tap("main h1") // closes the last one
}

// draft makes the notice out of the case and fills what the case does not say.
func (w *walker) draft() (code string) {
	w.t.Helper()
	w.press(link("Lập thông báo ban đầu — còn 23 giờ"))
	w.see("Lập thông báo, báo cáo về sự cố", "Chưa có gì được gửi đi.")
	w.press(button("Lập bản nháp"))
	w.see("bản nháp", "mục phải sửa trước khi lập bản in", "SC-2026-0001", "Nghiêm trọng")
	w.shot("draft")
	w.fill("v.system", "Mạng nội bộ UBND xã Bản Mẫu")
	w.fill("v.measures", "Đã ngắt máy khỏi mạng, giữ nguyên hiện trường, đổi mật khẩu các tài khoản đã dùng trên máy.")
	for _, question := range []string{"national_security", "serious_interruption", "personal_data"} {
		w.tick("v."+question, "no")
	}
	w.press(button("Lưu nháp"))
	w.see("Đã lưu bản nháp.", "đã sửa tay", "Đủ mục bắt buộc, có thể lập bản in.")
	return "SC-2026-0001"
}

var sha = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// print locks the notice and takes its files home.
func (w *walker) print(code string) {
	w.t.Helper()
	w.press(button("Lưu và lập bản in"))
	w.see("Đã lập bản in 1. Văn bản chưa được gửi.", "Chưa gửi", "SHA-256")
	w.shot("printed")
	shown := map[string]bool{}
	for _, s := range sha.FindAllString(w.text("main"), -1) {
		shown[s] = true
	}
	files := map[string][]byte{}
	for kind, magic := range map[string]string{"docx": "PK\x03\x04", "pdf": "%PDF-"} {
		content := w.download(`main header a[href$=".`+kind+`"]`, code+"."+kind)
		files[kind] = content
		if !bytes.HasPrefix(content, []byte(magic)) {
			w.t.Errorf("the %s begins with %q", kind, content[:min(8, len(content))])
		}
		sum := sha256.Sum256(content)
		if got := hex.EncodeToString(sum[:]); !shown[got] {
			w.t.Errorf("the page does not show the SHA-256 of the %s, %s", kind, got)
		}
	}
	w.says("docx", docxText(w.t, files["docx"]), code)
	if bin, err := exec.LookPath("pdftotext"); err != nil {
		w.t.Log("pdftotext absent: the text of the PDF is not read")
	} else {
		out, err := exec.CommandContext(w.ctx, bin, "-layout", filepath.Join(w.into, code+".pdf"), "-").Output()
		if err != nil {
			w.t.Fatalf("pdftotext: %v", err)
		}
		w.says("pdf", string(out), code)
	}
}

// says checks what both files must say.
func (w *walker) says(kind, text, code string) {
	w.t.Helper()
	text = strings.Join(strings.Fields(text), " ")
	for _, want := range []string{code, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "THÔNG BÁO", "Mạng nội bộ UBND xã Bản Mẫu", "Nghiêm trọng", person} {
		if !strings.Contains(text, want) {
			w.t.Errorf("the %s does not say %q", kind, want)
		}
	}
}

var tags = regexp.MustCompile(`<[^>]*>`)

func docxText(t *testing.T, content []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatalf("docx: %v", err)
	}
	raw, err := fs.ReadFile(z, "word/document.xml")
	if err != nil {
		t.Fatalf("docx: %v", err)
	}
	return tags.ReplaceAllString(strings.ReplaceAll(string(raw), "</w:p>", "\n"), "")
}

// send records that the notice went out, which meets the obligation in time.
func (w *walker) send() {
	w.t.Helper()
	w.press(nav("/papers"))
	w.see("đã lập bản in, chưa gửi")
	w.press(row("SC-2026-0001"))
	w.tap(link("Ghi nhận đã gửi"))
	w.choose("channel", "document_axis")
	w.fill("receipt", "Mã biên nhận 0001 trên trục liên thông")
	w.shot("send")
	w.press(`#sent button[type=submit]`)
	w.see("Đã ghi nhận gửi", "đã gửi", "đã xong đúng hạn", "Mã biên nhận 0001")
	w.shot("sent")
	w.press(nav("/obligations"))
	w.see("Báo cáo nguyên nhân")
	w.choose("status", "met")
	w.press(button("Lọc"))
	w.see("Thông báo ban đầu sự cố nghiêm trọng", "đã xong đúng hạn")
	w.press(row("Thông báo ban đầu sự cố nghiêm trọng"))
	w.see("hoàn thành đúng hạn", "Hạn này tính thế nào", "+ 24 giờ", "Mã biên nhận 0001")
	w.shot("obligation-met")
}

func (w *walker) signIn(page string) {
	w.t.Helper()
	w.fill("login", login)
	w.fill("password", phrase)
	w.press(button("Đăng nhập"))
	w.see(page, person)
}

func (w *walker) signOut() {
	w.t.Helper()
	w.tap(`details.vg-person summary`)
	w.press(`details.vg-person button[type=submit]`)
	w.see("Đăng nhập", "Quên mật khẩu?")
	w.never(person)
}

// otherLooks shows the main pages in the dark and on a phone.
func (w *walker) otherLooks() {
	w.t.Helper()
	incident := look(w, chromedp.Evaluate[string](`document.querySelector('main a[href^="/incidents/"]').getAttribute("href")`))
	for _, page := range []struct{ name, path string }{{"today", "/"}, {"findings", "/findings?state=all"}, {"infections", "/infections"},
		{"incident", incident}, {"papers", incident + "?tab=papers"}} {
		w.window(1366, 768, "dark")
		w.open(page.path)
		w.shot("dark-" + page.name)
		w.window(360, 740, "light")
		w.shot("phone-" + page.name)
	}
	w.window(1366, 768, "light")
}

// withoutScript signs in and uploads a log where no script runs.
func (w *walker) withoutScript() {
	w.t.Helper()
	w.signOut()
	w.scripts(true)
	w.open("/sign-in?next=/sources")
	if look(w, chromedp.Evaluate[bool](`document.documentElement.classList.contains("vg-script")`)) {
		w.fail("script still runs")
	}
	w.signIn("Nguồn nhật ký")
	w.press(row("DNS trung tâm dữ liệu"))
	w.attach(`#upload input[type=file]`, "testdata/walk/dns-2.log")
	w.press(button("Tải lên và đối chiếu"))
	w.see("dns-2.log", "Đã nhận 1 tệp")
	for !strings.Contains(w.text("body"), "Đã đọc xong") {
		w.arrive("reload", chromedp.Reload())
	}
	w.see("Tổng số dòng 2", "Xem hàng chờ phát hiện (tệp này có 1 dòng khớp)")
	w.press(link("Xem hàng chờ phát hiện"))
	w.see("10.2.3[.]9", "UBND phường Trung Tâm")
	w.quiet("without script")
}
