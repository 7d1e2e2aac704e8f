// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// follower reads the files of one listener as they grow. It looks at them again
// and again, which works on every file system and misses no rotation: a file
// that was renamed stays open until it has been still for a while, and after a
// restart it is looked for in its folder. New files are read from their start.
//
// A pattern should not match what rotation makes by copying: a copy is another
// file with the same lines.
type follower struct {
	door  *door
	store *store
	files []*followed
	old   []position         // of the run before, not yet found
	bad   map[trouble]string // why something cannot be done, told once
}

// trouble is what cannot be done with a file: "find", "read" or "leave".
type trouble struct{ what, path string }

const (
	mostFiles = 4096
	linger    = 10 * time.Second // a file that left its path may still be written to
)

func newFollower(d *door) (*follower, error) {
	s, err := openStore(d.s.opt.State, d.spec.Name)
	if err != nil {
		return nil, err
	}
	old, err := s.load()
	if err != nil {
		return nil, errors.Join(err, s.root.Close())
	}
	return &follower{door: d, store: s, old: old, bad: map[trouble]string{}}, nil
}

// run reads until the server stops.
func (f *follower) run() {
	defer f.store.root.Close()
	f.reopen()
	for !f.stopping() {
		f.scan()
		if f.readAll() {
			continue
		}
		t := time.NewTimer(f.door.s.limits.Poll)
		select {
		case <-t.C:
		case <-f.door.s.stopping:
		}
		t.Stop()
	}
	for _, t := range f.files {
		f.tell("leave", t.at.Path, t.close())
	}
}

func (f *follower) stopping() bool {
	select {
	case <-f.door.s.stopping:
		return true
	default:
		return false
	}
}

// tell counts and logs an error of a file, once until it changes.
func (f *follower) tell(what, path string, err error) {
	key := trouble{what, path}
	if err == nil {
		delete(f.bad, key)
		return
	}
	if errors.Is(err, errStopped) || f.bad[key] == err.Error() || len(f.bad) > mostFiles {
		return
	}
	f.bad[key] = err.Error()
	f.door.tally.one(Unreadable, []byte(err.Error()), f.door.s.now())
	f.door.s.log.Warn("a followed file cannot be read", "listener", f.door.spec.Name, "path", path, "err", err)
}

// reopen finds the files of the run before: at their path, else under another
// name in the same folder. Those that are nowhere were removed, perhaps before
// all was read, which is counted.
func (f *follower) reopen() {
	for _, p := range f.old {
		t, err := f.find(p)
		if err != nil {
			f.tell("find", p.Path, err)
			continue
		}
		if t != nil {
			f.files = append(f.files, t)
			continue
		}
		f.door.tally.one(Vanished, []byte(p.Path), f.door.s.now())
		f.tell("leave", p.Path, f.store.forget(p))
	}
	f.old = nil
}

func (f *follower) find(p position) (*followed, error) {
	names := []string{p.Path}
	entries, err := os.ReadDir(filepath.Dir(p.Path))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		if name := filepath.Join(filepath.Dir(p.Path), e.Name()); name != p.Path && e.Type().IsRegular() {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if t, err := f.claim(p, name); t != nil || err != nil {
			return t, err
		}
	}
	return nil, nil
}

// claim opens path when it is the file of p.
func (f *follower) claim(p position, path string) (*followed, error) {
	file, err := openShared(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err != nil && path != p.Path:
		return nil, nil
	case err != nil:
		return nil, err
	}
	id, err := fileID(file)
	same := false
	if err == nil && id == p.File {
		same, err = p.begins(file)
	}
	if err != nil || !same {
		return nil, errors.Join(err, file.Close())
	}
	t, err := follow(f.door, f.store, file, p)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	t.at.Path, t.left = path, path != p.Path
	return t, nil
}

// scan finds out which files the patterns name now.
func (f *follower) scan() {
	at := map[string]bool{}
	for _, pattern := range f.door.spec.Paths {
		names, err := filepath.Glob(pattern)
		if err != nil {
			continue // the pattern was checked
		}
		for _, name := range names {
			if !at[name] {
				at[name] = true
				f.tell("find", name, f.visit(name))
			}
		}
	}
	for _, t := range f.files {
		if !t.left && !at[t.at.Path] {
			t.left, t.still = true, time.Now()
		}
	}
}

// visit makes sure that the file at path is followed.
func (f *follower) visit(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // gone between the two calls
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return nil
	}
	for _, t := range f.files {
		if t.at.Path == path && !t.left && !os.SameFile(info, t.info) {
			t.left, t.still = true, time.Now()
		}
	}
	for _, t := range f.files {
		if os.SameFile(info, t.info) {
			if t.at.Path != path || t.left {
				t.at.Path, t.left, t.dirty = path, false, true
			}
			return nil
		}
	}
	if len(f.files) >= mostFiles {
		return errors.New("too many files are followed already: " + path)
	}
	file, err := openShared(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	p, err := newPosition(path, file)
	if err == nil {
		err = f.store.save(&p)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	t, err := follow(f.door, f.store, file, p)
	if err != nil {
		return errors.Join(err, file.Close())
	}
	f.files = append(f.files, t)
	return nil
}

// readAll gives every file a few blocks and tells whether one has more.
func (f *follower) readAll() bool {
	more := false
	f.files = slices.DeleteFunc(f.files, func(t *followed) bool {
		if f.stopping() {
			return false
		}
		again, done, err := f.advance(t)
		f.tell("read", t.at.Path, err)
		more = more || again
		return done
	})
	return more
}

const turn = 16 // blocks of one file before the next has its turn

// advance reads on in t. done means that it has left its path, is read to its
// end and still, and is forgotten.
func (f *follower) advance(t *followed) (more, done bool, err error) {
	if err := t.look(); err != nil {
		return false, false, err
	}
	over := t.left && time.Since(t.still) >= f.linger()
	for range turn {
		more, err = t.step(over)
		if err != nil || !more {
			break
		}
	}
	if more || err != nil || !over || t.at.Offset < t.size && t.lane != nil {
		return more, false, err
	}
	if t.at.Offset < t.size { // no way was known for it as long as it was there
		f.door.tally.one(Vanished, []byte(t.at.Path), f.door.s.now())
	}
	return false, true, errors.Join(t.close(), f.store.forget(t.at))
}

// linger is ten seconds as the files are usually looked at.
func (f *follower) linger() time.Duration { return min(linger, 10*f.door.s.limits.Poll) }
