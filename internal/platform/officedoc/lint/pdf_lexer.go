// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lint

import (
	"bytes"
	"strconv"
)

// lexer reads objects and operators (ISO 32000-1 §7.2, §7.3). What it cannot
// read counts as an operator without meaning; it always moves on.
type lexer struct {
	b  []byte
	at int
}

func blank(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func delimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

func (l *lexer) skip() {
	for l.at < len(l.b) {
		switch c := l.b[l.at]; {
		case blank(c):
			l.at++
		case c == '%':
			for l.at < len(l.b) && l.b[l.at] != '\n' && l.b[l.at] != '\r' {
				l.at++
			}
		default:
			return
		}
	}
}

// pdfEnd is the end of the data or of an array or dictionary.
type pdfEnd struct{}

// value reads the next object; operators come as pdfOp, the end as pdfEnd.
func (l *lexer) value(depth int) any {
	l.skip()
	if l.at >= len(l.b) || depth > pdfDeepest {
		l.at = len(l.b)
		return pdfEnd{}
	}
	switch c := l.b[l.at]; {
	case c == '/':
		l.at++
		return l.readName()
	case c == '(':
		return l.literal()
	case c == '<' && l.at+1 < len(l.b) && l.b[l.at+1] == '<':
		l.at += 2
		return l.readDict(depth)
	case c == '<':
		return l.hex()
	case c == '[':
		l.at++
		out := pdfArray{}
		for {
			v := l.value(depth + 1)
			if _, end := v.(pdfEnd); end {
				return out
			}
			out = append(out, v)
			if n := len(out); n >= 3 && v == pdfOp("R") {
				if r, ok := out[n-3].(float64); ok {
					out = append(out[:n-3], pdfRef(r))
				}
			}
		}
	case c == ']':
		l.at++
		return pdfEnd{}
	case c == '>':
		l.at = min(l.at+2, len(l.b))
		return pdfEnd{}
	case c == '{' || c == '}' || c == ')':
		l.at++
		return pdfOp(string(c))
	}
	return l.word()
}

// word reads a number, a reference, a keyword.
func (l *lexer) word() any {
	start := l.at
	for l.at < len(l.b) && !blank(l.b[l.at]) && !delimiter(l.b[l.at]) {
		l.at++
	}
	w := string(l.b[start:l.at])
	if v, err := strconv.ParseFloat(w, 64); err == nil && v > -1e12 && v < 1e12 {
		return v
	}
	switch w {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	}
	return pdfOp(w)
}

func (l *lexer) readName() any {
	var b []byte
	for l.at < len(l.b) && !blank(l.b[l.at]) && !delimiter(l.b[l.at]) {
		c := l.b[l.at]
		if c == '#' && l.at+2 < len(l.b) {
			if v, err := strconv.ParseUint(string(l.b[l.at+1:l.at+3]), 16, 8); err == nil {
				c = byte(v)
				l.at += 2
			}
		}
		b = append(b, c)
		l.at++
	}
	return pdfName(b)
}

func (l *lexer) readDict(depth int) any {
	d := pdfDict{}
	var stack []any
	for {
		v := l.value(depth + 1)
		if _, end := v.(pdfEnd); end {
			break
		}
		stack = append(stack, v)
		if n := len(stack); n >= 3 && v == pdfOp("R") {
			if r, ok := stack[n-3].(float64); ok {
				stack = append(stack[:n-3], pdfRef(r))
			}
		}
	}
	for i := 0; i+1 < len(stack); i += 2 {
		k, ok := stack[i].(pdfName)
		if !ok {
			i--
			continue
		}
		d[k] = stack[i+1]
	}
	return d
}

func (l *lexer) literal() any {
	var b []byte
	depth := 0
	for ; l.at < len(l.b); l.at++ {
		switch c := l.b[l.at]; c {
		case '(':
			if depth++; depth > 1 {
				b = append(b, c)
			}
		case ')':
			if depth--; depth == 0 {
				l.at++
				return pdfString(b)
			}
			b = append(b, c)
		case '\\':
			b = l.escape(b)
		default:
			b = append(b, c)
		}
	}
	return pdfString(b)
}

// escape reads what follows a backslash and leaves l on its last byte.
func (l *lexer) escape(b []byte) []byte {
	if l.at++; l.at >= len(l.b) {
		return b
	}
	switch c := l.b[l.at]; c {
	case 'n':
		return append(b, '\n')
	case 'r':
		return append(b, '\r')
	case 't':
		return append(b, '\t')
	case 'b':
		return append(b, '\b')
	case 'f':
		return append(b, '\f')
	case '\n':
		return b
	case '\r':
		if l.at+1 < len(l.b) && l.b[l.at+1] == '\n' {
			l.at++
		}
		return b
	case '0', '1', '2', '3', '4', '5', '6', '7':
		v := 0
		n := 0
		for ; n < 3 && l.at+n < len(l.b) && l.b[l.at+n] >= '0' && l.b[l.at+n] <= '7'; n++ {
			v = v*8 + int(l.b[l.at+n]-'0')
		}
		l.at += n - 1
		return append(b, byte(v))
	default:
		return append(b, c)
	}
}

func (l *lexer) hex() any {
	l.at++
	var b []byte
	half, have := byte(0), false
	for ; l.at < len(l.b) && l.b[l.at] != '>'; l.at++ {
		v := bytes.IndexByte([]byte("0123456789abcdef"), l.b[l.at]|0x20)
		if v < 0 {
			continue
		}
		if have {
			b = append(b, half<<4|byte(v))
		}
		half, have = byte(v), !have
	}
	if have {
		b = append(b, half<<4)
	}
	l.at = min(l.at+1, len(l.b))
	return pdfString(b)
}

// stream reads the data behind a dictionary, when there is a stream.
func (l *lexer) stream(d pdfDict) (pdfStream, int, bool) {
	l.skip()
	if !bytes.HasPrefix(l.b[l.at:], []byte("stream")) {
		return pdfStream{}, 0, false
	}
	start := l.at + len("stream")
	if start < len(l.b) && l.b[start] == '\r' {
		start++
	}
	if start < len(l.b) && l.b[start] == '\n' {
		start++
	}
	const mark = "endstream"
	if n, ok := d["Length"].(float64); ok && n >= 0 && start+int(n) <= len(l.b) {
		end := start + int(n)
		rest := &lexer{b: l.b, at: end}
		if rest.skip(); bytes.HasPrefix(l.b[rest.at:], []byte(mark)) {
			return pdfStream{d, l.b[start:end]}, rest.at + len(mark), true
		}
	}
	if start > len(l.b) {
		return pdfStream{}, 0, false
	}
	n := bytes.Index(l.b[start:], []byte(mark))
	if n < 0 {
		return pdfStream{d, l.b[start:]}, len(l.b), true
	}
	return pdfStream{d, bytes.TrimRight(l.b[start:start+n], "\r\n")}, start + n + len(mark), true
}
