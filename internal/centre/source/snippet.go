// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"cmp"
	"embed"
	"fmt"
	"net"
	"net/url"
	"strings"
	"text/template"
)

// snippetFiles hold what senders' own configurations look like, one file a way
// of sending; a line "== name" begins a program. They follow the manuals of
// rsyslog 8, syslog-ng 4, Filebeat and Winlogbeat 8, Fluent Bit 3, Vector, BIND
// 9.16, Unbound 1.11, Knot Resolver 5, dnsdist 1.8,
// FortiOS 7, RouterOS 7, IOS XE and softflowd 1.0.
//
//go:embed snippets/*.txt
var snippetFiles embed.FS

var snippetTexts = template.Must(template.ParseFS(snippetFiles, "snippets/*.txt"))

// Snippet is the configuration of one program, ready to be copied.
type Snippet struct{ Program, Text string }

// unknownHost stands where this program does not know its own address.
const unknownHost = "CENTRE-ADDRESS"

var usualPorts = map[WayKind]string{SyslogUDP: "514", SyslogTCP: "514", SyslogTLS: "6514", HTTP: "443", Dnstap: "6000", NetFlow: "2055"}

// snippets are the configurations of programs that send by w. at is where the
// centre is reached, see Neighbours.Receive; token what senders show, or a word
// in its place; "" for a way that asks for a certificate.
func snippets(w Way, at, token string) ([]Snippet, error) {
	name := "syslog.txt"
	switch w.Kind {
	case Tail:
		return nil, nil
	case HTTP:
		name = "http.txt"
	case Dnstap:
		name = "dnstap.txt"
	case NetFlow:
		name = "netflow.txt"
	}
	host, port, secure := reach(at, w.Kind)
	path := ""
	if w.Kind == Dnstap && strings.HasPrefix(at, "/") {
		path = at
	}
	base := url.URL{Scheme: "https", Host: net.JoinHostPort(host, port)}
	if !secure {
		base.Scheme = "http"
	}
	var b strings.Builder
	err := snippetTexts.ExecuteTemplate(&b, name, map[string]any{"Kind": string(w.Kind), "Host": host, "Port": port, "Base": base.String(),
		"Token": token, "Secure": secure, "Path": path})
	if err != nil {
		return nil, fmt.Errorf("snippets of %s: %w", w.Kind, err)
	}
	var out []Snippet
	for part := range strings.SplitSeq(b.String(), "== ") {
		if program, text, ok := strings.Cut(part, "\n"); ok && program != "" {
			out = append(out, Snippet{program, strings.TrimSpace(text)})
		}
	}
	return out, nil
}

// reach takes an address apart: "10.1.1.5:514" or "https://logs.example:8088".
func reach(at string, kind WayKind) (host, port string, secure bool) {
	secure = true
	if u, err := url.Parse(at); err == nil && u.Host != "" {
		return u.Hostname(), cmp.Or(u.Port(), map[string]string{"http": "80"}[u.Scheme], usualPorts[kind]), u.Scheme != "http"
	}
	host, port, err := net.SplitHostPort(at)
	if err != nil {
		return cmp.Or(at, unknownHost), usualPorts[kind], secure
	}
	return cmp.Or(host, unknownHost), port, secure
}
