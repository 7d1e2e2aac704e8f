// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// download handles GET /papers/{id}/print/{seq}.{docx|pdf|json}. The answer
// carries the file's SHA-256 as Repr-Digest (RFC 9530 §3).
func (p *Pages) download(w http.ResponseWriter, r *http.Request) error {
	name, kind, _ := strings.Cut(r.PathValue("file"), ".")
	seq, err := strconv.Atoi(name)
	if err != nil {
		return fault.Missing("report.download")
	}
	paper, made, raw, err := p.svc.Download(r.Context(), ID(r.PathValue("id")), seq, Kind(kind))
	if err != nil {
		return err
	}
	_, form, _ := p.svc.form(paper)
	long := i18n.T(r.Context(), "report.file", form.Title.In(i18n.Lang(r.Context())), paper.Case.Code, seq) + "." + kind
	short := fmt.Sprintf("%s-%s-%d.%s", paper.FormID, paper.stem(), seq, kind)
	return answer(w, Kind(kind).MIME(), short, long, made.Hash(Kind(kind)), raw)
}

// evidence handles GET /papers/{id}/sent/{sending}.
func (p *Pages) evidence(w http.ResponseWriter, r *http.Request) error {
	a, raw, err := p.svc.Evidence(r.Context(), ID(r.PathValue("id")), r.PathValue("sending"))
	if err != nil {
		return err
	}
	// Somebody else's file: never shown in the browser, whatever it is.
	return answer(w, "application/octet-stream", "evidence", a.Name, a.SHA256, raw)
}

// Evidence returns the file that proves a sending of a paper in the actor's
// scope, after comparing it with its hash.
func (s *Service) Evidence(ctx context.Context, id ID, sending string) (Attachment, []byte, error) {
	f, err := s.Get(ctx, id)
	if err != nil {
		return Attachment{}, nil, err
	}
	n := slices.IndexFunc(f.Sendings, func(g Sending) bool { return g.ID == sending && g.File.SHA256 != "" })
	if n < 0 {
		return Attachment{}, nil, fault.Missing("report.Evidence")
	}
	raw, err := verified(ctx, s.files, f.Sendings[n].File.SHA256)
	return f.Sendings[n].File, raw, err
}

// stem names a paper in a file's name.
func (p Paper) stem() string {
	switch {
	case p.Case.Kind == OfIncident:
		return p.Case.Code
	case p.From.IsZero():
		return calendar.DateOf(p.CreatedAt).String()
	}
	if p.To.IsZero() { // as it stands when it is printed
		return p.Case.Code + "-" + p.From.String()
	}
	return p.From.String() + "-" + p.To.String()
}

func answer(w http.ResponseWriter, media, short, long, sha string, raw []byte) error {
	sum, err := hex.DecodeString(sha)
	if err != nil {
		return fmt.Errorf("hash of %s: %w", short, err)
	}
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Length", strconv.Itoa(len(raw)))
	h.Set("Content-Disposition", disposition(short, long))
	h.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum)+":")
	_, err = w.Write(raw)
	return err
}

// disposition names a download twice (RFC 6266 §4.3, Appendix D): in ASCII for
// old readers, in UTF-8 for the rest.
func disposition(short, long string) string {
	head := mime.FormatMediaType("attachment", map[string]string{"filename": short})
	return head + "; filename*=UTF-8''" + strings.ReplaceAll(url.QueryEscape(long), "+", "%20")
}

// export handles GET /papers.csv and .xlsx: every paper that the filter
// matches.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), filter(r)
		f.Limit = 1000
		sh := web.Sheet{Name: "papers"}
		for _, key := range []string{"paper", "number", "subject", "case", "unit", "state", "created", "updated"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "report.col."+key))
		}
		sh.Rows = web.Rows(func(after string) ([]Paper, string, error) {
			f.After = after
			page, err := p.svc.List(ctx, f)
			return page.Rows, page.Next, err
		}, func(rows []Paper) ([][]any, error) {
			names, err := p.names(ctx, rows)
			var out [][]any
			for _, n := range rows {
				out = append(out, []any{p.formTitle(ctx, n), p.svc.Label(n), n.Frame.Subject, n.Case.Code, names[n.UnitID],
					i18n.T(ctx, "report.state."+string(n.State)), n.CreatedAt, n.UpdatedAt})
			}
			return out, err
		})
		return web.Export(w, r, format, sh)
	}
}
