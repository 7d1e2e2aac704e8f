// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Seen is one request answered, with nothing in it that a caller typed: the
// pattern of the route instead of the address.
type Seen struct {
	Method string // one that net/http names, else "other"
	Route  string // pattern of the route, without method; "other" when none fits
	Status int
	Bytes  int64 // of the answer's body
	Took   time.Duration
	Actor  string // account or key id; empty when nobody is signed in
}

type observerKey struct{}

// noteActor tells the observer above ctx who acts.
func noteActor(ctx context.Context, id string) {
	if actor, ok := ctx.Value(observerKey{}).(*string); ok {
		*actor = id
	}
}

// observed logs every request with its outcome, never with its query, and
// passes it to Config.Observe. Files of the pages are logged at debug.
func (s *Site) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now() // how long, not when: the clock of the machine
		var actor string
		r = r.WithContext(context.WithValue(r.Context(), observerKey{}, &actor))
		answer := &counted{ResponseWriter: w}
		defer func() {
			seen := Seen{Method: method(r.Method), Route: route(r.Pattern), Status: cmp.Or(answer.status, http.StatusOK), Bytes: answer.bytes,
				Took: time.Since(began), Actor: actor}
			level := slog.LevelInfo
			if seen.Route == "/assets/" {
				level = slog.LevelDebug
			}
			s.cfg.Log.LogAttrs(r.Context(), level, "request", slog.String("method", seen.Method), slog.String("route", seen.Route),
				slog.Int("status", seen.Status), slog.Int64("bytes", seen.Bytes), slog.Int64("ms", seen.Took.Milliseconds()),
				slog.String("actor_id", seen.Actor), slog.String("request_id", w.Header().Get("X-Request-Id")))
			if s.cfg.Observe != nil {
				s.cfg.Observe(seen)
			}
		}()
		next.ServeHTTP(answer, r)
	})
}

func method(name string) string {
	switch name {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return name
	}
	return "other"
}

func route(pattern string) string {
	if _, path, ok := strings.Cut(pattern, " "); ok {
		pattern = path
	}
	if pattern == "" || pattern == "/" { // "/" is what no route took; the first page is "/{$}"
		return "other"
	}
	return pattern
}

// counted remembers what an answer was.
type counted struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// Unwrap lets http.ResponseController reach the connection.
func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (c *counted) WriteHeader(status int) {
	if c.status == 0 && status >= http.StatusOK {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

// Write implements io.Writer.
func (c *counted) Write(p []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(p)
	c.bytes += int64(n)
	return n, err
}

// Flush implements http.Flusher.
func (c *counted) Flush() {
	// A writer that cannot flush sends at the end: nothing is lost.
	_ = http.NewResponseController(c.ResponseWriter).Flush()
}
