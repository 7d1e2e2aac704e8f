// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/vonggac/vonggac/internal/platform/fault"
)

// exchange is one request as huma sees it. Once huma wants to answer with an
// error of its own, the error is kept here and the answer thrown away.
type exchange struct {
	inner
	request *http.Request
	err     error // of the operation itself
	refused error // of reading the request
	shut    bool
}

// inner is huma's own reading of the request, embedded under a name that leaves
// the method Context free.
type inner = huma.Context

type exchangeKey struct{}

// Context implements huma.Context.
func (x *exchange) Context() context.Context {
	return context.WithValue(x.request.Context(), exchangeKey{}, x)
}

// SetStatus implements huma.Context.
func (x *exchange) SetStatus(code int) {
	if !x.shut {
		x.inner.SetStatus(code)
	}
}

// BodyWriter implements huma.Context.
func (x *exchange) BodyWriter() io.Writer {
	if x.shut {
		return io.Discard
	}
	return x.inner.BodyWriter()
}

// capture is the transformer that catches huma's errors before they are
// written.
func capture(ctx huma.Context, _ string, v any) (any, error) {
	x, ok := ctx.(*exchange)
	if m, isErr := v.(*huma.ErrorModel); ok && isErr {
		x.shut, x.refused = true, refusal(m)
	}
	return v, nil
}

// refusal is m as the product says it. Values sent by the caller are not
// repeated.
func refusal(m *huma.ErrorModel) error {
	const op = "rest"
	e := &fault.Error{Kind: fault.Invalid, Op: op, Err: m}
	switch m.Status {
	case http.StatusRequestEntityTooLarge:
		e.Kind = fault.TooLarge
	case http.StatusUnsupportedMediaType:
		e.Kind = fault.Unsupported
	case http.StatusRequestTimeout:
		e.Kind = fault.Unavailable
	case http.StatusInternalServerError:
		e.Msg = "rest.bad.body" // the body ended early or is in pieces
	case http.StatusBadRequest:
		e.Msg = "rest.bad.json"
		if len(m.Errors) == 0 {
			e.Msg = "rest.bad.no_body"
		} else if m.Errors[0].Message == errNUL.Error() {
			e.Msg = "rest.bad.nul"
		}
	default:
		e.Fields = map[string]string{}
		for _, d := range m.Errors {
			field, reason := reasonOf(d)
			if _, told := e.Fields[field]; !told {
				e.Fields[field] = reason
			}
		}
	}
	return e
}

var missing = regexp.MustCompile(`^expected required property (\S+) to be present`)

// reasons are the sentences of huma's checks (its package validation), by
// their beginnings.
var reasons = []struct{ begins, key string }{
	{"required ", "rest.bad.required"},
	{"unexpected property", "rest.bad.unknown"},
	{"unknown query parameter", "rest.bad.unknown"},
	{"expected value to be one of", "rest.bad.choice"},
	{"expected number ", "rest.bad.range"},
	{"expected length ", "rest.bad.length"},
	{"expected array length ", "rest.bad.length"},
	{"expected boolean", "rest.bad.type"},
	{"expected number", "rest.bad.type"},
	{"expected integer", "rest.bad.type"},
	{"expected string to be RFC 3339", "rest.bad.time"},
	{"invalid date/time", "rest.bad.time"},
	{"expected string to ", "rest.bad.format"},
	{"expected string", "rest.bad.type"},
	{"expected array", "rest.bad.type"},
	{"expected object", "rest.bad.type"},
	{"invalid ", "rest.bad.type"},
}

// reasonOf says which field d is about and why it cannot be taken.
func reasonOf(d *huma.ErrorDetail) (field, reason string) {
	field = d.Location
	for _, where := range []string{"body.", "query.", "path.", "header."} {
		field = strings.TrimPrefix(field, where)
	}
	if m := missing.FindStringSubmatch(d.Message); m != nil {
		if field == "body" || field == "" {
			return m[1], "rest.bad.required"
		}
		return field + "." + m[1], "rest.bad.required"
	}
	for _, r := range reasons {
		if strings.HasPrefix(d.Message, r.begins) {
			return field, r.key
		}
	}
	return field, "rest.bad.format"
}

var errNUL = errors.New("a text holds the character NUL")

// jsonFormat is JSON (RFC 8259) whose texts hold no NUL: databases cut or refuse
// text at it.
var jsonFormat = huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: func(data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	if parsed, ok := v.(*any); ok && holdsNUL(*parsed) {
		return errNUL
	}
	return nil
}}

// holdsNUL looks into what json.Unmarshal made of a document.
func holdsNUL(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, "\x00")
	case []any:
		return slices.ContainsFunc(v, holdsNUL)
	case map[string]any:
		for name, part := range v {
			if strings.Contains(name, "\x00") || holdsNUL(part) {
				return true
			}
		}
	}
	return false
}
