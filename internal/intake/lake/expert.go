// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Expert is an expert's query as it was understood.
type Expert struct {
	Filter string // without pipes, as the engine writes it; "" asks for all rows
	Pipes  string // "" where there are none; else it gives a table, not rows
}

// SyntaxError says where an expert's query cannot be understood. It matches
// ErrQuery.
type SyntaxError struct {
	Offset int    // in runes: what stands before was read
	Read   string // the last of what was read, up to 30 runes
	Why    Why
	Err    error // in the engine's words
}

// Why is what is wrong with a query. It is in catalogues of messages.
type Why string

// The reasons.
const (
	NotEnded      Why = "not_ended"    // the query ends where more must follow
	NotExpected   Why = "not_expected" // something stands where it cannot
	BadQuotes     Why = "quotes"       // a quotation mark without its other
	BadExpression Why = "expression"   // a regular expression that is none
	BadNumber     Why = "number"       // no number where one must be
	NotTaken      Why = "not_taken"    // read, and not taken here
	TooLong       Why = "too_long"
)

func (e *SyntaxError) Error() string { return fmt.Sprintf("at %d: %s: %v", e.Offset, e.Why, e.Err) }

func (e *SyntaxError) Unwrap() []error { return []error{ErrQuery, e.Err} }

// ReadExpert reads LogsQL. An error is a *SyntaxError.
func ReadExpert(text string) (Expert, error) {
	filter, tail, err := Query{Expert: text}.expert(true)
	if err == nil {
		return Expert{filter, strings.TrimSpace(tail)}, nil
	}
	bad := &SyntaxError{Why: NotTaken, Err: err}
	if len(text) > MaxExpert {
		bad.Why = TooLong
		return Expert{}, bad
	}
	if _, err := parse(text); err == nil {
		return Expert{}, bad // it can be read
	}
	return Expert{}, locate(text, bad)
}

// locate finds where in text the parser gave up. It names only the last fifty
// bytes of what it had read by then, its own place among them.
func locate(text string, bad *SyntaxError) *SyntaxError {
	said := bad.Err.Error()
	read, end := text, len(text)
	if _, rest, ok := strings.Cut(said, "context: ["); ok {
		if rest, _, ok = strings.Cut(rest, "]; context: ["); !ok {
			rest, _, _ = strings.Cut(rest, "]; tail: [")
			rest = strings.TrimSuffix(rest, "]")
		}
		if i := strings.LastIndex(text, rest); rest != "" && i >= 0 && strings.Count(text, rest) == 1 {
			end = i + len(rest)
		} else if strings.HasPrefix(text, rest) {
			end = len(rest)
		}
		read = text[:end]
	}
	runes := []rune(strings.ToValidUTF8(read, "\uFFFD"))
	bad.Offset, bad.Read = len(runes), string(runes[max(0, len(runes)-30):])
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(said, w) })
	}
	switch {
	case has("quoted string", "missing closing quote"):
		bad.Why = BadQuotes
	case has("invalid regexp", "error parsing regexp"):
		bad.Why = BadExpression
	case strings.TrimSpace(text[min(end, len(text)):]) == "" && !has("unexpected token: \"", "unparsed tail") || has("missing filter", `token ""`, `token: ""`):
		bad.Why = NotEnded
	case has("as number", "float64", "parse number", "as integer"):
		bad.Why = BadNumber
	default:
		bad.Why = NotExpected
	}
	if !utf8.ValidString(text) {
		bad.Why = NotExpected
	}
	return bad
}
