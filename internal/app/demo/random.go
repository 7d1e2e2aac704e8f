// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"hash/fnv"
	"math/rand/v2"
)

// random is the stream of numbers that belongs to a matter and a place within
// it. The same seed, matter and place give the same stream for ever, whatever
// was asked before.
func (p *Province) random(matter string, place int) *rand.Rand {
	h := fnv.New64a()
	if _, err := h.Write([]byte(matter)); err != nil {
		panic(err) // a hash never fails
	}
	return rand.New(rand.NewPCG(mix(p.Seed^h.Sum64()), mix(uint64(place)+h.Sum64())))
}

// mix spreads neighbouring numbers apart (the finaliser of SplitMix64), for PCG
// streams of neighbouring seeds begin alike.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }
