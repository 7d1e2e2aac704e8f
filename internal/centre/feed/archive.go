// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/google/uuid"

	"github.com/vonggac/vonggac/engine/intel/exchange"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// The bounds of a dropped archive, beside those of a MISP feed.
const (
	maxEntries = 3 * maxEvents
	maxUnpack  = 40 // times the feed's limit, unpacked; JSON packs ten to twentyfold
)

// wrap says how a dropped file is packed.
type wrap uint8

const (
	noWrap wrap = iota
	zipped
	tarred
	tarGzipped
)

// wrapOf tells an archive by its first bytes: the signature of a zip entry
// (APPNOTE.TXT §4.3.7), or the mark that POSIX.1-1988 put into the head of a tar
// file, which may be packed by gzip. A list packed by gzip is no archive.
func wrapOf(head []byte) wrap {
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return zipped
	case isTar(head):
		return tarred
	}
	z, err := gzip.NewReader(bytes.NewReader(head))
	if err != nil {
		return noWrap
	}
	inner := make([]byte, tarHead)
	if n, _ := io.ReadFull(z, inner); isTar(inner[:n]) { // the head is cut off: what came of it counts
		return tarGzipped
	}
	return noWrap
}

const tarHead = 512

func isTar(head []byte) bool {
	return len(head) >= 262 && string(head[257:262]) == "ustar" && bytes.IndexByte(head[:257], 0) >= 0
}

// folder is what a dropped archive holds of a MISP feed.
type folder struct {
	manifest []byte
	at       string            // where the manifest lies
	events   map[string]packed // by path
	room     int64             // bytes that may still be unpacked
	entries  int
}

// packed is one event of an archive: what it is stored as, or why not.
type packed struct {
	came
	row eventRow
}

// entry is one thing in an archive.
type entry struct {
	name    string
	regular bool
	open    func() (io.ReadCloser, error)
}

// archived takes the MISP feed folder in a dropped archive for the content of
// f's list. Names in it are compared and never used as paths.
func (s *Service) archived(ctx context.Context, f row, how wrap, file io.ReaderAt, size int64) (outcome, error) {
	if err := s.takesMISP(ctx, f); err != nil {
		return outcome{}, err
	}
	d := &folder{events: map[string]packed{}, room: maxUnpack * (f.Limit << 20)}
	each := func(e entry) error { return s.unpack(ctx, d, e) }
	var err error
	if how == zipped {
		err = inZip(file, size, each)
	} else {
		err = inTar(io.NewSectionReader(file, 0, size), how == tarGzipped, d.room, each)
	}
	switch {
	case ctx.Err() != nil:
		return outcome{}, context.Cause(ctx)
	case err != nil:
		return outcome{}, err
	case d.manifest == nil:
		return outcome{}, fail("feed.drop.no_manifest")
	}
	list, odd, err := exchange.Manifest(bytes.NewReader(d.manifest))
	if err != nil {
		return outcome{}, fail("feed.why.manifest")
	}
	if len(list) == 0 {
		return outcome{}, fail("feed.why.no_events")
	}
	e := &Events{Odd: int64(odd)}
	list, e.Left = latest(list)
	rows, err := s.named(ctx, nil, f, list)
	if err != nil {
		return outcome{}, err
	}
	if err := s.adopt(ctx, d, rows, e); err != nil {
		return outcome{}, err
	}
	return s.gathered(ctx, f, e)
}

// takesMISP fails when f's list is read in another layout.
func (s *Service) takesMISP(ctx context.Context, f row) error {
	layout := indicator.Layout(f.ListLayout)
	if f.List != "" {
		l, err := s.Lists.Get(reading(ctx, f), indicator.ID(f.List))
		if err != nil {
			return err
		}
		layout = l.Layout
	}
	if layout != indicator.Auto && layout != indicator.MISP {
		return fail("feed.drop.layout")
	}
	return nil
}

// gathered makes the list of what an archive brought. ctx acts for the person f
// stands under.
func (s *Service) gathered(ctx context.Context, f row, e *Events) (outcome, error) {
	var newest indicator.Version
	if f.List != "" {
		var err error
		if newest, _, err = s.newest(ctx, f); err != nil {
			return outcome{}, err
		}
	}
	return s.compose(ctx, ctx, f, newest, nil, outcome{events: e}, "feed.note.dropped")
}

