// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
)

func TestTypedTextIsHandedBackAndSecretsAreNot(t *testing.T) {
	t.Parallel()
	form := url.Values{"reason": {"đã kiểm tra máy"}, "note": {"dòng một\ndòng hai"}, "password": {"gác đêm giao thừa"}, "code": {"12 34 56"},
		"version": {"3"}, "kind": {"machine"}, "same": {"đã kiểm tra máy"}}
	r := &http.Request{Method: http.MethodPost, PostForm: form}
	if got, want := typed(r, true), []string{"dòng một\ndòng hai", "đã kiểm tra máy"}; !slices.Equal(got, want) {
		t.Errorf("handed back %q, want %q", got, want)
	}
	if got := typed(r, false); got != nil {
		t.Errorf("somebody not signed in is handed %q", got)
	}
	r.Method = http.MethodGet
	if got := typed(r, true); got != nil {
		t.Errorf("a question gives %q", got)
	}
}
