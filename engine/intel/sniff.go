// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bytes"
	"slices"
	"strings"
)

// columns says where a CSV list keeps what.
type columns struct {
	line   int64 // of the head, from 1
	comma  byte  // 0 for a single column
	count  int
	value  int
	kind   int // -1 when absent
	threat int
}

// Names of columns, the preferred first; spaces, dots and hyphens count as
// underscores.
var (
	valueHeads = []string{"indicator", "indicator_value", "ioc", "ioc_value", "observable", "value", "domain", "domain_name", "domains",
		"fqdn", "hostname", "host", "dns", "data", "name", "chỉ_báo", "tên_miền", "giá_trị", "url", "ip"}
	kindHeads   = []string{"type", "indicator_type", "ioc_type", "kind", "loại"}
	threatHeads = []string{"family", "threat", "threat_name", "malware", "malware_family", "malware_printable", "malware_name", "campaign", "actor",
		"label", "labels", "tag", "tags", "category", "mã_độc", "mối_đe_dọa", "comment", "note", "description", "ghi_chú"}
)

// headWithin is how many lines from the top may hold the head line.
const headWithin = 20

// sniff finds the layout of a list from its first bytes, unless want names it,
// and the columns of a CSV list, nil when no head line is found.
func sniff(head []byte, want Layout) (Layout, *columns) {
	var rows, addressed int
	var no int64
	for line := range bytes.Lines(head) {
		no++
		v := bytes.TrimSpace(line)
		if no <= headWithin && (want == Auto || want == CSV) {
			if c := headLine(v, no); c != nil {
				return CSV, c
			}
		}
		if comment(v) {
			continue
		}
		rows++
		if address(v) {
			addressed++
		}
	}
	if want != Auto {
		return want, nil
	}
	if addressed > 0 && 2*addressed >= rows {
		return Hosts, nil
	}
	return Plain, nil
}

// headLine returns the columns named by a line that names where the
// indicators are, else nil. Some lists put the head in a comment; such a line
// must name two known columns, for prose may name one.
func headLine(v []byte, no int64) *columns {
	bare := bytes.TrimLeft(v, "# ")
	commented := len(bare) < len(v)
	var best *columns
	for _, comma := range []byte{',', ';', '\t', 0} {
		fields, q := splitFields(nil, bare, comma)
		if q != closed {
			continue
		}
		names := make([]string, len(fields))
		for i, f := range fields {
			names[i] = headName(f)
		}
		c := &columns{line: no, comma: comma, count: len(fields),
			value: column(names, valueHeads), kind: column(names, kindHeads), threat: column(names, threatHeads)}
		if c.value < 0 || commented && c.kind < 0 && c.threat < 0 {
			continue
		}
		if best == nil || c.count > best.count {
			best = c
		}
	}
	return best
}

// column returns the index of the most preferred head in names, or -1.
func column(names, heads []string) int {
	for _, h := range heads {
		if i := slices.Index(names, h); i >= 0 {
			return i
		}
	}
	return -1
}

var underscores = strings.NewReplacer(" ", "_", "-", "_", ".", "_")

func headName(field []byte) string {
	return underscores.Replace(strings.ToLower(strings.TrimSpace(string(field))))
}
