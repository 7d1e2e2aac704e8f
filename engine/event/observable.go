// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package event

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
)

// Kind is the kind of an observable. The words are those of indicator lists,
// so that a consumer needs no table between the two.
type Kind string

// The kinds an event can give.
const (
	Domain   Kind = "domain"  // a name with a dot in it, as logged, without the root dot
	IP       Kind = "ip"      // "192.0.2.1", "2001:db8::1"
	AddrPort Kind = "ip-port" // "192.0.2.1:443", "[2001:db8::1]:443"
	URL      Kind = "url"     // with or without scheme, as logged
	MD5      Kind = "md5"
	SHA1     Kind = "sha1"
	SHA256   Kind = "sha256"
	Mailbox  Kind = "email"
	JA3      Kind = "ja3"
	JA4      Kind = "ja4"
)

// Role says what part an observable had in the event. The zero value is Queried.
type Role uint8

// The roles.
const (
	Queried     Role = iota // a name looked up
	Destination             // the end that was contacted: address, endpoint, name, also as a handshake or a mailbox has it
	Source                  // the end that made contact
	Requested               // a URL
	Carried                 // a file
	Addressed               // a mailbox that wrote or was written to
	Handshake               // the fingerprint of a client
)

// String returns "query", "dst", "src", "url", "file", "email" or "tls".
func (r Role) String() string {
	return [...]string{"query", "dst", "src", "url", "file", "email", "tls"}[r]
}

// Observable is one thing an event was seen to touch. Value is never empty.
type Observable struct {
	Kind  Kind
	Value string
	Role  Role // the first one, where it had several
}

// Observer is an event that can be looked up in an index. Observables appends
// what the event touched to dst, each pair once, in an order that depends on
// the event alone. It says nothing of who touched it: that is the event's own.
type Observer interface {
	Observables(dst []Observable) []Observable
}

// Observables implements Observer: the name asked for. The root is none.
func (e DNS) Observables(dst []Observable) []Observable {
	p := pairs{out: dst, from: len(dst)}
	p.host(e.Name, Queried)
	return p.out
}

// Observables implements Observer: names, both addresses, the endpoint that was
// contacted, the URL and its host, file hashes, mailboxes and their domains and
// the client's fingerprints. JA3S is not one: no list names servers by it.
func (e Activity) Observables(dst []Observable) []Observable {
	p := pairs{out: dst, from: len(dst)}
	p.host(e.Query, Queried)
	p.host(e.Dst.Host, Destination)
	p.host(e.TLS.SNI, Destination)
	p.host(hostOf(e.HTTP.URL), Destination)
	p.host(e.Src.Host, Source)
	p.address(e.Dst.Addr, Destination)
	p.address(e.Src.Addr, Source)
	if a := e.Dst.Addr; a.IsValid() && !a.IsUnspecified() && e.Dst.Port != 0 {
		p.add(AddrPort, netip.AddrPortFrom(a, e.Dst.Port).String(), Destination)
	}
	if e.HTTP.URL != "" && e.HTTP.URL[0] != '/' { // a path alone names nothing
		p.add(URL, e.HTTP.URL, Requested)
	}
	p.add(MD5, e.File.MD5, Carried)
	p.add(SHA1, e.File.SHA1, Carried)
	p.add(SHA256, e.File.SHA256, Carried)
	p.mailbox(e.Email.From)
	p.recipients(e.Email)
	p.add(JA3, e.TLS.JA3, Handshake)
	p.add(JA4, e.TLS.JA4, Handshake)
	return p.out
}

// Client is the end that touched what had role r: who opened the connection,
// but of that one itself the other end.
func (e Activity) Client(r Role) netip.Addr {
	if r == Source {
		return e.Dst.Addr
	}
	return e.Src.Addr
}

// pairs collects observables without repeating one.
type pairs struct {
	out   []Observable
	from  int // where this event's begin
	known int // how many of them are looked at for repeats; 0 means all
}

func (p *pairs) add(k Kind, value string, r Role) {
	if value == "" {
		return
	}
	for _, o := range p.out[p.from : p.from+cmp.Or(p.known, len(p.out)-p.from)] {
		if o.Kind == k && o.Value == value {
			return
		}
	}
	p.out = append(p.out, Observable{k, value, r})
}

func (p *pairs) address(a netip.Addr, r Role) {
	if a.IsValid() && !a.IsUnspecified() {
		p.add(IP, a.String(), r)
	}
}

func (p *pairs) mailbox(s string) {
	p.add(Mailbox, s, Addressed)
	_, domain, _ := strings.Cut(s, "@")
	p.host(domain, Addressed)
}

// recipients adds those of a message, which may be many: they are sorted, not
// compared each with each.
func (p *pairs) recipients(e Email) {
	var domains []string
	p.known = len(p.out) - p.from
	for _, to := range slices.Compact(slices.Sorted(slices.Values(e.To))) {
		if to != "" && to != e.From {
			p.out = append(p.out, Observable{Mailbox, to, Addressed})
		}
		_, domain, _ := strings.Cut(to, "@")
		domains = append(domains, domain)
	}
	slices.Sort(domains)
	for _, domain := range slices.Compact(domains) {
		p.host(domain, Addressed)
	}
	p.known = 0
}

// hostOf is the host of a URL without port, "" when it names none (RFC 3986 §3.2).
func hostOf(url string) string {
	if _, rest, ok := strings.Cut(url, "://"); ok {
		url = rest
	}
	if i := strings.IndexAny(url, "/?#"); i >= 0 {
		url = url[:i]
	}
	url = url[strings.LastIndexByte(url, '@')+1:]
	if i := strings.LastIndexByte(url, ':'); i >= 0 && (strings.IndexByte(url, ':') == i || url[i-1] == ']') {
		url = url[:i]
	}
	return url
}

// host adds a name, or the address that stands where a name may.
func (p *pairs) host(s string, r Role) {
	if s == "" {
		return
	}
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		p.address(a.WithZone("").Unmap(), r)
		return
	}
	s = strings.TrimSuffix(s, ".")
	inner := strings.Trim(s, ".")
	if inner != s || !strings.Contains(s, ".") || strings.Contains(s, "..") || strings.ContainsAny(s, "/:@?#[]\"' ") {
		return
	}
	p.add(Domain, s, r)
}
