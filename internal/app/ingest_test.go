// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/auth"
)

// TestProgramSendsALogByKey posts a packed log as a program would and follows
// it to a finding; the same bytes again are one file, and a wrong key is nobody.
func TestProgramSendsALogByKey(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx := h.found(t)
	h.arm(t, ctx, "evil.test\n")
	src := h.source(t, ctx, "DNS", "")
	_, key, err := h.Rooms.Accounts.NewKey(ctx, "dns-01", h.root, auth.Centre, source.Feeding)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte("Nov 20 08:00:00 dnsmasq[1]: query[A] www.Evil.test from 10.0.0.7\nNov 20 08:00:01 dnsmasq[1]: query[A] good.example from 10.0.0.7\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	call := func(method, path, key string, body []byte) (int, map[string]any) {
		t.Helper()
		r := httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+key)
		r.Header.Set("X-File-Name", "query.log.gz")
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, r)
		var answer map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%s %s answered %q: %v", method, path, w.Body, err)
		}
		return w.Code, answer
	}
	at := "/api/v1/ingest/" + string(src.ID)
	if status, answer := call(http.MethodPost, at, "wrong", packed.Bytes()); status != http.StatusUnauthorized || answer["code"] != "fault.signed_out" {
		t.Errorf("wrong key = %d %v", status, answer)
	}
	if status, _ := call(http.MethodPost, at+"x", key, packed.Bytes()); status != http.StatusNotFound {
		t.Errorf("unknown source = %d, want 404", status)
	}
	status, answer := call(http.MethodPost, at, key, packed.Bytes())
	if status != http.StatusAccepted || answer["state"] != "waiting" || len(answer["sha256"].(string)) != 64 {
		t.Fatalf("first = %d %v", status, answer)
	}
	if status, again := call(http.MethodPost, at, key, packed.Bytes()); status != http.StatusOK || again["already_received"] != true || again["id"] != answer["id"] {
		t.Errorf("second = %d %v", status, again)
	}
	h.work(t)
	status, answer = call(http.MethodGet, "/api/v1/files/"+answer["id"].(string), key, nil)
	if status != http.StatusOK || answer["state"] != "done" || answer["lines"] != 2.0 || answer["parsed"] != 2.0 || answer["hits"] != 1.0 {
		t.Errorf("account = %d %v", status, answer)
	}
	if status, _ := call(http.MethodGet, "/api/v1/files/none", key, nil); status != http.StatusNotFound {
		t.Errorf("unknown file = %d, want 404", status)
	}
	page, err := h.Rooms.Findings.List(ctx, finding.Filter{State: finding.AnyOpen})
	if err != nil || page.Total != 1 || !strings.HasPrefix(page.Rows[0].Addr.String(), "10.0.0.7") || page.Rows[0].Queries != 1 {
		t.Errorf("findings = %+v, %v", page, err)
	}
}
