// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"time"
)

// Same says whether a signed file has the content of the one that was handed out.
type Same struct {
	Same bool
	// Rewritten says that the tool that signed wrote the file anew: the bytes
	// differ, what the pages show does not.
	Rewritten bool
	Changes   []Change // all that differs, lawful or not
}

// SamePDF compares what was handed out with what came back signed. It is the same
// when the signed file begins with the other and only adds what is lawful
// (signatures, with what they draw; stamps are lawful only under a signature that
// t knows), or when it was written anew and every page draws the same, operator
// by operator, with the same fonts and images, under the same actions, notes and
// forms. Errors: those of VerifyPDF, of either file.
func SamePDF(original, signed []byte, t Trust, now time.Time) (Same, error) {
	a, err := readPDF(original)
	if err != nil {
		return Same{}, err
	}
	b, err := readPDF(signed)
	if err != nil {
		return Same{}, err
	}
	out := Same{Rewritten: !bytes.HasPrefix(signed, bytes.TrimRight(original, "\r\n"))}
	if out.Changes, err = differ(a, b); err != nil {
		return Same{}, err
	}
	r, err := VerifyPDF(signed, t, now)
	if err != nil {
		return Same{}, err
	}
	out.Same = true
	for i := range out.Changes {
		c := &out.Changes[i]
		if c.Kind == Stamped {
			c.By = coveredBy(r)
			c.Lawful = c.By != ""
		}
		out.Same = out.Same && c.Lawful
	}
	return out, nil
}

// coveredBy is the field of a signature by whom is known that covers the whole
// file; empty without one.
func coveredBy(r Report) string {
	for _, s := range r.Signatures {
		if s.Whole && (s.State == Valid || s.State == ExpiredNow) && s.Kind != TimeStamp {
			return s.Field
		}
	}
	return ""
}
