// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"time"

	"github.com/valyala/fastjson"
)

// jsonLine parses one JSON object a line. What it gives is good until the next
// parse: the buffers are used again.
type jsonLine struct {
	parser  fastjson.Parser
	scratch []byte
}

// parse reads the object of s, which may have a syslog head before it: "host
// suricata[17]: {", "prog: @cee: {", or the structured data of RFC 5424, "- - {".
func (j *jsonLine) parse(s string) (*fastjson.Value, Verdict) {
	if s[0] != '{' {
		i := strings.Index(s, " {")
		if i < 0 {
			return nil, reject(NotFormat)
		}
		s = s[i+1:]
	}
	j.scratch = j.scratch[:0]
	v, err := j.parser.Parse(s)
	if err != nil {
		return nil, reject(BadJSON)
	}
	return v, parsed
}

// text gives the string at path, empty when there is none.
func text(v *fastjson.Value, path ...string) string { return view(v.GetStringBytes(path...)) }

// firstText gives the first of the keys of v that holds text.
func firstText(v *fastjson.Value, keys ...string) string {
	for _, key := range keys {
		if s := text(v, key); s != "" {
			return s
		}
	}
	return ""
}

// scalar gives a string or number as written; has is false when nothing is
// there (absent, null, or no scalar).
func (j *jsonLine) scalar(v *fastjson.Value) (s string, has bool) {
	switch {
	case v == nil:
		return "", false
	case v.Type() == fastjson.TypeString:
		b, err := v.StringBytes()
		return view(b), err == nil
	case v.Type() == fastjson.TypeNumber:
		start := len(j.scratch)
		j.scratch = v.MarshalTo(j.scratch)
		return view(j.scratch[start:]), true
	}
	return "", false
}

// scanJSON reads an ISO 8601 time or seconds since 1970. A time masked with
// X's, as in Zeek's own test baselines, is one the record does not say.
func (c *clock) scanJSON(s string) (time.Time, bool) {
	if at, rest, state := c.scan(s); state == goodTime && rest == "" {
		return at, true
	}
	if at, ok := epoch(s); ok {
		return at, true
	}
	return time.Time{}, s != "" && strings.Trim(s, "X.:-") == ""
}
