// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package trail

import (
	"encoding/json"
	"errors"
	"iter"
	"math"
	"net/http"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// export handles GET /audit.csv and /audit.xlsx: every entry that the list's
// filter matches, oldest first.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		sh := web.Sheet{Name: "audit", Rows: p.sheetRows(r, format), Limit: bookLimit}
		if format == web.CSV {
			sh.Limit = math.MaxInt
		}
		for _, key := range []string{"seq", "at", "actor", "actor_id", "action", "code", "kind", "object", "unit", "detail", "elevated", "hash"} {
			sh.Heads = append(sh.Heads, i18n.T(r.Context(), "trail."+key))
		}
		return web.Export(w, r, format, sh)
	}
}

// bookLimit is the most entries of a workbook: a sheet has 1 048 576 rows
// (ECMA-376). CSV has no such end.
const bookLimit = 1_000_000

// sheetRows are the entries that the list's filter matches, times to the second.
func (p *Pages) sheetRows(r *http.Request, format web.Format) iter.Seq2[[]any, error] {
	ctx := r.Context()
	return func(yield func([]any, error) bool) {
		names := map[string]string{}
		enough := errors.New("no more rows are wanted")
		err := p.svc.Export(ctx, string(format), readFilter(r).Filter, func(e Entry, _ string) error {
			if _, known := names[e.UnitID]; !known && e.UnitID != "" {
				got, err := p.near.Names(ctx, []string{e.UnitID})
				if err != nil {
					return err
				}
				names[e.UnitID] = got[e.UnitID]
			}
			if !yield([]any{e.Seq, stamp(e), actorName(ctx, e), e.ActorID, p.actionName(ctx, e.Action), e.Action,
				p.kindName(ctx, e.Kind), e.Object, names[e.UnitID], e.Detail, e.Elevated, e.Hash}, nil) {
				return enough
			}
			return nil
		})
		if err != nil && !errors.Is(err, enough) {
			yield(nil, err)
		}
	}
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

// jsonl handles GET /audit.jsonl. An error after the first line breaks the
// transfer off, as web.Export does.
func (p *Pages) jsonl(w http.ResponseWriter, r *http.Request) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	begun := false
	begin := func() {
		if !begun {
			w.Header().Set("Content-Type", "application/jsonl")
			w.Header().Set("Content-Disposition", `attachment; filename="audit.jsonl"`)
		}
		begun = true
	}
	err := p.svc.Export(r.Context(), "jsonl", readFilter(r).Filter, func(e Entry, prev string) error {
		begin()
		return out.Encode(line{e.Seq, prev, e.Hash, e.ID, e.At.UTC().Format("2006-01-02T15:04:05.000Z07:00"), e.ActorID, e.ActorName, e.Action,
			e.Kind, e.Object, e.UnitID, e.Detail, e.Elevated})
	})
	switch {
	case err != nil && begun:
		web.BreakOff(err)
	case err == nil:
		begin()
	}
	return err
}

// stamp is the time of an act to the second, as people read it.
func stamp(e Entry) string { return e.At.In(i18n.Hanoi).Format("02/01/2006 15:04:05") }
