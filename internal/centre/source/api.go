// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

// apiFields are the parts of a source that a caller may write.
type apiFields struct {
	Name   string `json:"name" minLength:"1" maxLength:"200" doc:"Unique in its unit." example:"dns-01"`
	UnitID string `json:"unit_id" doc:"Owner unit: stamped on all that is received, and rules who may see it. It cannot change."`
	Format string `json:"format,omitempty" doc:"Log format, such as dnsmasq or bind9; mapping: by the source's mapping file; absent: found out from each file."`
	Zone   string `json:"zone,omitempty" doc:"IANA zone of lines that name none; absent: Asia/Ho_Chi_Minh." example:"Asia/Ho_Chi_Minh"`
	Note   string `json:"note,omitempty" maxLength:"1000"`
	Closed bool   `json:"closed,omitempty" doc:"Takes no more files."`
}

type apiSource struct {
	ID string `json:"id"`
	apiFields
	CreatedAt time.Time `json:"created_at"`
	Version   int64     `json:"version"`
}

type apiListed struct {
	apiSource
	Files  int64      `json:"files" doc:"Files received."`
	Lines  int64      `json:"lines" doc:"Lines in them."`
	Hits   int64      `json:"hits" doc:"Lines that hit an indicator."`
	Broken int64      `json:"broken" doc:"Files that could not be read to the end."`
	LastAt *time.Time `json:"last_at,omitempty" doc:"When the latest file came."`
}

// apiFile is a file in a list. Counts are lines: lines = parsed + the sums of
// skipped and rejected.
type apiFile struct {
	ID         string           `json:"id"`
	SourceID   string           `json:"source_id"`
	Name       string           `json:"name" doc:"As the sender called it."`
	SHA256     string           `json:"sha256" doc:"Of the bytes received."`
	Size       int64            `json:"size" doc:"Bytes received."`
	State      string           `json:"state" enum:"waiting,running,done,broken"`
	Format     string           `json:"format,omitempty"`
	Mapping    int64            `json:"mapping,omitempty" doc:"Version of the mapping file it is read by."`
	ReceivedAt time.Time        `json:"received_at"`
	DoneAt     *time.Time       `json:"done_at,omitempty"`
	Indicators int64            `json:"indicators" doc:"How many indicators it was compared with; 0 means that nothing was."`
	Lines      int64            `json:"lines"`
	Parsed     int64            `json:"parsed"`
	Skipped    map[string]int64 `json:"skipped" nullable:"false" doc:"Lines read that are no query, by reason."`
	Rejected   map[string]int64 `json:"rejected" nullable:"false" doc:"Lines that could not be read, by reason."`
	Hits       int64            `json:"hits"`
	Problem    string           `json:"problem,omitempty" doc:"Why it is broken."`
}

type apiListQuery struct {
	rest.Paging
	Q    string `query:"q" maxLength:"500" doc:"Words of name and note."`
	Unit string `query:"unit" maxLength:"200" doc:"Owner unit."`
}

type apiCreateInput struct{ Body apiFields }

type apiUpdateInput struct {
	rest.One
	rest.Match
	Body apiFields
}

type apiFilesQuery struct {
	rest.One
	rest.Paging
}

// apiIngestInput describes POST /ingest/{source}, whose handler streams.
type apiIngestInput struct {
	Source      string `path:"source" doc:"Id of the source."`
	FileName    string `header:"X-File-Name" doc:"What the file is called; or use Content-Disposition." example:"query.log.gz"`
	Idempotency string `header:"Idempotency-Key" doc:"Not needed: the same bytes from the same source are one file however often they are sent, and the apiAnswer says so (already_received, 200). A key that is sent is ignored."`
	RawBody     []byte `contentType:"application/octet-stream" doc:"One log: plain text, gzip or zstd, any of the known formats."`
}

type apiReceived struct {
	Location string `header:"Location" doc:"Where to follow what becomes of the file."`
	Body     received
}

type apiSentInput struct {
	File string `path:"file" doc:"Id of the file."`
}

