// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
)

// Intake says where lines are received that others send, and which files are
// read as they grow. Everything is off when empty.
type Intake struct {
	UDP, TCP, TLS []string // host:port each, of syslog (RFC 3164, 5424, 5425, 6587)
	HTTP          []string // host:port each, of senders that push by HTTP
	Dnstap        []string // host:port each, or the path of a socket
	NetFlow       []string // host:port each, UDP
	Files         []string // patterns of paths, such as /var/log/named/*.log
	Edge          []string // host:port each, of collectors at units' sites
	ClientCA      string   // path of PEM certificates that vouch for senders by TLS; "": any certificate is known by its hash
}

// On reports whether anything is received.
func (i Intake) On() bool {
	return len(i.UDP)+len(i.TCP)+len(i.TLS)+len(i.HTTP)+len(i.Dnstap)+len(i.NetFlow)+len(i.Files)+len(i.Edge) > 0
}

// Stream says where received lines wait for the reading: in the data folder, or
// in a NATS cluster.
type Stream struct {
	Address     string // nats://… of a cluster; "" is the own one in the data folder
	Credentials Secret // contents of a NATS credentials file; "" for none
	Reserve     int64  // bytes that stay free on the disk: below them nothing more is received
}

// Lake says how received lines are kept and searched.
type Lake struct {
	Days    int        // lines are kept, today among them
	Engine  LakeEngine // of searches
	Address string     // http(s)://… of a VictoriaLogs server or cluster; "" is an engine of our own in the data folder
	Token   Secret     // that it wants as a bearer; "" for none
}

// LakeEngine says whether lines can be searched; they are kept in any case.
type LakeEngine string

// The choices.
const (
	EngineOn  LakeEngine = "on"
	EngineOff LakeEngine = "off"
)

func setLakeDays(c *Config, text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < fewestDays || n > mostDays {
		return fmt.Errorf("%q: want a number of days from %d to %d", text, fewestDays, mostDays)
	}
	c.Lake.Days = n
	return nil
}

func setEngine(c *Config, text string) error {
	if c.Lake.Engine = LakeEngine(text); c.Lake.Engine != EngineOn && c.Lake.Engine != EngineOff {
		return fmt.Errorf("%q: want on or off", text)
	}
	return nil
}

func setLakeAddress(c *Config, text string) error {
	u, err := url.Parse(text)
	if text != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil) {
		return fmt.Errorf("%q: want http:// or https:// and a host", text)
	}
	c.Lake.Address = strings.TrimRight(text, "/")
	return nil
}

func showToken(c *Config) string {
	if c.Lake.Token.Reveal() == "" {
		return ""
	}
	return hidden
}

func setAddresses(to func(c *Config) *[]string) func(c *Config, text string) error {
	return func(c *Config, text string) error {
		var out []string
		for part := range strings.SplitSeq(text, ",") {
			part = strings.TrimSpace(part)
			if part == "" {
				continue
			}
			_, port, err := net.SplitHostPort(part)
			if err != nil {
				return fmt.Errorf("%q: want host:port, such as 0.0.0.0:514", part)
			}
			if _, err := strconv.ParseUint(port, 10, 16); err != nil {
				return fmt.Errorf("port %q: want 0 to %d", port, math.MaxUint16)
			}
			if slices.Contains(out, part) && port != "0" {
				return fmt.Errorf("%q stands twice", part)
			}
			out = append(out, part)
		}
		*to(c) = out
		return nil
	}
}

func showAddresses(of func(c *Config) *[]string) func(c *Config) string {
	return func(c *Config) string { return strings.Join(*of(c), ",") }
}

func toUDP(c *Config) *[]string  { return &c.Intake.UDP }
func toTCP(c *Config) *[]string  { return &c.Intake.TCP }
func toTLS(c *Config) *[]string  { return &c.Intake.TLS }
func toHTTP(c *Config) *[]string { return &c.Intake.HTTP }
func toEdge(c *Config) *[]string { return &c.Intake.Edge }

func toDnstap(c *Config) *[]string  { return &c.Intake.Dnstap }
func toNetFlow(c *Config) *[]string { return &c.Intake.NetFlow }

// mostSocket is how long the path of a socket may be on every system, in bytes
// (unix(7) has 108 with the end, macOS 104).
const mostSocket = 100

// setDnstap takes addresses and paths of sockets.
func setDnstap(c *Config, text string) error {
	var addresses, sockets []string
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		switch {
		case !filepath.IsAbs(part):
			addresses = append(addresses, part)
		case len(part) > mostSocket:
			return fmt.Errorf("%q: the path of a socket has at most %d bytes", part, mostSocket)
		case slices.Contains(sockets, part):
			return fmt.Errorf("%q stands twice", part)
		default:
			sockets = append(sockets, part)
		}
	}
	if err := setAddresses(toDnstap)(c, strings.Join(addresses, ",")); err != nil {
		return err
	}
	c.Intake.Dnstap = append(c.Intake.Dnstap, sockets...)
	return nil
}

func setFiles(c *Config, text string) error {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if _, err := filepath.Match(part, ""); err != nil || !filepath.IsAbs(part) {
			return fmt.Errorf("%q: want the whole path of a file, where * stands for anything in a name", part)
		}
		out = append(out, part)
	}
	c.Intake.Files = out
	return nil
}

func setStream(c *Config, text string) error {
	for part := range strings.SplitSeq(text, ",") {
		if text != "" && !strings.HasPrefix(part, "nats://") && !strings.HasPrefix(part, "tls://") {
			return errors.New("want nats://host:port or tls://host:port, several with commas")
		}
	}
	c.Stream.Address = text
	return nil
}

func setReserve(c *Config, text string) error {
	n, err := humanize.ParseBytes(text)
	if err != nil || n < 64<<20 || n > math.MaxInt64 {
		return fmt.Errorf("%q: want a size such as 2GiB, 64MiB at least", text)
	}
	c.Stream.Reserve = int64(n)
	return nil
}

func showCredentials(c *Config) string {
	if c.Stream.Credentials.Reveal() == "" {
		return ""
	}
	return hidden
}
