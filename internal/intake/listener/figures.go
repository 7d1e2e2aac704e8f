// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"cmp"
	"slices"
	"time"
)

// Figures is what a server has done since its start. All counts only grow;
// Connections, Waiting and Held are of now.
type Figures struct {
	Started   time.Time
	Held      int64 // bytes of lines not yet stored
	Listeners []ListenerFigures
	Ways      []WayFigures
}

// WayFigures is what came by one way.
type WayFigures struct {
	Way, Source, Owner string // as last found

	Lines, Bytes             int64 // taken, newlines counted
	StoredLines, StoredBytes int64 // of them stored
	Blocks                   int64 // stored
	Retries                  int64 // refusals of the stream that were tried again
	Waiting                  int   // blocks the stream has not taken yet
	Connections              int   // open now
	Last                     time.Time
	Slowed                   time.Duration // senders over the quota were made to wait
	Counts                   []Count
}

// Count is how often one thing happened, with samples.
type Count struct {
	Reason  Reason
	Kept    bool // the lines are in blocks all the same
	Lines   int64
	Bytes   int64
	Samples []string // at most 8 of at most 200 bytes, not in order
}

// ListenerFigures is what came to one listener, whoever sent it.
type ListenerFigures struct {
	Name    string
	Kind    Kind
	Address string // it listens on; "" for files

	Connections     int   // open now
	Accepted        int64 // connections since the start
	Datagrams       int64 // the kernel handed over
	KernelDrops     int64 // datagrams the kernel dropped before
	KernelDropKnown bool  // false where the system does not tell
	ReceiveBuffer   int   // bytes the kernel keeps of datagrams; 0 when it does not tell
	Unknown         int64 // lines, requests or files of nobody known
	Senders         []Unknown
	Counts          []Count // of what no way is known for
	Failure         string  // why it does not listen; "" while it does
}

// Unknown is a sender no way is known for.
type Unknown struct {
	Addr        string // "" for files
	Host        string
	Certificate string
	Path        string
	Count       int64
	First, Last time.Time
	Sample      string // one line, at most 200 bytes; "" of HTTP
}

// Figures gives a snapshot.
func (s *Server) Figures() Figures {
	f := Figures{Started: s.started, Held: s.memory.held.Load()}
	for _, d := range s.doors {
		f.Listeners = append(f.Listeners, d.figures())
	}
	s.lanesMu.RLock()
	lanes := make([]*lane, 0, len(s.lanes))
	for _, l := range s.lanes {
		lanes = append(lanes, l)
	}
	s.lanesMu.RUnlock()
	for _, l := range lanes {
		f.Ways = append(f.Ways, l.figures())
	}
	slices.SortFunc(f.Ways, func(a, b WayFigures) int { return cmp.Compare(a.Way, b.Way) })
	return f
}

func (l *lane) figures() WayFigures {
	counts := l.tally.counts()
	l.mu.Lock()
	defer l.mu.Unlock()
	return WayFigures{
		Way: l.way.ID, Source: l.way.Source, Owner: l.way.Owner,
		Lines: l.total.lines, Bytes: l.total.bytes, StoredLines: l.stored.lines, StoredBytes: l.stored.bytes,
		Blocks: l.stored.blocks, Retries: l.retries, Waiting: l.flight, Connections: l.open,
		Last: l.last, Slowed: l.slowed, Counts: counts,
	}
}
