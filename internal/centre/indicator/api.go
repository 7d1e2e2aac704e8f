// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rest"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// apiList is a list of indicators as the API tells it.
type apiList struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Kind        string    `json:"kind" enum:"block,allow"`
	Threat      string    `json:"threat,omitempty" doc:"Threat of indicators that name none."`
	TLP         string    `json:"tlp" doc:"Sharing mark; TLP:RED lists are seen in their owner's units alone."`
	Scope       string    `json:"scope" enum:"subdomains,exact" doc:"Whether names below a listed name count."`
	Layout      string    `json:"layout" enum:"auto,plain,hosts,csv,stix,misp,misp-warninglist,suricata-dataset,maltrail,rpz,unbound,dnsmasq"`
	OwnerUnitID string    `json:"owner_unit_id"`
	Active      bool      `json:"active" doc:"Is matched, once it has a version in force."`
	Builtin     bool      `json:"builtin,omitempty" doc:"The centre's own list of false positives."`
	Seq         int64     `json:"seq" doc:"Version of the content in force; 0 while there is none."`
	Note        string    `json:"note,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
	Version     int64     `json:"version"`
}

type apiListed struct {
	apiList
	Indicators int64      `json:"indicators" doc:"In force."`
	LoadedAt   *time.Time `json:"loaded_at,omitempty"`
	Waiting    bool       `json:"waiting" doc:"The latest file is not yet loaded."`
	Stopped    bool       `json:"stopped,omitempty" doc:"Nor will it be: its work was cancelled or given up."`
	Refused    bool       `json:"refused,omitempty" doc:"The latest file was refused."`
}

type apiVersion struct {
	Seq        int64            `json:"seq"`
	File       string           `json:"file"`
	SHA256     string           `json:"sha256"`
	Size       int64            `json:"size"`
	State      string           `json:"state" enum:"waiting,loaded,refused"`
	ReceivedAt time.Time        `json:"received_at"`
	DoneAt     *time.Time       `json:"done_at,omitempty"`
	Rows       int64            `json:"rows" doc:"Indicators read: added + merged + the sums of skipped and rejected."`
	Added      int64            `json:"added"`
	Merged     int64            `json:"merged"`
	Skipped    map[string]int64 `json:"skipped,omitempty"`
	Rejected   map[string]int64 `json:"rejected,omitempty"`
	Problem    string           `json:"problem,omitempty" doc:"Why it was refused."`
	JobID      string           `json:"job_id,omitempty" doc:"The work of loading it."`
}

// apiFull is a list with its latest files.
type apiFull struct {
	apiList
	Versions []apiVersion `json:"versions" nullable:"false" doc:"Files it was made from, newest first, at most 100."`
}

type apiListQuery struct {
	rest.Paging
	Q      string `query:"q" maxLength:"500" doc:"Words of the name."`
	Kind   string `query:"kind" enum:"block,allow"`
	TLP    string `query:"tlp" enum:"TLP:CLEAR,TLP:GREEN,TLP:AMBER,TLP:AMBER+STRICT,TLP:RED"`
	Active string `query:"active" enum:"true,false"`
	Desc   bool   `query:"desc"`
}

// apiUploadInput describes POST /indicators, whose handler streams.
type apiUploadInput struct {
	Name     string `query:"name" required:"true" doc:"Name of the list, 1..120 characters, unique."`
	Kind     string `query:"kind" enum:"block,allow" default:"block"`
	TLP      string `query:"tlp" enum:"TLP:CLEAR,TLP:GREEN,TLP:AMBER,TLP:AMBER+STRICT,TLP:RED" default:"TLP:AMBER"`
	Scope    string `query:"scope" enum:"subdomains,exact" default:"subdomains"`
	Layout   string `query:"layout" enum:"auto,plain,hosts,csv,stix,misp,misp-warninglist,suricata-dataset,maltrail,rpz,unbound,dnsmasq" default:"auto"`
	Threat   string `query:"threat" doc:"Threat of indicators that name none; absent: the list's name."`
	Unit     string `query:"unit_id" doc:"Owner; absent: the topmost unit the key manages."`
	Note     string `query:"note"`
	FileName string `header:"X-File-Name" doc:"What the file is called."`
	RawBody  []byte `contentType:"application/octet-stream" doc:"The file, in any of the layouts; .gz and .zst are fine."`
}

// apiReplaceInput describes PUT /indicators/{id}/content, whose handler streams.
type apiReplaceInput struct {
	rest.One
	rest.Match
	Note     string `query:"note" required:"true" doc:"Why it is replaced."`
	FileName string `header:"X-File-Name"`
	RawBody  []byte `contentType:"application/octet-stream"`
}

type apiSwitchInput struct {
	rest.One
	rest.Match
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"500" doc:"Required to switch off."`
	}
}

