// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"go.yaml.in/yaml/v3"
)

// Problem is the answer to a request that failed: an RFC 9457 document as web
// writes it. It is here for the description.
type Problem struct {
	Type   string            `json:"type" doc:"Always about:blank: title is that of the status."`
	Title  string            `json:"title" example:"Unprocessable Entity"`
	Status int               `json:"status" example:"422"`
	Detail string            `json:"detail" doc:"What happened and what to do, in the language asked for."`
	Code   string            `json:"code" doc:"Stable name of the reason." example:"fault.invalid"`
	ID     string            `json:"request_id" doc:"Quote it when asking for help; it stands in the server's log."`
	Errors map[string]string `json:"errors,omitempty" doc:"Field to reason."`
}

// failures are the statuses every operation may answer, with what they mean.
var failures = []struct{ status, what string }{
	{"401", "No key, or one that is unknown, expired or revoked."},
	{"403", "The key does not hold the permission, or is used from another address than it was made for."},
	{"404", "Not found, or outside the key's unit: the two are not told apart."},
	{"409", "Somebody else changed the record at the same time, or its state does not allow this."},
	{"412", "The record has changed since it was read."},
	{"413", "The body is larger than the limit."},
	{"415", "The body is of a type that is not taken."},
	{"422", "The request does not fit; errors names the fields."},
	{"428", "If-Match is missing."},
	{"429", "Too many requests: wait the seconds in Retry-After."},
	{"503", "Busy: try again in a few seconds."},
	{"default", "Any other failure."},
}

// onlyFor says which failures only some operations have.
func onlyFor(status string, op *huma.Operation) bool {
	conditional := slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == "If-Match" })
	switch status {
	case "404":
		return slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.In == "path" })
	case "412", "428":
		return conditional
	case "409":
		return op.Method != http.MethodGet
	case "413", "415":
		return op.RequestBody != nil
	}
	return true
}

// Document is the description of all operations: OpenAPI 3.1. The last operation
// has been added before the first call.
func (a *API) Document() *huma.OpenAPI {
	a.finish.Do(func() { a.document() })
	return a.huma.OpenAPI()
}

func (a *API) document() {
	doc := a.huma.OpenAPI()
	schema := doc.Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	for _, item := range doc.Paths {
		for _, op := range operations(item) {
			for _, f := range failures {
				if onlyFor(f.status, op) {
					op.Responses[f.status] = &huma.Response{Description: f.what, Content: map[string]*huma.MediaType{
						"application/problem+json": {Schema: schema}}}
				}
			}
		}
	}
}

func operations(item *huma.PathItem) []*huma.Operation {
	return slices.DeleteFunc([]*huma.Operation{item.Get, item.Put, item.Post, item.Patch, item.Delete},
		func(op *huma.Operation) bool { return op == nil })
}

// JSON is the description as JSON.
func (a *API) JSON() ([]byte, error) {
	raw, err := json.Marshal(a.Document())
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = json.Indent(&out, raw, "", " ")
	return append(out.Bytes(), '\n'), err
}

// YAML is the description as YAML, in the same order as the JSON.
func (a *API) YAML() ([]byte, error) {
	raw, err := a.JSON()
	if err != nil {
		return nil, err
	}
	var tree yaml.Node // JSON is YAML: reading it so keeps its order
	if err := yaml.Unmarshal(raw, &tree); err != nil {
		return nil, err
	}
	plain(&tree)
	return yaml.Marshal(&tree)
}

// plain takes the styles of JSON off a tree.
func plain(n *yaml.Node) {
	n.Style = 0
	for _, c := range n.Content {
		plain(c)
	}
}

func (a *API) serveJSON(w http.ResponseWriter, _ *http.Request) error {
	raw, err := a.JSON()
	return serve(w, "application/vnd.oai.openapi+json;version=3.1", raw, err)
}

func (a *API) serveYAML(w http.ResponseWriter, _ *http.Request) error {
	raw, err := a.YAML()
	return serve(w, "application/vnd.oai.openapi;version=3.1", raw, err)
}

func serve(w http.ResponseWriter, kind string, raw []byte, err error) error {
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	_, err = w.Write(raw)
	return err
}
