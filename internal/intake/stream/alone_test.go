// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/stream"
)

const (
	deadlyFolder = "VONGGAC_DEADLY_BLOCK" // the child keeps its stream and what it has done here
	deadly       = 4                      // this block ends the process
	beside       = 12                     // blocks there are in all
)

// TestABlockThatEndsTheProcessIsGivenUpAndNoneBesideIt has one block end the
// process whenever it is begun, in both tasks, while all others are in hand.
func TestABlockThatEndsTheProcessIsGivenUpAndNoneBesideIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := options(t)
	o.Dir = filepath.Join(dir, "stream")
	s := open(t, o)
	for i := range beside {
		add(t, s, sized(i, 3))
	}
	shut(t, s)
	deaths := 0
	for ended := false; !ended; {
		if deaths > 100 {
			t.Fatal("the process ended a hundred times")
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDeadlyChild$", "-test.v")
		cmd.Env = append(os.Environ(), deadlyFolder+"="+dir)
		out, err := cmd.CombinedOutput()
		if ended = err == nil; !ended {
			deaths++
			if !strings.Contains(string(out), "deadly") || strings.Contains(string(out), "--- FAIL") {
				t.Fatalf("life %d: %v\n%s", deaths, err, out)
			}
		}
	}
	s = open(t, o)
	for _, l := range letters(t, s) {
		if l.Block.ID != block(deadly).ID || !strings.Contains(l.Reason, "begun 3 times with nothing beside it") {
			t.Errorf("letter of %s: %s", l.Block.ID, l.Reason)
		}
	}
	if f := figures(t, s); f.Dead != 1 || f.Left()+f.Keeping.Left() != 0 {
		t.Errorf("figures %+v", f)
	}
	for _, task := range []string{"read", "kept"} {
		done, err := filepath.Glob(filepath.Join(dir, task, "net-*"))
		if err != nil || len(done) != beside-1 {
			t.Errorf("%s: %d of %d blocks are done: %v", task, len(done), beside-1, err)
		}
	}
	t.Logf("the process ended %d times", deaths)
}

// TestDeadlyChild is the process that the block ends; without the folder it is
// no test.
func TestDeadlyChild(t *testing.T) {
	dir := os.Getenv(deadlyFolder)
	if dir == "" {
		t.Skip("the process that TestABlockThatEndsTheProcessIsGivenUpAndNoneBesideIt starts")
	}
	o := options(t)
	o.Dir, o.Lease, o.Attempts = filepath.Join(dir, "stream"), 300*time.Millisecond, 3
	s := open(t, o)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	for task, name := range map[stream.Task]string{stream.Reading: "read", stream.Keeping: "kept"} {
		folder := filepath.Join(dir, name)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			if err := s.Consume(ctx, task, beside, func(ctx context.Context, b stream.Block, _ int) error { return endOrWork(ctx, folder, b) }); err != nil {
				t.Error(err)
			}
		})
	}
	for f := figures(t, s); f.Left()+f.Keeping.Left() > 0; f = figures(t, s) {
		wait(ctx, 50*time.Millisecond)
	}
	cancel()
	wg.Wait()
}

// endOrWork takes a while for a block, so that others are in hand beside it when
// the process ends, and does it once.
func endOrWork(ctx context.Context, folder string, b stream.Block) error {
	if b.ID == block(deadly).ID {
		wait(ctx, 150*time.Millisecond) // what was handed out beside it is known on the disk
		_, _ = os.Stdout.WriteString("deadly\n")
		os.Exit(7)
	}
	if wait(ctx, 300*time.Millisecond); ctx.Err() != nil {
		return ctx.Err()
	}
	f, err := os.OpenFile(filepath.Join(folder, strings.ReplaceAll(b.ID, "/", "-")), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil // done in an earlier life that ended before the stream knew
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// wait is what takes time in the work of a block.
func wait(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
