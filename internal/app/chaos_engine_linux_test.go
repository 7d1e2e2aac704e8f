// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
)

// engineOf is the process of the engine of searches that works in dir, 0 while
// there is none.
func engineOf(t *testing.T, dir string) int {
	t.Helper()
	list, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		command, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		if err != nil || !bytes.Contains(command, []byte("TestChaosEngine")) {
			continue
		}
		open, err := filepath.Glob(filepath.Join("/proc", e.Name(), "fd", "*"))
		if err != nil {
			continue
		}
		for _, fd := range open {
			if at, err := os.Readlink(fd); err == nil && strings.HasPrefix(at, dir+"/") {
				return pid
			}
		}
	}
	return 0
}

// TestAnEngineKilledOrWedgedCostsOnlySearches kills and stops the engine of
// searches while lines come in: they are received and read all the same, the
// page says what is wrong, and at the end all of them are found, once.
func TestAnEngineKilledOrWedgedCostsOnlySearches(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := receivingLive(t, dir, time.Now, func(o *app.Options) { o.LakeCommand, o.Beat = engineCommand(), time.Second })
	signals := chaotic([]syscall.Signal{syscall.SIGKILL}, []syscall.Signal{syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGKILL})
	requests := requestsOf(recentLog(chaotic(2000, 20000)), 100)
	step, sent := len(requests)/(len(signals)+1), 0
	some := func(to int) {
		for ; sent < to; sent++ {
			s.push(t, sent, requests[sent])
		}
		await(t, "what was sent is in the records", func() bool { return s.taken(t) == int64(sent*100) })
	}
	some(step)
	await(t, "the engine works", func() bool { return engineOf(t, dir) != 0 && s.searchable(t) == int64(sent*100) })
	for i, signal := range signals {
		pid := engineOf(t, dir)
		if err := syscall.Kill(pid, signal); err != nil {
			t.Fatal(err)
		}
		some((i + 2) * step)
		if signal == syscall.SIGSTOP {
			s.shows(t, "/settings/intake", "chưa trả lời")
		}
		await(t, "there is another engine", func() bool { other := engineOf(t, dir); return other != 0 && other != pid })
		await(t, "all is found again", func() bool { return s.searchable(t) == int64(sent*100) })
	}
	s.shows(t, "/settings/intake", "đủ đến hiện tại")
	t.Logf("%d lines through %d signals: %d found", sent*100, len(signals), s.searchable(t))
}

// smallDisk is a disk of its own.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return disk
}

// fill leaves free bytes on the disk, none when it is 0, and returns how to
// take that back.
func fill(t *testing.T, disk string, free int64) (release func()) {
	t.Helper()
	path := filepath.Join(disk, "ballast")
	f, err := os.Create(path)
	done(t, err)
	if free == 0 {
		if _, err := io.Copy(f, endless{}); !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("the disk does not fill: %v", err)
		}
	} else {
		var at syscall.Statfs_t
		done(t, syscall.Statfs(disk, &at))
		done(t, syscall.Fallocate(int(f.Fd()), 0, 0, int64(at.Bavail)*at.Bsize-free))
	}
	done(t, f.Close())
	return func() { done(t, os.Remove(path)) }
}

