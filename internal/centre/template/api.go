// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"time"

	docx "github.com/vonggac/vonggac/internal/platform/officedoc/template"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

type apiTemplate struct {
	ID              string     `json:"id"`
	Paper           string     `json:"paper" doc:"Id of a form, or vb- and a code of CL-document-kind." example:"F12"`
	UnitID          string     `json:"unit_id" doc:"It and the units below that have none of their own."`
	Seq             int        `json:"seq" doc:"Counts the uploads for paper and unit."`
	Name            string     `json:"name"`
	Note            string     `json:"note,omitempty"`
	State           string     `json:"state" enum:"unused,coming,in_force,replaced,withdrawn"`
	From            string     `json:"from,omitempty" format:"date" doc:"First day; absent while nobody put it in force."`
	FileName        string     `json:"file_name"`
	SHA256          string     `json:"sha256"`
	Size            int64      `json:"size" doc:"Bytes."`
	Warnings        int        `json:"warnings" doc:"Things about its layout a person should look at."`
	UploadedBy      string     `json:"uploaded_by"`
	UploadedAt      time.Time  `json:"uploaded_at"`
	PutBy           string     `json:"put_by,omitempty"`
	PutAt           *time.Time `json:"put_at,omitempty"`
	PutReason       string     `json:"put_reason,omitempty"`
	WithdrawnBy     string     `json:"withdrawn_by,omitempty"`
	WithdrawnAt     *time.Time `json:"withdrawn_at,omitempty"`
	WithdrawnReason string     `json:"withdrawn_reason,omitempty"`
	Version         int64      `json:"version"`
}

type apiSpot struct {
	Part      string `json:"part" enum:"body,head,foot,notes"`
	Paragraph int    `json:"paragraph" doc:"From 1."`
	Text      string `json:"text,omitempty" doc:"What the paragraph says, cut."`
}

type apiFault struct {
	Name  string    `json:"name" example:"trich_yeux"`
	Meant string    `json:"meant,omitempty" doc:"A placeholder spelt nearly so."`
	Spots []apiSpot `json:"spots" nullable:"false"`
}

type apiLook struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity" enum:"error,warning"`
	Clause   string `json:"clause"`
	Found    string `json:"found,omitempty"`
}

type apiVerdict struct {
	Good     bool       `json:"good" doc:"It would be taken."`
	Missing  []string   `json:"missing" nullable:"false" doc:"Placeholders that must stand in it."`
	Unknown  []apiFault `json:"unknown" nullable:"false" doc:"Placeholders this kind of paper does not have."`
	Stray    []apiFault `json:"stray" nullable:"false" doc:"Columns outside a row of their own table."`
	Open     []apiSpot  `json:"open" nullable:"false" doc:"Double braces that make no placeholder."`
	Tracked  []apiSpot  `json:"tracked" nullable:"false" doc:"Tracked changes."`
	Left     []string   `json:"left" nullable:"false" doc:"Placeholders that may stand in it and do not."`
	Comments bool       `json:"comments" doc:"It has comments, which would go out."`
	Layout   []apiLook  `json:"layout" nullable:"false" doc:"What the rules of Decree 30/2020 say of it, filled with sample data."`
}

type apiPlace struct {
	Name    string `json:"name" example:"trich_yeu"`
	Meaning string `json:"meaning"`
	Must    bool   `json:"must"`
	Whole   bool   `json:"whole" doc:"noi_dung says it too."`
	Sample  string `json:"sample,omitempty"`
}

type apiListQuery struct {
	rest.Paging
	Query  string `query:"q" maxLength:"200"`
	Paper  string `query:"paper" maxLength:"100"`
	UnitID string `query:"unit_id" maxLength:"100"`
	State  string `query:"state" enum:"unused,coming,in_force,replaced,withdrawn"`
}

type apiPath struct {
	Template string `path:"template" maxLength:"200"`
}

type apiPaperPath struct {
	Form string `path:"form" maxLength:"100"`
}

type apiCheckInput struct {
	Paper    string `query:"paper" required:"true" maxLength:"100" example:"F12"`
	FileName string `header:"X-File-Name" doc:"What the file is called; absent: mau.docx."`
	RawBody  []byte `contentType:"application/octet-stream" doc:"The DOCX."`
}

type apiUploadInput struct {
	apiCheckInput
	UnitID string `query:"unit_id" required:"true" maxLength:"100"`
	Name   string `query:"name" required:"true" maxLength:"200"`
	Note   string `query:"note" maxLength:"1000"`
}

