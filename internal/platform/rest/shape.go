// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rest

import (
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Paging are the query fields of every list.
type Paging struct {
	After string `query:"after" maxLength:"2000" doc:"Where the next page begins: the \"after\" of the page before, sent back unchanged."`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"Most items of one page."`
}

// Page is one page of a list.
type Page[T any] struct {
	Items []T    `json:"items" nullable:"false" doc:"The items of this page."`
	Total int64  `json:"total" doc:"Items that match, within what the key may see." example:"150"`
	After string `json:"after,omitempty" doc:"Send as ?after= for the next page; absent on the last page."`
}

// Listing is the answer of a list.
type Listing[T any] struct {
	Body Page[T]
}

// List is the answer of a list whose next page begins at after.
func List[S, T any](rows []S, total int64, after string, view func(S) T) *Listing[T] {
	out := &Listing[T]{Body: Page[T]{Items: make([]T, len(rows)), Total: total, After: after}}
	for i, r := range rows {
		out.Body.Items[i] = view(r)
	}
	return out
}

// One names a record.
type One struct {
	ID string `path:"id" maxLength:"200" doc:"Id of the record."`
}

// Answer is an answer without version.
type Answer[T any] struct {
	Body T
}

// Record is a record with its version.
type Record[T any] struct {
	ETag string `header:"ETag" doc:"Version of the record; send it in If-Match to change what was read."`
	Body T
}

// Created is a record just made.
type Created[T any] struct {
	ETag     string `header:"ETag" doc:"Version of the record."`
	Location string `header:"Location" doc:"Path of the record."`
	Body     T
}

// Versioned is body as version v of its record.
func Versioned[T any](body T, v int64) *Record[T] { return &Record[T]{ETag: Tag(v), Body: body} }

// Made is body as version v of the new record at path, below Base.
func Made[T any](body T, v int64, path string) *Created[T] {
	return &Created[T]{ETag: Tag(v), Location: Base + path, Body: body}
}

// Tag is the entity tag of version v (RFC 9110 §8.8.3).
func Tag(v int64) string { return `"` + strconv.FormatInt(v, 10) + `"` }

// Match is the condition of a change.
type Match struct {
	IfMatch string `header:"If-Match" doc:"ETag of the record as it was read. Required: 428 without, 412 when the record has changed since." example:"\"3\""`
}

// Check compares the condition with the version the record has now. It fails
// with fault.Unconditional when there is none and fault.Stale when it is
// another's. The version goes on to the use case, which compares again inside
// its transaction.
func (m Match) Check(version int64) error {
	const op = "rest.Match"
	if m.IfMatch == "" {
		return &fault.Error{Kind: fault.Unconditional, Op: op}
	}
	for tag := range strings.SplitSeq(m.IfMatch, ",") {
		if tag = strings.TrimSpace(tag); tag == Tag(version) {
			return nil
		}
	}
	return &fault.Error{Kind: fault.Stale, Op: op}
}

// Time is t for an answer: UTC, nil for the zero time.
func Time(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// Moment is a time a caller may leave out.
func Moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// Day reads a day of a field; empty is no day.
func Day(field, text string) (calendar.Date, error) {
	if text == "" {
		return calendar.Date{}, nil
	}
	d, err := calendar.ParseDate(text)
	if err != nil {
		return d, fault.Bad("rest.Day", field, "rest.bad.day")
	}
	return d, nil
}

// Cut takes one row more than a page has, and reports whether there was one.
func Cut[T any](rows []T, limit int) (page []T, more bool) {
	if len(rows) > limit {
		return rows[:limit], true
	}
	return rows, false
}

// Rename gives the fields of a fault.Invalid the names the API has for them:
// pairs of a form's field and the API's.
func Rename(err error, pairs ...string) error {
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	e, fields := *fault.Of(err), map[string]string{}
	for field, reason := range e.Fields {
		for i := 0; i+1 < len(pairs); i += 2 {
			if field == pairs[i] {
				field = pairs[i+1]
				break
			}
		}
		fields[field] = reason
	}
	e.Fields = fields
	return &e
}
