// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/vonggac/vonggac/engine/format/dnstap"
	"github.com/vonggac/vonggac/engine/format/netflow"
)

// sniffed is how many bytes decide on the character set.
const sniffed = 4096

// decode returns r as UTF-8, a dump of flows or of dnstap as lines of JSON, with the name of
// the character set found. An error other than io.EOF is left for the first
// Read, after what came before it.
func decode(r *guard) (io.Reader, string, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	head, err := br.Peek(sniffed)
	if err != nil && len(head) == 0 && !errors.Is(err, io.EOF) {
		return nil, "", err
	}
	if isTar(head) {
		return nil, "", fmt.Errorf("%w: this is a tar file; unpack it first (tar xf FILE) and give the files inside", ErrArchive)
	}
	if dnstap.Sniff(head) {
		return dnstap.NewReader(br), "utf-8", nil
	}
	if kind := netflow.Sniff(head); kind != "" {
		flows, err := netflow.NewReader(br, kind)
		if err != nil {
			return nil, "", fmt.Errorf("%w: the head of the %s file: %w", ErrCorrupt, kind, err)
		}
		return flows, "utf-8", nil
	}
	le, be := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	mark := 0
	defer func() { _, _ = br.Discard(mark) }() // at most what Peek has seen
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		mark = 3
		return br, "utf-8", nil
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}) && isWide(head):
		mark = 2
		return transform.NewReader(br, le.NewDecoder()), "utf-16le", nil
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}) && isWide(head):
		mark = 2
		return transform.NewReader(br, be.NewDecoder()), "utf-16be", nil
	}
	switch zeroBytes(head) {
	case odd:
		return transform.NewReader(br, le.NewDecoder()), "utf-16le", nil
	case even:
		return transform.NewReader(br, be.NewDecoder()), "utf-16be", nil
	}
	return br, "utf-8", nil
}

// isTar tells a tar archive by the mark that POSIX.1-1988 put into its header
// (pax, "ustar Interchange Format"). It looks at unpacked text, so that .tar.gz
// is told as well.
func isTar(head []byte) bool {
	return len(head) >= 262 && string(head[257:262]) == "ustar" && bytes.IndexByte(head[:257], 0) >= 0 // names are filled up with zeros
}

// isWide reports whether what follows a mark of UTF-16 can be that: no line of
// a log is without an ASCII character, of which one byte is zero. Two stray
// bytes must not make one long foreign line of a whole log.
func isWide(head []byte) bool { return len(head) < 16 || bytes.IndexByte(head, 0) >= 0 }

type parity uint8

const (
	neither parity = iota
	even
	odd
)

// zeroBytes tells UTF-16 without a mark: in a log at least four of ten
// characters are ASCII, so that one byte of each pair is zero, always on the
// same side. Binary data have zeros on both sides.
func zeroBytes(head []byte) parity {
	pairs := len(head) / 2
	if pairs < 2 {
		return neither
	}
	var n [2]int
	for i, c := range head[:2*pairs] {
		if c == 0 {
			n[i%2]++
		}
	}
	switch {
	case n[1]*10 >= pairs*4 && n[0]*50 < pairs:
		return odd
	case n[0]*10 >= pairs*4 && n[1]*50 < pairs:
		return even
	}
	return neither
}
