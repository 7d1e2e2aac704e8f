// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// reader is a request of somebody who reads lang.
func reader(t *testing.T, lang i18n.Language, path string) *http.Request {
	t.Helper()
	catalogue, err := i18n.Load(fault.Messages, web.Messages, ui.Messages)
	if err != nil {
		t.Fatal(err)
	}
	return httptest.NewRequestWithContext(i18n.With(context.Background(), catalogue, lang), http.MethodGet, path, nil)
}

// dangerous are cells that spreadsheets run when they stand bare in a CSV file.
var dangerous = []string{"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", `=HYPERLINK("http://bad.example")`}

func dangerousRows(more ...error) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, s := range dangerous {
			if !yield([]any{s, int64(-7), time.Date(2026, 11, 21, 1, 5, 0, 0, time.UTC), "a;b\"c\n"}, nil) {
				return
			}
		}
		for _, err := range more {
			if !yield(nil, err) {
				return
			}
		}
	}
}

func TestCSVRunsNothing(t *testing.T) {
	t.Parallel()
	for lang, comma := range map[i18n.Language]rune{i18n.Vietnamese: ';', i18n.English: ','} {
		w := httptest.NewRecorder()
		if err := web.Export(w, reader(t, lang, "/x.csv"), web.CSV, web.Sheet{Name: "x", Heads: []string{"a", "b", "c", "d"}, Rows: dangerousRows()}); err != nil {
			t.Fatal(err)
		}
		body, ok := strings.CutPrefix(w.Body.String(), "\ufeff")
		if !ok {
			t.Error("no byte order mark")
		}
		r := csv.NewReader(strings.NewReader(body))
		r.Comma = comma
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != len(dangerous)+1 {
			t.Fatalf("%d lines", len(rows))
		}
		for _, row := range rows[1:] {
			if strings.ContainsRune("=+-@\t\r", rune(row[0][0])) {
				t.Errorf("cell %q runs", row[0])
			}
			if row[1] != "-7" || row[2] != "21/11/2026 08:05" || !strings.HasPrefix(row[3], "a;b\"c") {
				t.Errorf("line %q", row)
			}
		}
	}
}

func TestXLSXCellsAreText(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	if err := web.Export(w, reader(t, i18n.Vietnamese, "/x.xlsx"), web.XLSX, web.Sheet{Name: "x", Heads: []string{"a", "b", "c", "d"}, Rows: dangerousRows()}); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i, want := range dangerous {
		at, err := excelize.CoordinatesToCellName(1, i+2)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.GetCellValue("Sheet1", at)
		formula, ferr := f.GetCellFormula("Sheet1", at)
		if strings.TrimSpace(got) != strings.TrimSpace(want) || formula != "" || err != nil || ferr != nil {
			t.Errorf("%s holds %q, formula %q, %v %v; want the text %q", at, got, formula, err, ferr, want)
		}
	}
}

func TestExportSaysWhereItEnds(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]int{len(dangerous): len(dangerous) + 1, 3: 5} {
		w := httptest.NewRecorder()
		if err := web.Export(w, reader(t, i18n.Vietnamese, "/x.csv"), web.CSV, web.Sheet{Name: "x", Heads: []string{"a"}, Limit: limit,
			Rows: func(yield func([]any, error) bool) {
				for _, s := range dangerous {
					if !yield([]any{"x" + strings.TrimSpace(s)}, nil) {
						return
					}
				}
			}}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(w.Body.String()), "\r\n")
		if len(lines) != want {
			t.Errorf("limit %d gives %d lines, want %d", limit, len(lines), want)
		}
		if said := strings.Contains(lines[len(lines)-1], "Tệp dừng ở 3 dòng"); said != (limit == 3) {
			t.Errorf("limit %d: last line %q", limit, lines[len(lines)-1])
		}
	}
}

// A reader whose export breaks off sees that it did, and the log says why, once.
func TestBrokenExportIsLoggedOnce(t *testing.T) {
	t.Parallel()
	catalogue, err := i18n.Load(fault.Messages, web.Messages, ui.Messages)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s := web.New(web.Config{Log: slog.New(slog.NewTextHandler(&log, nil)), Catalogue: catalogue, Assets: bundle{},
		Records: dbtest.SQLite(t, web.Migrations), Now: time.Now, Lifetime: time.Hour, Nav: func(context.Context, string) []ui.NavGroup { return nil }})
	srv := httptest.NewServer(s.Handler(web.Route{Pattern: "GET /x.csv", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
		long := func(yield func([]any, error) bool) {
			for range 10_000 {
				if !yield([]any{"a cell that fills the buffers"}, nil) {
					return
				}
			}
			yield(nil, errors.New("the disk is gone"))
		}
		return web.Export(w, r, web.CSV, web.Sheet{Name: "x", Heads: []string{"a"}, Rows: long})
	}}))
	res, err := srv.Client().Get(srv.URL + "/x.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, res.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("half a list was read with %v, want the transfer broken off", err)
	}
	if err := res.Body.Close(); err != nil {
		t.Error(err)
	}
	srv.Close() // the handler has ended; nobody writes the log any more
	if n := strings.Count(log.String(), "the disk is gone"); n != 1 || !strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("the cause is logged %d times: %s", n, &log)
	}
}

