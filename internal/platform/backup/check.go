// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Check reads everything the backup in dir holds and compares it with the
// manifest: every row stream before and after unpacking, every received file,
// every key. What does not match is fault.Invalid, naming the file.
func Check(ctx context.Context, dir string, say Say) (Manifest, error) {
	m, err := Read(dir)
	if err != nil {
		return m, err
	}
	r, err := openReader(dir, m)
	if err != nil {
		return m, err
	}
	defer r.close()
	for i, t := range m.Tables {
		say(int64(i), int64(len(m.Tables)), "backup.step.check_records")
		if err := r.rows(ctx, t.place(), t.Packed, t.Columns, nil); err != nil {
			return m, err
		}
	}
	done := int64(0)
	err = r.eachFile(ctx, func(ref blob.Ref) error {
		say(done, m.Files.Rows, "backup.step.check_files")
		done++
		return r.file(ctx, ref, io.Discard)
	})
	if err != nil {
		return m, err
	}
	for _, k := range m.Keys {
		if err := r.key(k, io.Discard); err != nil {
			return m, err
		}
	}
	return m, nil
}

func (t Table) place() string { return path.Join(recordsDir, t.Name+".jsonl.zst") }

// reader reads one backup; names in it cannot lead out of its folder.
type reader struct {
	dir   string
	root  *os.Root
	store *os.Root // nil when the folder is missing
	m     Manifest
}

func openReader(dir string, m Manifest) (*reader, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("read backup: %w", err)
	}
	r := &reader{dir: dir, root: root, m: m}
	r.store, err = os.OpenRoot(filepath.Join(filepath.Dir(filepath.Clean(dir)), storeDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(fmt.Errorf("read backup: %w", err), root.Close())
	}
	return r, nil
}

func (r *reader) close() {
	r.root.Close()
	if r.store != nil {
		r.store.Close()
	}
}

// open opens a file of the backup; one that is not there is damage.
func (r *reader) open(root *os.Root, name string) (*os.File, error) {
	if root == nil {
		return nil, damaged("backup.damaged.store", filepath.Join(filepath.Dir(r.dir), storeDir), fs.ErrNotExist)
	}
	f, err := root.Open(filepath.FromSlash(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, damaged("backup.damaged.missing", name, err)
	}
	if err != nil {
		return nil, fmt.Errorf("read backup: %w", err)
	}
	return f, nil
}

// rows reads one stream to its end and hands each row to fn, which may be nil.
// What was handed on counts only when rows returns nil.
func (r *reader) rows(ctx context.Context, name string, want Packed, columns []db.Column, fn func([]any) error) error {
	next, end, err := r.begin(name, want, columns)
	if err != nil {
		return err
	}
	defer end()
	for {
		values, more, err := next()
		if err != nil || !more {
			return err
		}
		if fn != nil {
			if err := fn(values); err != nil {
				return err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// begin opens one stream; next gives its rows and checks it at its end.
func (r *reader) begin(name string, want Packed, columns []db.Column) (next func() ([]any, bool, error), end func(), err error) {
	f, err := r.open(r.root, name)
	if err != nil {
		return nil, nil, err
	}
	u, err := newUnpacker(f, want, columns)
	if err != nil {
		return nil, nil, errors.Join(damaged("backup.damaged.content", name, err), f.Close())
	}
	next = func() ([]any, bool, error) {
		values, more, err := u.next()
		if err != nil {
			err = damaged("backup.damaged.content", name, err)
		}
		return values, more, err
	}
	return next, func() { u.close(); f.Close() }, nil
}

// eachFile hands on the received files the backup names.
func (r *reader) eachFile(ctx context.Context, fn func(blob.Ref) error) error {
	return r.rows(ctx, filesFile, r.m.Files, fileColumns, func(values []any) error {
		sha, ok := values[0].(string)
		size, ok2 := values[1].(int64)
		if !ok || !ok2 || !hexHash.MatchString(sha) {
			return damaged("backup.damaged.content", filesFile, fmt.Errorf("%v is no file", values))
		}
		return fn(blob.Ref{SHA256: sha, Size: size})
	})
}

// file copies a received file to w and proves it.
func (r *reader) file(ctx context.Context, ref blob.Ref, w io.Writer) error {
	name := path.Join(ref.SHA256[:2], ref.SHA256[2:])
	f, err := r.open(r.store, name)
	if err != nil {
		return err
	}
	defer f.Close()
	return prove(path.Join(storeDir, name), f, w, ref.Size, ref.SHA256)
}

func (r *reader) key(k Key, w io.Writer) error {
	name := path.Join(keysDir, k.Path)
	f, err := r.open(r.root, name)
	if err != nil {
		return err
	}
	defer f.Close()
	return prove(name, f, w, k.Size, k.SHA256)
}

func prove(name string, in io.Reader, w io.Writer, size int64, sha string) error {
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, sum), in)
	if err != nil {
		return err
	}
	if n != size || hex.EncodeToString(sum.Sum(nil)) != sha {
		return damaged("backup.damaged.content", name, fmt.Errorf("%d bytes, want %d with another hash", n, size))
	}
	return nil
}

// Find is the backup that from names: a backup itself, or the newest of the
// target it names.
func Find(from string) (string, error) {
	if _, err := os.Stat(filepath.Join(from, manifestFile)); err == nil || entryName.MatchString(filepath.Base(from)) {
		return from, nil
	}
	if _, err := os.Stat(from); err != nil {
		return "", &fault.Error{Kind: fault.NotFound, Op: "backup.Find", Msg: "backup.none", Args: []any{from}, Err: err}
	}
	e, err := Target{Dir: from}.Newest()
	return filepath.Join(from, e.Name), err
}