type apiLookupQuery struct {
	Q string `query:"q" required:"true" minLength:"1" maxLength:"2000" doc:"A name, an address, the address of a page, a hash or a mailbox, defanged or not." example:"evil[.]example"`
}

type apiHit struct {
	ListID     string     `json:"list_id"`
	List       string     `json:"list"`
	Kind       string     `json:"kind" enum:"block,allow"`
	Type       string     `json:"type" enum:"domain,ip,ip-range,ip-port,url,md5,sha1,sha256,email,ja3,ja4"`
	Indicator  string     `json:"indicator" doc:"As listed."`
	Threat     string     `json:"threat,omitempty"`
	Scope      string     `json:"scope" enum:"subdomains,exact"`
	TLP        string     `json:"tlp" doc:"The stricter of the entry's and the list's."`
	Confidence int        `json:"confidence,omitempty" minimum:"0" maximum:"100"`
	Reference  string     `json:"reference,omitempty"`
	ValidFrom  *time.Time `json:"valid_from,omitempty"`
	ValidUntil *time.Time `json:"valid_until,omitempty"`
	Lapsed     bool       `json:"lapsed,omitempty" doc:"Not valid now: it does not count."`
	Overruled  bool       `json:"overruled,omitempty" doc:"A block entry that an allow entry overrules."`
}

type apiLookup struct {
	Name       string   `json:"name" doc:"What was looked up."`
	Type       string   `json:"type" enum:"domain,ip,ip-range,ip-port,url,md5,sha1,sha256,email,ja3,ja4"`
	Bad        bool     `json:"bad" doc:"A block entry counts."`
	Problem    string   `json:"problem,omitempty" doc:"Why it could not be looked up."`
	Hits       []apiHit `json:"hits" nullable:"false" doc:"Most specific first."`
	Indicators int64    `json:"indicators" doc:"How many there are to match against; 0 means that the answer says nothing."`
}

// API adds the room's operations.
func API(a *rest.API, s *Service) {
	const tag = "Indicators"
	rest.Add(a, rest.Op{ID: "list-indicator-lists", Method: http.MethodGet, Path: "/indicators", Tag: tag, Need: mayRead, Summary: "List the lists of indicators"}, s.apiAll)
	rest.Add(a, rest.Op{ID: "lookup-indicator", Method: http.MethodGet, Path: "/lookup", Tag: tag, Need: mayRead,
		Summary: "Look a name up", Description: "Which lists name it, as logs are matched now."}, s.apiLookup)
	apiBlocklist(a, s, tag)
	rest.Add(a, rest.Op{ID: "get-indicator-list", Method: http.MethodGet, Path: "/indicators/{id}", Tag: tag, Need: mayRead, Summary: "Get a list of indicators"}, s.apiGet)
	rest.Stream[apiUploadInput, rest.Created[apiList]](a, rest.Op{ID: "create-indicator-list", Method: http.MethodPost, Path: "/indicators", Tag: tag,
		Need: mayWrite, Body: s.deps.Limit, Status: http.StatusCreated, Summary: "Upload a list of indicators",
		Description: "The list is matched when its file has been loaded: follow versions, or the job."}, s.apiUpload)
	rest.Stream[apiReplaceInput, rest.Record[apiList]](a, rest.Op{ID: "replace-indicator-list", Method: http.MethodPut, Path: "/indicators/{id}/content", Tag: tag,
		Need: mayWrite, Body: s.deps.Limit, Summary: "Replace the content of a list",
		Description: "The old content stays in force until the new one is loaded, and for good when it cannot be."}, s.apiReplace)
	rest.Add(a, rest.Op{ID: "disable-indicator-list", Method: http.MethodPost, Path: "/indicators/{id}/disable", Tag: tag, Need: mayWrite,
		Summary: "Switch a list off", Description: "It is kept and not matched. Findings made before stand."}, s.apiSwitch(false))
	rest.Add(a, rest.Op{ID: "enable-indicator-list", Method: http.MethodPost, Path: "/indicators/{id}/enable", Tag: tag, Need: mayWrite,
		Summary: "Switch a list on"}, s.apiSwitch(true))
}

