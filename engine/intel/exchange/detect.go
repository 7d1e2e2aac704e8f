// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/vonggac/vonggac/engine/intel"
)

// Detect tells the format of a list from its first bytes, unpacked; 64 KiB are
// enough. It returns Auto for JSON of an unknown kind, and Plain when nothing
// else fits.
func Detect(head []byte) Format {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	switch trimmed := bytes.TrimLeft(head, " \t\r\n"); {
	case len(trimmed) == 0:
		return Plain
	case trimmed[0] == '{', trimmed[0] == '[' && len(trimmed) > 1 && strings.IndexByte(" \t\r\n{[]\"", trimmed[1]) >= 0:
		if !bytes.HasPrefix(bytes.ToLower(trimmed), []byte("[adblock")) {
			return detectJSON(trimmed)
		}
	}
	t := tally(head)
	switch {
	case t.rows > 0 && 2*t.directives >= t.rows+t.comments/2 && t.directives > 0:
		return t.resolver
	case t.zone && t.rows > 0:
		return RPZ
	case headOf(head) != nil:
		return CSV
	case 2*t.addressed >= t.rows && t.addressed > 0:
		return Hosts
	case t.references:
		return Maltrail
	case t.encoded > 0 && 2*t.encoded >= t.rows:
		return Dataset
	}
	return Plain
}

// tallied counts what the lines of a text look like.
type tallied struct {
	rows, comments, addressed, encoded, directives int
	resolver                                       Format // of the directives
	zone, references                               bool
}

func tally(head []byte) tallied {
	var t tallied
	for line := range bytes.Lines(head) {
		v := bytes.TrimSpace(line)
		if intel.IsComment(v) {
			t.comments++
			t.references = t.references || bytes.HasPrefix(v, []byte("# Reference:")) || bytes.HasPrefix(v, []byte("# Aliases:"))
			continue
		}
		t.rows++
		lower := strings.ToLower(string(v))
		fields := strings.Fields(lower)
		switch {
		case addressed(v):
			t.addressed++
		case strings.HasPrefix(lower, "local-zone:"), strings.HasPrefix(lower, "local-data:"), lower == "server:":
			t.directives++
			t.resolver = Unbound
		case strings.HasPrefix(lower, "address=/"), strings.HasPrefix(lower, "server=/"), strings.HasPrefix(lower, "local=/"),
			strings.HasPrefix(lower, "host-record="):
			t.directives++
			t.resolver = Dnsmasq
		case strings.HasPrefix(lower, "$ttl"), strings.HasPrefix(lower, "$origin"), contains(fields, "soa"):
			t.zone = true
		case len(fields) == 1 && encoded(string(v)):
			t.encoded++
		}
	}
	return t
}

func contains(fields []string, word string) bool {
	return slices.Contains(fields[min(1, len(fields)):], word)
}

// encoded tells a base64 string that holds a value; a hash is none.
func encoded(v string) bool {
	v, _, _ = strings.Cut(v, ",")
	if _, ok := digests[len(v)]; ok && hexadecimal(v) || len(v) < 8 || len(v)%4 != 0 {
		return false
	}
	s, ok := datum(v)
	return ok && s != v && strings.ContainsAny(s, ".:/_@0123456789")
}

// detectJSON tells JSON formats by the names of the outer members; of a list,
// by those of its first object.
func detectJSON(head []byte) Format {
	s := stream{in: bufio.NewReaderSize(bytes.NewReader(head), len(head)+16)}
	found := Auto
	errFound := errors.New("found")
	look := func(key string) error {
		f, taken := byMember(&s, key)
		if found = f; found != Auto {
			return errFound
		}
		if taken {
			return nil
		}
		return s.skip()
	}
	for range maxNesting {
		c, err := s.peek()
		if err != nil {
			return Auto
		}
		if c != '[' {
			break
		}
		s.drop(1)
	}
	_ = s.object(look) // it ends where the head ends
	return found
}

// byMember tells the format by one member, whose value comes next, and whether
// it took the value.
func byMember(s *stream, key string) (f Format, taken bool) {
	c, err := s.peek()
	if err != nil {
		return Auto, false
	}
	switch key {
	case "objects", "spec_version":
		return STIX, false
	case "matching_attributes":
		return WarningList, false
	case "Event", "response", "Attribute", "Object", "Orgc", "EventTag", "threat_level_id", "attribute_count", "analysis":
		return MISP, false
	case "list":
		if c == '[' {
			return WarningList, false
		}
	case "id", "type":
		if c == '"' {
			return byName(s), true
		}
	}
	if c == '{' {
		if _, err := uuid.Parse(key); err == nil {
			return MISPIndex, false
		}
	}
	return Auto, false
}

// byName takes the value of "id" or "type".
func byName(s *stream) Format {
	raw, err := s.value(headSize)
	var v string
	if err != nil || json.Unmarshal(raw, &v) != nil {
		return Auto
	}
	if kind, id, ok := strings.Cut(v, "--"); ok && kind != "" && id != "" || v == "bundle" {
		return STIX
	}
	return Auto
}
