// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"bytes"
	"unicode/utf8"
)

// framer cuts the bytes of one connection into lines. Both framings of RFC
// 6587 §3.4 are told for each frame anew, as senders mix them: digits, a space
// and "<" begin a counted frame, everything else is a line up to its newline.
//
// A line comes out as it went in, with these exceptions. A CR before the
// newline goes. A newline inside a counted frame becomes "#012" and NUL
// becomes "#000", as rsyslog writes them; one of either at the very end of a
// frame goes. What is beyond 1 MiB is cut off. A frame without a byte is
// counted and not kept.
//
// The zero value is ready. It holds only a frame that has begun.
type framer struct {
	state state
	count int    // bytes that a counted frame still has to come
	size  int    // the number read so far, while counting
	over  bool   // bytes of this frame were dropped
	held  []byte // of the frame that has begun
}

type state uint8

const (
	atStart  state = iota // between frames
	inNumber              // digits, held
	inMark                // digits and a space, held; "<" decides
	inLine
	inCount
)

const (
	mostDigits = 8 // of a counted frame: beyond it is text
	heldRaw    = longestLine + 2
	// of a frame before it is cleaned: CR and newline may go
	keptHeld = 1 << 10 // capacity kept between frames
)

// cutter makes lines of the bytes of one connection.
type cutter interface {
	// feed takes the next bytes and appends each line that they end to out, with
	// its newline. It gives out and the number of lines appended.
	feed(out, in []byte, n *notes) (text []byte, lines int)
	// end is called when no more bytes come.
	end(out []byte, n *notes) (text []byte, lines int)
	// begun reports whether a frame has begun, and with how many bytes held.
	begun() (held int, begun bool)
	// part is what is held of it.
	part() []byte
	// line reports whether it is one that only its newline ends.
	line() bool
	// greeted reports whether the other side has shown what it is, so that it
	// may be silent for as long as it likes.
	greeted() bool
	// reply is what the other side is to be answered now. After an error the
	// connection is over; errFinish is its good end.
	reply() ([]byte, error)
}

func (f *framer) begun() (int, bool) { return cap(f.held), f.state != atStart }

func (f *framer) part() []byte { return f.held }

func (f *framer) line() bool { return f.state == inLine }

func (f *framer) greeted() bool { return false }

func (f *framer) reply() ([]byte, error) { return nil, nil }

func (f *framer) feed(out, in []byte, n *notes) (text []byte, lines int) {
	tried := false
	for len(in) > 0 {
		ok := false
		switch f.state {
		case atStart:
			if !tried {
				tried = true
				size, k := plainLines(in)
				out, in, lines = append(out, in[:size]...), in[size:], lines+k
				continue
			}
			f.state = inLine
			if c := in[0]; '1' <= c && c <= '9' {
				f.state, f.size = inNumber, 0
			}
			continue
		case inNumber, inMark:
			in = f.number(in)
			continue
		case inLine:
			i := bytes.IndexByte(in, '\n')
			if i < 0 {
				f.hold(in)
				return out, lines
			}
			out, ok = f.emit(out, in[:i], true, n)
			in = in[i+1:]
		case inCount:
			m := min(f.count, len(in))
			f.count -= m
			if f.count > 0 {
				f.hold(in[:m])
				return out, lines
			}
			out, ok = f.emit(out, in[:m], false, n)
			in = in[m:]
		}
		if ok {
			lines++
		}
	}
	return out, lines
}

// plainLines gives the size of the lines at the start of in that come out as they
// went in, and how many they are. Most text is nothing else, and is looked at
// and copied as a whole.
func plainLines(in []byte) (size, lines int) {
	for size < len(in) {
		rest := in[size:]
		if mayCount(rest) {
			break
		}
		end := bytes.IndexByte(rest, '\n')
		if end <= 0 || rest[end-1] == '\r' || end > longestLine {
			break
		}
		size += end + 1
		lines++
	}
	if text := in[:size]; bytes.IndexByte(text, 0) >= 0 || !utf8.Valid(text) {
		return 0, 0
	}
	return size, lines
}

// mayCount reports whether in begins with the count of a frame, or may do so
// once more of it has come.
func mayCount(in []byte) bool {
	if c := in[0]; c < '1' || c > '9' {
		return false
	}
	i := 1
	for i < len(in) && i < mostDigits && '0' <= in[i] && in[i] <= '9' {
		i++
	}
	return i == len(in) || in[i] == ' ' && (i+1 == len(in) || in[i+1] == '<')
}