// adopt notes what the archive holds of the events that its manifest names.
func (s *Service) adopt(ctx context.Context, d *folder, rows []eventRow, e *Events) error {
	return s.fenced(ctx, nil, func(ctx context.Context, tx *db.Tx) error {
		*e = Events{Odd: e.Odd, Named: e.Left, Left: e.Left}
		for _, r := range rows {
			if r.State == string(EventGone) {
				e.Gone++
				e.note(r)
				continue
			}
			e.Named++
			p, there := d.events[path.Join(d.at, r.UUID+".json")]
			if !there {
				p.came = came{why: fail("feed.event.absent")}
			}
			was := r
			r.State, r.Why, r.WhyArgs = string(p.state()), "", "[]"
			if p.why != nil {
				r.Why, r.WhyArgs = p.why.key, wordsText(p.why.args)
			} else {
				p.same = r.SHA256 == p.row.SHA256
				r.SHA256, r.Size, r.ETag, r.Held = p.row.SHA256, p.row.Size, "", r.Named
			}
			e.count(r, p.same)
			if r != was {
				if err := saveEvent(ctx, tx, r); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// unpack takes one entry: the manifest and events are kept, all else passes.
func (s *Service) unpack(ctx context.Context, d *folder, e entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if d.entries++; d.entries > maxEntries {
		return fail("feed.drop.entries", maxEntries)
	}
	name := strings.TrimSuffix(strings.TrimPrefix(e.name, "./"), "/")
	if name != "" && (!fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00")) {
		return fail("feed.drop.path", showName(e.name))
	}
	at, base := path.Split(name)
	id, isEvent := strings.CutSuffix(base, ".json")
	if isEvent {
		n, err := uuid.Parse(id)
		isEvent = err == nil && n.String() == id
	}
	if base != manifestName && !isEvent {
		return nil
	}
	if _, twice := d.events[name]; twice || base == manifestName && d.manifest != nil {
		return fail("feed.drop.twice", showName(name))
	}
	if !e.regular {
		if isEvent {
			d.events[name] = packed{came: came{why: fail("feed.drop.no_file")}}
		}
		return nil
	}
	most := int64(maxEvent)
	if !isEvent {
		most = maxManifest
	}
	raw, over, err := d.read(e, most)
	switch {
	case err != nil:
		return err
	case !isEvent && over:
		return fail("feed.why.too_large", most>>20)
	case !isEvent:
		d.manifest, d.at = append([]byte{}, raw...), at // not nil, though empty
		return nil
	}
	p := packed{came: came{why: fail("feed.why.too_large", most>>20)}}
	if !over {
		p.why = whole(raw, id)
	}
	if p.why == nil {
		if p.row, err = s.settleEvent(ctx, eventRow{}, came{raw: raw}); err != nil {
			return err
		}
	}
	d.events[name] = p
	return nil
}

// read unpacks one entry; over says that it is longer than most. What is
// unpacked of all entries together is bounded too.
func (d *folder) read(e entry, most int64) (raw []byte, over bool, err error) {
	in, err := e.open()
	if err != nil {
		return nil, false, fail("feed.drop.archive")
	}
	raw, err = io.ReadAll(io.LimitReader(in, min(most, d.room)+1))
	if err = errors.Join(err, in.Close()); errors.Is(err, errBomb) {
		return nil, false, fail("feed.drop.bomb")
	} else if err != nil {
		return nil, false, fail("feed.drop.archive")
	}
	if d.room -= int64(len(raw)); d.room < 0 {
		return nil, false, fail("feed.drop.bomb")
	}
	return bytes.TrimPrefix(raw, byteOrderMark), int64(len(raw)) > most, nil
}

// inZip hands on the entries of a zip file.
func inZip(file io.ReaderAt, size int64, fn func(entry) error) error {
	z, err := zip.NewReader(file, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // unpack looks at every path itself
		return fail("feed.drop.archive")
	}
	for _, f := range z.File {
		if err := fn(entry{name: f.Name, regular: f.Mode().IsRegular(), open: f.Open}); err != nil {
			return err
		}
	}
	return nil
}

// brim fails once more than left bytes came out of r: also what nobody takes has
// to be unpacked to get past it.
type brim struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (b *brim) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errBomb
	}
	return n, err
}

var errBomb = errors.New("more is unpacked than a feed may hold")

// inTar hands on the entries of a tar file, which gzip may have packed: then no
// more than most bytes are unpacked.
func inTar(in io.Reader, packed bool, most int64, fn func(entry) error) error {
	in = bufio.NewReaderSize(in, 64<<10)
	if packed {
		z, err := gzip.NewReader(in)
		if err != nil {
			return fail("feed.drop.archive")
		}
		in = &brim{z, most + maxEntries*2*tarHead}
	}
	t := tar.NewReader(in)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if errors.Is(err, errBomb) {
			return fail("feed.drop.bomb")
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return fail("feed.drop.archive")
		}
		if err := fn(entry{name: h.Name, regular: h.Typeflag == tar.TypeReg, open: func() (io.ReadCloser, error) { return io.NopCloser(t), nil }}); err != nil {
			return err
		}
	}
}
