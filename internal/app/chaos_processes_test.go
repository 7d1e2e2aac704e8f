// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/intake/lake/engine"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// chaosFlags are the keys and values of the configuration of a process of this
// file, as JSON.
const chaosFlags = "VONGGAC_CHAOS_FLAGS"

// shared are the stores that several processes work on: PostgreSQL, a NATS
// server, an engine of searches and a folder, each run by somebody else.
func shared(t *testing.T) map[string]string {
	t.Helper()
	n, err := server.NewServer(&server.Options{ServerName: t.Name(), Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(),
		SyncAlways: true, NoSigs: true, NoLog: true, MaxPayload: 4 << 20})
	if err != nil {
		t.Fatal(err)
	}
	n.Start()
	if !n.ReadyForConnections(10 * time.Second) {
		t.Fatal("the NATS server is not ready")
	}
	t.Cleanup(func() { n.Shutdown(); n.WaitForShutdown() })
	at, token := searchServer(t)
	return map[string]string{"records.address": dbtest.Address(t), "stream.address": n.ClientURL(), "lake.address": at, "lake.token": token, "files.folder": t.TempDir()}
}

// searchServer runs an engine of searches as somebody else's server.
func searchServer(t *testing.T) (address, token string) {
	t.Helper()
	command := engineCommand()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = t.Output()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // the word to stop
		_ = cmd.Wait()
	})
	token = "token-of-the-search-server"
	told := must(json.Marshal(engine.Config{Dir: t.TempDir(), Listen: "127.0.0.1:0", Token: token, RetentionDays: 400, MemoryBytes: 64 << 20, MinFreeBytes: 1 << 20, FlushSeconds: 1}))(t)
	if _, err := in.Write(append(told, '\n')); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	first, err := lines.ReadBytes('\n')
	var ready engine.Ready
	if err == nil {
		err = json.Unmarshal(first, &ready)
	}
	if err != nil {
		t.Fatalf("the engine says %q, %v", first, err)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	return "http://" + ready.Address, token
}

// with is the configuration of one of several processes.
func with(stores map[string]string, more ...string) []string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(stores)) {
		out = append(out, k, stores[k])
	}
	return append(out, more...)
}

