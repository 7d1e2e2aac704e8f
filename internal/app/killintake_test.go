// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/db"
)

const killTaken = "VONGGAC_KILL_TAKEN" // the child of this file ends when so many blocks were taken

// TestKilledWhileReceivingLosesAndDoublesNothing sends a log by HTTP in numbered
// requests, each again until it is acknowledged, to a process that is killed
// again and again, and compares what stands in the records with one
// uninterrupted run; the archive must hold each line once.
func TestKilledWhileReceivingLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	const points = 6
	lines := slices.Collect(strings.Lines(string(infectedLog(6000))))
	var requests []string
	for part := range slices.Chunk(lines, 100) {
		requests = append(requests, strings.Join(part, ""))
	}
	whole, token := prepareReceiving(t)
	sendAll(t, whole, token, requests, nil)
	want := dump(t, whole)
	if len(want) < 40 {
		t.Fatalf("the uninterrupted run left only %d rows to compare", len(want))
	}
	rng := rand.New(rand.NewPCG(20261122, 11))
	var kills []int
	for range points {
		kills = append(kills, rng.IntN(len(requests)))
	}
	slices.Sort(kills)
	killed, token := prepareReceiving(t)
	sendAll(t, killed, token, requests, kills)
	if got := dump(t, killed); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("after %d kills the records differ\n%s", points, diff(want, got))
	}
	for _, dir := range []string{whole, killed} {
		var n int
		query(t, dir, func(ctx context.Context, d *db.DB) error {
			return d.Read().NewRaw("SELECT SUM(lines) FROM source_hour").Scan(ctx, &n)
		})
		if n != len(lines) {
			t.Errorf("%d lines are counted, %d were sent", n, len(lines))
		}
		if n := archived(t, dir); n != len(lines) {
			t.Errorf("%d lines are in the archive, %d were sent", n, len(lines))
		}
	}
}

// prepareReceiving makes a centre with a list and a source that a sender with
// the token may send as.
func prepareReceiving(t *testing.T) (dir, token string) {
	t.Helper()
	dir = t.TempDir()
	c := open(t, dir, nil)
	ctx := c.found(t)
	c.arm(t, ctx, "bad.example\nevil.test\n")
	src := c.source(t, ctx, "DNS", "")
	_, token, err := c.Rooms.Sources.AddWay(ctx, source.Way{Source: src.ID, Kind: source.HTTP})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, token
}

// sendAll sends each request until it is acknowledged, kills the process while
// those of kills are under way, and has all of them taken at the end.
func sendAll(t *testing.T, dir, token string, requests []string, kills []int) {
	t.Helper()
	hours := 1
	child, at := startReceiver(t, dir, hours, len(requests))
	for i, body := range requests {
		for len(kills) > 0 && kills[0] == i {
			kills = kills[1:]
			go push(t.Context(), at, token, i, body) // whatever becomes of it
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			if err := child.Wait(); err == nil {
				t.Error("the process ended by itself before it was killed")
			}
			hours++
			child, at = startReceiver(t, dir, hours, len(requests))
		}
		for tries := 0; !push(t.Context(), at, token, i, body); tries++ {
			if tries > 50 {
				t.Fatalf("request %d is not taken", i)
			}
		}
	}
	if err := child.Wait(); err != nil {
		t.Fatalf("child: %v", err)
	}
}

// push reports whether the request was acknowledged.
func push(ctx context.Context, at, token string, number int, body string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+at+"/ingest", strings.NewReader(body))
	if err != nil {
		return false
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Idempotency-Key", strconv.Itoa(number))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

func startReceiver(t *testing.T, dir string, hours, taken int) (child *exec.Cmd, at string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKillReceiver$", "-test.v")
	cmd.Env = append(os.Environ(), killFolder+"="+dir, killHours+"="+strconv.Itoa(hours), killTaken+"="+strconv.Itoa(taken))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "receiving at "); ok {
			go func() { // so that the child can go on writing
				for lines.Scan() {
				}
			}()
			return cmd, address
		}
		fmt.Fprintln(&told, lines.Text())
	}
	t.Fatalf("the process does not receive: %s", told.String())
	return nil, ""
}

// TestKillReceiver is the process that is killed; without the folder it is no
// test.
func TestKillReceiver(t *testing.T) {
	dir, want := os.Getenv(killFolder), os.Getenv(killTaken)
	if dir == "" || want == "" {
		t.Skip("the process that the tests of this file start and kill")
	}
	hours, err := strconv.Atoi(os.Getenv(killHours))
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := strconv.Atoi(want)
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	c := open(t, dir, func() time.Time { return t0.Add(time.Duration(hours)*time.Hour + time.Since(begun)) }, "intake.http", "127.0.0.1:0")
	if _, err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	fmt.Println("receiving at " + c.Receiving("http").String())
	await(t, "all blocks are taken", func() bool {
		var n int
		if err := c.Records.Read().NewRaw("SELECT COUNT(*) FROM source_taken").Scan(t.Context(), &n); err != nil {
			t.Fatal(err)
		}
		return n == blocks
	})
	await(t, "all blocks are given back", func() bool {
		f, err := c.Rooms.Reception.Deps.Stream().Figures(t.Context())
		return err == nil && f.Left()+f.Keeping.Left() == 0
	})
	if err := c.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// archived is how many lines the archive in dir holds, each told once.
func archived(t *testing.T, dir string) int {
	t.Helper()
	a, err := lake.OpenArchive(filepath.Join(dir, "archive"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	all := &counted{}
	if _, err := a.Mend(t.Context(), all, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if len(all.lines) != all.rows {
		t.Errorf("the archive holds %d rows of %d lines", all.rows, len(all.lines))
	}
	return all.rows
}

// counted is an empty store that counts what it is given.
type counted struct {
	lake.Store
	mu    sync.Mutex
	rows  int
	lines map[string]bool
}

func (c *counted) Flush(context.Context) error { return nil }

func (c *counted) Missing(_ context.Context, blocks []lake.Expected) (lake.Gaps, error) {
	gaps := lake.Gaps{Short: map[string]map[int64]bool{}}
	for _, b := range blocks {
		gaps.Short[b.Block] = map[int64]bool{}
	}
	return gaps, nil
}

func (c *counted) Insert(_ context.Context, rows []lake.Row) (lake.Refused, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lines == nil {
		c.lines = map[string]bool{}
	}
	for _, r := range rows {
		c.lines[fmt.Sprint(r.Block, " ", r.Line)] = true
	}
	c.rows += len(rows)
	return lake.Refused{}, nil
}
