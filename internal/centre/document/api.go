// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rest"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// apiDocument is a paper as the API tells it.
type apiDocument struct {
	ID          string     `json:"id"`
	UnitID      string     `json:"unit_id" doc:"Whose register."`
	Direction   string     `json:"direction" enum:"in,out"`
	State       string     `json:"state" enum:"received,draft,submitted,signed,numbered,sealed,issued"`
	Standing    string     `json:"standing,omitempty" enum:"in_force,replaced,withdrawn" doc:"Of issued papers."`
	Kind        string     `json:"kind" doc:"Id in CL-document-kind." example:"cong_van"`
	Number      string     `json:"number,omitempty" example:"1556"`
	Symbol      string     `json:"symbol,omitempty" example:"UBND-KGVX"`
	Code        string     `json:"code,omitempty" doc:"Number and symbol as printed." example:"1556/UBND-KGVX"`
	Date        string     `json:"date,omitempty" doc:"Day of the paper." example:"2026-11-21"`
	Place       string     `json:"place,omitempty"`
	Subject     string     `json:"subject"`
	Urgency     string     `json:"urgency,omitempty" doc:"Id in CL-urgency."`
	Issuer      string     `json:"issuer,omitempty"`
	Signer      string     `json:"signer,omitempty"`
	SignerTitle string     `json:"signer_title,omitempty"`
	Recipients  string     `json:"recipients,omitempty" doc:"One a line."`
	Arrival     int64      `json:"arrival,omitempty" doc:"Number of arrival."`
	ArrivedOn   string     `json:"arrived_on,omitempty"`
	ReplyBy     string     `json:"reply_by,omitempty"`
	Note        string     `json:"note,omitempty"`
	IssuedAt    *time.Time `json:"issued_at,omitempty"`
	CreatedAt   time.Time  `json:"created_at"`
	Version     int64      `json:"version"`
}

type apiFile struct {
	ID       string    `json:"id"`
	Role     string    `json:"role" enum:"original,signed,annex"`
	Revision int64     `json:"revision"`
	Current  bool      `json:"current" doc:"No later revision."`
	Name     string    `json:"name"`
	Kind     string    `json:"kind" example:"pdf"`
	Size     int64     `json:"size"`
	SHA256   string    `json:"sha256"`
	AddedAt  time.Time `json:"added_at"`
}

type apiLink struct {
	Relation string `json:"relation" doc:"Id in CL-document-basis."`
	Code     string `json:"code,omitempty"`
	Date     string `json:"date,omitempty"`
	Issuer   string `json:"issuer,omitempty"`
	Subject  string `json:"subject,omitempty"`
	Standing string `json:"standing" enum:"unknown,in_force,replaced,withdrawn"`
	ID       string `json:"id,omitempty" doc:"Of the paper, where it is in the register and may be seen."`
}

type apiDispatch struct {
	ID         string     `json:"id"`
	Recipient  string     `json:"recipient"`
	Channel    string     `json:"channel" doc:"Id in CL-channel."`
	SentAt     time.Time  `json:"sent_at"`
	ReceivedAt *time.Time `json:"received_at,omitempty" doc:"Absent while not confirmed."`
	Receipt    string     `json:"receipt,omitempty"`
	OrganID    string     `json:"organ_id,omitempty" doc:"Code of the recipient on the document axis."`
	Status     string     `json:"status,omitempty" doc:"What it said last over the axis: 01-06, 13, 15, 16."`
	StatusAt   *time.Time `json:"status_at,omitempty"`
	Words      string     `json:"status_words,omitempty"`
}

// apiMessage is an edXML message of a paper's history.
type apiMessage struct {
	ID        string    `json:"id"`
	Way       string    `json:"way" enum:"in,out" doc:"in: it came; out: it was made here and can be fetched."`
	Status    string    `json:"status,omitempty" doc:"Business status code; absent for the paper itself."`
	OrganID   string    `json:"organ_id,omitempty" doc:"The other body; absent where it goes to several."`
	OrganName string    `json:"organ_name,omitempty"`
	Words     string    `json:"words,omitempty"`
	At        time.Time `json:"at"`
}

