// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package backup_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/backup"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

func TestWhichBackupsStay(t *testing.T) {
	t.Parallel()
	day := func(d, hour int) backup.Entry {
		at := time.Date(2026, 11, d, hour, 0, 0, 0, i18n.Hanoi)
		return backup.Entry{Name: at.Format("01-02 15"), Manifest: backup.Manifest{MadeAt: at.UTC(), Reason: backup.Nightly}}
	}
	upgrade := func(e backup.Entry) backup.Entry { e.Manifest.Reason = backup.Upgrade; return e }
	broken := backup.Entry{Name: "broken", Err: errors.New("x")}
	for name, tc := range map[string]struct {
		keep    backup.Keep
		entries []backup.Entry // newest first
		gone    []string
	}{
		"the newest of each day":       {backup.Keep{Daily: 2}, []backup.Entry{day(22, 9), day(22, 2), day(21, 2), day(20, 2)}, []string{"11-22 02", "11-20 02"}},
		"days are the province's":      {backup.Keep{Daily: 2}, []backup.Entry{day(22, 6), day(21, 23), day(21, 6)}, []string{"11-21 06"}},
		"a week and a month more":      {backup.Keep{Daily: 1, Weekly: 2, Monthly: 1}, []backup.Entry{day(22, 2), day(21, 2), day(15, 2), day(8, 2)}, []string{"11-21 02", "11-08 02"}},
		"the last one always":          {backup.Keep{}, []backup.Entry{day(22, 2), day(21, 2)}, []string{"11-21 02"}},
		"an unreadable one is left":    {backup.Keep{}, []backup.Entry{day(22, 2), broken}, nil},
		"gaps do not use up the count": {backup.Keep{Daily: 2}, []backup.Entry{day(22, 2), day(2, 2), day(1, 2)}, []string{"11-01 02"}},
		"three before upgrades": {backup.Keep{Daily: 1}, []backup.Entry{upgrade(day(22, 5)), day(22, 4), upgrade(day(21, 5)), upgrade(day(20, 5)), upgrade(day(19, 5))},
			[]string{"11-19 05"}},
	} {
		if got := tc.keep.Surplus(tc.entries, i18n.Hanoi); !slices.Equal(got, tc.gone) {
			t.Errorf("%s: %q go, want %q", name, got, tc.gone)
		}
	}
}

func TestTidyingTakesOldBackupsAndTheirFilesAlone(t *testing.T) {
	t.Parallel()
	c, to := newCentre(t, dbtest.SQLite(t, sources()...)), target(t)
	c.fill()
	at := now
	take := func() string {
		t.Helper()
		name, _, err := to.Take(t.Context(), c.source(), backup.Nightly, func() time.Time { return at }, quietly)
		if err != nil {
			t.Fatal(err)
		}
		at = at.Add(24 * time.Hour)
		return name
	}
	first := take()
	var refs []blob.Ref
	if err := c.files.All(t.Context(), func(r blob.Ref) error { refs = append(refs, r); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := c.files.Remove(refs[0].SHA256); err != nil { // only the first backup names it
		t.Fatal(err)
	}
	second, third := take(), take()
	gone, err := to.Tidy(t.Context(), backup.Keep{Daily: 2}, i18n.Hanoi, at)
	if err != nil || !slices.Equal(gone, []string{first}) {
		t.Fatalf("Tidy = %q, %v; want %q", gone, err, first)
	}
	for _, name := range []string{second, third} {
		if _, err := backup.Check(t.Context(), filepath.Join(to.Dir, name), quietly); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(inodes(t, filepath.Join(to.Dir, "store"))); n != len(refs)-1 {
		t.Errorf("%d files in the store, want %d", n, len(refs)-1)
	}
	// While one backup cannot be read, no file goes: it may name it.
	if err := os.WriteFile(filepath.Join(to.Dir, second, "manifest.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	take()
	if _, err := to.Tidy(t.Context(), backup.Keep{Daily: 1}, i18n.Hanoi, at); err != nil {
		t.Fatal(err)
	}
	if n := len(inodes(t, filepath.Join(to.Dir, "store"))); n != len(refs)-1 {
		t.Errorf("%d files in the store beside an unreadable backup, want %d", n, len(refs)-1)
	}
}

func FuzzParseRow(f *testing.F) {
	columns := []db.Column{{Name: "t", Kind: db.Text}, {Name: "n", Kind: db.Integer}, {Name: "b", Kind: db.Boolean}, {Name: "r", Kind: db.Bytes}}
	for _, line := range []string{`["x",1,true,{"b":"AA=="}]`, `[null,null,null,null]`, `[{"t":"/w=="},-9223372036854775808,false,{"b":""}]`,
		`["\u003c",1,true,null]`, `["x" ,1,true,null]`, `[1,"x",0,{}]`, `[`, ``} {
		f.Add([]byte(line + "\n"))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		values, err := backup.ParseRow(line, columns)
		if err != nil {
			return
		}
		again, err := backup.AppendRow(nil, values)
		if err != nil || !bytes.Equal(again, line) {
			t.Errorf("%q was taken and would be written as %q, %v", line, again, err)
		}
	})
}

// FuzzRowsComeBack: whatever a record holds, it is read as it was written.
func FuzzRowsComeBack(f *testing.F) {
	columns := []db.Column{{Name: "t", Kind: db.Text}, {Name: "n", Kind: db.Integer}, {Name: "b", Kind: db.Boolean}, {Name: "r", Kind: db.Bytes}}
	f.Add("xã Đình\x00\xff\u2028<", int64(-1), true, []byte{0})
	f.Fuzz(func(t *testing.T, text string, n int64, b bool, raw []byte) {
		if raw == nil {
			raw = []byte{}
		}
		line, err := backup.AppendRow(nil, []any{text, n, b, raw})
		if err != nil {
			t.Fatal(err)
		}
		got, err := backup.ParseRow(line, columns)
		if err != nil || got[0] != text || got[1] != n || got[2] != b || !bytes.Equal(got[3].([]byte), raw) {
			t.Errorf("%q came back as %v, %v", line, got, err)
		}
	})
}

func FuzzManifest(f *testing.F) {
	m := backup.Manifest{Format: 1, Product: "1", MadeAt: now.UTC(), Reason: backup.Nightly, Engine: db.SQLite,
		Tables: []backup.Table{{Name: "a", Columns: []db.Column{{Name: "b", Kind: db.Text}}, Packed: packed}}, Files: packed,
		Keys: []backup.Key{{Path: "tls/ca.crt", SHA256: packed.SHA256}}}
	raw, err := m.Encode()
	if err != nil {
		f.Fatal(err)
	}
	if _, err := backup.Parse(raw, "x"); err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"format":2}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := backup.Parse(raw, "x")
		if err != nil {
			return
		}
		again, err := m.Encode()
		if err != nil || !bytes.Equal(again, raw) {
			t.Errorf("taken, and written differently: %v", err)
		}
		for _, k := range m.Keys {
			if !filepath.IsLocal(filepath.FromSlash(k.Path)) {
				t.Errorf("key %q leads out of the folder", k.Path)
			}
		}
	})
}

const zeros = "0000000000000000000000000000000000000000000000000000000000000000"

var packed = backup.Packed{SHA256: zeros, File: zeros}
