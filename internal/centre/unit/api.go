// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"net/http"
	"time"

	"github.com/vonggac/vonggac/internal/platform/rest"
)

type apiContact struct {
	Name  string `json:"name" maxLength:"200"`
	Title string `json:"title,omitempty" maxLength:"200" doc:"Office held."`
	Phone string `json:"phone,omitempty" maxLength:"100"`
	Email string `json:"email,omitempty" maxLength:"254"`
}

// apiFields are the parts of a unit that a caller may write.
type apiFields struct {
	Name            string      `json:"name" minLength:"1" maxLength:"200" doc:"Full name." example:"So Y te"`
	ShortName       string      `json:"short_name,omitempty" maxLength:"200"`
	Code            string      `json:"code,omitempty" maxLength:"64" doc:"The body's own identifier, such as H37.12 or a tax number; unique."`
	Kind            string      `json:"kind" maxLength:"64" doc:"Id of a kind of body of the rule pack." example:"xa"`
	ParentID        string      `json:"parent_id,omitempty" doc:"Id of the unit above; absent for the root alone."`
	ValidFrom       string      `json:"valid_from,omitempty" doc:"First day on which it exists, YYYY-MM-DD; absent: always did." example:"2025-07-01"`
	ValidTo         string      `json:"valid_to,omitempty" doc:"Last day on which it exists; absent: still does."`
	Head            *apiContact `json:"head,omitempty" doc:"Head of the unit."`
	SecurityContact *apiContact `json:"security_contact,omitempty" doc:"Contact for network security."`
	Hotline         string      `json:"hotline,omitempty" maxLength:"100"`
	Address         string      `json:"address,omitempty" maxLength:"500"`
	Note            string      `json:"note,omitempty" maxLength:"2000"`
	Aliases         []string    `json:"aliases,omitempty" doc:"Other names people write for it."`
}

// apiUnit is a unit as the API tells it.
type apiUnit struct {
	ID string `json:"id"`
	apiFields
	SuccessorIDs   []string  `json:"successor_ids,omitempty" doc:"Who took over when it ended."`
	PredecessorIDs []string  `json:"predecessor_ids,omitempty" doc:"Whom it took over from."`
	Version        int64     `json:"version"`
	UpdatedAt      time.Time `json:"updated_at"`
}

type apiRange struct {
	ID        string `json:"id"`
	Prefix    string `json:"prefix" doc:"CIDR (RFC 4632)." example:"10.1.2.0/24"`
	Kind      string `json:"kind" doc:"What stands behind an address: machine, nat, resolver or proxy. Only a machine is ever called infected."`
	ValidFrom string `json:"valid_from,omitempty" doc:"First day, YYYY-MM-DD."`
	ValidTo   string `json:"valid_to,omitempty" doc:"Last day, YYYY-MM-DD."`
	Note      string `json:"note,omitempty"`
}

type apiListQuery struct {
	rest.Paging
	Q      string `query:"q" maxLength:"500" doc:"Words of names, aliases, code and people; accents do not matter."`
	Kind   string `query:"kind" maxLength:"64" doc:"Kind of body."`
	Parent string `query:"parent" maxLength:"200" doc:"Only units directly under this one."`
	On     string `query:"on" maxLength:"10" doc:"Only units that exist on this day, YYYY-MM-DD."`
	Sort   string `query:"sort" enum:"name,kind,code" default:"name"`
	Desc   bool   `query:"desc"`
}

type apiCreateInput struct{ Body apiFields }

type apiUpdateInput struct {
	rest.One
	rest.Match
	Body apiFields
}

type apiRangeInput struct {
	rest.One
	Body struct {
		Range     string `json:"range" minLength:"1" maxLength:"2000" doc:"An address, a prefix or a span, several parted by semicolons." example:"10.1.2.0/24; 10.1.3.5-10.1.3.77"`
		Kind      string `json:"kind" enum:"machine,nat,resolver,proxy"`
		ValidFrom string `json:"valid_from,omitempty"`
		ValidTo   string `json:"valid_to,omitempty"`
		Note      string `json:"note,omitempty" maxLength:"500"`
	}
}