// apiTaken is what became of a message that was brought.
type apiTaken struct {
	DocumentID string `json:"document_id"`
	Status     string `json:"status,omitempty" doc:"Business status code; absent for a paper."`
	Again      bool   `json:"again" doc:"It came before; nothing changed."`
	Stranger   bool   `json:"stranger" doc:"A status of a body the paper was not recorded as sent to."`
}

type apiMessageInput struct {
	UnitID string `query:"unit_id" required:"true" maxLength:"200" doc:"Whose register."`
	Name   string `query:"name" required:"true" maxLength:"300" doc:"With its ending: .edxml, .xml or .zip."`
}

type apiMessageFileInput struct {
	rest.One
	Message string `path:"message" maxLength:"64"`
}

// apiFull is a paper with what hangs on it.
type apiFull struct {
	apiDocument
	Files   []apiFile     `json:"files" nullable:"false"`
	Cites   []apiLink     `json:"cites" nullable:"false"`
	CitedBy []apiLink     `json:"cited_by" nullable:"false"`
	Sent    []apiDispatch `json:"sent" nullable:"false"`

	Messages []apiMessage `json:"messages" nullable:"false" doc:"Over the document axis, the earliest first."`
}

type apiListQuery struct {
	rest.Paging
	Q         string `query:"q" maxLength:"500" doc:"Words of number, subject, bodies and people, without accents as well."`
	Content   bool   `query:"content" doc:"Words may stand in the files instead."`
	Direction string `query:"direction" enum:"in,out"`
	State     string `query:"state" enum:"received,draft,submitted,signed,numbered,sealed,issued"`
	Kind      string `query:"kind" maxLength:"64"`
	Unit      string `query:"unit" maxLength:"200"`
	From      string `query:"from" maxLength:"10" doc:"Day of the register: of arrival, or of the paper."`
	To        string `query:"to" maxLength:"10"`
	Oldest    bool   `query:"oldest" doc:"Earliest day first."`

	Unreceipted bool `query:"unreceipted" doc:"Sent to somebody who has not confirmed."`
}

type apiMakeInput struct {
	Body struct {
		UnitID      string `json:"unit_id" maxLength:"200"`
		Way         string `json:"way" enum:"draft,incoming,issued" doc:"draft: an outgoing paper without number; incoming: a paper received; issued: an outgoing paper issued elsewhere."`
		Kind        string `json:"kind" maxLength:"64"`
		Number      string `json:"number,omitempty" maxLength:"20"`
		Symbol      string `json:"symbol,omitempty" maxLength:"300"`
		Date        string `json:"date,omitempty" maxLength:"10"`
		Place       string `json:"place,omitempty" maxLength:"300"`
		Subject     string `json:"subject" minLength:"1" maxLength:"1000"`
		Urgency     string `json:"urgency,omitempty" maxLength:"64"`
		Issuer      string `json:"issuer,omitempty" maxLength:"300"`
		Signer      string `json:"signer,omitempty" maxLength:"300"`
		SignerTitle string `json:"signer_title,omitempty" maxLength:"300"`
		Recipients  string `json:"recipients,omitempty" maxLength:"4000"`
		Arrival     int64  `json:"arrival,omitempty" minimum:"0"`
		ArrivedOn   string `json:"arrived_on,omitempty" maxLength:"10"`
		ReplyBy     string `json:"reply_by,omitempty" maxLength:"10"`
		Note        string `json:"note,omitempty" maxLength:"4000"`
	}
}

type apiNumberInput struct {
	rest.One
	rest.Match
	Body struct {
		Number string `json:"number,omitempty" maxLength:"20" doc:"Absent where the unit's own book gives it."`
		Symbol string `json:"symbol,omitempty" maxLength:"300" doc:"Absent: as drafted."`
		Date   string `json:"date,omitempty" maxLength:"10" doc:"Absent: today."`
	}
}

type apiFileInput struct {
	rest.One
	Role string `query:"role" enum:"original,signed,annex" required:"true"`
	Name string `query:"name" required:"true" maxLength:"300" doc:"With its ending."`
}

