// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/stream"
)

const (
	killFolder = "VONGGAC_KILL_STREAM"       // the child keeps its stream here
	killFrom   = "VONGGAC_KILL_STREAM_FROM"  // the first block each sender of the child sends
	killCount  = "VONGGAC_KILL_STREAM_COUNT" // how many kills; 20 without
	senders    = 4
	workers    = 3
)

// killed is what the parent knows from the lines of its children.
type killed struct {
	acked []int          // by sender: blocks it was told are stored
	seen  map[string]int // by block: how often a worker was given it
}

// TestKilledAtAnyInstantNothingAcknowledgedIsLost kills a process at random
// points while it appends and consumes. Its senders begin again, as real ones
// do, with the block they have no answer for. In the end everything that was
// acknowledged has come out, whole, and what came twice is counted.
func TestKilledAtAnyInstantNothingAcknowledgedIsLost(t *testing.T) {
	t.Parallel()
	kills, err := strconv.Atoi(os.Getenv(killCount))
	if err != nil {
		kills = 20
	}
	dir := filepath.Join(t.TempDir(), "stream")
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	k := &killed{acked: make([]int, senders), seen: map[string]int{}}
	inside := 0
	for range kills {
		if k.run(t, dir, rng.IntN(250)) {
			inside++
		}
	}
	if inside < kills*3/4 {
		t.Errorf("only %d of %d kills fell inside the work", inside, kills)
	}
	k.run(t, dir, -1)

	o := options(t)
	o.Dir = dir
	s := open(t, o)
	if f := figures(t, s); f.Pending+f.Unacknowledged+f.Dead != 0 {
		t.Errorf("something is left: %+v", f)
	}
	total, twice := 0, 0
	for w, n := range k.acked {
		for i := range n {
			total++
			switch times := k.seen[killBlock(w, i).ID]; {
			case times == 0:
				t.Errorf("block %s was acknowledged and never came", killBlock(w, i).ID)
			case times > 1:
				twice += times - 1
			}
		}
	}
	for id, times := range k.seen {
		if times > kills+1 { // once in each life
			t.Errorf("block %s came %d times in %d lives", id, times, kills+1)
		}
	}
	t.Logf("%d kills, %d blocks acknowledged, %d handed out again", kills, total, twice)
	stored := map[string]bool{}
	for k, err := range s.Recent(t.Context(), time.Time{}) {
		if err != nil {
			t.Fatal(err)
		}
		if stored[k.ID] {
			t.Errorf("block %s is stored twice", k.ID)
		}
		stored[k.ID] = true
	}
	if len(stored) < total {
		t.Errorf("%d blocks stored, %d acknowledged", len(stored), total)
	}
}

// killBlock is the n-th block of a sender.
func killBlock(sender, n int) stream.Block { return sized(n*senders+sender, 30+n%200) }

// run starts the child and kills it after it has said so many lines; -1 lets it
// end. It says whether the child was killed.
func (k *killed) run(t *testing.T, dir string, after int) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKillChild$", "-test.v")
	var from []string
	for _, n := range k.acked {
		from = append(from, strconv.Itoa(n))
	}
	cmd.Env = append(os.Environ(), killFolder+"="+dir, killFrom+"="+strings.Join(from, ","))
	if after < 0 {
		cmd.Env = append(cmd.Env, killCount+"=drain")
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	dead := false
	lines, n := bufio.NewScanner(out), 0
	for lines.Scan() {
		var what, id string
		var sender, number int
		if c, _ := fmt.Sscanf(lines.Text(), "%s %d %d %s", &what, &sender, &number, &id); c < 3 {
			if strings.Contains(lines.Text(), "bad ") {
				t.Error(lines.Text())
			}
			continue
		}
		switch what {
		case "stored":
			k.acked[sender] = number + 1
		case "came":
			k.seen[killBlock(sender, number).ID]++
		}
		if n++; n == after+1 {
			dead = true
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err != nil && !dead {
		t.Fatal(err)
	}
	return dead
}

// TestKillChild is the process that is killed; without the folder it is no
// test. Every line is written before the next step, unbuffered.
func TestKillChild(t *testing.T) {
	dir := os.Getenv(killFolder)
	if dir == "" {
		t.Skip("the process that TestKilledAtAnyInstantNothingAcknowledgedIsLost starts and kills")
	}
	o := options(t)
	o.Dir, o.Lease = dir, 300*time.Millisecond
	s := open(t, o)
	fmt.Println("open 0 0")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	drain := os.Getenv(killCount) == "drain"
	for w, text := range strings.Split(os.Getenv(killFrom), ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			for end := n + 1; !drain || n < end; n++ {
				if err := s.Append(ctx, killBlock(w, n)); err != nil {
					fmt.Println("bad append:", err)
					return
				}
				fmt.Println("stored", w, n)
			}
		})
	}
	handle := func(_ context.Context, b stream.Block, _ int) error {
		var n int
		if _, err := fmt.Sscanf(b.ID, "net/%d", &n); err != nil || string(b.Body) != string(killBlock(n%senders, n/senders).Body) {
			fmt.Printf("bad block %q\n", b.ID)
		}
		fmt.Println("came", n%senders, n/senders)
		return nil
	}
	if drain {
		wg.Wait()
		for done := false; !done; {
			// One short shift after the other, until nothing is left.
			shift, end := context.WithTimeout(ctx, 500*time.Millisecond)
			if err := s.Consume(shift, stream.Reading, workers, handle); err != nil {
				t.Fatal(err)
			}
			end()
			f := figures(t, s)
			done = f.Pending+f.Unacknowledged == 0
		}
		return
	}
	if err := s.Consume(ctx, stream.Reading, workers, handle); err != nil {
		t.Fatal(err)
	}
}
