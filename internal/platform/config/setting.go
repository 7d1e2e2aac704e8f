// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// setting is one key. def is its default as text; set reads text into c and
// says what would be right when it is not; show is the value as it holds.
type setting struct {
	key    string
	def    string
	secret bool
	set    func(c *Config, text string) error
	show   func(c *Config) string
}

// settings is every key there is, in the order Show prints them. The default
// of data stands in gather, since it follows from the environment.
var settings = []setting{
	{key: "data", set: setData, show: func(c *Config) string { return c.Data }},
	{key: "run", def: "all", set: setRun, show: func(c *Config) string { return c.Run.String() }},
	{key: "files.folder", set: setFolder, show: func(c *Config) string { return c.Folder }},
	{key: "listen", def: "127.0.0.1:8080", set: setListen, show: func(c *Config) string { return c.Listen }},
	{key: "url", set: setURL, show: func(c *Config) string { return c.URL }},
	{key: "tls.mode", set: setMode, show: func(c *Config) string { return string(c.TLS.Mode) }},
	{key: "tls.cert", set: func(c *Config, s string) error { c.TLS.Cert = s; return nil }, show: func(c *Config) string { return c.TLS.Cert }},
	{key: "tls.key", set: func(c *Config, s string) error { c.TLS.Key = s; return nil }, show: func(c *Config) string { return c.TLS.Key }},
	{key: "proxy.trusted", set: setTrusted, show: showTrusted},
	{key: "records.address", secret: true, set: setRecords, show: showRecords},
	{key: "log.level", def: "info", set: setLevel, show: func(c *Config) string { return strings.ToLower(c.Log.Level.String()) }},
	{key: "log.format", def: "text", set: setFormat, show: func(c *Config) string { return c.Log.Format }},
	{key: "upload.limit", def: "8GiB", set: setUpload, show: func(c *Config) string { return size(c.Upload.Limit) }},
	{key: "documents.limit", def: "50MiB", set: setDocuments, show: func(c *Config) string { return size(c.Documents.Limit) }},
	{key: "intake.udp", set: setAddresses(toUDP), show: showAddresses(toUDP)},
	{key: "intake.tcp", set: setAddresses(toTCP), show: showAddresses(toTCP)},
	{key: "intake.tls", set: setAddresses(toTLS), show: showAddresses(toTLS)},
	{key: "intake.http", set: setAddresses(toHTTP), show: showAddresses(toHTTP)},
	{key: "intake.dnstap", set: setDnstap, show: showAddresses(toDnstap)},
	{key: "intake.netflow", set: setAddresses(toNetFlow), show: showAddresses(toNetFlow)},
	{key: "intake.edge", set: setAddresses(toEdge), show: showAddresses(toEdge)},
	{key: "intake.files", set: setFiles, show: func(c *Config) string { return strings.Join(c.Intake.Files, ",") }},
	{key: "intake.client_ca", set: func(c *Config, s string) error { c.Intake.ClientCA = s; return nil }, show: func(c *Config) string { return c.Intake.ClientCA }},
	{key: "stream.reserve", def: "2GiB", set: setReserve, show: func(c *Config) string { return size(c.Stream.Reserve) }},
	{key: "stream.address", set: setStream, show: func(c *Config) string { return c.Stream.Address }},
	{key: "stream.credentials", secret: true, set: func(c *Config, s string) error { c.Stream.Credentials = NewSecret(s); return nil }, show: showCredentials},
	{key: "lake.days", def: "366", set: setLakeDays, show: func(c *Config) string { return strconv.Itoa(c.Lake.Days) }},
	{key: "lake.engine", def: "on", set: setEngine, show: func(c *Config) string { return string(c.Lake.Engine) }},
	{key: "lake.address", set: setLakeAddress, show: func(c *Config) string { return c.Lake.Address }},
	{key: "lake.token", secret: true, set: func(c *Config, s string) error { c.Lake.Token = NewSecret(s); return nil }, show: showToken},
	{key: "sightings.days", def: "366", set: setSightings, show: func(c *Config) string { return strconv.Itoa(c.Sightings.Days) }},
	{key: "rulepacks.folder", set: func(c *Config, s string) error { c.RulePacks.Folder = s; return nil }, show: func(c *Config) string { return c.RulePacks.Folder }},
	{key: "session.lifetime", def: "12h", set: setLifetime, show: func(c *Config) string { return c.Session.Lifetime.String() }},
	{key: "session.idle", def: "4h", set: setIdle, show: func(c *Config) string { return c.Session.Idle.String() }},
	{key: "metrics.token", secret: true, set: setMetricsToken, show: showMetricsToken},
	{key: "upgrade.backup", def: "on", set: setUpgradeBackup, show: func(c *Config) string { return string(c.Upgrade.Backup) }},
	{key: "language", def: "vi", set: setLanguage, show: func(c *Config) string { return string(c.Language) }},
}

