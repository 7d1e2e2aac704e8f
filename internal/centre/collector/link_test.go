// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package collector_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/collector"
	"github.com/vonggac/vonggac/internal/intake/edge"
	"github.com/vonggac/vonggac/internal/platform/auth"
)

// inFlight is how many lines may be under way while a link is cut again and
// again: enough for every request to carry several blocks.
const inFlight = 100

// chaos is whether the long form of these tests runs.
func chaos() bool { return os.Getenv("VONGGAC_CHAOS") != "" }

// TestALinkThatIsCutAgainAndAgainLosesAndDoublesNothing sends through a link
// that breaks in the middle of handshakes, blocks and answers, while the stream
// of the centre fails now and then.
func TestALinkThatIsCutAgainAndAgainLosesAndDoublesNothing(t *testing.T) {
	d := one(t)
	d.fails = func(n int) bool { return n%37 == 0 }
	l := newLine(t, d.at)
	s := settle(t, d, l.ln.Addr().String())
	want := int64(100)
	if chaos() {
		want = 1000
	}
	l.mean.Store(48 << 10)
	s.run(nil)
	noise := rand.NewChaCha8([32]byte{2})
	for l.cuts.Load() < want {
		pad := make([]byte, 4<<10)
		if _, err := noise.Read(pad); err != nil {
			t.Fatal(err)
		}
		if !s.pushPadded(fmt.Sprintf("%x", pad)) {
			t.Fatal("the collector refused")
		}
		await(t, "the link gets something through", func() bool { return s.sent+s.tails-d.stored() < inFlight || l.cuts.Load() >= want })
	}
	l.mean.Store(0)
	s.arrived()
	await(t, "the account of the last request is kept", func() bool { return s.now().Lines >= int64(s.sent+s.tails) })
	c := s.now()
	if len(c.Missing()) > 0 || c.Lines != int64(s.sent+s.tails) {
		t.Errorf("missing %q, %d lines counted of %d", c.Missing(), c.Lines, s.sent)
	}
	t.Logf("%d cuts, %d lines in %d blocks, %d blocks came again", l.cuts.Load(), s.sent, c.Blocks, c.Repeated)
	last := uint64(0)
	for _, id := range d.order {
		n, err := strconv.ParseUint(id[strings.LastIndexByte(id, '/')+1:], 10, 64)
		if err != nil || n != last+1 {
			t.Fatalf("block %s came behind number %d", id, last)
		}
		last = n
	}
}

const (
	killDir  = "VONGGAC_KILL_COLLECTOR"
	killDoor = "VONGGAC_KILL_COLLECTOR_DOOR"
)

