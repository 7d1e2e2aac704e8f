// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"math"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/intake/stream"
)

// dialect is the protocol a request speaks, which decides how it is answered.
type dialect uint8

const (
	own     dialect = iota
	elastic         // Elasticsearch's _bulk and what its clients ask first
	splunk          // HTTP Event Collector
)

// request is one push on its way into blocks.
type request struct {
	d       *door
	w       http.ResponseWriter
	r       *http.Request
	dialect dialect
	way     Way
	lane    *lane
}

// routes are all paths of the listener.
func (d *door) routes() http.Handler {
	m := http.NewServeMux()
	push := func(kind dialect, fn func(*request), patterns ...string) {
		for _, p := range patterns {
			m.HandleFunc(p, func(w http.ResponseWriter, r *http.Request) { d.push(w, r, kind, fn) })
		}
	}
	ask := func(kind dialect, fn func(*request), patterns ...string) {
		for _, p := range patterns {
			m.HandleFunc(p, func(w http.ResponseWriter, r *http.Request) { d.ask(w, r, kind, fn) })
		}
	}
	push(own, (*request).ingest, "POST /ingest", "POST /api/v1/ingest")

	ask(elastic, (*request).elasticRoot, "GET /{$}")
	ask(elastic, (*request).elasticLicense, "GET /_license", "GET /_xpack")
	ask(elastic, (*request).elasticHealth, "GET /_cluster/health")

	push(splunk, (*request).hecEvents, "POST /services/collector", "POST /services/collector/{$}", "POST /services/collector/1.0",
		"POST /services/collector/event", "POST /services/collector/event/1.0")
	push(splunk, (*request).hecRaw, "POST /services/collector/raw", "POST /services/collector/raw/1.0")
	ask(splunk, (*request).hecAcks, "POST /services/collector/ack", "POST /services/collector/ack/1.0")
	m.HandleFunc("GET /services/collector/health", hecHealth)
	m.HandleFunc("GET /services/collector/health/1.0", hecHealth)

	m.HandleFunc("/", d.other) // names of indexes stand first in paths, where no pattern of the mux can have them
	return m
}

// other serves the paths of Elasticsearch that begin with a name.
func (d *door) other(w http.ResponseWriter, r *http.Request) {
	path := strings.Trim(r.URL.Path, "/")
	first, _, _ := strings.Cut(path, "/")
	switch {
	case path == "_bulk" || strings.HasSuffix(path, "/_bulk"):
		if r.Method != http.MethodPost && r.Method != http.MethodPut {
			w.Header().Set("Allow", "POST, PUT")
			(&request{w: w, dialect: elastic}).fail(http.StatusMethodNotAllowed, "want POST or PUT")
			return
		}
		if first == "_bulk" {
			first = ""
		}
		d.push(w, r, elastic, func(q *request) { q.bulk(first) })
	case slices.Contains([]string{"_ilm", "_index_template", "_template", "_component_template", "_data_stream", "_ingest"}, first):
		d.ask(w, r, elastic, (*request).elasticSetup)
	default:
		(&request{w: w}).fail(http.StatusNotFound, "nothing is taken at this path; see the guide for /ingest, /_bulk and /services/collector")
	}
}

// ask runs fn for a known sender.
func (d *door) ask(w http.ResponseWriter, r *http.Request, kind dialect, fn func(*request)) {
	if q := d.admit(w, r, kind); q != nil {
		fn(q)
	}
}

func (d *door) openHTTP() {
	d.requests = make(chan struct{}, d.s.limits.Requests)
	d.web = &http.Server{
		Handler:           d.routes(),
		TLSConfig:         d.spec.TLS,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       d.s.limits.Request,
		WriteTimeout:      d.s.limits.Request + 10*time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(complaints{d, slog.DiscardHandler}, slog.LevelDebug),
	}
}

// complaints counts handshakes that came to nothing, all that net/http would
// otherwise print.
type complaints struct {
	d *door
	slog.Handler
}

func (complaints) Enabled(context.Context, slog.Level) bool { return true }

func (c complaints) Handle(_ context.Context, r slog.Record) error {
	if text, ok := strings.CutPrefix(r.Message, "http: TLS handshake error from "); ok {
		c.d.tally.one(Handshake, []byte(text), c.d.s.now())
	}
	return nil
}

// serveHTTP answers until the server stops, then lets requests end.
func (d *door) serveHTTP() {
	ended := make(chan error, 1)
	go func() {
		if d.spec.TLS != nil {
			ended <- d.web.ServeTLS(entrance{d.listener, d}, "", "")
		} else {
			ended <- d.web.Serve(entrance{d.listener, d})
		}
	}()
	select {
	case err := <-ended:
		if !errors.Is(err, net.ErrClosed) {
			d.fail(err)
		}
		ended <- err
	case <-d.s.stopping:
	}
	if d.web.Shutdown(d.s.readCtx) != nil {
		_ = d.web.Close() // out of time
	}
	<-ended
}

// entrance counts connections and turns away those beyond the limit.
type entrance struct {
	net.Listener
	d *door
}

func (e entrance) Accept() (net.Conn, error) {
	for {
		c, err := e.Listener.Accept()
		if err != nil {
			return nil, err
		}
		e.d.accepted.Add(1)
		if e.d.enter(c) {
			return guest{c, e.d}, nil
		}
		_ = c.Close() // nothing was read of it
	}
}

