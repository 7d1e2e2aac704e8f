// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/vonggac/vonggac/engine/intel"
)

// readDataset reads a Suricata dataset or datarep file (Suricata User Guide
// 7.0, §8.16 "Datasets"): strings in base64, hashes in hexadecimal, or
// addresses, one a line, a reputation behind a comma. What a string means is
// told by its looks, since only the rule that uses the set says it.
func readDataset(a *account, in source) error {
	return a.lines(in, func(no int64, text []byte) error {
		v := bytes.TrimSpace(text)
		if len(v) == 0 || v[0] == '#' {
			return nil
		}
		r := row{no: no, line: text}
		v, _, _ = bytes.Cut(v, []byte(","))
		s, ok := datum(string(v))
		if !ok {
			a.refuse(r, BadValue)
			return nil
		}
		return a.value(r, strings.TrimPrefix(s, "."), byLooks, intel.Indicator{Scope: a.o.Scope})
	})
}

// datum returns the value of one line, false when it is none of the three
// kinds.
func datum(v string) (string, bool) {
	if _, ok := digests[len(v)]; ok && hexadecimal(v) {
		return v, true
	}
	if _, _, why := address(v); why == "" {
		return v, true
	}
	b, err := base64.StdEncoding.DecodeString(v)
	if err != nil || len(b) == 0 || !utf8.Valid(b) {
		return "", false
	}
	for _, c := range b {
		if c <= ' ' || c == 0x7f {
			return "", false
		}
	}
	return string(b), true
}
