// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// hourLimit is how long the first hour may take by the issue: half an hour for
// a person. Here it bounds the machine's part of it.
const hourLimit = 30 * time.Minute

// TestFirstHour walks the guide docs/guide/vi/bat-dau.md as it is written: an
// empty folder, the program alone, no Go and no Node within reach, until an
// infection is attributed to a unit and an incident is open. It prints how long
// that took and how many actions a person took.
func TestFirstHour(t *testing.T) {
	t.Parallel()
	ctx := chromium(t)
	bin := program(t)
	began := time.Now()
	base, link0 := serveAlone(t, bin)
	w := newWalker(t, ctx, base)

	w.open(strings.TrimPrefix(link0, base)) // step 3
	w.fill("body", "UBND tỉnh Bản Mẫu")
	w.fill("name", person)
	w.fill("login", login)
	w.fill("password", phrase)
	w.fill("again", phrase)
	w.press(button("Khởi tạo và đăng nhập"))
	w.see("Giờ đầu tiên", "Làm tiếp: Tên cơ quan") // step 4
	w.shot("overview")
	w.press(link("Làm tiếp: Tên cơ quan"))
	w.see("Cơ quan chủ quản trực tiếp", "Nơi nhận theo vai trò")
	w.shot("body")
	w.press(button("Lưu"))
	w.see("Quy định áp dụng", "Nghị định 331/2026/NĐ-CP")
	w.shot("pack")
	w.press(button("Tôi đã xem, áp dụng gói này"))
	w.see("Các đơn vị", "Nạp đơn vị mẫu") // step 5
	w.shot("units")
	w.press(button("Nạp đơn vị mẫu"))
	w.see("4 đơn vị, 4 đơn vị có dải địa chỉ.")
	w.press(link("Làm tiếp: Người dùng")) // step 6
	w.see("liên kết dùng một lần")
	w.shot("people")
	w.fill("note", "chờ danh sách của Văn phòng")
	w.press(button("Để sau, sang việc tiếp theo"))
	w.see("Nhật ký đầu tiên", "Nạp chỉ dấu mẫu") // step 7
	w.shot("log")
	w.press(button("Nạp chỉ dấu mẫu"))
	w.press(button("Nạp nhật ký mẫu và đối chiếu"))
	w.await("Xem kết quả")
	w.press(link("Xem kết quả"))
	w.see("Đã thấy ca nhiễm đầu tiên", "MaDocMau.", "(mẫu)")
	w.shot("infection-found")
	w.press(link("Mở hồ sơ ca nhiễm"))
	w.see("MaDocMau.", "10.199.", "(mẫu)")
	w.shot("infection")
	t.Logf("to the first attributed infection: %d actions, %.1f s of the machine's time", w.actions, time.Since(began).Seconds())
	w.press(button("Mở sự cố")) // step 8
	w.see("SC-", "chưa xác định mức độ")
	w.shot("incident")
	if took := time.Since(began); took > hourLimit {
		t.Errorf("the first hour took %s", took)
	}
	t.Logf("to the open incident: %d actions, %.1f s; pictures in %s", w.actions, time.Since(began).Seconds(), w.into)

	w.press(nav("/"))
	w.see("Giờ đầu tiên của trung tâm", "để sau: chờ danh sách của Văn phòng")
	w.shot("today")
	w.press(`header.vg-top a[href="/guide"]`)
	w.see("Bắt đầu trong 30 phút")
	w.shot("guide")
	w.press(link("Bắt đầu trong 30 phút"))
	w.see("Giải nén và kiểm tra", "SHA-256")
	w.shot("guide-start")
	w.open("/settings")
	w.see("Cơ quan và đầu văn bản", "Asia/Ho_Chi_Minh")
	w.shot("settings")
	w.open("/rules")
	w.shot("rules")
	w.open("/setup")
	w.see("Gỡ dữ liệu mẫu")
	w.press(link("Gỡ dữ liệu mẫu"))
	w.shot("remove")
	w.press(button("Gỡ dữ liệu mẫu"))
	w.see("Đã gỡ dữ liệu mẫu.", "0 đơn vị")
	w.never("Đang có dữ liệu mẫu")
	w.shot("removed")
	for _, page := range []string{"/setup", "/setup/log", "/settings/body", "/guide/bat-dau"} {
		name := strings.ReplaceAll(strings.Trim(page, "/"), "/", "-")
		w.window(1366, 768, "dark")
		w.open(page)
		w.shot("dark-" + name)
		w.window(360, 740, "light")
		w.shot("phone-" + name)
	}
}

// program builds the program as a release does and returns its path in an
// otherwise empty folder.
func program(t *testing.T) string {
	t.Helper()
	name := "vonggac"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	bin := filepath.Join(t.TempDir(), name)
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", bin, "../../cmd/vonggac")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

var startLink = regexp.MustCompile(`(http://[^/\s]+)/start\?token=\S+`)

// serveAlone starts bin in an empty folder with nothing else within reach, and
// returns its address and the one-time link it prints.
func serveAlone(t *testing.T, bin string) (base, link string) {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "serve", "--data", filepath.Join(t.TempDir(), "dữ liệu"), "--listen", address)
	cmd.Dir, cmd.Env = t.TempDir(), []string{"PATH=" + filepath.Dir(bin), "SystemRoot=" + os.Getenv("SystemRoot")}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the program ended with %v", err)
		}
	})
	in := bufio.NewScanner(out)
	for in.Scan() {
		if m := startLink.FindStringSubmatch(in.Text()); m != nil {
			go io.Copy(io.Discard, out) //nolint:errcheck // what it prints later is not looked at
			return m[1], m[0]
		}
	}
	t.Fatalf("no link was printed: %v", in.Err())
	return "", ""
}