// TestChaosWorker is a process that reads what waits, until it is killed or its
// standard input ends.
func TestChaosWorker(t *testing.T) {
	raw := os.Getenv(chaosFlags)
	if raw == "" {
		t.Skip("the process that the tests of this file start and kill")
	}
	var flags []string
	if err := json.Unmarshal([]byte(raw), &flags); err != nil {
		t.Fatal(err)
	}
	c := openWith(t, os.Getenv(chaosFolder), time.Now, func(o *app.Options) { o.Lease = 2 * time.Second; o.Beat = time.Second }, flags...)
	at, err := c.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("working at " + at)
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := c.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// hand is a worker process.
type hand struct {
	dir string
	at  string // of its health
	cmd *exec.Cmd
	in  io.WriteCloser
}

// startHand starts a process with these flags on dir.
func startHand(t *testing.T, dir string, flags []string) *hand {
	t.Helper()
	h := &hand{dir: dir, cmd: exec.Command(os.Args[0], "-test.run=^TestChaosWorker$", "-test.v", "-test.timeout=10m")}
	h.cmd.Env = append(os.Environ(), chaosFolder+"="+dir, chaosFlags+"="+string(must(json.Marshal(flags))(t)))
	h.cmd.Stderr = t.Output()
	var err error
	if h.in, err = h.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var said []string
	for lines.Scan() {
		if at, ok := strings.CutPrefix(lines.Text(), "working at "); ok {
			h.at = at
			go func() {
				for lines.Scan() {
				}
			}()
			return h
		}
		said = append(said, lines.Text())
	}
	t.Fatalf("the process does not work: %s", strings.Join(said, "\n"))
	return nil
}

// end tells the process to stop, kill does not tell it.
func (h *hand) end(t *testing.T) {
	t.Helper()
	_ = h.in.Close()
	if err := h.cmd.Wait(); err != nil {
		t.Errorf("the process ended with %v", err)
	}
}

func (h *hand) kill(t *testing.T) {
	t.Helper()
	if err := h.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = h.cmd.Wait()
}

// TestSeveralProcessesAreOneCentre runs pages, a listener and two workers as
// processes of their own, kills workers at random, and counts: what was sent is
// in the records and found once, and the pages of the one show what the others
// receive.
func TestSeveralProcessesAreOneCentre(t *testing.T) {
	t.Parallel()
	stores := shared(t)
	web := openWith(t, t.TempDir(), time.Now, nil, with(stores, "run", "web")...)
	ctx := web.found(t)
	web.arm(t, ctx, "bad.example\n")
	src := web.source(t, ctx, "DNS", "")
	_, token, err := web.Rooms.Sources.AddWay(ctx, source.Way{Source: src.ID, Kind: source.HTTP})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := web.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() { check(t, web.Stop(context.WithoutCancel(t.Context()))) }()
	ears := openWith(t, t.TempDir(), time.Now, nil, with(stores, "run", "listener", "intake.http", "127.0.0.1:0")...)
	if _, err := ears.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() { check(t, ears.Stop(context.WithoutCancel(t.Context()))) }()
	hands := []*hand{startHand(t, t.TempDir(), with(stores, "run", "worker")), startHand(t, t.TempDir(), with(stores, "run", "worker"))}

	for _, path := range []string{"/livez", "/readyz"} {
		if res, err := http.Get("http://" + hands[0].at + path); err != nil || res.StatusCode != http.StatusOK || res.Body.Close() != nil {
			t.Errorf("%s of a worker: %v, %v", path, res, err)
		}
	}
	if res, err := http.Get("http://" + hands[0].at + "/sign-in"); err != nil || res.StatusCode != http.StatusNotFound || res.Body.Close() != nil {
		t.Errorf("a worker shows pages: %v, %v", res, err)
	}
	requests := requestsOf(recentLog(chaotic(4000, 40000)), 50)
	kills := chaotic(2, 30)
	each := len(requests) / (kills + 1)
	for i, r := range requests {
		await(t, "a request is taken", func() bool { return push(t.Context(), ears.Receiving("http").String(), token, i, r) })
		if kills > 0 && i > 0 && i%each == 0 {
			kills--
			victim := hands[kills%2]
			victim.kill(t)
			hands[kills%2] = startHand(t, victim.dir, with(stores, "run", "worker"))
		}
	}
	lines := int64(strings.Count(strings.Join(requests, ""), "\n"))
	await(t, "all lines are in the records", func() bool { return web.taken(t) == lines })
	await(t, "all lines are found", func() bool { return web.searchable(t) == lines })
	var queries, want int64
	if err := web.Records.Read().NewRaw("SELECT SUM(queries) FROM finding").Scan(t.Context(), &queries); err != nil {
		t.Fatal(err)
	}
	for _, r := range requests {
		want += int64(strings.Count(r, ".Bad.example"))
	}
	if queries != want {
		t.Errorf("%d queries in findings, %d were sent", queries, want)
	}
	web.shows(t, "/settings/intake", ears.Receiving("http").String())
	if n := web.searchable(t); n != lines {
		t.Errorf("%d lines are found, %d were sent", n, lines)
	}
	all := map[string]bool{}
	for _, h := range hands {
		h.end(t)
		maps.Copy(all, archivedIn(t, h.dir))
	}
	if int64(len(all)) != lines {
		t.Errorf("%d lines are in the archives of the workers, %d were sent", len(all), lines)
	}
	t.Logf("%d requests of %d lines, %d workers killed: %d found, %d archived", len(requests), lines, chaotic(2, 30), web.searchable(t), len(all))
}

// archivedIn are the lines that the archive in dir holds.
func archivedIn(t *testing.T, dir string) map[string]bool {
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
	return all.lines
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// TestTwoWorkersReadAllThatOneWould states how fast one worker process and two read all
// of what waits.
func TestTwoWorkersReadAllThatOneWould(t *testing.T) {
	if os.Getenv("VONGGAC_CHAOS") == "" {
		t.Skip("a measurement: make chaos")
	}
	stores := shared(t)
	web := openWith(t, t.TempDir(), time.Now, nil, with(stores, "run", "web,listener", "intake.http", "127.0.0.1:0")...)
	ctx := web.found(t)
	web.arm(t, ctx, "bad.example\n")
	src := web.source(t, ctx, "DNS", "")
	_, token, err := web.Rooms.Sources.AddWay(ctx, source.Way{Source: src.ID, Kind: source.HTTP})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := web.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() { check(t, web.Stop(context.WithoutCancel(t.Context()))) }()
	const each = 300_000
	before := int64(0)
	for n := 1; n <= 2; n++ {
		for i, r := range requestsOf(recentLog(each), 2000) {
			await(t, "a request is taken", func() bool {
				return push(t.Context(), web.Receiving("http").String(), token, n*1_000_000+i, r)
			})
		}
		begun := time.Now()
		var hands []*hand
		for range n {
			hands = append(hands, startHand(t, t.TempDir(), with(stores, "run", "worker")))
		}
		await(t, "what waited is read", func() bool { return web.taken(t) == before+each })
		took := time.Since(begun)
		before += each
		t.Logf("%d worker processes: %d lines in %v, %.0f a second, start included", n, each, took.Round(time.Millisecond), each/took.Seconds())
		for _, h := range hands {
			h.end(t)
		}
	}
}
