// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// linux reads the syslog of a Unix machine, where many programs write to one
// stream: each line is read by the format of the program that wrote it. Lines
// of programs that come with the system and name no peer are other events;
// those of programs not known here are rejected, so that a device that nobody
// reads is not taken for a machine that has nothing to tell.
type linux struct {
	clock  clock
	by     map[string]lines[event.Activity] // program to reader
	kernel lines[event.Activity]
	auth   lines[event.Activity]
}

func newLinux(opt Options) ActivityReader {
	c := newClock(opt)
	web, vpn, mail, audit := &access{c}, &openvpn{c}, &exim{c}, &auditd{c}
	return activityTextGuard(&linux{clock: c, kernel: &netfilter{c}, auth: &auth{c}, by: map[string]lines[event.Activity]{
		"dovecot": &dovecot{c}, "haproxy": &haproxy{c}, "openvpn": vpn, "ovpn-server": vpn,
		"nginx": web, "apache2": web, "apache": web, "httpd": web, "traefik": web, "squid": &squid{c}, "(squid-1)": &squid{c},
		"postfix": &postfix{c}, "exim": mail, "exim4": mail, "vsftpd": &vsftpd{c}, "audispd": audit, "audisp-syslog": audit,
	}}, opt)
}

func (r *linux) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	if packetAt(s) >= 0 {
		return r.kernel.read(s, into)
	}
	h := r.clock.program(s)
	if h.tag == "" || h.at.IsZero() && !h.bad {
		return into, reject(NotFormat)
	}
	name, _, _ := strings.Cut(h.tag, "/")
	if out, v := r.auth.read(s, into); v.Reason != NotFormat {
		return out, v
	}
	in, ok := r.by[name]
	switch {
	case ok && (name == "postfix" || name == "dovecot" || name == "openvpn" || name == "ovpn-server"):
		return in.read(s, into) // they read their own tags
	case ok && h.rest != "":
		out, v := in.read(h.rest, into)
		for i := len(into); i < len(out); i++ {
			if out[i].Time.IsZero() {
				out[i].Time = h.at
			}
		}
		if v.Reason == NotFormat {
			v = skip(OtherEvent)
		}
		return out, v
	case isSystemProgram(name):
		return into, skip(OtherEvent)
	}
	return into, reject(NotFormat)
}

// isSystemProgram tells programs of the system itself, whose lines are about it.
func isSystemProgram(s string) bool {
	switch s {
	case "kernel", "systemd", "init", "CRON", "cron", "crond", "anacron", "atd", "dbus", "dbus-daemon", "NetworkManager", "rsyslogd", "syslogd", "syslog-ng",
		"chronyd", "ntpd", "dhclient", "snapd", "auditd", "smartd", "irqbalance", "multipathd", "udevd", "logger", "run-parts", "agetty", "rtkit-daemon",
		"firewalld", "fail2ban", "containerd", "dockerd", "qemu-ga", "vmtoolsd", "acpid", "lvm", "mdadm", "avahi-daemon", "ModemManager", "gdm", "lightdm":
		return true
	}
	return strings.HasPrefix(s, "systemd-") || strings.HasPrefix(s, "gdm-") || strings.HasPrefix(s, "fail2ban.")
}
