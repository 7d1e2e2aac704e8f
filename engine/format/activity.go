// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"github.com/vonggac/vonggac/engine/event"
)

// Reasons of activity formats beside those that all formats share.
const (
	BadAddress Reason = "bad_address" // neither an address nor a name where one stands
	BadPort    Reason = "bad_port"    // no port number where one stands
	DNSRecord  Reason = "dns_record"  // skipped: a look-up, which the DNS formats read from the same stream
)

// ActivityReader is to activities what Reader is to look-ups; the same promises
// hold. The two are apart because the path of look-ups is the hot one: its
// events are small and its readers are replaced by faster ones, while an
// activity has many fields. A stream that holds both (Zeek, Suricata) is read
// by both, and each accounts for every line: what the other takes is skipped.
type ActivityReader interface {
	// Read appends the activities of line, which has no line end, to into and
	// returns it with the line's verdict. It keeps no reference to line and
	// never panics, whatever the bytes.
	Read(line []byte, into []event.Activity) ([]event.Activity, Verdict)
}

// Activity is one log format of a sensor, proxy or firewall.
type Activity struct {
	Name  string                           // stable, for stored sources: "squid"
	Title string                           // for people: "Squid access.log"
	New   func(opt Options) ActivityReader // a reader at the start of a stream
}

// Activities lists every format of activities, the more particular before the
// more general: where two know the same lines equally well, DetectActivity
// takes the earlier.
func Activities() []Activity {
	return []Activity{
		{"zeek", "Zeek conn, http, ssl and files logs (TSV, JSON)", newZeekActivity},
		{"eve", "Suricata EVE JSON", newEveActivity},
		{"goflow", "NetFlow v5, v9 and IPFIX (dump, capture, goflow2 JSON)", newGoflow},
		{"squid", "Squid access.log", newSquid},
		{"fortigate", "FortiGate key=value log", newFortigate},
		{"paloalto", "Palo Alto Networks traffic and threat log (CSV)", newPaloAlto},
		{"checkpoint", "Check Point Log Exporter", newCheckPoint},
		{"pfsense", "pfSense and OPNsense filterlog", newPfsense},
		{"sophos", "Sophos Firewall and UTM", newSophos},
		{"cisco", "Cisco ASA, FTD and IOS syslog", newCisco},
		{"mikrotik", "MikroTik RouterOS", newMikrotik},
		{"netfilter", "Linux firewall: iptables, nftables, ufw", newNetfilter},
		{"auth", "Unix log-ins: OpenSSH, sudo, su, PAM", newAuth},
		{"postfix", "Postfix and Zimbra mail log", newPostfix},
		{"dovecot", "Dovecot log-ins", newDovecot},
		{"zimbra", "Zimbra log-ins (audit.log)", newZimbra},
		{"exim", "Exim main log", newExim},
		{"vsftpd", "vsftpd log", newVsftpd},
		{"keycloak", "Keycloak log-ins", newKeycloak},
		{"auditd", "Linux audit log", newAuditd},
		{"openvpn", "OpenVPN server log", newOpenVPN},
		{"haproxy", "HAProxy HTTP and TCP log", newHAProxy},
		{"access", "nginx, Apache and Traefik access and error logs", newAccess},
		{"iis", "IIS W3C extended log", newIIS},
		{"windows", "Windows Security, Sysmon and IIS events (JSON, XML)", newWindows},
		{"linux", "Syslog of a Unix machine, all programs", newLinux},
		{"leef", "LEEF (IBM QRadar)", newLEEF},
		{"cef", "CEF (ArcSight)", newCEF},
	}
}

// LookupActivity gives the format of that name, as Activities lists it.
func LookupActivity(name string) (Activity, bool) {
	for _, f := range Activities() {
		if f.Name == name {
			return f, true
		}
	}
	return Activity{}, false
}

// DetectActivity chooses among Activities by the rules of Detect. When none
// knows a line the error is an *UnknownError.
func DetectActivity(sample [][]byte, opt Options) (Activity, error) {
	sample = sample[:min(len(sample), maxSample)]
	var best Activity
	var top score
	unknown := &UnknownError{}
	for _, f := range Activities() {
		var into []event.Activity
		r := f.New(opt)
		s := rate(func(line []byte) (v Verdict) {
			into, v = r.Read(line, into[:0])
			return v
		}, sample)
		if s.beats(top) {
			best, top = f, s
		}
		unknown.Tried = append(unknown.Tried, f.Name)
		unknown.Lines = s.lines
	}
	if top.known == 0 {
		return Activity{}, unknown
	}
	return best, nil
}
