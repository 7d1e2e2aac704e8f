// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/vonggac/vonggac/internal/intake/stream"
)

// followed is one file that is read as it grows.
type followed struct {
	door  *door
	store *store
	at    position
	dirty bool // at is ahead of what is on the disk
	file  *os.File
	info  os.FileInfo // of file, to tell it from another at its path
	size  int64       // when last looked at
	left  bool        // its path leads elsewhere, or nowhere
	still time.Time   // since when it does not grow
	wait  time.Time   // not before, for its quota
	lane  *lane
}

// follow begins or goes on with the open file f.
func follow(d *door, s *store, f *os.File, at position) (*followed, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return &followed{door: d, store: s, at: at, file: f, info: info, still: time.Now()}, nil
}

// newPosition is that of a file nobody has read yet.
func newPosition(path string, f *os.File) (position, error) {
	id, err := fileID(f)
	if err != nil {
		return position{}, err
	}
	p := position{ID: newFileID(), Path: path, File: id}
	return p, p.remember(f)
}

// look notices that the file was truncated: it is shorter than what was read,
// or does not begin any more as it did.
func (t *followed) look() error {
	info, err := t.file.Stat()
	if err != nil {
		return err
	}
	same := true
	if info.Size() != t.size || !info.ModTime().Equal(t.info.ModTime()) {
		if same, err = t.at.begins(t.file); err != nil {
			return err
		}
		t.still = time.Now()
	}
	t.info = info
	if info.Size() < max(t.at.Offset, t.at.End) || !same {
		return t.again()
	}
	t.size = info.Size()
	return nil
}

// again begins with what is in the file since it was truncated.
func (t *followed) again() error {
	if t.size > t.at.Offset || t.at.End > t.at.Offset {
		t.tally().one(Truncated, fmt.Appendf(nil, "%s: from byte %d", t.at.Path, t.at.Offset), t.door.s.now())
	}
	old := t.at
	t.size = 0
	if info, err := t.file.Stat(); err == nil {
		t.size = info.Size()
	}
	t.at = position{ID: newFileID(), Path: old.Path, File: old.File}
	if err := t.at.remember(t.file); err != nil {
		return err
	}
	if err := t.store.save(&t.at); err != nil {
		return err
	}
	return t.store.forget(old)
}

func (t *followed) tally() *tally {
	if t.lane != nil {
		return &t.lane.tally
	}
	return &t.door.tally
}

// step reads and stores one block, and tells whether there may be more. last
// takes a line without newline, for nothing comes any more.
func (t *followed) step(last bool) (more bool, err error) {
	if t.size <= t.at.Offset || time.Now().Before(t.wait) {
		return false, t.settle()
	}
	w, ok := t.door.s.opt.Directory.Find(Peer{Kind: File, Listener: t.door.spec.Name, Path: t.at.Path})
	if !ok {
		t.door.strangers.once(Peer{Path: t.at.Path}, t.door.s.now())
		return false, t.settle()
	}
	t.meet(t.door.s.lane(w))
	in, skip, err := t.read(last)
	if err != nil || len(in) == 0 {
		return false, errors.Join(err, t.settle())
	}
	end := t.at.Offset + int64(len(in))
	var n notes
	body, lines := t.lines(in, skip, &n)
	if lines > 0 {
		if err := t.deliver(w, body, lines, end); err != nil {
			return false, err
		}
	}
	t.lane.tally.add(n, t.door.s.now())
	t.at.Offset, t.at.End, t.at.Skip, t.dirty = end, end, skip, true
	return true, nil
}

// meet counts the file with the way it belongs to.
func (t *followed) meet(l *lane) {
	if t.lane == l {
		return
	}
	if t.lane != nil {
		t.lane.connections(-1)
	}
	if t.lane = l; l != nil {
		l.connections(1)
	}
}

