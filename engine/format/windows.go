// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/event"
)

// windows reads events of Windows: the Security log, Sysmon and IIS's own
// channel, as JSON from Winlogbeat and Elastic Agent, from NXLog and others
// that put the fields at the top, and as one XML element a line (Microsoft
// Learn, "Advanced security audit policy settings"; Sysinternals, "Sysmon",
// Events). Events of other providers, and the others of these, are other
// events; those of the DNS server have a format of their own.
type windows struct{ clock clock }

func newWindows(opt Options) ActivityReader { return activityTextGuard(&windows{newClock(opt)}, opt) }

// winEvent is one event: how its fields are asked for.
type winEvent struct {
	id, provider, at, computer string
	get                        func(name string) string
}

// winLogin are the events of the Security log about accounts that prove who
// they are. Unknown: the code in Status or ErrorCode tells.
var winLogin = map[string]struct {
	title  string
	status event.Status
}{
	"4624": {"An account was successfully logged on", event.Success},
	"4625": {"An account failed to log on", event.Failure},
	"4648": {"A logon was attempted using explicit credentials", event.Success},
	"4740": {"A user account was locked out", event.Failure},
	"4768": {"A Kerberos authentication ticket was requested", event.Unknown},
	"4769": {"A Kerberos service ticket was requested", event.Unknown},
	"4771": {"Kerberos pre-authentication failed", event.Failure},
	"4772": {"A Kerberos authentication ticket request failed", event.Failure},
	"4776": {"The computer attempted to validate the credentials for an account", event.Unknown},
	"4778": {"A session was reconnected to a Window Station", event.Success},
	"4825": {"A user was denied the access to Remote Desktop", event.Failure},
}

func (r *windows) take(e winEvent, into []event.Activity) ([]event.Activity, Verdict) {
	d := draft{clock: &r.clock}
	d.take(IsTime, e.at)
	known := false
	switch e.provider {
	case "Microsoft-Windows-Security-Auditing":
		known = d.winSecurity(e)
	case "Microsoft-Windows-Sysmon":
		known = d.winSysmon(e)
	case "Microsoft-Windows-IIS-Logging":
		known = d.winIIS(e)
	case "Microsoft-Windows-DNSServer", "Microsoft-Windows-DNS-Server-Service":
		return into, reject(NotFormat)
	}
	if !known {
		return into, skip(OtherEvent)
	}
	return d.finish(into)
}

// winSecurity reads log-ins, processes and packets that the firewall let
// through or stopped.
func (d *draft) winSecurity(e winEvent) bool {
	login, ok := winLogin[e.id]
	switch {
	case ok:
		d.winLogin(e, login.title, login.status)
	case e.id == "4688":
		d.a.Class = event.ProcessActivity
		d.take(IsSrcHost, e.computer)
		d.take(IsUser, e.get("SubjectUserName"))
		setText(&d.a.Service, e.get("NewProcessName"))
		d.take(IsTitle, e.get("CommandLine"))
		d.take(IsTitle, e.get("NewProcessName"))
	case e.id == "5156" || e.id == "5157" || e.id == "5152":
		d.a.Class, d.a.Action = event.NetworkActivity, event.Blocked
		if e.id == "5156" {
			d.a.Action = event.Allowed
		}
		d.take(IsSrc, e.get("SourceAddress"))
		d.take(IsSrcPort, e.get("SourcePort"))
		d.take(IsDst, e.get("DestAddress"))
		d.take(IsDstPort, e.get("DestPort"))
		d.take(IsProtocol, e.get("Protocol"))
		setText(&d.a.Service, e.get("Application"))
	default:
		return false
	}
	return true
}

