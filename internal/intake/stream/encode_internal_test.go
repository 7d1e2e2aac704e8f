// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

func sample(body string) Block {
	return Block{ID: "net/1", Source: "nguồn", Owner: "u", Kind: Lines, Received: time.Unix(1, 2).UTC(),
		Lines: strings.Count(body, "\n"), Body: []byte(body)}
}

// noise does not pack.
func noise(n int) string {
	rng := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	b[n-1] = '\n'
	return string(b)
}

func TestABlockIsReadAsItWasStored(t *testing.T) {
	t.Parallel()
	long := sample(noise(MaxBody))
	long.ID, long.Source, long.Owner, long.Way = strings.Repeat("i", maxName), strings.Repeat("s", maxName), strings.Repeat("o", maxName), strings.Repeat("w", maxName)
	for name, b := range map[string]Block{
		"one line":                 sample("a\n"),
		"empty lines":              sample("\n\n\n"),
		"the largest, well packed": sample(strings.Repeat("x", MaxBody-1) + "\n"),
		"the largest, not packed":  long,
		"bytes that are no text":   sample("\xff\x00\xfe\n"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := check(b); err != nil {
				t.Fatal(err)
			}
			stored := encode(nil, b)
			if len(stored) > maxStored || len(stored) > len(b.Body)+maxAround {
				t.Errorf("%d bytes stored of a body of %d", len(stored), len(b.Body))
			}
			got, err := decode(stored)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, b) {
				t.Errorf("block %q differs", b.ID)
			}
		})
	}
}

func TestAChangedByteIsSeen(t *testing.T) {
	t.Parallel()
	stored := encode(nil, sample(strings.Repeat("a line of a log\n", 50)))
	for i := range stored {
		changed := bytes.Clone(stored)
		changed[i] ^= 0x10
		if _, err := decode(changed); err == nil {
			t.Errorf("byte %d changed and nobody saw it", i)
		}
	}
	for n := range stored {
		if _, err := decode(stored[:n]); err == nil {
			t.Errorf("cut to %d bytes and nobody saw it", n)
		}
	}
}

// FuzzDecode: what is read is a block that Append would take, and storing it
// again reads the same. The sum is set right, so that the fields are reached.
func FuzzDecode(f *testing.F) {
	for _, b := range []Block{sample("a\nb\n"), sample(strings.Repeat("long ", 500) + "\n"), sample(noise(300))} {
		f.Add(encode(nil, b), false)
		f.Add(encodeLetter(Letter{Reason: "vì sao", Attempts: 3, First: b.Received, Last: b.Received}, encode(nil, b)), true)
	}
	f.Fuzz(func(t *testing.T, raw []byte, letter bool) {
		if len(raw) >= sumSize {
			raw = binary.BigEndian.AppendUint32(bytes.Clone(raw[:len(raw)-sumSize]), crc32.Checksum(raw[:len(raw)-sumSize], castagnoli))
		}
		if letter {
			l, stored, err := decodeLetter(raw)
			if err != nil {
				return
			}
			again, same, err := decodeLetter(encodeLetter(l, stored))
			l.Reason = oneLine(l.Reason)
			if err != nil || !bytes.Equal(stored, same) || !reflect.DeepEqual(l, again) {
				t.Fatalf("letter %+v became %+v, %v", l, again, err)
			}
			return
		}
		b, err := decode(raw)
		if err != nil {
			return
		}
		if err := check(b); err != nil {
			t.Fatal(err)
		}
		again, err := decode(encode(nil, b))
		if err != nil || !reflect.DeepEqual(b, again) {
			t.Fatalf("block %+v became %+v, %v", b, again, err)
		}
	})
}
