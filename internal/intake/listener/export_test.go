// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import "net/http"

// Framer lets tests cut bytes into lines without a connection.
type Framer struct {
	f framer
	n notes
}

// Feed gives the lines that in ends, each with its newline.
func (f *Framer) Feed(in []byte) (string, int) {
	text, lines := f.f.feed(nil, in, &f.n)
	return string(text), lines
}

// End gives the last line.
func (f *Framer) End() (string, int) {
	text, lines := f.f.end(nil, &f.n)
	return string(text), lines
}

// Counted is how many lines r counts.
func (f *Framer) Counted(r Reason) int64 {
	for _, e := range f.n {
		if e.reason == r {
			return e.lines
		}
	}
	return 0
}

// HostOf is the host of a syslog line.
func HostOf(line string) string { return hostOf([]byte(line)) }

// Sample shortens a line.
func Sample(line string) string { return sample([]byte(line)) }

// LongestLine is the most bytes of a line.
const LongestLine = longestLine

// MostRun is the most bytes of a block, and InFlight how many of a way may be
// under way.
const MostRun, InFlight = mostRun, inFlight

// Routes are the paths of the first listener of s, which need not listen.
func Routes(s *Server) http.Handler {
	d := s.doors[0]
	d.openHTTP()
	return d.web.Handler
}
