// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package event

import (
	"net/netip"
	"time"
)

// Class is the OCSF 1.3 class of an activity, by its class_uid.
type Class uint16

// The classes that log lines are read into (schema.ocsf.io/1.3.0/classes).
const (
	ProcessActivity  Class = 1007 // a program begun, or a module it loaded
	DetectionFinding Class = 2004 // what a sensor judged: an IDS alert, a virus found
	Authentication   Class = 3002 // somebody proved who they are, or failed to
	NetworkActivity  Class = 4001 // a connection; with TLS its handshake
	HTTPActivity     Class = 4002 // a request
	DNSActivity      Class = 4003 // a look-up logged among other things by a firewall
	EmailActivity    Class = 4009 // a message taken, sent on or refused
	FileHosting      Class = 6006 // a file carried over the network
)

// String returns the class's caption: "process", "finding", "auth", "network",
// "http", "dns", "email" or "file".
func (c Class) String() string {
	switch c {
	case ProcessActivity:
		return "process"
	case Authentication:
		return "auth"
	case EmailActivity:
		return "email"
	case DetectionFinding:
		return "finding"
	case HTTPActivity:
		return "http"
	case DNSActivity:
		return "dns"
	case FileHosting:
		return "file"
	}
	return "network"
}

// Action is what the device did (OCSF disposition_id). The zero value means
// the line did not say.
type Action uint8

// What a device does with traffic.
const (
	Unsaid  Action = iota
	Allowed        // let through, be it with an alert
	Blocked        // dropped, refused, reset or answered with a page that says so
)

// String returns "", "allowed" or "blocked".
func (a Action) String() string { return [...]string{"", "allowed", "blocked"}[a] }

// Status is how what was tried came out (OCSF status_id). The zero value means
// the line did not say.
type Status uint8

// How things come out.
const (
	Unknown Status = iota
	Success        // the account was let in, the message was taken
	Failure        // a wrong password, an account that is not, a refusal
)

// String returns "", "success" or "failure".
func (s Status) String() string { return [...]string{"", "success", "failure"}[s] }

// Endpoint is one end of a connection (OCSF network_endpoint).
type Endpoint struct {
	Addr netip.Addr // without zone and unmapped; zero when not said
	Port uint16     // 0 when not said
	Host string     // name as logged, without port; may be an address in text
}

// Activity is what one line of a sensor, proxy or firewall reports besides a
// DNS look-up of its own (see DNS). The objects that several OCSF classes share
// are fields here, as one line may hold several: an alert names the request and
// the file that raised it. The zero value of each field means the line did not
// say. Texts are valid UTF-8 without control characters; octets that are no
// text stand as \DDD.
type Activity struct {
	Class    Class
	Time     time.Time // UTC
	Src, Dst Endpoint  // as the program orders them: who opened the connection, and to whom
	Protocol string    // transport, lower case: "tcp", "udp", "icmp"
	Action   Action
	Status   Status // of what was tried, where that is more than the device's action
	Sent     int64  // bytes from Src to Dst
	Received int64  // bytes from Dst to Src
	User     string // account, as logged
	Service  string // the program that was asked: "sshd", "imap"; of a process its own path
	Title    string // what the device calls it: signature, rule, event name
	Query    string // DNS name asked, for DNSActivity; without the root dot
	HTTP     HTTP
	TLS      TLS
	File     File
	Email    Email
}

// HTTP is a request (OCSF http_request and http_response).
type HTTP struct {
	Method    string // "GET"; as logged
	URL       string // whole where host and path are known, with the scheme if one is logged or told by the port
	UserAgent string
	Status    int // response code; 0 when there was none
}

// TLS is a handshake (OCSF tls). Fingerprints are lower case.
type TLS struct {
	SNI     string
	Version string
	JA3     string // of the client; 32 hexadecimal digits (github.com/salesforce/ja3)
	JA3S    string // of the server
	JA4     string // of the client, three parts (github.com/FoxIO-LLC/ja4)
}

// File is a file carried (OCSF file). Hashes are lower-case hexadecimal.
type File struct {
	Name, Type        string // Type is a MIME type, or the device's word for it
	Size              int64
	MD5, SHA1, SHA256 string
}

// Email is the envelope of a message, one mailbox each (OCSF email).
type Email struct {
	From string
	To   []string
}
