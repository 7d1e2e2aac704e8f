// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/intake/lake/engine"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/intake/worker"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// This file and its siblings break what receives, stores, reads and keeps lines,
// on purpose, and count at both ends: sent = stored = searchable, nothing twice.
// `make chaos` breaks more often and longer.

// chaotic is small, and full in `make chaos`.
func chaotic[T any](small, full T) T {
	if os.Getenv("VONGGAC_CHAOS") != "" {
		return full
	}
	return small
}

const (
	chaosFolder = "VONGGAC_CHAOS_FOLDER" // the child of this file works on this data folder
	chaosLines  = "VONGGAC_CHAOS_LINES"  // and ends when so many lines are found
	chaosSeam   = "VONGGAC_CHAOS_SEAM"   // or dies at this seam
	chaosAt     = "VONGGAC_CHAOS_AT"     // the so many-th time
	chaosEngine = "VONGGAC_CHAOS_ENGINE" // the child is the engine of searches
)

// engineCommand runs this binary as the engine of searches.
func engineCommand() []string {
	return []string{"env", chaosEngine + "=1", os.Args[0], "-test.run=^TestChaosEngine$"}
}

// TestChaosEngine is the engine of searches of the other tests.
func TestChaosEngine(t *testing.T) {
	if os.Getenv(chaosEngine) == "" {
		t.Skip("the engine of searches that the tests of this file start")
	}
	if err := engine.Run(os.Stdin, os.Stdout); err != nil {
		t.Fatal(err)
	}
}

// recentLog is a dnsmasq log of the last minutes, in the clock of Vietnam, in
// which some clients ask for listed names and some lines are broken.
func recentLog(lines int) []string {
	rng := rand.New(rand.NewPCG(3, 4))
	begin := time.Now().Add(-time.Duration(lines) * 10 * time.Millisecond)
	out := make([]string, lines)
	for i := range out {
		stamp := begin.Add(time.Duration(i)*10*time.Millisecond).In(calendar.Zone()).Format("Jan _2 15:04:05") + " dnsmasq[9]: "
		client := "10.20.0." + strconv.Itoa(1+rng.IntN(40))
		switch rng.IntN(20) {
		case 0:
			out[i] = stamp + "query[A] Host" + strconv.Itoa(rng.IntN(5)) + ".Bad.example from " + client + "\n"
		case 1:
			out[i] = stamp + "query[A] not a line\n"
		default:
			out[i] = stamp + "query[A] www" + strconv.Itoa(i) + ".good.example from " + client + "\n"
		}
	}
	return out
}

// requestsOf are lines in requests of n.
func requestsOf(lines []string, n int) []string {
	var out []string
	for len(lines) > 0 {
		n := min(n, len(lines))
		out, lines = append(out, strings.Join(lines[:n], "")), lines[n:]
	}
	return out
}

