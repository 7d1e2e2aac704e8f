// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"slices"
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// iis reads the W3C extended log of Internet Information Services, whose
// "#Fields:" line names the columns (Microsoft Learn, "W3C Logging"; W3C,
// "Extended Log File Format"). Its times are UTC.
type iis struct {
	clock clock
	names []string
	ours  bool // #Software said so
	cells []string
}

func newIIS(opt Options) ActivityReader { return activityTextGuard(&iis{clock: newClock(opt)}, opt) }

var iisFields = [...]meaning{
	{"c-ip", IsSrc}, {"s-ip", IsDst}, {"s-port", IsDstPort}, {"cs-host", IsDstHost}, {"cs(Host)", IsDstHost}, {"cs-method", IsMethod},
	{"sc-status", IsStatus}, {"cs-username", IsUser}, {"cs(User-Agent)", IsUserAgent}, {"cs-bytes", IsSent}, {"sc-bytes", IsReceived},
}

func (r *iis) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	if s[0] == '#' {
		return into, r.directive(s)
	}
	r.cells = r.cells[:0]
	for cell := range strings.FieldsSeq(s) {
		r.cells = append(r.cells, cell)
	}
	if len(r.names) == 0 || len(r.cells) < len(r.names) {
		return into, reject(NotFormat)
	}
	d := draft{clock: &r.clock}
	d.a.Class = event.HTTPActivity
	at, _, state := r.clock.scan(r.cell("date") + " " + r.cell("time") + " UTC")
	if state != goodTime {
		return into, reject(NotFormat)
	}
	d.a.Time = at
	for _, m := range iisFields {
		d.iis(m.is, r.cell(m.field))
	}
	d.iisURL(r.cell("cs-uri-stem"), r.cell("cs-uri-query"))
	return d.finish(into)
}

func (r *iis) directive(s string) Verdict {
	key, value, _ := strings.Cut(s, ": ")
	switch key {
	case "#Fields":
		names := strings.Fields(value)
		if !slices.Contains(names, "cs-uri-stem") || !slices.Contains(names, "c-ip") {
			r.names = nil
			return skip(Comment) // of another program that logs in this form
		}
		r.names = r.names[:0]
		for _, name := range names {
			r.names = append(r.names, strings.Clone(name))
		}
		return skip(Header)
	case "#Software":
		r.ours = strings.Contains(value, "Internet Information Services")
	case "#Version", "#Date":
	default:
		return skip(Comment)
	}
	if r.ours {
		return skip(Header)
	}
	return skip(Comment)
}

func (r *iis) cell(name string) string {
	if i := slices.Index(r.names, name); i >= 0 {
		return r.cells[i]
	}
	return ""
}

// iis takes a field; a space within one is written as '+'.
func (d *draft) iis(is Meaning, value string) {
	if is == IsUserAgent {
		value = strings.ReplaceAll(value, "+", " ")
	}
	d.take(is, value)
}

// iisURL makes one of path and query.
func (d *draft) iisURL(path, query string) {
	if isUnset(path) {
		return
	}
	if !isUnset(query) {
		path += "?" + query
	}
	d.take(IsURL, path)
}
