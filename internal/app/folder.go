// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// folderLock keeps a second process out of a data folder; the operating system
// drops it when the process ends, however it ends.
type folderLock struct{ *flock.Flock }

// ErrFolderBusy means that another process has the data folder open.
var ErrFolderBusy = errors.New("another vonggac is using this data folder; stop it first, or choose another folder with --data")

func lockFolder(dir string) (*folderLock, error) {
	l := flock.New(filepath.Join(dir, "lock"))
	got, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	if !got {
		return nil, fmt.Errorf("%s: %w", dir, ErrFolderBusy)
	}
	return &folderLock{l}, nil
}

func (l *folderLock) release() error { return l.Unlock() }

const (
	kindFile = "kind"
	kindReal = "centre"
	kindDemo = "demo"
)

// markFolder notes at first use whether a data folder holds a real centre or
// the fictitious one, and refuses the other use ever after: invented data is
// never mixed with real data.
func (a *App) markFolder() error {
	want := kindReal
	if a.opt.Demo {
		want = kindDemo
	}
	path := filepath.Join(a.opt.Config.Data, kindFile)
	raw, err := os.ReadFile(path)
	switch got := strings.TrimSpace(string(raw)); {
	case errors.Is(err, fs.ErrNotExist):
		return os.WriteFile(path, []byte(want+"\n"), 0o600)
	case err != nil:
		return fmt.Errorf("read kind of data folder: %w", err)
	case got != want:
		return fmt.Errorf("%s holds a %s, not a %s; choose another folder with --data", a.opt.Config.Data, got, want)
	}
	return nil
}

// IsDemo reports whether dir holds a fictitious centre; an absent or new folder
// does not.
func IsDemo(dir string) (bool, error) {
	raw, err := os.ReadFile(filepath.Join(dir, kindFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return strings.TrimSpace(string(raw)) == kindDemo, err
}
