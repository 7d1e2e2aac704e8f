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
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Source is the centre that is backed up. It may run and change meanwhile:
// records are those of one moment, and every received file they name is there
// since it was stored before they were.
type Source struct {
	Records *db.DB
	Files   *blob.Store
	Schema  []int64 // migrations the records have had
	Data    string  // the data folder: keys and whatever else is a file in it
	// Skip says which entries of the data folder are no keys: records, received
	// files, locks. The path has slashes and is relative to Data.
	Skip    func(path string) bool
	Product string
}

// reserve stays free on the target's disk, which may be that of the data too:
// a backup must not stop the centre it protects.
const reserve = 64 << 20

// Take writes a backup of src and returns its name with its manifest. now is
// the clock. Whatever ends it early leaves the target as it was, or with a
// folder that the next Take removes; a full disk is fault.TooLarge, another
// writer fault.Unavailable.
func (t Target) Take(ctx context.Context, src Source, reason Reason, now func() time.Time, say Say) (name string, m Manifest, err error) {
	unlock, err := t.lock()
	if err != nil {
		return "", m, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	store, err := t.store(now())
	if err != nil {
		return "", m, wordsOf(t.Dir, err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	begun := now()
	name = Name(begun, reason, src.Product)
	w := &writer{target: t, store: store, src: src, dir: filepath.Join(t.Dir, partialPre+name), say: say,
		m: Manifest{Format: Format, Product: src.Product, MadeAt: begun.UTC().Truncate(time.Second), Reason: reason,
			Engine: src.Records.Engine(), Schema: src.Schema, LeftOut: NotKept(), Broken: []string{}, Keys: []Key{}}}
	err = w.write(ctx)
	if err == nil {
		w.m.Seconds = int64(now().Sub(begun).Seconds())
		err = w.finish(filepath.Join(t.Dir, name))
	}
	if err != nil {
		return "", m, errors.Join(wordsOf(t.Dir, err), w.undo())
	}
	return name, w.m, nil
}

// writer is one backup being written.
type writer struct {
	target Target
	store  *blob.Store
	src    Source
	dir    string
	say    Say
	m      Manifest
	added  []string // to the store
	since  int64    // bytes written since free space was looked at
}

func (w *writer) write(ctx context.Context) error {
	if err := w.enough(ctx); err != nil {
		return err
	}
	for _, d := range []string{w.dir, filepath.Join(w.dir, recordsDir), filepath.Join(w.dir, keysDir)} {
		if err := os.Mkdir(d, 0o700); err != nil {
			return err
		}
	}
	if err := w.src.Records.Snapshot(ctx, w.records); err != nil {
		return err
	}
	if err := w.files(ctx); err != nil {
		return err
	}
	return w.keys(ctx)
}

// enough refuses at once what will not fit: received files not yet copied, and
// records as large as last time.
func (w *writer) enough(ctx context.Context) error {
	need := int64(reserve)
	err := w.src.Files.All(ctx, func(r blob.Ref) error {
		has, err := w.store.Has(ctx, r.SHA256)
		if !has {
			need += r.Size
		}
		return err
	})
	if err != nil {
		return err
	}
	list, err := w.target.List()
	if err != nil {
		return err
	}
	if len(list) > 0 && list[0].Err == nil {
		need += list[0].Manifest.Size()
	}
	free, err := w.target.free()
	if err == nil && free < need {
		err = noRoom(w.target.Dir, fmt.Errorf("%d bytes free, %d needed", free, need))
	}
	return err
}

// room looks after the free space each few megabytes.
func (w *writer) room(n int64) error {
	if w.since += n; w.since < 8<<20 {
		return nil
	}
	w.since = 0
	free, err := w.target.free()
	if err == nil && free < reserve {
		err = noRoom(w.target.Dir, fmt.Errorf("%d bytes free", free))
	}
	return err
}

// create writes a file of the backup through fill and brings it to disk.
func (w *writer) create(name string, fill func(io.Writer) error) error {
	f, err := os.OpenFile(filepath.Join(w.dir, filepath.FromSlash(name)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = fill(&roomy{f, w})
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

type roomy struct {
	io.Writer
	w *writer
}

// Write implements io.Writer.
func (r *roomy) Write(b []byte) (int, error) {
	if err := r.w.room(int64(len(b))); err != nil {
		return 0, err
	}
	return r.Writer.Write(b)
}

func (w *writer) records(ctx context.Context, q bun.IDB) error {
	tables, err := w.src.Records.Tables(ctx, q)
	if err != nil {
		return err
	}
	tables = slices.DeleteFunc(tables, func(t db.Table) bool {
		return slices.ContainsFunc(leftOut, func(l LeftOut) bool { return l.Table == t.Name })
	})
	for i, t := range tables {
		w.say(int64(i), int64(len(tables)), "backup.step.records")
		packed, err := w.pack(path.Join(recordsDir, t.Name+".jsonl.zst"), func(add func([]any) error) error {
			return w.src.Records.Rows(ctx, q, t, add)
		})
		if err != nil {
			return err
		}
		key := t.Key
		if key == nil {
			key = []string{}
		}
		w.m.Tables = append(w.m.Tables, Table{t.Name, t.Columns, key, packed})
	}
	return nil
}

func (w *writer) pack(name string, rows func(add func([]any) error) error) (packed Packed, err error) {
	err = w.create(name, func(out io.Writer) error {
		p, err := newPacker(out)
		if err != nil {
			return err
		}
		err = rows(p.add)
		var ended error
		packed, ended = p.end()
		return errors.Join(err, ended)
	})
	return packed, err
}

// fileColumns are those of the list of received files.
var fileColumns = []db.Column{{Name: "sha256", Kind: db.Text}, {Name: "size", Kind: db.Integer}}

// files copies what the store does not hold yet. A received file that is no
// longer what its name says is not copied but named: the rest is kept all the
// same.
func (w *writer) files(ctx context.Context) error {
	var refs []blob.Ref
	if err := w.src.Files.All(ctx, func(r blob.Ref) error { refs = append(refs, r); return nil }); err != nil {
		return err
	}
	var err error
	w.m.Files, err = w.pack(filesFile, func(add func([]any) error) error {
		for i, r := range refs {
			w.say(int64(i), int64(len(refs)), "backup.step.files")
			whole, err := w.file(ctx, r)
			if err != nil {
				return err
			}
			if !whole {
				w.m.Broken = append(w.m.Broken, r.SHA256)
				continue
			}
			w.m.Bytes += r.Size
			if err := add([]any{r.SHA256, r.Size}); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

func (w *writer) file(ctx context.Context, r blob.Ref) (whole bool, err error) {
	if has, err := w.store.Has(ctx, r.SHA256); has || err != nil {
		return has, err
	}
	f, err := w.src.Files.Open(ctx, r.SHA256)
	if err != nil {
		return false, err
	}
	defer f.Close()
	got, err := w.store.Put(ctx, &watched{f, w}, math.MaxInt64)
	if err != nil {
		return false, err
	}
	w.added = append(w.added, got.SHA256)
	return got == r, nil
}

// watched is a file that is read no further when the target's disk fills.
type watched struct {
	io.Reader
	w *writer
}

// Read implements io.Reader.
func (r *watched) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	if full := r.w.room(int64(n)); full != nil {
		return 0, full
	}
	return n, err
}

// keys copies the other files of the data folder.
func (w *writer) keys(ctx context.Context) error {
	w.say(0, 0, "backup.step.keys")
	root, err := os.OpenRoot(w.src.Data)
	if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if w.src.Skip(name) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return os.Mkdir(filepath.Join(w.dir, keysDir, filepath.FromSlash(name)), 0o700)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		return w.key(root, name)
	})
}

func (w *writer) key(root *os.Root, name string) error {
	in, err := root.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	sum, k := sha256.New(), Key{Path: name}
	err = w.create(path.Join(keysDir, name), func(out io.Writer) error {
		k.Size, err = io.Copy(io.MultiWriter(out, sum), in)
		return err
	})
	k.SHA256 = hex.EncodeToString(sum.Sum(nil))
	w.m.Keys = append(w.m.Keys, k)
	return err
}

// finish writes the manifest, brings everything to disk and gives the backup
// its name.
func (w *writer) finish(place string) error {
	raw, err := w.m.Encode()
	if err != nil {
		return err
	}
	if w.m, err = Parse(raw, manifestFile); err != nil { // what cannot be read again is no backup
		return err
	}
	err = w.create(manifestFile, func(out io.Writer) error { _, err := out.Write(raw); return err })
	if err != nil {
		return err
	}
	for _, d := range []string{filepath.Join(w.dir, keysDir), filepath.Join(w.dir, recordsDir), w.dir} {
		if err := syncDir(d); err != nil {
			return err
		}
	}
	if err := os.Rename(w.dir, place); err != nil {
		return err
	}
	return syncDir(w.target.Dir)
}

// undo removes what a failed backup wrote: a full disk gets its room back.
func (w *writer) undo() error {
	err := os.RemoveAll(w.dir)
	for _, sha := range w.added {
		err = errors.Join(err, w.store.Remove(sha))
	}
	return err
}
