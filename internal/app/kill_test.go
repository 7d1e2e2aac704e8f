// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/db"
)

const (
	killFolder = "VONGGAC_KILL_FOLDER" // the child works on this data folder
	killHours  = "VONGGAC_KILL_HOURS"  // its clock is so many hours on, past the lease of the one before
	killPoints = 20
)

// TestKilledWhileReadingEndsAsIfNever kills a real process with SIGKILL at
// twenty seeded points while it reads a log, starts it again each time, and
// compares what stands in the records with one uninterrupted run.
func TestKilledWhileReadingEndsAsIfNever(t *testing.T) {
	t.Parallel()
	log := infectedLog(30000)
	whole, killed := prepareFolder(t, log), prepareFolder(t, log)
	runChild(t, whole, 1, nil)
	want := dump(t, whole)
	if len(want) < 40 {
		t.Fatalf("the uninterrupted run left only %d rows to compare", len(want))
	}
	rng := rand.New(rand.NewPCG(20261122, 7))
	for point := range killPoints {
		more := blocks(t, killed) + rng.IntN(4)
		runChild(t, killed, 1+point, func() bool { return until(t, killed, readSoFar, more) })
	}
	before := blocks(t, killed)
	runChild(t, killed, 1+killPoints, nil)
	if got := dump(t, killed); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("after %d kills the records differ\n%s", killPoints, diff(want, got))
	}
	if after := blocks(t, killed); before == 0 || before >= after {
		t.Errorf("%d blocks stood before the last run and %d after: the kills did not fall inside the work", before, after)
	}
	t.Logf("%d blocks, %d of them before the last of %d kills", blocks(t, killed), before, killPoints)
}

// TestKilledWhileLookingBackEndsAsIfNever does the same to the looking back for
// twenty lists that come after the log was read.
func TestKilledWhileLookingBackEndsAsIfNever(t *testing.T) {
	t.Parallel()
	log := infectedLog(4000)
	whole, killed := prepareMemory(t, log), prepareMemory(t, log)
	runChild(t, whole, 1, nil)
	want := dump(t, whole)
	if len(want) < 40 {
		t.Fatalf("the uninterrupted run left only %d rows to compare", len(want))
	}
	const points = 5
	for point := range points {
		runChild(t, killed, 1+point, func() bool { return until(t, killed, lookedSoFar, point) })
	}
	runChild(t, killed, 1+points, nil)
	if got := dump(t, killed); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("after %d kills the records differ\n%s", points, diff(want, got))
	}
}

