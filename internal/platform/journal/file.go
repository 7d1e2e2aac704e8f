// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// File is a log file that turns over: when the next line would make it longer
// than its limit it becomes path.1, path.1 becomes path.2 and so on; the
// oldest goes. It is safe for concurrent use; Close it once.
type File struct {
	path  string
	limit int64 // bytes
	keep  int   // older files kept

	mu   sync.Mutex
	file *os.File
	size int64
}

// OpenFile opens the log at path to write behind what is there. Folder and
// file are made when absent, readable by the owner alone. limit is in bytes;
// keep, at least 1, is how many older files stay.
func OpenFile(path string, limit int64, keep int) (*File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("log file: %w", err)
	}
	f := &File{path: path, limit: limit, keep: max(1, keep)}
	return f, f.open()
}

func (f *File) open() error {
	file, err := os.OpenFile(f.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("log file: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(fmt.Errorf("log file: %w", err), file.Close())
	}
	f.file, f.size = file, info.Size()
	return nil
}

// Write implements io.Writer; p is whole lines and is never cut in two files.
func (f *File) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.size > 0 && f.size+int64(len(p)) > f.limit {
		if err := f.turn(); err != nil {
			return 0, err
		}
	}
	n, err := f.file.Write(p)
	f.size += int64(n)
	return n, err
}

// turn moves each file one on and begins a new one. The file is closed first:
// Windows renames no open file. Where a file cannot be moved, as when somebody
// reads it there, writing goes on: the file grows by as much again, and says so.
func (f *File) turn() error {
	err := f.file.Close()
	if errors.Is(err, fs.ErrClosed) { // it could not be opened the last time
		err = nil
	}
	name := func(n int) string { return f.path + "." + strconv.Itoa(n) }
	err = errors.Join(err, ignoreAbsent(os.Remove(name(f.keep))))
	for n := f.keep - 1; n >= 1; n-- {
		err = errors.Join(err, ignoreAbsent(os.Rename(name(n), name(n+1))))
	}
	err = errors.Join(err, ignoreAbsent(os.Rename(f.path, name(1))))
	if opened := f.open(); opened != nil {
		return errors.Join(err, opened)
	}
	if f.size > 0 {
		f.size = 0
		_, err = fmt.Fprintf(f.file, "level=WARN msg=\"log file cannot be turned over\" err=%q\n", fmt.Sprint(err))
		return err
	}
	return nil
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Close closes the file.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.file.Close()
}
