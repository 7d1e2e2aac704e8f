// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bytes"
	"strings"

	"github.com/vonggac/vonggac/engine/intel"
)

// readMaltrail reads a file of Maltrail trails: one value a line, and comments
// that say where the next ones come from ("# Reference:") and what else the
// threat is called ("# Aliases:"). A reference holds until the next one; the
// first alias is the threat of what follows it.
func readMaltrail(a *account, in source) error {
	var more intel.Indicator
	return a.lines(in, func(no int64, text []byte) error {
		v := bytes.TrimSpace(text)
		if note, ok := bytes.CutPrefix(v, []byte("#")); ok {
			key, value, _ := strings.Cut(strings.TrimSpace(string(note)), ":")
			value = strings.TrimSpace(value)
			switch strings.ToLower(key) {
			case "reference":
				more.Reference, _, _ = strings.Cut(value, " ")
			case "aliases":
				first, _, _ := strings.Cut(value, ",")
				more.Threat = label(first)
			}
			return nil
		}
		if intel.IsComment(v) {
			return nil
		}
		r := row{no: no, line: text}
		f, why := bare(strings.TrimSpace(string(intel.Uncomment(v))))
		if why != "" {
			a.refuse(r, why)
			return nil
		}
		f.Threat, f.Reference = more.Threat, more.Reference
		if f.Type == intel.Domain {
			f.Scope = a.o.Scope
		}
		return a.take(r, f)
	})
}
