// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package fault is the one error type that crosses rooms: what a person may
// read about a failure, kept apart from what only the log may hold. Start at
// Kind and Error.
package fault

import (
	"cmp"
	"errors"
	"net/http"
)

// Kind says what sort of failure it is, and so what the caller can do.
type Kind uint8

const (
	Internal      Kind = iota // unclassified: the safe zero value
	Invalid                   // the caller's input; Fields says which
	Forbidden                 // known caller, not allowed
	NotFound                  // absent, or hidden from this caller
	Conflict                  // stale version, duplicate key, wrong state
	Unavailable               // try again: lock, peer or database busy
	SignedOut                 // no caller: sign in first
	TooLarge                  // more bytes than the limit allows
	TooMany                   // too many requests: wait and try again
	Stale                     // the record is no longer the version that was read (RFC 9110 §13.1.1)
	Unconditional             // a change that does not say which version it changes (RFC 6585 §3)
	Unsupported               // a body of a type that is not taken
)

var status = [...]int{Internal: 500, Invalid: 422, Forbidden: 403, NotFound: 404, Conflict: 409,
	Unavailable: 503, SignedOut: 401, TooLarge: 413, TooMany: 429, Stale: 412, Unconditional: 428, Unsupported: 415}

// Status is the HTTP status that says k (RFC 9110 §15).
func (k Kind) Status() int { return status[k] }

// Error keeps what a person may read (Kind, Msg, Args, Fields) apart from what
// only the log may hold (Op, Err).
type Error struct {
	Kind   Kind
	Op     string            // "incident.Close"
	Msg    string            // catalogue key of one sentence for a person; may be empty
	Args   []any             // values for the sentence's {0}, {1}, …
	Fields map[string]string // form field -> catalogue key of the reason
	Err    error             // cause; logged, never sent
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Public is the catalogue key that may be shown; never empty.
func (e *Error) Public() string { return cmp.Or(e.Msg, e.Kind.Key()) }

// Key is the catalogue key of the kind's own sentence, "fault.internal".
func (k Kind) Key() string { return keys[k] }

var keys = [...]string{Internal: "fault.internal", Invalid: "fault.invalid", Forbidden: "fault.forbidden",
	NotFound: "fault.not_found", Conflict: "fault.conflict", Unavailable: "fault.unavailable",
	SignedOut: "fault.signed_out", TooLarge: "fault.too_large", TooMany: "fault.too_many", Stale: "fault.stale",
	Unconditional: "fault.unconditional", Unsupported: "fault.unsupported"}

// Error is for the log.
func (e *Error) Error() string {
	s := e.Op + ": " + cmp.Or(e.Msg, http.StatusText(e.Kind.Status()))
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Of returns the outermost *Error in err's tree, or an Internal one around err.
// Of(nil) is an Internal error too: call it only on a failure.
func Of(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Err: err}
}

// Is reports whether err carries an Error of kind k.
func Is(err error, k Kind) bool { return err != nil && Of(err).Kind == k }

// Missing is the answer for a row that is absent or outside the caller's
// scope; the two are told apart nowhere.
func Missing(op string) error { return &Error{Kind: NotFound, Op: op} }

// Bad is one invalid field: its form name and the catalogue key of the reason.
func Bad(op, field, reason string) error {
	return &Error{Kind: Invalid, Op: op, Fields: map[string]string{field: reason}}
}

// Full is what to answer when there is no room on the disk: nothing was
// written, and it may be tried again once there is.
func Full(op string, err error) error {
	return &Error{Kind: Unavailable, Op: op, Msg: "fault.full", Err: err}
}
