// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"testing"
)

// room is what an archive of these tests may unpack to.
const room = 1 << 20

// packedAs makes an archive of two entries.
func packedAs(t testing.TB, how wrap, content []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if how == zipped {
		z := zip.NewWriter(&out)
		for _, name := range []string{"manifest.json", "other.bin"} {
			w, err := z.Create(name)
			must(err)
			_, err = w.Write(content)
			must(err)
		}
		must(z.Close())
		return out.Bytes()
	}
	var to io.WriteCloser = struct {
		io.Writer
		io.Closer
	}{&out, io.NopCloser(nil)}
	if how == tarGzipped {
		to = gzip.NewWriter(&out)
	}
	w := tar.NewWriter(to)
	for _, name := range []string{"manifest.json", "other.bin"} {
		must(w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o600, Size: int64(len(content))}))
		_, err := w.Write(content)
		must(err)
	}
	must(w.Close())
	must(to.Close())
	return out.Bytes()
}

// through reads the manifest of an archive and passes over all else, and returns
// how many bytes it read.
func through(raw []byte) (read int64, err error) {
	d := &folder{events: map[string]packed{}, room: room}
	each := func(e entry) error {
		if e.name != manifestName || !e.regular {
			return nil
		}
		got, _, err := d.read(e, room/2)
		read += int64(len(got))
		return err
	}
	switch how := wrapOf(raw[:min(len(raw), 4096)]); how {
	case zipped:
		err = inZip(bytes.NewReader(raw), int64(len(raw)), each)
	case tarred, tarGzipped:
		err = inTar(bytes.NewReader(raw), how == tarGzipped, room, each)
	}
	return read, err
}

// TestWhatNobodyTakesOfAnArchiveIsBoundedToo packs much behind an entry that no
// feed has: only to get past it all of it has to be unpacked.
func TestWhatNobodyTakesOfAnArchiveIsBoundedToo(t *testing.T) {
	t.Parallel()
	much := bytes.Repeat([]byte{0}, room+maxEntries*2*tarHead)
	if _, err := through(packedAs(t, tarGzipped, much)); err == nil || err.Error() != fail("feed.drop.bomb").Error() {
		t.Errorf("a bomb: %v", err)
	}
	if n, err := through(packedAs(t, tarGzipped, []byte("{}"))); err != nil || n != 2 {
		t.Errorf("a small one: %d, %v", n, err)
	}
}

// FuzzArchive reads anything as an archive: it ends, and no more comes out than
// there is room for.
func FuzzArchive(f *testing.F) {
	for _, how := range []wrap{zipped, tarred, tarGzipped} {
		raw := packedAs(f, how, []byte(`{"a":1}`))
		f.Add(raw)
		f.Add(raw[:len(raw)/2])
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if n, _ := through(raw); n > room {
			t.Errorf("%d bytes came out of %d", n, len(raw))
		}
	})
}
