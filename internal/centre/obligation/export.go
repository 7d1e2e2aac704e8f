// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"encoding/csv"
	"io"
	"net/http"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// exportPage is how many rows are read at a time for an export.
const exportPage = 1000

// export handles GET /obligations.csv: every row that the list's filter
// matches, UTF-8 with byte order mark, semicolons in Vietnamese and commas in
// English, since spreadsheets take the separator of the locale.
func (p *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	_, f := filter(r)
	f.After, f.Limit = "", exportPage
	first, err := p.svc.List(ctx, f)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="obligations.csv"`)
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if i18n.Lang(ctx) == string(i18n.Vietnamese) {
		out.Comma = ';'
	}
	var head []string
	for _, key := range []string{"what", "unit", "addressee", "subject", "t0", "due", "state", "met_at", "basis"} {
		head = append(head, i18n.T(ctx, "obligation."+key))
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for page := first; ; {
		names, err := p.names(ctx, page.Rows)
		if err != nil {
			return err
		}
		for _, o := range page.Rows {
			lang := i18n.Lang(ctx)
			cells := []string{o.Title.In(lang), names[o.UnitID], o.Addressee.Name.In(lang), o.Subject.Label, i18n.Time(ctx, o.T0),
				i18n.Time(ctx, o.DueAt), StateBadge(ctx, o, p.svc.now()).Text, i18n.Time(ctx, o.Proof.At), o.Basis}
			for i := range cells {
				cells[i] = inert(cells[i])
			}
			if err := out.Write(cells); err != nil {
				return err
			}
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

// inert keeps a spreadsheet from running a cell as a formula (OWASP, CSV
// injection).
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
