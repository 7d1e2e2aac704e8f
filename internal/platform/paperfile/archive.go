// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package paperfile

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/xuri/excelize/v2"
)

var errTooMuch = errors.New("unfolds to too much")

// parcel is an opened archive whose parts are unfolded under one account.
type parcel struct {
	z      *zip.Reader
	left   int64 // bytes that may still be unfolded
	packed int64
	took   int64
	l      Limits
}

// archive takes an OOXML or OpenDocument file.
func (w *words) archive(ctx context.Context, data []byte, l Limits, depth int) (Kind, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", refuse(Broken)
	}
	if len(z.File) > l.Entries {
		return "", refuse(Bomb)
	}
	p := &parcel{z: z, left: l.Unfolded, packed: int64(len(data)), l: l}
	var kind Kind
	for _, f := range z.File {
		switch strings.ToLower(f.Name) {
		case "word/document.xml":
			kind = DOCX
		case "xl/workbook.xml":
			kind = XLSX
		case "content.xml":
			kind = ODT
		case "xl/workbook.bin", "ppt/presentation.xml":
			return "", refuse(OldOffice)
		}
		if f.Flags&1 != 0 { // APPNOTE 4.4.4: encrypted
			return "", refuse(Locked)
		}
	}
	if kind == "" {
		return "", refuse(Unknown)
	}
	for _, f := range z.File {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if err := w.part(ctx, kind, p, f, depth); err != nil {
			return "", err
		}
	}
	if kind == XLSX {
		return kind, w.sheets(ctx, data, l)
	}
	return kind, nil
}

// open reads a part; what it and all others give is bounded.
func (p *parcel) open(f *zip.File) (io.ReadCloser, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	return &metered{r, p}, nil
}

type metered struct {
	io.ReadCloser
	p *parcel
}

// Read implements io.Reader; errTooMuch past the limits.
func (m *metered) Read(b []byte) (int, error) {
	n, err := m.ReadCloser.Read(b)
	m.p.took += int64(n)
	m.p.left -= int64(n)
	if m.p.left < 0 || m.p.took > 16<<20 && m.p.took > m.p.packed*m.p.l.Ratio {
		return n, errTooMuch
	}
	return n, err
}

// program reports whether a part of that name is one that runs.
func program(name string) bool {
	name = strings.ToLower(name)
	base := path.Base(name)
	return strings.Contains(base, "vbaproject") || strings.Contains(base, "vbadata") ||
		strings.Contains(name, "/macrosheets/") || strings.Contains(name, "/intlmacrosheets/") || strings.Contains(name, "/dialogsheets/") ||
		strings.Contains(name, "/activex/") || strings.HasPrefix(name, "basic/") && base != "" || strings.HasPrefix(name, "scripts/") && base != "" ||
		strings.HasSuffix(name, ".exe") || strings.HasSuffix(name, ".dll") || strings.HasSuffix(name, ".js") || strings.HasSuffix(name, ".vbs")
}

// part takes one part of an archive.
func (w *words) part(ctx context.Context, kind Kind, p *parcel, f *zip.File, depth int) error {
	name := strings.ToLower(f.Name)
	if strings.HasSuffix(name, "/") {
		return nil
	}
	if program(name) {
		return refuse(Macro)
	}
	r, err := p.open(f)
	if err != nil {
		return refuse(Broken)
	}
	defer func() { _ = r.Close() }() // of memory
	see, read := w.seer(kind, name)
	switch {
	case name == "[content_types].xml", strings.HasSuffix(name, ".rels"), name == "meta-inf/manifest.xml":
		return declared(r, name)
	case read:
		return walk(r, p.l, see)
	case strings.Contains(name, "/embeddings/") && depth < deepest:
		raw, err := io.ReadAll(r)
		if err != nil {
			return broken(err)
		}
		if !bytes.HasPrefix(raw, []byte("PK\x03\x04")) {
			return nil // an OLE object: it has no text that could be read here
		}
		inner, err := read1(ctx, raw, p.l, depth+1)
		w.lines(inner)
		return err
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return broken(err)
	}
	return nil
}

// read1 is the text of a paper that lies in another. What is no paper is no
// reason to refuse the other.
func read1(ctx context.Context, data []byte, l Limits, depth int) (string, error) {
	p, err := read(ctx, "", data, l, depth)
	if r := (*Refusal)(nil); errors.As(err, &r) && (r.Rule == Unknown || r.Rule == Broken || r.Rule == Empty) {
		return "", nil
	}
	return p.Text, err
}

func broken(err error) error {
	if errors.Is(err, errTooMuch) {
		return refuse(Bomb)
	}
	return refuse(Broken)
}

// declared looks for programs and locks where an archive names them.
func declared(r io.Reader, name string) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return broken(err)
	}
	text := strings.ToLower(string(raw))
	switch {
	case strings.Contains(text, "macroenabled"), strings.Contains(text, "macrosheet"), strings.Contains(text, "vbaproject"):
		return refuse(Macro)
	case strings.HasSuffix(name, ".rels") && strings.Contains(text, "/attachedtemplate") && strings.Contains(text, "targetmode=\"external\""):
		return refuse(Macro) // a template that is fetched when the paper is opened
	case name == "meta-inf/manifest.xml" && strings.Contains(text, "encryption-data"): // OpenDocument 1.3 part 2 §4.4
		return refuse(Locked)
	}
	return nil
}

