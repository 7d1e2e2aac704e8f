// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package guide shows the guide inside the product: pages of Markdown in both
// languages, read once at the start, with a table of contents and a search in
// titles. It imports no other room. For says which page explains a screen.
// Start at Read and NewPages.
package guide

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// order is the pages as the table of contents lists them, by file name.
var order = []string{"bat-dau", "dich-vu", "sao-luu", "tai-khoan", "truc-ban", "don-vi", "viec-phai-lam", "chi-dao", "bieu-mau", "van-ban", "chu-ky-so", "lich", "quy-dinh", "quan-tri", "nguon-nhat-ky", "dinh-dang", "bo-thu", "dong-lenh", "su-co", "api"}

// Page is one page in one language.
type Page struct {
	Slug     string
	Title    string
	Lead     string // the first paragraph, as text
	Sections []Section
	HTML     string // without the title; no raw HTML of the source is in it
}

// Section is a heading of the second level.
type Section struct{ ID, Title string }

// Book is the whole guide. It is read-only and may be shared.
type Book struct {
	pages  map[string][]Page // by language, in order
	images map[string][]byte // by file name
}

// Read reads and renders the guide in tree: vi/*.md, en/*.md, images/*. It
// refuses a page that is absent in a language, without title, or with other
// anchors than its twin; a picture or page that a link leads to and that is not
// there; and a page that no table of contents lists.
func Read(tree fs.FS) (*Book, error) {
	b := &Book{pages: map[string][]Page{}, images: map[string][]byte{}}
	names, err := fs.Glob(tree, "images/*.webp")
	if err != nil {
		return nil, fmt.Errorf("guide: %w", err)
	}
	for _, name := range names {
		if b.images[path.Base(name)], err = fs.ReadFile(tree, name); err != nil {
			return nil, fmt.Errorf("guide: %w", err)
		}
	}
	for _, lang := range []i18n.Language{i18n.Vietnamese, i18n.English} {
		files, err := fs.Glob(tree, string(lang)+"/*.md")
		if err != nil || len(files) != len(order) {
			return nil, fmt.Errorf("guide: %d pages in %s, want %d: %w", len(files), lang, len(order), err)
		}
		for _, slug := range order {
			raw, err := fs.ReadFile(tree, string(lang)+"/"+slug+".md")
			if err != nil {
				return nil, fmt.Errorf("guide: %w", err)
			}
			p, err := b.render(slug, raw)
			if err != nil {
				return nil, fmt.Errorf("guide %s/%s.md: %w", lang, slug, err)
			}
			b.pages[string(lang)] = append(b.pages[string(lang)], p)
		}
	}
	return b, b.check()
}

// render makes one page of Markdown.
func (b *Book) render(slug string, raw []byte) (Page, error) {
	md := goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithHeadingAttribute()))
	doc := md.Parser().Parse(text.NewReader(raw))
	p := Page{Slug: slug}
	var title ast.Node
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			words := plain(n, raw)
			switch n.Level {
			case 1:
				p.Title, title = words, n
			case 2:
				id, ok := n.AttributeString("id")
				raw, isBytes := id.([]byte)
				if !ok || !isBytes {
					return ast.WalkStop, fmt.Errorf("heading %q has no anchor", words)
				}
				p.Sections = append(p.Sections, Section{string(raw), words})
			}
		case *ast.Paragraph:
			if p.Lead == "" {
				p.Lead = plain(n, raw)
			}
		case *ast.Image:
			name := path.Base(string(n.Destination))
			if _, ok := b.images[name]; !ok {
				return ast.WalkStop, fmt.Errorf("picture %s is not there", n.Destination)
			}
			n.Destination = []byte("/guide/images/" + name)
		case *ast.Link:
			n.Destination = []byte(linked(string(n.Destination)))
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return p, err
	}
	if title == nil || p.Lead == "" {
		return p, fmt.Errorf("it has no title or no first paragraph")
	}
	doc.RemoveChild(doc, title)
	var out bytes.Buffer
	if err := md.Renderer().Render(&out, raw, doc); err != nil {
		return p, err
	}
	// Long lines scroll inside their block: it has to be reached by keyboard.
	p.HTML = strings.ReplaceAll(out.String(), "<pre>", `<pre tabindex="0">`)
	return p, nil
}

// linked turns a link between files, "su-co.md#quet", into one between pages.
func linked(to string) string {
	file, anchor, _ := strings.Cut(to, "#")
	slug, ok := strings.CutSuffix(file, ".md")
	if !ok || strings.Contains(to, ":") {
		return to
	}
	if anchor != "" {
		anchor = "#" + anchor
	}
	return "/guide/" + path.Base(slug) + anchor
}

func plain(n ast.Node, raw []byte) string {
	var out strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the visitor never fails
		if t, ok := n.(*ast.Text); ok && entering {
			out.Write(t.Segment.Value(raw))
			if t.SoftLineBreak() {
				out.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}

// check compares the languages and follows the links of screens.
func (b *Book) check() error {
	there := map[string]bool{"/guide": true}
	for i, p := range b.pages[string(i18n.Vietnamese)] {
		twin := b.pages[string(i18n.English)][i]
		there["/guide/"+p.Slug] = true
		for n, s := range p.Sections {
			if n >= len(twin.Sections) || twin.Sections[n].ID != s.ID {
				return fmt.Errorf("guide %s: section %q has no twin in English", p.Slug, s.ID)
			}
			there["/guide/"+p.Slug+"#"+s.ID] = true
		}
		if len(twin.Sections) != len(p.Sections) {
			return fmt.Errorf("guide %s: %d sections in Vietnamese, %d in English", p.Slug, len(p.Sections), len(twin.Sections))
		}
	}
	for _, t := range topics {
		if !there[t.page] {
			return fmt.Errorf("guide: %s leads to %s, which is not there", t.path, t.page)
		}
	}
	return nil
}

// In lists the pages in a language, Vietnamese unless lang is "en".
func (b *Book) In(lang string) []Page {
	if lang != string(i18n.English) {
		lang = string(i18n.Vietnamese)
	}
	return b.pages[lang]
}

// Found is one page or section that a search leads to.
type Found struct{ Title, Page, Href string }

// Find looks for words in the titles of pages and sections, accents aside:
// pages first. Nothing typed finds nothing.
func (b *Book) Find(lang, words string) []Found {
	want := strings.Fields(i18n.Fold(words))
	if len(want) == 0 {
		return nil
	}
	var out, within []Found
	for _, p := range b.In(lang) {
		if holds(p.Title, want) {
			out = append(out, Found{p.Title, p.Title, "/guide/" + p.Slug})
		}
		for _, s := range p.Sections {
			if holds(s.Title, want) {
				within = append(within, Found{s.Title, p.Title, "/guide/" + p.Slug + "#" + s.ID})
			}
		}
	}
	return append(out, within...)
}

func holds(title string, want []string) bool {
	folded := i18n.Fold(title)
	for _, w := range want {
		if !strings.Contains(folded, w) {
			return false
		}
	}
	return true
}
