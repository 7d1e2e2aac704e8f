// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/edge"
	"github.com/vonggac/vonggac/internal/intake/stream"
)

var t0 = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)

func block(i int) stream.Block {
	body := bytes.Repeat(fmt.Appendf(nil, "line of block %d\n", i), 3)
	return stream.Block{ID: fmt.Sprintf("http/%d", i), Source: "w", Way: "w", Kind: stream.Lines, Received: t0, Lines: 3, Body: body}
}

func openSpool(t *testing.T, o edge.SpoolOptions) *edge.Spool {
	t.Helper()
	s, err := edge.OpenSpool(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func fill(t *testing.T, s *edge.Spool, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		if err := s.Append(t.Context(), block(i)); err != nil {
			t.Fatal(err)
		}
	}
}

// numbers are those of all blocks from one on.
func numbers(t *testing.T, s *edge.Spool, from uint64) []uint64 {
	t.Helper()
	var out []uint64
	for {
		frames, err := s.Frames(from, 1<<10)
		if err != nil {
			t.Fatal(err)
		}
		if len(frames) == 0 {
			return out
		}
		for _, f := range frames {
			b, err := edge.Decode(f)
			if err != nil {
				t.Fatal(err)
			}
			out, from = append(out, b.Number), b.Number+1
		}
	}
}

func upTo(n uint64) []uint64 {
	var out []uint64
	for i := uint64(1); i <= n; i++ {
		out = append(out, i)
	}
	return out
}

func TestASpoolGivesBackWhatItTookInOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openSpool(t, edge.SpoolOptions{Dir: dir, Segment: 1 << 10})
	var all sync.WaitGroup
	for part := range 4 {
		all.Go(func() {
			for i := range 25 {
				if err := s.Append(t.Context(), block(part*25+i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	fill(t, s, 0, 10) // come again
	if got := numbers(t, s, 1); !slices.Equal(got, upTo(100)) {
		t.Errorf("numbers %v", got)
	}
	s.Want(41)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openSpool(t, edge.SpoolOptions{Dir: dir, Segment: 1 << 10})
	if st := s.State(); st.Wanted != 41 || st.Next != 101 || st.Oldest != 1 || len(st.Lost) > 0 {
		t.Errorf("after a restart: %+v", st)
	}
	fill(t, s, 0, 3) // known over a restart
	if st := s.State(); st.Next != 101 {
		t.Errorf("a block that came again has a number of its own: %+v", st)
	}
	now := t0
	for range 2 {
		if err := s.Sweep(now); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Hour)
	}
	st := s.State()
	if st.Oldest < 2 || st.Oldest > 40 {
		t.Errorf("an hour after the centre had 40 blocks, the oldest is %d", st.Oldest)
	}
	if got := numbers(t, s, 1); got[0] != st.Oldest || got[len(got)-1] != 100 {
		t.Errorf("numbers %v", got)
	}
	if _, here, err := s.SumAt(40); err != nil || !here {
		t.Errorf("the last block the centre has is gone: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), block(500)); !errors.Is(err, edge.ErrBroken) {
		t.Errorf("a closed spool: %v", err)
	}
}

// TestATornEndIsCutAndNoNumberIsGivenTwice ends the last file in many places.
func TestATornEndIsCutAndNoNumberIsGivenTwice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openSpool(t, edge.SpoolOptions{Dir: dir})
	fill(t, s, 0, 5)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, fmt.Sprintf("%020d.blocks", 1))
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for cut := 0; cut < len(raw); cut += 5 {
		torn := t.TempDir()
		if err := os.WriteFile(filepath.Join(torn, filepath.Base(name)), raw[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		s := openSpool(t, edge.SpoolOptions{Dir: torn})
		had := s.State().Next - 1
		fill(t, s, 10, 11)
		if got := numbers(t, s, 1); !slices.Equal(got, upTo(had+1)) {
			t.Fatalf("cut at %d: numbers %v", cut, got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestADamagedPlaceCostsItsBlockOnly changes many bytes of a file in turn.
func TestADamagedPlaceCostsItsBlockOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openSpool(t, edge.SpoolOptions{Dir: dir, Segment: 400})
	fill(t, s, 0, 9)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	first := fmt.Sprintf("%020d.blocks", 1)
	raw, err := os.ReadFile(filepath.Join(dir, first))
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(raw); at += 7 {
		hurt := t.TempDir()
		if err := os.CopyFS(hurt, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		bad := bytes.Clone(raw)
		bad[at] ^= 0x40
		if err := os.WriteFile(filepath.Join(hurt, first), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		s := openSpool(t, edge.SpoolOptions{Dir: hurt, Segment: 400})
		st, got := s.State(), numbers(t, s, 1)
		if len(got) != 8 || st.Next != 10 || int(st.Lost.Count())+int(st.Oldest) != 2 {
			t.Fatalf("byte %d: numbers %v, lost %s, oldest %d, next %d", at, got, st.Lost, st.Oldest, st.Next)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestASpoolRefusesAtItsLimitAndWhenTheDiskIsShort(t *testing.T) {
	t.Parallel()
	free := uint64(1 << 30)
	s := openSpool(t, edge.SpoolOptions{Dir: t.TempDir(), Limit: 4 << 10, Segment: 512, Reserve: 1 << 20, Now: func() time.Time { return t0 },
		Free: func() (uint64, error) { return free, nil }})
	n := 0
	for ; s.Append(t.Context(), block(n)) == nil; n++ {
	}
	if err := s.Append(t.Context(), block(n)); !errors.Is(err, edge.ErrFull) {
		t.Fatalf("a full spool: %v", err)
	}
	if st := s.State(); st.Refused != 2 || !st.Full.Equal(t0) || st.Bytes > st.Limit || int(st.Next) != n+1 {
		t.Errorf("%d blocks, %+v", n, st)
	}
	s.Want(uint64(n / 2)) // the centre has half: there is room at once
	fill(t, s, n, n+1)
	if st := s.State(); !st.Full.IsZero() || st.Oldest == 1 {
		t.Errorf("%+v", st)
	}
	free = 1 << 10
	if err := s.Append(t.Context(), block(n+1)); !errors.Is(err, edge.ErrFull) {
		t.Errorf("a full disk: %v", err)
	}
	bad := block(1)
	bad.Lines = 7
	if err := s.Append(t.Context(), bad); !errors.Is(err, stream.ErrInvalid) {
		t.Errorf("a block that lies about its lines: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func FuzzDecode(f *testing.F) {
	s, err := edge.OpenSpool(edge.SpoolOptions{Dir: f.TempDir()})
	if err != nil {
		f.Fatal(err)
	}
	if err := s.Append(f.Context(), block(1)); err != nil {
		f.Fatal(err)
	}
	frames, err := s.Frames(1, 1)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(frames[0])
	f.Add(frames[0][:20])
	f.Fuzz(func(t *testing.T, raw []byte) {
		frame, err := edge.ReadFrame(bytes.NewReader(raw))
		if err != nil {
			return
		}
		b, err := edge.Decode(frame)
		if err == nil && (len(b.Body) == 0 || bytes.Count(b.Body, []byte("\n")) != b.Lines || b.Number == 0) {
			t.Errorf("decoded %+v", b)
		}
	})
}

func FuzzNumbers(f *testing.F) {
	f.Add("1-12 15 20-31", uint64(3))
	f.Add("5 4 3 2 1", uint64(1))
	f.Fuzz(func(t *testing.T, text string, v uint64) {
		n, err := edge.ParseNumbers(text)
		if err != nil {
			return
		}
		again, err := edge.ParseNumbers(n.String())
		if err != nil || !slices.Equal(again, n) {
			t.Errorf("%q gives %q, then %q, %v", text, n, again, err)
		}
		for i := 1; i < len(n); i++ {
			if n[i].First <= n[i-1].Last+1 {
				t.Errorf("%q: runs touch", n)
			}
		}
		if v > 0 && v < 1<<62 {
			if with := n.Add(v, v); !with.Has(v) || with.Next(v) <= v || n.Has(v) == (n.Next(v) == v) {
				t.Errorf("%q with %d: %q", n, v, with)
			}
			if len(n) > 0 && n.Missing(1).Count()+n.Count() != n.Last() && n[0].First > 0 {
				t.Errorf("%q misses %q", n, n.Missing(1))
			}
		}
	})
}

// FuzzParts reads bundles that nobody wrote: no block comes out of them.
func FuzzParts(f *testing.F) {
	f.Add([]byte("VONGGAC BUNDLE 1\n\x00\x00\x00\x1d{\"collector\":\"x\",\"number\":1}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if h, err := edge.PeekBundle(bytes.NewReader(raw), int64(len(raw))); err == nil && (h.Collector == "" || h.Number == 0) {
			t.Errorf("header %+v", h)
		}
		if _, err := edge.ReadReceipt(raw, make([]byte, 32), "x"); err == nil {
			t.Error("a receipt that nobody signed")
		}
	})
}
