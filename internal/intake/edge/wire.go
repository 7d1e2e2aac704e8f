// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge

import (
	"time"
)

// What collector and centre say to each other, as JSON. Both sides ignore what
// they do not know, so that one may be newer than the other.

// Where the centre listens for collectors.
const (
	PathEnrol  = "/edge/v1/enrol"
	PathHello  = "/edge/v1/hello"
	PathBlocks = "/edge/v1/blocks"
	PathRenew  = "/edge/v1/renew"
)

// TypeBlocks is the media type of frames, one after the other.
const TypeBlocks = "application/vnd.vonggac.blocks"

// Bounds of one request.
const (
	MostFrames = 4 << 20 // bytes of frames
	MostSaid   = 1 << 20 // bytes of JSON, either way
)

// EnrolAsk asks for a certificate.
type EnrolAsk struct {
	Code    string    `json:"code"`
	Request string    `json:"request"` // certificate request, PEM
	Host    string    `json:"host"`    // name of the machine
	Version string    `json:"version"`
	Now     time.Time `json:"now"`
}

// Enrolled is what a collector gets for its code.
type Enrolled struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Certificate string    `json:"certificate"` // PEM, of the collector
	Authority   string    `json:"authority"`   // PEM, of the centre
	Seal        []byte    `json:"seal"`        // public key that bundles are encrypted to (HPKE, X25519)
	Receipt     []byte    `json:"receipt"`     // public key that receipts are signed by (Ed25519)
	Ways        []Way     `json:"ways"`
	WaysAt      int64     `json:"ways_at"` // which state of the ways this is
	Now         time.Time `json:"now"`
}

// Hello is how a collector is.
type Hello struct {
	Version string    `json:"version"`
	Host    string    `json:"host"`
	Now     time.Time `json:"now"`
	Started time.Time `json:"started"`
	WaysAt  int64     `json:"ways_at"`

	Oldest    uint64    `json:"oldest"` // lowest number in the spool
	Next      uint64    `json:"next"`   // number the next block gets
	Wanted    uint64    `json:"wanted"` // as far as the collector knows, the centre has all before
	Lost      string    `json:"lost"`   // numbers that were damaged there (Numbers)
	Bytes     int64     `json:"bytes"`  // of the spool
	Limit     int64     `json:"limit"`
	FullSince time.Time `json:"full_since,omitzero"`
	Refused   int64     `json:"refused"` // blocks that found no room
	Diverged  bool      `json:"diverged,omitempty"`
	Paused    bool      `json:"paused,omitempty"` // it may not send blocks at this hour
	Backlog   int64     `json:"backlog"`          // bytes the centre has not got

	Ways     []WayFigures  `json:"ways"`
	Doors    []Door        `json:"doors"`
	Unknowns []UnknownPeer `json:"unknown"`
}

// WayFigures is what came by one way since the collector started.
type WayFigures struct {
	Way     string           `json:"way"`
	Lines   int64            `json:"lines"`
	Bytes   int64            `json:"bytes"`
	Last    time.Time        `json:"last,omitzero"`
	Lost    map[string]int64 `json:"lost,omitempty"`    // lines that are gone, by reason
	Refused map[string]int64 `json:"refused,omitempty"` // lines that were not taken, by reason
}

// Door is one listener.
type Door struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Address string `json:"address,omitempty"`
	Failure string `json:"failure,omitempty"`
	Drops   int64  `json:"kernel_drops,omitempty"`
	Unknown int64  `json:"unknown,omitempty"`
}

// UnknownPeer is a sender that no way fits.
type UnknownPeer struct {
	Kind     string    `json:"kind"`
	Listener string    `json:"listener"`
	Addr     string    `json:"addr,omitempty"`
	Host     string    `json:"host,omitempty"`
	Path     string    `json:"path,omitempty"`
	Count    int64     `json:"count"`
	Last     time.Time `json:"last"`
	Sample   string    `json:"sample,omitempty"`
}

// Welcome answers a Hello, and blocks.
type Welcome struct {
	Next   uint64    `json:"next"`           // number the centre wants
	Last   uint64    `json:"last,omitempty"` // highest number it ever had; 0 for none
	Sum    string    `json:"sum,omitempty"`  // of the block SumOf, by which a copy of a folder is told
	SumOf  uint64    `json:"sum_of,omitempty"`
	Ways   []Way     `json:"ways,omitempty"` // when WaysAt differs
	WaysAt int64     `json:"ways_at,omitempty"`
	Renew  bool      `json:"renew,omitempty"` // the certificate ends soon
	Now    time.Time `json:"now"`
}

// Problem is what the centre says no with.
type Problem struct {
	Code string `json:"code"` // see the constants
	Text string `json:"text"`
	Next uint64 `json:"next,omitempty"` // how far it came, where that can be said
}

// The codes of problems.
const (
	CodeRefused = "refused" // not enrolled, revoked, or a code that does not hold
	CodeInvalid = "invalid" // what came is no block, or no request
	CodeBusy    = "busy"    // no room, or something the centre needs is away: try again
)
