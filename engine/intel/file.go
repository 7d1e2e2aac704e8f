// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A folder of indexes holds generations, index-00000001.vgx and so on, and
// CURRENT with the name of the one in use: a mapped file cannot be replaced on
// Windows, and elsewhere the names show which generation a process still maps.
const (
	current    = "CURRENT"
	genPrefix  = "index-"
	genSuffix  = ".vgx"
	temporary  = ".tmp"
	maxPointer = 64
)

// BuildFile writes the index of what was added as the next generation in the
// folder dir, makes it the current one and returns its path. The Builder is
// empty again. A crash at any moment leaves the generation before in place.
func (b *Builder) BuildFile(dir string) (path string, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	gens, err := generations(root)
	if err != nil {
		return "", err
	}
	next := uint64(1)
	if len(gens) > 0 {
		next = gens[len(gens)-1] + 1
	}
	t, h, data := b.build()
	defer func() { err = errors.Join(err, t.release()) }()
	sums := h.sums(data)
	copy(data[h.at[secSums].from:], sums)
	h.sumsCRC = checksum(sums)
	copy(data, h.encode())
	name := generation(next)
	if err := writeWhole(root, name, data); err != nil {
		return "", fmt.Errorf("write index %s: %w", name, err)
	}
	if err := writeWhole(root, current, []byte(name+"\n")); err != nil {
		return "", fmt.Errorf("make index %s the current one: %w", name, err)
	}
	return filepath.Join(dir, name), nil
}

// writeWhole writes a file beside its place, makes it durable and moves it
// there.
func writeWhole(root *os.Root, name string, data []byte) (err error) {
	f, err := root.OpenFile(name+temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = root.Rename(name+temporary, name)
	}
	if err != nil {
		return errors.Join(err, root.Remove(name+temporary))
	}
	return syncFolder(root)
}

func generation(n uint64) string { return fmt.Sprintf("%s%08d%s", genPrefix, n, genSuffix) }

// generations returns the numbers of those in a folder, in order.
func generations(root *os.Root) ([]uint64, error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, err
	}
	var out []uint64
	for _, e := range entries {
		digits, ok := strings.CutPrefix(e.Name(), genPrefix)
		digits, ok2 := strings.CutSuffix(digits, genSuffix)
		if n, err := strconv.ParseUint(digits, 10, 64); ok && ok2 && err == nil && generation(n) == e.Name() {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out, nil
}

// Current returns the path of the current generation in dir. The error is
// fs.ErrNotExist when there is none yet.
func Current(dir string) (string, error) {
	f, err := os.Open(filepath.Join(dir, current))
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxPointer))
	if err != nil {
		return "", err
	}
	name := strings.TrimSuffix(string(text), "\n")
	digits := strings.TrimSuffix(strings.TrimPrefix(name, genPrefix), genSuffix)
	if n, err := strconv.ParseUint(digits, 10, 64); err != nil || generation(n) != name {
		return "", fmt.Errorf("%s does not name an index; build it anew", filepath.Join(dir, current))
	}
	return filepath.Join(dir, name), nil
}

// Prune removes the generations of dir before the current one, and files that
// a crash left. One that is mapped cannot be removed on Windows: it stays until
// a later Prune.
func Prune(dir string) error {
	at, err := Current(dir)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	gens, err := generations(root)
	if err != nil {
		return err
	}
	for _, n := range gens {
		name := generation(n)
		if name == filepath.Base(at) {
			break
		}
		err = errors.Join(err, root.Remove(name))
	}
	for _, name := range []string{current + temporary, filepath.Base(at) + temporary} {
		if e := root.Remove(name); !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// Open maps an index file read-only and checks all of it against its
// checksums. It refuses a damaged file and says which section is damaged. The
// part that every question reads is copied to memory in large pages, so that
// only records of names that are listed come from the file. The caller closes
// the Index.
func Open(path string) (*Index, error) {
	t, err := openFile(path)
	if err != nil {
		return nil, fmt.Errorf("index %s: %w", path, err)
	}
	return newIndex(t), nil
}

func openFile(path string) (t *core, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errNoIndex
	case info.Size() < headSize:
		return nil, errNoIndex
	}
	m, err := mapFile(f, info.Size())
	if err != nil {
		return nil, err
	}
	if t, err = parse(m.bytes); err != nil {
		return nil, errors.Join(err, m.free())
	}
	t.memory = append(t.memory, m)
	t.warm(m.bytes)
	return t, nil
}

// parse makes a core of the bytes of a file once they are found whole.
func parse(data []byte) (*core, error) {
	var h head
	if err := h.decode(data, uint64(len(data))); err != nil {
		return nil, err
	}
	if err := h.verify(data); err != nil {
		return nil, err
	}
	return h.open(data)
}

// warm copies the hot sections to memory in large pages.
func (t *core) warm(data []byte) {
	from, to := t.at[0].from, t.at[hot-1].from+t.at[hot-1].size
	m := allocate(to - from)
	copy(m.bytes, data[from:to])
	part := func(s section) []byte {
		n := t.at[s].from - from
		return m.bytes[n:][:t.at[s].size]
	}
	t.filter, t.directory, t.prints = part(secFilter), part(secDirectory), part(secPrints)
	if m.free != nil {
		t.memory = append(t.memory, m)
	}
}
