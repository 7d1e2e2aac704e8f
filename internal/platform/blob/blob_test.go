// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

func open(t *testing.T, dir string) *blob.Store {
	t.Helper()
	s, err := blob.Open(dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// files lists every file under dir, temporary ones included.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var list []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func TestPutThenOpenGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	big := bytes.Repeat([]byte("nhật ký "), 1<<16)
	for _, body := range [][]byte{nil, []byte("x"), big} {
		for range 2 { // the second changes nothing
			ref, err := s.Put(t.Context(), bytes.NewReader(body), math.MaxInt64)
			if err != nil {
				t.Fatal(err)
			}
			if want := (blob.Ref{SHA256: sum(body), Size: int64(len(body))}); ref != want {
				t.Errorf("ref = %+v, want %+v", ref, want)
			}
		}
		f, err := s.Open(t.Context(), sum(body))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		if err := errors.Join(err, f.Close()); err != nil || !bytes.Equal(got, body) {
			t.Errorf("%d bytes came back, %v; want %d", len(got), err, len(body))
		}
	}
	if got := files(t, dir); len(got) != 3 {
		t.Errorf("files on disk: %v, want three", got)
	}
}

func TestFailedPutLeavesNothing(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tc := range map[string]struct {
		ctx   context.Context
		r     io.Reader
		limit int64
		is    func(error) bool
	}{
		"one byte over the limit is too large":  {t.Context(), strings.NewReader("abcd"), 3, func(err error) bool { return fault.Is(err, fault.TooLarge) }},
		"anything is too large for no limit":    {t.Context(), strings.NewReader("a"), 0, func(err error) bool { return fault.Is(err, fault.TooLarge) }},
		"a broken reader is its error":          {t.Context(), io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(boom)), 9, func(err error) bool { return errors.Is(err, boom) }},
		"a reader broken at the limit too":      {t.Context(), io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(boom)), 2, func(err error) bool { return errors.Is(err, boom) }},
		"an ended context is the context's own": {ended, strings.NewReader("ab"), 9, func(err error) bool { return errors.Is(err, context.Canceled) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if ref, err := open(t, dir).Put(tc.ctx, tc.r, tc.limit); !tc.is(err) {
				t.Errorf("Put = %+v, %v", ref, err)
			}
			if got := files(t, dir); len(got) != 0 {
				t.Errorf("left behind: %v", got)
			}
		})
	}
}

func TestExactlyTheLimitFits(t *testing.T) {
	t.Parallel()
	if ref, err := open(t, t.TempDir()).Put(t.Context(), strings.NewReader("abc"), 3); err != nil || ref.Size != 3 {
		t.Errorf("Put = %+v, %v", ref, err)
	}
}

func TestNamesThatAreNotStored(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "store"))
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	ref, err := s.Put(t.Context(), strings.NewReader("x"), 9)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "..", "../secret", strings.ToUpper(ref.SHA256), ref.SHA256 + "0", ref.SHA256[:63],
		strings.Repeat("../", 21) + "a", sum([]byte("other"))} {
		if f, err := s.Open(t.Context(), name); !fault.Is(err, fault.NotFound) {
			t.Errorf("Open(%q) = %v, %v; want NotFound", name, f, err)
		}
		if has, err := s.Has(t.Context(), name); has || err != nil {
			t.Errorf("Has(%q) = %v, %v", name, has, err)
		}
	}
	if has, err := s.Has(t.Context(), ref.SHA256); !has || err != nil {
		t.Errorf("Has of a stored file = %v, %v", has, err)
	}
}

func TestManyWritersOfTheSameBytes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stores := []*blob.Store{open(t, dir), open(t, dir)}
	body := bytes.Repeat([]byte("x"), 1<<18)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			if ref, err := stores[i%2].Put(t.Context(), bytes.NewReader(body), 1<<20); err != nil || ref.SHA256 != sum(body) {
				t.Errorf("Put = %+v, %v", ref, err)
			}
		})
	}
	wg.Wait()
	if got := files(t, dir); len(got) != 1 {
		t.Errorf("files on disk: %v, want one", got)
	}
}

// A crash leaves a temporary file. Opening again removes it once it is old,
// and leaves alone what may still be written; a file under its name stays.
func TestOpenSweepsWhatACrashLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	if _, err := s.Put(t.Context(), strings.NewReader("kept"), 9); err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(dir, "tmp", "cut-off")
	if err := os.WriteFile(cut, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, step := range []struct {
		at   time.Time
		want int
	}{{now, 2}, {now.Add(30 * time.Minute), 2}, {now.Add(2 * time.Hour), 1}} {
		again, err := blob.Open(dir, step.at)
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		if got := files(t, dir); len(got) != step.want {
			t.Errorf("after %v: %v, want %d files", step.at.Sub(now), got, step.want)
		}
	}
}

// A file cut short under its own name (a broken disk, a hand) is replaced by
// the next upload of the same bytes.
func TestPutHealsADamagedFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	ref, err := s.Put(t.Context(), strings.NewReader("evidence"), 9)
	if err != nil {
		t.Fatal(err)
	}
	place := filepath.Join(dir, ref.SHA256[:2], ref.SHA256[2:])
	if err := os.Truncate(place, 3); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(t.Context(), strings.NewReader("evidence"), 9); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(place); err != nil || string(got) != "evidence" {
		t.Errorf("file holds %q, %v", got, err)
	}
}