// TestAFullDiskRefusesAndLosesNothing fills the disk under a centre that
// receives, to below its reserve and to the last byte: senders by HTTP are told
// to keep what they have, senders by TCP are not read from, the page says why,
// and with room again everything that was sent stands in the records, once.
func TestAFullDiskRefusesAndLosesNothing(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, "400m")
	dir := filepath.Join(disk, "data")
	s := receivingLive(t, dir, time.Now, nil)
	requests := requestsOf(recentLog(3000), 100)
	sent, lines := 0, 0
	some := func(n int) {
		for range n {
			s.push(t, sent, requests[sent])
			sent++
			lines += 100
		}
		await(t, "what was sent is taken", func() bool { return s.taken(t) == int64(lines) })
	}
	some(5)
	for round, free := range []int64{32 << 20, 0} {
		release := fill(t, disk, free)
		q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.Receiving("http").String()+"/ingest", strings.NewReader(requests[sent]))
		done(t, err)
		q.Header.Set("Authorization", "Bearer "+s.token)
		answer, err := http.DefaultClient.Do(q)
		done(t, err)
		told, _ := io.ReadAll(answer.Body)
		done(t, answer.Body.Close())
		if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" || !strings.Contains(string(told), "send it again") {
			t.Errorf("with %d bytes left a sender is told %d %q", free, answer.StatusCode, told)
		}
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.Receiving("tcp").String())
		done(t, err)
		part := strings.Join(requests[10:20], "")
		wrote := 0
		for { // more than all buffers on the way hold, so that the sender must wait
			done(t, c.SetWriteDeadline(time.Now().Add(700*time.Millisecond)))
			n, err := io.WriteString(c, part)
			wrote += n
			if err != nil {
				break
			}
			if wrote > 256<<20 {
				t.Fatal("a sender by TCP is read from for ever")
			}
		}
		if free > 0 { // on a disk without a byte nobody can sign in
			s.shows(t, "/settings/intake", "Ổ đĩa sắp đầy: không nhận thêm nhật ký")
			s.shows(t, "/sources/"+string(s.src.ID), "Ổ đĩa máy chủ sắp đầy: không nhận thêm nhật ký")
			s.shows(t, "/sources/"+string(s.src.ID)+"/live", "giữ lại dòng chưa nhận, rồi gửi tiếp. ")
		}
		release()
		done(t, c.SetWriteDeadline(time.Time{}))
		rest := part[wrote%len(part):]
		_, err = io.WriteString(c, rest)
		done(t, err)
		done(t, c.Close())
		lines += (wrote + len(rest)) / len(part) * 1000
		t.Logf("round %d: the sender by TCP was stopped after %d bytes", round, wrote)
		some(5)
	}
	if page := s.page(t, "/settings/intake"); strings.Contains(page, "Ổ đĩa sắp đầy") {
		t.Error("the page goes on saying that the disk is full")
	}
	done(t, s.Attend(t.Context())) // the figures of listeners are kept once a minute
	page := s.page(t, "/sources/"+string(s.src.ID))
	if !strings.Contains(page, "ổ đĩa máy chủ sắp đầy, bên gửi phải gửi lại") {
		t.Error("the page of the source does not say that requests were refused")
	}
	if strings.Contains(page, "không nhận thêm nhật ký") {
		t.Error("the page of the source goes on saying that the disk is full")
	}
	s.end(t)
	n := archived(t, dir)
	if n != lines {
		t.Errorf("%d lines are in the archive, %d were sent", n, lines)
	}
	t.Logf("%d lines sent, %d archived", lines, n)
}

// TestAnEngineWithoutDiskCostsOnlySearches leaves the engine of searches less
// than it wants free.
func TestAnEngineWithoutDiskCostsOnlySearches(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, "1300m")
	s := receivingLive(t, filepath.Join(disk, "data"), time.Now, func(o *app.Options) { o.LakeCommand, o.Beat = engineCommand(), time.Second })
	requests := requestsOf(recentLog(4000), 10)
	sent := 0
	some := func() {
		s.push(t, sent, requests[sent])
		sent++
	}
	some()
	await(t, "the first lines are found", func() bool { return s.searchable(t) == 10 })
	release := fill(t, disk, 600<<20)
	await(t, "the page says so", func() bool { // the engine looks at its disk now and then
		some()
		return strings.Contains(s.page(t, "/settings/intake"), "chưa trả lời")
	})
	some()
	await(t, "the records have all", func() bool { return s.taken(t) == int64(sent*10) })
	if n := s.searchable(t); n >= int64(sent*10) {
		t.Errorf("%d lines are found on a full disk, %d were sent", n, sent*10)
	}
	release()
	await(t, "all are found", func() bool { return s.searchable(t) == int64(sent*10) })
	s.shows(t, "/settings/intake", "đủ đến hiện tại")
}
