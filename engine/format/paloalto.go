// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// paloalto reads the comma-separated syslog form of TRAFFIC and THREAT logs and
// of log-ins: SYSTEM of subtype auth, GLOBALPROTECT and USERID (PAN-OS
// Administrator's Guide, "Syslog Field Descriptions"); other log types are other
// events. The CEF and LEEF forms are read by cef and
// leef. A generated time in another form than PAN-OS writes, as relays that
// passed a spreadsheet leave it, gives way to the time of the syslog head.
type paloalto struct {
	clock clock
	cells []string
}

func newPaloAlto(opt Options) ActivityReader {
	return activityTextGuard(&paloalto{clock: newClock(opt)}, opt)
}

// Columns of the two logs, from 0; the guide lists them in this order.
const (
	panType      = 3
	panSubtype   = 4
	panGenerated = 6
	panSrc       = 7
	panDst       = 8
	panUser      = 12
	panSrcPort   = 24
	panDstPort   = 25
	panProtocol  = 29
	panAction    = 30
	panSent      = 32 // TRAFFIC
	panReceived  = 33 // TRAFFIC
	panMisc      = 31 // THREAT: URL, file name or name asked
	panThreat    = 32 // THREAT
	panDigest    = 43 // THREAT
	panAgent     = 46 // THREAT
	panFileType  = 47 // THREAT
	panSender    = 50 // THREAT
	panRecipient = 52 // THREAT
)

func (r *paloalto) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	h := head{rest: s}
	if !isPanStart(s) {
		if h = r.clock.head(s); !isPanStart(h.rest) {
			// A host name without a tag is left before the message.
			if _, rest, ok := strings.Cut(h.rest, " "); ok {
				h.rest = rest
			}
		}
		if !isPanStart(h.rest) {
			return into, reject(NotFormat)
		}
	}
	r.cells = quotedCells(r.cells[:0], h.rest, ',')
	kind := r.cell(panType)
	if !isPanType(kind) {
		return into, reject(NotFormat)
	}
	if kind != "TRAFFIC" && kind != "THREAT" {
		d := draft{clock: &r.clock}
		if !r.login(&d, kind) {
			return into, skip(OtherEvent)
		}
		d.take(IsTime, r.cell(panGenerated))
		return d.logged(h, into)
	}
	if len(r.cells) <= panMisc {
		return into, reject(MissField)
	}
	d := draft{clock: &r.clock}
	r.common(&d, h)
	if kind == "TRAFFIC" {
		d.a.Class = event.NetworkActivity
		d.take(IsSent, r.cell(panSent))
		d.take(IsReceived, r.cell(panReceived))
		return d.finish(into)
	}
	r.threat(&d)
	return d.finish(into)
}

func (r *paloalto) common(d *draft, h head) {
	d.take(IsTime, r.cell(panGenerated))
	if d.a.Time.IsZero() && !h.at.IsZero() {
		d.a.Time = h.at
	}
	d.take(IsSrc, r.cell(panSrc))
	d.take(IsSrcPort, r.cell(panSrcPort))
	d.take(IsDst, r.cell(panDst))
	d.take(IsDstPort, r.cell(panDstPort))
	d.take(IsUser, r.cell(panUser))
	d.take(IsProtocol, r.cell(panProtocol))
	d.take(IsAction, r.cell(panAction))
}

// threat reads what follows the common part; what misc holds depends on the
// subtype.
func (r *paloalto) threat(d *draft) {
	d.a.Class = event.DetectionFinding
	misc := r.cell(panMisc)
	switch sub := r.cell(panSubtype); {
	case sub == "url":
		d.a.Class = event.HTTPActivity
		d.take(IsURL, misc)
	case sub == "data", sub == "file", sub == "wildfire", sub == "virus", sub == "wildfire-virus", sub == "ml-virus":
		if sub == "file" || sub == "data" {
			d.a.Class = event.FileHosting
		}
		d.take(IsFileName, misc)
		d.take(IsHash, r.cell(panDigest))
		d.take(IsFileType, r.cell(panFileType))
	case strings.Contains(misc, "/"):
		d.take(IsURL, misc)
	case sub == "spyware" && strings.Contains(misc, "."):
		d.take(IsQuery, misc)
	default:
		d.take(IsFileName, misc)
	}
	d.take(IsTitle, r.cell(panThreat))
	d.take(IsUserAgent, r.cell(panAgent))
	d.take(IsEmailFrom, r.cell(panSender))
	d.take(IsEmailTo, r.cell(panRecipient))
}

