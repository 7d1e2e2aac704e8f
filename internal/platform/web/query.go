// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
)

// With is the request's own address with some query values changed: pairs of
// name and value, an empty value takes the name out. Lists use it for sorting,
// paging and filters.
func With(r *http.Request, pairs ...string) string {
	q := r.URL.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		} else {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	u := url.URL{Path: r.URL.Path, RawQuery: q.Encode()}
	return u.RequestURI()
}

// ByScript marks a POST that the page's script sends to show its progress; the
// script goes on to the place named in its answer by itself, so that a message
// for the next page is not spent on an answer nobody sees.
const ByScript = "X-By-Script"

// Redirect sends the reader to path after a POST (RFC 9110 §15.4.4).
func Redirect(w http.ResponseWriter, r *http.Request, path string) error {
	if r.Header.Get(ByScript) != "" {
		w.Header().Set("X-Location", path)
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}
