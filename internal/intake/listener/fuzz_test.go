// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/intake/listener"
)

// post gives a request to the HTTP listener without a socket, and the answer
// with what was stored and counted of it alone.
func post(t testing.TB, path, kind string, body []byte) (*httptest.ResponseRecorder, *shelf, listener.Figures) {
	t.Helper()
	sh := newShelf()
	s, err := listener.New(web(sh, directory(everybody)))
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	listener.Routes(s).ServeHTTP(w, r)
	f := s.Figures()
	if f.Held != 0 || len(f.Ways) != 1 || int(f.Ways[0].StoredLines) != sh.count() {
		t.Fatalf("stored %d lines, figures %+v", sh.count(), f)
	}
	return w, sh, f
}

// FuzzHEC holds for any body: a request answered 200 has each of its events
// stored as one line or cut and counted, any other leaves nothing behind and is
// counted.
func FuzzHEC(f *testing.F) {
	f.Add([]byte(`{"event":"one"}{"event":{"a":1},"time":3}`))
	f.Add([]byte(`{"event":"a\nb\u0000"} {"event":[1,2]}` + "\n"))
	f.Add([]byte(`{"event":""}`))
	f.Add([]byte(`{"event":"\r\n"}{`))
	f.Fuzz(checkHEC)
}

func checkHEC(t *testing.T, body []byte) {
	w, sh, figures := post(t, "/services/collector/event", "application/json", body)
	if w.Code != http.StatusOK {
		if sh.count() != 0 || countOf(figures.Ways[0].Counts, listener.BadRequest) != 1 {
			t.Fatalf("answered %d, stored %q, figures %+v", w.Code, sh.text(), figures)
		}
		return
	}
	events := 0
	for d := json.NewDecoder(bytes.NewReader(body)); ; events++ {
		var e any
		if d.Decode(&e) != nil {
			break
		}
	}
	if lines := sh.count() + int(countOf(figures.Ways[0].Counts, listener.Empty)); lines != events {
		t.Fatalf("%d events became %d lines: %q", events, lines, sh.text())
	}
}

// FuzzBulk holds for any body: of a request answered 200 each item is answered
// once, those answered 201 are the lines stored, and all others are counted; any
// other answer leaves nothing behind.
func FuzzBulk(f *testing.F) {
	f.Add([]byte("{\"create\":{}}\n{\"message\":\"x\"}\n"))
	f.Add([]byte("{\"index\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{\"a\":{\"b\":[1]}}\n{\"delete\":{}}\n{\"update\":{}}\n{}\n"))
	f.Add([]byte("{\"create\":{}}\n\n{\"create\":{}}\n{\"message\":\"a\\nb\",\"event\":{\"dataset\":\"d\"}}"))
	f.Add([]byte("{\"create\":{}}"))
	f.Fuzz(checkBulk)
}

func checkBulk(t *testing.T, body []byte) {
	w, sh, figures := post(t, "/_bulk", "application/x-ndjson", body)
	counts := figures.Ways[0].Counts
	if w.Code != http.StatusOK {
		if sh.count() != 0 || countOf(counts, listener.BadRequest) != 1 {
			t.Fatalf("answered %d, stored %q, figures %+v", w.Code, sh.text(), figures)
		}
		return
	}
	var a struct {
		Errors bool
		Items  []map[string]struct{ Status int }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	taken, bad := 0, 0
	for _, i := range a.Items {
		for _, r := range i {
			if r.Status == http.StatusCreated {
				taken++
			} else {
				bad++
			}
		}
	}
	if taken != sh.count()+int(countOf(counts, listener.Empty)) || bad != int(countOf(counts, listener.BadItem)) || a.Errors != (bad > 0) {
		t.Fatalf("%d taken, %d refused, stored %q, counted %+v", taken, bad, sh.text(), counts)
	}
}

// FuzzIngest holds for any text: lines stored and blank lines counted are the
// lines of the text.
func FuzzIngest(f *testing.F) {
	f.Add([]byte("one\r\n\ntwo\x00\nthree"))
	f.Add([]byte("\n\n"))
	f.Fuzz(checkIngest)
}

func checkIngest(t *testing.T, body []byte) {
	w, sh, figures := post(t, "/ingest", "text/plain", body)
	want := strings.Count(string(body), "\n")
	if len(body) > 0 && body[len(body)-1] != '\n' {
		want++
	}
	if got := sh.count() + int(countOf(figures.Ways[0].Counts, listener.Empty)); w.Code != http.StatusOK || got != want {
		t.Fatalf("answered %d, %d lines of %d: %q", w.Code, got, want, sh.text())
	}
}