// read gives the bytes of the next block: whole lines, or the head of one that
// is too long, after which skip is true, or the rest of such a one, to be
// skipped. After a crash they are those of the block that was under way.
func (t *followed) read(last bool) (in []byte, skip bool, err error) {
	if n := t.at.End - t.at.Offset; n > 0 {
		in, err = t.bytes(int(n))
		return in, len(in) > heldRaw && in[len(in)-1] != '\n', err
	}
	if in, err = t.bytes(fullRun); err != nil {
		return nil, false, err
	}
	if i := bytes.LastIndexByte(in, '\n'); i >= 0 {
		if t.at.Skip {
			i = bytes.IndexByte(in, '\n')
		}
		return in[:i+1], false, nil
	}
	if t.at.Skip {
		return in, true, nil
	}
	if in, err = t.bytes(heldRaw + 1); err != nil {
		return nil, false, err
	}
	if i := bytes.IndexByte(in, '\n'); i >= 0 {
		return in[:i+1], false, nil
	}
	switch {
	case len(in) > heldRaw:
		return in, true, nil
	case last && t.at.Offset+int64(len(in)) >= t.size:
		return in, false, nil
	}
	return nil, false, nil
}

func (t *followed) bytes(n int) ([]byte, error) {
	buf := make([]byte, min(int64(n), t.size-t.at.Offset))
	n, err := t.file.ReadAt(buf, t.at.Offset)
	if errors.Is(err, io.EOF) {
		err = nil // it was shortened meanwhile, which look finds
	}
	return buf[:n], err
}

// lines makes the body of a block. What is skipped has none.
func (t *followed) lines(in []byte, skip bool, n *notes) (body []byte, lines int) {
	if t.at.Skip {
		return nil, 0
	}
	body = make([]byte, 0, len(in)+1)
	for len(in) > 0 {
		line, rest, found := bytes.Cut(in, []byte{'\n'})
		if found {
			line = bytes.TrimSuffix(line, []byte{'\r'})
		}
		ok := false
		if body, ok = appendLine(body, line, skip, n); ok {
			lines++
		}
		in = rest
	}
	return body, lines
}

// deliver stores a block: first where it ends is made durable, then the stream
// takes it. It waits for the stream as long as the server runs.
func (t *followed) deliver(w Way, body []byte, lines int, end int64) error {
	if err := t.at.remember(t.file); err != nil {
		return err
	}
	t.at.End = end
	if err := t.store.save(&t.at); err != nil {
		return err
	}
	t.dirty = false
	s := t.door.s
	b := stream.Block{ID: fmt.Sprintf("file/%s/%d-%d", t.at.ID, t.at.Offset, end), Source: w.Source, Owner: w.Owner, Way: w.ID,
		Kind: stream.Lines, Received: s.now().UTC(), Lines: lines, Body: body}
	s.memory.take(len(body))
	defer s.memory.give(len(body))
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		err := s.opt.Appender.Append(s.readCtx, b)
		if err == nil {
			break
		}
		s.refused(b, err)
		if errors.Is(err, stream.ErrInvalid) {
			t.lane.tally.add(whole(Invalid, b), s.now())
			return nil
		}
		t.lane.retried()
		select {
		case <-s.stopping:
			return errStopped // the position stands, and the file
		default:
		}
		if !pause(s.readCtx, wait) {
			return errStopped
		}
	}
	t.lane.delivered(w, b)
	if d := t.lane.overQuota(w, s.now()); d > 0 {
		t.wait = time.Now().Add(d)
	}
	if len(body) < fullRun/2 {
		s.pace.rest(s.readCtx)
	}
	return nil
}

// settle makes durable how far was stored.
func (t *followed) settle() error {
	if !t.dirty {
		return nil
	}
	t.dirty = false
	return t.store.save(&t.at)
}

// close leaves the file where it is.
func (t *followed) close() error {
	t.meet(nil)
	return errors.Join(t.settle(), t.file.Close())
}