// API adds the room's operations. The two that programs which send logs use
// have had their handlers in pages.go from the beginning.
func API(a *rest.API, s *Service) {
	const tag = "Sources"
	rest.Add(a, rest.Op{ID: "list-sources", Method: http.MethodGet, Path: "/sources", Tag: tag, Need: mayRead, Summary: "List log sources"}, s.apiList)
	rest.Add(a, rest.Op{ID: "get-source", Method: http.MethodGet, Path: "/sources/{id}", Tag: tag, Need: mayRead, Summary: "Get a log source"}, s.apiGet)
	rest.Add(a, rest.Op{ID: "create-source", Method: http.MethodPost, Path: "/sources", Tag: tag, Need: mayWrite, Status: http.StatusCreated,
		Summary: "Create a log source"}, s.apiCreate)
	rest.Add(a, rest.Op{ID: "update-source", Method: http.MethodPut, Path: "/sources/{id}", Tag: tag, Need: mayWrite,
		Summary: "Replace a log source", Description: "unit_id must be the source's own: the owner cannot change."}, s.apiUpdate)
	mappingAPI(a, s)
	rest.Add(a, rest.Op{ID: "list-source-files", Method: http.MethodGet, Path: "/sources/{id}/files", Tag: tag, Need: mayRead,
		Summary: "List the files of a source", Description: "Latest first."}, s.apiFiles)
	rest.Describe[apiIngestInput, apiReceived](a, rest.Op{ID: "ingest", Method: http.MethodPost, Path: "/ingest/{source}", Tag: tag, Need: Feeding,
		Body: s.Limit, Status: http.StatusAccepted, Summary: "Send a log",
		Description: "202 once the file is stored: it is read afterwards. 200 when the same bytes were received before; nothing is done twice, so a sender that is unsure sends again."})
	rest.Describe[apiSentInput, rest.Answer[received]](a, rest.Op{ID: "get-file", Method: http.MethodGet, Path: "/files/{file}", Tag: tag, Need: Feeding,
		Summary: "Follow a file", Description: "What became of a file that was sent: lines parsed, skipped and rejected by reason, hits."})
}

func (s *Service) apiList(ctx context.Context, in *apiListQuery) (*rest.Listing[apiListed], error) {
	rows, total, err := s.List(ctx, Filter{Search: in.Q, Unit: in.Unit, After: in.After, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	rows, more := rest.Cut(rows, in.Limit)
	after := ""
	if more {
		after = string(rows[len(rows)-1].ID)
	}
	return rest.List(rows, total, after, func(l Listed) apiListed {
		return apiListed{apiSource: apiViewOf(l.Source), Files: l.Files, Lines: l.Lines, Hits: l.Hits, Broken: l.Broken, LastAt: rest.Time(l.LastAt.Time)}
	}), nil
}

func (s *Service) apiGet(ctx context.Context, in *rest.One) (*rest.Record[apiSource], error) {
	src, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiViewOf(src), src.Version), nil
}

func (s *Service) apiCreate(ctx context.Context, in *apiCreateInput) (*rest.Created[apiSource], error) {
	src, err := s.Create(ctx, in.Body.source())
	if err != nil {
		return nil, rest.Rename(err, "unit", "unit_id")
	}
	return rest.Made(apiViewOf(src), src.Version, "/sources/"+string(src.ID)), nil
}

func (s *Service) apiUpdate(ctx context.Context, in *apiUpdateInput) (*rest.Record[apiSource], error) {
	have, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	if err := in.Check(have.Version); err != nil {
		return nil, err
	}
	if in.Body.UnitID != have.Owner {
		return nil, fault.Bad("source.apiUpdate", "unit_id", "source.bad.unit")
	}
	src := in.Body.source()
	src.ID, src.Version = have.ID, have.Version
	if src, err = s.Update(ctx, src); err != nil {
		return nil, rest.Rename(err, "unit", "unit_id")
	}
	return rest.Versioned(apiViewOf(src), src.Version), nil
}

func (s *Service) apiFiles(ctx context.Context, in *apiFilesQuery) (*rest.Listing[apiFile], error) {
	if _, err := s.Get(ctx, ID(in.ID)); err != nil {
		return nil, err
	}
	rows, total, err := s.Files(ctx, ID(in.ID), in.After, in.Limit+1)
	if err != nil {
		return nil, err
	}
	rows, more := rest.Cut(rows, in.Limit)
	after := ""
	if more {
		after = string(rows[len(rows)-1].ID)
	}
	return rest.List(rows, total, after, func(f File) apiFile { return apiFileOf(ctx, f) }), nil
}

func (f apiFields) source() Source {
	return Source{Name: f.Name, Owner: f.UnitID, Format: f.Format, Zone: f.Zone, Note: f.Note, Closed: f.Closed}
}

func apiViewOf(s Source) apiSource {
	return apiSource{ID: string(s.ID), CreatedAt: s.CreatedAt.UTC(), Version: s.Version,
		apiFields: apiFields{Name: s.Name, UnitID: s.Owner, Format: s.Format, Zone: s.Zone, Note: s.Note, Closed: s.Closed}}
}

func apiFileOf(ctx context.Context, f File) apiFile {
	out := apiFile{ID: string(f.ID), SourceID: string(f.Source), Name: f.Name, SHA256: f.SHA256, Size: f.Size, State: string(f.State),
		Format: f.Format, Mapping: f.Mapping, ReceivedAt: f.ReceivedAt.UTC(), DoneAt: rest.Time(f.DoneAt), Indicators: f.Indicators, Lines: f.Account.Lines,
		Parsed: f.Account.Parsed, Skipped: map[string]int64{}, Rejected: map[string]int64{}, Hits: f.Account.Hits}
	for why, n := range f.Account.Skipped {
		out.Skipped[string(why)] = n
	}
	for why, n := range f.Account.Rejected {
		out.Rejected[string(why)] = n
	}
	if f.Problem != "" {
		out.Problem = i18n.T(ctx, f.Problem, f.Line)
	}
	return out
}