func (s *Service) apiAll(ctx context.Context, in *apiListQuery) (*rest.Listing[apiListed], error) {
	p, err := s.List(ctx, Filter{Query: in.Q, Kind: Kind(in.Kind), TLP: TLP(in.TLP), Switch: map[string]string{"true": "on", "false": "off"}[in.Active],
		Down: in.Desc, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return rest.List(p.Rows, p.Total, p.Next, func(l Listed) apiListed {
		return apiListed{apiList: apiViewOf(l.List), Indicators: l.Indicators, LoadedAt: rest.Time(l.LoadedAt.Time), Waiting: l.Waiting, Stopped: l.Stopped, Refused: l.Refused}
	}), nil
}

func (s *Service) apiGet(ctx context.Context, in *rest.One) (*rest.Record[apiFull], error) {
	l, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	versions, err := s.Versions(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	out := apiFull{apiList: apiViewOf(l), Versions: make([]apiVersion, len(versions))}
	for i, v := range versions {
		out.Versions[i] = apiVersion{Seq: v.Seq, File: v.File, SHA256: v.SHA256, Size: v.Size, State: string(v.State), ReceivedAt: v.ReceivedAt.UTC(),
			DoneAt: rest.Time(v.DoneAt), Rows: v.Report.Rows, Added: v.Report.Added, Merged: v.Report.Merged, Skipped: v.Report.Skipped,
			Rejected: v.Report.Rejected, JobID: v.Job}
		if v.Problem != "" {
			out.Versions[i].Problem = v.problem(ctx)
		}
	}
	return rest.Versioned(out, l.Version), nil
}

func (s *Service) apiLookup(ctx context.Context, in *apiLookupQuery) (*rest.Answer[apiLookup], error) {
	a, err := s.Lookup(ctx, in.Q)
	if err != nil {
		return nil, err
	}
	out := apiLookup{Name: a.Value, Type: a.Type.String(), Bad: a.Bad(), Hits: make([]apiHit, len(a.Hits)), Indicators: a.Status.Indicators}
	if a.Problem != "" {
		out.Problem = i18n.T(ctx, a.Problem)
	}
	for i, h := range a.Hits {
		out.Hits[i] = apiHit{ListID: string(h.List.ID), List: h.List.Name, Kind: string(h.List.Kind), Type: h.Type.String(), Indicator: h.Indicator,
			Threat: h.Threat, Scope: string(h.Scope), TLP: string(h.TLP), Confidence: int(h.Confidence), Reference: h.Reference,
			ValidFrom: rest.Time(h.From), ValidUntil: rest.Time(h.Until), Lapsed: h.Lapsed, Overruled: h.Overruled}
	}
	return &rest.Answer[apiLookup]{Body: out}, nil
}

// apiUpload handles POST /api/v1/indicators.
func (s *Service) apiUpload(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	if _, _, err := needManage(ctx, "indicator.apiUpload"); err != nil {
		return err // before a byte is read
	}
	f, err := s.Store(ctx, cmp.Or(r.Header.Get("X-File-Name"), "-"), r.Body)
	if err != nil {
		return err
	}
	l, err := s.Create(ctx, List{Name: q.Get("name"), Kind: Kind(cmp.Or(q.Get("kind"), string(Block))), TLP: TLP(cmp.Or(q.Get("tlp"), string(Amber))),
		Scope: Scope(cmp.Or(q.Get("scope"), string(WithSubdomains))), Layout: Layout(cmp.Or(q.Get("layout"), string(Auto))), Threat: q.Get("threat"),
		Owner: q.Get("unit_id"), Note: q.Get("note")}, f)
	if err != nil {
		return rest.Rename(err, "unit", "unit_id")
	}
	w.Header().Set("ETag", rest.Tag(l.Version))
	w.Header().Set("Location", rest.Base+"/indicators/"+string(l.ID))
	web.WriteJSON(w, http.StatusCreated, apiViewOf(l))
	return nil
}

// apiReplace handles PUT /api/v1/indicators/{id}/content.
func (s *Service) apiReplace(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if _, _, err := needManage(ctx, "indicator.apiReplace"); err != nil {
		return err
	}
	have, err := s.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if err := (rest.Match{IfMatch: r.Header.Get("If-Match")}).Check(have.Version); err != nil {
		return err
	}
	f, err := s.Store(ctx, cmp.Or(r.Header.Get("X-File-Name"), "-"), r.Body)
	if err != nil {
		return err
	}
	l, err := s.Replace(ctx, have.ID, have.Version, r.URL.Query().Get("note"), f)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", rest.Tag(l.Version))
	web.WriteJSON(w, http.StatusOK, apiViewOf(l))
	return nil
}

func (s *Service) apiSwitch(on bool) func(context.Context, *apiSwitchInput) (*rest.Record[apiList], error) {
	return func(ctx context.Context, in *apiSwitchInput) (*rest.Record[apiList], error) {
		have, err := s.Get(ctx, ID(in.ID))
		if err != nil {
			return nil, err
		}
		if err := in.Check(have.Version); err != nil {
			return nil, err
		}
		l, err := s.Switch(ctx, have.ID, have.Version, on, in.Body.Reason)
		if err != nil {
			return nil, err
		}
		return rest.Versioned(apiViewOf(l), l.Version), nil
	}
}

func apiViewOf(l List) apiList {
	return apiList{ID: string(l.ID), Name: l.Name, Kind: string(l.Kind), Threat: l.Threat, TLP: string(l.TLP), Scope: string(l.Scope),
		Layout: string(l.Layout), OwnerUnitID: l.Owner, Active: l.Active, Builtin: l.Builtin, Seq: l.Seq, Note: l.Note,
		CreatedAt: l.CreatedAt.UTC(), Version: l.Version}
}
