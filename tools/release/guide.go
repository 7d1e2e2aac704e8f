// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// guidePage is a page of the guide as a browser opens it from the folder, with
// nothing running and no network.
var guidePage = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{.Title}} · Vọng Gác</title>
<style>
body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 "Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;color:#1a2233}
h1,h2{line-height:1.25}img{max-width:100%;border:1px solid #c6ccd4}
pre{padding:.75rem;overflow:auto;background:#eef1f4}code{font-family:Consolas,"DejaVu Sans Mono",monospace}
table{border-collapse:collapse}td,th{padding:.35rem .6rem;border:1px solid #c6ccd4;text-align:left;vertical-align:top}
</style></head>
<body>{{.Body}}</body></html>
`))

// startHere is the one page beside the program that leads to the guide.
const startHere = `<!DOCTYPE html>
<html lang="vi">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Vọng Gác</title></head>
<body style="max-width:46rem;margin:2rem auto;padding:0 1rem;font:1.1rem/1.6 sans-serif">
<h1>Vọng Gác</h1>
<p><a href="guide/vi/bat-dau.html">Bắt đầu trong 30 phút</a></p>
<p lang="en"><a href="guide/en/bat-dau.html">Start in 30 minutes</a></p>
</body></html>
`

// guide is the folder dir as it stands in an archive: pages of Markdown as HTML
// that links one another, pictures as they are, nothing else.
func guide(dir string) ([]entry, error) {
	var list []entry
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		kind := filepath.Ext(at)
		if err != nil || d.IsDir() || kind != ".md" && kind != ".webp" {
			return err
		}
		below, err := filepath.Rel(dir, at)
		if err != nil {
			return err
		}
		raw, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		name := path.Join("guide", filepath.ToSlash(below))
		if kind == ".md" {
			if raw, err = page(raw, path.Base(path.Dir(name))); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			name = strings.TrimSuffix(name, ".md") + ".html"
		}
		list = append(list, entry{name, 0o644, raw})
		return nil
	})
	return append(list, entry{"START-HERE.html", 0o644, []byte(startHere)}), err
}

// page makes a page of Markdown HTML.
func page(raw []byte, lang string) ([]byte, error) {
	md := goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithHeadingAttribute()))
	doc := md.Parser().Parse(text.NewReader(raw))
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if link, ok := n.(*ast.Link); ok && entering && !strings.Contains(string(link.Destination), ":") {
			link.Destination = bytes.Replace(link.Destination, []byte(".md"), []byte(".html"), 1)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return nil, err
	}
	title, _, _ := strings.Cut(strings.TrimPrefix(string(raw), "# "), "\n")
	var body, out bytes.Buffer
	if err := md.Renderer().Render(&body, raw, doc); err != nil {
		return nil, err
	}
	err = guidePage.Execute(&out, map[string]any{"Lang": lang, "Title": title,
		"Body": template.HTML(body.String())}) //nolint:gosec // goldmark leaves out raw HTML
	return out.Bytes(), err
}
