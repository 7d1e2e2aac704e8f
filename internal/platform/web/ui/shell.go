// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// htmxConfig switches off what the script policy would refuse (the indicator
// style) and what the product does not use (rewriting the address bar).
const htmxConfig = `{"includeIndicatorCSS":false,"history":false}`

var languages = []struct{ code, short, key string }{
	{"vi", "VI", "ui.language.vi"},
	{"en", "EN", "ui.language.en"},
}

func documentTitle(ctx context.Context, title string) string {
	brand := i18n.T(ctx, "ui.brand")
	if title == "" {
		return brand
	}
	return i18n.T(ctx, "ui.shell.title", title, brand)
}

// scriptWords is the JSON object of the few sentences the page's script needs.
func scriptWords(ctx context.Context) string {
	words := make(map[string]string)
	for _, k := range []string{"left", "late", "day", "hour", "minute", "unsaved", "uploading", "processing", "failed", "found", "none"} {
		words[k] = i18n.T(ctx, "ui.script."+k)
	}
	b, err := json.Marshal(words)
	if err != nil {
		panic("ui: a map of strings does not marshal: " + err.Error())
	}
	return string(b)
}

// dial keeps what a telephone can dial of a printed number.
func dial(phone string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, phone)
}
