// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package listener takes logs in from the network and from files and hands
// them on in blocks. It knows syslog over UDP, TCP and TLS, HTTP push in the
// forms of Elastic and Splunk beside its own, files that grow and rotate,
// dnstap, NetFlow and IPFIX; of the last three messages become a line each.
//
// A sender is told that something is received only when the block that holds
// it is stored; where a protocol cannot say so, reading stops while too much
// waits. Whoever no way is known for is refused, counted and shown, never
// taken in. Lines go into blocks as they came, but for what would break a
// block of lines: see Framing in frame.go. What was refused or changed is
// counted by reason with samples (Figures).
//
// Start at New; DESIGN.md says who owns what.
package listener

import (
	"fmt"
	"log/slog"
	"net/netip"
)

// Kind is how a listener takes logs in.
type Kind string

// The kinds of listeners.
const (
	SyslogUDP Kind = "syslog-udp" // RFC 5426, and whatever else comes in datagrams
	SyslogTCP Kind = "syslog-tcp" // RFC 6587, both framings
	SyslogTLS Kind = "syslog-tls" // RFC 5425, and newlines
	HTTP      Kind = "http"       // own push, Elastic _bulk, Splunk HEC
	File      Kind = "file"       // files of this machine, followed
	Dnstap    Kind = "dnstap"     // Frame Streams over TCP or a socket of this machine
	NetFlow   Kind = "netflow"    // NetFlow versions 5 and 9, and IPFIX, over UDP
)

// Peer is who sends, as far as it can be told. Only what the kind can know is
// set.
type Peer struct {
	Kind        Kind
	Listener    string     // name of the listener in the configuration
	Addr        netip.Addr // of the sender, unmapped; zero for files
	Certificate string     // SHA-256 of the client certificate, lower-case hex; "" for none
	Host        string     // HOSTNAME of the syslog header, identity of dnstap; "" for none
	Token       string     // of an HTTP request; a secret
	Path        string     // of a followed file
}

// String describes p without its token.
func (p Peer) String() string {
	return fmt.Sprintf("%s %s %s host=%q certificate=%q path=%q", p.Kind, p.Listener, p.Addr, p.Host, p.Certificate, p.Path)
}

// GoString is String, so that no way of printing shows the token.
func (p Peer) GoString() string { return p.String() }

// LogValue is String, so that no log shows the token.
func (p Peer) LogValue() slog.Value { return slog.StringValue(p.String()) }

// Way is one way in: the source whose logs come by it, and how much may come.
type Way struct {
	ID     string // names the way for ever; 1 to 60 bytes
	Source string // id of the source
	Owner  string // id of the source's owner unit
	Quota  Quota
	// ByHost says that the sender relays lines of several hosts, each of which
	// is asked for by its own host. Of a connection that is so even when no way
	// is found for its first line.
	ByHost bool
}

// Quota is how much a way may bring. A sender may be ahead of it by Burst
// seconds' worth.
type Quota struct {
	Lines int64 // a second; 0 for no bound
	Bytes int64 // a second; 0 for no bound
}

// Directory knows the ways in.
type Directory interface {
	// Find gives the way of p, false when there is none. It is called for
	// each connection (with the host of its first line, and again at most once
	// a second while it sends, so that a way taken away ends; for each host where
	// the way says ByHost), each datagram,
	// each request and each file, from many goroutines at once: it must be fast
	// and take no locks.
	Find(p Peer) (Way, bool)
}