// API adds the operations of the room. A template is put in force and withdrawn by
// a person on the pages, not by a program.
func API(a *rest.API, s *Service) {
	const tag, base = "Templates", "/settings/templates"
	rest.Add(a, rest.Op{ID: "list-templates", Method: http.MethodGet, Path: base, Tag: tag, Need: mayRead, Summary: "List Word templates", Description: "The newest first."}, s.apiList)
	rest.Add(a, rest.Op{ID: "get-template", Method: http.MethodGet, Path: base + "/{template}", Tag: tag, Need: mayRead, Summary: "Get a Word template"}, s.apiGet)
	rest.Add(a, rest.Op{ID: "list-template-places", Method: http.MethodGet, Path: papersPath + "/{form}", Tag: tag, Need: mayRead, Summary: "List what a template of a paper can be filled with"}, s.apiPlaces)
	rest.Add(a, rest.Op{ID: "check-template", Method: http.MethodPost, Path: base + "/check", Tag: tag, Need: mayWrite, Body: MaxFile, Summary: "Check a Word template",
		Description: "Nothing is kept. A file that can be no template at all is an error; what refuses one that was read stands in the answer."}, s.apiCheck)
	rest.Add(a, rest.Op{ID: "upload-template", Method: http.MethodPost, Path: base, Tag: tag, Need: mayWrite, Body: MaxFile, Status: http.StatusCreated, Summary: "Upload a Word template",
		Description: "It is checked as by check-template and not used until a person puts it in force."}, s.apiUpload)
}

func apiTemplateOf(t Template) apiTemplate {
	out := apiTemplate{ID: string(t.ID), Paper: t.Paper, UnitID: t.Unit, Seq: t.Seq, Name: t.Name, Note: t.Note, State: string(t.State), FileName: t.FileName, SHA256: t.SHA256, Size: t.Size,
		Warnings: t.Verdict.Warnings(), UploadedBy: t.ByName, UploadedAt: t.UploadedAt.UTC(), PutBy: t.PutName, PutAt: rest.Time(t.PutAt), PutReason: t.PutReason,
		WithdrawnBy: t.WithdrawnName, WithdrawnAt: rest.Time(t.WithdrawnAt), WithdrawnReason: t.WithdrawnReason, Version: t.Version}
	if !t.From.IsZero() {
		out.From = t.From.String()
	}
	return out
}

func apiSpots(list []docx.Spot) []apiSpot {
	out := []apiSpot{}
	for _, s := range list {
		out = append(out, apiSpot{string(s.Part), s.Paragraph, s.Text})
	}
	return out
}

func apiFaults(list []Fault) []apiFault {
	out := []apiFault{}
	for _, f := range list {
		out = append(out, apiFault{f.Name, f.Meant, apiSpots(f.Spots)})
	}
	return out
}

func apiVerdictOf(v Verdict) apiVerdict {
	out := apiVerdict{Good: v.Good(), Missing: append([]string{}, v.Missing...), Unknown: apiFaults(v.Unknown), Stray: apiFaults(v.Stray), Open: apiSpots(v.Open), Tracked: apiSpots(v.Tracked),
		Left: append([]string{}, v.Left...), Comments: v.Comments, Layout: []apiLook{}}
	for _, f := range v.Looks {
		out.Layout = append(out.Layout, apiLook{f.Rule, string(f.Severity), f.Clause, f.Found})
	}
	return out
}

func (s *Service) apiList(ctx context.Context, in *apiListQuery) (*rest.Listing[apiTemplate], error) {
	list, total, err := s.List(ctx, Filter{Search: in.Query, Paper: in.Paper, Unit: in.UnitID, State: State(in.State), After: in.After, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	list, more := rest.Cut(list, in.Limit)
	after := ""
	if more {
		after = string(list[len(list)-1].ID)
	}
	return rest.List(list, total, after, apiTemplateOf), nil
}

func (s *Service) apiGet(ctx context.Context, in *apiPath) (*rest.Record[apiTemplate], error) {
	t, err := s.Get(ctx, ID(in.Template))
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiTemplateOf(t), t.Version), nil
}

func (s *Service) apiPlaces(ctx context.Context, in *apiPaperPath) (*rest.Listing[apiPlace], error) {
	_, places, sample, err := s.Paper(ctx, in.Form)
	if err != nil {
		return nil, err
	}
	return rest.List(places, int64(len(places)), "", func(p Place) apiPlace {
		return apiPlace{Name: p.Name, Meaning: p.meaning(ctx), Must: p.Must, Whole: p.Inner, Sample: sample[p.Name]}
	}), nil
}

func (s *Service) apiCheck(ctx context.Context, in *apiCheckInput) (*rest.Answer[apiVerdict], error) {
	v, err := s.Judge(ctx, in.Paper, cmp.Or(in.FileName, "mau.docx"), bytes.NewReader(in.RawBody))
	if err != nil {
		return nil, err
	}
	return &rest.Answer[apiVerdict]{Body: apiVerdictOf(v)}, nil
}

func (s *Service) apiUpload(ctx context.Context, in *apiUploadInput) (*rest.Created[apiTemplate], error) {
	t, _, err := s.Upload(ctx, Draft{Paper: in.Paper, Unit: in.UnitID, Name: in.Name, Note: in.Note}, cmp.Or(in.FileName, "mau.docx"), bytes.NewReader(in.RawBody))
	if err != nil {
		return nil, rest.Rename(err, "unit", "unit_id")
	}
	return rest.Made(apiTemplateOf(t), t.Version, Path+"/"+string(t.ID)), nil
}
