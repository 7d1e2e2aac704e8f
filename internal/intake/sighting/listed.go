// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import "hash/maphash"

// noted is the hash of a name with a day.
type noted [2]uint64

// directory remembers which names were lately noted for which day, so that it is
// not written again with each block. What it has lies on the disk; what it has
// not may as well. A hash of 128 bits under keys of this process stands for the
// name: nobody finds two of the same. Many may ask it at once, but not while one
// adds to it.
type directory struct {
	seeds [2]maphash.Seed
	names [][notedAside]noted // by hash; the oldest of a place makes room; nil while there is none
}

// The directory takes 16 MB once it has a name. Those of a place lie in one line of the processor's
// cache.
const (
	notedPlaces = 1 << 18
	notedAside  = 4
)

func newDirectory() *directory {
	return &directory{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

func (d *directory) of(name []byte) noted {
	return noted{maphash.Bytes(d.seeds[0], name), maphash.Bytes(d.seeds[1], name)}
}

func (d *directory) has(n noted) bool {
	if d.names == nil {
		return false
	}
	p := &d.names[n[0]%notedPlaces]
	return p[0] == n || p[1] == n || p[2] == n || p[3] == n
}

// fetch has the places of names in the processor's cache: it waits for all of them
// at once, and not for one after the other as asking does. What it returns has no
// meaning, but must be kept somewhere, or the compiler leaves it all out.
func (d *directory) fetch(names []fresh) (near uint64) {
	if d.names == nil {
		return 0
	}
	for i := range names {
		near ^= d.names[names[i].noted[0]%notedPlaces][0][0]
	}
	return near
}

// add adds a name that is on the disk.
func (d *directory) add(n noted) {
	if d.names == nil {
		d.names = make([][notedAside]noted, notedPlaces)
	}
	p := &d.names[n[0]%notedPlaces]
	copy(p[1:], p[:])
	p[0] = n
}

// forget empties the directory: days are taken away from names.
func (d *directory) forget() { d.names = nil }
