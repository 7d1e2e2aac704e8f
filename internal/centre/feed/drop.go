// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// The folders inside the folder of a feed.
const (
	takenFolder   = "taken"   // became a version, or was the newest one already
	refusedFolder = "refused" // beside a text that says why
	loadingFolder = "loading" // the indicator room reads it
)

const (
	filesAtOnce   = 20   // of one feed in one look
	entriesAtOnce = 5000 // of one folder in one look
)

// unfinished are names under which programs write what is not whole yet.
var unfinished = []string{".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload"}

// look is a file as it was at the last look.
type look struct{ info fs.FileInfo }

// looks remember the files of the last look. A process that starts anew looks
// twice again.
type looks struct {
	turn   *sync.Mutex
	seen   map[string][]look
	pruned time.Time // when old files were last looked for
}

// LookAtFolders takes the finished files in the folders of all feeds: one whose
// size and time are those of the look before, whatever its name was then. It is
// background work, asked each minute. A file that is taken twice because the
// process died in between makes no second version.
func (s *Service) LookAtFolders(ctx context.Context) error {
	s.looks.turn.Lock()
	defer s.looks.turn.Unlock()
	var feeds []row
	if err := s.Records.Read().NewSelect().Model(&feeds).Order("f.id").Scan(ctx); err != nil {
		return db.Error("feed.LookAtFolders", err)
	}
	if len(feeds) == 0 {
		return nil
	}
	if err := os.MkdirAll(s.Folder, 0o750); err != nil {
		return fmt.Errorf("folder for dropped files: %w", err)
	}
	root, err := os.OpenRoot(s.Folder)
	if err != nil {
		return fmt.Errorf("folder for dropped files: %w", err)
	}
	defer root.Close()
	n, err := s.Network(ctx)
	if err != nil {
		return err
	}
	if s.Now().Sub(s.looks.pruned) < pruneEvery {
		n.KeepDays = 0
	} else {
		s.looks.pruned = s.Now()
	}
	var errs []error
	for _, f := range feeds {
		if err := s.lookAt(ctx, root, f, n.KeepDays); err != nil && ctx.Err() == nil {
			errs = append(errs, fmt.Errorf("folder of feed %s: %w", f.ID, err))
		}
	}
	return errors.Join(errs...)
}

// lookAt looks at the folder of one feed, which is made when it is not there.
// What was put away is kept for so many days; 0 looks at none of it.
func (s *Service) lookAt(ctx context.Context, root *os.Root, f row, keep int64) error {
	for _, dir := range []string{f.Folder, path.Join(f.Folder, takenFolder), path.Join(f.Folder, refusedFolder), path.Join(f.Folder, loadingFolder)} {
		if err := makeFolder(root, dir); err != nil {
			return err
		}
	}
	dir, err := root.OpenRoot(f.Folder)
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := errors.Join(s.clear(ctx, dir, f), s.clean(ctx, dir, f, keep)); err != nil {
		return err
	}
	files, err := entries(dir, ".")
	if err != nil {
		return err
	}
	before := s.looks.seen[f.ID]
	var now []look
	var ready []fs.FileInfo
	for _, info := range files {
		if own(info) {
			continue
		}
		now = append(now, look{info})
		if finished(info, before) {
			ready = append(ready, info)
		}
	}
	s.looks.seen[f.ID] = now
	slices.SortFunc(ready, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	for _, info := range ready[:min(len(ready), filesAtOnce)] {
		if err := s.drop(ctx, dir, f, info); err != nil {
			return err
		}
		if f, err = byID(ctx, s.Records.Read(), f.ID); err != nil { // its list may be made now
			return gone(err)
		}
	}
	return nil
}

// makeFolder makes a folder, and refuses what stands in its place but is none: a
// link would lead elsewhere.
func makeFolder(root *os.Root, name string) error {
	if err := root.Mkdir(name, 0o770); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := root.Lstat(name)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no folder", name)
	}
	return err
}

// entries are what stands in a folder, in no order.
func entries(dir *os.Root, name string) ([]fs.FileInfo, error) {
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	list, err := f.ReadDir(entriesAtOnce)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	var out []fs.FileInfo
	for _, e := range list {
		info, err := dir.Lstat(path.Join(name, e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone since
		}
		if err != nil {
			return nil, err
		}
		out = append(out, info)
	}
	return out, nil
}

// own reports whether an entry is one of the feed's own folders or one that
// systems put there.
func own(info fs.FileInfo) bool {
	name := info.Name()
	return info.IsDir() && (name == takenFolder || name == refusedFolder || name == loadingFolder) || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~")
}

// finished reports whether nobody is writing info any more: at the look before,
// the same file had the same size and time, perhaps under another name.
func finished(info fs.FileInfo, before []look) bool {
	lower := strings.ToLower(info.Name())
	if slices.ContainsFunc(unfinished, func(end string) bool { return strings.HasSuffix(lower, end) }) {
		return false
	}
	return slices.ContainsFunc(before, func(l look) bool {
		return os.SameFile(l.info, info) && l.info.Size() == info.Size() && l.info.ModTime().Equal(info.ModTime())
	})
}

// drop takes one finished file. What fails on this side leaves it where it is.
func (s *Service) drop(ctx context.Context, dir *os.Root, f row, info fs.FileInfo) error {
	acting, err := s.acting(ctx, f)
	if err != nil {
		return s.waits(ctx, f, err)
	}
	r := runRow{ID: db.NewID(), Feed: f.ID, How: string(ByDrop), Began: db.At(s.Now()), WhyArgs: "[]"}
	r.File = s.Now().UTC().Format(stampLayout) + "-" + r.ID[len(r.ID)-4:] + "-" + plainName(info.Name())
	out, err := s.read(acting, dir, f, info)
	if errors.Is(err, errChanging) {
		return nil
	}
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		seen, ok := failed(err)
		if !ok || fault.Is(err, fault.Unavailable) { // no room on the disk: it waits
			return err
		}
		seen.state, seen.events = Refused, out.events
		out = seen
	}
	out.bytes = info.Size()
	if err := s.finish(ctx, nil, f, r, out); err != nil {
		return err
	}
	return s.move(dir, info.Name(), r.File, out.apply(r).run())
}

