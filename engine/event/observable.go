// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package event

import (
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

// Observable is one thing an event was seen to touch. Value is never empty.
type Observable struct {
	Kind  Kind
	Value string
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
	p.host(e.Name)
	return p.out
}

// Observables implements Observer: names, both addresses, the endpoint that was
// contacted, the URL, file hashes, mailboxes and the client's fingerprints.
// JA3S is not one: no list names servers by it.
func (e Activity) Observables(dst []Observable) []Observable {
	p := pairs{out: dst, from: len(dst)}
	for _, name := range [...]string{e.Query, e.Dst.Host, e.TLS.SNI, e.Src.Host} {
		p.host(name)
	}
	p.address(e.Src.Addr)
	p.address(e.Dst.Addr)
	if a := e.Dst.Addr; a.IsValid() && !a.IsUnspecified() && e.Dst.Port != 0 {
		p.add(AddrPort, netip.AddrPortFrom(a, e.Dst.Port).String())
	}
	if e.HTTP.URL != "" && e.HTTP.URL[0] != '/' { // a path alone names nothing
		p.add(URL, e.HTTP.URL)
	}
	p.add(MD5, e.File.MD5)
	p.add(SHA1, e.File.SHA1)
	p.add(SHA256, e.File.SHA256)
	p.add(Mailbox, e.Email.From)
	for _, to := range slices.Compact(slices.Sorted(slices.Values(e.Email.To))) { // may be many
		if to != "" && to != e.Email.From {
			p.out = append(p.out, Observable{Mailbox, to})
		}
	}
	p.add(JA3, e.TLS.JA3)
	p.add(JA4, e.TLS.JA4)
	return p.out
}

// pairs collects observables without repeating one.
type pairs struct {
	out  []Observable
	from int // where this event's begin
}

func (p *pairs) add(k Kind, value string) {
	o := Observable{k, value}
	if value != "" && !slices.Contains(p.out[p.from:], o) {
		p.out = append(p.out, o)
	}
}

func (p *pairs) address(a netip.Addr) {
	if a.IsValid() && !a.IsUnspecified() {
		p.add(IP, a.String())
	}
}

// host adds a name, or the address that stands where a name may.
func (p *pairs) host(s string) {
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		p.address(a.WithZone("").Unmap())
		return
	}
	s = strings.TrimSuffix(s, ".")
	inner := strings.Trim(s, ".")
	if inner != s || !strings.Contains(s, ".") || strings.Contains(s, "..") || strings.ContainsAny(s, "/:@?#[]\"' ") {
		return
	}
	p.add(Domain, s)
}
