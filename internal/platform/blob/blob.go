// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package blob keeps files by what they hold: a file's name is the SHA-256 of
// its bytes, so that the same upload is kept once and a stored file can be
// proved unchanged. It knows nothing of who may read what; the rooms do. A file
// is there whole or not at all, whatever instruction a crash falls on. Start at
// Open and Store.Put.
//
// On disk a file is ab/cdef…, the first two of the 64 hexadecimal digits naming
// the folder; bytes on their way in are in tmp/.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Ref names a stored file.
type Ref struct {
	SHA256 string // 64 lower-case hexadecimal digits
	Size   int64  // bytes
}

// Store is a folder of files. It is safe for concurrent use, also by several
// processes on one folder.
type Store struct{ root *os.Root }

const (
	temporary = "tmp"
	stale     = time.Hour // a temporary file untouched for so long has no writer
)

// Open opens the store in folder dir, made when absent, and removes what
// uploads cut off before now left behind. Close it once.
func Open(dir string, now time.Time) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open blob store: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open blob store: %w", err)
	}
	s := &Store{root}
	if err := errors.Join(s.makeFolder(temporary), s.sweep(now)); err != nil {
		return nil, errors.Join(fmt.Errorf("open blob store: %w", err), root.Close())
	}
	return s, nil
}

// Close releases the folder; files already opened stay readable.
func (s *Store) Close() error { return s.root.Close() }

// sweep removes temporary files last written more than stale before now. The
// age leaves alone what another process is writing.
func (s *Store) sweep(now time.Time) error {
	entries, err := fs.ReadDir(s.root.FS(), temporary)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if now.Sub(info.ModTime()) > stale {
			if err := s.root.Remove(path.Join(temporary, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

// Put stores what r gives, at most limit bytes, and returns its name once it is
// on disk for good. Storing the same bytes again changes nothing and gives the
// same name. It fails with fault.TooLarge past the limit, with r's own error,
// and with the context's; after a failure nothing is stored.
func (s *Store) Put(ctx context.Context, r io.Reader, limit int64) (Ref, error) {
	const op = "blob.Put"
	name := path.Join(temporary, uuid.NewString())
	f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Ref{}, fmt.Errorf("%s: %w", op, err)
	}
	ref, err := write(ctx, f, r, limit)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = s.settle(name, ref)
	}
	if err != nil {
		if gone := s.root.Remove(name); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
		if fault.Is(err, fault.TooLarge) {
			return Ref{}, err
		}
		if noRoom(err) {
			return Ref{}, fault.Full(op, err)
		}
		return Ref{}, fmt.Errorf("%s: %w", op, err)
	}
	return ref, nil
}

// write copies r to f, hashing on the way, and brings f to disk.
func write(ctx context.Context, f *os.File, r io.Reader, limit int64) (Ref, error) {
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(&patient{ctx, r}, limit))
	if err != nil {
		return Ref{}, err
	}
	// One byte more than the limit is asked for apart, since limit+1 may not fit.
	if n == limit {
		var one [1]byte
		switch more, err := io.ReadFull(&patient{ctx, r}, one[:]); {
		case more > 0:
			return Ref{}, &fault.Error{Kind: fault.TooLarge, Op: "blob.Put", Msg: "fault.too_large_of", Args: []any{i18n.Bytes(ctx, limit)}}
		case !errors.Is(err, io.EOF):
			return Ref{}, err
		}
	}
	return Ref{name(sum), n}, f.Sync()
}

func name(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil)) }

// patient is r until its context ends.
type patient struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// settle moves a complete temporary file to its place. A file already there
// with the same size is kept: it was complete before it got its name.
func (s *Store) settle(temp string, ref Ref) error {
	place, _ := locate(ref.SHA256)
	folder := path.Dir(place)
	if err := s.makeFolder(folder); err != nil {
		return err
	}
	if info, err := s.root.Stat(place); err == nil && info.Size() == ref.Size {
		if err := s.root.Remove(temp); err != nil {
			return err
		}
	} else if err := s.root.Rename(temp, place); err != nil {
		return err
	}
	// Also when the file was there: who put it may not have come this far yet.
	return s.syncFolder(folder)
}

func (s *Store) makeFolder(name string) error {
	if err := s.root.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return s.syncFolder(".")
}

// syncFolder brings the names in a folder to disk. Windows has no such call:
// NTFS journals names itself.
func (s *Store) syncFolder(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := s.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open opens a stored file for reading; the caller closes it. A name that is
// not stored, or no SHA-256 at all, is fault.NotFound.
func (s *Store) Open(_ context.Context, sha string) (io.ReadSeekCloser, error) {
	const op = "blob.Open"
	place, ok := locate(sha)
	if !ok {
		return nil, fault.Missing(op)
	}
	f, err := s.root.Open(place)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &fault.Error{Kind: fault.NotFound, Op: op, Err: err}
	case err != nil:
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	return f, nil
}

// Has reports whether a file of that name is stored.
func (s *Store) Has(_ context.Context, sha string) (bool, error) {
	place, ok := locate(sha)
	if !ok {
		return false, nil
	}
	_, err := s.root.Stat(place)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("blob.Has: %w", err)
	}
	return true, nil
}

// locate is where the file named sha stands; false when sha is no SHA-256 in
// lower-case hexadecimal.
func locate(sha string) (string, bool) {
	if len(sha) != 2*sha256.Size || strings.Trim(sha, "0123456789abcdef") != "" {
		return "", false
	}
	return path.Join(sha[:2], sha[2:]), true
}

// All calls fn with every stored file, in the order of their names. Files
// stored meanwhile may or may not be among them; fn's error ends it.
func (s *Store) All(ctx context.Context, fn func(Ref) error) error {
	folders, err := fs.ReadDir(s.root.FS(), ".")
	if err != nil {
		return fmt.Errorf("blob.All: %w", err)
	}
	for _, folder := range folders {
		if !folder.IsDir() || len(folder.Name()) != 2 {
			continue
		}
		files, err := fs.ReadDir(s.root.FS(), folder.Name())
		if err != nil {
			return fmt.Errorf("blob.All: %w", err)
		}
		for _, f := range files {
			sha := folder.Name() + f.Name()
			if _, ok := locate(sha); !ok {
				continue
			}
			info, err := f.Info()
			if err != nil {
				return fmt.Errorf("blob.All: %w", err)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := fn(Ref{sha, info.Size()}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Remove deletes a stored file; one that is not there is no error. The rooms
// never do: what was received stays. Copies of a store are tidied with it.
func (s *Store) Remove(sha string) error {
	place, ok := locate(sha)
	if !ok {
		return fault.Missing("blob.Remove")
	}
	if err := s.root.Remove(place); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("blob.Remove: %w", err)
	}
	return nil
}
