// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package web is the front door: one table of routes, each with the permission
// it needs; sessions; the language and the actor put into the context; errors
// turned into pages or RFC 9457 documents at one place. Handlers parse, call
// one use case and answer. Start at Route and Site.
package web

import (
	"bufio"
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"net/netip"
	"net/textproto"
	"net/url"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Migrations hold the schema of the sessions.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the texts of the pages every site has.
//
//go:embed messages.yaml
var Messages embed.FS

// Handler answers a request or returns why it cannot; the error is logged and
// answered at one place, by its fault.Kind.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Access says who may call a route at all. The use case behind it asks for the
// permission and the scope again.
type Access uint8

// The kinds of access. The zero value asks for Route.Need.
const (
	Granted  Access = iota // whoever holds Route.Need somewhere
	SignedIn               // anyone with a session
	Public                 // anyone
)

// Route is one row of the route table.
type Route struct {
	Pattern string // "POST /incidents/{id}/close", as net/http patterns
	Access  Access
	Need    auth.Permission // with Granted; the zero permission is held by nobody
	Body    int64           // most bytes of body read; 0 is 1 MiB
	Packed  bool            // files come packed too (.gz, .zst): who sends too much is told so
	API     bool            // a key instead of a session, problem documents instead of pages
	Handle  Handler
}

// Assets are the bundled files of the pages.
type Assets interface {
	Path(name string) string // "app.css" -> "/assets/app.<hash>.css"
	Handler() http.Handler   // serves /assets/
	Missing() bool           // nothing was bundled
}

// Config is what a Site is made of. All fields but BodyIdle, Proxies, Demo and Version
// are required.
type Config struct {
	Log       *slog.Logger
	Catalogue *i18n.Catalogue
	Assets    Assets
	Records   *db.DB
	Now       func() time.Time
	// Actor loads who a session belongs to. It fails with fault.SignedOut
	// when the account may no longer act or epoch is not its current one.
	Actor func(ctx context.Context, account string, epoch int64) (auth.Actor, error)
	// Key loads who an API key belongs to; fault.SignedOut when nobody.
	Key func(ctx context.Context, key string) (auth.Actor, error)
	// Nav lists what the actor of ctx may reach, for a page at path.
	Nav func(ctx context.Context, path string) []ui.NavGroup
	// Language is that of readers who chose none; nil or "" goes by the browser.
	Language func(ctx context.Context) i18n.Language
	Lifetime time.Duration // of a session
	Idle     time.Duration // a session unused for longer has ended; zero is no such limit
	BodyIdle time.Duration // a sender silent for longer within a body is given up; zero is one minute
	Secure   bool          // pages are reached by HTTPS
	Proxies  []netip.Prefix
	Demo     bool // pages say that the data is fictitious
	Version  string
	// Observe, when not nil, is told of every request answered.
	Observe func(Seen)

	// What the frame around every page shows; each may be nil.
	Search  bool                                                                // ui.SearchPath is routed
	Bell    func(ctx context.Context) (count int64, href string)                // unread notices; no href hides it
	OnDuty  func(ctx context.Context) *ui.OnDuty                                // who answers the telephone now
	Running func(ctx context.Context) (count int64, href string)                // the actor's own work that runs
	Reach   func(ctx context.Context, within string, units bool) (Reach, error) // of the actor; Label of within when given
	Views   Views
	Help    func(path string) string            // the page of the guide about the page at path; empty for none
	Person  func(ctx context.Context) []ui.Link // further entries of the person menu: sessions, own settings
}

// Site is the web side of one centre.
type Site struct {
	cfg      Config
	sessions *sessions
	guard    *http.CrossOriginProtection
	pages    *http.ServeMux // the pages alone, for forms that came too late
}

// New makes a site. Its routes come with Handler.
func New(cfg Config) *Site {
	return &Site{cfg: cfg, sessions: newSessions(cfg), guard: http.NewCrossOriginProtection()}
}

// Trust names where people reach the site, "https://soc.example.vn": a proxy may
// give another host name inward, and forms sent from there are the site's own.
func (s *Site) Trust(origin string) error {
	if err := s.guard.AddTrustedOrigin(origin); err != nil {
		return fmt.Errorf("address of the site: %w", err)
	}
	return nil
}

const defaultBody = 1 << 20

// Handler serves routes, the assets and the settings every page carries. A
// pattern given twice panics at start: it is a bug.
func (s *Site) Handler(routes ...Route) http.Handler {
	mux := http.NewServeMux()
	s.pages = http.NewServeMux()
	for _, rt := range append(routes, s.own()...) {
		h := http.Handler(s.serve(rt))
		if !rt.API {
			if strings.HasPrefix(rt.Pattern, "GET ") {
				s.pages.Handle(rt.Pattern, h)
			}
			h = s.remember(s.guard.Handler(h))
		}
		mux.Handle(rt.Pattern, h)
	}
	mux.Handle("GET /assets/", s.cfg.Assets.Handler())
	mux.Handle("/", s.remember(s.serve(Route{Access: Public, Handle: func(http.ResponseWriter, *http.Request) error {
		return fault.Missing("web")
	}})))
	return s.observed(s.outer(mux))
}

// outer is what every answer goes through: request number, headers, a net
// under panics.
func (s *Site) outer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := db.NewID()
		h := w.Header()
		h.Set("X-Request-Id", id)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "+
			"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		if s.cfg.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				if b, ok := p.(brokenOff); ok {
					s.cfg.Log.Log(r.Context(), severity(r, fault.Of(b.cause)), "answer broken off", "request_id", id,
						"method", r.Method, "path", r.URL.Path, "err", b.cause)
					panic(http.ErrAbortHandler)
				}
				s.cfg.Log.Error("handler panicked", "request_id", id, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				w.WriteHeader(http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// serve puts language and actor into the context, checks access and answers
// errors.
func (s *Site) serve(rt Route) http.HandlerFunc {
	limit := rt.Body
	if limit == 0 {
		limit = defaultBody
	}
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, &patient{r.Body, http.NewResponseController(w), cmp.Or(s.cfg.BodyIdle, bodyIdle)}, limit)
		ctx := i18n.With(r.Context(), s.cfg.Catalogue, s.language(r))
		if !rt.API {
			w.Header().Set("Cache-Control", "no-store")
		}
		actor, err := s.actor(ctx, r, rt)
		if err == nil && actor.ID != "" {
			ctx = auth.With(ctx, actor)
			noteActor(ctx, actor.ID)
		}
		r = r.WithContext(ctx)
		switch {
		case rt.Access == Public:
			err = nil
		case err != nil:
		case actor.ID == "":
			err = &fault.Error{Kind: fault.SignedOut, Op: "web"}
		case !confinedTo(actor.Confined, r.URL.Path):
			http.Redirect(w, r, actor.Confined, http.StatusSeeOther)
			return
		case rt.Access == Granted:
			_, _, err = auth.Need(ctx, "web", rt.Need)
		}
		if err == nil {
			err = refuseNUL(r, !rt.API) // a program's body is its own, whatever type it names
		}
		if to := ""; err == nil {
			settle(r)
			if to = s.openFirst(r, rt); to != "" {
				http.Redirect(w, r, to, http.StatusSeeOther)
				return
			}
			err = rt.Handle(w, r)
		}
		if err != nil {
			s.fail(w, r, rt, err)
		}
	}
}

