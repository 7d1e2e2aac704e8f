// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"fmt"
	"strings"
)

// about is what an operator is told of each key in the example file; a test
// holds it to the table of settings.
var about = map[string]string{
	"data":               "Folder of all data. Without it: the folder of this user's programs. A service: /var/lib/vonggac.",
	"run":                "What this process does: all, or some of web, worker and listener. Several processes share records in PostgreSQL, a NATS cluster, a VictoriaLogs cluster and files.folder.",
	"files.folder":       "Folder of received files and lists of indicators, where several processes share it. Without it: files in the data folder.",
	"listen":             "Address and port of the pages. Beyond this machine (:8443) pages go by HTTPS.",
	"url":                "What people type and links begin with, such as https://soc.example.vn. Without it: from listen.",
	"tls.mode":           "off (loopback, or a proxy speaks TLS), own (an authority made at first start), files. Without it: chosen by listen.",
	"tls.cert":           "Certificate chain, PEM; with tls.mode files.",
	"tls.key":            "Key of the certificate, PEM; with tls.mode files.",
	"intake.udp":         "Addresses and ports where syslog is received by UDP, such as 0.0.0.0:514, several with commas. Without it: nowhere. Who may send as which source is set on the source's page.",
	"intake.tcp":         "The same by TCP, such as 0.0.0.0:601.",
	"intake.tls":         "The same by TLS, such as 0.0.0.0:6514; certificates are those of the pages.",
	"intake.http":        "Addresses where programs push lines by HTTP: Filebeat, Fluent Bit, Vector, Winlogbeat, HEC. Beyond this machine by HTTPS.",
	"intake.dnstap":      "Where DNS servers send dnstap: a socket on this machine, such as /run/vonggac/dnstap.sock (its owner and group may send), or an address such as 10.1.1.5:6000. It is not encrypted.",
	"intake.netflow":     "Addresses and ports where NetFlow v5, v9 and IPFIX are received by UDP, such as 0.0.0.0:2055.",
	"intake.edge":        "Addresses where collectors at units' sites (vonggac collect) bring what they received, such as 0.0.0.0:6515: by HTTPS, with certificates that this centre gives them.",
	"intake.files":       "Log files on this machine that are read as they grow: whole paths, where * stands for anything in a name.",
	"intake.client_ca":   "Certificates of authorities, PEM, that vouch for senders by TLS. Without it each sender's certificate is known by its hash.",
	"stream.address":     "Where received lines wait to be read: nats://host:port of a NATS cluster. Without it: in the data folder.",
	"stream.credentials": "Credentials for that cluster.",
	"stream.reserve":     "How much of the disk stays free: below it nothing more is received, and senders are told so.",
	"lake.days":          "How many days of received lines are kept and searched. Fewer than before: older ones are deleted within the hour, for good.",
	"lake.engine":        "on: lines can be searched, by an engine that this program runs beside itself; off: they are kept and not searched.",
	"lake.address":       "Address of a VictoriaLogs server or cluster that searches instead, such as https://logs.example.vn:9428. It must keep a day more than lake.days.",
	"lake.token":         "What that server wants as a bearer token.",
	"sightings.days":     "How many days of who looked up what are kept for looking back. Fewer than before: older days are deleted within the hour, for good.",
	"rulepacks.folder":   "Folder with rule packs of your own, a subfolder each, beside those of the program. Without it: rulepacks in the data folder.",
	"proxy.trusted":      "Addresses of reverse proxies whose X-Forwarded-For is believed: a list such as [10.0.0.5, 10.1.0.0/24].",
	"records.address":    "Where the records are: a file for SQLite (without it: records.db in the data folder), or postgres://user:password@host/database.",
	"log.level":          "debug, info, warn or error.",
	"log.format":         "text or json.",
	"upload.limit":       "Most that one upload may bring.",
	"documents.limit":    "Most that one file of an official document may be. It is held in memory until it is known that it may come in.",
	"session.lifetime":   "How long one sign-in lasts.",
	"session.idle":       "How long a sign-in may lie unused before it ends.",
	"metrics.token":      "Lets a program on another machine read /metrics, as a bearer token of 16 characters or more. Without it only this machine may, and nobody where proxy.trusted holds an address of this machine.",
	"upgrade.backup":     "on: before a newer program changes the records a backup is made; off: somebody else backs them up.",
	"language":           "Language of people who have not chosen: vi or en.",
}

// Example is a configuration file with every key, each commented out at its
// default, so that a copy of it changes nothing until edited.
func Example() []byte {
	var b bytes.Buffer
	b.WriteString("# Configuration of vonggac. Every key is optional; remove the # of a key and of its section to set it.\n" +
		"# The same keys are variables (tls.mode: VONGGAC_TLS_MODE). Check with: vonggac config --config FILE\n")
	section := ""
	for _, s := range settings {
		head, name, below := strings.Cut(s.key, ".")
		indent := ""
		b.WriteString("\n")
		if below {
			indent = "  "
			if head != section {
				fmt.Fprintf(&b, "#%s:\n", head)
			}
		} else {
			name = s.key
		}
		section = head
		mark := "#"
		if below {
			mark = "#" + indent + "#"
		}
		fmt.Fprintf(&b, "%s %s\n", mark, about[s.key])
		b.WriteString(strings.TrimRight("#"+indent+name+": "+s.def, " ") + "\n")
		if s.secret {
			fmt.Fprintf(&b, "#%s# Or from a file that only the service may read:\n#%s%s_file:\n", indent, indent, name)
		}
	}
	return b.Bytes()
}