// prepareLive makes a centre on the real clock with a list, and a source that a
// sender with the token may send as.
func prepareLive(t *testing.T) (dir, token string) {
	t.Helper()
	dir = t.TempDir()
	c := open(t, dir, time.Now)
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

// death is how a life ends: at a seam of the order in which a block is taken,
// the at-th time it gets there, or after a while, which begins when it receives
// or, early, when it is started.
type death struct {
	seam  string
	at    int
	after time.Duration
	early bool
}

// The seams of the exactly-once order.
var seams = []string{"stored", "remembered", "committed", "archived", "searchable"}

// dying ends the process at a seam.
func dying(d death, store func() lake.Store) func(worker.Deps) worker.Deps {
	var n atomic.Int32
	pass := func(seam string) {
		if seam == d.seam && int(n.Add(1)) == d.at {
			if self, err := os.FindProcess(os.Getpid()); err == nil {
				_ = self.Kill()
			}
			select {}
		}
	}
	return func(w worker.Deps) worker.Deps {
		out := w
		out.Source = func(ctx context.Context, id string) (worker.Source, error) { pass("stored"); return w.Source(ctx, id) }
		out.Remember = func(ctx context.Context, b stream.Block, said scan.Block, generation int64) (func(), error) {
			done, err := w.Remember(ctx, b, said, generation)
			if err == nil {
				pass("remembered")
			}
			return done, err
		}
		out.Commit = func(ctx context.Context, blocks []worker.Read) error {
			err := w.Commit(ctx, blocks)
			if err == nil {
				pass("committed")
			}
			return err
		}
		out.Archive = func(ctx context.Context, b stream.Block, rows []lake.Row, again bool) error {
			if err := w.Archive(ctx, b, rows, again); err != nil {
				return err
			}
			pass("archived")
			for d.seam == "searchable" { // the engine has it, and only the acknowledgement is left
				held, err := store().Blocks(ctx, []string{b.ID})
				if err == nil && held[b.ID].Lines == int64(len(rows)) {
					pass("searchable")
					break
				}
				if ctx.Err() != nil {
					return ctx.Err()
				}
			}
			return nil
		}
		return out
	}
}

// live is open with the real clock, an engine of searches, and wrap around the
// reading.
func live(t *testing.T, dir string, wrap func(worker.Deps) worker.Deps, flags ...string) *house {
	t.Helper()
	return openWith(t, dir, time.Now, func(o *app.Options) {
		o.LakeCommand, o.Reading, o.Lease, o.Beat = engineCommand(), wrap, 2*time.Second, time.Second
	}, flags...)
}

// TestChaosChild is the process that dies; without the folder it is no test.
func TestChaosChild(t *testing.T) {
	dir := os.Getenv(chaosFolder)
	if dir == "" {
		t.Skip("the process that the tests of this file start and kill")
	}
	want := must(strconv.ParseInt(os.Getenv(chaosLines), 10, 64))(t)
	d := death{seam: os.Getenv(chaosSeam), at: must(strconv.Atoi(os.Getenv(chaosAt)))(t)}
	var c *house
	c = live(t, dir, dying(d, func() lake.Store { return c.Rooms.Lookup.Store() }), "intake.http", "127.0.0.1:0")
	if _, err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	fmt.Println("receiving at " + c.Receiving("http").String())
	await(t, "all lines are found", func() bool {
		if c.taken(t) == want && c.searchable(t) == want {
			return true
		}
		c.sendAgain(t)
		return false
	})
	if err := c.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// sendAgain does what a person does about blocks that were given up, once
// nothing else is left to read: a block that was in hand each of 32 times that
// the process was killed is given up though nothing is wrong with it.
func (h *house) sendAgain(t *testing.T) {
	t.Helper()
	st := h.Rooms.Reception.Deps.Stream()
	if f, err := st.Figures(t.Context()); err != nil || f.Pending+f.Unacknowledged > 0 {
		return
	}
	for _, l := range must(st.Letters(t.Context(), 0, 1000))(t) {
		if _, err := st.Replay(t.Context(), l.ID); err != nil {
			t.Fatal(err)
		}
		fmt.Println(givenUp + l.Block.ID + ": " + l.Reason)
	}
}

// givenUp begins what a process of this file says of a block that it sends again.
const givenUp = "given up and sent again: "

// taken is how many lines are counted in the records.
func (h *house) taken(t *testing.T) (n int64) {
	t.Helper()
	if err := h.Records.Read().NewRaw("SELECT COALESCE(SUM(lines), 0) FROM source_hour").Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// searchable is how many rows the engine of searches finds, each as often as it
// is there; -1 while it gives no answer.
func (h *house) searchable(t *testing.T) int64 {
	t.Helper()
	store := h.Rooms.Lookup.Store()
	if err := store.Flush(t.Context()); err != nil {
		return -1
	}
	n, err := store.Count(t.Context(), lake.Scope{All: true}, lake.Query{})
	if err != nil {
		return -1
	}
	return n
}

// life is one process that receives.
type life struct {
	cmd  *exec.Cmd
	at   string
	over chan struct{} // closed when it has ended
	err  error         // how

	again int // blocks that had been given up and were sent again
}

// beginLife starts a process that dies as d says, or ends when all lines are found.
func beginLife(t *testing.T, dir string, lines int, d death) *life {
	t.Helper()
	if d.after > 0 {
		lines = math.MaxInt64 // it does not end before it is killed, however quick it is
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChaosChild$", "-test.v", "-test.timeout=10m")
	cmd.Env = append(os.Environ(), chaosFolder+"="+dir, chaosLines+"="+strconv.Itoa(lines), chaosSeam+"="+d.seam, chaosAt+"="+strconv.Itoa(d.at))
	var said bytes.Buffer
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if d.early {
		time.AfterFunc(d.after, func() { _ = cmd.Process.Kill() })
	}
	l := &life{cmd: cmd, over: make(chan struct{})}
	at := make(chan string, 1)
	go func() {
		defer close(l.over)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if address, ok := strings.CutPrefix(lines.Text(), "receiving at "); ok {
				at <- address
			}
			if strings.HasPrefix(lines.Text(), givenUp) {
				l.again++
			}
			fmt.Fprintln(&said, lines.Text())
		}
		l.err = cmd.Wait()
	}()
	select {
	case l.at = <-at:
	case <-l.over: // it may have died reading what waited: a seam is a seam
		select {
		case l.at = <-at:
		default:
			if d.seam == "" && !d.early {
				t.Fatalf("the process does not receive: %v\n%s", l.err, said.String())
			}
		}
	}
	if d.after > 0 && !d.early {
		time.AfterFunc(d.after, func() { _ = cmd.Process.Kill() })
	}
	return l
}

// ended reports whether the life is over.
func (l *life) ended() bool {
	select {
	case <-l.over:
		return true
	default:
		return false
	}
}

// ends reports whether the life is over within limit.
func (l *life) ends(limit time.Duration) bool {
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case <-l.over:
		return true
	case <-late.C:
		return false
	}
}

// sendThrough sends requests, each until it is acknowledged, through as many
// lives as there are deaths and one more, which ends when all lines are found.
// It returns how many lives were cut short.
func sendThrough(t *testing.T, dir, token string, requests []string, deaths []death) (cut int) {
	t.Helper()
	lines := 0
	for _, r := range requests {
		lines += strings.Count(r, "\n")
	}
	next := func() *life {
		d := death{}
		if len(deaths) > 0 {
			d, deaths = deaths[0], deaths[1:]
		}
		return beginLife(t, dir, lines, d)
	}
	l := next()
	// What is left is spread over the deaths that are left, so that each life has
	// something to die of.
	each := max(len(requests)/(len(deaths)+2), 1)
	given, again, spared, all := 0, 0, 0, len(deaths)
	for i := 0; i < len(requests); {
		if l.ended() || given >= each && len(deaths) > 0 {
			if !l.ends(time.Minute) { // it does not come to its seam by what it was given
				spared++
				_ = l.cmd.Process.Kill()
			}
			<-l.over
			again += l.again
			if l.err == nil {
				t.Fatal("a process ended by itself before everything was sent")
			}
			cut++
			l, given = next(), 0
			continue
		}
		if push(t.Context(), l.at, token, i, requests[i]) {
			i++
			given++
		}
	}
	for {
		<-l.over
		again += l.again
		if l.err == nil {
			if spared > all/4 {
				t.Errorf("%d of %d processes did not come to their seam", spared, all)
			}
			t.Logf("%d lives cut short, %d of them from outside for want of their seam; %d blocks given up and sent again", cut, spared, again)
			return cut
		}
		cut++
		if len(deaths) == 0 && cut > len(requests) {
			t.Fatalf("the last process does not end: %v", l.err)
		}
		l = next()
	}
}

// quietRequest is about what a request takes on a machine that does nothing else.
const quietRequest = 5 * time.Millisecond

// compare sends requests once through one life and once through deaths, and
// compares what stands everywhere.
func compare(t *testing.T, requests []string, deaths []death) {
	t.Helper()
	lines := 0
	for _, r := range requests {
		lines += strings.Count(r, "\n")
	}
	whole, token := prepareLive(t)
	begun := time.Now()
	if cut := sendThrough(t, whole, token, requests, nil); cut != 0 {
		t.Fatalf("%d processes were cut short that nobody killed", cut)
	}
	want := dump(t, whole)
	if len(want) < 20 {
		t.Fatalf("the uninterrupted run left only %d rows to compare", len(want))
	}
	// On a machine that is slow each life is as much longer, so that it gets as
	// much done.
	slow := min(max(time.Since(begun)/time.Duration(len(requests))/quietRequest, 1), 10)
	for i := range deaths {
		deaths[i].after *= slow
	}
	killed, token := prepareLive(t)
	cut := sendThrough(t, killed, token, requests, deaths)
	if cut != len(deaths) {
		t.Errorf("%d processes were cut short, not %d", cut, len(deaths))
	}
	if got := dump(t, killed); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("after %d deaths the records differ\n%s", cut, diff(want, got))
	}
	for _, dir := range []string{whole, killed} {
		query(t, dir, func(ctx context.Context, d *db.DB) error {
			var hours, beats int
			err := d.Read().NewRaw("SELECT (SELECT SUM(lines) FROM source_hour), (SELECT SUM(lines) FROM source_beat)").Scan(ctx, &hours, &beats)
			if hours != lines || beats != lines {
				t.Errorf("%d lines by hour and %d by minute, %d were sent", hours, beats, lines)
			}
			return err
		})
		if n := archived(t, dir); n != lines {
			t.Errorf("%d lines are in the archive, %d were sent", n, lines)
		}
	}
	t.Logf("%d requests of %d lines through %d deaths", len(requests), lines, cut)
}

// TestKilledAtEachSeamLosesAndDoublesNothing ends the process at each seam of
// the order in which a block is taken: after it is stored, after the sightings,
// after the records, after the archive, and when only the acknowledgement is left.
func TestKilledAtEachSeamLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	var deaths []death
	for range chaotic(1, 20) {
		for _, seam := range seams {
			deaths = append(deaths, death{seam: seam, at: 1 + len(deaths)%3})
		}
	}
	compare(t, requestsOf(recentLog(chaotic(3000, 30000)), chaotic(50, 30)), deaths)
}

// TestKilledAtAnyInstantLosesAndDoublesNothing ends it whenever it happens to,
// every fifth time while it starts.
func TestKilledAtAnyInstantLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(20261122, 17))
	var deaths []death
	for i := range chaotic(4, 100) {
		deaths = append(deaths, death{after: time.Duration(1+rng.IntN(400)) * time.Millisecond, early: i%5 == 3})
	}
	compare(t, requestsOf(recentLog(chaotic(3000, 30000)), chaotic(50, 30)), deaths)
}

// page is what a page says to the first person.
func (h *house) page(t *testing.T, path string) string {
	t.Helper()
	v := &visitor{handler: h.Handler()}
	v.signIn(t, "mai")
	return words(t, v, path)
}

// shows waits until a page says text.
func (h *house) shows(t *testing.T, path, text string) {
	t.Helper()
	v := &visitor{handler: h.Handler()}
	v.signIn(t, "mai")
	await(t, path+" says "+text, func() bool {
		return v.get(t, path).Code == http.StatusOK && strings.Contains(words(t, v, path), text)
	})
}
