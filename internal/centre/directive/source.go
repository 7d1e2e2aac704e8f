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
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/vonggac/vonggac/internal/platform/calendar"
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
	text, _, err := source(ctx, name, data)
	return text, err
}

// ReadFile is Read of what the file name of data says, with what is doubtful in the
// file itself. Errors as of Text.
func (x *Lexicon) ReadFile(ctx context.Context, name string, data []byte, today calendar.Date) (Reading, error) {
	text, doubts, err := source(ctx, name, data)
	if err != nil {
		return Reading{}, err
	}
	r := x.Read(text, today)
	r.Warnings = slices.Concat(doubts, r.Warnings)
	return r, nil
}

// source is the text of a file, and what a person should know of how it was taken.
func source(ctx context.Context, name string, data []byte) (text string, doubts []Warning, err error) {
	const op = "directive.Text"
	if isHTML(name, data) {
		var c changes
		text, c, err = fromHTML(op, name, data)
		return text, c.doubts(), err
	}
	p, err := paperfile.Read(ctx, name, data, paperfile.Limits{})
	if err != nil {
		return "", nil, err
	}
	text = p.Text
	switch p.Kind {
	case paperfile.TXT:
		text, _ = paperfile.Decode(data)
	case paperfile.DOCX: // judged safe above
		var c changes
		if text, c, err = fromDOCX(data); err != nil {
			return "", nil, fault.Bad(op, "file", "paperfile.bad.broken")
		}
		doubts = c.doubts()
	case paperfile.ODT:
		doubts = changes{p.Put, p.Gone}.doubts()
		text = strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n\n") + "\n"
	case paperfile.PDF:
	default:
		return "", nil, fault.Bad(op, "file", "directive.bad.kind")
	}
	if len(strings.Fields(text)) < leastWords {
		if p.Unread || p.Kind == paperfile.PDF {
			return "", nil, fault.Bad(op, "file", "directive.bad.scan")
		}
		return "", nil, fault.Bad(op, "file", "directive.bad.short")
	}
	return text, doubts, nil
}

// doubts says that nobody settled c.
func (c changes) doubts() []Warning {
	if c.in+c.out == 0 {
		return nil
	}
	return []Warning{{Doubt: Tracked, Text: strconv.Itoa(c.in), Hint: strconv.Itoa(c.out)}}
}

// leastWords is below which a file says too little to be an official text.
const leastWords = 10

func isHTML(name string, data []byte) bool {
	head := bytes.ToLower(bytes.TrimSpace(data[:min(len(data), 1024)]))
	ending := strings.ToLower(path.Ext(name))
	return ending == ".html" || ending == ".htm" || bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
}

func fromHTML(op, name string, data []byte) (text string, c changes, err error) {
	if err := paperfile.CheckName(name); err != nil {
		return "", c, err
	}
	source, ok := paperfile.Decode(data)
	if !ok {
		return "", c, fault.Bad(op, "file", "directive.bad.kind")
	}
	text, c, err = htmlText(source)
	switch {
	case err != nil:
		return "", c, fault.Bad(op, "file", "directive.bad.kind")
	case slices.ContainsFunc(strings.Split(text, "\n"), paperfile.Marked):
		return "", c, fault.Bad(op, "file", "paperfile.bad.mark_text")
	case len(strings.Fields(text)) < leastWords:
		return "", c, fault.Bad(op, "file", "directive.bad.short")
	}
	return text, c, nil
}

// HTML is the text of a page, or of what was copied from one: its blocks between
// empty lines, without programs and styles, and as if all its tracked changes
// were accepted.
func HTML(source string) (string, error) {
	text, _, err := htmlText(source)
	return text, err
}

// htmlText is HTML, with what it takes in and leaves out of tracked changes: ins
// and del (HTML, Living Standard §4.7).
func htmlText(source string) (text string, c changes, err error) {
	inserted, deleted := false, 0 // within one, and nothing of it was seen yet; how deep in what was taken out
	z := html.NewTokenizer(strings.NewReader(source))
	var b bytes.Buffer
	type row struct {
		at, cell int // where it and its last cell begin
		next     gridCell
		cells    []gridCell
	}
	var rows []row // of the tables that are open
	var spans spanned
	skip := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return "", c, err
			}
			return strings.TrimSpace(b.String()) + "\n", c, nil
		case html.TextToken:
			if said := len(bytes.TrimSpace(z.Raw())) > 0; said && inserted && skip == 0 {
				inserted = false
				c.in++
			} else if said && deleted == 1 && skip == 1 {
				deleted++
				c.out++
			}
			if skip == 0 {
				b.WriteString(strings.ReplaceAll(string(z.Text()), "\n", " "))
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			t := z.Token()
			switch {
			case t.DataAtom == atom.Ins:
				inserted = t.Type == html.StartTagToken
			case t.DataAtom == atom.Del && skip == 0 && t.Type == html.StartTagToken:
				deleted = 1
			}
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
					rows[n].cell, rows[n].next = b.Len(), gridCell{}
					for _, a := range t.Attr {
						switch a.Key {
						case "colspan":
							rows[n].next.span = atoi(a.Val)
						case "rowspan":
							rows[n].next.down = atoi(a.Val)
						}
					}
				case t.Type == html.EndTagToken && n >= 0 && rows[n].cell <= b.Len():
					rows[n].next.text = string(b.Bytes()[rows[n].cell:])
					rows[n].cells = append(rows[n].cells, rows[n].next)
					b.WriteString("\n")
				}
			case t.DataAtom == atom.Tr && len(rows) > 0:
				done := rows[len(rows)-1]
				rows = rows[:len(rows)-1]
				var cells []string
				if len(rows) == 0 {
					cells = spans.row(done.cells)
				}
				if len(cells) >= leastCells { // a row of tasks stands on one line
					b.Truncate(len(bytes.TrimRight(b.Bytes()[:done.at], "\n ")))
					b.WriteString("\n" + cellRow(cells))
				} else {
					b.WriteString("\n\n")
				}
			case t.DataAtom == atom.Table && len(rows) == 0:
				spans = spanned{}
				b.WriteString("\n\n")
			case slices.Contains([]atom.Atom{atom.P, atom.Div, atom.Li, atom.H1, atom.Table, atom.H2, atom.H3, atom.H4, atom.Ul, atom.Ol, atom.Section, atom.Article, atom.Blockquote}, t.DataAtom):
				b.WriteString("\n\n")
				if t.DataAtom == atom.Li && t.Type == html.StartTagToken {
					b.WriteString("- ")
				}
			}
		}
	}
}
