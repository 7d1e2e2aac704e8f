// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package backup_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/backup"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

var now = time.Date(2026, 11, 22, 2, 0, 0, 0, i18n.Hanoi)

func clock() time.Time { return now }

// schema has every kind of column, a table without key, and rows that refer to
// rows of their own and of a later table.
var schema = fstest.MapFS{
	"migrations/20260101000000_first.sql": {Data: []byte(`-- +goose Up
CREATE TABLE zone (id TEXT PRIMARY KEY, parent TEXT REFERENCES zone (id), hot BOOLEAN NOT NULL, raw BYTEA, n BIGINT);
CREATE TABLE item (id TEXT NOT NULL, zone_id TEXT NOT NULL REFERENCES zone (id), sha TEXT NOT NULL, PRIMARY KEY (zone_id, id));
CREATE TABLE count (seq BIGINT NOT NULL);
INSERT INTO count (seq) VALUES (0);
CREATE TABLE web_session (token TEXT PRIMARY KEY);
`)}}

var later = fstest.MapFS{"migrations/20270101000000_more.sql": {Data: []byte("-- +goose Up\nCREATE TABLE extra (id TEXT PRIMARY KEY);\nINSERT INTO extra (id) SELECT id FROM zone;\n")}}

func sources() []fs.FS { return []fs.FS{schema, audit.Migrations} }

// centre is a place with records, files and keys.
type centre struct {
	*testing.T
	records *db.DB
	files   *blob.Store
	data    string
}

func newCentre(t *testing.T, d *db.DB) *centre {
	t.Helper()
	c := &centre{T: t, records: d, data: filepath.Join(t.TempDir(), "Dữ liệu Trung tâm")}
	var err error
	if c.files, err = blob.Open(filepath.Join(c.data, "files"), now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.files.Close() })
	return c
}

func (c *centre) fill() {
	c.Helper()
	c.write("keys/secret.key", "bí mật")
	c.write("tls/ca.crt", "chứng thư")
	c.exec("INSERT INTO web_session (token) VALUES ('open sesame')")
	c.exec("UPDATE count SET seq = 9223372036854775807")
	c.exec("INSERT INTO zone (id, parent, hot, raw, n) VALUES ('z', NULL, TRUE, ?, ?), ('a', 'z', FALSE, NULL, NULL)", []byte{0, 255, '\n'}, int64(math.MinInt64))
	c.exec("INSERT INTO zone (id, parent, hot, raw, n) VALUES (?, 'z', FALSE, ?, 0)", "Đ <b>\"xã\"\u2028&\n\ttab", []byte{})
	for i := range 50 {
		c.item("a", fmt.Sprintf("mục %d", i), fmt.Sprintf("nội dung %d %s", i, strings.Repeat("x", i*37)))
	}
	for _, id := range []string{"B", "b", "Á", "a", "é", "_", "-"} { // collations put these in other orders
		c.item("z", id, "same")
	}
}

func (c *centre) write(name, text string) {
	c.Helper()
	path := filepath.Join(c.data, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		c.Fatal(err)
	}
}

func (c *centre) exec(query string, args ...any) {
	c.Helper()
	err := c.records.Housekeep(c.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
	if err != nil {
		c.Fatal(err)
	}
}

// item stores a file, then the row that names it with its audit entry.
func (c *centre) item(zone, id, text string) {
	ref, err := c.files.Put(c.Context(), strings.NewReader(text), math.MaxInt64)
	if err == nil {
		err = c.records.Write(c.Context(), func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.ExecContext(ctx, "INSERT INTO item (id, zone_id, sha) VALUES (?, ?, ?)", id, zone, ref.SHA256); err != nil {
				return err
			}
			return audit.Add(ctx, tx, now, audit.Entry{Action: "item.add", Kind: "item", Object: id})
		})
	}
	if err != nil {
		c.Error(err)
	}
}

func (c *centre) source() backup.Source {
	c.Helper()
	s, err := c.records.Schema(c.Context(), sources()...)
	if err != nil {
		c.Fatal(err)
	}
	return backup.Source{Records: c.records, Files: c.files, Schema: s.Applied, Data: c.data, Product: "test",
		Skip: func(path string) bool { return path == "files" }}
}

func quietly(int64, int64, string) {}

func (c *centre) take(t backup.Target) (dir string, m backup.Manifest) {
	c.Helper()
	name, m, err := t.Take(c.Context(), c.source(), backup.Asked, clock, quietly)
	if err != nil {
		c.Fatal(err)
	}
	return filepath.Join(t.Dir, name), m
}

func target(t *testing.T) backup.Target {
	return backup.Target{Dir: filepath.Join(t.TempDir(), "Bản sao lưu, ổ D", "lồng nhau")}
}