// login reads who logged in to the device, its VPN, or a domain it asks.
func (r *paloalto) login(d *draft, kind string) bool {
	d.a.Class = event.Authentication
	switch sub := r.cell(panSubtype); {
	case kind == "SYSTEM" && sub == "auth":
		return d.panAuth(r.cell(8), r.cell(14))
	case kind == "USERID" && sub == "login":
		d.a.Status = event.Success
		d.take(IsTitle, "user-id login")
		d.take(IsSrc, r.cell(8))
		d.take(IsUser, r.cell(9))
	case kind == "GLOBALPROTECT" && strings.Contains(r.cell(8), "auth") || kind == "GLOBALPROTECT" && r.cell(9) == "login":
		d.take(IsTitle, r.cell(8))
		d.take(IsUser, r.cell(12))
		d.take(IsSrc, r.cell(15))
		d.take(IsSrcHost, r.cell(14))
		switch r.cell(28) {
		case "success":
			d.a.Status = event.Success
		case "failure":
			d.a.Status = event.Failure
		}
		setText(&d.a.Service, "globalprotect")
	default:
		return false
	}
	return d.a.User != ""
}

// panAuth reads the event's name and "authenticated for user 'a'. ... From: b.".
func (d *draft) panAuth(name, text string) bool {
	_, rest, ok := strings.Cut(text, "for user '")
	user, rest, ok2 := strings.Cut(rest, "'")
	if !ok || !ok2 || !strings.HasPrefix(name, "auth-") {
		return false
	}
	if d.a.Status = event.Failure; name == "auth-success" && strings.HasPrefix(text, "authenticated ") {
		d.a.Status = event.Success
	}
	d.a.Class = event.Authentication
	d.take(IsTitle, name)
	d.take(IsUser, user)
	if _, server, ok := strings.Cut(rest, "server address '"); ok {
		server, _, _ = strings.Cut(server, "'")
		d.take(IsDst, server)
	}
	if _, from, ok := strings.Cut(rest, "From: "); ok {
		if from = strings.TrimRight(firstWord(from), ".,"); isAddress(from) {
			d.take(IsSrc, from)
		}
	}
	return true
}

func (r *paloalto) cell(i int) string {
	if i < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

// isPanStart tells the first two columns: a number and the receive time.
func isPanStart(s string) bool {
	_, rest, ok := number(s, 3)
	return ok && len(rest) > 8 && rest[0] == ',' && isDigit(rest[1]) && strings.IndexByte(rest[:8], '/') > 0
}

func isPanType(s string) bool {
	switch s {
	case "TRAFFIC", "THREAT", "URL", "DATA", "WILDFIRE", "SYSTEM", "CONFIG", "USERID", "HIPMATCH", "HIP-MATCH", "GLOBALPROTECT", "IPTAG",
		"DECRYPTION", "TUNNEL", "SCTP", "AUTHENTICATION", "CORRELATION", "GTP", "AUDIT":
		return true
	}
	return false
}

// quotedCells splits a row; a cell in quotes may hold the separator, and ""
// stands for a quote in it (RFC 4180 §2).
func quotedCells(out []string, s string, separator byte) []string {
	for {
		cell := s
		if strings.HasPrefix(s, `"`) {
			if end := cellEnd(s); end > 0 {
				cell = strings.ReplaceAll(s[1:end], `""`, `"`)
				if s = s[end+1:]; s == "" || s[0] != separator {
					// text after a closing quote: keep the row's columns
					i := strings.IndexByte(s, separator)
					if i < 0 {
						return append(out, cell)
					}
					s = s[i:]
				}
				out, s = append(out, cell), s[1:]
				continue
			}
		}
		i := strings.IndexByte(s, separator)
		if i < 0 {
			return append(out, cell)
		}
		out, s = append(out, s[:i]), s[i+1:]
	}
}

// cellEnd finds the quote that closes the cell at the start of s; -1 is none.
func cellEnd(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			i++
			continue
		}
		return i
	}
	return -1
}
