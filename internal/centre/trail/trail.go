// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package trail shows the audit trail: who did what to which record and when,
// within what the reader may see; its export; and the check whether anything was
// changed behind the program's back. It writes no entry of its own but for
// exports and checks. The trail itself is platform/audit.
package trail

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
)

// Entry is one act with its place in the chain.
type Entry = audit.SealedRow

// Filter narrows the trail; zero fields narrow nothing.
type Filter struct {
	From, Until time.Time // at or after, before
	Actor       string    // account or key id, or "system"
	Action      string    // "incident.open"
	Kind        string    // "incident"
	Object      string    // id of a record
	Unit        string    // exactly this unit
	Elevated    bool      // only what was done under break-glass
	Before      string    // id of the last entry of the page before; empty: from the newest
	Limit       int       // rows a page, 1..1000; 0 is 50
}

// Page is one page of the trail, newest first.
type Page struct {
	Rows  []Entry
	Total int64  // entries that match, in scope, counted up to 10 000
	Over  bool   // more match than Total
	Next  string // Filter.Before of the next page; empty on the last
	// Whole says that the reader sees the whole centre. Others are not told
	// numbers and hashes: they would say how much goes on elsewhere.
	Whole bool
}

// countLimit is how far entries are counted for a list; beyond it Page.Over is
// set.
const countLimit = 10000

// Check is the outcome of one look at the whole chain.
type Check struct {
	At     time.Time    // when it ended
	By     string       // name of who asked; "system" for the daily one
	Took   int64        // milliseconds
	Report audit.Report //
}

// Value is one named value of an entry's detail.
type Value struct{ Name, Text string }

// Values are the named values of an entry's detail in the order of their names.
// Detail that is no JSON object is one nameless value, shown as it stands.
func Values(detail string) []Value {
	var m map[string]any
	if err := json.Unmarshal([]byte(detail), &m); err != nil {
		return []Value{{"", detail}}
	}
	out := make([]Value, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, Value{name, text(m[name])})
	}
	return out
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case nil:
		return ""
	}
	raw, err := json.Marshal(v)
	if err != nil { // what was read from JSON marshals; kept so that no error is dropped
		return err.Error()
	}
	return string(raw)
}