// waits notes that files wait because the person f stands under cannot take them.
func (s *Service) waits(ctx context.Context, f row, err error) error {
	out, ok := failed(err)
	if !ok {
		return err
	}
	if f.Why == out.why {
		return nil
	}
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewUpdate().Model((*row)(nil)).Set("why = ?", out.why).Set("why_args = ?", wordsText(out.args)).Set("failures = failures + 1").
			Where("id = ?", f.ID).Exec(ctx)
		return db.Error("feed.waits", err)
	})
}

// errChanging means that a file is not what was looked at: it waits for the next
// look.
var errChanging = errors.New("the file is being changed")

// read hands a file over to the indicator room.
func (s *Service) read(ctx context.Context, dir *os.Root, f row, info fs.FileInfo) (outcome, error) {
	switch {
	case !info.Mode().IsRegular():
		return outcome{}, fail("feed.drop.no_file")
	case info.Size() > f.Limit<<20:
		return outcome{}, fail("feed.why.too_large", f.Limit)
	}
	file, err := dir.Open(info.Name())
	if err != nil {
		return outcome{}, err
	}
	defer file.Close()
	now, err := file.Stat()
	if err != nil {
		return outcome{}, err
	}
	if !os.SameFile(now, info) || now.Size() != info.Size() {
		return outcome{}, errChanging
	}
	in := bufio.NewReaderSize(io.LimitReader(file, info.Size()), 64<<10)
	head, err := in.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return outcome{}, err
	}
	if err := noList(head, 0); err != nil {
		return outcome{}, err
	}
	var out outcome
	if how := wrapOf(head); how != noWrap {
		out, err = s.archived(ctx, f, how, file, info.Size())
	} else {
		out, err = s.take(ctx, f, showName(info.Name()), in, "feed.note.dropped")
	}
	if err != nil {
		return out, err
	}
	if now, err = file.Stat(); err == nil && (now.Size() != info.Size() || !now.ModTime().Equal(info.ModTime())) {
		err = errChanging // written to while it was read: what it is then comes at the next look
	}
	return out, err
}

// clear moves the files whose content was decided on out of the folder of those
// that are being loaded.
func (s *Service) clear(ctx context.Context, dir *os.Root, f row) error {
	files, err := entries(dir, loadingFolder)
	if err != nil {
		return err
	}
	for _, info := range files {
		var list []runRow
		err := s.Records.Read().NewSelect().Model(&list).Where("r.feed_id = ?", f.ID).Where("r.file = ?", strings.ToValidUTF8(info.Name(), "_")).
			Order("r.id DESC").Limit(1).Scan(ctx)
		if err != nil {
			return db.Error("feed.clear", err)
		}
		if len(list) == 0 || !State(list[0].State).Ended() {
			continue
		}
		if err := s.move(dir, path.Join(loadingFolder, info.Name()), info.Name(), list[0].run()); err != nil {
			return err
		}
	}
	return nil
}

// move puts a file where its run says, under the name to. One that is gone
// already was moved by somebody else.
func (s *Service) move(dir *os.Root, from, to string, r Run) error {
	in := takenFolder
	switch {
	case !r.State.Ended():
		in = loadingFolder
	case !r.State.good():
		in = refusedFolder
		args := make([]any, len(r.WhyArgs))
		for i, a := range r.WhyArgs {
			args[i] = a
		}
		text := s.Say(i18n.Vietnamese, r.Why, args...) + "\n" + s.Say(i18n.English, r.Why, args...) + "\n"
		if err := dir.WriteFile(path.Join(in, to+".reason.txt"), []byte(text), 0o660); err != nil {
			return err
		}
	}
	err := dir.Rename(from, path.Join(in, to))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// plainName is a name that every file system takes and no shell stumbles over:
// letters, digits, points, hyphens, at most 80 bytes.
func plainName(name string) string {
	var b strings.Builder
	for _, r := range showName(name) {
		if b.Len() >= 80 {
			break
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '-' {
			b.WriteRune(r)
		} else {
			b.WriteByte('_')
		}
	}
	return strings.TrimRight(b.String(), ".")
}

// showName is a file's name as it may be kept and shown.
func showName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	return i18n.NFC(name)
}
