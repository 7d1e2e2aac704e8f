// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package paperfile says what an uploaded paper is, whether it may come in, and
// what it says. A file is known by its bytes, never by its name; what unfolds
// without end, is locked, carries programs or a mark of state secrecy is refused
// with a sentence that says what to do. It stores nothing, and what it refuses
// leaves no trace of its content: a Refusal names the rule alone. Start at Read.
package paperfile

import (
	"bytes"
	"context"
	"embed"
	"image"
	_ "image/jpeg" // known to image.DecodeConfig
	_ "image/png"  // known to image.DecodeConfig
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Messages are the refusals in words.
//
//go:embed messages.yaml
var Messages embed.FS

// Kind is what a file is, by its bytes.
type Kind string

// The kinds that may come in.
const (
	PDF  Kind = "pdf"
	DOCX Kind = "docx" // ECMA-376
	XLSX Kind = "xlsx" // ECMA-376
	ODT  Kind = "odt"  // OpenDocument 1.3, text or sheet
	XML  Kind = "xml"  // edXML among them
	PNG  Kind = "png"
	JPEG Kind = "jpeg"
	TIFF Kind = "tiff"
	TXT  Kind = "txt"
)

// endings are what the name of a file of a kind may end in.
var endings = map[Kind][]string{PDF: {".pdf"}, DOCX: {".docx"}, XLSX: {".xlsx"}, ODT: {".odt", ".ods"}, XML: {".xml", ".edxml"},
	PNG: {".png"}, JPEG: {".jpg", ".jpeg"}, TIFF: {".tif", ".tiff"}, TXT: {".txt"}}

// Accept is what a file field offers.
const Accept = ".pdf,.docx,.xlsx,.odt,.ods,.xml,.edxml,.png,.jpg,.jpeg,.tif,.tiff,.txt"

// Media is the media type of k.
func (k Kind) Media() string {
	return map[Kind]string{PDF: "application/pdf", DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ODT: "application/vnd.oasis.opendocument.text",
		XML: "application/xml", PNG: "image/png", JPEG: "image/jpeg", TIFF: "image/tiff", TXT: "text/plain; charset=utf-8"}[k]
}

// Rule names why a file is refused. The names are kept in the audit trail and
// never change their meaning.
type Rule string

// The rules.
const (
	Empty     Rule = "empty"
	Unknown   Rule = "unknown"   // no kind that may come in
	Ending    Rule = "ending"    // the name says another kind
	OldOffice Rule = "old"       // .doc, .xls, .ppt of before 2007, .xlsb
	Locked    Rule = "locked"    // with a password, or with rights taken away
	Macro     Rule = "macro"     // carries a program
	Bomb      Rule = "bomb"      // unfolds beyond the limits
	Broken    Rule = "broken"    // cannot be read to its end
	MarkName  Rule = "mark.name" // marked secret, by its name
	MarkText  Rule = "mark.text" // marked secret, by what it says
	MarkMeta  Rule = "mark.meta" // marked secret, by its properties
)

// Secret reports whether r is one of the rules about state secrecy.
func (r Rule) Secret() bool { return strings.HasPrefix(string(r), "mark.") }

// Refusal is the error of Read: a fault.Invalid for the field "file" with the
// rule beside it. It holds nothing of what the file says.
type Refusal struct {
	Rule  Rule
	cause error // fault.Error
}

// Error is for the log.
func (r *Refusal) Error() string { return "paperfile.Read: refused: " + string(r.Rule) }

// Unwrap gives the fault for the person.
func (r *Refusal) Unwrap() error { return r.cause }

func refuse(rule Rule) error {
	key := "paperfile.bad." + strings.ReplaceAll(string(rule), ".", "_")
	return &Refusal{Rule: rule, cause: fault.Bad("paperfile.Read", "file", key)}
}

// Limits bound what is unfolded. The zero value of a field is its default.
type Limits struct {
	Unfolded int64 // bytes of all parts of an archive together; 512 MiB
	Ratio    int64 // unfolded to packed, asked beyond 16 MiB; 150
	Entries  int   // parts of an archive; 10 000
	Depth    int   // of elements in XML; 256
	Text     int   // bytes of text taken; 2 MiB
}

func (l Limits) filled() Limits {
	put := func(v *int64, n int64) {
		if *v == 0 {
			*v = n
		}
	}
	entries, depth, text := int64(l.Entries), int64(l.Depth), int64(l.Text)
	put(&l.Unfolded, 512<<20)
	put(&l.Ratio, 150)
	put(&entries, 10_000)
	put(&depth, 256)
	put(&text, 2<<20)
	l.Entries, l.Depth, l.Text = int(entries), int(depth), int(text)
	return l
}

// Paper is what a file that may come in is.
type Paper struct {
	Kind Kind
	// Text is what it says, in NFC, lines apart; empty for pictures. It is cut at
	// Limits.Text.
	Text string
	// Put and Gone are the tracked changes of OpenDocument that nobody settled:
	// stretches put in, which stand in Text, and taken out, which do not.
	Put, Gone int
	// Unread says that words are pictures, or could not be read: a mark among them
	// could not be seen.
	Unread bool
}

// words are what was read of a file: lines as they stand, those of the head of
// the paper apart.
type words struct {
	head []string // first page, page heads and feet, boxes
	body []string
	meta []string // properties
	gone []string // taken out by tracked changes: looked through for marks, and no part of the text
	puts int      // stretches that tracked changes put in
	outs int      // … and took out
	size int
	most int
	// unread says that not all words could be read.
	unread bool
}

func (w *words) add(to *[]string, line string) {
	if w.size >= w.most {
		return
	}
	if line = clean(line); line != "" {
		if w.size+len(line) > w.most {
			line = strings.ToValidUTF8(line[:w.most-w.size], "")
		}
		w.size += len(line) + 1
		*to = append(*to, line)
	}
}

func (w *words) text() string {
	var b strings.Builder
	for _, list := range [][]string{w.head, w.body} {
		for _, line := range list {
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// CheckName refuses a file by its name alone, before a byte of it is read. The
// error is a *Refusal.
func CheckName(name string) error {
	if markedName(name) {
		return refuse(MarkName)
	}
	return nil
}

// Read judges a file. It changes and keeps nothing. The error is a *Refusal, or
// that of ctx.
func Read(ctx context.Context, name string, data []byte, l Limits) (Paper, error) {
	l = l.filled()
	if err := CheckName(name); err != nil {
		return Paper{}, err
	}
	return read(ctx, name, data, l, 0)
}

// deepest is how deep papers may lie in papers.
const deepest = 2

func read(ctx context.Context, name string, data []byte, l Limits, depth int) (Paper, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return Paper{}, refuse(Empty)
	}
	kind, w, err := take(ctx, data, l, depth)
	if err != nil {
		return Paper{}, err
	}
	if rule, found := w.marked(kind); found { // before the name is looked at: a secret stays one under any name
		return Paper{}, refuse(rule)
	}
	if depth == 0 && !ends(kind, name) {
		return Paper{}, refuse(Ending)
	}
	p := Paper{Kind: kind, Text: w.text(), Put: w.puts, Gone: w.outs}
	p.Unread = w.unread || kind == PNG || kind == JPEG || kind == TIFF || kind == PDF && utf8.RuneCountInString(p.Text) < 20
	return p, nil
}

func ends(k Kind, name string) bool {
	ending := strings.ToLower(path.Ext(i18n.NFC(name)))
	return slices.Contains(endings[k], ending)
}

var (
	compoundFile = []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1} // [MS-CFB] §2.2
	encrypted    = []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")
)

func take(ctx context.Context, data []byte, l Limits, depth int) (Kind, *words, error) {
	w := &words{most: l.Text}
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		kind, err := w.archive(ctx, data, l, depth)
		return kind, w, err
	case bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")): // ISO 32000-1 Annex H, note 13
		return PDF, w, w.pdf(ctx, data)
	case bytes.HasPrefix(data, compoundFile):
		if bytes.Contains(data, encrypted) { // [MS-OFFCRYPTO] §2.3.4.4
			return "", w, refuse(Locked)
		}
		return "", w, refuse(OldOffice)
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return PNG, w, picture(data)
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return JPEG, w, picture(data)
	case bytes.HasPrefix(data, []byte("II*\x00")), bytes.HasPrefix(data, []byte("MM\x00*")):
		return TIFF, w, nil
	}
	text, ok := Decode(data)
	if !ok {
		return "", w, refuse(Unknown)
	}
	if begins := strings.TrimSpace(text[:min(len(text), 512)]); strings.HasPrefix(begins, "<") {
		return XML, w, w.xmlFile([]byte(text), l)
	}
	w.lines(text)
	return TXT, w, nil
}

// maxPixels bounds a picture: A3 at 600 points an inch is 70 million.
const maxPixels = 200_000_000

func picture(data []byte) error {
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return refuse(Broken)
	}
	if c.Width <= 0 || c.Height <= 0 || int64(c.Width)*int64(c.Height) > maxPixels {
		return refuse(Bomb)
	}
	return nil
}
