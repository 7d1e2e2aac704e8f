// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bytes"
	"strings"
)

// looks leads from what kindOf tells to the type of such a value.
var looks = map[string]Type{"ip": Address, "ip-range": Network, "ip-port": Endpoint, "url": URL, "email": Email}

// hashes leads from the digits of a hash to its type; one of 128 is matched by
// nothing.
var hashes = map[int]Type{32: MD5, 40: SHA1, 64: SHA256}

// typeWords are the words that type columns use for values that are no names.
// "ip" and "hash" leave the rest to the looks of the value.
var typeWords = map[string]string{
	"ip": "ip", "ipv4": "ip", "ipv6": "ip", "ip-dst": "ip", "ip-src": "ip", "ip-address": "ip", "ip address": "ip", "ipv4-addr": "ip", "ipv6-addr": "ip",
	"địa chỉ ip": "ip", "ip-range": "ip", "cidr": "ip", "network": "ip", "ip-port": "ip", "ip:port": "ip", "ip-or-ip-port": "ip",
	"url": "url", "uri": "url", "link": "url", "liên kết": "url",
	"hash": "hash", "file hash": "hash", "md5": "hash", "sha1": "hash", "sha-1": "hash", "sha256": "hash", "sha-256": "hash",
	"email": "email", "email-addr": "email", "email-src": "email", "email-dst": "email",
	"ja3": "ja3", "ja3-fingerprint-md5": "ja3", "ja4": "ja4",
}

// typeOf is the type of a value of which the list says that it is word, one of
// those typeWords leads to, or of which kindOf does; false when it is none that
// is matched.
func typeOf(word string, v []byte) (Type, bool) {
	switch word {
	case "ip":
		t, ok := looks[kindOf(v)]
		return t, ok && t <= Endpoint
	case "hash":
		t, ok := hashes[len(v)]
		return t, ok
	case "ja3":
		return JA3, true
	case "ja4":
		return JA4, true
	}
	t, ok := looks[word]
	return t, ok
}

// typed takes in one value that is no name.
func (ld *loader) typed(no int64, text, v, threat []byte, word string) error {
	v = bytes.TrimSpace(v)
	if bytes.Contains(v, []byte("[.]")) || bytes.Contains(v, []byte("(.)")) || bytes.Contains(v, []byte("[:]")) {
		v = harmful.replace(v)
	}
	t, ok := typeOf(word, v)
	if word == "hash" && !digests[len(v)] {
		ld.refuse(no, text, BadValue)
		return nil
	}
	if !ok || ld.names {
		ld.pass(unmatched + Reason(word))
		return nil
	}
	b := ld.b
	var why Reason
	if b.norm, why = appendKey(b.norm[:0], t, string(v)); why != "" {
		ld.refuse(no, text, why)
		return nil
	}
	label, err := b.word(threat, maxLabel)
	if err != nil {
		return err
	}
	m, err := b.number(meta{list: ld.list, scope: ld.describe.Scope, threat: label, from: always, until: never})
	if err != nil {
		return err
	}
	if err := b.put(b.hash(t, b.norm), t, b.norm, m); err != nil {
		return err
	}
	ld.rep.Rows++
	ld.rep.Added++
	if t == URL {
		return b.markHost(b.norm)
	}
	return nil
}

// typeWord is what a type column means, "" when nothing that is matched.
func typeWord(kind string) string { return typeWords[strings.ReplaceAll(kind, "_", "-")] }
