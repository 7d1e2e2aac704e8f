// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
)

// maxFolders bounds the folders of a path that are looked up.
const maxFolders = 16

// appendURL appends the form in which a URL is stored and looked up, and
// returns the length of its host in it. The form is host[:port]/path[?query]:
// no scheme, no user, no fragment; the host in normal form, or an address; no
// port that is its scheme's own, nor 80 or 443 where no scheme stands; the path
// and the query byte by byte, the path at least "/" (RFC 3986 §6.2.3).
//
// A listed URL answers for
//   - itself;
//   - itself with any query, when it has none;
//   - everything below, when it ends in "/" and has more path than that one:
//     a listed root stands for the root page only, for who means the whole
//     host lists the host.
func appendURL(dst []byte, text string) (url []byte, host int, ok bool) {
	text = strings.TrimSpace(text)
	scheme, rest, found := strings.Cut(text, "://")
	if !found || strings.ContainsAny(scheme, "/?#") {
		scheme, rest = "", text
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest = strings.TrimRightFunc(rest, unicode.IsSpace) // that stood before a fragment
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	authority, path := rest[:end], rest[end:]
	authority = authority[strings.LastIndexByte(authority, '@')+1:]
	start := len(dst)
	if dst, ok = appendAuthority(dst, authority, scheme); !ok {
		return dst[:start], 0, false
	}
	host = len(dst) - start
	if path == "" || path[0] == '?' {
		dst = append(dst, '/')
	}
	dst = append(dst, path...)
	if len(dst)-start > maxKey || hasControl(path) {
		return dst[:start], 0, false
	}
	return dst, host, true
}

// hasControl reports whether s holds a blank or a control character, which no URL
// has as itself (RFC 3986 §2).
func hasControl(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7f {
			return true
		}
	}
	return false
}

func appendAuthority(dst []byte, authority, scheme string) ([]byte, bool) {
	name, port := authority, ""
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") && strings.Count(authority[:i], ":") == strings.Count(authority[:i], "::") {
		name, port = authority[:i], authority[i+1:]
	} else if i >= 0 && strings.HasPrefix(authority, "[") && strings.HasSuffix(authority[:i], "]") {
		name, port = authority[:i], authority[i+1:]
	}
	if a, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil && a.Zone() == "" {
		if a = a.Unmap(); a.Is6() {
			dst = append(a.AppendTo(append(dst, '[')), ']')
		} else {
			dst = a.AppendTo(dst)
		}
	} else {
		at := len(dst)
		if dst = AppendNormal(dst, name); !hostName(dst[at:]) {
			return dst, false
		}
	}
	if port == "" {
		return dst, true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return dst, false
	}
	switch {
	case scheme == "" && (n == 80 || n == 443), strings.EqualFold(scheme, "http") && n == 80, strings.EqualFold(scheme, "https") && n == 443:
		return dst, true
	}
	return strconv.AppendUint(append(dst, ':'), n, 10), true
}

// hostName reports whether the normalised name may be a URL's host. Single
// labels are: they are found inside networks.
func hostName(name []byte) bool {
	return domain(name) || len(name) > 0 && bytes.IndexByte(name, '.') < 0 && domain(append(bytes.Clone(name), ".a"...))
}

// bareHost cuts the port off a host as appendURL writes it.
func bareHost(host []byte) []byte {
	if i := bytes.LastIndexByte(host, ':'); i >= 0 && host[len(host)-1] != ']' {
		return host[:i]
	}
	return host
}

// eachURL calls fn for what may be listed of a URL in stored form, whose host
// has host bytes, the most specific first.
func eachURL(url []byte, host int, fn func(key []byte)) {
	fn(url)
	path := url
	if before, _, ok := bytes.Cut(url, []byte{'?'}); ok {
		path = before
		fn(path)
	}
	// Folders from the top, so that a bound cuts the deepest ones alone.
	var ends [maxFolders]int
	n := 0
	for at := host + 1; n < maxFolders; {
		i := bytes.IndexByte(path[at:], '/')
		if i < 0 {
			break
		}
		if at += i + 1; at < len(path) {
			ends[n] = at
			n++
		} else {
			break // the path itself is asked for above
		}
	}
	for n--; n >= 0; n-- {
		fn(url[:ends[n]])
	}
}
