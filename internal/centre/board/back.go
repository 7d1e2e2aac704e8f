// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"net/http"
	"net/url"
	"strconv"
)

// back is the part of an address that says how a reader narrowed, ordered and
// turned a board: "?show=late&page=2", or nothing. Pages below the board carry it,
// so that the way back leads where they came from. It is made of what a board
// knows alone and never names a place.
func back(r *http.Request) string {
	return query(from(r.URL.Query()))
}

// from is what of given says how a board was narrowed.
func from(given url.Values) url.Values {
	f, q := filterOf(given), url.Values{}
	for name, value := range map[string]string{"show": string(f.Show), "kind": f.Kind, "q": f.Query, "sort": string(f.Sort)} {
		if value != "" {
			q.Set(name, value)
		}
	}
	page := given.Get("page")
	if n, err := strconv.Atoi(page); page == whole || err == nil && n > 1 {
		q.Set("page", page)
	}
	return q
}

func query(q url.Values) string {
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}
