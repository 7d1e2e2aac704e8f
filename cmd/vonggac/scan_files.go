// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// scanOutputs are the files that scan writes; nil when not asked for.
type scanOutputs struct{ summary, rollup *os.File }

func (o scanOutputs) any() bool { return o.summary != nil || o.rollup != nil }

// create opens the outputs before the work begins, so that a path that cannot
// be written is known at once. To write over a log or a list that is to be
// read is wrong use.
func (f scanFlags) create(logs []string) (o scanOutputs, err error) {
	read := append(append(append([]string(nil), logs...), f.indicators...), f.allow...)
	if f.mapping != "" {
		read = append(read, f.mapping)
	}
	for flag, path := range map[string]string{"--summary": f.summaryTo, "--rollup": f.rollupTo} {
		for _, in := range read {
			if path != "" && in != "-" && sameFile(path, in) {
				return o, usageError{fmt.Errorf("%s %s would write over a file that is to be read; name another", flag, path)}
			}
		}
	}
	if f.summaryTo != "" && sameFile(f.summaryTo, f.rollupTo) {
		return o, usageError{fmt.Errorf("--summary and --rollup both write to %s; name two files", f.summaryTo)}
	}
	if f.summaryTo != "" {
		if o.summary, err = os.Create(f.summaryTo); err != nil {
			return o, createError("--summary", err)
		}
	}
	if f.rollupTo != "" {
		if o.rollup, err = os.Create(f.rollupTo); err != nil {
			return o, o.close(createError("--rollup", err))
		}
	}
	return o, nil
}

func createError(flag string, err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s %s: %w; name a file that can be written", flag, visible(p.Path), p.Err)
	}
	return err
}

// sameFile reports whether two paths lead to one regular file, or would.
func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return os.SameFile(infoA, infoB) && infoA.Mode().IsRegular()
	}
	absA, errA := filepath.Abs(a)
	absB, errB := filepath.Abs(b)
	return errA == nil && errB == nil && absA == absB && b != ""
}

// close ends the outputs. When the run failed before its end they are taken
// away: half an account looks like a whole one.
func (o scanOutputs) close(failed error) error {
	half := failed != nil && !errors.Is(failed, errReported)
	err := failed
	for _, f := range []*os.File{o.summary, o.rollup} {
		if f == nil {
			continue
		}
		err = errors.Join(err, f.Close())
		if info, lost := os.Lstat(f.Name()); half && lost == nil && info.Mode().IsRegular() {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}
	return err
}