// known finds the setting that key sets; file says that key is the _file twin
// of a secret.
func known(key string) (s setting, file, ok bool) {
	for _, s := range settings {
		if s.key == key {
			return s, false, true
		}
		if s.secret && key == s.key+"_file" {
			return s, true, true
		}
	}
	return setting{}, false, false
}

func setData(c *Config, s string) error {
	if s == "" {
		return errors.New("want the path of a folder")
	}
	c.Data = s
	return nil
}

func setListen(c *Config, s string) error {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return fmt.Errorf("%q: want host:port, such as 127.0.0.1:8080 or :8443", s)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("port %q: want 0 to %d", port, math.MaxUint16)
	}
	c.Listen = s
	return nil
}

func setURL(c *Config, s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q: want http:// or https:// and a host, without path", s)
	}
	c.URL = u.Scheme + "://" + u.Host
	return nil
}

func setMode(c *Config, s string) error {
	switch m := Mode(s); m {
	case "", Off, Own, Files:
		c.TLS.Mode = m
		return nil
	}
	return fmt.Errorf("%q: want off, own or files", s)
}

func setTrusted(c *Config, s string) error {
	var list []netip.Prefix
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			a, addrErr := netip.ParseAddr(part)
			if addrErr != nil {
				return fmt.Errorf("%q: want an address or a range such as 10.0.0.0/24", part)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		list = append(list, p.Masked())
	}
	c.Proxy.Trusted = list
	return nil
}

func showTrusted(c *Config) string {
	parts := make([]string, len(c.Proxy.Trusted))
	for i, p := range c.Proxy.Trusted {
		parts[i] = p.String()
	}
	return strings.Join(parts, ",")
}

// setRecords never repeats its text: it may hold a password.
func setRecords(c *Config, s string) error {
	scheme, _, isURL := strings.Cut(s, "://")
	if isURL {
		if u, err := url.Parse(s); err != nil || scheme != "postgres" && scheme != "postgresql" || u.Host == "" {
			return errors.New("want postgres://user:password@host/database, or the path of a file (not shown: it may hold a password)")
		}
	}
	c.Records.Address = NewSecret(s)
	return nil
}

func showRecords(c *Config) string {
	if address := c.Records.Address.Reveal(); !strings.Contains(address, "://") {
		return address
	}
	return "postgres " + hidden
}

func setLevel(c *Config, s string) error {
	for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if strings.EqualFold(s, l.String()) {
			c.Log.Level = l
			return nil
		}
	}
	return fmt.Errorf("%q: want debug, info, warn or error", s)
}

func setFormat(c *Config, s string) error {
	if s != "text" && s != "json" {
		return fmt.Errorf("%q: want text or json", s)
	}
	c.Log.Format = s
	return nil
}

func setUpload(c *Config, s string) error {
	n, err := humanize.ParseBytes(s)
	if err != nil || n == 0 || n > math.MaxInt64 {
		return fmt.Errorf("%q: want a size such as 500MB or 8GiB", s)
	}
	c.Upload.Limit = int64(n)
	return nil
}

// mostDocument is the largest file of a document that may be allowed.
const mostDocument = 512 << 20

func setDocuments(c *Config, s string) error {
	n, err := humanize.ParseBytes(s)
	if err != nil || n == 0 || n > mostDocument {
		return fmt.Errorf("%q: want a size such as 50MiB, at most 512MiB", s)
	}
	c.Documents.Limit = int64(n)
	return nil
}

func size(n int64) string {
	for _, u := range []struct {
		of   int64
		name string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n%u.of == 0 {
			return strconv.FormatInt(n/u.of, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}

// What the memory of sightings may be told to keep: a month, so that an
// indicator that comes late still finds something, up to ten years.
const (
	fewestDays = 31
	mostDays   = 3660
)

func setSightings(c *Config, s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < fewestDays || n > mostDays {
		return fmt.Errorf("%q: want a number of days from %d to %d", s, fewestDays, mostDays)
	}
	c.Sightings.Days = n
	return nil
}

const (
	shortestSession = time.Minute
	longestSession  = 30 * 24 * time.Hour
)

func setLifetime(c *Config, s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d < shortestSession || d > longestSession {
		return fmt.Errorf("%q: want a duration such as 12h, from 1m to 720h", s)
	}
	c.Session.Lifetime = d
	return nil
}

func setIdle(c *Config, s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d < shortestSession || d > longestSession {
		return fmt.Errorf("%q: want a duration such as 4h, from 1m to 720h", s)
	}
	c.Session.Idle = d
	return nil
}

func setLanguage(c *Config, s string) error {
	if l := i18n.Language(s); l == i18n.Vietnamese || l == i18n.English {
		c.Language = l
		return nil
	}
	return fmt.Errorf("%q: want vi or en", s)
}

func setUpgradeBackup(c *Config, s string) error {
	switch c.Upgrade.Backup = UpgradeBackup(s); c.Upgrade.Backup {
	case MakeBackup, NoBackup:
		return nil
	}
	return fmt.Errorf("%q: want on or off", s)
}