type apiRangesOut struct {
	Items []apiRange `json:"items" nullable:"false"`
}

type apiEndInput struct {
	rest.One
	Range string `path:"range" maxLength:"200" doc:"Id of the address range."`
	Body  struct {
		Last string `json:"last" doc:"Last day on which the range is the unit's, YYYY-MM-DD."`
	}
}

// API adds the room's operations.
func API(a *rest.API, s *Service) {
	const tag = "Units"
	rest.Add(a, rest.Op{ID: "list-units", Method: http.MethodGet, Path: "/units", Tag: tag, Need: mayRead, Summary: "List units"}, s.apiList)
	rest.Add(a, rest.Op{ID: "get-unit", Method: http.MethodGet, Path: "/units/{id}", Tag: tag, Need: mayRead, Summary: "Get a unit"}, s.apiGet)
	rest.Add(a, rest.Op{ID: "create-unit", Method: http.MethodPost, Path: "/units", Tag: tag, Need: mayWrite, Status: http.StatusCreated,
		Summary: "Create a unit", Description: "parent_id must lie where the key may write."}, s.apiCreate)
	rest.Add(a, rest.Op{ID: "update-unit", Method: http.MethodPut, Path: "/units/{id}", Tag: tag, Need: mayWrite,
		Summary: "Replace a unit", Description: "Replaces all writable fields: send back what was read with the changes. A name that is given up stays as an alias."}, s.apiUpdate)
	rest.Add(a, rest.Op{ID: "list-unit-ranges", Method: http.MethodGet, Path: "/units/{id}/ranges", Tag: tag, Need: mayRead,
		Summary: "List the address ranges of a unit", Description: "Ended ones included, in order of addresses."}, s.apiRanges)
	rest.Add(a, rest.Op{ID: "add-unit-range", Method: http.MethodPost, Path: "/units/{id}/ranges", Tag: tag, Need: mayWrite, Status: http.StatusCreated,
		Summary: "Give a unit addresses"}, s.apiAddRange)
	rest.Add(a, rest.Op{ID: "end-unit-range", Method: http.MethodPost, Path: "/units/{id}/ranges/{range}/end", Tag: tag, Need: mayWrite,
		Status: http.StatusNoContent, Summary: "End an address range"}, s.apiEndRange)
}

