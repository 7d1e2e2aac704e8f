// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"encoding/csv"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// exportPage is how many rows are read at a time for an export.
const exportPage = 1000

// Sheet is a CSV answer as spreadsheets here open it: UTF-8 with byte order
// mark, semicolons in Vietnamese and commas in English.
type Sheet struct{ w *csv.Writer }

// NewSheet starts the answer: a file of that name, with the catalogue texts of
// keys as its head line.
func NewSheet(ctx context.Context, w http.ResponseWriter, file string, keys ...string) (*Sheet, error) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+file+`"`)
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	s := &Sheet{csv.NewWriter(w)}
	s.w.UseCRLF = true
	if i18n.Lang(ctx) == string(i18n.Vietnamese) {
		s.w.Comma = ';'
	}
	head := make([]string, len(keys))
	for i, key := range keys {
		head[i] = i18n.T(ctx, key)
	}
	return s, s.Row(head...)
}

// Row writes one line. A cell that a spreadsheet would run as a formula gets a
// quote in front (OWASP, CSV injection).
func (s *Sheet) Row(cells ...string) error {
	for i, c := range cells {
		if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
			cells[i] = "'" + c
		}
	}
	return s.w.Write(cells)
}

// Close ends the answer.
func (s *Sheet) Close() error {
	s.w.Flush()
	return s.w.Error()
}

// export handles GET /findings.csv: every row that the list's filter matches.
func (p *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f := readFilter(r).Filter
	f.After, f.Limit = "", exportPage
	page, err := p.Service.List(ctx, f)
	if err != nil {
		return err
	}
	sheet, err := NewSheet(ctx, w, "findings.csv", "finding.threat", "finding.name", "finding.client", "finding.subject", "finding.unit",
		"finding.queries", "finding.names", "finding.first", "finding.last", "finding.undated", "finding.lists", "finding.tlp", "finding.state",
		"finding.assignee", "finding.created", "finding.reason")
	for err == nil {
		if err = p.exportRows(ctx, sheet, page.Rows); err != nil || page.Next == "" {
			break
		}
		f.After = page.Next
		page, err = p.Service.List(ctx, f)
	}
	if err != nil {
		return err
	}
	return sheet.Close()
}

func (p *Pages) exportRows(ctx context.Context, sheet *Sheet, rows []Seen) error {
	names, err := p.unitNames(ctx, rows)
	if err != nil {
		return err
	}
	top, err := p.Service.TopNames(ctx, rows)
	if err != nil {
		return err
	}
	for _, f := range rows {
		addr := ""
		if f.Addr.IsValid() {
			addr = f.Addr.String()
		}
		err := sheet.Row(f.Threat, top[f.ID], addr, i18n.T(ctx, f.Subject().Key), names[f.UnitID], strconv.FormatInt(f.Queries, 10),
			strconv.FormatInt(f.Names, 10), i18n.Time(ctx, f.FirstSeen), i18n.Time(ctx, f.LastSeen), strconv.FormatInt(f.Undated, 10),
			strings.Join(f.Lists, ", "), f.TLP, i18n.T(ctx, "finding.state."+string(f.State)), f.Assignee.Name,
			i18n.Time(ctx, f.CreatedAt), f.Closed.Reason)
		if err != nil {
			return err
		}
	}
	return nil
}

// exportHits handles GET /findings/{id}/hits.csv: all evidence of one finding.
func (p *Pages) exportHits(w http.ResponseWriter, r *http.Request) error {
	f, err := p.Service.Get(r.Context(), ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return WriteHits(r.Context(), w, p.Service, p.Places, []Seen{f})
}

// WriteHits answers with all evidence of findings that the reader was shown.
func WriteHits(ctx context.Context, w http.ResponseWriter, s *Service, places Places, of []Seen) error {
	list, total, err := s.Hits(ctx, of, 0, exportPage)
	if err != nil {
		return err
	}
	sheet, err := NewSheet(ctx, w, "evidence.csv", "finding.name", "finding.indicator", "finding.list", "finding.source", "finding.day",
		"finding.queries", "finding.lines", "finding.first", "finding.last", "finding.undated")
	for done := 0; err == nil; {
		var at map[Ref]string
		if at, err = places.of(ctx, list); err != nil {
			return err
		}
		for _, h := range list {
			undated := ""
			if h.Undated {
				undated = i18n.T(ctx, "finding.undated.mark")
			}
			err := sheet.Row(h.Name, h.Indicator, h.List, at[Ref{h.SourceID, h.FileID}], i18n.Date(ctx, h.Day.Start()),
				strconv.FormatInt(h.Queries, 10), strconv.FormatInt(h.Lines, 10), i18n.Time(ctx, h.First), i18n.Time(ctx, h.Last), undated)
			if err != nil {
				return err
			}
		}
		done += len(list)
		if len(list) == 0 || int64(done) >= total {
			return sheet.Close()
		}
		list, total, err = s.Hits(ctx, of, done, exportPage)
	}
	return err
}
