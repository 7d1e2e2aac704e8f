// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package dnstap

import (
	"encoding/binary"
	"errors"
)

// The bounds of a stream. A dnstap message holds two DNS messages of at most
// 64 KiB each, and some words.
const (
	MaxFrame   = 256 << 10 // bytes of a data frame that is read
	hopeless   = 16 << 20  // bytes of a frame beyond which it is no Frame Stream at all
	maxControl = 512       // bytes of a control frame (fstrm, FSTRM_CONTROL_FRAME_LENGTH_MAX)
	keptHeld   = 1 << 10   // capacity kept between frames
)

// Types of control frames and of their one field (github.com/farsightsec/fstrm,
// fstrm/control.h).
const (
	controlAccept = 1
	controlStart  = 2
	controlStop   = 3
	controlReady  = 4
	controlFinish = 5
	fieldContent  = 1
)

// Errors of Next: after one of them the stream cannot be read on.
var (
	ErrStream  = errors.New("this is no Frame Stream")
	ErrContent = errors.New("the Frame Stream carries something else than dnstap")
	ErrOrder   = errors.New("the Frame Stream has a frame where none may be")
)

// EventKind is what Next met.
type EventKind uint8

// The kinds.
const (
	More  EventKind = iota // nothing whole yet
	Data                   // a data frame: Event.Frame
	Large                  // a data frame beyond MaxFrame, passed over: Event.Size
	Ready                  // a sender that wants to be answered with Accept
	Start                  // data follow
	Stop                   // no data follow; a sender that was accepted wants Finish
)

// Event is what Next met. Frame is good until the next call.
type Event struct {
	Kind  EventKind
	Frame []byte
	Size  int
}

// Cutter cuts a Frame Stream into frames, in both forms: one way (START, data,
// STOP) and with a handshake (READY, ACCEPT, START, data, STOP, FINISH). The
// zero value is at the start of a stream. It holds only a frame that has begun.
type Cutter struct {
	held    []byte // of the frame that has begun, its length included
	skip    int    // bytes of a large frame that still have to come
	large   int
	started bool
	asked   bool // READY came
}

// Begun reports whether a frame has begun.
func (c *Cutter) Begun() bool { return len(c.held) > 0 || c.skip > 0 }

// Part is what is held of the frame that has begun, its length included.
func (c *Cutter) Part() []byte { return c.held }

// Held is how many bytes of memory c holds.
func (c *Cutter) Held() int { return cap(c.held) }

// Started reports whether data may come.
func (c *Cutter) Started() bool { return c.started }

// Asked reports whether the sender began with READY and is answered.
func (c *Cutter) Asked() bool { return c.asked }

// Next takes bytes of in until something is whole, and returns the rest.
func (c *Cutter) Next(in []byte) ([]byte, Event, error) {
	if c.skip > 0 {
		n := min(c.skip, len(in))
		if c.skip -= n; c.skip > 0 {
			return nil, Event{}, nil
		}
		return in[n:], Event{Kind: Large, Size: c.large}, nil
	}
	need := 4
	for {
		have := len(c.held) + len(in)
		if have < need {
			c.held = append(c.held, in...)
			return nil, Event{}, nil
		}
		size := c.at(0, in)
		if size == 0 {
			if need = 8; have < need {
				continue
			}
			if size = c.at(4, in); size < 4 || size > maxControl {
				return nil, Event{}, ErrStream
			}
			if need = 8 + int(size); have < need {
				continue
			}
			frame, rest := c.frame(in, need)
			e, err := c.control(frame[8:])
			c.rest()
			return rest, e, err
		}
		switch {
		case !c.started:
			if size > hopeless {
				return nil, Event{}, ErrStream
			}
			return nil, Event{}, ErrOrder
		case size > hopeless:
			return nil, Event{}, ErrStream
		case size > MaxFrame:
			in = in[4-len(c.held):]
			c.rest()
			c.skip, c.large = int(size), int(size)
			return c.Next(in)
		}
		if need = 4 + int(size); have >= need {
			frame, rest := c.frame(in, need)
			c.rest()
			return rest, Event{Kind: Data, Frame: frame[4:]}, nil
		}
	}
}

// at is the number at place i of what is held and in together.
func (c *Cutter) at(i int, in []byte) uint32 {
	var b [4]byte
	for j := range b {
		if k := i + j; k < len(c.held) {
			b[j] = c.held[k]
		} else {
			b[j] = in[k-len(c.held)]
		}
	}
	return binary.BigEndian.Uint32(b[:])
}

// frame gives n bytes of what is held and in together, and the rest of in.
func (c *Cutter) frame(in []byte, n int) (frame, rest []byte) {
	if len(c.held) == 0 {
		return in[:n], in[n:]
	}
	m := n - len(c.held)
	c.held = append(c.held, in[:m]...)
	return c.held, in[m:]
}

// rest makes c ready for the next frame; what frame gave stays good meanwhile.
func (c *Cutter) rest() {
	if c.held = c.held[:0]; cap(c.held) > keptHeld {
		c.held = nil
	}
}

// control takes a control frame without its lengths.
func (c *Cutter) control(b []byte) (Event, error) {
	kind := binary.BigEndian.Uint32(b)
	right, named, err := contents(b[4:])
	if err != nil {
		return Event{}, err
	}
	switch {
	case kind == controlReady && !c.started && !c.asked:
		if named && !right {
			return Event{}, ErrContent
		}
		c.asked = true
		return Event{Kind: Ready}, nil
	case kind == controlStart && !c.started:
		if named && !right {
			return Event{}, ErrContent
		}
		c.started = true
		return Event{Kind: Start}, nil
	case kind == controlStop && c.started: // of files put together another START may follow
		c.started = false
		return Event{Kind: Stop}, nil
	case kind == controlFinish && !c.started, kind == controlAccept && !c.started: // the other side's words, in a stream that was recorded
		return Event{}, nil
	}
	return Event{}, ErrOrder
}

// contents reads the content types: whether one is named, and whether dnstap is
// among them.
func contents(b []byte) (right, named bool, err error) {
	for len(b) > 0 {
		if len(b) < 8 {
			return false, false, ErrStream
		}
		kind, size := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
		if b = b[8:]; uint64(size) > uint64(len(b)) {
			return false, false, ErrStream
		}
		if kind == fieldContent {
			named = true
			right = right || string(b[:size]) == ContentType
		}
		b = b[size:]
	}
	return right, named, nil
}

// Accept is the frame that answers READY.
func Accept() []byte { return controlFrame(controlAccept, true) }

// Finish is the frame that answers STOP.
func Finish() []byte { return controlFrame(controlFinish, false) }

func controlFrame(kind uint32, content bool) []byte {
	body := binary.BigEndian.AppendUint32(nil, kind)
	if content {
		body = binary.BigEndian.AppendUint32(body, fieldContent)
		body = binary.BigEndian.AppendUint32(body, uint32(len(ContentType)))
		body = append(body, ContentType...)
	}
	out := binary.BigEndian.AppendUint32(make([]byte, 4, 8+len(body)), uint32(len(body)))
	return append(out, body...)
}
