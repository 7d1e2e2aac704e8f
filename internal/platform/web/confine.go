// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// confinedTo reports whether an actor held to the page at confined may ask for
// path; an empty confined holds nobody.
func confinedTo(confined, path string) bool {
	return confined == "" || path == confined || strings.HasPrefix(path, confined+"/")
}

// elevated is the bar over every page while its reader acts under break-glass.
func elevated(ctx context.Context) []ui.Flash {
	a, ok := auth.From(ctx)
	if !ok || a.Elevated == "" {
		return nil
	}
	return []ui.Flash{{Tone: ui.Bad, Text: i18n.T(ctx, "web.elevated", i18n.Time(ctx, a.ElevatedUntil)),
		Undo: &ui.Action{Label: i18n.T(ctx, "web.elevated.see"), Href: BreakGlassPath + a.Elevated}}}
}

// BreakGlassPath is where a break-glass record stands, its id behind it.
const BreakGlassPath = "/break-glass/"

// SetLanguage makes lang the language of the reader's pages from now on.
func (s *Site) SetLanguage(w http.ResponseWriter, lang i18n.Language) {
	s.keep(w, langCookie, string(lang))
}
