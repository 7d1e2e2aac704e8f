// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// indicators are the bad names: each has a first label of its own that starts
// with m and occurs nowhere else, so that look-alikes cannot be listed by
// chance.
type indicators struct{ count int }

var endings = []string{"com", "net", "org", "info", "vn", "com.vn", "ru", "xyz", "top", "co.uk"}

// every is how many indicators share one international name.
const every = 1000

func (x indicators) listed(i int) string {
	if i%every == 0 {
		return "mã-độc-" + strconv.Itoa(i) + ".vn"
	}
	return fmt.Sprintf("m%s%07x.%s", strconv.FormatInt(int64(i%97), 36), i*7, endings[i%len(endings)])
}

// plain is a random indicator in ASCII.
func (x indicators) plain(r *rand.Rand) string {
	i := r.IntN(x.count)
	if i%every == 0 {
		i++
	}
	return x.listed(i)
}

func (x indicators) international(r *rand.Rand) (string, error) {
	return idna.ToASCII(x.listed(r.IntN(x.count/every) * every))
}

// kinds are the ways in which a log holds a bad name, in turn.
var kinds = []string{"exact", "www", "deep", "mixed_case", "trailing_dot", "idna"}

func (x indicators) hit(kind string, r *rand.Rand) (string, error) {
	name := x.plain(r)
	switch kind {
	case "www":
		return "www." + name, nil
	case "deep":
		return fmt.Sprintf("c%x.q%x.data.%s", r.Uint32(), r.Uint32(), name), nil
	case "mixed_case":
		return mixed(name, r), nil
	case "trailing_dot":
		return name + ".", nil
	case "idna":
		return x.international(r)
	}
	return name, nil
}

// mixed raises letters at random (0x20 coding), the first always.
func mixed(name string, r *rand.Rand) string {
	b := []byte(name)
	for i, c := range b {
		if 'a' <= c && c <= 'z' && (i == 0 || r.IntN(2) == 0) {
			b[i] -= 'a' - 'A'
		}
	}
	return string(b)
}

// lookAlike is a name that holds an indicator and belongs to somebody else.
func (x indicators) lookAlike(n int64, r *rand.Rand) string {
	name := x.plain(r)
	switch n % 5 {
	case 0:
		return "not" + name
	case 1:
		return name + ".vn" // evil.com.vn
	case 2:
		return name + ".corp.bench.example" // a search domain behind it
	case 3:
		return "a-" + name
	}
	return strings.ReplaceAll(name, ".", "-") + ".bhost.net"
}

// benign are names that no list holds, asked for as often as Zipf's law says.
type benign struct {
	names []string
	zipf  *rand.Zipf
}

func newBenign(r *rand.Rand, count int) *benign {
	b := benign{names: make([]string, count), zipf: rand.NewZipf(r, 1.1, 2, uint64(count-1))}
	hosts := []string{"www", "api", "cdn", "mail", "static.img", "login", "a.b.telemetry", "very-long-host-name-of-a-content-delivery-network-0123456789-abc"}
	for i := range b.names {
		b.names[i] = fmt.Sprintf("%s.b%x.%s", hosts[r.IntN(len(hosts))], r.Uint32(), endings[r.IntN(len(endings))])
	}
	return &b
}

func (b *benign) pick() string { return b.names[b.zipf.Uint64()] }
