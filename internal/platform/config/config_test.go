// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaultsAreSafe(t *testing.T) {
	t.Parallel()
	c, err := config.Load(config.Sources{Env: []string{"PATH=x", "VONGGAC_TEST_POSTGRES=y"}})
	if err != nil {
		t.Fatal(err)
	}
	if c.Data != "data" || c.Listen != "127.0.0.1:8080" || c.URL != "http://127.0.0.1:8080" || c.TLS.Mode != config.Off ||
		c.Records.Address.Reveal() != filepath.Join("data", "records.db") || c.Upload.Limit != 8<<30 ||
		c.Session.Lifetime != 12*time.Hour || c.Language != i18n.Vietnamese || c.Log != (config.Log{Level: slog.LevelInfo, Format: "text"}) {
		t.Errorf("defaults = %+v", c)
	}
	if c.Proxy.Trusts(netip.MustParseAddr("127.0.0.1")) {
		t.Error("a proxy is trusted by default")
	}
}

func TestEachLayerStandsOverTheOneBefore(t *testing.T) {
	t.Parallel()
	file := write(t, "vonggac.yaml", "listen: 127.0.0.1:1\nlog:\n  level: warn\n  format: json\nsession: {lifetime: 1h}\n"+
		"proxy:\n  trusted: [10.0.0.0/8, '::1']\n")
	c, err := config.Load(config.Sources{
		Env:   []string{"VONGGAC_CONFIG=" + file, "VONGGAC_LISTEN=127.0.0.1:2", "VONGGAC_LOG_LEVEL=error"},
		Flags: map[string]string{"listen": "127.0.0.1:3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:3" || c.Log.Level != slog.LevelError || c.Log.Format != "json" || c.Session.Lifetime != time.Hour {
		t.Errorf("layers = %+v", c)
	}
	for addr, want := range map[string]bool{"10.9.9.9": true, "::1": true, "::ffff:10.0.0.1": true, "11.0.0.1": false} {
		if got := c.Proxy.Trusts(netip.MustParseAddr(addr)); got != want {
			t.Errorf("trusts %s = %v", addr, got)
		}
	}
	for addr, want := range map[string]bool{"10.0.0.0/8": false, "127.0.0.1/32": true, "::1/128": true, "0.0.0.0/0": true} {
		if got := (config.Proxy{Trusted: []netip.Prefix{netip.MustParsePrefix(addr)}}).Here(); got != want {
			t.Errorf("a proxy at %s is here = %v", addr, got)
		}
	}
	var b strings.Builder
	if err := c.Show(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"127.0.0.1:3  ", "flag\n", "environment VONGGAC_LOG_LEVEL\n", file + ":4\n", "8GiB", "default\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("Show lacks %q:\n%s", want, b.String())
		}
	}
}

func TestWhatFollowsFromTheRest(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		flags map[string]string
		env   []string
		mode  config.Mode
		url   string
		data  string
	}{
		"all addresses are protected and named by the host": {
			flags: map[string]string{"listen": ":8443"}, mode: config.Own, url: "https://soc:8443", data: "data"},
		"an unspecified address too": {
			flags: map[string]string{"listen": "[::]:8443"}, mode: config.Own, url: "https://soc:8443", data: "data"},
		"localhost is plain": {
			flags: map[string]string{"listen": "localhost:80"}, mode: config.Off, url: "http://localhost:80", data: "data"},
		"a given certificate is used": {
			flags: map[string]string{"tls.cert": "c", "tls.key": "k"}, mode: config.Files, url: "https://127.0.0.1:8080", data: "data"},
		"a choice of off holds beyond loopback": {
			flags: map[string]string{"listen": "10.0.0.1:80", "tls.mode": "off", "url": "https://soc.example.vn/"},
			mode:  config.Off, url: "https://soc.example.vn", data: "data"},
		"data goes to the home of the user": {
			env: []string{"HOME=/home/lan"}, mode: config.Off, url: "http://127.0.0.1:8080", data: "/home/lan/.local/share/vonggac"},
		"data goes where XDG says": {
			env: []string{"HOME=/home/lan", "XDG_DATA_HOME=/srv"}, mode: config.Off, url: "http://127.0.0.1:8080", data: "/srv/vonggac"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := config.Load(config.Sources{Flags: tc.flags, Env: tc.env, Hostname: "soc"})
			if err != nil {
				t.Fatal(err)
			}
			if c.TLS.Mode != tc.mode || c.URL != tc.url || c.Data != filepath.FromSlash(tc.data) {
				t.Errorf("mode %s, url %s, data %s; want %s, %s, %s", c.TLS.Mode, c.URL, c.Data, tc.mode, tc.url, tc.data)
			}
		})
	}
}

func TestWrongValuesAreNamedWithTheirPlace(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		yaml  string
		env   []string
		flags map[string]string
		want  []string
	}{
		"unknown key":              {yaml: "data: x\ntls:\n  mod: own\n", want: []string{`vonggac.yaml:3: unknown key "tls.mod"`}},
		"section as value":         {yaml: "tls: own\n", want: []string{`:1: unknown key "tls"`}},
		"value as section":         {yaml: "data:\n  a: b\n", want: []string{`:2: data: want a plain value`}},
		"dotted key":               {yaml: "tls.mode: own\n", want: []string{`:1: unknown key "tls.mode"; write sections`}},
		"key twice":                {yaml: "data: x\ndata: y\n", want: []string{`:2: data stands twice`}},
		"key without value":        {yaml: "listen:\n", want: []string{`:1: listen: has no value`}},
		"not YAML":                 {yaml: "a: [", want: []string{"vonggac.yaml: yaml: line 1"}},
		"not a mapping":            {yaml: "hello\n", want: []string{`:1: unknown key ""`}},
		"unknown variable":         {env: []string{"VONGGAC_LISTN=x"}, want: []string{"unknown variable VONGGAC_LISTN"}},
		"unknown flag":             {flags: map[string]string{"lisen": "x"}, want: []string{`flag: unknown key "lisen"`}},
		"all wrong values at once": {yaml: "log: {level: loud, format: xml}\n", env: []string{"VONGGAC_LANGUAGE=fr"}, want: []string{":1: log.level", ":1: log.format", "environment VONGGAC_LANGUAGE: language"}},
		"listen without port":      {flags: map[string]string{"listen": "localhost"}, want: []string{"want host:port"}},
		"port too large":           {flags: map[string]string{"listen": ":70000"}, want: []string{"0 to 65535"}},
		"url with a path":          {flags: map[string]string{"url": "https://a/b"}, want: []string{"without path"}},
		"url with a user":          {flags: map[string]string{"url": "https://u@a"}, want: []string{"want http"}},
		"proxy that is no range":   {flags: map[string]string{"proxy.trusted": "10.0.0.0/8,all"}, want: []string{`"all"`}},
		"size without number":      {flags: map[string]string{"upload.limit": "big"}, want: []string{"want a size"}},
		"size of zero":             {flags: map[string]string{"upload.limit": "0"}, want: []string{"want a size"}},
		"syslog without a port":    {flags: map[string]string{"intake.udp": "0.0.0.0"}, want: []string{"intake.udp", "want host:port"}},
		"an address twice":         {flags: map[string]string{"intake.tcp": ":601, :601"}, want: []string{"stands twice"}},
		"dnstap without a port":    {flags: map[string]string{"intake.dnstap": "dnstap.sock"}, want: []string{"intake.dnstap", "want host:port"}},
		"a socket's path too long": {flags: map[string]string{"intake.dnstap": "/run/" + strings.Repeat("x", 96)}, want: []string{"at most 100 bytes"}},
		"a socket twice":           {flags: map[string]string{"intake.dnstap": "/run/tap, /run/tap"}, want: []string{"stands twice"}},
		"a file named in part":     {flags: map[string]string{"intake.files": "query.log"}, want: []string{"the whole path"}},
		"a stream by HTTP":         {flags: map[string]string{"stream.address": "http://10.0.0.1"}, want: []string{"want nats://"}},
		"no disk left free":        {flags: map[string]string{"stream.reserve": "1MiB"}, want: []string{"64MiB at least"}},
		"lines for a week":         {flags: map[string]string{"lake.days": "7"}, want: []string{"from 31 to 3660"}},
		"an engine perhaps":        {flags: map[string]string{"lake.engine": "maybe"}, want: []string{"want on or off"}},
		"a lake by NATS":           {flags: map[string]string{"lake.address": "nats://10.0.0.1"}, want: []string{"want http:// or https://"}},
		"fewer days than a month":  {flags: map[string]string{"sightings.days": "30"}, want: []string{"from 31 to 3660"}},
		"session of a second":      {flags: map[string]string{"session.lifetime": "1s"}, want: []string{"from 1m"}},
		"files without key":        {flags: map[string]string{"tls.mode": "files", "tls.cert": "c"}, want: []string{"needs both"}},
		"own with files":           {flags: map[string]string{"tls.mode": "own", "tls.cert": "c"}, want: []string{"does not use"}},
		"plain links over TLS":     {flags: map[string]string{"tls.mode": "own", "url": "http://a"}, want: []string{"says http"}},
		"other database":           {flags: map[string]string{"records.address": "mysql://u:hunter2@h/d"}, want: []string{"want postgres://"}},
		"secret file absent":       {env: []string{"VONGGAC_RECORDS_ADDRESS_FILE=/nowhere/x"}, want: []string{"records.address_file"}},
		"secret beside its file":   {yaml: "records: {address: a, address_file: b}\n", want: []string{"keep one"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := config.Sources{Env: tc.env, Flags: tc.flags}
			if tc.yaml != "" {
				src.File = write(t, "vonggac.yaml", tc.yaml)
			}
			_, err := config.Load(src)
			if err == nil {
				t.Fatal("loaded")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error shows the password: %v", err)
			}
		})
	}
}

func TestAbsentFileIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := config.Load(config.Sources{File: filepath.Join(t.TempDir(), "none.yaml")}); err == nil {
		t.Fatal("loaded an absent file")
	}
}

func TestSecretComesFromFileAndNeverPrints(t *testing.T) {
	t.Parallel()
	const address = "postgres://u:hunter2@h/d"
	c, err := config.Load(config.Sources{Env: []string{"VONGGAC_RECORDS_ADDRESS_FILE=" + write(t, "address", address+"\r\n")}})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Records.Address.Reveal(); got != address {
		t.Fatalf("address = %q", got)
	}
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	out.Write(raw)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb, c.Records.Address)
		fmt.Fprintf(&out, verb, *c)
		fmt.Fprintf(&out, verb, struct{ s config.Secret }{c.Records.Address})
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("start", "config", c, "address", c.Records.Address)
	slog.New(slog.NewTextHandler(&out, nil)).Info("start", "config", c, "address", c.Records.Address)
	if err := c.Show(&out); err != nil {
		t.Fatal(err)
	}
	for _, leak := range []string{"hunter2", fmt.Sprintf("%x", "hunter2")} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("printed: %s", out.String())
		}
	}
}

// FuzzFile holds that no file makes Load panic, and that a file it takes gives
// a configuration that is whole.
func FuzzFile(f *testing.F) {
	for _, seed := range []string{"", "data: x\n", "tls: {mode: own}\n", "a: &a [*a]\n", "proxy: {trusted: [1, 2]}\n", "? {a: b}\n: c\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := config.Load(config.Sources{File: write(t, "vonggac.yaml", text)})
		if err == nil && (c.Data == "" || c.Listen == "" || c.URL == "" || c.TLS.Mode == "" || c.Upload.Limit <= 0) {
			t.Errorf("took %q as %+v", text, c)
		}
	})
}

func TestFlagsMapIsNotChanged(t *testing.T) {
	t.Parallel()
	flags := map[string]string{"records.address_file": write(t, "a", "x.db")}
	before := maps.Clone(flags)
	if _, err := config.Load(config.Sources{Flags: flags}); err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(flags, before) {
		t.Errorf("flags = %v", flags)
	}
}
