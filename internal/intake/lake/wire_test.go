// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// TestAnswersThatAreNoneAreErrors plays what the engine and what stands before
// it were seen to answer, and what they might.
func TestAnswersThatAreNoneAreErrors(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		body   string
		want   error
	}{
		"a node is gone":           {400, `{"rows":"0"}` + "\n" + `remoteAddr: "x"; cannot execute query [*]: cannot connect to "node": connection refused`, lake.ErrUnavailable},
		"it failed after rows":     {200, `{"rows":"7"}` + "\n" + `remoteAddr: "x"; cannot execute query [*]: unexpected EOF`, lake.ErrUnavailable},
		"time was up after rows":   {200, `{"rows":"7"}` + "\n" + `the request couldn't be executed in 30.000 seconds`, lake.ErrTooSlow},
		"time was up":              {503, `the request couldn't be executed in 30.000 seconds`, lake.ErrTooSlow},
		"it wants too much memory": {400, `cannot calculate [stats], since it requires more than 12MB of memory`, lake.ErrTooSlow},
		"it cannot be read":        {400, `cannot parse query [x]: missing )`, lake.ErrQuery},
		"the disk is full":         {429, `cannot add rows into storage in read-only mode`, lake.ErrDiskFull},
		"a page of a proxy":        {200, `<html>sign in</html>`, lake.ErrUnavailable},
		"a wrong token":            {401, `unauthorized`, lake.ErrUnavailable},
		"nothing":                  {200, "", lake.ErrUnavailable},
		"another kind of JSON":     {200, `["x"]`, lake.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body) // who left needs no answer
			}))
			defer server.Close()
			s := open(t, lake.Options{Address: server.URL})
			_, err := s.Count(t.Context(), everyone, lake.Query{})
			if !errors.Is(err, tc.want) || fault.Of(err).Kind == fault.Internal {
				t.Errorf("count: %v", err)
			}
			q := lake.Query{From: now, To: now.Add(time.Hour)}
			if b, err := s.Histogram(t.Context(), everyone, q, time.Minute); err == nil || b != nil && tc.status == 200 {
				t.Errorf("histogram: %v, %v", b, err)
			}
		})
	}
}

func TestAnAnswerCutShortIsAnError(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"rows":"7"}`+"\n") // and no more
	}))
	defer server.Close()
	s := open(t, lake.Options{Address: server.URL})
	if n, err := s.Count(t.Context(), everyone, lake.Query{}); !errors.Is(err, lake.ErrUnavailable) || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
}

// TestAFlushSaysWhatWentWrong plays a front, which cannot be asked to show what
// it took, one that wants a key for it, and some that failed.
func TestAFlushSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		body   string
		ok     bool
		warned bool
	}{
		"one that is no cluster":   {status: 200, ok: true},
		"a front":                  {400, `unsupported path requested: "/internal/force_flush"`, true, false},
		"a front behind ours":      {404, "404 page not found", true, false},
		"one that wants a key":     {401, "Expected to receive non-empty authKey", true, true},
		"a door that lets it not":  {403, "", true, true},
		"it fails":                 {500, "panic", false, false},
		"a proxy without a server": {502, "bad gateway", false, false},
		"it is busy":               {503, "", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body) // who left needs no answer
			}))
			defer server.Close()
			var said words
			s := open(t, lake.Options{Address: server.URL, Settle: time.Nanosecond, Log: said.logger()})
			for range 2 {
				if err := s.Flush(t.Context()); tc.ok != (err == nil) || err != nil && !errors.Is(err, lake.ErrUnavailable) {
					t.Errorf("flush: %v", err)
				}
			}
			if n := strings.Count(said.String(), "level=WARN"); n > 1 || tc.warned != (n == 1) {
				t.Errorf("said: %s", said.String())
			}
		})
	}
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	if err := open(t, lake.Options{Address: gone.URL, Settle: time.Nanosecond}).Flush(t.Context()); !errors.Is(err, lake.ErrUnavailable) {
		t.Errorf("flush of a server that is gone: %v", err)
	}
}