// refuseNUL refuses addresses and forms with a NUL character: no person types
// one, and databases cut or refuse text at it.
func refuseNUL(r *http.Request, form bool) error {
	bad := &fault.Error{Kind: fault.Invalid, Op: "web", Msg: "web.bad_text"}
	if strings.Contains(r.URL.Path, "\x00") || hasNUL(r.URL.Query()) {
		return bad
	}
	if !form {
		return nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if given := r.Header.Get("Content-Type"); err != nil && given != "" {
		return &fault.Error{Kind: fault.Invalid, Op: "web", Msg: "web.bad_form", Err: fmt.Errorf("content type %q: %w", given, err)}
	}
	if kind != "application/x-www-form-urlencoded" {
		return nil
	}
	if err := r.ParseForm(); err != nil {
		if tooBig := (*http.MaxBytesError)(nil); errors.As(err, &tooBig) {
			return err
		}
		return bad
	}
	if hasNUL(r.PostForm) {
		return bad
	}
	return nil
}

// garbled reports whether err says that what was sent ended early or is no form,
// which is no fault of the program.
func garbled(r *http.Request, err error) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || fault.Of(err).Kind != fault.Internal {
		return false
	}
	if head := textproto.ProtocolError(""); errors.As(err, &head) {
		return true
	}
	return slices.ContainsFunc([]error{io.EOF, io.ErrUnexpectedEOF, os.ErrDeadlineExceeded, bufio.ErrBufferFull, http.ErrNotMultipart, http.ErrMissingBoundary,
		multipart.ErrMessageTooLarge}, func(cause error) bool { return errors.Is(err, cause) })
}

