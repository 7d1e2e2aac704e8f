// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
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
	short := fmt.Sprintf("%s-%s-%d.%s", paper.FormID, paper.Case.Code, seq, kind)
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

// export handles GET /papers.csv with the query of the list.
func (p *Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx, f := r.Context(), filter(r)
	f.After, f.Limit = "", 1000
	page, err := p.svc.List(ctx, f)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="papers.csv"`)
	if _, err := io.WriteString(w, "\ufeff"); err != nil { // spreadsheets read UTF-8 by it
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if i18n.Lang(ctx) == string(i18n.Vietnamese) {
		out.Comma = ';' // the list separator of Vietnamese spreadsheets
	}
	var head []string
	for _, key := range []string{"paper", "number", "subject", "case", "unit", "state", "created", "updated"} {
		head = append(head, i18n.T(ctx, "report.col."+key))
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for {
		names, err := p.names(ctx, page.Rows)
		if err != nil {
			return err
		}
		for _, n := range page.Rows {
			cells := []string{p.formTitle(ctx, n), p.svc.Label(n), safe(n.Frame.Subject), n.Case.Code, safe(names[n.UnitID]),
				i18n.T(ctx, "report.state."+string(n.State)), i18n.Time(ctx, n.CreatedAt), i18n.Time(ctx, n.UpdatedAt)}
			if err := out.Write(cells); err != nil {
				return err
			}
		}
		if f.After = page.Next; f.After == "" {
			break
		}
		if page, err = p.svc.List(ctx, f); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// safe keeps a spreadsheet from reading a text as a formula.
func safe(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
