// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// confinedTo reports whether an actor held to the page at confined may ask for
// path; an empty confined holds nobody.
func confinedTo(confined, path string) bool {
	return confined == "" || path == confined || strings.HasPrefix(path, confined+"/")
}

// BreakGlassPath is where a break-glass record stands, its id behind it.
const BreakGlassPath = "/break-glass/"

// SetLanguage makes lang the language of the reader's pages from now on.
func (s *Site) SetLanguage(w http.ResponseWriter, lang i18n.Language) {
	s.keep(w, langCookie, string(lang))
}
