// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
)

var pids = regexp.MustCompile(`answers" pid=(\d+)`)

// pid is the engine's that answered last, 0 before the first.
func (w *words) pid() int {
	all := pids.FindAllStringSubmatch(w.String(), -1)
	if len(all) == 0 {
		return 0
	}
	n, err := strconv.Atoi(all[len(all)-1][1])
	if err != nil {
		return 0
	}
	return n
}

// healthy waits until an engine other than the one with this pid answers.
func healthy(t *testing.T, s lake.Store, w *words, other int) {
	t.Helper()
	until(t, 2*time.Minute, "an engine that answers\n"+w.String(), func() bool { return s.Health(t.Context()) == nil && w.pid() != other })
}

func TestAKilledEngineCostsSearchesOnlyAndIsRepairedExactlyOnce(t *testing.T) {
	t.Parallel()
	o, w := own(t), &words{}
	var restarts atomic.Int32
	o.Log, o.Restarted = w.logger(), func() { restarts.Add(1) }
	s := open(t, o)
	sent := map[string][]lake.Row{}
	var expected []lake.Expected
	const kills = 3
	killed := 0
	for i := range 120 {
		id := fmt.Sprint("net/", i)
		rows := block(id, "u", now.Add(-time.Duration(i)*time.Minute), 50+i)
		sent[id] = rows
		expected = append(expected, lake.Expected{Block: id, Rows: int64(len(rows)), First: rows[0].Time, Last: rows[len(rows)-1].Time})
		if i%20 != 19 {
			if _, err := s.Insert(t.Context(), rows); err != nil && !errors.Is(err, lake.ErrUnavailable) {
				t.Fatal(err)
			}
			continue
		}
		done := make(chan error, 1)
		go func() {
			_, err := s.Insert(context.WithoutCancel(t.Context()), rows)
			done <- err
		}()
		if killed < kills { // in the middle of an insert, with others in its memory
			old := w.pid()
			if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			killed++
			if err := <-done; err != nil && !errors.Is(err, lake.ErrUnavailable) {
				t.Fatal(err)
			}
			healthy(t, s, w, old)
			continue
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	fetch := func(_ context.Context, id string) ([]lake.Row, error) { return sent[id], nil }
	did, err := s.Repair(t.Context(), expected, fetch)
	if err != nil || did.Short == 0 || did.Doubled != 0 {
		t.Fatalf("repair: %+v, %v", did, err)
	}
	again, err := s.Repair(t.Context(), expected, fetch)
	if err != nil || again.Short != 0 || again.Added != 0 {
		t.Errorf("repaired again: %+v, %v", again, err)
	}
	held, err := s.Blocks(t.Context(), keys(sent))
	if err != nil {
		t.Fatal(err)
	}
	for id, rows := range sent {
		if n := int64(len(rows)); held[id] != (lake.Held{Rows: n, Lines: n}) {
			t.Errorf("%s: sent %d, held %+v", id, n, held[id])
		}
	}
	if got := restarts.Load(); got != kills {
		t.Errorf("told of %d restarts after %d kills", got, kills)
	}
	t.Logf("%+v", did)
}

func keys(m map[string][]lake.Row) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	return list
}

func TestABlockThatIsThereInPartIsFilled(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *lake.Client) {
		rows := block("net/a", "u", now, 100)
		put(t, s, append(rows[10:20:20], rows[50:60]...))
		did, err := s.Repair(t.Context(), []lake.Expected{{Block: "net/a", Rows: 100}, {Block: "net/b", Rows: 30}}, func(_ context.Context, id string) ([]lake.Row, error) {
			if id == "net/a" {
				return rows, nil
			}
			return block("net/b", "u", now, 30), nil
		})
		if want := (lake.Repaired{Blocks: 2, Short: 2, Added: 110}); err != nil || did != want {
			t.Errorf("%+v, %v", did, err)
		}
		held, err := s.Blocks(t.Context(), []string{"net/a", "net/b"})
		if err != nil || held["net/a"] != (lake.Held{Rows: 100, Lines: 100}) || held["net/b"] != (lake.Held{Rows: 30, Lines: 30}) {
			t.Errorf("%v, %v", held, err)
		}
		_, err = s.Repair(t.Context(), []lake.Expected{{Block: "net/a", Rows: 101}}, func(context.Context, string) ([]lake.Row, error) { return rows, nil })
		if err == nil {
			t.Error("a block that stays short is no success")
		}
	})
}

