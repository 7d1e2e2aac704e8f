// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"strings"
	"testing"

	"github.com/vonggac/vonggac/engine/format"
)

// Lines made of one thing over and over keep the promises of a reader.
func TestLongLinesKeepThePromises(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, start, part string }{
		{"cef", "CEF:0|a|b|c|d|e|1|", "="},
		{"cef", "CEF:0|a|b|c|d|e|1|", "cs1Label=md5 "},
		{"cef", "CEF:0|a|b|c|d|e|1|src=192.0.2.1 ", "a=b"},
		{"leef", "LEEF:1.0|a|b|c|d|", "recipient=a@b,c@d\t"},
		{"checkpoint", `x [action:"Drop"; loguid:"1"; src:"192.0.2.1"; `, `a:"b"; `},
		{"fortigate", `type=traffic subtype=x logid=1 srcip=192.0.2.1 `, `a="b" `},
		{"paloalto", "1,2026/01/14 08:00:00,1,THREAT,", `"a""b",`},
		{"pfsense", "1,,,1,em0,match,block,in,4,", "1,"},
		{"squid", "1768352400.123 1 192.0.2.1 TCP_MISS/200 1 GET http://a/ - NONE/- -", " x"},
		{"zeek", "#fields", "\tts"},
		{"zeek", `{"ts":1,"uid":"C","_path":"smtp","id.orig_h":"192.0.2.1","rcptto":["a@b"`, `,"a@b"`},
		{"eve", `{"event_type":"alert","src_ip":"192.0.2.1","files":[{}`, `,{}`},
	} {
		f, _ := format.LookupActivity(c.format)
		line := c.start + strings.Repeat(c.part, (16<<10)/len(c.part))
		if line[0] == '{' {
			line += "]}"
		}
		checkStream(t, f, []byte(line))
	}
}