// prepareMemory makes a centre that has read a log, and whose lists have come
// since and are not yet loaded.
func prepareMemory(t *testing.T, log []byte) string {
	t.Helper()
	dir := t.TempDir()
	c := open(t, dir, nil)
	ctx := c.found(t)
	c.read(t, ctx, c.source(t, ctx, "DNS", ""), "q.log", log)
	for i := range 20 {
		name := fmt.Sprintf("www%d.good.example", 100*i) // seen once, if that line was a query
		switch {
		case i == 0:
			name = "evil.test"
		case i < 6:
			name = fmt.Sprintf("host%d.bad.example", i-1)
		}
		f, err := c.Rooms.Indicators.Store(ctx, "bad.txt", strings.NewReader(name+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Rooms.Indicators.Create(ctx, indicator.List{Name: "Danh sách " + strconv.Itoa(i), Kind: indicator.Block, TLP: indicator.Clear,
			Scope: indicator.WithSubdomains, Layout: indicator.Auto}, f)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// infectedLog is a dnsmasq log in which some of 40 clients ask for listed
// names, some lines are broken, and some carry no event.
func infectedLog(lines int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for i := range lines {
		at := time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Second)
		stamp := at.Format("Jan _2 15:04:05") + " dnsmasq[9]: "
		client := "10.20.0." + strconv.Itoa(1+rng.IntN(40))
		switch n := rng.IntN(20); {
		case n == 0:
			b.WriteString(stamp + "query[A] Host" + strconv.Itoa(rng.IntN(5)) + ".Bad.example from " + client + "\n")
		case n == 1:
			b.WriteString(stamp + "query[AAAA] evil.test from " + client + "\n")
		case n == 2:
			b.WriteString(stamp + "query[A] not a line\n")
		case n < 6:
			b.WriteString(stamp + "reply good.example is 192.0.2.1\n")
		default:
			b.WriteString(stamp + "query[A] www" + strconv.Itoa(i) + ".good.example from " + client + "\n")
		}
	}
	return []byte(b.String())
}

// prepareFolder makes a centre with one list, one source and one file received
// but not yet read.
func prepareFolder(t *testing.T, log []byte) string {
	t.Helper()
	dir := t.TempDir()
	c := open(t, dir, nil)
	ctx := c.found(t)
	c.arm(t, ctx, "bad.example\nevil.test\n")
	src := c.source(t, ctx, "DNS", "")
	if _, _, err := c.Rooms.Sources.Receive(ctx, src.ID, "q.log", source.ByPage, strings.NewReader(string(log))); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// runChild runs the program on dir until its work is done, or kills it when
// reached says so; false means that the work was done before.
func runChild(t *testing.T, dir string, hours int, reached func() bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKillChild$", "-test.v")
	cmd.Env = append(os.Environ(), killFolder+"="+dir, killHours+"="+strconv.Itoa(hours))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "working" {
	}
	if reached != nil {
		if !reached() {
			t.Error("the work was done before the process was killed: it is too short for this machine")
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); err == nil {
			t.Error("the process ended by itself before it was killed")
		}
		return
	}
	rest, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("child: %v\n%s", err, rest)
	}
}

// What until asks for: how much is done, and how much is left.
const (
	readSoFar   = "SELECT (SELECT COUNT(*) FROM source_block), (SELECT COUNT(*) FROM source_file WHERE state <> 'done')"
	lookedSoFar = "SELECT (SELECT COUNT(*) FROM audit_entry WHERE action = 'hunt.record'), (SELECT COUNT(*) FROM job WHERE state IN ('queued', 'running'))"
)

// until looks at the records over and over, so that the kill falls close to a
// commit; it waits for nothing else. It reports false when nothing is left
// before as much as want is done: then there was nothing to interrupt.
func until(t *testing.T, dir, progress string, want int) bool {
	t.Helper()
	reached := false
	query(t, dir, func(ctx context.Context, d *db.DB) error {
		for {
			var n, waiting int
			if err := d.Read().NewRaw(progress).Scan(ctx, &n, &waiting); err != nil {
				return err
			}
			if reached = n >= want; reached || waiting == 0 {
				return nil
			}
			runtime.Gosched()
		}
	})
	return reached
}

// TestKillChild is the process that is killed; without the folder it is no
// test.
func TestKillChild(t *testing.T) {
	dir := os.Getenv(killFolder)
	if dir == "" {
		t.Skip("the process that the tests of this file start and kill")
	}
	hours, err := strconv.Atoi(os.Getenv(killHours))
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	c := open(t, dir, func() time.Time { return t0.Add(time.Duration(hours)*time.Hour + time.Since(begun)) })
	if _, err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	fmt.Println("working")
	for t.Context().Err() == nil && !c.idle(t) {
		runtime.Gosched()
	}
	if err := c.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
}

func blocks(t *testing.T, dir string) int {
	t.Helper()
	var n int
	query(t, dir, func(ctx context.Context, d *db.DB) error {
		return d.Read().NewRaw("SELECT COUNT(*) FROM source_block").Scan(ctx, &n)
	})
	return n
}

func query(t *testing.T, dir string, fn func(context.Context, *db.DB) error) {
	t.Helper()
	d, err := db.Open(t.Context(), filepath.Join(dir, "records.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := fn(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// dump is what reading the log left, without the ids and times of the runs.
func dump(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	query(t, dir, func(ctx context.Context, d *db.DB) error {
		for _, sql := range []string{
			"SELECT 'file', state, format, lines, parsed, queries, hits, overruled, skipped, rejected, samples, first_at, last_at FROM source_file",
			"SELECT 'block', at_byte, length, lines FROM source_block ORDER BY at_byte",
			"SELECT 'audit', action, COUNT(*) FROM audit_entry WHERE kind = 'file' GROUP BY action ORDER BY action",
			"SELECT 'finding', addr, threat, episode, state, first_seen, last_seen, queries, names, lists FROM finding ORDER BY addr_key, threat, episode",
			"SELECT 'hit', f.addr, f.threat, h.indicator, h.name, h.day, h.queries, h.lines, h.first_seen, h.last_seen FROM finding_hit h JOIN finding f ON f.id = h.finding_id ORDER BY f.addr_key, f.threat, f.episode, h.name, h.indicator, h.day",
			"SELECT 'infection', i.addr, i.threat, i.state, i.first_seen, i.last_seen, i.queries, i.episodes FROM infection i ORDER BY i.addr, i.threat",
		} {
			rows, err := d.Read().QueryContext(ctx, sql)
			if err != nil {
				return err
			}
			for rows.Next() {
				cols, err := rows.Columns()
				if err != nil {
					return err
				}
				vals := make([]any, len(cols))
				for i := range vals {
					vals[i] = new(any)
				}
				if err := rows.Scan(vals...); err != nil {
					return err
				}
				text := make([]string, len(vals))
				for i, v := range vals {
					text[i] = fmt.Sprint(*v.(*any))
				}
				out = append(out, strings.Join(text, " "))
			}
			if err := rows.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	return out
}

// diff lists the lines only one side has.
func diff(want, got []string) string {
	count := map[string]int{}
	for _, s := range want {
		count[s]++
	}
	for _, s := range got {
		count[s]--
	}
	var b strings.Builder
	for s, n := range count {
		if n != 0 {
			fmt.Fprintf(&b, "%+d %s\n", n, s)
		}
	}
	return b.String()
}
