// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bytes"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/engine/intel"
)

// columns says where a table keeps what: places from 0, -1 where absent.
type columns struct {
	line                                                       int64 // of the head, from 1
	comma                                                      byte  // 0 for a single column
	count                                                      int
	values                                                     []valueColumn
	kind, port, threat, tlp, confidence, reference             int
	validFrom, validUntil, lastSeen, detection, scope, revoked int
}

// valueColumn is a column of values; hint is what its head says of them.
type valueColumn struct {
	at int
	hint
}

// Names of columns, the preferred first; spaces, dots and hyphens count as
// underscores. They are those of abuse.ch (URLhaus, ThreatFox, Feodo Tracker,
// SSLBL, MalwareBazaar), MISP, OTX, OpenCTI and of lists made by hand.
var (
	anyHeads = []string{"indicator", "indicator_value", "ioc", "ioc_value", "observable", "observable_value", "value", "data", "chỉ_báo", "giá_trị"}
	// netHeads name the one value of a row on the network: a name goes before
	// the URL it stands in, and both before the address they lead to.
	netHeads = []string{"domain", "domain_name", "domains", "fqdn", "hostname", "host", "dns", "tên_miền", "url", "urls", "uri",
		"dst_ip", "dstip", "ip", "ip_address", "ipaddress", "ipv4", "ipv6", "ip_src", "ip_dst", "cidr", "network", "địa_chỉ_ip", "trail"}
	// otherHeads name values of which each counts.
	otherHeads = map[string]hint{"sha256": sha256Hash, "sha256_hash": sha256Hash, "sha1": sha1Hash, "sha1_hash": sha1Hash, "md5": md5Hash, "md5_hash": md5Hash,
		"hash": anyHash, "file_hash": anyHash, "filehash": anyHash, "mã_băm": anyHash, "ja3_md5": ja3Print, "ja3": ja3Print, "ja4": ja4Print,
		"email": mail, "email_address": mail, "thư_điện_tử": mail}
	kindHeads   = []string{"type", "indicator_type", "ioc_type", "kind", "attribute_type", "loại"}
	portHeads   = []string{"dst_port", "dstport", "port", "cổng"}
	threatHeads = []string{"family", "threat_name", "malware_printable", "malware", "malware_family", "malware_name", "fk_malware", "signature", "threat",
		"campaign", "actor", "listingreason", "label", "labels", "tag", "tags", "info", "category", "mã_độc", "mối_đe_dọa", "comment", "note", "description",
		"ghi_chú"}
	tlpHeads        = []string{"tlp", "marking"}
	confidenceHeads = []string{"confidence", "confidence_level", "độ_tin_cậy"}
	referenceHeads  = []string{"reference", "references", "urlhaus_link", "link", "source", "event_uuid", "nguồn"}
	fromHeads       = []string{"valid_from"}
	untilHeads      = []string{"valid_until", "expiration", "expires", "expiration_date", "hết_hạn"}
	lastHeads       = []string{"last_seen", "last_seen_utc", "lastseen", "last_online", "lastonline"}
	detectionHeads  = []string{"to_ids"}
	scopeHeads      = []string{"scope"}
	revokedHeads    = []string{"revoked"}
	lastResort      = []string{"name"}
)

// headWithin is how many lines from the top may hold the head line.
const headWithin = 40

// headOf returns the columns of a table, nil when no head line is found near
// the top.
func headOf(head []byte) *columns {
	var no int64
	for line := range bytes.Lines(head) {
		if no++; no > headWithin {
			break
		}
		if c := headLine(bytes.TrimSpace(line), no); c != nil {
			return c
		}
	}
	return nil
}

// headLine returns the columns named by a line that names where the values
// are, else nil. Some lists put the head in a comment; such a line must name
// two known columns, for prose may name one.
func headLine(v []byte, no int64) *columns {
	text := bytes.TrimLeft(v, "# ")
	commented := len(text) < len(v)
	var best *columns
	for _, comma := range []byte{',', ';', '\t', '|', 0} {
		fields, open, broken := intel.SplitFields(nil, text, comma)
		if open || broken {
			continue
		}
		names := make([]string, len(fields))
		for i, f := range fields {
			names[i] = underscores.Replace(strings.ToLower(strings.TrimSpace(string(f))))
		}
		c := named(names)
		c.line, c.comma = no, comma
		if len(c.values) == 0 || commented && len(fields) < 2 || commented && c.known() < 2 {
			continue
		}
		if best == nil || c.count > best.count {
			best = c
		}
	}
	return best
}

var underscores = strings.NewReplacer(" ", "_", "-", "_", ".", "_")

// named finds the columns among their names.
func named(names []string) *columns {
	at := func(heads []string) int {
		for _, h := range heads {
			if i := slices.Index(names, h); i >= 0 {
				return i
			}
		}
		return -1
	}
	c := &columns{count: len(names), kind: at(kindHeads), port: at(portHeads), threat: at(threatHeads), tlp: at(tlpHeads),
		confidence: at(confidenceHeads), reference: at(referenceHeads), validFrom: at(fromHeads), validUntil: at(untilHeads),
		lastSeen: at(lastHeads), detection: at(detectionHeads), scope: at(scopeHeads), revoked: at(revokedHeads)}
	if i := at(anyHeads); i >= 0 {
		c.values = []valueColumn{{i, byLooks}}
		return c
	}
	if i := at(netHeads); i >= 0 {
		h := network
		if names[i] == "url" || names[i] == "urls" || names[i] == "uri" {
			h = webURL
		}
		c.values = append(c.values, valueColumn{i, h})
	}
	for i, n := range names {
		if h, ok := otherHeads[n]; ok {
			c.values = append(c.values, valueColumn{i, h})
		}
	}
	if i := at(lastResort); len(c.values) == 0 && i >= 0 && len(names) > 1 {
		c.values = []valueColumn{{i, byLooks}}
	}
	return c
}

// known is how many columns are understood.
func (c *columns) known() int {
	n := len(c.values)
	for _, at := range []int{c.kind, c.port, c.threat, c.tlp, c.confidence, c.reference, c.validFrom, c.validUntil, c.lastSeen} {
		if at >= 0 {
			n++
		}
	}
	return n
}
