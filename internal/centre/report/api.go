// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

// apiPaper is a paper as the API tells it.
type apiPaper struct {
	ID         string    `json:"id"`
	Form       string    `json:"form" example:"F1b"`
	About      string    `json:"about" enum:"incident,period,unit,directive"`
	IncidentID string    `json:"incident_id,omitempty"`
	Incident   string    `json:"incident_code,omitempty" example:"SC-2026-0001"`
	Directive  string    `json:"directive_id,omitempty" doc:"The directive it answers."`
	Code       string    `json:"directive_code,omitempty" example:"CD-2026-0007"`
	From       string    `json:"from,omitempty" doc:"First day of the period, YYYY-MM-DD."`
	To         string    `json:"to,omitempty" doc:"Last day of the period."`
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

// apiForm is a form of a rule pack.
type apiForm struct {
	ID      string     `json:"id" example:"F12"`
	Pack    string     `json:"pack" example:"VN-ANM-2026"`
	Title   string     `json:"title"`
	Status  string     `json:"status" enum:"LAW,DERIVED,INTERNAL"`
	About   string     `json:"about" enum:"incident,period,unit,directive"`
	Periods []string   `json:"periods,omitempty" doc:"Kinds of period it is written for."`
	Basis   string     `json:"basis"`
	Mark    string     `json:"mark" doc:"How well its layout is known."`
	Fields  []apiField `json:"fields" nullable:"false"`
}

type apiField struct {
	Key     string     `json:"key"`
	Label   string     `json:"label"`
	Type    string     `json:"type"`
	Req     string     `json:"req" doc:"M mandatory, O optional, C under a condition, A filled by the system; of a column empty is O."`
	List    string     `json:"list,omitempty"`
	From    string     `json:"from,omitempty" doc:"The record it is filled from."`
	Columns []apiField `json:"columns,omitempty"`
}

type apiFormsQuery struct {
	On string `query:"on" doc:"Day in force, YYYY-MM-DD; today by default."`
}

type apiForms struct {
	Body struct {
		Pack  string    `json:"pack"`
		Items []apiForm `json:"items" nullable:"false"`
	}
}

type apiBeginInput struct {
	Body struct {
		Form      string `json:"form" minLength:"1" maxLength:"64"`
		Pack      string `json:"pack,omitempty" maxLength:"64" doc:"The regime of the period's last day by default."`
		UnitID    string `json:"unit_id" minLength:"1" maxLength:"200"`
		Directive string `json:"directive_id,omitempty" maxLength:"64" doc:"The directive that a form about one answers."`
		Kind      string `json:"kind,omitempty" enum:"month,quarter,half,year,span" doc:"Of the period, for a form about one; an answer to a directive goes to the day of its print by default."`
		Year      int    `json:"year,omitempty" minimum:"0" maximum:"2200"`
		Part      int    `json:"part,omitempty" minimum:"0" maximum:"12" doc:"Of the year, from 1."`
		From      string `json:"from,omitempty" doc:"First day of a span, YYYY-MM-DD."`
		To        string `json:"to,omitempty"`
	}
}

type apiValuesInput struct {
	rest.One
	rest.Match
	Body struct {
		Values Plain `json:"values" doc:"By field key: text, number, true or false, list of texts; of a table a list of objects by column key. Codes by id or label, days YYYY-MM-DD or DD/MM/YYYY."`
	}
}

type apiPrintInput struct {
	rest.One
	rest.Match
}

// apiPaperClaim and apiPaperSource are named so in the description of the API.
type (
	apiPaperClaim  Contradiction
	apiPaperSource Source
)

type apiPassInput struct {
	rest.One
	rest.Match
	Body struct {
		Note string `json:"note" minLength:"1" maxLength:"300"`
	}
}

// apiFull is a paper with its prints and sendings.
type apiFull struct {
	apiPaper
	Claims    []apiPaperClaim  `json:"claims" nullable:"false" doc:"What units say and the data contradict, while the paper can be held back."`
	Sources   []apiPaperSource `json:"sources" nullable:"false" doc:"What the values of an answer to a directive were made from."`
	PrintList []apiPrint       `json:"print_list" nullable:"false" doc:"Latest first."`
	Sendings  []apiSending     `json:"sendings" nullable:"false" doc:"First first."`
}

type apiListQuery struct {
	rest.Paging
	Q         string `query:"q" maxLength:"500" doc:"Words of case code, number, symbol, subject or issuer."`
	State     string `query:"state" enum:"draft,printed,sent,withdrawn"`
	Form      string `query:"form" maxLength:"64"`
	Unit      string `query:"unit" maxLength:"200"`
	Directive string `query:"directive" maxLength:"64" doc:"Id of the directive they answer."`
	Oldest    bool   `query:"oldest"`
}

// apiFileInput describes GET /papers/{id}/print/{file}, whose handler writes a
// file.
type apiFileInput struct {
	rest.One
	File string `path:"file" doc:"Number of the print and kind: 1.docx, 1.pdf, 1.xlsx, or 1.json for the frozen inputs." example:"1.pdf"`
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
	rest.Add(a, rest.Op{ID: "list-report-forms", Method: http.MethodGet, Path: "/report-forms", Tag: tag, Need: mayRead, Summary: "List the forms in force on a day"}, s.apiForms)
	rest.Add(a, rest.Op{ID: "create-paper", Method: http.MethodPost, Path: "/papers", Tag: tag, Need: mayWrite, Status: http.StatusCreated,
		Summary: "Begin a paper about a period, a unit or a directive", Description: "A draft of the same form, unit, period and directive is returned instead of a second one."}, s.apiBegin)
	rest.Add(a, rest.Op{ID: "fill-paper", Method: http.MethodPut, Path: "/papers/{id}/values", Tag: tag, Need: mayRead, Body: MaxList,
		Summary: "Fill fields of a draft", Description: "Fields that are not named stay. Numbers reckoned from a table follow it. It needs W in incidents for a paper of a case, else in documents."}, s.apiFill)
	rest.Add(a, rest.Op{ID: "acknowledge-contradictions", Method: http.MethodPost, Path: "/papers/{id}/claims", Tag: tag, Need: mayRead,
		Summary: "Let contradictions pass", Description: "What units say and the data contradict stands in the claims of the paper. Before somebody has written why it goes out nevertheless, it cannot be printed, entered or sent. It needs W or S in documents."}, s.apiAcknowledge)
	rest.Add(a, rest.Op{ID: "print-paper", Method: http.MethodPost, Path: "/papers/{id}/print", Tag: tag, Need: mayRead,
		Summary: "Freeze and print a paper", Description: "422 while a compulsory field is empty. A print meets no duty. It needs W in incidents for a paper of a case, else in documents."}, s.apiPrint)
	rest.Stream[apiFileInput, apiFile](a, rest.Op{ID: "download-paper", Method: http.MethodGet, Path: "/papers/{id}/print/{file}", Tag: tag,
		Need: mayRead, Summary: "Download a print", Description: "The bytes are compared with their hash first: ones that were changed are an error."}, s.apiDownload)
}

func (s *Service) apiList(ctx context.Context, in *apiListQuery) (*rest.Listing[apiPaper], error) {
	p, err := s.List(ctx, Filter{State: State(in.State), Form: in.Form, Unit: in.Unit, Directive: in.Directive, Query: in.Q, First: in.Oldest, After: in.After, Limit: in.Limit})
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
	out.Claims, out.Sources = make([]apiPaperClaim, len(f.Claims)), make([]apiPaperSource, len(f.Sources))
	for i, c := range f.Claims {
		out.Claims[i] = apiPaperClaim(c)
	}
	for i, from := range f.Sources {
		out.Sources[i] = apiPaperSource(from)
	}
	for i, p := range f.Prints {
		out.PrintList[i] = apiPrint{Seq: p.Seq, At: p.At.UTC(), By: p.By, DOCX: p.DOCX, PDF: p.PDF, Inputs: p.Inputs}
	}
	for i, g := range f.Sendings {
		out.Sendings[i] = apiSending{ID: g.ID, Seq: g.Seq, At: g.At.UTC(), Channel: g.Channel, Receipt: g.Receipt}
	}
	return rest.Versioned(out, f.Version), nil
}

func (s *Service) apiForms(ctx context.Context, in *apiFormsQuery) (*apiForms, error) {
	on := calendar.DateOf(s.now())
	if in.On != "" {
		var err error
		if on, err = rest.Day("on", in.On); err != nil {
			return nil, err
		}
	}
	pack, list := s.Catalogue(on)
	out := &apiForms{}
	out.Body.Pack, out.Body.Items = pack.ID, make([]apiForm, len(list))
	for i, c := range list {
		f := c.Form
		about := cmp.Or(string(f.About), OfIncident)
		out.Body.Items[i] = apiForm{ID: f.ID, Pack: c.Pack.ID, Title: f.Title.In(i18n.Lang(ctx)), Status: string(f.Status), About: about,
			Periods: f.Periods.Every, Basis: f.Basis, Mark: string(f.Source.Mark), Fields: []apiField{}}
		for _, x := range f.Fields() {
			field := apiField{Key: x.Key, Label: x.Label, Type: x.Type, Req: string(x.Req), List: x.List, From: x.From}
			for _, c := range x.Columns {
				field.Columns = append(field.Columns, apiField{Key: c.Key, Label: c.Label, Type: c.Type, Req: string(c.Req), List: c.List})
			}
			out.Body.Items[i].Fields = append(out.Body.Items[i].Fields, field)
		}
	}
	return out, nil
}

func (s *Service) apiBegin(ctx context.Context, in *apiBeginInput) (*rest.Created[apiPaper], error) {
	b := in.Body
	st := Start{Form: b.Form, Pack: b.Pack, Unit: b.UnitID, Directive: b.Directive, Kind: b.Kind, Year: b.Year, Part: b.Part}
	for field, d := range map[string]struct {
		text string
		into *calendar.Date
	}{"from": {b.From, &st.From}, "to": {b.To, &st.To}} {
		if d.text == "" {
			continue
		}
		var err error
		if *d.into, err = rest.Day(field, d.text); err != nil {
			return nil, err
		}
	}
	p, err := s.Begin(ctx, st)
	if err != nil {
		return nil, rest.Rename(rest.Rename(err, "unit", "unit_id"), "directive", "directive_id")
	}
	return rest.Made(apiViewOf(p), p.Version, "/papers/"+string(p.ID)), nil
}

func (s *Service) apiFill(ctx context.Context, in *apiValuesInput) (*rest.Record[apiPaper], error) {
	f, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	if err := in.Check(f.Version); err != nil {
		return nil, err
	}
	p, err := s.SavePlain(ctx, f.ID, in.Body.Values, f.Version)
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiViewOf(p), p.Version), nil
}

