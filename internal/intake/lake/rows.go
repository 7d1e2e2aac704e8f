// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// FromQuery is e as a row, without identity, owner, source and raw line. Names
// of hosts are in lower case, as they are compared (RFC 4343 §3); the raw line
// has them as written.
func FromQuery(e event.DNS) Row {
	f := make(fields, 0, 5)
	f.address("src_endpoint.ip", e.Client)
	f.address("dst_endpoint.ip", e.Server)
	f.host("query.hostname", e.Name)
	f.text("query.type", e.Type)
	f.text("rcode", e.RCode)
	return Row{Time: e.Time, Class: DNSActivity, Fields: f}
}

// FromActivity is a as a row, as FromQuery is.
func FromActivity(a event.Activity) Row {
	f := make(fields, 0, 18)
	f.endpoint("src_endpoint", a.Src)
	f.endpoint("dst_endpoint", a.Dst)
	f.text("connection_info.protocol_name", a.Protocol)
	f.text("disposition", a.Action.String())
	f.text("status", a.Status.String())
	f.number("traffic.bytes_out", a.Sent)
	f.number("traffic.bytes_in", a.Received)
	f.text("actor.user.name", a.User)
	f.text("service.name", a.Service)
	f.text("finding_info.title", a.Title)
	f.host("query.hostname", a.Query)
	f.text("http_request.http_method", a.HTTP.Method)
	f.text("url.url_string", a.HTTP.URL)
	f.text("http_request.user_agent", a.HTTP.UserAgent)
	f.number("http_response.code", int64(a.HTTP.Status))
	f.host("tls.sni", a.TLS.SNI)
	f.text("tls.version", a.TLS.Version)
	f.text("tls.ja3_hash.value", a.TLS.JA3)
	f.text("tls.ja3s_hash.value", a.TLS.JA3S)
	f.text("tls.ja4_fingerprint.value", a.TLS.JA4)
	f.text("file.name", a.File.Name)
	f.text("file.mime_type", a.File.Type)
	f.number("file.size", a.File.Size)
	f.text("file.hashes.md5", a.File.MD5)
	f.text("file.hashes.sha1", a.File.SHA1)
	f.text("file.hashes.sha256", a.File.SHA256)
	f.text("email.from", a.Email.From)
	f.text("email.to", strings.Join(a.Email.To, ", "))
	return Row{Time: a.Time, Class: classOf(a.Class), Fields: f}
}

func classOf(c event.Class) Class {
	switch c {
	case event.ProcessActivity:
		return ProcessActivity
	case event.Authentication:
		return Authentication
	case event.EmailActivity:
		return EmailActivity
	case event.DetectionFinding:
		return DetectionFinding
	case event.HTTPActivity:
		return HTTPActivity
	case event.DNSActivity:
		return DNSActivity
	case event.FileHosting:
		return FileHosting
	}
	return NetworkActivity
}

// fields collects what a line did say.
type fields []Field

func (f *fields) text(name, value string) {
	if value != "" {
		*f = append(*f, Field{name, value})
	}
}

func (f *fields) host(name, value string) { f.text(name, strings.ToLower(value)) }

func (f *fields) number(name string, n int64) {
	if n != 0 {
		*f = append(*f, Field{name, strconv.FormatInt(n, 10)})
	}
}

func (f *fields) address(name string, a netip.Addr) {
	if a.IsValid() {
		*f = append(*f, Field{name, a.String()})
	}
}

func (f *fields) endpoint(name string, e event.Endpoint) {
	f.address(name+".ip", e.Addr)
	f.number(name+".port", int64(e.Port))
	f.host(name+".hostname", e.Host)
}
