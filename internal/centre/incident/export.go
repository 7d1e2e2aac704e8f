// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"encoding/csv"
	"io"
	"net/http"
	"strings"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// exportPage is how many rows are read at a time for an export.
const exportPage = 1000

var exportHeads = []string{"code", "name", "unit", "severity", "phase", "state", "detected_at", "clock", "tlp"}

// export handles GET /incidents.csv: every row the list's filter matches, UTF-8
// with byte order mark, semicolons in Vietnamese and commas in English.
func (p *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	_, f := filter(r)
	f.After, f.Limit = "", exportPage
	page, err := p.svc.List(ctx, f)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="incidents.csv"`)
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if i18n.Lang(ctx) == string(i18n.Vietnamese) {
		out.Comma = ';'
	}
	var head []string
	for _, key := range exportHeads {
		head = append(head, i18n.T(ctx, "incident."+key))
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for {
		if err := p.exportRows(ctx, out, page.Rows); err != nil {
			return err
		}
		if page.Next == "" {
			break
		}
		f.After = page.Next
		if page, err = p.svc.List(ctx, f); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (p *Pages) exportRows(ctx context.Context, out *csv.Writer, rows []Incident) error {
	names, next, err := p.around(ctx, rows)
	if err != nil {
		return err
	}
	for _, i := range rows {
		cells := []string{i.Code, i.Title, names[i.UnitID], p.severityBadge(ctx, i).Text, i18n.T(ctx, "incident.phase."+string(i.Phase)),
			i18n.T(ctx, "incident.state."+string(i.State)), i18n.Time(ctx, i.DetectedAt), dueText(ctx, next, i), i.TLP}
		for n := range cells {
			cells[n] = inert(cells[n])
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	return nil
}

func dueText(ctx context.Context, next map[string]obligation.Obligation, i Incident) string {
	return i18n.Time(ctx, next[string(i.ID)].DueAt)
}

// inert keeps a spreadsheet from running a cell as a formula (OWASP, CSV
// injection).
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
