// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package trail

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// csv handles GET /audit.csv: every entry that the list's filter matches,
// oldest first.
func (p *Pages) csv(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	names := map[string]string{}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if i18n.Lang(ctx) == string(i18n.Vietnamese) {
		out.Comma = ';'
	}
	begin := func() error {
		attach(w, "text/csv; charset=utf-8", "audit.csv")
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return err
		}
		var head []string
		for _, key := range []string{"seq", "at", "actor", "actor_id", "action", "code", "kind", "object", "unit", "detail", "elevated", "hash"} {
			head = append(head, i18n.T(ctx, "trail."+key))
		}
		return out.Write(head)
	}
	return p.each(r, "csv", begin, func(e Entry, _ string) error {
		if _, known := names[e.UnitID]; !known && e.UnitID != "" {
			got, err := p.near.Names(ctx, []string{e.UnitID})
			if err != nil {
				return err
			}
			names[e.UnitID] = got[e.UnitID]
		}
		cells := []string{strconv.FormatInt(e.Seq, 10), stamp(e), actorName(ctx, e), e.ActorID, p.actionName(ctx, e.Action), e.Action,
			p.kindName(ctx, e.Kind), e.Object, names[e.UnitID], e.Detail, e.Elevated, e.Hash}
		for i := range cells {
			cells[i] = inert(cells[i])
		}
		return out.Write(cells)
	}, func() error { out.Flush(); return out.Error() })
}

// line is one entry of the export that others can check: hash is the SHA-256 of
// "vonggac-audit-1", seq, prev, id, at in milliseconds, actor_id, actor, action,
// kind, object, unit, detail and elevated, each as a netstring: its length in
// bytes, a colon, the text, a comma.
type line struct {
	Seq      int64  `json:"seq"`
	Prev     string `json:"prev"`
	Hash     string `json:"hash"`
	ID       string `json:"id"`
	At       string `json:"at"` // RFC 3339 UTC, milliseconds
	ActorID  string `json:"actor_id"`
	Actor    string `json:"actor"`
	Action   string `json:"action"`
	Kind     string `json:"kind"`
	Object   string `json:"object"`
	Unit     string `json:"unit"`
	Detail   string `json:"detail"` // as it was sealed
	Elevated string `json:"elevated"`
}

// jsonl handles GET /audit.jsonl.
func (p *Pages) jsonl(w http.ResponseWriter, r *http.Request) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	begin := func() error { attach(w, "application/jsonl", "audit.jsonl"); return nil }
	return p.each(r, "jsonl", begin, func(e Entry, prev string) error {
		return out.Encode(line{e.Seq, prev, e.Hash, e.ID, e.At.UTC().Format("2006-01-02T15:04:05.000Z07:00"), e.ActorID, e.ActorName, e.Action,
			e.Kind, e.Object, e.UnitID, e.Detail, e.Elevated})
	}, func() error { return nil })
}

// each runs an export: begin before the first row, end after the last.
func (p *Pages) each(r *http.Request, form string, begin func() error, row func(Entry, string) error, end func() error) error {
	begun := false
	err := p.svc.Export(r.Context(), form, readFilter(r).Filter, func(e Entry, prev string) error {
		if !begun {
			begun = true
			if err := begin(); err != nil {
				return err
			}
		}
		return row(e, prev)
	})
	if err == nil && !begun {
		err = begin()
	}
	if err != nil {
		return err
	}
	return end()
}

func attach(w http.ResponseWriter, kind, name string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// stamp is the time of an act to the second, as people read it.
func stamp(e Entry) string { return e.At.In(i18n.Hanoi).Format("02/01/2006 15:04:05") }

// inert keeps a spreadsheet from running a cell as a formula (OWASP, CSV
// injection).
func inert(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
