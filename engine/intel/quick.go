// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/vonggac/vonggac/engine/intel/suffix"
)

// quickName is the longest name that quick takes.
const quickName = 32

// quick takes in the lines at the start of text while each is one ordinary name
// and no more, behind the dress that the line before had ("0.0.0.0 " in a hosts
// file): up to 32 bytes of small letters, digits and hyphens in two labels or
// more, the last of them ending in a letter, on no public suffix. It returns how
// many bytes it took. Whatever it leaves goes the slow way, which would do the
// same with what it takes.
func (ld *loader) quick(text []byte, dress string) (taken int, err error) {
	var hashes [suffix.MaxSuffixes]uint64
	b := ld.b
	var number uint32
	lines := int64(0)
	for {
		rest := text[taken:]
		n := bytes.IndexByte(rest, '\n')
		next := taken + n + 1
		if n < 0 {
			break
		}
		if n > 0 && rest[n-1] == '\r' {
			n--
		}
		if len(dress) > 0 {
			if n < len(dress) || string(rest[:len(dress)]) != dress {
				break
			}
			rest, n = rest[len(dress):], n-len(dress)
		}
		if n < 1 || n > quickName || len(rest) < n+suffix.Spare {
			break
		}
		dots, ok := ordinary((*[quickName]byte)(rest), n)
		if !ok || !below(rest, n, dots) && (len(dress) > 0 || openness(rest[:n]) != owned) {
			break
		}
		if lines == 0 {
			if number, err = b.number(meta{list: ld.list, scope: ld.describe.Scope, from: always, until: never}); err != nil {
				return taken, err
			}
		}
		all := b.key.Low(&hashes, rest, 0, n, dots, ^uint64(0))
		if err = b.put(hashes[all-1], Domain, rest[:n], number); err != nil {
			break
		}
		lines++
		taken = next
	}
	ld.rep.Lines += lines
	ld.rep.Rows += lines
	ld.rep.Added += lines
	return taken, err
}

const (
	each = 0x0101010101010101
	tops = 0x80 * each
)

// behind are, for a length up to 32, the bytes of four words that lie behind it.
var behind = func() (m [quickName + 1][4]uint64) {
	for n := range m {
		for w := range m[n] {
			switch left := n - 8*w; {
			case left <= 0:
				m[n][w] = ^uint64(0)
			case left < 8:
				m[n][w] = ^uint64(0) << (8 * left)
			}
		}
	}
	return m
}()

// ordinary says whether the first n bytes of w, 1 to 32, are a name as quick
// takes it, and gives a bit for each dot, the lowest for the first byte.
func ordinary(w *[quickName]byte, n int) (dots uint32, ok bool) {
	m := &behind[n]
	var bad uint64
	for k := range 4 {
		x := binary.LittleEndian.Uint64(w[8*k:8*k+8])&^m[k] | 'a'*each&m[k]
		// Below 0x80 no byte carries into the next; others are bad by themselves.
		y := x &^ tops
		letter := (y + (0x80-'a')*each) &^ (y + (0x7f-'z')*each)
		digit := (y + (0x80-'0')*each) &^ (y + (0x7f-'9')*each)
		mark := (y + (0x80-'-')*each) &^ (y + (0x7f-'.')*each)
		bad |= x | ^(letter | digit | mark)
		dot := mark &^ (y + (0x7f-'-')*each ^ tops)
		dots |= uint32(dot&tops>>7*0x0102040810204080>>56) << (8 * k)
	}
	last := w[n-1]
	ok = bad&tops == 0 && dots&(dots>>1|1) == 0 && dots != 0 && 'a' <= last && last <= 'z'
	return dots, ok
}

// below says whether the last label of a name, or its last two, are one of
// flats, so that the name is somebody's own. dots are those of ordinary.
func below(name []byte, n int, dots uint32) bool {
	for range 2 {
		start := 32 - bits.LeadingZeros32(dots) // behind the last dot
		if start == 0 || n-start > 8 {
			return false
		}
		if flatWord(binary.LittleEndian.Uint64(name[start:]) &^ behind[n-start][0]) {
			return true
		}
		dots &^= 1 << (start - 1)
	}
	return false
}
