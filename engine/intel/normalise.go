// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// labels turns one label into its A-label (RFC 5890 §2.3.2.1) with the mapping
// of UTS #46. It is lenient, since real names hold underscores and hyphens
// anywhere.
var labels = idna.New(
	idna.MapForLookup(),
	idna.Transitional(false),
	idna.StrictDomainName(false),
	idna.CheckHyphens(false),
	idna.CheckJoiners(false),
	idna.VerifyDNSLength(false),
)

// Normalise returns name in the one form in which lists are stored and names
// are looked up: lower case, no dot at the end, international labels as
// A-labels. A label that IDNA refuses keeps its bytes with A to Z lowered, so
// that it cannot hide the labels right of it. The root stays ".". Any bytes are
// accepted; normalising twice changes nothing more.
func Normalise(name string) string { return string(AppendNormal(nil, name)) }

// AppendNormal appends Normalise(name) to dst.
func AppendNormal(dst []byte, name string) []byte {
	start := len(dst)
	for i := range len(name) {
		c := name[i]
		if c >= utf8.RuneSelf {
			return appendInternational(dst[:start], name)
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return trimDots(dst, start)
}

// dots are the label separators of IDNA (RFC 3490 §3.1).
var dots = strings.NewReplacer("。", ".", "．", ".", "｡", ".")

func appendInternational(dst []byte, name string) []byte {
	start := len(dst)
	for i, label := range strings.Split(dots.Replace(name), ".") {
		if i > 0 {
			dst = append(dst, '.')
		}
		dst = appendLabel(dst, label)
	}
	return trimDots(dst, start)
}

func appendLabel(dst []byte, label string) []byte {
	ascii := true
	for i := range len(label) {
		ascii = ascii && label[i] < utf8.RuneSelf
	}
	if !ascii && utf8.ValidString(label) {
		// A label that maps to several would move the label boundaries.
		if a, err := labels.ToASCII(label); err == nil && a != "" && !strings.Contains(a, ".") {
			label = a
		}
	}
	for i := range len(label) {
		c := label[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

func trimDots(dst []byte, start int) []byte {
	end := len(dst)
	for end > start && dst[end-1] == '.' {
		end--
	}
	if end == start && len(dst) > start {
		end++ // the root
	}
	return dst[:end]
}

// domain reports whether the normalised name can be a domain name: labels of
// 1 to 63 letters, digits, hyphens and underscores, 253 bytes in all (RFC 1035
// §2.3.4), the last one not a number.
func domain(name []byte) bool {
	if len(name) == 0 || len(name) > maxName {
		return false
	}
	size, digits := 0, true
	for _, c := range name {
		switch {
		case c == '.':
			if size == 0 {
				return false
			}
			size, digits = 0, true
			continue
		case 'a' <= c && c <= 'z', c == '-', c == '_':
			digits = false
		case '0' <= c && c <= '9':
		default:
			return false
		}
		if size++; size > 63 {
			return false
		}
	}
	return size > 0 && !digits
}

// maxName is the longest name in text form without the root's dot.
const maxName = 253
