// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Format is a file format that every list can be taken out in.
type Format string

// The formats. CSV is UTF-8 with byte order mark, with semicolons in Vietnamese
// and commas in English, as spreadsheets of the locale open it.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx" // ECMA-376 workbook with one sheet
)

// exportLimit is the most rows of one file; the file itself says when it ends
// there.
const exportLimit = 100_000

// Sheet is a list to be taken out: what the reader filtered, in their scope.
// Cells of Rows are string, int64, time.Time or Until (the zero time is empty),
// one for each of Heads; a row is not kept after the next is asked for.
type Sheet struct {
	Name  string   // of the file, without ending: "incidents"
	Heads []string // translated
	Rows  iter.Seq2[[]any, error]
	Limit int // most rows; 0 is 100 000
}

// Until is a cell with the end of a term, in the words of [i18n.Until].
type Until time.Time

// Export answers with sh in format, row by row as they come. Whatever a cell
// begins with, no spreadsheet runs it as a formula (OWASP, CSV Injection). An
// error before the first row is answered as a page; a later one breaks the
// transfer off, so that no reader takes half a list for the whole.
func Export(w http.ResponseWriter, r *http.Request, format Format, sh Sheet) error {
	ctx := r.Context()
	limit := sh.Limit
	if limit <= 0 {
		limit = exportLimit
	}
	var out sheetWriter
	defer func() {
		if out != nil {
			out.drop()
		}
	}()
	n := 0
	for row, err := range sh.Rows {
		if err != nil {
			return broken(w, out, err)
		}
		if out == nil {
			if out, err = open(ctx, w, format, sh); err != nil {
				return broken(w, out, err)
			}
		}
		if n == limit {
			row = []any{i18n.T(ctx, "web.export.limit", i18n.Number(ctx, int64(limit)))}
		}
		if err := out.row(row); err != nil {
			return broken(w, out, err)
		}
		if n++; n > limit {
			break
		}
	}
	if out == nil {
		var err error
		if out, err = open(ctx, w, format, sh); err != nil {
			return broken(w, out, err)
		}
	}
	if err := out.close(); err != nil {
		return broken(w, out, err)
	}
	return nil
}

// broken ends a transfer that has begun in the one way a reader notices. Where
// none has, the answer is a page and no longer a file.
func broken(w http.ResponseWriter, out sheetWriter, err error) error {
	if out == nil || !out.begun() {
		w.Header().Del("Content-Type")
		w.Header().Del("Content-Disposition")
		return err
	}
	BreakOff(err)
	return nil
}

// BreakOff ends an answer that has begun, for the cause err: the connection is
// closed before the answer is whole, and Site logs err once. It does not return.
func BreakOff(err error) {
	panic(brokenOff{err})
}

// brokenOff is what BreakOff panics with; Site.outer makes
// http.ErrAbortHandler of it.
type brokenOff struct{ cause error }

func (b brokenOff) Error() string { return "answer broken off: " + b.cause.Error() }
func (b brokenOff) Unwrap() error { return b.cause }

// Rows walks a list page by page for Sheet.Rows: page gives the rows behind
// after and the place of the next page, empty at the end; cells turns one page
// into lines.
func Rows[T any](page func(after string) (rows []T, next string, err error), cells func(rows []T) ([][]any, error)) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for after := ""; ; {
			rows, next, err := page(after)
			if err != nil {
				yield(nil, err)
				return
			}
			lines, err := cells(rows)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, line := range lines {
				if !yield(line, nil) {
					return
				}
			}
			if after = next; after == "" {
				return
			}
		}
	}
}

// Exports are the links under a list whose files stand at path.csv and
// path.xlsx: the same filter, all pages.
func Exports(r *http.Request, path string, drop ...string) []ui.Link {
	q, err := url.ParseQuery(Canonical(r.URL.Query()))
	if err != nil { // what Encode wrote always reads
		q = url.Values{}
	}
	for _, name := range drop {
		q.Del(name)
	}
	at := func(f Format) string {
		u := url.URL{Path: path + "." + string(f), RawQuery: q.Encode()}
		return u.String()
	}
	return []ui.Link{{Label: "CSV", Href: at(CSV)}, {Label: "XLSX", Href: at(XLSX)}}
}