func (c *centre) into(d *db.DB, migrations ...fs.FS) backup.Into {
	fresh := newCentre(c.T, d)
	return backup.Into{Records: d, Files: fresh.files, Data: fresh.data, Sources: migrations}
}

var engines = map[string]func(testing.TB, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres}

func TestABackupComesBackOnEitherEngine(t *testing.T) {
	t.Parallel()
	for from, open := range engines {
		for to, reopen := range engines {
			t.Run(from+" to "+to, func(t *testing.T) {
				t.Parallel()
				c := newCentre(t, open(t, sources()...))
				c.fill()
				dir, m := c.take(target(t))
				into := c.into(bare(t, reopen), schema, audit.Migrations, later)
				got, err := backup.Restore(t.Context(), dir, into, quietly)
				if err != nil {
					t.Fatal(err)
				}
				if len(got.Tables) != 6 || got.Files != 51 || got.Bytes != m.Bytes || m.Rows() != 3+57+1+2*57 {
					t.Errorf("came back: %+v", got)
				}
				for _, table := range got.Tables {
					if !table.Same() || table.Restored == 0 && table.Table != "audit_seal" {
						t.Errorf("table %+v", table)
					}
				}
				expect := func(query string, want any) {
					t.Helper()
					var n any
					if err := into.Records.Read().NewRaw(query).Scan(t.Context(), &n); err != nil || fmt.Sprint(n) != fmt.Sprint(want) {
						t.Errorf("%s = %v, %v; want %v", query, n, err, want)
					}
				}
				expect("SELECT COUNT(*) FROM web_session", 0)
				expect("SELECT seq FROM count", int64(math.MaxInt64))
				expect("SELECT COUNT(*) FROM extra", 3) // the later migration ran on the rows
				for name, want := range map[string]string{"keys/secret.key": "bí mật", "tls/ca.crt": "chứng thư"} {
					if raw, err := os.ReadFile(filepath.Join(into.Data, filepath.FromSlash(name))); err != nil || string(raw) != want {
						t.Errorf("%s = %q, %v", name, raw, err)
					}
				}
				if to == "postgres" { // the references stand as the migrations made them
					expect("SELECT COUNT(*) FROM pg_constraint WHERE contype = 'f' AND condeferrable", 0)
				}
				err = into.Records.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					_, err := tx.ExecContext(ctx, "INSERT INTO item (id, zone_id, sha) VALUES ('x', 'nowhere', '')")
					return err
				})
				if err == nil {
					t.Error("after the restore a row may refer to nothing")
				}
			})
		}
	}
}

// bare is an empty database on an engine, without even the notes of goose.
func bare(t *testing.T, open func(testing.TB, ...fs.FS) *db.DB) *db.DB {
	t.Helper()
	d := open(t, fstest.MapFS{"migrations/20250101000000_none.sql": {Data: []byte("-- +goose Up\nSELECT 1;\n")}})
	err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "DROP TABLE goose_db_version")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestASecondBackupCopiesOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	c, to := newCentre(t, dbtest.SQLite(t, sources()...)), target(t)
	c.fill()
	c.take(to)
	before := inodes(t, filepath.Join(to.Dir, "store"))
	c.item("a", "new", "one more")
	dir, m := c.take(to)
	after := inodes(t, filepath.Join(to.Dir, "store"))
	if len(after) != len(before)+1 || m.Files.Rows != int64(len(after)) {
		t.Errorf("%d files in the store after %d, the manifest counts %d", len(after), len(before), m.Files.Rows)
	}
	for name, info := range before {
		if !os.SameFile(info, after[name]) {
			t.Errorf("%s was copied again", name)
		}
	}
	if _, err := backup.Check(t.Context(), dir, quietly); err != nil {
		t.Error(err)
	}
}

