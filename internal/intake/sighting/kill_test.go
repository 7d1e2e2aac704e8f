// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vonggac/vonggac/internal/intake/sighting"
)

const (
	killFolder = "VONGGAC_KILL_SIGHTINGS"    // the child fills this folder
	killAtOnce = "VONGGAC_KILL_SIGHTINGS_BY" // with so many blocks at the same time
	killBlocks = 400
	killPoints = 12
)

// killBlock is the block of a number; neighbours share rows.
func killBlock(n int) (id string, rows []sighting.Row) {
	rng := rand.New(rand.NewPCG(uint64(n), 3))
	for range 200 {
		rows = append(rows, domainRow(fmt.Sprintf("n%d.example", rng.IntN(500)), t0.AddDate(0, 0, n/100), "10.0.0.1", 1))
	}
	return fmt.Sprint("block/", n), rows
}

// TestKilledWhileWritingEndsAsIfNever kills a real process at seeded points
// while it puts blocks, lets the next begin from the first block again, and
// compares what is found with a store filled in one go. Blocks come one by one,
// each a batch, or many at a time, of which several are tables and one alone is a
// batch.
func TestKilledWhileWritingEndsAsIfNever(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "whole")
	fillChild(t, whole, 1, -1)
	want, queries := everything(t, whole)
	for _, atOnce := range []int{1, 24} {
		t.Run(fmt.Sprint(atOnce, " at a time"), func(t *testing.T) {
			t.Parallel()
			killed := filepath.Join(t.TempDir(), "killed")
			rng := rand.New(rand.NewPCG(20261122, 5))
			inside := 0
			for range killPoints {
				if fillChild(t, killed, atOnce, 1+rng.IntN(killBlocks/8)) {
					inside++
				}
			}
			if inside < killPoints/2 {
				t.Errorf("only %d of %d kills fell inside the work", inside, killPoints)
			}
			fillChild(t, killed, atOnce, -1)
			if got, n := everything(t, killed); !slices.Equal(want, got) || n != queries {
				t.Errorf("after %d kills %d rows and %d queries, want %d and %d", killPoints, len(got), n, len(want), queries)
			}
		})
	}
}

// everything is all rows of the store in dir, and how many queries its days say
// that they are.
func everything(t *testing.T, dir string) (out []string, queries int64) {
	t.Helper()
	s, err := openPebble(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if out = hunt(t, s, sighting.Span{}, below("example")); len(out) < 1000 {
		t.Errorf("only %d rows to compare", len(out))
	}
	st, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range st.Days {
		queries += d.Queries
	}
	return out, queries
}

// fillChild runs a process that puts all blocks, and kills it after some new
// ones; false when it had ended before.
func fillChild(t *testing.T, dir string, atOnce, fresh int) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKillChild$", "-test.v")
	cmd.Env = append(os.Environ(), killFolder+"="+dir, killAtOnce+"="+strconv.Itoa(atOnce))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines, n, killed := bufio.NewScanner(out), 0, false
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "new ") {
			n++
		}
		if n == fresh && !killed {
			killed = true
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err != nil && !killed {
		t.Fatal(err)
	}
	return killed
}

// TestKillChild is the process that is killed; without the folder it is no
// test.
func TestKillChild(t *testing.T) {
	dir := os.Getenv(killFolder)
	if dir == "" {
		t.Skip("the process that TestKilledWhileWritingEndsAsIfNever starts and kills")
	}
	atOnce, err := strconv.Atoi(os.Getenv(killAtOnce))
	if err != nil {
		t.Fatal(err)
	}
	s, err := openTables(dir, 300) // more than one block has
	if err != nil {
		t.Fatal(err)
	}
	var next atomic.Int64
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for n := next.Add(1) - 1; n < killBlocks; n = next.Add(1) - 1 {
				id, rows := killBlock(int(n))
				if !put(t, s, id, rows...).Known {
					fmt.Println("new", n)
				}
			}
		})
	}
	all.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
