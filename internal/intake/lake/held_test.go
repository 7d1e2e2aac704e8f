// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
)

// TestWhatIsHeldIsCopiedBeforeItsDayIsDropped drops two hours of two units of
// which one hold wants a part, then again, then with a damaged hour.
func TestWhatIsHeldIsCopiedBeforeItsDayIsDropped(t *testing.T) {
	t.Parallel()
	dir, held := t.TempDir(), t.TempDir()
	a := archive(t, dir)
	for i := range 2 {
		at := now.Add(time.Duration(i-400*24) * time.Hour)
		bring(t, a, brought(at, block(fmt.Sprint("net/u", i), "u", at, 40)), brought(at, block(fmt.Sprint("net/v", i), "v", at, 40)))
	}
	bring(t, a, brought(now, block("net/new", "u", now, 10)))
	seal(t, a, 3)
	u, err := a.Usage()
	if err != nil || u.Files != 3 || u.Rows != 170 || u.Disk == 0 || len(u.Days) < 3 || u.Days[0].Source != "dns-u" || u.Days[0].Rows != 10 {
		t.Fatalf("usage %+v, %v", u, err)
	}
	first := now.Add(-400 * 24 * time.Hour)
	holds := []lake.Hold{{ID: "h1", Selection: lake.Selection{Owners: []string{"u", "w"}, From: first.Add(10 * time.Second), To: first.Add(20 * time.Second)}},
		{ID: "h2", Selection: lake.Selection{Source: "dns-elsewhere"}}}
	before := now.Add(-300 * 24 * time.Hour)
	if n, err := a.Drop(t.Context(), before, held, holds); err != nil || n != 2 {
		t.Fatalf("%d dropped, %v", n, err)
	}
	files, err := lake.HeldFiles(held, "h1")
	if err != nil || len(files) != 1 || files[0].Rows != 10 || files[0].Blocks != 1 || files[0].Of == "" || !files[0].First.Equal(first.Add(10*time.Second)) {
		t.Fatalf("held %+v, %v", files, err)
	}
	raw, err := os.ReadFile(filepath.Join(held, "h1", files[0].File))
	if sum := sha256.Sum256(raw); err != nil || hex.EncodeToString(sum[:]) != files[0].SHA256 || int64(len(raw)) != files[0].Bytes {
		t.Errorf("the file is not as its manifest says: %v", err)
	}
	if files, err := lake.HeldFiles(held, "h2"); err != nil || len(files) != 0 {
		t.Errorf("a hold of nothing keeps %+v, %v", files, err)
	}
	if n := len(kept(t, dir)); n != 10 {
		t.Errorf("%d rows left", n)
	}
	u, err = a.Usage()
	if err != nil || u.Files != 1 || u.Rows != 10 {
		t.Errorf("usage after %+v, %v", u, err)
	}

	if err := lake.ReleaseHeld(held, "h1"); err != nil {
		t.Fatal(err)
	}
	if files, err := lake.HeldFiles(held, "h1"); err != nil || len(files) != 0 {
		t.Errorf("released: %+v, %v", files, err)
	}
	for _, id := range []string{"", ".", "..", "a/b"} {
		if lake.ReleaseHeld(held, id) == nil {
			t.Errorf("released %q", id)
		}
	}
}

// TestAnHourThatCannotBeCopiedStays damages one of two hours that are held.
func TestAnHourThatCannotBeCopiedStays(t *testing.T) {
	t.Parallel()
	dir, held := t.TempDir(), t.TempDir()
	a := archive(t, dir)
	for i := range 2 {
		at := now.Add(time.Duration(i-400*24) * time.Hour)
		bring(t, a, brought(at, block(fmt.Sprint("net/", i), "u", at, 40)))
	}
	seal(t, a, 2)
	files, err := filepath.Glob(filepath.Join(dir, "*", "*", "*", "*.parquet"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(files[0], raw, 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := a.Drop(t.Context(), now, held, []lake.Hold{{ID: "h", Selection: lake.Selection{Source: "dns-u"}}})
	if err == nil || !strings.Contains(err.Error(), filepath.Base(files[0])) || n != 1 {
		t.Errorf("%d dropped, %v", n, err)
	}
	if _, err := os.Stat(files[0]); err != nil {
		t.Errorf("the damaged hour went: %v", err)
	}
}
