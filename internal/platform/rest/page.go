// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// bearer is how a key is sent (RFC 6750 §2.1).
const bearer = "Authorization: Bearer vg_…"

// Pages are the reference of a for people, drawn from the same description that
// programs read, and the description itself for whoever is signed in.
func Pages(site *web.Site, a *API) []web.Route {
	return []web.Route{
		{Pattern: "GET /api", Access: web.SignedIn, Handle: func(w http.ResponseWriter, r *http.Request) error {
			return site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(r.Context(), "rest.title"), Body: referenceView(a.chapters())})
		}},
		{Pattern: "GET /api/openapi.json", Access: web.SignedIn, Handle: a.serveJSON},
		{Pattern: "GET /api/openapi.yaml", Access: web.SignedIn, Handle: a.serveYAML},
	}
}

// chapter is the operations about one noun.
type chapter struct {
	Title string
	Ops   []shown
}

func (c chapter) anchor() string { return "tag-" + strings.ToLower(c.Title) }

// shown is one operation as the page shows it.
type shown struct {
	ID, Method, Path, Summary, Text, Need string
	Params                                []field
	Body                                  []field
	BodyType                              string
	Answer                                []field
	AnswerType                            string
	Statuses                              []status
}

type field struct {
	Name, Where, Type, Text string
	Required                bool
}

type status struct{ Code, Text string }

func (a *API) chapters() []chapter {
	doc := a.Document()
	var out []chapter
	for path, item := range doc.Paths {
		for _, op := range operations(item) {
			s := a.show(doc, path, op)
			n := slices.IndexFunc(out, func(c chapter) bool { return c.Title == op.Tags[0] })
			if n < 0 {
				n, out = len(out), append(out, chapter{Title: op.Tags[0]})
			}
			out[n].Ops = append(out[n].Ops, s)
		}
	}
	slices.SortFunc(out, func(a, b chapter) int { return strings.Compare(a.Title, b.Title) })
	for _, c := range out {
		slices.SortFunc(c.Ops, func(a, b shown) int {
			return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method))
		})
	}
	return out
}

func (a *API) show(doc *huma.OpenAPI, path string, op *huma.Operation) shown {
	text, _, _ := strings.Cut(op.Description, "\n\nNeeds the permission")
	if strings.HasPrefix(text, "Needs the permission") {
		text = ""
	}
	s := shown{ID: op.OperationID, Method: op.Method, Path: path, Summary: op.Summary, Text: text}
	s.Need, _ = op.Extensions["x-permission"].(string)
	for _, p := range op.Parameters {
		s.Params = append(s.Params, field{Name: p.Name, Where: p.In, Type: typeOf(p.Schema), Text: cmp.Or(p.Description, p.Schema.Description), Required: p.Required})
	}
	if op.RequestBody != nil {
		s.BodyType, s.Body = contentOf(doc, op.RequestBody.Content)
	}
	for code, res := range op.Responses {
		s.Statuses = append(s.Statuses, status{code, res.Description})
		if strings.HasPrefix(code, "2") && s.AnswerType == "" {
			s.AnswerType, s.Answer = contentOf(doc, res.Content)
		}
	}
	slices.SortFunc(s.Statuses, func(a, b status) int { return strings.Compare(a.Code, b.Code) })
	return s
}

// contentOf is the media type of a body and the fields of its schema.
func contentOf(doc *huma.OpenAPI, content map[string]*huma.MediaType) (string, []field) {
	for kind, media := range content {
		if media.Schema == nil {
			return kind, nil
		}
		return kind, fieldsOf(doc, media.Schema, "", 0)
	}
	return "", nil
}

const deepest = 3 // levels of nested objects the page lists

// fieldsOf lists the fields of an object, those of objects within it by path.
func fieldsOf(doc *huma.OpenAPI, s *huma.Schema, prefix string, depth int) []field {
	if s.Ref != "" {
		s = doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	if s == nil || depth > deepest {
		return nil
	}
	if s.Type == huma.TypeArray && s.Items != nil {
		return fieldsOf(doc, s.Items, prefix+"[]", depth)
	}
	names := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []field
	for _, name := range names {
		p, full := s.Properties[name], strings.TrimPrefix(prefix+"."+name, ".")
		out = append(out, field{Name: full, Type: typeOf(p), Text: p.Description, Required: slices.Contains(s.Required, name)})
		if p.Ref != "" || p.Type == huma.TypeArray || p.Type == huma.TypeObject {
			out = append(out, fieldsOf(doc, p, full, depth+1)...)
		}
	}
	return out
}

// typeOf is the type of a schema in a few words.
func typeOf(s *huma.Schema) string {
	if s == nil {
		return ""
	}
	if s.Ref != "" {
		return "object"
	}
	out := s.Type
	if s.Type == huma.TypeArray && s.Items != nil {
		out = typeOf(s.Items) + "[]"
	}
	if s.Format != "" && s.Format != "int64" && s.Format != "int32" {
		out += " (" + s.Format + ")"
	}
	var values []string
	for _, v := range s.Enum {
		if text, ok := v.(string); ok {
			values = append(values, text)
		}
	}
	if len(values) > 0 {
		out += ": " + strings.Join(values, " | ")
	}
	return out
}

func requiredMark(ctx context.Context, f field) string {
	if f.Required {
		return i18n.T(ctx, "rest.required")
	}
	return ""
}