// number reads what may be the count of a frame, a byte at a time, for it is
// short and may be cut anywhere.
func (f *framer) number(in []byte) []byte {
	c := in[0]
	switch {
	case f.state == inMark && c == '<':
		f.state, f.count, f.held = inCount, f.size, f.held[:0]
		return in // "<" belongs to the frame
	case f.state == inNumber && '0' <= c && c <= '9' && len(f.held) < mostDigits:
		f.size = f.size*10 + int(c-'0')
	case f.state == inNumber && c == ' ':
		f.state = inMark
	default:
		f.state = inLine
		return in
	}
	f.held = append(f.held, c)
	return in[1:]
}

func (f *framer) hold(in []byte) {
	if room := heldRaw - len(f.held); len(in) > room {
		in, f.over = in[:max(room, 0)], true
	}
	f.held = append(f.held, in...)
}

// emit ends the frame whose last bytes are in.
func (f *framer) emit(out, in []byte, newline bool, n *notes) ([]byte, bool) {
	over := f.over
	if len(f.held) > 0 {
		f.hold(in)
		in, over = f.held, f.over
	}
	if len(in) > heldRaw { // as if it had been held
		in, over = in[:heldRaw], true
	}
	if !newline && !over { // the newline that some senders count
		in, newline = bytes.CutSuffix(in, []byte{'\n'})
	}
	if newline && !over {
		in = bytes.TrimSuffix(in, []byte{'\r'})
	}
	out, ok := appendLine(out, in, over, n)
	f.rest()
	return out, ok
}

// rest makes f ready for the next frame.
func (f *framer) rest() {
	f.state, f.count, f.size, f.over = atStart, 0, 0, false
	if f.held = f.held[:0]; cap(f.held) > keptHeld {
		f.held = nil
	}
}

// end is called when no more bytes come. A line without its newline is a
// line; a counted frame that lacks bytes is one too, and is counted.
func (f *framer) end(out []byte, n *notes) ([]byte, int) {
	if f.state == atStart {
		return out, 0
	}
	if f.state == inCount {
		n.add(NoNewline, f.held)
	}
	out, ok := f.emit(out, nil, true, n)
	if !ok {
		return out, 0
	}
	return out, 1
}

// appendLine appends one line and its newline to out, with NUL and newlines
// written as rsyslog does, at most 1 MiB of it, and counts what is odd. False
// when the line is empty and nothing was appended.
func appendLine(out, line []byte, cut bool, n *notes) ([]byte, bool) {
	if !cut {
		line = bytes.TrimSuffix(line, []byte{0})
	}
	if len(line) == 0 {
		n.add(Empty, nil)
		return out, false
	}
	if cut {
		line = wholeRunes(line)
	}
	zero := bytes.IndexByte(line, 0) >= 0
	if !utf8.Valid(line) || zero && wide(line) {
		n.add(NotUTF8, line)
	}
	start := len(out)
	if !zero && bytes.IndexByte(line, '\n') < 0 {
		out = append(out, line...)
	} else {
		n.add(Rewritten, line)
		out = appendEscaped(out, line)
	}
	if cut || len(out)-start > longestLine {
		n.add(TooLong, line)
		out = out[:start+len(wholeRunes(out[start:min(len(out), start+longestLine)]))]
	}
	return append(out, '\n'), true
}

// wholeRunes drops a character that was cut in two from the end of s.
func wholeRunes(s []byte) []byte {
	for i := 1; i < utf8.UTFMax && i <= len(s); i++ {
		if c := s[len(s)-i]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(s[len(s)-i:]) {
				return s[:len(s)-i]
			}
			break
		}
	}
	return s
}

func appendEscaped(out, line []byte) []byte {
	for _, c := range line {
		switch c {
		case 0:
			out = append(out, "#000"...)
		case '\n':
			out = append(out, "#012"...)
		default:
			out = append(out, c)
		}
	}
	return out
}

// wide reports whether line looks like UTF-16: of its ASCII characters every
// second byte is NUL.
func wide(line []byte) bool {
	return bytes.Count(line, []byte{0})*10 >= len(line)*4
}