func inodes(t *testing.T, dir string) map[string]fs.FileInfo {
	t.Helper()
	list := map[string]fs.FileInfo{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		list[path] = info
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Every file of a backup is changed in seeded places, cut short, made longer
// and taken away; of the manifest every single byte is changed. A restore
// refuses each and writes nothing.
func TestADamagedBackupIsRefused(t *testing.T) {
	t.Parallel()
	c, to := newCentre(t, dbtest.SQLite(t, sources()...)), target(t)
	c.fill()
	dir, _ := c.take(to)
	rng := rand.New(rand.NewPCG(1, 1600))
	tried := 0
	refused := func(what string) {
		t.Helper()
		tried++
		if _, err := backup.Check(t.Context(), dir, quietly); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: Check = %v, want Invalid", what, err)
		}
	}
	for path := range inodes(t, to.Dir) {
		if strings.HasPrefix(filepath.Base(path), ".") {
			continue // the lock
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		put := func(what string, b []byte) {
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			refused(filepath.Base(path) + " " + what)
		}
		flipped := func(i int) []byte { return slices.Concat(raw[:i], []byte{raw[i] ^ (1 << rng.IntN(8))}, raw[i+1:]) }
		if filepath.Base(path) == "manifest.json" {
			for i := range raw {
				tried++
				if _, err := backup.Parse(flipped(i), path); !fault.Is(err, fault.Invalid) {
					t.Errorf("manifest with byte %d changed: %v, want Invalid", i, err)
				}
			}
		}
		for _, i := range []int{0, len(raw) / 2, len(raw) - 1, rng.IntN(len(raw)), rng.IntN(len(raw))} {
			put(fmt.Sprint("with byte ", i, " changed"), flipped(i))
		}
		put("cut short", raw[:len(raw)-1])
		put("empty", nil)
		put("made longer", slices.Concat(raw, []byte("\n")))
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		refused(filepath.Base(path) + " taken away")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := backup.Check(t.Context(), dir, quietly); err != nil {
		t.Errorf("mended again: %v", err)
	}
	t.Logf("%d kinds of damage were found", tried)

	table := filepath.Join(dir, "records", "item.jsonl.zst")
	raw, err := os.ReadFile(table)
	if err == nil {
		err = os.WriteFile(table, raw[:len(raw)-3], 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	into := c.into(bare(t, dbtest.SQLite), sources()...)
	if _, err := backup.Restore(t.Context(), dir, into, quietly); !fault.Is(err, fault.Invalid) {
		t.Errorf("Restore of a damaged backup = %v, want Invalid", err)
	}
	if tables, err := into.Records.Tables(t.Context(), into.Records.Read()); err != nil || len(tables) != 0 {
		t.Errorf("the refused restore left %v, %v", tables, err)
	}
}

func TestAnEditedManifestIsRefused(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t, sources()...))
	c.fill()
	dir, m := c.take(target(t))
	path := filepath.Join(dir, "manifest.json")
	for name, edit := range map[string]func(*backup.Manifest){
		"a newer format":           func(m *backup.Manifest) { m.Format = 2 },
		"a newer schema":           func(m *backup.Manifest) { m.Schema = append(m.Schema, 20990101000000) },
		"a table outside":          func(m *backup.Manifest) { m.Tables[0].Name = "../../etc" },
		"a key outside":            func(m *backup.Manifest) { m.Keys[0].Path = "../x" },
		"another count":            func(m *backup.Manifest) { m.Tables[0].Rows++ },
		"a table the backup lacks": func(m *backup.Manifest) { m.Tables[0].Name = "other" },
	} {
		edited := m
		edited.Tables, edited.Keys, edited.Schema = slices.Clone(m.Tables), slices.Clone(m.Keys), slices.Clone(m.Schema)
		edit(&edited)
		raw, err := edited.Encode() // sealed anew: by hand, not by chance
		if err == nil {
			err = os.WriteFile(path, raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Restore(t.Context(), dir, c.into(bare(t, dbtest.SQLite), sources()...), quietly); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
}

func TestOnlyAnEmptyPlaceIsRestoredInto(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t, sources()...))
	c.fill()
	dir, _ := c.take(target(t))
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := backup.Restore(t.Context(), dir, c.into(open(t, schema), sources()...), quietly); !fault.Is(err, fault.Conflict) {
				t.Errorf("Restore over records = %v, want Conflict", err)
			}
		})
	}
}

// A disk that fills in the middle fails the backup with a sentence, costs no
// older backup, and gets its room back.
func TestAFullDiskCostsNoOlderBackup(t *testing.T) {
	t.Parallel()
	c, to := newCentre(t, dbtest.SQLite(t, sources()...)), target(t)
	c.fill()
	old, _ := c.take(to)
	before := inodes(t, to.Dir)
	big := make([]byte, 20<<20)
	rand.NewChaCha8([32]byte{}).Read(big)
	ref, err := c.files.Put(t.Context(), bytes.NewReader(big), math.MaxInt64)
	if err != nil {
		t.Fatal(err)
	}
	for name, free := range map[string][]int64{
		"too full to begin":         {ref.Size},
		"filled while it was going": {1 << 40, 1 << 40, 1 << 10},
	} {
		to.Free = func(string) (int64, error) {
			n := free[0]
			if len(free) > 1 {
				free = free[1:]
			}
			return n, nil
		}
		_, _, err := to.Take(t.Context(), c.source(), backup.Nightly, clock, quietly)
		if e := fault.Of(err); !fault.Is(err, fault.TooLarge) || e.Msg != "backup.no_room" {
			t.Errorf("%s: %v, want no_room", name, err)
		}
		if after := inodes(t, to.Dir); len(after) != len(before) {
			t.Errorf("%s: %d files stand where %d were", name, len(after), len(before))
		}
	}
	if _, err := backup.Check(t.Context(), old, quietly); err != nil {
		t.Errorf("the older backup: %v", err)
	}
}

func TestAReceivedFileThatRottedIsNamedNotLost(t *testing.T) {
	t.Parallel()
	c := newCentre(t, dbtest.SQLite(t, sources()...))
	c.fill()
	var first blob.Ref
	if err := c.files.All(t.Context(), func(r blob.Ref) error { first = r; return io.EOF }); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.data, "files", first.SHA256[:2], first.SHA256[2:]), []byte("rotten"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir, m := c.take(target(t))
	if m.Whole() || len(m.Broken) != 1 || m.Broken[0] != first.SHA256 || m.Files.Rows != 50 {
		t.Errorf("broken %v of %d files", m.Broken, m.Files.Rows)
	}
	if _, err := backup.Check(t.Context(), dir, quietly); err != nil {
		t.Errorf("the rest: %v", err)
	}
}

// Writers store files and rows as fast as they can while backups are taken;
// each restored copy is one moment: every row's file is there, references hold,
// and there are as many audit entries as items.
func TestABackupUnderLoadIsOneMoment(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources(), func(t *testing.T, d *db.DB) {
		c, to := newCentre(t, d), target(t)
		c.exec("INSERT INTO zone (id, parent, hot, raw, n) VALUES ('a', NULL, TRUE, NULL, NULL)")
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for w := range 3 {
			wg.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
						c.item("a", fmt.Sprint(w, "-", i), fmt.Sprint("file ", w, i))
					}
				}
			})
		}
		var dirs []string
		for len(dirs) < 4 {
			dir, m := c.take(to)
			dirs = append(dirs, dir)
			t.Logf("%d rows, %d files", m.Rows(), m.Files.Rows)
		}
		close(stop)
		wg.Wait()
		grew := int64(-1)
		for _, dir := range dirs {
			into := c.into(bare(t, dbtest.SQLite), sources()...)
			got, err := backup.Restore(t.Context(), dir, into, quietly)
			if err != nil {
				t.Fatal(err)
			}
			items, entries := count(t, into.Records, "item"), count(t, into.Records, "audit_entry")
			if items != entries || items < grew {
				t.Errorf("%d items, %d audit entries, %d items before", items, entries, grew)
			}
			grew = items
			var shas []string
			if err := into.Records.Read().NewSelect().Table("item").Column("sha").Scan(t.Context(), &shas); err != nil {
				t.Fatal(err)
			}
			for _, sha := range shas {
				if has, err := into.Files.Has(t.Context(), sha); !has || err != nil {
					t.Errorf("file %s of an item did not come back (%d files did): %v", sha, got.Files, err)
				}
			}
			var broken any
			err = into.Records.Read().NewRaw("SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1").Scan(t.Context(), &broken)
			if !errors.Is(err, sql.ErrNoRows) {
				t.Errorf("a reference leads nowhere: %v, %v", broken, err)
			}
		}
		if grew < 1 {
			t.Error("nothing was written while the backups ran")
		}
	})
}

