// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/vonggac/vonggac/internal/app/demo"
)

var takePictures = flag.Bool("screenshots", false, "take the guide's pictures anew into docs/guide/images")

// mostPicture is the most bytes of one picture: the guide lives in the program.
const mostPicture = 60 << 10

const guidePictures = "../../docs/guide/images"

// TestPicturesAreSmall holds the guide's pictures to their size: WebP, at most
// 60 KB each.
func TestPicturesAreSmall(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(guidePictures + "/*")
	if err != nil || len(names) == 0 {
		t.Fatalf("no pictures: %v", err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(raw) > mostPicture || len(raw) < 2<<10 || string(raw[:4]) != "RIFF" || string(raw[8:12]) != "WEBP" {
			t.Errorf("%s: %d bytes, want a WebP of at most %d", name, len(raw), mostPicture)
		}
	}
}

// TestScreenshots takes the guide's pictures of a new centre and of the
// fictitious province, in both languages. It runs with -screenshots alone.
func TestScreenshots(t *testing.T) {
	if !*takePictures {
		t.Skip("pictures are taken with -screenshots only")
	}
	t.Run("new centre", func(t *testing.T) {
		var late atomic.Int64
		base, first := startCentre(t, &late)
		p := photographer{newWalker(t, chromium(t), base)}
		p.window(1180, 720, "light")
		p.open("/sign-in")
		p.picture("khoi-tao", first)
		p.fill("body", "UBND tỉnh Bản Mẫu")
		p.fill("name", person)
		p.fill("login", login)
		p.fill("password", phrase)
		p.fill("again", phrase)
		p.press(`main button[type=submit]`)
		p.picture("gio-dau", "/setup")
		p.picture("co-quan", "/settings/body")
		p.send("/setup/body", `form[action="/setup/body"] button[type=submit]`)
		p.send("/setup/pack", `form[action="/setup/pack"] button[type=submit]`)
		p.picture("don-vi", "/setup/units")
		p.send("/setup/units", `form[action="/setup/sample"] button[type=submit]`)
		p.send("/setup/log", `form[action="/setup/sample"] button[type=submit]`)
		p.send("/setup/log", `form[action="/setup/sample"] button[type=submit]`)
		p.do("read", chromedp.WaitVisible(`#log-state a.btn`))
		p.picture("ca-nhiem", "/setup/log")
		p.press(`#last a.btn`)
		n := 0
		p.both("phieu", func() {
			n++
			p.open("/accounts/new")
			p.fill("name", "Lường Văn Mẫu")
			p.fill("login", "luong.mau"+strconv.Itoa(n))
			p.press(`main form[action="/accounts/new"] button[type=submit]`)
		})
	})
	t.Run("province", func(t *testing.T) {
		h, people := demoHouse(t, t.TempDir(), demoNow.AddDate(0, 0, -7)) // in the past: sessions end by the real clock
		t.Cleanup(func() { h.stop(t) })
		server := httptest.NewServer(h.Handler())
		t.Cleanup(server.Close)
		for _, i := range people {
			p := photographer{newWalker(t, chromium(t), server.URL)}
			p.window(1180, 720, "light")
			_, token, _ := strings.Cut(i.Address, "/start")
			p.open("/start" + token)
			p.fill("password", phrase)
			p.fill("again", phrase)
			p.press(`main button[type=submit]`)
			switch i.Person.Login {
			case demo.DutyOfficer:
				p.picture("hom-nay", "/")
				p.picture("phat-hien", "/findings")
				p.open("/incidents")
				p.press(`main tr a.vg-rowlink`)
				p.picture("su-co", look(p.walker, chromedp.Evaluate[string](`location.pathname`)))
			case demo.Director:
				p.picture("viec-phai-lam", "/obligations?kind=task")
			case demo.Clerk:
				p.picture("van-ban", "/documents")
			case demo.UnitOfficer:
				p.picture("don-vi-hom-nay", "/")
			case demo.CentreOfficer:
				p.open("/sources")
				p.press(`main tr a.vg-rowlink`)
				p.press(`main a[href^="/files/"]`)
				p.picture("tep", look(p.walker, chromedp.Evaluate[string](`location.pathname`)))
			}
		}
	})
}

// photographer is a walker who takes the guide's pictures.
type photographer struct{ *walker }

// send opens a page and presses a button of it.
func (p photographer) send(path, sel string) {
	p.t.Helper()
	p.open(path)
	p.press(sel)
}

// picture takes a page in both languages.
func (p photographer) picture(name, path string) {
	p.t.Helper()
	p.both(name, func() { p.open(path) })
}

// both takes what arrive leads to in both languages, and ends in Vietnamese.
func (p photographer) both(name string, arrive func()) {
	p.t.Helper()
	for _, lang := range []string{"en", "vi"} {
		p.do("language", chromedp.Evaluate[chromedp.Void](`document.cookie = "vonggac_lang=`+lang+`; path=/"`))
		arrive()
		var raw []byte
		quality := int64(45)
		p.do("picture", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			res, err := cdp.Call(ctx, target, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatWebp, Quality: &quality})
			raw = res.Data
			return err
		}))
		if err := os.WriteFile(filepath.Join(guidePictures, name+"."+lang+".webp"), raw, 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
}
