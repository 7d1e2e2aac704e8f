// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package dbtest

import (
	"context"
	"crypto/sha256"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// blanks are empty SQLite databases by what they were migrated from: the race
// detector makes migrating one take seconds, and each test wants its own.
var blanks struct {
	sync.Mutex
	of map[[sha256.Size]byte][]byte
}

// Blank writes an empty SQLite database, migrated from sources, to path. The first
// of a process is migrated, the others are copies of it.
func Blank(t testing.TB, path string, sources ...fs.FS) {
	t.Helper()
	blanks.Lock()
	defer blanks.Unlock()
	of := digest(t, sources)
	data, made := blanks.of[of]
	if !made {
		data = migrated(t, sources)
		if blanks.of == nil {
			blanks.of = map[[sha256.Size]byte][]byte{}
		}
		blanks.of[of] = data
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// digest names what sources hold, in their order.
func digest(t testing.TB, sources []fs.FS) (sum [sha256.Size]byte) {
	t.Helper()
	all := sha256.New()
	for _, src := range sources {
		names, err := fs.Glob(src, "migrations/*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := fs.ReadFile(src, name)
			if err != nil {
				t.Fatal(err)
			}
			one := sha256.Sum256(data)
			all.Write([]byte(name + "\n"))
			all.Write(one[:])
		}
	}
	return [sha256.Size]byte(all.Sum(nil))
}

// migrated is the file of a database that was migrated and closed.
func migrated(t testing.TB, sources []fs.FS) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "blank.db")
	d, err := db.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Migrate(context.Background(), sources...)
	if closed := d.Close(); err != nil || closed != nil {
		t.Fatal("migrate:", err, closed)
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		t.Fatal("a closed database left its log beside it")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
