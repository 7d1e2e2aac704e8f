// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import "encoding/binary"

// names keeps each name once, with its verdict. Their bytes lie in chunks, so
// that what is there stays where it is.
type names struct {
	room   *room
	slots  []uint64 // upper half of the hash, place of the name; 0 is free
	shift  uint8
	count  int
	chunks [][]byte // of each name: verdict, size (three bytes), rank (see order.rank), the name
	last   int      // the chunk being filled
}

const (
	nameHead  = 8
	minNames  = 256
	chunkBits = 16
	// maxChunks bounds the names of one shard: their places are 32 bits. What
	// one piece of text adds fits in the other half.
	maxChunks = 1 << (32 - chunkBits - 1)
)

func (n *names) start(hash uint64) uint32 { return uint32(hash << 4 >> n.shift) }

// guess returns the place of the name that is probably the one of a hash, or 0.
func (n *names) guess(hash uint64) uint32 {
	return uint32(n.slots[n.start(hash)&uint32(len(n.slots)-1)])
}

// find returns the place of a name; ok is false when it was not there before:
// then its verdict is to be set.
func (n *names) find(hash uint64, name []byte) (place uint32, ok bool) {
	if 8*(n.count+1) > 5*len(n.slots) {
		n.grow()
	}
	mask := uint32(len(n.slots) - 1)
	print := hash << 4 >> 32
	for at := n.start(hash) & mask; ; at = (at + 1) & mask {
		s := n.slots[at]
		if s == 0 {
			place = n.put(name)
			n.slots[at] = print<<32 | uint64(place)
			n.count++
			return place, false
		}
		if s>>32 == print && string(n.name(uint32(s))) == string(name) {
			return uint32(s), true
		}
	}
}

// have returns the place of a name, if it is there.
func (n *names) have(hash uint64, name []byte) (place uint32, ok bool) {
	if len(n.slots) == 0 {
		return 0, false
	}
	mask := uint32(len(n.slots) - 1)
	for at := n.start(hash) & mask; n.slots[at] != 0; at = (at + 1) & mask {
		if s := n.slots[at]; s>>32 == hash<<4>>32 && string(n.name(uint32(s))) == string(name) {
			return uint32(s), true
		}
	}
	return 0, false
}

// put keeps a name and returns its place.
func (n *names) put(name []byte) uint32 {
	need := nameHead + len(name)
	if c := n.chunks[n.last]; cap(c)-len(c) < need || len(c) >= 1<<chunkBits {
		n.next(need)
	}
	c := n.chunks[n.last]
	place := uint32(n.last)<<chunkBits | uint32(len(c))
	c = binary.LittleEndian.AppendUint32(c, uint32(len(name))<<8)
	c = binary.LittleEndian.AppendUint32(c, 0)
	n.chunks[n.last] = append(c, name...)
	return place
}

// next goes on to a chunk with room for need bytes.
func (n *names) next(need int) {
	n.last++
	if n.last == len(n.chunks) {
		n.chunks = append(n.chunks, nil)
	}
	if cap(n.chunks[n.last]) < need {
		n.chunks[n.last] = n.room.takeUsed(max(need, 1<<chunkBits))[:0]
	}
}

func (n *names) grow() {
	old := n.slots
	size := max(minNames, 2*len(old))
	n.slots, n.shift = takeOf[uint64](n.room, size), 64
	for s := size; s > 1; s >>= 1 {
		n.shift--
	}
	if n.chunks == nil {
		// A small one first, for small tables. No name has place 0.
		n.chunks = [][]byte{make([]byte, nameHead, 16*minNames)}
	}
	mask := uint32(size - 1)
	for _, s := range old {
		if s == 0 {
			continue
		}
		at := uint32(s>>32<<32>>n.shift) & mask
		for n.slots[at] != 0 {
			at = (at + 1) & mask
		}
		n.slots[at] = s
	}
	giveOf(n.room, old)
}

// clear takes all names out and keeps the room.
func (n *names) clear() {
	clear(n.slots)
	for i := range n.chunks {
		n.chunks[i] = n.chunks[i][:0]
	}
	if len(n.chunks) > 0 {
		n.chunks[0] = n.chunks[0][:nameHead]
	}
	n.count, n.last = 0, 0
}

// each calls fn with the place of every name.
func (n *names) each(fn func(place uint32)) {
	for i, c := range n.chunks {
		at := 0
		if i == 0 {
			at = nameHead
		}
		for at < len(c) {
			fn(uint32(i)<<chunkBits | uint32(at))
			at += nameHead + int(binary.LittleEndian.Uint32(c[at:])>>8)
		}
	}
}

// at returns what stands at a place and behind it.
func (n *names) at(place uint32) []byte {
	return n.chunks[place>>chunkBits][place&(1<<chunkBits-1):]
}

func (n *names) name(place uint32) []byte {
	b := n.at(place)
	return b[nameHead : nameHead+int(binary.LittleEndian.Uint32(b)>>8)]
}

func (n *names) verdict(place uint32) Verdict  { return Verdict(n.at(place)[0]) }
func (n *names) judge(place uint32, v Verdict) { n.at(place)[0] = byte(v) }
func (n *names) rank(place uint32) uint32      { return binary.LittleEndian.Uint32(n.at(place)[4:]) }
func (n *names) setRank(place, rank uint32)    { binary.LittleEndian.PutUint32(n.at(place)[4:], rank) }