func hasNUL(values url.Values) bool {
	for name, list := range values {
		if strings.Contains(name, "\x00") || slices.ContainsFunc(list, func(v string) bool { return strings.Contains(v, "\x00") }) {
			return true
		}
	}
	return false
}

func (s *Site) actor(ctx context.Context, r *http.Request, rt Route) (auth.Actor, error) {
	if rt.API {
		key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok {
			return auth.Actor{}, nil
		}
		return s.cfg.Key(ctx, strings.TrimSpace(key))
	}
	account, epoch := s.sessions.who(ctx)
	if account == "" {
		return auth.Actor{}, nil
	}
	a, err := s.cfg.Actor(ctx, account, epoch)
	return s.narrow(ctx, a), err
}

// severity is at which level a failed answer is logged: an error only when it is
// ours and the reader still waits.
func severity(r *http.Request, e *fault.Error) slog.Level {
	if e.Kind == fault.Internal && r.Context().Err() == nil {
		return slog.LevelError
	}
	return slog.LevelInfo
}

// fail logs err once and answers it. A request that went away is no failure.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, rt Route, err error) {
	if tooBig := (*http.MaxBytesError)(nil); errors.As(err, &tooBig) {
		err = &fault.Error{Kind: fault.TooLarge, Op: "web", Msg: "fault.too_large_of", Args: []any{i18n.Bytes(r.Context(), tooBig.Limit)}, Err: err}
	} else if garbled(r, err) {
		if errors.Is(err, os.ErrDeadlineExceeded) { // the sender fell silent and may still listen
			r = r.WithContext(context.WithoutCancel(r.Context()))
		}
		err = &fault.Error{Kind: fault.Invalid, Op: "web", Msg: "web.bad_form", Err: err}
	}
	e := fault.Of(err)
	s.cfg.Log.Log(r.Context(), severity(r, e), "request failed", "request_id", w.Header().Get("X-Request-Id"),
		"method", r.Method, "path", r.URL.Path, "status", e.Kind.Status(), "err", err)
	switch {
	case rt.API:
		writeProblem(w, r, e)
	case e.Kind == fault.SignedOut && r.Method == http.MethodGet:
		http.Redirect(w, r, "/sign-in?next="+escapeNext(r.URL), http.StatusSeeOther)
	default:
		done, now, err := s.late(w, r, e)
		if !done && err == nil {
			err = s.renderFault(w, r, rt, e, now)
		}
		if err != nil {
			s.cfg.Log.Log(r.Context(), severity(r, fault.Of(err)), "render failed", "path", r.URL.Path, "err", err)
			w.WriteHeader(e.Kind.Status()) // no more than that can be said
		}
	}
}
