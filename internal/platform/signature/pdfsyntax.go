// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
)

// This file reads and writes objects of PDF (ISO 32000-1 §7.3).

// An object is nil, bool, number, text, name, array, dict, ref or *stream.
type object = any

type (
	number string // as written
	text   []byte // a string, decoded
	name   string // without the slash, #xx decoded
	array  []object
	dict   map[name]object
	ref    struct{ num, gen int }
)

// stream is a dictionary with bytes, still as filtered.
type stream struct {
	dict dict
	raw  []byte
}

// hexText is a text that stood as <...>; at and end are its place in the file.
type hexText struct {
	text    text
	at, end int
}

const maxDepth = 64

var errSyntax = errors.New("damaged object")

// lexer reads objects one after another.
type lexer struct {
	data []byte
	pos  int
	// places keeps where hexadecimal strings stand, for dictionaries of signatures.
	places bool
}

func space(c byte) bool {
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' '
}
func delimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }
func regular(c byte) bool   { return !space(c) && !delimiter(c) }

func (l *lexer) skip() {
	for l.pos < len(l.data) {
		switch c := l.data[l.pos]; {
		case space(c):
			l.pos++
		case c == '%':
			for l.pos < len(l.data) && l.data[l.pos] != '\n' && l.data[l.pos] != '\r' {
				l.pos++
			}
		default:
			return
		}
	}
}

func (l *lexer) peek() byte {
	if l.pos < len(l.data) {
		return l.data[l.pos]
	}
	return 0
}

// word reads a run of regular characters.
func (l *lexer) word() string {
	at := l.pos
	for l.pos < len(l.data) && regular(l.data[l.pos]) {
		l.pos++
	}
	return string(l.data[at:l.pos])
}

// keyword reads a word that must be w.
func (l *lexer) keyword(w string) bool {
	l.skip()
	at := l.pos
	if l.word() == w {
		return true
	}
	l.pos = at
	return false
}

func (l *lexer) integer() (int, bool) {
	l.skip()
	at := l.pos
	n, err := strconv.Atoi(l.word())
	if err != nil || n < 0 {
		l.pos = at
		return 0, false
	}
	return n, true
}

// object reads one object; a reference is one.
func (l *lexer) object(depth int) (object, error) {
	l.skip()
	if depth > maxDepth || l.pos >= len(l.data) {
		return nil, errSyntax
	}
	switch c := l.data[l.pos]; c {
	case '/':
		return l.name()
	case '(':
		return l.literal()
	case '[':
		l.pos++
		out := array{}
		for {
			l.skip()
			if l.peek() == ']' {
				l.pos++
				return out, nil
			}
			o, err := l.object(depth + 1)
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
	case '<':
		if l.pos+1 < len(l.data) && l.data[l.pos+1] == '<' {
			return l.dict(depth)
		}
		return l.hex()
	}
	if c := l.peek(); c >= '0' && c <= '9' { // a number or a reference
		at := l.pos
		if n, ok := l.integer(); ok {
			after := l.pos
			if g, ok := l.integer(); ok && l.keyword("R") {
				return ref{n, g}, nil
			}
			l.pos = after
			return number(l.data[at:after]), nil
		}
	}
	w := l.word()
	switch w {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	if _, err := strconv.ParseFloat(w, 64); err != nil {
		return nil, errSyntax
	}
	return number(w), nil
}

func (l *lexer) name() (object, error) {
	l.pos++
	w := l.word()
	if !bytes.ContainsRune([]byte(w), '#') {
		return name(w), nil
	}
	out := make([]byte, 0, len(w))
	for i := 0; i < len(w); i++ {
		if w[i] == '#' && i+2 < len(w) {
			if n, err := strconv.ParseUint(w[i+1:i+3], 16, 8); err == nil {
				out = append(out, byte(n))
				i += 2
				continue
			}
		}
		out = append(out, w[i])
	}
	return name(out), nil
}

func (l *lexer) literal() (object, error) {
	l.pos++
	out := text{}
	for depth := 1; l.pos < len(l.data); {
		c := l.data[l.pos]
		l.pos++
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return out, nil
			}
		case '\r':
			if l.peek() == '\n' {
				l.pos++
			}
			c = '\n'
		case '\\':
			if l.pos >= len(l.data) {
				return nil, errSyntax
			}
			var keep bool
			if c, keep = l.escape(); !keep {
				continue
			}
		}
		out = append(out, c)
	}
	return nil, errSyntax
}