func (d *draft) winLogin(e winEvent, title string, status event.Status) {
	d.a.Class, d.a.Status = event.Authentication, status
	if code := firstSet(e.get("Status"), e.get("ErrorCode")); status == event.Unknown && code != "" {
		if d.a.Status = event.Failure; code == "0" || strings.Trim(code, "0x") == "" {
			d.a.Status = event.Success
		}
	}
	if kind := e.get("LogonType"); kind != "" {
		title += ", type " + kind
	}
	d.take(IsTitle, title)
	d.take(IsUser, firstSet(e.get("TargetUserName"), e.get("AccountName"), e.get("SubjectUserName")))
	setText(&d.a.Service, firstSet(e.get("AuthenticationPackageName"), e.get("PackageName"), e.get("ServiceName")))
	d.take(IsDstHost, e.computer)
	if addr := firstSet(e.get("IpAddress"), e.get("ClientAddress")); isAddress(addr) { // "LOCAL" stands there too
		d.take(IsSrc, addr)
		if port := e.get("IpPort"); port != "0" {
			d.take(IsSrcPort, port)
		}
	}
	d.take(IsSrcHost, strings.Trim(firstSet(e.get("WorkstationName"), e.get("Workstation"), e.get("ClientName")), `\`))
}

// winSysmon reads Sysmon's events that name something to look up.
func (d *draft) winSysmon(e winEvent) bool {
	d.take(IsSrcHost, e.computer)
	d.take(IsUser, e.get("User"))
	setText(&d.a.Service, e.get("Image"))
	switch e.id {
	case "1", "6", "7": // a process, a driver, a module
		d.a.Class = event.ProcessActivity
		d.take(IsTitle, e.get("CommandLine"))
		d.take(IsFileName, firstSet(e.get("ImageLoaded"), e.get("Image")))
		d.winHashes(e.get("Hashes"))
	case "3":
		d.a.Class = event.NetworkActivity
		d.take(IsSrc, e.get("SourceIp"))
		d.take(IsSrcPort, e.get("SourcePort"))
		d.take(IsDst, e.get("DestinationIp"))
		d.take(IsDstPort, e.get("DestinationPort"))
		d.take(IsDstHost, e.get("DestinationHostname"))
		d.take(IsProtocol, e.get("Protocol"))
	case "15", "23", "26", "29": // a file with a mark of the web, deleted, or an executable that was written
		d.a.Class = event.FileHosting
		d.take(IsFileName, e.get("TargetFilename"))
		d.winHashes(firstSet(e.get("Hashes"), e.get("Hash")))
	case "22":
		d.a.Class = event.DNSActivity
		d.take(IsQuery, e.get("QueryName"))
	default:
		return false
	}
	return true
}

// winHashes reads "MD5=...,SHA256=...,IMPHASH=..."; the last is of the imports,
// not of the file.
func (d *draft) winHashes(s string) {
	for one := range strings.SplitSeq(s, ",") {
		if kind, hash, ok := strings.Cut(one, "="); ok && kind != "IMPHASH" {
			d.take(IsHash, hash)
		}
	}
}

// winIIS reads event 6200, which holds a line of the W3C log.
func (d *draft) winIIS(e winEvent) bool {
	if e.id != "6200" {
		return false
	}
	d.a.Class = event.HTTPActivity
	for _, m := range iisFields {
		value := e.get(m.field)
		if value == "" && strings.HasPrefix(m.field, "cs(") { // here "csUser-Agent"
			value = e.get("cs" + strings.Trim(m.field[2:], "()"))
		}
		d.iis(m.is, value)
	}
	d.iisURL(e.get("cs-uri-stem"), e.get("cs-uri-query"))
	return true
}

func firstSet(all ...string) string {
	for _, s := range all {
		if !isUnset(s) {
			return s
		}
	}
	return ""
}

// record implements records.
func (r *windows) record(j *jsonLine, v *fastjson.Value, into []event.Activity) ([]event.Activity, Verdict, bool) {
	first := func(paths ...[]string) string {
		for _, path := range paths {
			if s, ok := j.scalar(v.Get(path...)); ok && s != "" {
				return s
			}
		}
		return ""
	}
	e := winEvent{
		id: first([]string{"winlog", "event_id"}, []string{"EventID"}, []string{"event_id"}, []string{"EventId"}, []string{"Event", "System", "EventID"}, []string{"event", "code"}),
		provider: first([]string{"winlog", "provider_name"}, []string{"event", "provider"}, []string{"SourceName"}, []string{"ProviderName"}, []string{"Provider"}, []string{"source_name"},
			[]string{"Event", "System", "Provider", "Name"}, []string{"Event", "System", "Provider", "#attributes", "Name"}),
		at: first([]string{"@timestamp"}, []string{"EventTime"}, []string{"TimeCreated"}, []string{"Event", "System", "TimeCreated", "SystemTime"},
			[]string{"Event", "System", "TimeCreated", "#attributes", "SystemTime"}, []string{"timestamp"}),
		computer: first([]string{"winlog", "computer_name"}, []string{"Computer"}, []string{"Hostname"}, []string{"computer_name"}, []string{"MachineName"},
			[]string{"Event", "System", "Computer"}, []string{"host", "name"}),
	}
	if e.id == "" || !strings.HasPrefix(e.provider, "Microsoft-Windows-") && !v.Exists("winlog") && !v.Exists("Event", "System") {
		return into, Verdict{}, false
	}
	e.get = func(name string) string {
		return first([]string{"winlog", "event_data", name}, []string{"event_data", name}, []string{"EventData", name}, []string{"Event", "EventData", name}, []string{name})
	}
	if ms, ok := strings.CutPrefix(e.at, "/Date("); ok {
		e.at = strings.TrimRight(ms, ")/")
	}
	out, verdict := r.take(e, into)
	return out, verdict, true
}

// read reads an event in XML (Microsoft Learn, "Event Schema").
func (r *windows) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	i := strings.Index(s, "<Event ")
	if i < 0 || i > maxHead || !strings.Contains(s, "<System>") {
		return into, reject(NotFormat)
	}
	s = s[i:]
	e := winEvent{provider: xmlAttribute(s, "<Provider ", "Name"), at: xmlAttribute(s, "<TimeCreated ", "SystemTime"), computer: xmlText(s, "<Computer", "</")}
	e.id = xmlText(s, "<EventID", "</")
	if e.id == "" || e.provider == "" {
		return into, reject(MissField)
	}
	_, data, _ := strings.Cut(s, "<EventData")
	e.get = func(name string) string {
		for rest := data; ; {
			var ok bool
			if _, rest, ok = strings.Cut(rest, name); !ok {
				return ""
			}
			value, isName := strings.CutPrefix(rest, `">`)
			if !isName {
				value, isName = strings.CutPrefix(rest, `'>`)
			}
			if text, _, ok := strings.Cut(value, "<"); isName && ok && (strings.HasSuffix(data[:len(data)-len(rest)-len(name)], `Name="`) || strings.HasSuffix(data[:len(data)-len(rest)-len(name)], `Name='`)) {
				return xmlUnescape(text)
			}
		}
	}
	return r.take(e, into)
}

// xmlAttribute gives an attribute of the first element that starts with open.
func xmlAttribute(s, open, name string) string {
	_, rest, ok := strings.Cut(s, open)
	element, _, ok2 := strings.Cut(rest, ">")
	_, rest, ok3 := strings.Cut(element, name+"=")
	if !ok || !ok2 || !ok3 || rest == "" {
		return ""
	}
	value, _, _ := strings.Cut(rest[1:], rest[:1])
	return value
}

// xmlText gives the text of the first element that starts with open.
func xmlText(s, open, end string) string {
	_, rest, ok := strings.Cut(s, open)
	_, rest, ok2 := strings.Cut(rest, ">")
	value, _, ok3 := strings.Cut(rest, end)
	if !ok || !ok2 || !ok3 {
		return ""
	}
	return strings.TrimSpace(value)
}

func xmlUnescape(s string) string {
	if strings.IndexByte(s, '&') < 0 {
		return s
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&apos;", "'", "&amp;", "&", "&#13;", " ", "&#10;", " ").Replace(s)
}