func TestBrokenExport(t *testing.T) {
	t.Parallel()
	disk := errors.New("disk")
	first := func(yield func([]any, error) bool) { yield(nil, disk) }
	w := httptest.NewRecorder()
	if err := web.Export(w, reader(t, i18n.Vietnamese, "/x.csv"), web.CSV, web.Sheet{Name: "x", Rows: first}); err == nil || w.Body.Len() > 0 {
		t.Errorf("an error before the first row: %v, %d bytes sent", err, w.Body.Len())
	}
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, disk) {
			t.Errorf("an error in the middle ends with %v, want the transfer broken off for its cause", err)
		}
	}()
	err := web.Export(httptest.NewRecorder(), reader(t, i18n.Vietnamese, "/x.csv"), web.CSV, web.Sheet{Name: "x", Heads: []string{"a"}, Rows: dangerousRows(disk)})
	t.Errorf("half a list passed for a whole one: %v", err)
}

func TestRowsWalksPages(t *testing.T) {
	t.Parallel()
	pages := map[string][]int{"": {1, 2}, "2": {3}}
	var got []any
	for row, err := range web.Rows(func(after string) ([]int, string, error) {
		next := ""
		if after == "" {
			next = "2"
		}
		return pages[after], next, nil
	}, func(rows []int) ([][]any, error) {
		var out [][]any
		for _, n := range rows {
			out = append(out, []any{int64(n)})
		}
		return out, nil
	}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, row...)
	}
	if len(got) != 3 {
		t.Errorf("walked %v", got)
	}
}

func TestExportsKeepTheFilterAlone(t *testing.T) {
	t.Parallel()
	links := web.Exports(reader(t, i18n.Vietnamese, "/incidents?state=all&q=a+b&after=9.x&view=none&unit="), "/incidents")
	if len(links) != 2 || links[0].Href != "/incidents.csv?q=a+b&state=all" || links[1].Href != "/incidents.xlsx?q=a+b&state=all" {
		t.Errorf("links %+v", links)
	}
}

// A cell of a type no list has would be an empty cell in a CSV file: a lie.
func TestACellOfAnUnknownTypeIsNoEmptyCell(t *testing.T) {
	t.Parallel()
	odd := func(yield func([]any, error) bool) { yield([]any{"a", 7}, nil) }
	for _, format := range []web.Format{web.CSV, web.XLSX} {
		var err error
		w := httptest.NewRecorder()
		func() {
			defer func() {
				if broken, ok := recover().(error); ok {
					err = broken
				}
			}()
			err = web.Export(w, reader(t, i18n.Vietnamese, "/x"), format, web.Sheet{Name: "x", Heads: []string{"a", "b"}, Rows: odd})
		}()
		if err == nil || !strings.Contains(err.Error(), "a int in column 2") {
			t.Errorf("%s: an int passed: %v, %q", format, err, w.Body)
		}
		if begun := w.Body.Len() > 0; !begun && w.Header().Get("Content-Disposition") != "" {
			t.Errorf("%s: the page that says what went wrong would be saved as a file", format)
		}
	}
}

// full is a reader that went away, or a disk that filled: after so many bytes
// nothing more is taken.
type full struct {
	http.ResponseWriter
	left int
}

func (f *full) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errors.New("no more is taken")
	}
	return f.ResponseWriter.Write(b)
}

// What is written at the very end is as much a part of the list as the rest.
func TestAnExportThatCannotBeFinishedIsBrokenOff(t *testing.T) {
	t.Parallel()
	for _, format := range []web.Format{web.CSV, web.XLSX} {
		func() {
			defer func() {
				if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), "no more is taken") {
					t.Errorf("%s ends with %v, want the transfer broken off for its cause", format, err)
				}
			}()
			err := web.Export(&full{httptest.NewRecorder(), 10}, reader(t, i18n.Vietnamese, "/x"), format,
				web.Sheet{Name: "x", Heads: []string{"a"}, Rows: dangerousRows()})
			t.Errorf("%s: half a list passed for a whole one: %v", format, err)
		}()
	}
}

// A term that ends with a day says so in a file as on its page, not the day after
// at 00:00.
func TestTheEndOfATermReads24(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 30, 17, 0, 0, 0, time.UTC) // midnight in Vietnam
	sheet := func() web.Sheet {
		return web.Sheet{Name: "x", Heads: []string{"a", "b", "c", "d"}, Rows: func(yield func([]any, error) bool) {
			yield([]any{web.Until(day), web.Until(day.Add(-time.Hour)), web.Until{}, day}, nil)
		}}
	}
	want := []string{"30/11/2026 24:00", "30/11/2026 23:00", "", "01/12/2026 00:00"}
	rec := httptest.NewRecorder()
	if err := web.Export(rec, reader(t, i18n.Vietnamese, "/x.csv"), web.CSV, sheet()); err != nil {
		t.Fatal(err)
	}
	if got := rec.Body.String(); !strings.Contains(got, strings.Join(want, ";")) {
		t.Errorf("CSV says %q, want %q", got, want)
	}
	rec = httptest.NewRecorder()
	if err := web.Export(rec, reader(t, i18n.Vietnamese, "/x.xlsx"), web.XLSX, sheet()); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil || len(rows) != 2 || strings.Join(rows[1], ";") != strings.Join(want, ";") {
		t.Errorf("XLSX says %q, %v", rows, err)
	}
}