func (s *Service) apiAcknowledge(ctx context.Context, in *apiPassInput) (*rest.Record[apiPaper], error) {
	f, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	if err := in.Check(f.Version); err != nil {
		return nil, err
	}
	p, err := s.Acknowledge(ctx, f.ID, in.Body.Note, f.Version)
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiViewOf(p), p.Version), nil
}

func (s *Service) apiPrint(ctx context.Context, in *apiPrintInput) (*rest.Record[apiPaper], error) {
	f, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	if err := in.Check(f.Version); err != nil {
		return nil, err
	}
	p, _, err := s.Print(ctx, f.ID, f.Version)
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiViewOf(p), p.Version), nil
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
	var about, of Case
	switch p.Case.Kind {
	case OfIncident:
		about = p.Case
	case OfDirective:
		of = p.Case
	}
	return apiPaper{ID: string(p.ID), Form: p.FormID, About: p.Case.Kind, IncidentID: about.ID, Incident: about.Code, Directive: of.ID, Code: of.Code, From: day(p.From), To: day(p.To), UnitID: p.UnitID, State: string(p.State),
		Number: p.Frame.Number, Symbol: p.Frame.Symbol, Date: p.Frame.Date.String(), Subject: p.Frame.Subject, Issuer: p.Frame.Issuer,
		Relation: string(p.Relation), OfID: string(p.Of), Prints: p.Prints, CreatedAt: p.CreatedAt.UTC(), UpdatedAt: p.UpdatedAt.UTC(),
		Version: p.Version}
}
