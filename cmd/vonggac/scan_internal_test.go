// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const hitLine = "21-Nov-2026 08:00:00.500 client 10.1.2.3#1 (a.evil.com): query: a.evil.com IN A +\n"

// endless gives lines for ever and calls stop on the way.
type endless struct {
	left int // bytes until stop
	stop context.CancelFunc
}

// Read implements io.Reader.
func (e *endless) Read(p []byte) (int, error) {
	if e.left -= len(p); e.left < 0 {
		e.stop()
	}
	return copy(p, strings.Repeat(hitLine, len(p)/len(hitLine)+1)[:len(p)-len(p)%len(hitLine)]), nil
}

func TestScanInterruptedLeavesNoHalfAccount(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	list, summary, rollup := filepath.Join(dir, "bad.txt"), filepath.Join(dir, "sum.json"), filepath.Join(dir, "roll.csv")
	if err := os.WriteFile(list, []byte("evil.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out, said bytes.Buffer
	code := run(ctx, []string{"scan", "--json", "--indicators", list, "--summary", summary, "--rollup", rollup, "-"},
		streams{in: &endless{left: 4 << 20, stop: stop}, out: &out, err: &said})
	if code != 1 || !strings.Contains(said.String(), "interrupted; hits up to here are printed, and neither summary nor roll-up is written") {
		t.Errorf("exit code %d, stderr:\n%s", code, said.String())
	}
	if !strings.Contains(out.String(), `"value":"a.evil.com"`) {
		t.Error("the hits before the interruption are not printed")
	}
	for _, path := range []string{summary, rollup} {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left behind: %v", filepath.Base(path), err)
		}
	}
}

// gone is an output whose reader has left.
type gone struct{}

// Write implements io.Writer.
func (gone) Write([]byte) (int, error) { return 0, syscall.EPIPE }

func TestScanEndsQuietlyWhenNobodyReads(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	list, log := filepath.Join(dir, "bad.txt"), filepath.Join(dir, "query.log")
	for path, text := range map[string]string{list: "evil.com\n", log: hitLine} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var said bytes.Buffer
	code := run(t.Context(), []string{"scan", "--json", "--indicators", list, log, log}, streams{in: strings.NewReader(""), out: gone{}, err: &said})
	if code != 1 || strings.Contains(said.String(), "pipe") || strings.Contains(said.String(), "total") {
		t.Errorf("exit code %d, stderr:\n%s", code, said.String())
	}
}
