// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package netflow

import (
	"net/netip"
	"time"
)

// bounds are what a decoder may keep; each exporter may keep a part of it, so
// that one that makes up templates harms itself alone.
type bounds struct {
	held                       int           // bytes of data that wait, and of one exporter an eighth
	domains, templates, fields int           // over all
	part                       int           // an exporter has one part of so many of each
	wait                       time.Duration // that data wait for their template; 0 is without end
	age                        time.Duration // after which a template neither sent again nor used goes; 0 is never
}

var (
	// A dump is read as one: nobody else is harmed, and nothing gets old.
	ofDump = bounds{held: 8 << 20, domains: 1 << 16, templates: 1 << 16, fields: 1 << 20, part: 1}
	// Exporters send templates anew every half hour at the latest.
	ofNetwork = bounds{held: 8 << 20, domains: 1 << 14, templates: 1 << 16, fields: 1 << 20, part: 16, wait: time.Minute, age: 2 * time.Hour}
)

const (
	sweepEvery = 10 * time.Second // when there is no room
	unproven   = 5 * time.Minute  // a template without data may stay when there is no room
	mostRates  = 64               // samplers of a domain
)

// table keeps templates and what else is known of observation domains.
type table struct {
	bounds
	domains map[domainKey]*domain
	all     usage
	each    map[netip.Addr]*usage // of an exporter
	swept   time.Time
}

// usage is how much is kept.
type usage struct{ domains, templates, fields int }

// domain is what is known of one.
type domain struct {
	templates map[uint16]*template
	rates     map[uint64]uint64 // sampler -> one packet of so many
	sequence  sequence
	seen      time.Time
}

func (t *table) find(key templateKey) *template {
	if d := t.domains[key.domainKey]; d != nil {
		return d.templates[key.id]
	}
	return nil
}

// keep keeps a template, false when there is no room for it.
func (t *table) keep(key templateKey, x *template, now time.Time) bool {
	d := t.domain(key.domainKey, now)
	if d == nil {
		return false
	}
	u := t.each[key.from]
	more, was := usage{templates: 1, fields: len(x.fields)}, d.templates[key.id]
	if was != nil {
		more = usage{fields: len(x.fields) - len(was.fields)}
		x.used = was.used
	}
	if !t.room(u, more) {
		if t.sweep(now); !t.room(u, more) { // of d it leaves what is not old
			return false
		}
	}
	t.count(u, more)
	d.templates[key.id] = x
	return true
}

// domain gives what is kept of a domain, nil when there is no room for it.
func (t *table) domain(key domainKey, now time.Time) *domain {
	if d := t.domains[key]; d != nil {
		d.seen = now
		return d
	}
	one, u := usage{domains: 1}, t.each[key.from]
	if u == nil {
		u = &usage{}
	}
	if !t.room(u, one) {
		if t.sweep(now); !t.room(u, one) {
			return nil
		}
	}
	if t.domains == nil {
		t.domains, t.each = map[domainKey]*domain{}, map[netip.Addr]*usage{}
	}
	t.each[key.from] = u
	t.count(u, one)
	d := &domain{templates: map[uint16]*template{}, seen: now}
	t.domains[key] = d
	return d
}

func (t *table) room(u *usage, more usage) bool {
	fits := func(all, each, more, bound int) bool {
		return more <= 0 || all+more <= bound && each+more <= bound/t.part
	}
	return fits(t.all.domains, u.domains, more.domains, t.bounds.domains) &&
		fits(t.all.templates, u.templates, more.templates, t.templates) && fits(t.all.fields, u.fields, more.fields, t.fields)
}

func (t *table) count(u *usage, more usage) {
	for _, x := range []*usage{&t.all, u} {
		x.domains += more.domains
		x.templates += more.templates
		x.fields += more.fields
	}
}

func (t *table) forget(key templateKey) {
	d := t.domains[key.domainKey]
	if d == nil || d.templates[key.id] == nil {
		return
	}
	t.count(t.each[key.from], usage{templates: -1, fields: -len(d.templates[key.id].fields)})
	delete(d.templates, key.id)
}

// sweep makes room: templates that no data ever used go after five minutes,
// others when they are old. It looks at all there is, so it does so rarely.
func (t *table) sweep(now time.Time) {
	if t.age == 0 || now.Sub(t.swept) < sweepEvery {
		return
	}
	t.old(now, unproven)
}

// old forgets what is old; templates never used after a time of their own.
func (t *table) old(now time.Time, unused time.Duration) {
	t.swept = now
	for key, d := range t.domains {
		for id, x := range d.templates {
			last, most := x.learned, unused
			if !x.used.IsZero() {
				most = t.age
				if x.used.After(last) {
					last = x.used
				}
			}
			if now.Sub(last) >= most {
				t.forget(templateKey{key, id})
			}
		}
		if len(d.templates) == 0 && now.Sub(d.seen) >= unused {
			u := t.each[key.from]
			t.count(u, usage{domains: -1})
			if delete(t.domains, key); u.domains == 0 {
				delete(t.each, key.from)
			}
		}
	}
}

// sampled takes what an exporter says of one of its samplers.
func (d *domain) sampled(f *flow) {
	if d == nil || f.rate == 0 {
		return
	}
	if d.rates == nil {
		d.rates = map[uint64]uint64{}
	}
	if _, known := d.rates[f.sampler]; known || len(d.rates) < mostRates {
		d.rates[f.sampler] = f.rate
	}
}

// sample gives a flow that does not say it the rate of its sampler, or of the
// only one there is.
func (d *domain) sample(f *flow) {
	if d == nil || f.rate > 0 || len(d.rates) == 0 {
		return
	}
	if f.rate = d.rates[f.sampler]; f.rate == 0 && f.sampler == 0 && len(d.rates) == 1 {
		for _, f.rate = range d.rates {
		}
	}
}
