// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package config holds what an operator may choose: defaults, then a YAML
// file, then VONGGAC_* variables, then flags, each over the one before, in one
// struct. It refuses keys it does not know, checks the whole at once and names
// each key that is wrong with the place it came from; after Load nothing
// changes. A secret has a twin key ending in _file and never prints. Start at
// Load; the keys are the table in setting.go.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Config is the whole configuration. It is read-only after Load.
type Config struct {
	Run       Roles  // what this process does of the whole; none stands for all
	Data      string // folder of all data; the records, files and keys stand in it
	Folder    string // of received files and lists, where several processes share them; "": files/ in Data
	Listen    string // host:port of the pages and the API
	URL       string // what links begin with, "https://soc.example.vn", no slash at the end
	TLS       TLS
	Proxy     Proxy
	Records   Records
	Log       Log
	Upload    Upload
	Documents Documents
	Intake    Intake
	Stream    Stream
	Lake      Lake
	Sightings Sightings
	RulePacks RulePacks
	Session   Session
	Metrics   Metrics
	Upgrade   Upgrade
	Language  i18n.Language // of people who have not chosen

	origins map[string]string // key -> where its value came from
}

// RulePacks says where a province's own rule packs lie.
type RulePacks struct {
	Folder string // empty: rulepacks in the data folder
}

// Mode says where the server's certificate comes from.
type Mode string

// The modes. Off is for loopback and for a proxy that speaks TLS itself.
const (
	Off   Mode = "off"   // plain HTTP
	Own   Mode = "own"   // a certificate authority made at first start
	Files Mode = "files" // Cert and Key
)

// TLS says how connections are protected. Cert and Key are paths of PEM files,
// set only in mode Files.
type TLS struct {
	Mode      Mode
	Cert, Key string
}

// Proxy names the reverse proxies whose X-Forwarded-For and X-Forwarded-Proto
// are believed; from any other address those headers count for nothing.
type Proxy struct{ Trusted []netip.Prefix }

// Trusts reports whether a is one of the trusted proxies.
func (p Proxy) Trusts(a netip.Addr) bool {
	for _, prefix := range p.Trusted {
		if prefix.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// Here reports whether one of the trusted proxies may be on this machine.
func (p Proxy) Here() bool {
	return slices.ContainsFunc(p.Trusted, func(prefix netip.Prefix) bool {
		return prefix.Overlaps(netip.MustParsePrefix("127.0.0.0/8")) || prefix.Contains(netip.IPv6Loopback())
	})
}

// Records says where the records are: the path of an SQLite file, or
// postgres://… with its password.
type Records struct{ Address Secret }

// Log says what the program writes about itself, on standard error. Format is
// "text" or "json".
type Log struct {
	Level  slog.Level
	Format string
}

// Upload bounds what one upload may bring, in bytes.
type Upload struct{ Limit int64 }

// Documents bounds one file of an official document, in bytes: it is held in
// memory until it is known that it may come in.
type Documents struct{ Limit int64 }

// Sightings says how long everything seen is remembered, in days, today among
// them.
type Sightings struct{ Days int }

// Session bounds how long one sign-in lasts.
type Session struct {
	Lifetime time.Duration // from signing in
	Idle     time.Duration // from the last use
}

// Metrics says who may read /metrics besides this machine itself: a program
// that shows Token. Empty means nobody.
type Metrics struct{ Token Secret }

// Upgrade says what happens before a newer program changes the records of an
// older one.
type Upgrade struct{ Backup UpgradeBackup }

// UpgradeBackup says whether a backup is made first.
type UpgradeBackup string

// The choices. NoBackup is for records that somebody else backs up.
const (
	MakeBackup UpgradeBackup = "on"
	NoBackup   UpgradeBackup = "off"
)

// Sources are what Load reads. Nothing else of the surroundings is looked at.
type Sources struct {
	File     string            // path of the YAML file; empty: VONGGAC_CONFIG, else none
	Env      []string          // as os.Environ gives it
	Flags    map[string]string // key -> text, only flags that were given
	Hostname string            // this machine's name, for links when listening on all addresses
}

// Load reads and checks the configuration. The error joins every fault found,
// each naming its key and place ("vonggac.yaml:7: tls.mode: …").
func Load(src Sources) (*Config, error) {
	layers, err := gather(src)
	if err != nil {
		return nil, err
	}
	k, c := koanf.New("."), &Config{origins: map[string]string{}}
	for _, l := range layers {
		values := make(map[string]any, len(l))
		for key, v := range l {
			values[key], c.origins[key] = v.text, v.origin
		}
		if err := k.Load(confmap.Provider(values, "."), nil); err != nil {
			return nil, fmt.Errorf("merge configuration: %w", err)
		}
	}
	var errs []error
	for _, s := range settings {
		if err := s.set(c, k.String(s.key)); err != nil {
			errs = append(errs, fmt.Errorf("%s: %s: %w", c.origins[s.key], s.key, err))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if err := c.complete(src.Hostname); err != nil {
		return nil, err
	}
	return c, nil
}

// complete fills what follows from other values and checks values against
// each other.
func (c *Config) complete(hostname string) error {
	var errs []error
	wrong := func(key, why string) { errs = append(errs, fmt.Errorf("%s: %s: %s", c.origins[key], key, why)) }
	if c.TLS.Mode == "" {
		c.TLS.Mode = c.impliedMode()
	}
	switch given := c.TLS.Cert != "" && c.TLS.Key != ""; {
	case c.TLS.Mode == Files && !given:
		wrong("tls.mode", "files needs both tls.cert and tls.key")
	case c.TLS.Mode != Files && (c.TLS.Cert != "" || c.TLS.Key != ""):
		wrong("tls.mode", fmt.Sprintf("%s does not use tls.cert and tls.key; choose files or leave them out", c.TLS.Mode))
	}
	if c.Records.Address.Reveal() == "" {
		c.Records.Address = NewSecret(filepath.Join(c.Data, "records.db"))
	}
	c.several(wrong)
	if c.URL == "" {
		c.URL = c.impliedURL(hostname)
	}
	if c.TLS.Mode != Off && strings.HasPrefix(c.URL, "http:") {
		wrong("url", "says http, but tls.mode is "+string(c.TLS.Mode))
	}
	return errors.Join(errs...)
}

// impliedMode is Files when both are given, Off on loopback, else Own: nothing
// crosses a network unprotected unless someone chose so.
func (c *Config) impliedMode() Mode {
	if c.TLS.Cert != "" && c.TLS.Key != "" {
		return Files
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if a, parseErr := netip.ParseAddr(host); err == nil && (host == "localhost" || parseErr == nil && a.IsLoopback()) {
		return Off
	}
	return Own
}

func (c *Config) impliedURL(hostname string) string {
	u := url.URL{Scheme: "https", Host: c.Listen}
	if c.TLS.Mode == Off {
		u.Scheme = "http"
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return u.String()
	}
	if a, parseErr := netip.ParseAddr(host); host == "" || parseErr == nil && a.IsUnspecified() {
		if host = hostname; host == "" {
			host = "localhost"
		}
	}
	u.Host = net.JoinHostPort(host, port)
	return u.String()
}
