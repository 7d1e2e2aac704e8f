// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"net/netip"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
)

// about packs what stands at the name of a record, a value of type t, with its
// part in the event; of a name looked up it is 0.
func about(t intel.Type, r event.Role) uint8 { return uint8(t) | uint8(r)<<4 }

func typeOf(r *format.Record) intel.Type { return intel.Type(r.About & 15) }
func roleOf(r *format.Record) event.Role { return event.Role(r.About >> 4) }

var types = map[event.Kind]intel.Type{
	event.Domain: intel.Domain, event.IP: intel.Address, event.AddrPort: intel.Endpoint, event.URL: intel.URL, event.MD5: intel.MD5,
	event.SHA1: intel.SHA1, event.SHA256: intel.SHA256, event.Mailbox: intel.Email, event.JA3: intel.JA3, event.JA4: intel.JA4,
}

// touch is an observable and who touched it, within one line.
type touch struct {
	about  uint8
	client netip.Addr
	value  string
}

// touched makes records of the observables of the activities of one line, each
// pair of observable and client once however many activities have it.
func (r *reader) touched(p *piece, b *part) {
	from := len(p.recs)
	var met map[touch]bool
	if len(r.acts) > 1 {
		met = map[touch]bool{}
	}
	for i := range r.acts {
		a := &r.acts[i]
		b.Queries++
		b.see(a.Time)
		r.seen = a.Observables(r.seen[:0])
		for _, o := range r.seen {
			if o.Role == event.Source && (o.Kind != event.IP || local(a.Src.Addr)) {
				continue // the machine itself, which no list means: the client of all else
			}
			t := touch{about(types[o.Kind], o.Role), a.Client(o.Role), o.Value}
			if met[t] {
				continue
			}
			if met != nil {
				met[t] = true
			}
			r.observed(p, a, t)
		}
	}
	for i := from; i < len(p.recs)-1; i++ {
		p.recs[i].More = true
	}
}

// observed makes a record of one observable, if it is a value of its type.
func (r *reader) observed(p *piece, a *event.Activity, t touch) {
	var rec format.Record
	rec.SetEvent(&event.DNS{Time: a.Time, Client: t.client})
	at, ok := len(p.aside), false
	p.aside, ok = intel.AppendValue(p.aside, intel.Type(t.about&15), t.value)
	if !ok || len(p.aside) == at {
		return
	}
	rec.Name, rec.Size, rec.About = beside+uint32(at), uint32(len(p.aside)-at), t.about
	p.recs = append(p.recs, rec)
}

// local reports whether a is an address that means another machine in every
// network (RFC 1918, 3927, 4193, 4291).
func local(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast()
}
