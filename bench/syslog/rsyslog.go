// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const (
	unsynced = "rsyslog"
	synced   = "rsyslog-synced"
)

func peerNames() []string { return []string{unsynced, synced} }

// rsyslogConf takes lines by TCP and writes them as they came. Queue, batches
// and buffers are rsyslog's own defaults; lines begin with the digits of a date,
// which are no count of bytes. sync says whether each batch is synced.
const rsyslogConf = `global(workDirectory="%[1]s")
module(load="imtcp" maxSessions="10")
template(name="raw" type="string" string="%%rawmsg%%\n")
ruleset(name="all") { action(type="omfile" file="%[1]s/out" template="raw" sync="%[2]s") }
input(type="imtcp" address="127.0.0.1" port="%[3]s" ruleset="all" supportOctetCountedFraming="off")
`

// rsyslog has rsyslog take the log once.
func (r *runner) rsyslog(ctx context.Context, sync bool) (s side, err error) {
	dir, err := os.MkdirTemp(r.dir, "rsyslog-")
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	port, err := freePort(ctx)
	if err != nil {
		return s, err
	}
	conf, on := filepath.Join(dir, "conf"), "off"
	if sync {
		on = "on"
	}
	if err := os.WriteFile(conf, fmt.Appendf(nil, rsyslogConf, dir, on, port), 0o600); err != nil {
		return s, err
	}
	cmd := exec.CommandContext(ctx, "rsyslogd", "-n", "-f", conf, "-i", filepath.Join(dir, "pid"))
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return s, err
	}
	s, err = r.rsyslogTakes(ctx, cmd.Process.Pid, "127.0.0.1:"+port, filepath.Join(dir, "out"))
	err = errors.Join(err, cmd.Process.Signal(syscall.SIGTERM))
	_ = cmd.Wait() // it was told to end
	if err != nil {
		return s, fmt.Errorf("rsyslogd: %w: %s", err, said.Bytes())
	}
	return s, same(filepath.Join(dir, "out"), r.log.path)
}

func (r *runner) rsyslogTakes(ctx context.Context, pid int, address, out string) (s side, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.patience)
	defer cancel()
	err = until(ctx, "rsyslogd does not listen", 50*time.Millisecond, func() (bool, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err != nil {
			return false, nil //nolint:nilerr // not yet
		}
		return true, c.Close()
	})
	if err != nil {
		return s, err
	}
	watch := observe(pid)
	defer watch.stop()
	if err := feed(ctx, address, r.log.path); err != nil {
		return s, err
	}
	s.Sent = watch.now()
	had, grew := int64(0), time.Now()
	err = until(ctx, "rsyslog has not written all lines", 5*time.Millisecond, func() (bool, error) {
		i, err := os.Stat(out)
		switch {
		case err != nil || i.Size() >= r.log.bytes:
			return err == nil, err
		case i.Size() > had:
			had, grew = i.Size(), time.Now()
		case time.Since(grew) > 30*time.Second:
			return false, fmt.Errorf("it wrote %d bytes of %d and then nothing", had, r.log.bytes)
		}
		return false, nil
	})
	s.Stored = watch.now()
	s.Peak, _ = watch.peak()
	return s, err
}

// same fails unless two files hold the same lines. Several workers of rsyslog
// may have changed their order.
func same(a, b string) error {
	one, n, err := lineSet(a)
	if err != nil {
		return err
	}
	other, m, err := lineSet(b)
	if err == nil && (one != other || n != m) {
		err = fmt.Errorf("what rsyslog wrote is not what was sent: %d lines of %d", n, m)
	}
	return err
}

var seed = maphash.MakeSeed()

// lineSet sums up the hashes of the lines of a file.
func lineSet(path string) (set uint64, lines int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	for ; in.Scan(); lines++ {
		set += maphash.Bytes(seed, in.Bytes())
	}
	return set, lines, in.Err()
}
