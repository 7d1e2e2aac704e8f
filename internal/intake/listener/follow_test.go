// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vonggac/vonggac/internal/intake/listener"
	"github.com/vonggac/vonggac/internal/intake/stream"
)

// place is a folder with logs and one with positions.
type place struct{ logs, state string }

func newPlace(t testing.TB) place { return place{t.TempDir(), filepath.Join(t.TempDir(), "positions")} }

func (p place) path(name string) string { return filepath.Join(p.logs, name) }

func (p place) options(sh *shelf, d listener.Directory) listener.Options {
	return listener.Options{Appender: sh, Directory: d, Limits: quick, State: p.state,
		Listeners: []listener.Listen{{Name: "logs", Kind: listener.File, Paths: []string{p.path("*.log")}}}}
}

// add appends text to a file.
func (p place) add(t testing.TB, name, text string) {
	t.Helper()
	f, err := os.OpenFile(p.path(name), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func (p place) move(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Rename(p.path(from), p.path(to)); err != nil {
		t.Fatal(err)
	}
}

func TestAFileIsFollowed(t *testing.T) {
	t.Parallel()
	sh, p := newShelf(), newPlace(t)
	p.add(t, "a.log", "one\r\ntwo\nthr")
	s := start(t, p.options(sh, directory(func(q listener.Peer) (listener.Way, bool) {
		return way, q.Kind == listener.File && q.Path == p.path("a.log") && q.Listener == "logs"
	})))
	sh.awaitLines(t, 2)
	p.add(t, "a.log", "ee\n\nfour\n")
	sh.awaitLines(t, 4)
	if got := sh.text(); got != "one\ntwo\nthree\nfour\n" {
		t.Errorf("stored %q", got)
	}
	if !strings.HasPrefix(sh.blocks[0].ID, "file/") || sh.blocks[0].Source != "s1" {
		t.Errorf("stored %+v", sh.blocks[0])
	}
	p.add(t, "b.log", "nobody knows\n")
	f := eventually(t, s, "seen", func(f listener.Figures) bool { return f.Listeners[0].Unknown == 1 })
	if f.Listeners[0].Senders[0].Path != p.path("b.log") || f.Ways[0].StoredLines != 4 || f.Ways[0].Connections != 1 {
		t.Errorf("figures %+v", f)
	}
}

func TestAFileIsReadOnceItsWayIsKnown(t *testing.T) {
	t.Parallel()
	sh, p := newShelf(), newPlace(t)
	var known atomic.Bool
	p.add(t, "a.log", "one\n")
	s := start(t, p.options(sh, directory(func(listener.Peer) (listener.Way, bool) { return way, known.Load() })))
	eventually(t, s, "seen", func(f listener.Figures) bool { return f.Listeners[0].Unknown == 1 })
	known.Store(true)
	sh.awaitLines(t, 1)
}

func TestRenamedFilesAreReadToTheirEnd(t *testing.T) {
	t.Parallel()
	sh, p := newShelf(), newPlace(t)
	start(t, p.options(sh, directory(everybody)))
	p.add(t, "a.log", "one\n")
	sh.awaitLines(t, 1)
	p.add(t, "a.log", "two\n")
	p.move(t, "a.log", "a.log.1")
	p.add(t, "a.log", "four\n")
	p.add(t, "a.log.1", "three\nno newline")
	sh.awaitLines(t, 5)
	p.move(t, "a.log", "b.log") // within the patterns: the same file
	p.add(t, "b.log", "five\n")
	sh.awaitLines(t, 6)
	got := sh.lines()
	slices.Sort(got)
	if want := []string{"five", "four", "no newline", "one", "three", "two"}; !slices.Equal(got, want) {
		t.Errorf("stored %q", got)
	}
}

func TestTruncatedFilesBeginAgain(t *testing.T) {
	t.Parallel()
	sh, p := newShelf(), newPlace(t)
	start(t, p.options(sh, directory(everybody)))
	var want strings.Builder
	lines := 0
	for i := range 20 {
		text := strings.Repeat(fmt.Sprintf("%d: a line\n", i), 1+i%4)
		want.WriteString(text)
		lines += 1 + i%4
		p.add(t, "a.log", text)
		sh.awaitLines(t, lines)
		if i%3 == 2 { // what comes next is shorter or longer than what was there, and may come before anybody looks
			if err := os.Truncate(p.path("a.log"), 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	if sh.text() != want.String() {
		t.Errorf("stored %q, want %q", sh.text(), want.String())
	}
}

func TestAnEmptiedFileThatGrewIsToldByItsBeginning(t *testing.T) {
	t.Parallel()
	sh, p := newShelf(), newPlace(t)
	p.add(t, "a.log", "one\n")
	s := launch(t, p.options(sh, directory(everybody)))
	sh.awaitLines(t, 1)
	stop(t, s)
	if err := os.WriteFile(p.path("a.log"), []byte("another\nbeginning\n"), 0o600); err != nil { // keeps the inode
		t.Fatal(err)
	}
	start(t, p.options(sh, directory(everybody)))
	sh.awaitLines(t, 3)
	if got := sh.text(); got != "one\nanother\nbeginning\n" {
		t.Errorf("stored %q", got)
	}
}

func TestARestartGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	sh, p := newShelf(), newPlace(t)
	p.add(t, "a.log", "one\n")
	s := launch(t, p.options(sh, directory(everybody)))
	sh.awaitLines(t, 1)
	stop(t, s)
	p.add(t, "a.log", "two\n")
	p.move(t, "a.log", "a.log.1") // while nobody looks
	p.add(t, "a.log", "three\n")
	s = launch(t, p.options(sh, directory(everybody)))
	sh.awaitLines(t, 3)
	stop(t, s)
	got := sh.lines()
	slices.Sort(got)
	if want := []string{"one", "three", "two"}; !slices.Equal(got, want) {
		t.Errorf("stored %q", got)
	}
	for _, name := range []string{"a.log", "a.log.1"} {
		if err := os.Remove(p.path(name)); err != nil {
			t.Fatal(err)
		}
	}
	s = start(t, p.options(sh, directory(everybody)))
	eventually(t, s, "told", func(f listener.Figures) bool { return countOf(f.Listeners[0].Counts, listener.Vanished) >= 1 })
}

// TestACrashBetweenStoringAndRemembering stores each block and then says it
// failed, and stops the server at once: the same bytes come again as the same
// block, whatever was written to the file meanwhile.
func TestACrashBetweenStoringAndRemembering(t *testing.T) {
	t.Parallel()
	sh, p := newShelf(), newPlace(t)
	var text strings.Builder
	for i := range 50 {
		line := fmt.Sprintf("%d: a line\n", i)
		text.WriteString(line)
		p.add(t, "a.log", line)
		lying := &liar{shelf: sh}
		o := p.options(sh, directory(everybody))
		o.Appender = lying
		s := launch(t, o)
		sh.await(t, "stored", func(s *shelf) bool { return strings.Contains(s.locked(), line) || lying.calls.Load() > 0 })
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_ = s.Stop(ctx) // out of time at once
	}
	s := start(t, p.options(sh, directory(everybody)))
	sh.awaitLines(t, 50)
	eventually(t, s, "quiet", func(f listener.Figures) bool { return f.Held == 0 })
	if sh.text() != text.String() {
		t.Errorf("stored %q", sh.text())
	}
}

// liar stores and says it did not.
type liar struct {
	*shelf
	calls atomic.Int64
}

func (l *liar) Append(ctx context.Context, b stream.Block) error {
	if err := l.shelf.Append(context.WithoutCancel(ctx), b); err != nil {
		return err
	}
	l.calls.Add(1)
	return errRefused
}

func TestLongLinesInFilesAreCut(t *testing.T) {
	t.Parallel()
	sh, p := newShelf(), newPlace(t)
	long := strings.Repeat("x", listener.LongestLine)
	p.add(t, "a.log", "one\n"+long+"\n"+long+"y\n"+long+long+long+"\n"+strings.Repeat("z", 500_000)+"\ntwo\n")
	s := start(t, p.options(sh, directory(everybody)))
	sh.awaitLines(t, 6)
	if want := "one\n" + long + "\n" + long + "\n" + long + "\n" + strings.Repeat("z", 500_000) + "\ntwo\n"; sh.text() != want {
		t.Errorf("stored %s", short(sh.text()))
	}
	if f := s.Figures(); countOf(f.Ways[0].Counts, listener.TooLong) != 2 {
		t.Errorf("figures %+v", f)
	}
}

// TestRotationsLoseNoLine writes and renames as fast as it can, under a server
// that is stopped and started. All names are within the patterns, so that even
// a file that was renamed before anybody saw it is read.
func TestRotationsLoseNoLine(t *testing.T) {
	t.Parallel()
	sh, p := newShelf(), newPlace(t)
	o := p.options(sh, directory(everybody))
	o.Listeners[0].Paths = []string{p.path("a.log*")}
	const n = 3000
	turn := make(chan struct{})
	go func() {
		defer close(turn)
		writeAndRotate(t, p, n, turn)
	}()
	s := launch(t, o)
	rounds := 0
	for range turn {
		if rounds++; rounds%5 == 0 {
			stop(t, s)
			s = launch(t, o)
		}
	}
	all := map[string]int{}
	eventually(t, s, "all lines", func(listener.Figures) bool {
		clear(all)
		for _, l := range sh.lines() {
			all[l]++
		}
		return len(all) >= n+rounds/2
	})
	stop(t, s)
	for l, k := range all {
		if k != 1 {
			t.Errorf("%q is stored %d times", l, k)
		}
	}
	if len(all) != n+rounds/2 {
		t.Errorf("%d lines, want %d", len(all), n+rounds/2)
	}
}

// writeAndRotate writes n lines and one more behind each second turn, when it
// has renamed the file.
func writeAndRotate(t *testing.T, p place, n int, turn chan<- struct{}) {
	random := rand.New(rand.NewPCG(5, 11))
	f, err := os.OpenFile(p.path("a.log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	moved := 0
	for i := 0; i < n && err == nil; i++ {
		_, err = fmt.Fprintf(f, "line %d\n", i)
		if random.IntN(50) > 0 || err != nil {
			continue
		}
		turn <- struct{}{}
		moved++
		if err = os.Rename(p.path("a.log"), p.path(fmt.Sprintf("a.log.%d", moved))); err != nil {
			break
		}
		if _, err = fmt.Fprintf(f, "late %d\n", moved); err != nil {
			break
		}
		turn <- struct{}{}
		if err = f.Close(); err == nil {
			f, err = os.OpenFile(p.path("a.log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		}
	}
	if err != nil {
		t.Error(err)
		return
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestABrokenPositionIsNoReasonToBeginAgain(t *testing.T) {
	t.Parallel()
	sh, p := newShelf(), newPlace(t)
	p.add(t, "a.log", "one\n")
	s := launch(t, p.options(sh, directory(everybody)))
	sh.awaitLines(t, 1)
	p.add(t, "a.log", "two\n")
	sh.awaitLines(t, 2)
	stop(t, s)
	names, err := filepath.Glob(filepath.Join(p.state, "*.position"))
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	raw, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	// The slot written last is torn: the one before stands, and its block comes again as the same.
	for _, at := range []int{8 << 10, 0} {
		torn := slices.Clone(raw)
		torn[at+20] ^= 1
		if err := os.WriteFile(names[0], torn, 0o600); err != nil {
			t.Fatal(err)
		}
		s = launch(t, p.options(sh, directory(everybody)))
		stop(t, s)
		if got := sh.text(); got != "one\ntwo\n" {
			t.Errorf("stored %q", got)
		}
	}
	if err := os.WriteFile(names[0], []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err = listener.New(p.options(sh, directory(everybody)))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "position") {
		t.Errorf("got %v", err)
	}
}

func TestAFolderInPlaceOfAFileIsPassedOver(t *testing.T) {
	t.Parallel()
	sh, p := newShelf(), newPlace(t)
	if err := os.Mkdir(p.path("dir.log"), 0o700); err != nil {
		t.Fatal(err)
	}
	p.add(t, "a.log", "one\n")
	s := start(t, p.options(sh, directory(everybody)))
	sh.awaitLines(t, 1)
	if f := s.Figures(); len(f.Listeners[0].Counts) != 0 {
		t.Errorf("figures %+v", f)
	}
}