// seer is what takes the words of a part, if it is one with words.
func (w *words) seer(kind Kind, name string) (see func(xml.Token), read bool) {
	into := &w.body
	switch {
	case strings.HasPrefix(name, "docprops/"), name == "meta.xml":
		into = &w.meta
	case kind == DOCX && strings.HasPrefix(name, "word/") && strings.Count(name, "/") == 1 && strings.HasSuffix(name, ".xml"):
		base := path.Base(name)
		if strings.HasPrefix(base, "header") || strings.HasPrefix(base, "footer") {
			into = &w.head
		} else if !strings.HasPrefix(base, "document") && !strings.HasPrefix(base, "footnotes") && !strings.HasPrefix(base, "endnotes") && !strings.HasPrefix(base, "comments") {
			return nil, false
		}
	case kind == ODT && (name == "content.xml" || name == "styles.xml"):
		if name == "styles.xml" {
			into = &w.head
		}
	default:
		return nil, false
	}
	return w.paragraphs(into), true
}

// paragraphs gathers the runs of text of each paragraph into a line. Text boxes
// stand within paragraphs and are lines of their own. What tracked changes took
// out stands in front of the text (OpenDocument 1.3 part 3 §5.5) and is kept apart.
func (w *words) paragraphs(into *[]string) func(xml.Token) {
	var stack []*strings.Builder
	in := false      // of w:t
	tracked := false // within the list of changes
	flush := func(b *strings.Builder) {
		line := b.String()
		b.Reset()
		if tracked {
			w.add(&w.gone, line)
			return
		}
		if into == &w.body && len(w.head) < headLines {
			w.add(&w.head, line)
			return
		}
		w.add(into, line)
	}
	loose := &strings.Builder{}
	top := func() *strings.Builder {
		if len(stack) == 0 {
			return loose
		}
		return stack[len(stack)-1]
	}
	return func(t xml.Token) {
		switch t := t.(type) {
		case xml.StartElement:
			switch name(t.Name) {
			case "text:tracked-changes":
				tracked = true
			case "text:insertion":
				w.puts++
			case "text:deletion":
				w.outs++
			case "w:p", "text:p", "text:h":
				stack = append(stack, &strings.Builder{})
				in = t.Name.Space == "text"
			case "w:t", "w:delText", "dc:title", "dc:subject", "dc:description", "cp:keywords", "cp:category", "cp:contentStatus", "vt:lpwstr", "meta:keyword", "meta:user-defined":
				in = true
			case "w:tab", "text:tab", "text:s", "w:br", "w:cr", "text:line-break":
				if strings.HasSuffix(t.Name.Local, "b") || t.Name.Local == "s" {
					top().WriteByte(' ')
				} else {
					flush(top())
				}
			}
		case xml.EndElement:
			switch name(t.Name) {
			case "text:tracked-changes":
				tracked = false
			case "w:p", "text:p", "text:h":
				if n := len(stack); n > 0 {
					flush(stack[n-1])
					stack = stack[:n-1]
				}
				in = len(stack) > 0 && t.Name.Space == "text"
			case "w:t", "w:delText":
				in = false
			case "dc:title", "dc:subject", "dc:description", "cp:keywords", "cp:category", "cp:contentStatus", "vt:lpwstr", "meta:keyword", "meta:user-defined":
				in = false
				flush(loose)
			}
		case xml.CharData:
			if in && top().Len() < 64<<10 {
				top().Write(t)
			}
		}
	}
}

func name(n xml.Name) string { return n.Space + ":" + n.Local }

// sheets takes the cells of a workbook, the sheets' names and their heads.
func (w *words) sheets(ctx context.Context, data []byte, l Limits) (err error) {
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: l.Unfolded, UnzipXMLSizeLimit: l.Unfolded})
	if errors.Is(err, excelize.ErrWorkbookPassword) {
		return refuse(Locked)
	}
	if err != nil {
		return refuse(Broken)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for _, sheet := range f.GetSheetList() {
		w.add(&w.head, sheet)
		if o, err := f.GetHeaderFooter(sheet); err == nil && o != nil {
			for _, s := range []string{o.OddHeader, o.OddFooter, o.FirstHeader, o.FirstFooter, o.EvenHeader, o.EvenFooter} {
				for part := range strings.SplitSeq(s, "&") { // codes: "&C", "&\"font,Bold\"", "&14"
					w.add(&w.head, strings.TrimLeft(strings.TrimPrefix(strings.TrimLeft(part, "LCRDTPNFAZGBIUES"), "\""), "0123456789"))
					w.add(&w.head, strings.TrimLeft(part[min(1, len(part)):], "0123456789"))
				}
			}
		}
		rows, err := f.Rows(sheet)
		if err != nil {
			continue // a sheet of charts
		}
		err = w.cells(ctx, rows)
		if closed := rows.Close(); err == nil && closed != nil {
			err = refuse(Broken)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// headRows are the rows at the top of a sheet where marks stand.
const headRows = 10

func (w *words) cells(ctx context.Context, rows *excelize.Rows) error {
	for n := 0; rows.Next() && w.size < w.most; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		cols, err := rows.Columns()
		if err != nil {
			return refuse(Broken)
		}
		if n >= headRows {
			w.add(&w.body, strings.Join(cols, " "))
			continue
		}
		for _, c := range cols {
			w.lines(c)
		}
	}
	return nil
}