// escape reads what follows a backslash; false when it stands for nothing.
func (l *lexer) escape() (byte, bool) {
	c := l.data[l.pos]
	l.pos++
	switch c {
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case '\n':
		return 0, false
	case '\r':
		if l.peek() == '\n' {
			l.pos++
		}
		return 0, false
	}
	if c < '0' || c > '7' {
		return c, true
	}
	n := int(c - '0')
	for range 2 {
		if d := l.peek(); l.pos < len(l.data) && d >= '0' && d <= '7' {
			n = n*8 + int(d-'0')
			l.pos++
			continue
		}
		break
	}
	return byte(n), true
}

func (l *lexer) hex() (object, error) {
	at := l.pos
	l.pos++
	out, half := text{}, -1
	for l.pos < len(l.data) {
		c := l.data[l.pos]
		l.pos++
		switch {
		case c == '>':
			if half >= 0 {
				out = append(out, byte(half<<4))
			}
			if l.places {
				return hexText{out, at, l.pos}, nil
			}
			return out, nil
		case space(c):
			continue
		}
		n, err := strconv.ParseUint(string(c), 16, 8)
		if err != nil {
			return nil, errSyntax
		}
		if half < 0 {
			half = int(n)
			continue
		}
		out, half = append(out, byte(half<<4|int(n))), -1
	}
	return nil, errSyntax
}

func (l *lexer) dict(depth int) (object, error) {
	l.pos += 2
	out := dict{}
	for {
		l.skip()
		if bytes.HasPrefix(l.data[l.pos:], []byte(">>")) {
			l.pos += 2
			return out, nil
		}
		if l.peek() != '/' {
			return nil, errSyntax
		}
		key, err := l.name()
		if err != nil {
			return nil, err
		}
		value, err := l.object(depth + 1)
		if err != nil {
			return nil, err
		}
		if _, twice := out[key.(name)]; twice { // viewers differ in which one they take
			return nil, fmt.Errorf("%w: key %s twice", errSyntax, key)
		}
		out[key.(name)] = value
	}
}

func (n number) int() (int, bool) {
	i, err := strconv.Atoi(string(n))
	return i, err == nil
}

func (n number) float() float64 {
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return 0
	}
	return f
}

// write prints o so that reading gives o again, keys of dictionaries in order.
func write(w *bytes.Buffer, o object) {
	switch v := o.(type) {
	case nil:
		w.WriteString("null")
	case bool:
		w.WriteString(strconv.FormatBool(v))
	case number:
		w.WriteString(string(v))
	case text:
		fmt.Fprintf(w, "<%x>", []byte(v))
	case hexText:
		write(w, v.text)
	case name:
		writeName(w, v)
	case ref:
		fmt.Fprintf(w, "%d %d R", v.num, v.gen)
	case array:
		w.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				w.WriteByte(' ')
			}
			write(w, e)
		}
		w.WriteByte(']')
	case dict:
		w.WriteString("<<")
		keys := make([]name, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			writeName(w, k)
			w.WriteByte(' ')
			write(w, v[k])
		}
		w.WriteString(">>")
	case *stream:
		d := dict{}
		maps.Copy(d, v.dict)
		d["Length"] = number(strconv.Itoa(len(v.raw)))
		write(w, d)
		w.WriteString("\nstream\n")
		w.Write(v.raw)
		w.WriteString("\nendstream")
	}
}

func writeName(w io.Writer, n name) {
	out := []byte{'/'}
	for i := range len(n) {
		if c := n[i]; regular(c) && c > ' ' && c < 127 && c != '#' {
			out = append(out, c)
		} else {
			out = fmt.Appendf(out, "#%02x", c)
		}
	}
	_, _ = w.Write(out) // a buffer
}
