// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// neverShown are the fields whose values no page repeats.
var neverShown = []string{"password", "again", "old", "current", "code", "secret", "token", "digest", "next"}

// typed is the text of a form that could not be taken and whose own page does
// not come back, so that the error page can hand it back: nobody types it twice.
// Choices, ids and numbers of the form are left out, and all that is secret.
func typed(r *http.Request, known bool) []string {
	if !known || r.Method != http.MethodPost {
		return nil
	}
	var out []string
	for name, values := range r.PostForm {
		if slices.Contains(neverShown, name) {
			continue
		}
		for _, v := range values {
			v = strings.TrimSpace(v)
			if strings.ContainsAny(v, " \n") && utf8.ValidString(v) && !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	slices.Sort(out)
	return out
}
