// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"strings"

	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/intel"
)

// attribute takes one attribute of an event.
func (m *misp) attribute(e event, v *fastjson.Value, deleted bool) error {
	m.count++
	kind, value, id := text(v, "type"), text(v, "value"), text(v, "uuid")
	r := row{no: m.count, id: id, text: kind + " " + value}
	deleted = deleted || flag(v, "deleted")
	if n := len(v.GetArray("ShadowAttribute")); n > 0 {
		m.pass("proposal", int64(n))
	}
	why := intel.Reason("")
	switch {
	case v.Type() != fastjson.TypeObject || kind == "" || !v.Exists("value"):
		why = BadObject
	case !flag(v, "to_ids") && !m.o.AllAttributes && !deleted:
		why = NotDetection
	}
	if why != "" {
		m.refuse(r, why)
		return nil
	}
	more, why := m.about(e, v, id)
	if why != "" {
		m.refuse(r, why)
		return nil
	}
	more.Revoked = deleted
	if left, right, ok := strings.Cut(value, "|"); ok && strings.Contains(kind, "|") || kind == "malware-sample" {
		return m.composite(r, kind, left, right, more)
	}
	h, ok := hints[kind]
	if !ok || h == byLooks {
		if deleted {
			return m.take(r, found{Indicator: more})
		}
		m.refuse(r, unfit(unmatched, kind))
		return nil
	}
	if kind == "uri" { // a path without a host, unless it has one
		if schemeEnd(refang(value)) == 0 && strings.HasPrefix(value, "/") {
			m.refuse(r, unfit(unmatched, "path"))
			return nil
		}
	}
	return m.value(r, value, h, more)
}

// about reads what an event and an attribute say beside the value. The first
// and last sighting limit nothing by themselves: a machine may have been
// infected before anybody noticed.
func (m *misp) about(e event, v *fastjson.Value, id string) (intel.Indicator, intel.Reason) {
	if in := v.Get("Event"); in != nil && e.info == "" { // in what a search for attributes returns
		e.info, e.uuid = label(text(in, "info")), text(in, "uuid")
		e.tags = append(e.tags, tagNames(in.Get("Tag"))...)
	}
	own := append(tagNames(v.Get("Tag")), tagNames(v.Get("AttributeTag"))...)
	i := intel.Indicator{Scope: m.o.Scope, Reference: reference(e.uuid, id)}
	i.Threat, i.TLP, i.Confidence = tagged(append(own, e.tags...))
	if i.Threat == "" {
		i.Threat = e.info
	}
	last, ok := moment(text(v, "last_seen"))
	_, ok2 := moment(text(v, "first_seen"))
	if !ok || !ok2 {
		return i, BadTime
	}
	if m.o.Keep > 0 && !last.IsZero() {
		i.Until = last.Add(m.o.Keep)
	}
	return i, ""
}

// reference names the event and, behind a number sign, the attribute, so that
// one attribute can be taken back.
func reference(event, attribute string) string {
	if attribute == "" {
		return event
	}
	return event + "#" + attribute
}

// composite takes the two halves of a value such as "domain|ip" (MISP core
// format, §2.4.2.3). Both halves of that one are indicators; of a file name and
// a hash only the hash is.
func (a *account) composite(r row, kind, left, right string, more intel.Indicator) error {
	switch kind {
	case "domain|ip":
		if err := a.value(r, left, network, more); err != nil {
			return err
		}
		return a.value(r, right, network, more)
	case "ip-dst|port", "ip-src|port":
		return a.value(r, withPort(left, right), network, more)
	case "hostname|port", "domain|port":
		return a.value(r, left+":"+right, network, more)
	}
	name, hash, _ := strings.Cut(kind, "|")
	if kind == "malware-sample" {
		name, hash = "filename", "md5"
	}
	h, ok := hints[hash]
	if name != "filename" || !ok || h == network || h == webURL {
		if more.Revoked {
			return a.take(r, found{Indicator: more})
		}
		a.refuse(r, unfit(unmatched, kind))
		return nil
	}
	f, why := typed(right, h)
	if why != "" {
		a.refuse(r, why)
		return nil
	}
	more.Type, more.Value = f.Type, f.Value
	return a.take(r, found{Indicator: more, widened: true})
}
