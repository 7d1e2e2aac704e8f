// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/edge"
)

func TestEnrolTellsTheTimeOfTheMachineWhereNoneIsGiven(t *testing.T) {
	t.Parallel()
	var ask edge.EnrolAsk
	centre := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&ask); err != nil || r.URL.Path != edge.PathEnrol {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
		http.Error(w, "not today", http.StatusForbidden)
	}))
	code := edge.NewCode(centre.Certificate().Raw)
	before := time.Now()
	_, err := edge.Enrol(t.Context(), edge.Enrolment{Dir: t.TempDir(), Centre: centre.URL, Code: code})
	after := time.Now()
	centre.Close()
	if err == nil || ask.Code != code || ask.Now.Before(before) || ask.Now.After(after) {
		t.Errorf("asked at %v, between %v and %v: %v", ask.Now, before, after, err)
	}
}