// TestAKilledCollectorLosesAndDoublesNothing kills the process of a collector at
// random instants while senders push to it, each request again until it is
// acknowledged.
func TestAKilledCollectorLosesAndDoublesNothing(t *testing.T) {
	d := one(t)
	s := settle(t, d, d.at)
	kills := 8
	if chaos() {
		kills = 100
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.door = free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	for range kills {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCollectorToKill$")
		child.Env = append(os.Environ(), killDir+"="+s.dir, killDoor+"="+s.door)
		child.Stderr = t.Output()
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		await(t, "it takes lines", func() bool { return s.push(1) })
		end := time.NewTimer(time.Duration(10+rand.IntN(150)) * time.Millisecond)
		for due := false; !due; {
			select {
			case <-end.C:
				due = true
			default:
				s.push(15)
			}
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := child.Wait(); err == nil {
			t.Error("the process ended by itself before it was killed")
		}
	}
	s.run(func(o *edge.Options) { o.Config.Listen.HTTP = []string{s.door} })
	s.arrived()
	c := s.now()
	t.Logf("%d kills, %d lines in %d blocks, %d blocks came again, %d known to the stream", kills, s.sent, c.Blocks, c.Repeated, d.again)
	if len(c.Missing()) > 0 {
		t.Errorf("missing: %s", c.Missing())
	}
}

// TestCollectorToKill is the process that is killed; without the folder it is no
// test.
func TestCollectorToKill(t *testing.T) {
	dir := os.Getenv(killDir)
	if dir == "" {
		t.Skip("the process that the test above starts and kills")
	}
	o := edge.Options{Dir: dir, Version: "test", Every: 50 * time.Millisecond, Wait: 2 * time.Millisecond}
	o.Config.Listen.HTTP = []string{os.Getenv(killDoor)}
	if err := edge.Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

// TestAFullSpoolRefusesTheNewestAndDropsNothing fills a spool while the link is
// down.
func TestAFullSpoolRefusesTheNewestAndDropsNothing(t *testing.T) {
	d := one(t)
	l := newLine(t, d.at)
	s := settle(t, d, l.ln.Addr().String())
	l.shut.Store(true)
	s.run(func(o *edge.Options) {
		o.Config.Spool.Limit = 1 << 20
		o.Limits.Request = time.Second
	})
	noise := rand.NewChaCha8([32]byte{1})
	for full := false; !full; {
		pad := make([]byte, 12<<10)
		if _, err := noise.Read(pad); err != nil {
			t.Fatal(err)
		}
		full = !s.pushPadded(fmt.Sprintf("%x", pad))
		if s.sent > 1000 {
			t.Fatal("a spool of 1 MiB took 12 MB of noise")
		}
	}
	await(t, "the status says so", func() bool {
		st, err := edge.ReadStatus(s.dir)
		return err == nil && !st.Full.IsZero() && st.Refused > 0 && st.Running && st.Failure != ""
	})
	if s.sent < 20 {
		t.Errorf("only %d blocks found room", s.sent)
	}
	before := s.sent
	l.shut.Store(false)
	s.arrived()
	await(t, "it takes lines again", func() bool { return s.push(5) })
	s.arrived()
	await(t, "it is not full any more", func() bool { return s.now().State(time.Now()) == collector.Fine })
	if c := s.now(); s.sent != before+5 || c.Said.Refused == 0 {
		t.Errorf("%d lines, report %+v", s.sent, c.Said)
	}
}

// TestARevokedCollectorIsRefusedUntilItEnrolsAgain takes nothing of it, and all
// that lay in its spool once it is enrolled again.
func TestARevokedCollectorIsRefusedUntilItEnrolsAgain(t *testing.T) {
	d := one(t)
	ctx := as(t, auth.Centre, "root")
	s := settle(t, d, d.at)
	s.run(nil)
	if !s.push(10) {
		t.Fatal("refused")
	}
	s.arrived()
	await(t, "a report", func() bool { return s.now().Said.Next > 1 })
	if _, err := d.Revoke(ctx, s.c.ID, "máy bị mất", s.now().Version); err != nil {
		t.Fatal(err)
	}
	await(t, "it is told", func() bool {
		st, err := edge.ReadStatus(s.dir)
		return err == nil && st.Refusal
	})
	if !s.push(10) {
		t.Fatal("a collector that is refused goes on keeping what comes")
	}
	s.stop()
	if n := len(d.lines()); n != 10 {
		t.Fatalf("%d lines were taken of a revoked collector", n-10)
	}
	_, code, err := d.NewCode(ctx, s.c.ID, s.now().Version)
	if err != nil {
		t.Fatal(err)
	}
	s.enrol(code, d.at)
	s.run(nil)
	s.arrived()
}

// TestACopyOfAnOlderFolderIsNoticed goes back to a copy of the folder: its
// numbers were given to other blocks, which must be neither mixed up nor lost.
func TestACopyOfAnOlderFolderIsNoticed(t *testing.T) {
	d := one(t)
	s := settle(t, d, d.at)
	s.run(nil)
	s.push(10)
	s.arrived()
	await(t, "it knows", func() bool { st, err := edge.ReadStatus(s.dir); return err == nil && st.Wanted > 1 })
	s.stop()
	old := t.TempDir()
	if err := os.CopyFS(old, os.DirFS(s.dir)); err != nil {
		t.Fatal(err)
	}
	s.run(nil)
	s.push(10)
	s.push(10)
	s.arrived()
	s.stop()
	s.dir = old
	s.run(nil)
	s.push(7) // under a number that the centre has
	await(t, "it is noticed at both ends", func() bool {
		st, err := edge.ReadStatus(s.dir)
		return err == nil && st.Copied && s.now().State(time.Now()) == collector.Copied
	})
	s.stop()
	_, code, err := d.NewCode(as(t, auth.Centre, "root"), s.c.ID, s.now().Version)
	if err != nil {
		t.Fatal(err)
	}
	s.enrol(code, d.at)
	s.run(nil)
	s.arrived()
}

// TestBlocksKeepTheirOwnerAndTheirTimeWithinReason looks at what the centre
// makes of a block whose collector has a wrong clock.
func TestBlocksKeepTheirOwnerAndTheirTimeWithinReason(t *testing.T) {
	d := one(t)
	s := settle(t, d, d.at)
	s.run(func(o *edge.Options) { o.Now = func() time.Time { return time.Now().Add(-3 * 365 * 24 * time.Hour) } })
	s.push(3)
	s.arrived()
	for id, b := range d.blocks {
		if off := time.Since(b.Received); off < 0 || off > time.Minute {
			t.Errorf("received %s ago", off)
		}
		if b.Source != "src-a" || b.Owner != "a" || !strings.HasPrefix(id, "edge/"+string(s.c.ID)+".1/") {
			t.Errorf("block %s of %s, %s", id, b.Source, b.Owner)
		}
	}
	if c := s.now(); c.Skew > -2*365*24*time.Hour {
		t.Errorf("skew %s", c.Skew)
	}
}