// API adds the room's operations.
func API(a *rest.API, s *Service) {
	const tag = "Documents"
	rest.Add(a, rest.Op{ID: "list-documents", Method: http.MethodGet, Path: "/documents", Tag: tag, Need: mayRead, Summary: "List documents", Description: "Latest day first."}, s.apiList)
	rest.Add(a, rest.Op{ID: "get-document", Method: http.MethodGet, Path: "/documents/{id}", Tag: tag, Need: mayRead, Summary: "Get a document", Description: "With its files, what it cites and to whom it went."}, s.apiGet)
	rest.Add(a, rest.Op{ID: "make-document", Method: http.MethodPost, Path: "/documents", Tag: tag, Need: mayWrite, Status: http.StatusCreated, Summary: "Register or draft a document",
		Description: "Recording an issued paper needs the right to send."}, s.apiMake)
	rest.Add(a, rest.Op{ID: "number-document", Method: http.MethodPost, Path: "/documents/{id}/number", Tag: tag, Need: maySend, Summary: "Give number and date to a signed document",
		Description: "409 unless it is signed and not numbered."}, s.apiNumber)
	rest.Stream[apiMessageInput, rest.Answer[apiTaken]](a, rest.Op{ID: "take-document-message", Method: http.MethodPost, Path: "/documents/messages", Tag: tag, Need: mayWrite,
		Body: s.MessageLimit() + 1<<10, Summary: "Take an edXML message", Description: "The body is the message, or a ZIP archive of it alone. A paper is registered with its attachments, a status goes to the paper it answers; when one attachment may not come in, nothing is stored (422)."}, s.apiTake)
	rest.Stream[apiMessageFileInput, struct{}](a, rest.Op{ID: "get-document-message", Method: http.MethodGet, Path: "/documents/{id}/messages/{message}", Tag: tag, Need: mayRead,
		Summary: "Fetch an edXML message that was made here"}, s.apiMessageFile)
	rest.Stream[apiFileInput, rest.Answer[apiFile]](a, rest.Op{ID: "add-document-file", Method: http.MethodPost, Path: "/documents/{id}/files", Tag: tag, Need: mayWrite, Body: s.Limit + 1<<10,
		Summary: "Add a file to a document", Description: "The body is the file. Classified, locked and damaged files and files with programs are refused (422) and not stored."}, s.apiUpload)
}

func (s *Service) apiList(ctx context.Context, in *apiListQuery) (*rest.Listing[apiDocument], error) {
	f := Filter{Dir: Dir(in.Direction), State: State(in.State), Kind: in.Kind, Unit: in.Unit, Query: in.Q, Content: in.Content, Oldest: in.Oldest, Open: in.Unreceipted, After: in.After, Limit: in.Limit}
	var err error
	if f.From, err = rest.Day("from", in.From); err != nil {
		return nil, err
	}
	if f.To, err = rest.Day("to", in.To); err != nil {
		return nil, err
	}
	p, err := s.List(ctx, f)
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
	out := apiFull{apiDocument: apiViewOf(f.Document), Files: make([]apiFile, len(f.Files)), Cites: make([]apiLink, len(f.Links)), CitedBy: make([]apiLink, len(f.CitedBy)),
		Sent: make([]apiDispatch, len(f.Dispatches)), Messages: make([]apiMessage, len(f.Messages))}
	for i, m := range f.Messages {
		out.Messages[i] = apiMessage{ID: m.ID, Way: string(m.Way), Status: string(m.Code), OrganID: m.Organ.ID, OrganName: m.Organ.Name, Words: m.Words, At: m.At.UTC()}
	}
	for i, one := range f.Files {
		out.Files[i] = apiFileOf(one)
	}
	for i, l := range f.Links {
		out.Cites[i] = apiLinkOf(l)
	}
	for i, l := range f.CitedBy {
		out.CitedBy[i] = apiLinkOf(l)
	}
	for i, d := range f.Dispatches {
		out.Sent[i] = apiDispatch{ID: d.ID, Recipient: d.Recipient, Channel: d.Channel, SentAt: d.SentAt.UTC(), ReceivedAt: rest.Time(d.ReceivedAt), Receipt: d.Receipt,
			OrganID: d.Organ, Status: string(d.Status), StatusAt: rest.Time(d.StatusAt), Words: d.StatusWords}
	}
	return rest.Versioned(out, f.Version), nil
}

