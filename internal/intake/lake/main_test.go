// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/intake/lake/engine"
)

const asEngine = "VONGGAC_TEST_LAKE_ENGINE"

// TestMain also is the engine: the test's own binary runs as the child.
func TestMain(m *testing.M) {
	if os.Getenv(asEngine) != "" {
		if err := engine.Run(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) // the engine's packages start some before main
}

// now is the hour the tests take place in. The engine has a clock of its own
// and drops what it holds for too old, so it is near the real one.
var now = time.Now().UTC().Truncate(time.Hour)

// own are the options of an engine of our own in a fresh folder.
func own(tb testing.TB) lake.Options {
	tb.Helper()
	exe, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	return lake.Options{Dir: filepath.Join(tb.TempDir(), "lake"), Command: []string{exe}, Env: []string{asEngine + "=1"},
		Now: func() time.Time { return now.Add(59 * time.Minute) }, MemoryBytes: 64 << 20, MinFreeBytes: 1 << 20}
}

// open opens what o says and closes it at the end.
func open(tb testing.TB, o lake.Options) *lake.Client {
	tb.Helper()
	c, err := lake.Open(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Error(err)
		}
	})
	return c
}

// words collects a log.
type words struct {
	mu  sync.Mutex
	all strings.Builder
}

func (w *words) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.Write(b)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.String()
}

func (w *words) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// node starts one engine of a cluster and returns its address and how to end it.
func node(tb testing.TB, cfg engine.Config) (address string, end func()) {
	tb.Helper()
	exe, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	cfg.Listen, cfg.RetentionDays, cfg.MemoryBytes, cfg.MinFreeBytes, cfg.FlushSeconds = "127.0.0.1:0", 366, 64<<20, 1<<20, 5
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), asEngine+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	end = sync.OnceFunc(func() {
		_ = in.Close() // that is the word
		_ = cmd.Wait() // however it ended
	})
	tb.Cleanup(end)
	told, err := json.Marshal(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := in.Write(append(told, '\n')); err != nil {
		tb.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		tb.Fatal(err)
	}
	var ready engine.Ready
	if err := json.Unmarshal(line, &ready); err != nil {
		tb.Fatal(err)
	}
	return ready.Address, end
}

// cluster starts two storage nodes and a front, and returns how to reach it and
// how to end the first node.
func cluster(tb testing.TB) (o lake.Options, endNode func()) {
	tb.Helper()
	first, endNode := node(tb, engine.Config{Dir: filepath.Join(tb.TempDir(), "node"), Token: "node"})
	second, _ := node(tb, engine.Config{Dir: filepath.Join(tb.TempDir(), "node"), Token: "node"})
	front, _ := node(tb, engine.Config{Token: "front", Nodes: []string{first, second}, NodeToken: "node"})
	return lake.Options{Address: "http://" + front, Token: "front", Now: func() time.Time { return now.Add(59 * time.Minute) }}, endNode
}

// each runs a test on an engine of our own and on a cluster.
func each(t *testing.T, test func(t *testing.T, s *lake.Client)) {
	t.Helper()
	t.Run("child", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, own(t)))
	})
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		o, _ := cluster(t)
		test(t, open(t, o))
	})
}

// put inserts rows and waits until they can be found.
func put(t *testing.T, s lake.Store, rows []lake.Row) {
	t.Helper()
	refused, err := s.Insert(t.Context(), rows)
	if err != nil || refused.Total() != 0 {
		t.Fatalf("insert: %+v, %v", refused, err)
	}
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// block is n rows of one block, a second apart, from a source of unit.
func block(id, unit string, at time.Time, n int) []lake.Row {
	rows := make([]lake.Row, n)
	for i := range rows {
		rows[i] = lake.Row{Time: at.Add(time.Duration(i) * time.Second), Block: id, Line: int64(i), Source: "dns-" + unit, Owner: unit, Class: lake.DNSActivity,
			Fields: []lake.Field{
				{Name: "query.hostname", Value: fmt.Sprintf("host%d.example.vn", i%10)},
				{Name: "src_endpoint.ip", Value: fmt.Sprintf("192.0.2.%d", i%250)},
			},
			Raw: fmt.Sprintf("%s client 192.0.2.%d: query host%d.example.vn IN A", id, i%250, i%10)}
	}
	return rows
}

var everyone = lake.Scope{All: true}

// until runs try again and again until it reports true.
func until(tb testing.TB, within time.Duration, what string, try func() bool) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !try() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			tb.Fatalf("not within %s: %s", within, what)
		}
	}
}
