// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/vonggac/vonggac/internal/platform/journal"
)

// A service of Windows has no console. What a person must see at the first
// start goes to a file in the data folder instead, the log to another.

type hostedKey struct{}

// hasConsole reports whether somebody may read standard output.
func hasConsole(ctx context.Context) bool { return ctx.Value(hostedKey{}) == nil }

// linkFile, in the data folder, holds the one-time link of a first start
// without console. It works once, within a day.
const linkFile = "start-link.txt"

func leaveLink(data, link string) error {
	if err := os.WriteFile(filepath.Join(data, linkFile), []byte(link+"\r\n"), 0o600); err != nil {
		return fmt.Errorf("leave the first link: %w", err)
	}
	return nil
}

// Bounds of the log file: what turns over is 50 MiB at most.
const (
	logLimit = 10 << 20
	logKeep  = 4
)

// openLog is where the log goes: the file when one is given, else w.
func openLog(path string, w io.Writer) (io.Writer, func() error, error) {
	if path == "" {
		return w, func() error { return nil }, nil
	}
	f, err := journal.OpenFile(path, logLimit, logKeep)
	if err != nil {
		return nil, nil, err
	}
	return f, f.Close, nil
}

// lastWords keeps the last words of a program, for the event log.
type lastWords struct {
	mu   sync.Mutex
	last []byte
}

const tailSize = 2 << 10

// Write implements io.Writer.
func (t *lastWords) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, p...)
	t.last = t.last[max(0, len(t.last)-tailSize):]
	return len(p), nil
}

// String is what was written last.
func (t *lastWords) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.last)
}