func TestAWedgedEngineIsFoundOutAndReplaced(t *testing.T) {
	t.Parallel()
	o, w := own(t), &words{}
	o.Log, o.HealthEvery, o.HealthTime = w.logger(), 200*time.Millisecond, time.Second
	s := open(t, o)
	healthy(t, s, w, 0)
	old := w.pid()
	if err := syscall.Kill(old, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	until(t, time.Minute, "a stopped engine", func() bool { return state(old) != "S" && state(old) != "R" })
	if _, err := s.Count(t.Context(), everyone, lake.Query{}); !errors.Is(err, lake.ErrUnavailable) && w.pid() == old {
		t.Errorf("of a wedged engine: %v", err)
	}
	healthy(t, s, w, old)
	if !ended(old) {
		t.Error("the wedged engine is still there")
	}
	if !strings.Contains(w.String(), "does not answer") {
		t.Error("the log does not say why")
	}
}

func TestAFullDiskIsTold(t *testing.T) {
	t.Parallel()
	o := own(t)
	o.MinFreeBytes = 1 << 60
	s := open(t, o)
	_, err := s.Insert(t.Context(), block("net/a", "u", now, 1))
	if !errors.Is(err, lake.ErrDiskFull) {
		t.Errorf("insert: %v", err)
	}
	if err := s.Health(t.Context()); !errors.Is(err, lake.ErrDiskFull) {
		t.Errorf("health: %v", err)
	}
	if n, err := s.Count(t.Context(), everyone, lake.Query{}); err != nil || n != 0 {
		t.Errorf("a search: %d, %v", n, err)
	}
}

func TestAnEngineThatCannotStartIsNoLongWait(t *testing.T) {
	t.Parallel()
	o, w := own(t), &words{}
	o.Env, o.Log, o.Command = nil, w.logger(), []string{"/bin/false"}
	s := open(t, o)
	if _, err := s.Count(t.Context(), everyone, lake.Query{}); !errors.Is(err, lake.ErrUnavailable) {
		t.Errorf("%v", err)
	}
	if !strings.Contains(w.String(), "ended before it answered") {
		t.Error(w.String())
	}
}

func TestTheEngineKeepsWhatItHasWhenItIsClosed(t *testing.T) {
	t.Parallel()
	o := own(t)
	s := open(t, o)
	if _, err := s.Insert(t.Context(), block("net/a", "u", now, 10)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Count(t.Context(), everyone, lake.Query{}); !errors.Is(err, lake.ErrUnavailable) {
		t.Errorf("closed: %v", err)
	}
	if n, err := open(t, o).Count(t.Context(), everyone, lake.Query{}); err != nil || n != 10 {
		t.Errorf("opened again: %d, %v", n, err)
	}
}

func TestNothingIsSecretInWhatOthersCanSeeOfTheEngine(t *testing.T) {
	t.Parallel()
	t.Cleanup(func() { _ = os.Unsetenv("VONGGAC_SOME_SECRET") }) // was not there
	if err := os.Setenv("VONGGAC_SOME_SECRET", "hidden"); err != nil {
		t.Fatal(err)
	}
	o, w := own(t), &words{}
	o.Log = w.logger()
	s := open(t, o)
	healthy(t, s, w, 0)
	for _, file := range []string{"cmdline", "environ"} {
		raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(w.pid()), file))
		if err != nil {
			t.Fatal(err)
		}
		if said := string(raw); strings.Contains(said, "hidden") || strings.Contains(strings.ToLower(said), "token") || strings.Contains(said, "127.0.0.1") {
			t.Errorf("%s: %q", file, said)
		}
	}
}

const asParent = "VONGGAC_TEST_LAKE_PARENT"

// TestParent is no test by itself: it is the parent that TestTheEngineDiesWithItsParent kills.
func TestParent(t *testing.T) {
	dir := os.Getenv(asParent)
	if dir == "" {
		t.Skip("run by another test")
	}
	o, w := own(t), &words{}
	o.Dir, o.Log = dir, w.logger()
	s := open(t, o)
	healthy(t, s, w, 0)
	fmt.Println("engine", w.pid())
	<-t.Context().Done()
}

func TestTheEngineDiesWithItsParent(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, wedged := range []bool{false, true} {
		cmd := exec.Command(exe, "-test.run=^TestParent$", "-test.v")
		cmd.Env = append(os.Environ(), asParent+"="+filepath.Join(t.TempDir(), "lake"))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		pid := 0
		for lines := bufio.NewScanner(out); pid == 0 && lines.Scan(); {
			if n, ok := strings.CutPrefix(lines.Text(), "engine "); ok {
				if pid, err = strconv.Atoi(n); err != nil {
					t.Fatal(err)
				}
			}
		}
		if pid == 0 {
			t.Fatal("the parent started no engine")
		}
		if wedged {
			if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		until(t, time.Minute, "the end of the engine", func() bool { return ended(pid) })
	}
}

// ended reports whether a process is no more, or waits to be buried by whoever inherited it.
func ended(pid int) bool { return state(pid) == "" || state(pid) == "Z" }

// state is a process's as proc_pid_stat(5) has it, "" when there is none.
func state(pid int) string {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	_, rest, ok := strings.Cut(string(raw), ") ")
	if err != nil || !ok {
		return ""
	}
	return rest[:1]
}