type sheetWriter interface {
	row(cells []any) error
	close() error
	begun() bool // bytes may have left
	drop()       // lets go of what is held, after close too
}

func open(ctx context.Context, w http.ResponseWriter, format Format, sh Sheet) (sheetWriter, error) {
	kind := "text/csv; charset=utf-8"
	if format == XLSX {
		kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+sh.Name+"."+string(format)+`"`)
	if format == XLSX {
		return newBook(ctx, w, sh.Heads)
	}
	return newLines(ctx, w, sh.Heads)
}

type csvWriter struct {
	ctx context.Context
	w   *csv.Writer
}

func newLines(ctx context.Context, w io.Writer, heads []string) (*csvWriter, error) {
	c := &csvWriter{ctx, csv.NewWriter(w)}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return c, err
	}
	c.w.UseCRLF = true
	if i18n.Lang(ctx) == string(i18n.Vietnamese) {
		c.w.Comma = ';'
	}
	return c, c.w.Write(heads)
}

func (c *csvWriter) row(cells []any) error {
	line := make([]string, len(cells))
	for i, cell := range cells {
		switch v := cell.(type) {
		case int64:
			line[i] = strconv.FormatInt(v, 10)
		case time.Time:
			line[i] = exportTime(c.ctx, v)
		case Until:
			line[i] = exportUntil(c.ctx, v)
		case string:
			line[i] = Inert(v)
		default:
			return noCell(i, cell)
		}
	}
	return c.w.Write(line)
}

func (c *csvWriter) close() error {
	c.w.Flush()
	return c.w.Error()
}

func (c *csvWriter) begun() bool { return true }

func (c *csvWriter) drop() {}

// noCell is the refusal of a value that is none of a list's: an empty cell in
// its place would be a lie.
func noCell(column int, v any) error {
	return fmt.Errorf("export: a %T in column %d is no cell", v, column+1)
}

// Inert keeps a spreadsheet from running a cell of a CSV file as a formula.
func Inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// book writes a workbook. Its rows wait in a temporary file and leave when it
// is closed, because a ZIP archive names its parts' sizes.
type book struct {
	ctx context.Context
	to  io.Writer
	f   *excelize.File
	w   *excelize.StreamWriter
	n   int
	out bool
}

func newBook(ctx context.Context, to io.Writer, heads []string) (*book, error) {
	b := &book{ctx: ctx, to: to, f: excelize.NewFile()}
	var err error
	if b.w, err = b.f.NewStreamWriter("Sheet1"); err != nil {
		return b, err
	}
	bold, err := b.f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return b, err
	}
	if err := b.w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return b, err
	}
	if err := b.w.SetColWidth(1, max(1, len(heads)), 22); err != nil {
		return b, err
	}
	line := make([]any, len(heads))
	for i, h := range heads {
		line[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	return b, b.row(line)
}

// row writes text cells as text: a workbook runs nothing that is not marked as
// a formula.
func (b *book) row(cells []any) error {
	line := make([]any, len(cells))
	for i, cell := range cells {
		switch v := cell.(type) {
		case time.Time:
			line[i] = exportTime(b.ctx, v)
		case Until:
			line[i] = exportUntil(b.ctx, v)
		case string, int64, excelize.Cell: // the last of the head
			line[i] = v
		default:
			return noCell(i, cell)
		}
	}
	b.n++
	at, err := excelize.CoordinatesToCellName(1, b.n)
	if err != nil {
		return err
	}
	return b.w.SetRow(at, line)
}

func (b *book) close() error {
	if err := b.w.Flush(); err != nil {
		return err
	}
	b.out = true
	return b.f.Write(b.to)
}

func (b *book) begun() bool { return b.out }

// drop removes the temporary file. What cannot be removed is the system's to
// tidy, and no reader's concern.
func (b *book) drop() { _ = b.f.Close() }

func exportTime(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return i18n.Time(ctx, t)
}

func exportUntil(ctx context.Context, u Until) string {
	if time.Time(u).IsZero() {
		return ""
	}
	return i18n.Until(ctx, time.Time(u))
}
