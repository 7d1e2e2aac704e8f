// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

// apiPaper is a paper as the API tells it.
type apiPaper struct {
	ID         string    `json:"id"`
	Form       string    `json:"form" example:"F1b"`
	IncidentID string    `json:"incident_id"`
	Incident   string    `json:"incident_code" example:"SC-2026-0001"`
	UnitID     string    `json:"unit_id" doc:"The unit that owes the paper."`
	State      string    `json:"state" enum:"draft,printed,sent,withdrawn"`
	Number     string    `json:"number,omitempty"`
	Symbol     string    `json:"symbol,omitempty"`
	Date       string    `json:"date,omitempty" doc:"Day on the paper, YYYY-MM-DD."`
	Subject    string    `json:"subject,omitempty"`
	Issuer     string    `json:"issuer,omitempty"`
	Relation   string    `json:"relation,omitempty" enum:"replace,correct" doc:"What it does to the paper named in of_id."`
	OfID       string    `json:"of_id,omitempty"`
	Prints     int       `json:"prints" doc:"How many prints were made; the latest is that number."`
	CreatedAt  time.Time `json:"created_at"`
	UpdatedAt  time.Time `json:"updated_at"`
	Version    int64     `json:"version"`
}

type apiPrint struct {
	Seq    int       `json:"seq" doc:"From 1."`
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	DOCX   string    `json:"docx_sha256"`
	PDF    string    `json:"pdf_sha256"`
	Inputs string    `json:"inputs_sha256" doc:"Of the frozen inputs both were made from."`
}

type apiSending struct {
	ID      string    `json:"id"`
	Seq     int       `json:"seq" doc:"The print that was sent."`
	At      time.Time `json:"at"`
	Channel string    `json:"channel"`
	Receipt string    `json:"receipt,omitempty"`
}

// apiFull is a paper with its prints and sendings.
type apiFull struct {
	apiPaper
	PrintList []apiPrint   `json:"print_list" nullable:"false" doc:"Latest first."`
	Sendings  []apiSending `json:"sendings" nullable:"false" doc:"First first."`
}

type apiListQuery struct {
	rest.Paging
	Q      string `query:"q" maxLength:"500" doc:"Words of case code, number, symbol, subject or issuer."`
	State  string `query:"state" enum:"draft,printed,sent,withdrawn"`
	Form   string `query:"form" maxLength:"64"`
	Unit   string `query:"unit" maxLength:"200"`
	Oldest bool   `query:"oldest"`
}

// apiFileInput describes GET /papers/{id}/print/{file}, whose handler writes a
// file.
type apiFileInput struct {
	rest.One
	File string `path:"file" doc:"Number of the print and kind: 1.docx, 1.pdf, or 1.json for the frozen inputs." example:"1.pdf"`
}

type apiFile struct {
	ContentType string `header:"Content-Type"`
	Digest      string `header:"Repr-Digest" doc:"SHA-256 of the bytes (RFC 9530)."`
	Body        []byte
}

// API adds the room's operations.
func API(a *rest.API, s *Service) {
	const tag = "Papers"
	rest.Add(a, rest.Op{ID: "list-papers", Method: http.MethodGet, Path: "/papers", Tag: tag, Need: mayRead, Summary: "List papers"}, s.apiList)
	rest.Add(a, rest.Op{ID: "get-paper", Method: http.MethodGet, Path: "/papers/{id}", Tag: tag, Need: mayRead, Summary: "Get a paper"}, s.apiGet)
	rest.Stream[apiFileInput, apiFile](a, rest.Op{ID: "download-paper", Method: http.MethodGet, Path: "/papers/{id}/print/{file}", Tag: tag,
		Need: mayRead, Summary: "Download a print", Description: "The bytes are compared with their hash first: ones that were changed are an error."}, s.apiDownload)
}

func (s *Service) apiList(ctx context.Context, in *apiListQuery) (*rest.Listing[apiPaper], error) {
	p, err := s.List(ctx, Filter{State: State(in.State), Form: in.Form, Unit: in.Unit, Query: in.Q, First: in.Oldest, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return rest.List(p.Rows, p.Total, p.Next, apiViewOf), nil
}

func (s *Service) apiGet(ctx context.Context, in *rest.One) (*rest.Record[apiFull], error) {
	f, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	out := apiFull{apiPaper: apiViewOf(f.Paper), PrintList: make([]apiPrint, len(f.Prints)), Sendings: make([]apiSending, len(f.Sendings))}
	for i, p := range f.Prints {
		out.PrintList[i] = apiPrint{Seq: p.Seq, At: p.At.UTC(), By: p.By, DOCX: p.DOCX, PDF: p.PDF, Inputs: p.Inputs}
	}
	for i, g := range f.Sendings {
		out.Sendings[i] = apiSending{ID: g.ID, Seq: g.Seq, At: g.At.UTC(), Channel: g.Channel, Receipt: g.Receipt}
	}
	return rest.Versioned(out, f.Version), nil
}

// apiDownload handles GET /api/v1/papers/{id}/print/{seq}.{docx|pdf|json}.
func (s *Service) apiDownload(w http.ResponseWriter, r *http.Request) error {
	name, kind, _ := strings.Cut(r.PathValue("file"), ".")
	seq, err := strconv.Atoi(name)
	if err != nil {
		return fault.Missing("report.apiDownload")
	}
	paper, made, raw, err := s.Download(r.Context(), ID(r.PathValue("id")), seq, Kind(kind))
	if err != nil {
		return err
	}
	file := fmt.Sprintf("%s-%s-%d.%s", paper.FormID, paper.stem(), seq, kind)
	return answer(w, Kind(kind).MIME(), file, file, made.Hash(Kind(kind)), raw)
}

func apiViewOf(p Paper) apiPaper {
	return apiPaper{ID: string(p.ID), Form: p.FormID, IncidentID: p.Case.ID, Incident: p.Case.Code, UnitID: p.UnitID, State: string(p.State),
		Number: p.Frame.Number, Symbol: p.Frame.Symbol, Date: p.Frame.Date.String(), Subject: p.Frame.Subject, Issuer: p.Frame.Issuer,
		Relation: string(p.Relation), OfID: string(p.Of), Prints: p.Prints, CreatedAt: p.CreatedAt.UTC(), UpdatedAt: p.UpdatedAt.UTC(),
		Version: p.Version}
}
