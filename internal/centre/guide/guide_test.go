// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package guide_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/vonggac/vonggac/internal/centre/guide"
)

// source is the guide itself; package docs/guide embeds it.
var source = os.DirFS("../../../docs/guide")

// tree is the guide itself with one file in another form.
func tree(t *testing.T, name, text string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(source, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(source, p)
		out[p] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if name != "" {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func TestTheGuideReadsInBothLanguages(t *testing.T) {
	t.Parallel()
	book, err := guide.Read(source)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"vi", "en"} {
		for _, p := range book.In(lang) {
			if p.Title == "" || p.Lead == "" || len(p.Sections) == 0 || !strings.Contains(p.HTML, `<h2 id="`+p.Sections[0].ID+`"`) {
				t.Errorf("%s/%s is not whole: %q, %q, %d sections", lang, p.Slug, p.Title, p.Lead, len(p.Sections))
			}
		}
	}
	for _, links := range []string{"](", "<script", ".md\""} {
		if strings.Contains(book.In("vi")[0].HTML, links) {
			t.Errorf("the page holds %q", links)
		}
	}
}

func TestWhatIsWrongInTheGuideIsRefused(t *testing.T) {
	t.Parallel()
	const head = "# API\n\nLời dẫn.\n\n"
	for name, c := range map[string]struct{ text, want string }{
		"a heading without anchor": {head + "## Khóa\n", "has no anchor"},
		"a picture that is not there": {head + "## Khóa {#khoa}\n\n![x](../images/khong-co.vi.webp)\n",
			"khong-co.vi.webp is not there"},
		"other anchors than the twin": {head + "## Khóa {#chia-khoa}\n", "no twin"},
		"no title":                    {"Lời dẫn.\n\n## Khóa {#khoa}\n", "no title"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := guide.Read(tree(t, "vi/api.md", c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	if _, err := guide.Read(tree(t, "vi/thua.md", head)); err == nil {
		t.Error("a page that no contents list was taken")
	}
}

func TestRawHTMLOfThePagesIsLeftOut(t *testing.T) {
	t.Parallel()
	raw, err := fs.ReadFile(source, "vi/api.md")
	if err != nil {
		t.Fatal(err)
	}
	book, err := guide.Read(tree(t, "vi/api.md", string(raw)+"\n<script>alert(1)</script>\n\n[x](javascript:alert(1))\n"))
	if err != nil {
		t.Fatal(err)
	}
	pages := book.In("vi")
	if html := pages[len(pages)-1].HTML; strings.Contains(html, "<script") || strings.Contains(html, "javascript:") {
		t.Errorf("raw HTML came through: %s", html)
	}
}

func TestTitlesAreFoundWithoutAccents(t *testing.T) {
	t.Parallel()
	book, err := guide.Read(source)
	if err != nil {
		t.Fatal(err)
	}
	for words, want := range map[string]string{"sao luu": "/guide/sao-luu", "THỬ KHÔI PHỤC": "/guide/sao-luu#thu", "windows dns": "/guide/nguon-nhat-ky#windows-dns"} {
		found := book.Find("vi", words)
		if len(found) == 0 || found[0].Href != want {
			t.Errorf("%q finds %v, want first %s", words, found, want)
		}
	}
	if found := book.Find("vi", "  "); found != nil {
		t.Errorf("nothing typed finds %v", found)
	}
	if found := book.Find("en", "restore"); len(found) == 0 {
		t.Error("English titles are not searched")
	}
}

func TestEachScreenLeadsToItsPage(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/": "/guide", "/incidents": "/guide/truc-ban#su-co", "/incidents/1/edit": "/guide/truc-ban#su-co",
		"/accounts": "/guide/tai-khoan#them-nguoi", "/account": "/guide/tai-khoan#cua-minh", "/accountsx": "/guide", "/settings/backup": "/guide/sao-luu#chon-noi",
		"/settings/body": "/guide/quan-tri#cai-dat"} {
		if got := guide.For(path); got != want {
			t.Errorf("%s leads to %s, want %s", path, got, want)
		}
	}
}
