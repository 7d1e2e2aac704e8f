// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package rest makes operations of the API out of typed functions: huma reads
// the request into a struct, checks it against the schema it also publishes,
// and writes the answer; the route itself stands in the site's one route table
// with the permission it needs, and every error leaves by web, as an RFC 9457
// document. It knows no room. Start at New, Op and Add.
package rest

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// Messages are the reasons why a request does not fit its schema.
//
//go:embed messages.yaml
var Messages embed.FS

// Base is the path in front of every operation.
const Base = "/api/v1"

// defaultBody is the most bytes of body an operation reads unless it says more.
const defaultBody = 1 << 20

// bodyTime is how long a sender may take over a body: slow lines are usual.
const bodyTime = time.Minute

// API gathers operations: their routes and their description.
type API struct {
	huma   huma.API
	routes []web.Route
	finish sync.Once
}

// Op is one operation. Need is the permission its route asks for; the zero
// Need takes any valid key.
type Op struct {
	ID          string // "list-units", unique, stable: clients are generated from it
	Method      string
	Path        string // below Base, "/units/{id}"
	Tag         string // "Units"
	Summary     string
	Description string // Markdown
	Need        auth.Permission
	Status      int   // of success; 0 is 200, or 204 without body
	Body        int64 // most bytes of body; 0 is 1 MiB
}

// New begins an API. version is the program's.
func New(version string) *API {
	a := &API{}
	cfg := huma.DefaultConfig("Vong Gac", version)
	cfg.CreateHooks = nil // no "$schema" members in answers
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "", "", ""
	cfg.Formats = map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat}
	cfg.RejectUnknownQueryParameters = true
	cfg.Info.Description = about
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"key": {Type: "http", Scheme: "bearer",
		Description: "A key made on the page \"API keys\": `Authorization: Bearer vg_…`. It holds a set of permissions in one unit and the units below it."}}
	cfg.Security = []map[string][]string{{"key": {}}}
	cfg.Transformers = []huma.Transformer{capture}
	a.huma = huma.NewAPI(cfg, (*adapter)(a))
	return a
}

const about = `The same use cases as the pages, for programs.

* **Keys.** Every request carries ` + "`Authorization: Bearer <key>`" + `. What lies outside the key's unit does not exist for it: not by id, not in lists, not in counts.
* **Lists** answer ` + "`items`, `total` and, when there is more, `after`" + `; send that value back as ` + "`?after=`" + ` with the same filters.
* **Times** are RFC 3339 in UTC, days are ` + "`YYYY-MM-DD`" + ` in Asia/Ho_Chi_Minh, ids are strings.
* **Changes** of a record name the version that was read: its ` + "`ETag`" + ` in ` + "`If-Match`" + `. Without it 428, with an old one 412; a change that loses a race gets 409.
* **Errors** are RFC 9457 documents; ` + "`code`" + ` is stable, ` + "`detail`" + ` follows Accept-Language (vi, en), ` + "`errors`" + ` names the fields.`

// schemaName names the schema of a Go type after its room, so that "file" of
// sources and that of papers stay apart: source.apiFile -> SourceFile.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name, pkg := t.Name(), t.PkgPath()
	if name == "" {
		return title(hint)
	}
	name = qualified.ReplaceAllStringFunc(name, func(s string) string {
		dot := strings.LastIndexByte(s, '.')
		return join(s[:dot], s[dot+1:])
	})
	name = strings.NewReplacer("[", "", "]", "", ",", "", "*", "").Replace(name)
	return join(pkg, name)
}

var qualified = regexp.MustCompile(`[\w./-]+\.\w+`)

func join(pkg, name string) string {
	pkg, name = pkg[strings.LastIndexByte(pkg, '/')+1:], title(strings.TrimPrefix(name, "api"))
	if pkg == "rest" || strings.EqualFold(pkg, name) || strings.HasPrefix(strings.ToLower(name), pkg) {
		return name
	}
	return title(pkg) + name
}

func title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Add makes an operation of do. I has the fields of the request, O those of the
// answer, as huma reads their tags. An error of do is answered by its
// fault.Kind.
func Add[I, O any](a *API, op Op, do func(ctx context.Context, in *I) (*O, error)) {
	huma.Register(a.huma, op.huma(), func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, in)
		if err != nil {
			ctx.Value(exchangeKey{}).(*exchange).err = err
		}
		return out, err
	})
}

// Stream makes an operation that reads or writes its body by itself: handle is
// the route's handler, I and O only describe it.
func Stream[I, O any](a *API, op Op, handle web.Handler) {
	Describe[I, O](a, op)
	a.routes = append(a.routes, op.route(handle))
}

// Describe puts an operation into the description whose route stands elsewhere
// in the route table.
func Describe[I, O any](a *API, op Op) {
	hop := op.huma()
	hop.Metadata[metaElsewhere] = true
	huma.Register(a.huma, hop, func(context.Context, *I) (*O, error) {
		return nil, errors.New("the route of this operation stands elsewhere")
	})
}

const (
	metaOp        = "op"
	metaElsewhere = "elsewhere"
)

func (op Op) huma() huma.Operation {
	out := huma.Operation{OperationID: op.ID, Method: op.Method, Path: Base + op.Path, Tags: []string{op.Tag}, Summary: op.Summary,
		Description: op.Description, DefaultStatus: op.Status, MaxBodyBytes: cmp.Or(op.Body, defaultBody), BodyReadTimeout: bodyTime,
		Metadata: map[string]any{metaOp: op}}
	if op.Need != (auth.Permission{}) {
		need := string(op.Need.Area) + ":" + string(rune(op.Need.Act))
		out.Description = strings.TrimSpace(out.Description + "\n\nNeeds the permission `" + need + "`.")
		out.Extensions = map[string]any{"x-permission": need}
	}
	return out
}

func (op Op) route(handle web.Handler) web.Route {
	rt := web.Route{Pattern: op.Method + " " + Base + op.Path, Need: op.Need, API: true, Body: op.Body, Handle: handle}
	if op.Need == (auth.Permission{}) {
		rt.Access = web.SignedIn
	}
	return rt
}

// Routes are the routes of all operations so far and of the description.
func (a *API) Routes() []web.Route {
	return append(slices.Clone(a.routes),
		web.Route{Pattern: "GET " + Base + "/openapi.json", Access: web.SignedIn, API: true, Handle: a.serveJSON},
		web.Route{Pattern: "GET " + Base + "/openapi.yaml", Access: web.SignedIn, API: true, Handle: a.serveYAML})
}

// adapter is how huma hands over what it has registered.
type adapter API

// Handle implements huma.Adapter.
func (a *adapter) Handle(hop *huma.Operation, serve func(huma.Context)) {
	if hop.Metadata[metaElsewhere] != nil {
		return
	}
	a.routes = append(a.routes, hop.Metadata[metaOp].(Op).route(func(w http.ResponseWriter, r *http.Request) error {
		return exchanged(hop, serve, w, r)
	}))
}

// ServeHTTP implements huma.Adapter; the site serves, not the adapter.
func (a *adapter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, http.StatusText(http.StatusNotFound), http.StatusNotFound)
}

// exchanged lets huma answer r, unless something is wrong: then nothing is
// written, and the error goes the way of all errors.
func exchanged(op *huma.Operation, serve func(huma.Context), w http.ResponseWriter, r *http.Request) error {
	x := &exchange{inner: humago.NewContext(op, r, w), request: r}
	serve(x)
	if x.err != nil {
		return x.err
	}
	return x.refused
}
