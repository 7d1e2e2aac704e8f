// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
)

// Messages are the texts of this room.
//
//go:embed messages.yaml
var Messages embed.FS

// Text is what the file name of data says, ready for Read: lines as they stand in
// plain text and in PDF, a paragraph between empty lines in DOCX, ODT and HTML.
// The error is a *paperfile.Refusal where the file may not come in, or a
// fault.Invalid for field "file": a picture, or no text to read.
func Text(ctx context.Context, name string, data []byte) (string, error) {
	const op = "directive.Text"
	if isHTML(name, data) {
		return fromHTML(op, name, data)
	}
	p, err := paperfile.Read(ctx, name, data, paperfile.Limits{})
	if err != nil {
		return "", err
	}
	text := p.Text
	switch p.Kind {
	case paperfile.TXT:
		text, _ = paperfile.Decode(data)
	case paperfile.DOCX: // judged safe above
		if text, err = fromDOCX(data); err != nil {
			return "", fault.Bad(op, "file", "paperfile.bad.broken")
		}
	case paperfile.ODT:
		text = strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n\n") + "\n"
	case paperfile.PDF:
	default:
		return "", fault.Bad(op, "file", "directive.bad.kind")
	}
	if len(strings.Fields(text)) < leastWords {
		if p.Unread || p.Kind == paperfile.PDF {
			return "", fault.Bad(op, "file", "directive.bad.scan")
		}
		return "", fault.Bad(op, "file", "directive.bad.short")
	}
	return text, nil
}

// leastWords is below which a file says too little to be an official text.
const leastWords = 10

func isHTML(name string, data []byte) bool {
	head := bytes.ToLower(bytes.TrimSpace(data[:min(len(data), 1024)]))
	ending := strings.ToLower(path.Ext(name))
	return ending == ".html" || ending == ".htm" || bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
}

func fromHTML(op, name string, data []byte) (string, error) {
	if err := paperfile.CheckName(name); err != nil {
		return "", err
	}
	source, ok := paperfile.Decode(data)
	if !ok {
		return "", fault.Bad(op, "file", "directive.bad.kind")
	}
	text, err := HTML(source)
	switch {
	case err != nil:
		return "", fault.Bad(op, "file", "directive.bad.kind")
	case slices.ContainsFunc(strings.Split(text, "\n"), paperfile.Marked):
		return "", fault.Bad(op, "file", "paperfile.bad.mark_text")
	case len(strings.Fields(text)) < leastWords:
		return "", fault.Bad(op, "file", "directive.bad.short")
	}
	return text, nil
}

// HTML is the text of a page, or of what was copied from one: its blocks between
// empty lines, without programs and styles.
func HTML(source string) (string, error) {
	z := html.NewTokenizer(strings.NewReader(source))
	var b bytes.Buffer
	type row struct {
		at, cell int // where it and its last cell begin
		cells    []string
	}
	var rows []row // of the tables that are open
	skip := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return "", err
			}
			return strings.TrimSpace(b.String()) + "\n", nil
		case html.TextToken:
			if skip == 0 {
				b.WriteString(strings.ReplaceAll(string(z.Text()), "\n", " "))
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			t := z.Token()
			switch {
			case slices.Contains([]atom.Atom{atom.Script, atom.Style, atom.Noscript, atom.Head, atom.Del}, t.DataAtom):
				switch t.Type {
				case html.StartTagToken:
					skip++
				case html.EndTagToken:
					skip = max(0, skip-1)
				}
			case t.DataAtom == atom.Br:
				b.WriteString("\n")
			case t.DataAtom == atom.Sup && t.Type == html.StartTagToken:
				b.WriteString(" ")
			case t.DataAtom == atom.Tr && t.Type == html.StartTagToken:
				b.WriteString("\n\n")
				rows = append(rows, row{at: b.Len()})
			case t.DataAtom == atom.Td || t.DataAtom == atom.Th:
				n := len(rows) - 1
				switch {
				case t.Type == html.StartTagToken && n >= 0:
					rows[n].cell = b.Len()
				case t.Type == html.EndTagToken && n >= 0 && rows[n].cell <= b.Len():
					rows[n].cells = append(rows[n].cells, string(b.Bytes()[rows[n].cell:]))
					b.WriteString("\n")
				}
			case t.DataAtom == atom.Tr && len(rows) > 0:
				done := rows[len(rows)-1]
				if rows = rows[:len(rows)-1]; len(done.cells) >= leastCells && len(rows) == 0 { // a row of tasks stands on one line
					b.Truncate(len(bytes.TrimRight(b.Bytes()[:done.at], "\n ")))
					b.WriteString("\n" + cellRow(done.cells))
				} else {
					b.WriteString("\n\n")
				}
			case slices.Contains([]atom.Atom{atom.P, atom.Div, atom.Li, atom.Table, atom.H1, atom.H2, atom.H3, atom.H4, atom.Ul, atom.Ol, atom.Section, atom.Article, atom.Blockquote}, t.DataAtom):
				b.WriteString("\n\n")
				if t.DataAtom == atom.Li && t.Type == html.StartTagToken {
					b.WriteString("- ")
				}
			}
		}
	}
}
