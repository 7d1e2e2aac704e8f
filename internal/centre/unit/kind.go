// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// kinds are the kinds of unit the rule packs name.
type kinds []rulepack.Kind

// find returns the kind with the id.
func (k kinds) find(id string) (rulepack.Kind, bool) {
	for _, kind := range k {
		if kind.ID == id {
			return kind, true
		}
	}
	return rulepack.Kind{}, false
}

// recognise finds the kind meant by a label ("Xã", "Commune", "xa") or by the
// words a unit's name begins with ("UBND xã Mường Than"). Of several that fit,
// the one with the longest beginning is meant.
func (k kinds) recognise(text string) (rulepack.Kind, bool) {
	folded := short(text)
	var found rulepack.Kind
	best := 0
	for _, kind := range k {
		for _, label := range []string{kind.ID, kind.Label.VI, kind.Label.EN} {
			if folded != "" && folded == short(label) {
				return kind, true
			}
		}
		for _, start := range kind.Abbreviations {
			start := short(start)
			if len(start) > best && (begins(folded, start) || begins(strings.TrimPrefix(folded, "ubnd "), start)) {
				found, best = kind, len(start)
			}
		}
	}
	return found, best > 0
}

// begins reports whether s begins with the whole words of start.
func begins(s, start string) bool {
	rest, ok := strings.CutPrefix(s, start)
	return ok && (rest == "" || rest[0] == ' ' || strings.HasSuffix(start, "."))
}

// short folds text and writes the people's committee by its initials.
func short(text string) string {
	return strings.ReplaceAll(i18n.Fold(text), "uy ban nhan dan", "ubnd")
}

// label is the name of the kind in the reader's language, or its id when the
// pack does not have it any more.
func (k kinds) label(ctx context.Context, id string) string {
	if kind, ok := k.find(id); ok {
		return kind.Label.In(i18n.Lang(ctx))
	}
	return id
}