func count(t *testing.T, d *db.DB, table string) int64 {
	t.Helper()
	n, err := d.Read().NewSelect().Table(table).Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return int64(n)
}

func TestTwoWritersOfOneFolderDoNotMeet(t *testing.T) {
	t.Parallel()
	c, to := newCentre(t, dbtest.SQLite(t, sources()...)), target(t)
	c.fill()
	src := c.source()
	var inner error
	first := true
	_, _, err := to.Take(t.Context(), src, backup.Asked, clock, func(int64, int64, string) {
		if first {
			first = false
			_, _, inner = to.Take(t.Context(), src, backup.Asked, clock, quietly)
		}
	})
	if err != nil || !fault.Is(inner, fault.Unavailable) {
		t.Errorf("outer %v, inner %v; want Unavailable for the second", err, inner)
	}
}

func TestACancelledBackupLeavesNothing(t *testing.T) {
	t.Parallel()
	c, to := newCentre(t, dbtest.SQLite(t, sources()...)), target(t)
	c.fill()
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := to.Take(ctx, c.source(), backup.Asked, clock, func(_, _ int64, note string) {
		if note == "backup.step.files" {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("Take = %v, want Canceled", err)
	}
	for path := range inodes(t, to.Dir) {
		if filepath.Base(path) != ".lock" {
			t.Errorf("left behind: %s", path)
		}
	}
}
