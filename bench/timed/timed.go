// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package timed runs a program to its end and says what it took: the clock, the
// processor and the most memory, as the benchmarks compare them. Start at Run.
package timed

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// Result is one process that ran to its end.
type Result struct {
	Wall time.Duration
	CPU  time.Duration // of user and system, all threads
	Peak float64       // bytes resident at most; 0 when not known
	Out  []byte        // its standard output, when it went nowhere else
}

// Run runs a program with what env adds to the environment, its standard output
// to out or, when that is nil, into the result. Its error holds the first
// 4,096 bytes of what the program said on standard error.
func Run(out *os.File, env []string, name string, args ...string) (Result, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	var buf buffer
	var said capped
	cmd.Stdout, cmd.Stderr = &buf, &said
	if out != nil {
		cmd.Stdout = out
	}
	start := time.Now()
	err := cmd.Run()
	r := Result{Wall: time.Since(start), Out: buf}
	if s := cmd.ProcessState; s != nil {
		r.CPU, r.Peak = s.UserTime()+s.SystemTime(), peak(s)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		err = fmt.Errorf("%s: %w: %s", name, exit, said)
	}
	return r, err
}

type buffer []byte

// Write implements io.Writer.
func (b *buffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

// capped keeps the first bytes written to it.
type capped []byte

// Write implements io.Writer.
func (c *capped) Write(p []byte) (int, error) {
	*c = append(*c, p[:min(len(p), 4096-min(4096, len(*c)))]...)
	return len(p), nil
}
