// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package pattern

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// token is one word of a pattern.
type token struct {
	kind  tokenKind
	text  string
	value Value // of a literal
	at    int
}

type tokenKind uint8

const (
	end tokenKind = iota
	name
	literal
	mark // punctuation or an operator sign
)

// lexer cuts a pattern into tokens.
type lexer struct {
	in string
	at int
}

func (l *lexer) fail(format string, args ...any) error {
	return fmt.Errorf("at byte %d: %s", l.at+1, fmt.Sprintf(format, args...))
}

// space skips white space and comments.
func (l *lexer) space() error {
	for l.at < len(l.in) {
		rest := l.in[l.at:]
		switch {
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest, "*/")
			if n < 0 {
				return l.fail("a comment does not end")
			}
			l.at += n + 2
		case strings.HasPrefix(rest, "//"):
			n := strings.IndexByte(rest, '\n')
			if n < 0 {
				n = len(rest)
			}
			l.at += n
		default:
			n := len(rest) - len(strings.TrimLeft(rest, " \t\r\n\f\v\u0085\u00a0\u2028\u2029\u3000\ufeff"))
			if n == 0 {
				return nil
			}
			l.at += n
		}
	}
	return nil
}

// signs are the marks, longer ones before their beginnings.
var signs = []string{"==", "!=", "<>", "<=", ">=", "=", "<", ">", "[", "]", "(", ")", ",", ":", ".", "*"}

// next returns the next token.
func (l *lexer) next() (token, error) {
	if err := l.space(); err != nil {
		return token{}, err
	}
	at := l.at
	if at == len(l.in) {
		return token{at: at}, nil
	}
	c := l.in[at]
	switch {
	case c == '\'':
		s, err := l.text()
		return token{kind: literal, text: "'", value: Value{Text, s}, at: at}, err
	case (c == 't' || c == 'b' || c == 'h') && at+1 < len(l.in) && l.in[at+1] == '\'':
		return l.special(c)
	case letter(c):
		for l.at < len(l.in) && (letter(l.in[l.at]) || digit(l.in[l.at]) || l.in[l.at] == '-') {
			l.at++
		}
		return token{kind: name, text: l.in[at:l.at], at: at}, nil
	}
	if v, n := number(l.in[at:]); n > 0 {
		l.at += n
		return token{kind: literal, text: v.Text, value: v, at: at}, nil
	}
	for _, s := range signs {
		if strings.HasPrefix(l.in[at:], s) {
			l.at += len(s)
			return token{kind: mark, text: s, at: at}, nil
		}
	}
	return token{}, l.fail("%q has no meaning here", c)
}

// text reads a string in quotes. Only the quote and the backslash are escaped.
func (l *lexer) text() (string, error) {
	start := l.at
	var b strings.Builder
	for l.at++; l.at < len(l.in); l.at++ {
		switch c := l.in[l.at]; c {
		case '\'':
			l.at++
			return b.String(), nil
		case '\\':
			if l.at+1 < len(l.in) && (l.in[l.at+1] == '\'' || l.in[l.at+1] == '\\') {
				l.at++
				b.WriteByte(l.in[l.at])
				continue
			}
			return "", l.fail("a backslash stands before neither a quote nor a backslash")
		default:
			b.WriteByte(c)
		}
	}
	l.at = start
	return "", l.fail("a quote does not end")
}

// timestamp is the form of the grammar. It takes 30 February, as the grammar
// does.
var timestamp = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?Z$`)

// special reads t'…', b'…' or h'…'.
func (l *lexer) special(mark byte) (token, error) {
	at := l.at
	l.at++
	s, err := l.text()
	if err != nil {
		return token{}, err
	}
	v := Value{Text: s}
	switch mark {
	case 't':
		v.Kind = Timestamp
		if !timestamp.MatchString(s) {
			l.at = at
			return token{}, l.fail("%q is no time in RFC 3339 form with Z", s)
		}
	case 'b':
		v.Kind = Binary
		_, err = base64.StdEncoding.DecodeString(s)
	default:
		v.Kind = Hex
		_, err = hex.DecodeString(s)
	}
	if err != nil {
		l.at = at
		return token{}, l.fail("%q is not in its code: %v", s, err)
	}
	return token{kind: literal, text: string(mark), value: v, at: at}, nil
}

// number reads an integer or a float and returns its length, 0 when there is
// none.
func number(s string) (Value, int) {
	n := 0
	if s[0] == '+' || s[0] == '-' {
		n++
	}
	first := n
	for n < len(s) && digit(s[n]) {
		n++
	}
	whole := n - first
	if n+1 < len(s) && s[n] == '.' && digit(s[n+1]) {
		for n++; n < len(s) && digit(s[n]); n++ {
		}
		return Value{Float, s[:n]}, n
	}
	if whole == 0 || whole > 1 && s[first] == '0' {
		return Value{}, 0
	}
	return Value{Integer, s[:n]}, n
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' }

func digit(c byte) bool { return '0' <= c && c <= '9' }
