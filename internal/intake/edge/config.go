// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"go.yaml.in/yaml/v3"

	"github.com/vonggac/vonggac/internal/intake/listener"
)

// Config is the configuration of a collector.
type Config struct {
	Listen struct {
		UDP     []string `yaml:"udp"`
		TCP     []string `yaml:"tcp"`
		TLS     []string `yaml:"tls"`
		HTTP    []string `yaml:"http"`
		Dnstap  []string `yaml:"dnstap"` // host:port, or the path of a socket
		NetFlow []string `yaml:"netflow"`
		Files   []string `yaml:"files"`
	} `yaml:"listen"`
	Spool struct {
		Limit   Size `yaml:"limit"`
		Reserve Size `yaml:"reserve"`
	} `yaml:"spool"`
	Forward struct {
		Rate  Size       `yaml:"rate"`
		Hours []HourRule `yaml:"hours"`
	} `yaml:"forward"`
	Log struct {
		Level  string `yaml:"level"`
		Format string `yaml:"format"`
	} `yaml:"log"`
}

// HourRule is one line of forward.hours.
type HourRule struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
	Rate Size   `yaml:"rate"`
}

// Size is a number of bytes as people write it: 10GiB, 64KiB.
type Size int64

// UnmarshalYAML reads a size.
func (s *Size) UnmarshalYAML(n *yaml.Node) error {
	v, err := humanize.ParseBytes(n.Value)
	if err != nil || v > math.MaxInt64 {
		return fmt.Errorf("line %d: %q: want a size such as 10GiB or 64KiB", n.Line, n.Value)
	}
	*s = Size(v)
	return nil
}

// LoadConfig reads the configuration; with "" it is that of a collector that
// listens for syslog on the usual port. What it does not know it refuses.
func LoadConfig(path string) (Config, error) {
	var c Config
	if path == "" {
		c.Listen.UDP, c.Listen.TCP = []string{"0.0.0.0:514"}, []string{"0.0.0.0:514"}
		return c, nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	if err := c.check(); err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

func (c *Config) check() error {
	var bad []error
	taps := slices.DeleteFunc(slices.Clone(c.Listen.Dnstap), filepath.IsAbs)
	for _, list := range [][]string{c.Listen.UDP, c.Listen.TCP, c.Listen.TLS, c.Listen.HTTP, taps, c.Listen.NetFlow} {
		for _, at := range list {
			if _, _, err := net.SplitHostPort(at); err != nil {
				bad = append(bad, fmt.Errorf("listen: %q: want host:port, such as 0.0.0.0:514", at))
			}
		}
	}
	for _, f := range c.Listen.Files {
		if !filepath.IsAbs(f) {
			bad = append(bad, fmt.Errorf("listen.files: %q: want the whole path", f))
		}
	}
	if n := c.Spool.Limit; n != 0 && n < 1<<20 {
		bad = append(bad, errors.New("spool.limit: 1MiB at least"))
	}
	if c.Log.Level == "" {
		c.Log.Level = "info"
	}
	if _, err := c.LogLevel(); err != nil {
		bad = append(bad, err)
	}
	if f := c.Log.Format; f != "" && f != "text" && f != "json" {
		bad = append(bad, fmt.Errorf("log.format: %q: want text or json", f))
	}
	_, err := c.hours()
	return errors.Join(append(bad, err)...)
}

// LogLevel is how much the collector says of itself.
func (c *Config) LogLevel() (l slog.Level, err error) {
	if c.Log.Level != "" {
		if err = l.UnmarshalText([]byte(c.Log.Level)); err != nil {
			err = fmt.Errorf("log.level: %q: want debug, info, warn or error", c.Log.Level)
		}
	}
	return l, err
}

func (c *Config) hours() ([]Hours, error) {
	var out []Hours
	for _, h := range c.Forward.Hours {
		from, err := clock(h.From)
		to, err2 := clock(h.To)
		if err := errors.Join(err, err2); err != nil {
			return nil, fmt.Errorf("forward.hours: %w", err)
		}
		if from == to {
			return nil, fmt.Errorf("forward.hours: %s to %s is no time", h.From, h.To)
		}
		out = append(out, Hours{From: from, To: to, Rate: int64(h.Rate)})
	}
	return out, nil
}

// clock reads 07:30.
func clock(text string) (time.Duration, error) {
	t, err := time.Parse("15:04", strings.TrimSpace(text))
	if text == "24:00" {
		return 24 * time.Hour, nil
	}
	if err != nil {
		return 0, fmt.Errorf("%q: want a time of the day such as 07:30", text)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// doors are the listeners of the configuration, called as those of a centre.
func (c *Config) doors() []listener.Listen {
	var out []listener.Listen
	add := func(name string, kind listener.Kind, addresses []string) {
		for i, at := range addresses {
			l := listener.Listen{Name: name + "/" + strings.TrimPrefix(at, "/"), Kind: kind, Address: at}
			if _, port, err := net.SplitHostPort(at); err == nil && port == "0" {
				l.Name = fmt.Sprintf("%s/%d", name, i)
			}
			out = append(out, l)
		}
	}
	add("udp", listener.SyslogUDP, c.Listen.UDP)
	add("tcp", listener.SyslogTCP, c.Listen.TCP)
	add("tls", listener.SyslogTLS, c.Listen.TLS)
	add("http", listener.HTTP, c.Listen.HTTP)
	add("dnstap", listener.Dnstap, c.Listen.Dnstap)
	add("netflow", listener.NetFlow, c.Listen.NetFlow)
	if len(c.Listen.Files) > 0 {
		out = append(out, listener.Listen{Name: "files", Kind: listener.File, Paths: c.Listen.Files})
	}
	return out
}
