// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Target is a folder of backups. It holds nothing open; the folder is made
// when the first backup is written.
type Target struct {
	Dir string
	// Free is how many bytes may still be written where a folder stands; nil
	// asks the system.
	Free func(dir string) (int64, error)
}

const (
	storeDir   = "store"
	lockFile   = ".lock"
	partialPre = ".partial-"
)

var entryName = regexp.MustCompile(`^(before-upgrade-[A-Za-z0-9._-]{1,40}-)?\d{4}-\d{2}-\d{2}T\d{4}Z-[0-9a-f]{8}$`)

// Name makes the name of a backup made at: its minute in UTC and a few random
// digits; one made before an upgrade says of which version.
func Name(at time.Time, reason Reason, product string) string {
	var tail [4]byte
	rand.Read(tail[:]) // never fails
	name := at.UTC().Format("2006-01-02T1504Z-") + hex.EncodeToString(tail[:])
	if reason == Upgrade {
		return "before-upgrade-" + safe(product) + "-" + name
	}
	return name
}

var unsafe = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

func safe(version string) string {
	version = unsafe.ReplaceAllString(version, "-")
	return version[:min(len(version), 32)]
}

// Entry is one backup of a target: its manifest, or why that cannot be read.
type Entry struct {
	Name     string
	Manifest Manifest
	Err      error
}

// List gives the backups of the target, newest first by the moment of their
// records; those that cannot be read stand at the end. A folder that does not
// exist has none.
func (t Target) List() ([]Entry, error) {
	dirs, err := os.ReadDir(t.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	var list []Entry
	for _, d := range dirs {
		if !d.IsDir() || !entryName.MatchString(d.Name()) {
			continue
		}
		m, err := Read(filepath.Join(t.Dir, d.Name()))
		list = append(list, Entry{d.Name(), m, err})
	}
	slices.SortStableFunc(list, func(a, b Entry) int {
		return b.Manifest.MadeAt.Compare(a.Manifest.MadeAt)
	})
	return list, nil
}

// Newest is the newest backup of the target whose manifest is sound, which may
// be one made before an upgrade; fault.NotFound when there is none.
func (t Target) Newest() (Entry, error) {
	list, err := t.List()
	if err != nil {
		return Entry{}, err
	}
	for _, e := range list {
		if e.Err == nil {
			return e, nil
		}
	}
	return Entry{}, &fault.Error{Kind: fault.NotFound, Op: "backup.Newest", Msg: "backup.none", Args: []any{t.Dir}}
}

// Read reads the manifest of the backup in dir.
func Read(dir string) (Manifest, error) {
	path := filepath.Join(dir, manifestFile)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, damaged("backup.damaged.missing", path, err)
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("read backup: %w", err)
	}
	if info.Size() > manifestSize {
		return Manifest{}, damaged("backup.damaged.manifest", path, errors.New("too long"))
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return Manifest{}, fmt.Errorf("read backup: %w", err)
	}
	return Parse(raw, path)
}

// lock makes the folder, keeps other writers out of it and removes what a
// writer that died left behind.
func (t Target) lock() (unlock func() error, err error) {
	if err := os.MkdirAll(t.Dir, 0o700); err != nil {
		return nil, wordsOf(t.Dir, fmt.Errorf("make backup folder: %w", err))
	}
	l := flock.New(filepath.Join(t.Dir, lockFile))
	got, err := l.TryLock()
	if err != nil {
		return nil, wordsOf(t.Dir, fmt.Errorf("lock backup folder: %w", err))
	}
	if !got {
		return nil, &fault.Error{Kind: fault.Unavailable, Op: "backup.lock", Msg: "backup.busy", Args: []any{t.Dir}}
	}
	dirs, err := os.ReadDir(t.Dir)
	for _, d := range dirs {
		if strings.HasPrefix(d.Name(), partialPre) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(t.Dir, d.Name())))
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("tidy backup folder: %w", err), l.Unlock())
	}
	return l.Unlock, nil
}

func (t Target) free() (int64, error) {
	if t.Free != nil {
		return t.Free(t.Dir)
	}
	return Free(t.Dir)
}

func (t Target) store(now time.Time) (*blob.Store, error) {
	return blob.Open(filepath.Join(t.Dir, storeDir), now)
}

// syncDir brings the names in a folder to disk. Windows has no such call: NTFS
// journals names itself.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
