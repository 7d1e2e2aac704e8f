// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// stream walks a JSON text of any size (RFC 8259): it steps through the outer
// objects and lists, and cuts out whole values for a parser. Inside a value it
// follows only strings and brackets; what is broken there, the parser finds and
// that value alone is lost.
type stream struct {
	in  *bufio.Reader
	buf []byte // of the last value
	at  int64  // bytes taken
}

const (
	maxElement = 16 << 20 // one object of a list
	maxMember  = 1 << 20  // one member of an outer object
)

// errElement means that a value is longer than asked for. It was skipped.
var errElement = errors.New("a JSON value is too long")

// Break is where a JSON text stops being one, and why.
type Break struct {
	At   int64 // byte, from 1
	Why  Fault
	Have string // what stands there, or the member that is no good
	Want string // what should stand there
}

// Fault is what is wrong at a Break.
type Fault string

// The faults.
const (
	EndsEarly Fault = "early"  // the text is cut off
	Wanted    Fault = "wanted" // Want should stand where Have does
	NoName    Fault = "name"   // the name of a member, in quotes, should stand there
	NoValue   Fault = "value"  // a value should stand where Have does
	Behind    Fault = "behind" // Have stands behind the end
	BadMember Fault = "member" // the member Have has a value that is none of its kind
)

// Error implements error.
func (b *Break) Error() string {
	what := map[Fault]string{EndsEarly: "it ends early", Wanted: fmt.Sprintf("%q is wanted, not %q", b.Want, b.Have), NoName: "a name in quotes is wanted",
		NoValue: fmt.Sprintf("a value is wanted, not %q", b.Have), Behind: fmt.Sprintf("%q stands behind the end", b.Have),
		BadMember: "member " + b.Have + " has a value of another kind"}
	return fmt.Sprintf("the JSON breaks at byte %d: %s", b.At, what[b.Why])
}

func (s *stream) fail(why Fault, have, want string) error {
	return &Break{s.at + 1, why, have, want}
}

// ended makes the end of the stream an error where more was to come.
func (s *stream) ended(err error) error {
	if errors.Is(err, io.EOF) {
		return s.fail(EndsEarly, "", "")
	}
	return err
}

// peek returns the next byte that is no white space. It fails with io.EOF.
func (s *stream) peek() (byte, error) {
	for {
		b, err := s.in.Peek(1)
		if err != nil {
			return 0, err
		}
		switch b[0] {
		case ' ', '\t', '\r', '\n':
			s.drop(1)
		default:
			return b[0], nil
		}
	}
}

func (s *stream) drop(n int) {
	_, _ = s.in.Discard(n) // they were peeked at
	s.at += int64(n)
}

func (s *stream) expect(c byte) error {
	switch have, err := s.peek(); {
	case err != nil:
		return s.ended(err)
	case have != c:
		return s.fail(Wanted, string(rune(have)), string(rune(c)))
	}
	s.drop(1)
	return nil
}

// object calls fn for each member of the object that comes next; fn takes the
// value with one of the methods.
func (s *stream) object(fn func(key string) error) error {
	return s.members('{', '}', func() error {
		raw, err := s.value(maxMember)
		if err != nil {
			return err
		}
		var key string
		if raw[0] != '"' || json.Unmarshal(raw, &key) != nil {
			return s.fail(NoName, "", "")
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		return fn(key)
	})
}

// list calls fn for each value of the list that comes next; fn takes it.
func (s *stream) list(fn func() error) error { return s.members('[', ']', fn) }

func (s *stream) members(open, shut byte, fn func() error) error {
	if err := s.expect(open); err != nil {
		return err
	}
	for first := true; ; first = false {
		c, err := s.peek()
		if err != nil {
			return s.ended(err)
		}
		if c == shut && first {
			s.drop(1)
			return nil
		}
		if err := fn(); err != nil {
			return err
		}
		if c, err = s.peek(); err != nil {
			return s.ended(err)
		}
		if c == shut {
			s.drop(1)
			return nil
		}
		if err := s.expect(','); err != nil {
			return err
		}
	}
}

// value takes the next value whole, of at most limit bytes. It fails with
// errElement for a longer one, which is skipped. The bytes are good until the
// next call.
func (s *stream) value(limit int) ([]byte, error) {
	s.buf = s.buf[:0]
	long := false
	err := s.cut(func(b []byte) {
		if long = long || len(s.buf)+len(b) > limit; !long {
			s.buf = append(s.buf, b...)
		}
	})
	if err == nil && long {
		s.buf = nil
		err = errElement
	}
	return s.buf, err
}

// skip takes the next value and forgets it.
func (s *stream) skip() error { return s.cut(func([]byte) {}) }

// cut hands the next value to fn in pieces.
func (s *stream) cut(fn func([]byte)) error {
	c, err := s.peek()
	if err != nil {
		return s.ended(err)
	}
	if c == ',' || c == ':' || c == ']' || c == '}' {
		return s.fail(NoValue, string(rune(c)), "")
	}
	v := extent{scalar: c != '{' && c != '[' && c != '"'}
	for {
		if _, err := s.in.Peek(1); err != nil {
			if errors.Is(err, io.EOF) && v.scalar {
				return nil
			}
			return s.ended(err)
		}
		b, err := s.in.Peek(s.in.Buffered())
		if err != nil {
			return err
		}
		n, done := v.scan(b)
		fn(b[:n])
		s.drop(n)
		if done {
			return nil
		}
	}
}

// extent finds the end of a value that comes in pieces.
type extent struct {
	scalar   bool // a number or a word: it ends before what cannot be in it
	depth    int
	inString bool
	escaped  bool
}

// scan returns how many bytes of b belong to the value, and whether it ends
// there.
func (v *extent) scan(b []byte) (n int, done bool) {
	if v.scalar {
		n := bytes.IndexAny(b, ",]}: \t\r\n\"{[")
		if n < 0 {
			return len(b), false
		}
		return n, true
	}
	for i := 0; i < len(b); {
		if v.inString {
			i += v.text(b[i:])
		} else if i += v.brackets(b[i:]); v.depth == 0 && !v.inString {
			return i, true
		}
		if !v.inString && v.depth == 0 {
			return i, true
		}
	}
	return len(b), false
}

// text goes through a string up to its closing quote.
func (v *extent) text(b []byte) int {
	for at := 0; at < len(b); {
		if v.escaped {
			v.escaped = false
			at++
			continue
		}
		quote := bytes.IndexByte(b[at:], '"')
		end := len(b)
		if quote >= 0 {
			end = at + quote
		}
		if slash := bytes.IndexByte(b[at:end], '\\'); slash >= 0 {
			v.escaped = true
			at += slash + 1
			continue
		}
		if quote < 0 {
			break
		}
		v.inString = false
		return end + 1
	}
	return len(b)
}

// brackets goes on to the next string or the end of the value.
func (v *extent) brackets(b []byte) int {
	for i := range b {
		switch b[i] {
		case '"':
			v.inString = true
			return i + 1
		case '{', '[':
			v.depth++
		case '}', ']':
			if v.depth--; v.depth == 0 {
				return i + 1
			}
		}
	}
	return len(b)
}

// end makes sure that nothing stands behind the outermost value.
func (s *stream) end() error {
	c, err := s.peek()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.fail(Behind, string(rune(c)), "")
}
