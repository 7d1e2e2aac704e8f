// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unpack_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/vonggac/vonggac/engine/scan/unpack"
)

const text = "21-Nov-2026 client 10.0.0.1: query: mã-độc.vn IN A\nsecond line\n"

func gz(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zst(t *testing.T, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}

func wide(s string, little, mark bool) []byte {
	units := utf16.Encode([]rune(s))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	var out []byte
	for _, u := range units {
		if little {
			out = append(out, byte(u), byte(u>>8))
		} else {
			out = append(out, byte(u>>8), byte(u))
		}
	}
	return out
}

func TestReadGivesTheText(t *testing.T) {
	t.Parallel()
	plain := []byte(text)
	for name, c := range map[string]struct {
		in               []byte
		packing, charset string
		bytes            int
	}{
		"plain":                      {plain, "", "utf-8", len(plain)},
		"UTF-8 with a mark":          {append([]byte("\xef\xbb\xbf"), plain...), "", "utf-8", len(plain) + 3},
		"gzip":                       {gz(t, plain), "gzip", "utf-8", len(plain)},
		"gzip in several members":    {append(gz(t, plain[:9]), gz(t, plain[9:])...), "gzip", "utf-8", len(plain)},
		"zstd":                       {zst(t, plain), "zstd", "utf-8", len(plain)},
		"zstd in several frames":     {append(zst(t, plain[:9]), zst(t, plain[9:])...), "zstd", "utf-8", len(plain)},
		"zstd after a frame to skip": {append([]byte("\x50\x2a\x4d\x18\x02\x00\x00\x00xx"), zst(t, plain)...), "zstd", "utf-8", len(plain)},
		"UTF-16LE with a mark":       {wide(text, true, true), "", "utf-16le", 2*len([]rune(text)) + 2},
		"UTF-16BE with a mark":       {wide(text, false, true), "", "utf-16be", 2*len([]rune(text)) + 2},
		"UTF-16LE without":           {wide(text, true, false), "", "utf-16le", 2 * len([]rune(text))},
		"UTF-16BE without":           {wide(text, false, false), "", "utf-16be", 2 * len([]rune(text))},
		"UTF-16LE in zstd":           {zst(t, wide(text, true, true)), "zstd", "utf-16le", 2*len([]rune(text)) + 2},
	} {
		for way, r := range map[string]io.Reader{"at once": bytes.NewReader(c.in), "a byte at a time": iotest.OneByteReader(bytes.NewReader(c.in))} {
			t.Run(name+" "+way, func(t *testing.T) {
				t.Parallel()
				u, err := unpack.New(r, unpack.Limits{})
				if err != nil {
					t.Fatal(err)
				}
				defer u.Close()
				got, err := io.ReadAll(u)
				if err != nil || string(got) != text {
					t.Errorf("%q, %v", got, err)
				}
				if u.Packing() != c.packing || u.Charset() != c.charset || u.Bytes() != int64(c.bytes) {
					t.Errorf("%q %q %d bytes, want %+v", u.Packing(), u.Charset(), u.Bytes(), c)
				}
			})
		}
	}
}

func TestEmptyIsEmpty(t *testing.T) {
	t.Parallel()
	for name, in := range map[string][]byte{"plain": nil, "gzip": gz(t, nil), "zstd": zst(t, nil)} {
		u, err := unpack.New(bytes.NewReader(in), unpack.Limits{})
		if err != nil {
			t.Fatal(name, err)
		}
		if got, err := io.ReadAll(u); err != nil || len(got) != 0 {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		u.Close()
	}
}

func TestBinaryIsNotUTF16(t *testing.T) {
	t.Parallel()
	junk := make([]byte, 4096)
	for i := range junk {
		junk[i] = byte(i * i % 251)
		if i%3 == 0 {
			junk[i] = 0
		}
	}
	junk[0] = 7
	u, err := unpack.New(bytes.NewReader(junk), unpack.Limits{})
	if err != nil || u.Charset() != "utf-8" {
		t.Fatal(u, err)
	}
	u.Close()
}

func TestWhatBreaksIsSaidAfterWhatCameBefore(t *testing.T) {
	t.Parallel()
	long := []byte(noise(200_000))
	damaged := gz(t, long)
	damaged[len(damaged)-5] ^= 0xff // in the checksum
	broken := errors.New("disk on fire")
	for name, c := range map[string]struct {
		in   io.Reader
		lim  unpack.Limits
		want error
		some bool // text comes before the error
	}{
		"gzip cut":               {bytes.NewReader(gz(t, long)[:100_000]), unpack.Limits{}, unpack.ErrTruncated, true},
		"gzip cut in its head":   {bytes.NewReader(gz(t, long)[:6]), unpack.Limits{}, unpack.ErrTruncated, false},
		"zstd cut":               {bytes.NewReader(zst(t, long)[:150_000]), unpack.Limits{}, unpack.ErrTruncated, true},
		"gzip with a bad sum":    {bytes.NewReader(damaged), unpack.Limits{}, unpack.ErrCorrupt, true},
		"gzip, then other bytes": {bytes.NewReader(append(gz(t, long), "tail of something else"...)), unpack.Limits{}, unpack.ErrCorrupt, true},
		"a source that fails":    {io.MultiReader(bytes.NewReader(long), iotest.ErrReader(broken)), unpack.Limits{}, broken, true},
		"packed, and it fails":   {io.MultiReader(bytes.NewReader(gz(t, long)[:90_000]), iotest.ErrReader(broken)), unpack.Limits{}, broken, true},
		"too large":              {bytes.NewReader(long), unpack.Limits{MaxBytes: 100_000}, unpack.ErrBomb, true},
		"gzip bomb":              {bytes.NewReader(gz(t, make([]byte, 8<<20))), unpack.Limits{Slack: 1 << 20}, unpack.ErrBomb, true},
		"zstd bomb":              {bytes.NewReader(zst(t, make([]byte, 8<<20))), unpack.Limits{Slack: 1 << 20}, unpack.ErrBomb, true},
		"bomb of a lower bound":  {bytes.NewReader(gz(t, bytes.Repeat([]byte(text), 9999))), unpack.Limits{Slack: 1, MaxRatio: 20}, unpack.ErrBomb, true},
		"zip":                    {strings.NewReader("PK\x03\x04...."), unpack.Limits{}, unpack.ErrArchive, false},
		"tar":                    {bytes.NewReader(tar()), unpack.Limits{}, unpack.ErrArchive, false},
		"tar in gzip":            {bytes.NewReader(gz(t, tar())), unpack.Limits{}, unpack.ErrArchive, false},
		"zstd of a huge window":  {bytes.NewReader([]byte("\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00")), unpack.Limits{}, unpack.ErrArchive, false},
		"xz":                     {strings.NewReader("\xfd7zXZ\x00...."), unpack.Limits{}, unpack.ErrArchive, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u, err := unpack.New(c.in, c.lim)
			var got []byte
			if err == nil {
				defer u.Close()
				got, err = io.ReadAll(u)
			}
			if !errors.Is(err, c.want) || len(got) > 0 != c.some {
				t.Errorf("%d bytes, then %v; want %v", len(got), err, c.want)
			}
		})
	}
}

// tar is the start of an archive with one log.
func tar() []byte {
	head := make([]byte, 512)
	copy(head, "query.log")
	copy(head[257:], "ustar\x0000")
	return append(head, text...)
}

func TestAMarkAloneMakesNoUTF16(t *testing.T) {
	t.Parallel()
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		u, err := unpack.New(strings.NewReader(mark+text), unpack.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(u)
		if u.Close(); err != nil || string(got) != mark+text || u.Charset() != "utf-8" {
			t.Errorf("%q, %v, %s", got, err, u.Charset())
		}
	}
}

func TestExactlyTheLimitIsAllowed(t *testing.T) {
	t.Parallel()
	u, err := unpack.New(strings.NewReader(text), unpack.Limits{MaxBytes: int64(len(text))})
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	if got, err := io.ReadAll(u); err != nil || string(got) != text {
		t.Errorf("%q, %v", got, err)
	}
}

// noise is text that does not pack well.
func noise(n int) string {
	out := make([]byte, n)
	x := uint32(1)
	for i := range out {
		x = x*1664525 + 1013904223
		out[i] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.\n"[x>>26]
	}
	return string(out)
}

// FuzzNew holds that any bytes end in text or an error, and that plain text
// comes through as it is.
func FuzzNew(f *testing.F) {
	f.Add([]byte(text))
	f.Add(wide(text, true, false))
	f.Add([]byte("\x1f\x8b\x08\x00"))
	f.Add([]byte("\x28\xb5\x2f\xfd\x00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		u, err := unpack.New(bytes.NewReader(in), unpack.Limits{MaxBytes: 1 << 20})
		if err != nil {
			return
		}
		defer u.Close()
		got, err := io.ReadAll(u)
		if u.Packing() != "" || u.Charset() != "utf-8" || bytes.HasPrefix(in, []byte("\xef\xbb\xbf")) || bytes.IndexByte(in, 0) >= 0 {
			return // with a NUL it may be a dump of flows, or a capture
		}
		if len(in) <= 1<<20 && (err != nil || !bytes.Equal(got, in)) {
			t.Errorf("%q became %q, %v", in, got, err)
		}
	})
}

func TestADumpOfFlowsBecomesLines(t *testing.T) {
	t.Parallel()
	dump := binary.BigEndian.AppendUint16(nil, 5) // NetFlow version 5, one record
	dump = binary.BigEndian.AppendUint16(dump, 1)
	for _, n := range []uint32{10_000, 1_768_352_400, 0, 1, 0, 0xc0000201, 0xc0000202, 0, 0, 3, 300, 4_000, 9_000, 40000<<16 | 443, 6 << 8, 0, 0} {
		dump = binary.BigEndian.AppendUint32(dump, n)
	}
	const want = `{"type":"NETFLOW_V5","time_received_ns":1768352400000000000,"time_flow_start_ns":1768352394000000000,` +
		`"time_flow_end_ns":1768352399000000000,"bytes":300,"packets":3,"src_addr":"192.0.2.1","dst_addr":"192.0.2.2","proto":"TCP","src_port":40000,"dst_port":443}` + "\n"
	for _, packed := range [][]byte{dump, gz(t, dump)} {
		u, err := unpack.New(bytes.NewReader(packed), unpack.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(u)
		if err != nil || string(got) != want {
			t.Errorf("%q, %v", got, err)
		}
		u.Close()
	}
}

func TestADnstapFileBecomesLines(t *testing.T) {
	t.Parallel()
	file := []byte("\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x02" + // START
		"\x00\x00\x00\x06" + "\x72\x02\x08\x05\x78\x01" + // a message of type CLIENT_QUERY and no more
		"\x00\x00\x00\x02" + "no" + "\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x03") // STOP
	const want = `{"dnstap":"CLIENT_QUERY"}` + "\n" + `{"dnstap":"","error":"bad_frame","size":2}` + "\n"
	for _, packed := range [][]byte{file, gz(t, file), zst(t, file)} {
		u, err := unpack.New(bytes.NewReader(packed), unpack.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(u)
		if err != nil || string(got) != want {
			t.Errorf("%q, %v", got, err)
		}
		u.Close()
	}
}