type guest struct {
	net.Conn
	d *door
}

func (g guest) Close() error {
	g.d.leave(g.Conn)
	return g.Conn.Close()
}

// admit finds out who asks, nil when it has refused.
func (d *door) admit(w http.ResponseWriter, r *http.Request, kind dialect) *request {
	q := &request{d: d, w: w, r: r, dialect: kind}
	if kind == elastic {
		w.Header().Set("X-Elastic-Product", "Elasticsearch") // clients since 7.14 refuse to work without
	}
	p := Peer{Kind: HTTP, Listener: d.spec.Name, Token: token(r)}
	p.Addr = addrOf(stringAddr(r.RemoteAddr))
	if r.TLS != nil {
		p.Certificate = fingerprint(*r.TLS)
	}
	way, ok := d.s.opt.Directory.Find(p)
	if !ok {
		d.strangers.saw(p, 1, nil, d.s.now())
		q.unauthorized(p.Token != "")
		return nil
	}
	q.way, q.lane = way, d.s.lane(way)
	return q
}

// push runs fn for who may send now.
func (d *door) push(w http.ResponseWriter, r *http.Request, kind dialect, fn func(*request)) {
	q := d.admit(w, r, kind)
	if q == nil {
		return
	}
	if wait := q.lane.overQuota(q.way, d.s.now()); wait > 0 {
		q.refuse(Deferred, http.StatusTooManyRequests, wait, "the quota of this way is used")
		return
	}
	t := time.NewTimer(10 * time.Second)
	defer t.Stop()
	select {
	case d.requests <- struct{}{}:
		defer func() { <-d.requests }()
	case <-t.C:
		q.refuse(Busy, http.StatusServiceUnavailable, time.Second, "too many requests at once")
		return
	case <-r.Context().Done():
		return
	}
	if d.s.memory.full() {
		q.busy()
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), d.s.limits.Request)
	defer cancel()
	q.r = r.WithContext(ctx)
	q.lane.connections(1)
	defer q.lane.connections(-1)
	fn(q)
}

type stringAddr string

func (stringAddr) Network() string  { return "tcp" }
func (a stringAddr) String() string { return string(a) }

// token is what Authorization carries: "Splunk T", "Bearer T", "ApiKey T" (the key of id
// and key), or the password
// of "Basic".
func token(r *http.Request) string {
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	value = strings.TrimSpace(value)
	switch strings.ToLower(scheme) {
	case "splunk", "bearer":
		return value
	case "apikey": // base64 of "id:key"; Beats are given "id:key" and encode it
		if raw, err := base64.StdEncoding.DecodeString(value); err == nil {
			if _, key, ok := strings.Cut(string(raw), ":"); ok && isPlain(raw) {
				return key
			}
		}
		return value
	case "basic":
		_, password, _ := r.BasicAuth()
		return password
	}
	return ""
}

// What a sender is told whose request can be stored a little later.
const (
	soon         = 5 * time.Second
	unstoredText = "not stored; send it again"
)

// busy answers that the stream does not take now.
func (q *request) busy() {
	q.refuse(Busy, http.StatusServiceUnavailable, soon, unstoredText)
}

// isPlain tells text from a bare key that happens to be base64 of something.
func isPlain(raw []byte) bool {
	return !slices.ContainsFunc(raw, func(c byte) bool { return c < ' ' || c > '~' })
}

// unstored answers that Append failed.
func (q *request) unstored(err error) {
	if errors.Is(err, stream.ErrInvalid) { // ours is the fault, and it stays
		q.refuse(Invalid, http.StatusInternalServerError, 0, "it cannot be stored")
		return
	}
	if errors.Is(err, stream.ErrFull) {
		q.refuse(NoRoom, http.StatusServiceUnavailable, soon, unstoredText)
		return
	}
	q.busy()
}

// refuse counts and answers a request of which nothing was stored.
func (q *request) refuse(why Reason, status int, retry time.Duration, text string) {
	var n notes
	n.add(why, []byte(text))
	n[0].bytes = max(0, q.r.ContentLength)
	q.lane.tally.add(n, q.d.s.now())
	if retry > 0 {
		q.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(retry.Seconds()))))
	}
	q.fail(status, text)
}

// fail answers an error in the request's dialect. text holds nothing secret.
func (q *request) fail(status int, text string) {
	switch q.dialect {
	case elastic:
		q.answer(status, elasticError(status, text))
	case splunk:
		q.answer(status, hecError(status, text))
	default:
		q.w.Header().Set("Content-Type", "application/problem+json")
		q.answer(status, problem{Title: http.StatusText(status), Status: status, Detail: text})
	}
}

// problem is an error as RFC 9457 §3 has it.
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

func (q *request) unauthorized(shown bool) {
	h := q.w.Header()
	h.Set("Connection", "close") // the body is not read
	switch q.dialect {
	case elastic:
		h.Add("WWW-Authenticate", `Basic realm="security", charset="UTF-8"`)
		h.Add("WWW-Authenticate", "ApiKey")
		q.fail(http.StatusUnauthorized, "unable to authenticate")
	case splunk:
		q.hecUnauthorized(shown)
	default:
		h.Set("WWW-Authenticate", `Bearer realm="ingest"`)
		q.fail(http.StatusUnauthorized, cmp.Or(map[bool]string{true: "no way is known for this token"}[shown], "a token is required"))
	}
}