func (s *Service) apiMake(ctx context.Context, in *apiMakeInput) (*rest.Created[apiDocument], error) {
	b := in.Body
	h := Head{Unit: b.UnitID, Kind: b.Kind, Number: b.Number, Symbol: b.Symbol, Place: b.Place, Subject: b.Subject, Urgency: b.Urgency, Issuer: b.Issuer, Signer: b.Signer,
		SignerTitle: b.SignerTitle, Recipients: b.Recipients, Arrival: b.Arrival, Note: b.Note}
	for _, day := range []struct {
		field, text string
		to          *calendar.Date
	}{{"date", b.Date, &h.Date}, {"arrived_on", b.ArrivedOn, &h.ArrivedOn}, {"reply_by", b.ReplyBy, &h.ReplyBy}} {
		var err error
		if *day.to, err = rest.Day(day.field, day.text); err != nil {
			return nil, err
		}
	}
	var d Document
	var err error
	switch b.Way {
	case "incoming":
		d, err = s.Register(ctx, h)
	case "issued":
		d, err = s.Record(ctx, h, "", "")
	default:
		d, err = s.Begin(ctx, h)
	}
	if err != nil {
		return nil, rest.Rename(err, "unit", "unit_id")
	}
	return rest.Made(apiViewOf(d), d.Version, "/documents/"+url.PathEscape(string(d.ID))), nil
}

func (s *Service) apiNumber(ctx context.Context, in *apiNumberInput) (*rest.Record[apiDocument], error) {
	have, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	if err := in.Check(have.Version); err != nil {
		return nil, err
	}
	day, err := rest.Day("date", in.Body.Date)
	if err != nil {
		return nil, err
	}
	d, err := s.Number(ctx, have.ID, in.Body.Number, in.Body.Symbol, day, have.Version)
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiViewOf(d), d.Version), nil
}

// apiUpload handles POST /api/v1/documents/{id}/files.
func (s *Service) apiUpload(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f, err := s.AddFile(r.Context(), ID(r.PathValue("id")), Role(q.Get("role")), q.Get("name"), r.Body)
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, apiFileOf(f))
	return nil
}

// apiTake handles POST /api/v1/documents/messages.
func (s *Service) apiTake(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	t, err := s.TakeMessage(r.Context(), q.Get("unit_id"), q.Get("name"), r.Body)
	if err != nil {
		return rest.Rename(err, "unit", "unit_id")
	}
	web.WriteJSON(w, http.StatusOK, apiTaken{DocumentID: string(t.Document.ID), Status: string(t.Code), Again: t.Again, Stranger: t.Stranger})
	return nil
}

// apiMessageFile handles GET /api/v1/documents/{id}/messages/{message}.
func (s *Service) apiMessageFile(w http.ResponseWriter, r *http.Request) error {
	return s.sendMessage(w, r, ID(r.PathValue("id")))
}

func apiFileOf(f File) apiFile {
	return apiFile{ID: f.ID, Role: string(f.Role), Revision: f.Revision, Current: f.Current, Name: f.Name, Kind: string(f.Kind), Size: f.Size, SHA256: f.SHA256, AddedAt: f.AddedAt.UTC()}
}

func apiLinkOf(l Link) apiLink {
	return apiLink{Relation: string(l.Relation), Code: l.Cited.Code(), Date: l.Date.String(), Issuer: l.Issuer, Subject: l.Subject, Standing: string(l.Standing), ID: string(l.Target)}
}

func apiViewOf(d Document) apiDocument {
	return apiDocument{ID: string(d.ID), UnitID: d.Unit, Direction: string(d.Dir), State: string(d.State), Standing: string(d.Standing), Kind: d.Kind, Number: d.Number, Symbol: d.Symbol,
		Code: d.Code(), Date: d.Date.String(), Place: d.Place, Subject: d.Subject, Urgency: d.Urgency, Issuer: d.Issuer, Signer: d.Signer, SignerTitle: d.SignerTitle, Recipients: d.Recipients,
		Arrival: d.Arrival, ArrivedOn: d.ArrivedOn.String(), ReplyBy: d.ReplyBy.String(), Note: d.Note, IssuedAt: rest.Time(d.IssuedAt), CreatedAt: d.CreatedAt.UTC(), Version: d.Version}
}