func (s *Service) apiList(ctx context.Context, in *apiListQuery) (*rest.Listing[apiUnit], error) {
	on, err := rest.Day("on", in.On)
	if err != nil {
		return nil, err
	}
	p, err := s.List(ctx, Filter{Text: in.Q, Kind: in.Kind, Parent: ID(in.Parent), On: on, Sort: Sort(in.Sort), Desc: in.Desc,
		After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return rest.List(p.Units, p.Total, p.Next, func(l Listed) apiUnit { return apiViewOf(l.Unit) }), nil
}

func (s *Service) apiGet(ctx context.Context, in *rest.One) (*rest.Record[apiUnit], error) {
	u, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	return rest.Versioned(apiViewOf(u), u.Version), nil
}

func (s *Service) apiCreate(ctx context.Context, in *apiCreateInput) (*rest.Created[apiUnit], error) {
	u, err := in.Body.unit()
	if err != nil {
		return nil, err
	}
	if u, err = s.Create(ctx, u); err != nil {
		return nil, apiError(err)
	}
	return rest.Made(apiViewOf(u), u.Version, "/units/"+string(u.ID)), nil
}

func (s *Service) apiUpdate(ctx context.Context, in *apiUpdateInput) (*rest.Record[apiUnit], error) {
	have, err := s.Get(ctx, ID(in.ID))
	if err != nil {
		return nil, err
	}
	if err := in.Check(have.Version); err != nil {
		return nil, err
	}
	u, err := in.Body.unit()
	if err != nil {
		return nil, err
	}
	u.ID, u.Version = have.ID, have.Version
	if u, err = s.Update(ctx, u); err != nil {
		return nil, apiError(err)
	}
	return rest.Versioned(apiViewOf(u), u.Version), nil
}

func (s *Service) apiRanges(ctx context.Context, in *rest.One) (*rest.Answer[apiRangesOut], error) {
	list, err := s.Ranges(ctx, ID(in.ID))
	return apiRangesOf(list), err
}

func (s *Service) apiAddRange(ctx context.Context, in *apiRangeInput) (*rest.Answer[apiRangesOut], error) {
	from, err := rest.Day("valid_from", in.Body.ValidFrom)
	if err != nil {
		return nil, err
	}
	to, err := rest.Day("valid_to", in.Body.ValidTo)
	if err != nil {
		return nil, err
	}
	list, err := s.AddRange(ctx, ID(in.ID), NewRange{Text: in.Body.Range, Kind: AddressKind(in.Body.Kind), ValidFrom: from, ValidTo: to, Note: in.Body.Note})
	return apiRangesOf(list), apiError(err)
}

func (s *Service) apiEndRange(ctx context.Context, in *apiEndInput) (*struct{}, error) {
	last, err := rest.Day("last", in.Body.Last)
	if err != nil {
		return nil, err
	}
	return nil, rest.Rename(s.EndRange(ctx, ID(in.ID), RangeID(in.Range), last), "range_to", "last")
}

func apiRangesOf(list []Range) *rest.Answer[apiRangesOut] {
	out := apiRangesOut{Items: make([]apiRange, len(list))}
	for i, r := range list {
		out.Items[i] = apiRange{ID: string(r.ID), Prefix: r.Prefix.String(), Kind: string(r.Kind), ValidFrom: r.ValidFrom.String(),
			ValidTo: r.ValidTo.String(), Note: r.Note}
	}
	return &rest.Answer[apiRangesOut]{Body: out}
}

func (f apiFields) unit() (Unit, error) {
	from, err := rest.Day("valid_from", f.ValidFrom)
	if err != nil {
		return Unit{}, err
	}
	to, err := rest.Day("valid_to", f.ValidTo)
	if err != nil {
		return Unit{}, err
	}
	return Unit{Name: f.Name, ShortName: f.ShortName, Code: f.Code, Kind: f.Kind, ParentID: ID(f.ParentID), ValidFrom: from, ValidTo: to,
		Head: f.Head.contact(), SecurityContact: f.SecurityContact.contact(), Hotline: f.Hotline, Address: f.Address, Note: f.Note,
		Aliases: f.Aliases}, nil
}

func (c *apiContact) contact() Contact {
	if c == nil {
		return Contact{}
	}
	return Contact{Name: c.Name, Title: c.Title, Phone: c.Phone, Email: c.Email}
}

func apiContactOf(c Contact) *apiContact {
	if c.Empty() {
		return nil
	}
	return &apiContact{Name: c.Name, Title: c.Title, Phone: c.Phone, Email: c.Email}
}

func apiViewOf(u Unit) apiUnit {
	ids := func(list []ID) (out []string) {
		for _, id := range list {
			out = append(out, string(id))
		}
		return out
	}
	return apiUnit{ID: string(u.ID), Version: u.Version, UpdatedAt: u.UpdatedAt.UTC(), SuccessorIDs: ids(u.SuccessorIDs),
		PredecessorIDs: ids(u.PredecessorIDs), apiFields: apiFields{Name: u.Name, ShortName: u.ShortName, Code: u.Code, Kind: u.Kind,
			ParentID: string(u.ParentID), ValidFrom: u.ValidFrom.String(), ValidTo: u.ValidTo.String(), Head: apiContactOf(u.Head),
			SecurityContact: apiContactOf(u.SecurityContact), Hotline: u.Hotline, Address: u.Address, Note: u.Note, Aliases: u.Aliases}}
}

// apiError gives the fields of the forms the names the API has.
func apiError(err error) error {
	return rest.Rename(err, "parent", "parent_id", "head_name", "head.name", "head_title", "head.title", "head_phone", "head.phone",
		"head_email", "head.email", "contact_name", "security_contact.name", "contact_title", "security_contact.title",
		"contact_phone", "security_contact.phone", "contact_email", "security_contact.email", "range_kind", "kind",
		"range_to", "valid_to")
}
