// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/engine/format/netflow"
)

// Reason is why something was refused or is not as it was sent.
type Reason string

// The reasons of what is in a block all the same.
const (
	TooLong   Reason = "too_long"   // cut at 1 MiB
	NotUTF8   Reason = "not_utf8"   // in another encoding, kept as it came
	NoNewline Reason = "no_newline" // ended by the end of the connection or of the time for it, inside a counted frame or slowly
	Held      Reason = "held"       // ended early, as all begun lines together were too much
	Rewritten Reason = "rewritten"  // held NUL or a newline, now "#000" or "#012"
)

// The reasons of what is in no block.
const (
	Empty      Reason = "empty"       // a line without a byte
	OverQuota  Reason = "quota"       // UDP beyond the way's quota
	Deferred   Reason = "deferred"    // HTTP requests beyond the way's quota; to be sent again
	Overflow   Reason = "overflow"    // UDP while the stream does not take
	Unstored   Reason = "unstored"    // read, but the server stopped before the stream took it
	Invalid    Reason = "invalid"     // the stream can never take the block; what made it is at fault
	BadRequest Reason = "bad_request" // HTTP requests nobody can read
	BadItem    Reason = "bad_item"    // of an HTTP request whose other items were taken
	TooLarge   Reason = "too_large"   // HTTP bodies beyond the limit
	Busy       Reason = "busy"        // HTTP requests and items while the stream does not take; to be sent again
	NoRoom     Reason = "no_room"     // HTTP requests while the disk has no room; to be sent again
	Truncated  Reason = "truncated"   // a followed file was shortened before all was read
	Vanished   Reason = "vanished"    // a followed file went away before all was read
	Unreadable Reason = "unreadable"  // a followed file cannot be opened or read
	Handshake  Reason = "handshake"   // TLS that came to nothing
	Crowded    Reason = "crowded"     // more connections than the limit
	BadStream  Reason = "bad_stream"  // a connection that speaks no Frame Stream, or another content; it is ended
	BadFrame   Reason = "bad_frame"   // a frame that is no dnstap message, or that broke off
	LargeFrame Reason = "large_frame" // a frame beyond what dnstap can need
)

// The reasons of flows, in words of package netflow.
const (
	NoTemplate       Reason = netflow.NoTemplate       // sets whose template did not come in time
	BadPacket        Reason = netflow.BadPacket        // messages and sets that contradict themselves
	TooManyTemplates Reason = netflow.TooManyTemplates // templates beyond what is kept of an exporter
	NoAddress        Reason = netflow.NoAddress        // sets of flows that name no address
	LostFlows        Reason = netflow.LostFlows        // the sender sent and that never came, by its numbers
	LostPackets      Reason = netflow.LostPackets      // the same, in messages
)

// Kept reports whether what r counts is in a block all the same.
func (r Reason) Kept() bool {
	return slices.Contains([]Reason{TooLong, NotUTF8, NoNewline, Rewritten, Held}, r)
}

// Gone reports whether what r counts is lost. What is refused for other reasons
// the sender has still got, or it holds nothing.
func (r Reason) Gone() bool {
	return slices.Contains([]Reason{Overflow, OverQuota, Unstored, Invalid, Truncated, Vanished, LostFlows, LostPackets, BadFrame, LargeFrame, BadPacket,
		NoTemplate}, r)
}

const (
	sampleBytes  = 200
	sampleCount  = 8
	samplePeriod = 10 * time.Second // between new samples once there are eight
)

// note is how often one thing happened.
type note struct {
	reason  Reason
	lines   int64
	bytes   int64
	samples []string
}

// notes are gathered by one goroutine and added to a tally.
type notes []note

func (n *notes) add(r Reason, line []byte) {
	i := slices.IndexFunc(*n, func(e note) bool { return e.reason == r })
	if i < 0 {
		i, *n = len(*n), append(*n, note{reason: r})
	}
	e := &(*n)[i]
	e.lines++
	e.bytes += int64(len(line))
	if len(line) > 0 && len(e.samples) < sampleCount {
		e.samples = append(e.samples, sample(line))
	}
}

// tally is what happened since the start, by reason. Safe for concurrent use.
type tally struct {
	mu   sync.Mutex
	list []tallied
}

type tallied struct {
	note
	sampled time.Time
	next    int // the sample to replace
}

func (t *tally) one(r Reason, line []byte, now time.Time) {
	var n notes
	n.add(r, line)
	t.add(n, now)
}

func (t *tally) add(n notes, now time.Time) {
	if len(n) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range n {
		i := slices.IndexFunc(t.list, func(x tallied) bool { return x.reason == e.reason })
		if i < 0 {
			i, t.list = len(t.list), append(t.list, tallied{note: note{reason: e.reason}})
		}
		t.list[i].take(e, now)
	}
}

func (t *tallied) take(e note, now time.Time) {
	t.lines += e.lines
	t.bytes += e.bytes
	for _, s := range e.samples {
		switch {
		case len(t.samples) < sampleCount:
			t.samples = append(t.samples, s)
		case now.Sub(t.sampled).Abs() < samplePeriod: // a clock set back stops nothing
			return
		default:
			t.samples[t.next] = s
			t.next = (t.next + 1) % sampleCount
		}
		t.sampled = now
	}
}

// counts gives the tally as figures, in the order of the reasons' names.
func (t *tally) counts() []Count {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]Count, 0, len(t.list))
	for _, e := range t.list {
		list = append(list, Count{Reason: e.reason, Kept: e.reason.Kept(), Lines: e.lines, Bytes: e.bytes, Samples: slices.Clone(e.samples)})
	}
	slices.SortFunc(list, func(a, b Count) int { return strings.Compare(string(a.Reason), string(b.Reason)) })
	return list
}

// sample shortens a line for people: at most 200 bytes of UTF-8 without
// control characters; bytes that are no UTF-8 become "\x9c".
func sample(line []byte) string {
	const hex = "0123456789abcdef"
	out := make([]byte, 0, min(len(line), sampleBytes))
	for len(line) > 0 {
		r, n := utf8.DecodeRune(line)
		piece := line[:n]
		switch {
		case r == utf8.RuneError && n == 1:
			piece = []byte{'\\', 'x', hex[line[0]>>4], hex[line[0]&15]}
		case r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069:
			piece = []byte{' '}
		}
		if len(out)+len(piece) > sampleBytes {
			break
		}
		out = append(out, piece...)
		line = line[n:]
	}
	return string(out)
}
