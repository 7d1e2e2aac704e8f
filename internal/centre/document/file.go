// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
)

// Role is what a file is to its paper.
type Role string

// The roles. A later original or signed file is the next revision of the one
// before, an annex that of an annex of its name.
const (
	Original   Role = "original"
	SignedFile Role = "signed"
	Annex      Role = "annex"
)

// File is a file of a paper.
type File struct {
	ID       string
	Document ID
	Role     Role
	Revision int64
	Current  bool // no later revision
	Name     string
	Kind     paperfile.Kind
	Size     int64
	SHA256   string
	Unread   bool // words that are pictures: nobody saw whether there is a mark
	Cites    []Citation
	AddedAt  time.Time
	By       string
}

const maxFiles = 200

// takesFiles reports whether files may be added to d.
func (d Document) takesFiles() bool {
	return len(d.roles()) > 0
}

// roles are the files that d takes now.
func (d Document) roles() []Role {
	switch {
	case d.State == Draft:
		return []Role{Original, Annex}
	case d.State == Signed || d.State == Numbered:
		return []Role{SignedFile}
	case d.State == Received || d.Recorded:
		return []Role{SignedFile, Original, Annex}
	}
	return nil
}

func files(ctx context.Context, q bun.IDB, id ID) ([]File, error) {
	var rows []fileRow
	err := q.NewSelect().Model(&rows).Where("document_id = ?", string(id)).OrderExpr("id").Scan(ctx)
	out := make([]File, len(rows))
	for i, r := range rows {
		var failed error
		out[i], failed = r.file()
		err = cmpErr(err, failed)
	}
	return out, db.Error("document.files", err)
}

func (r fileRow) file() (File, error) {
	f := File{ID: r.ID, Document: ID(r.Document), Role: Role(r.Role), Revision: r.Revision, Current: r.Current, Name: r.Name, Kind: paperfile.Kind(r.Kind), Size: r.Size,
		SHA256: r.SHA256, Unread: r.Unread, AddedAt: r.AddedAt.Time, By: r.ByName}
	return f, json.Unmarshal([]byte(r.Cites), &f.Cites)
}

// AddFile judges a file and stores it. Until it is judged it is held in memory
// alone: what may not come in, a state secret above all, never touches the disk.
// The right to add is asked for before a byte is read. Errors: fault.Invalid
// (file) with a *paperfile.Refusal in its tree, fault.TooLarge past the limit
// while it comes in, fault.Unavailable while too many are looked at.
func (s *Service) AddFile(ctx context.Context, id ID, role Role, name string, r io.Reader) (File, error) {
	return s.addFile(ctx, id, role, name, r, func(context.Context, *db.Tx, File) error { return nil })
}

// addFile is AddFile with what else happens in its transaction.
func (s *Service) addFile(ctx context.Context, id ID, role Role, name string, r io.Reader, kept func(context.Context, *db.Tx, File) error) (File, error) {
	const op = "document.file"
	actor, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return File{}, err
	}
	d, err := get(ctx, s.Records.Read(), sightOf(actor), id)
	if err != nil {
		return File{}, err
	}
	if err := mayAdd(ctx, s.Records.Read(), op, d, actor, role); err != nil {
		return File{}, err
	}
	if err := paperfile.CheckName(name); err != nil { // before a byte of it is read
		return File{}, s.refused(ctx, d, err, 0)
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		return File{}, &fault.Error{Kind: fault.Unavailable, Op: op, Msg: "document.bad.busy"}
	}
	data, err := io.ReadAll(io.LimitReader(r, s.Limit+1))
	if err != nil {
		return File{}, err
	}
	if int64(len(data)) > s.Limit {
		return File{}, &fault.Error{Kind: fault.TooLarge, Op: op, Msg: "fault.too_large_of", Args: []any{i18n.Bytes(ctx, s.Limit)}}
	}
	paper, err := paperfile.Read(ctx, name, data, paperfile.Limits{})
	if err != nil {
		return File{}, s.refused(ctx, d, err, int64(len(data)))
	}
	ref, err := s.Files.Put(ctx, bytes.NewReader(data), s.Limit)
	if err != nil {
		return File{}, err
	}
	f := File{ID: db.NewID(), Document: id, Role: role, Current: true, Name: fileName(name), Kind: paper.Kind, Size: ref.Size, SHA256: ref.SHA256, Unread: paper.Unread,
		Cites: Citations(paper.Text, s.today()), AddedAt: s.now(), By: actor.Name}
	_, err = s.change(ctx, op, id, 0, adders(role), func(ctx context.Context, tx *db.Tx, d *Document, by auth.Actor) (map[string]any, error) {
		if err := mayAdd(ctx, tx, op, *d, by, role); err != nil {
			return nil, err
		}
		if err := s.keepFile(ctx, tx, &f, paper.Text); err != nil {
			return nil, err
		}
		return map[string]any{"role": string(role), "name": f.Name, "size": f.Size, "sha256": f.SHA256}, kept(ctx, tx, f)
	})
	return f, err
}

// mayAdd asks whether the actor may add a file of role to d now.
func mayAdd(ctx context.Context, q bun.IDB, op string, d Document, actor auth.Actor, role Role) error {
	if err := within(ctx, q, op, actor, d.Unit, adders(role)); err != nil {
		return err
	}
	if slices.Contains(d.roles(), role) {
		return nil
	}
	return wrongState(op, d)
}

// adders are who may add a file of role: who signs brings what they signed.
func adders(role Role) []auth.Permission {
	if role == SignedFile {
		return []auth.Permission{mayWrite, maySign, maySend}
	}
	return []auth.Permission{mayWrite, maySend}
}

// keepFile writes the row of f, the next revision of what it takes the place of.
func (s *Service) keepFile(ctx context.Context, tx *db.Tx, f *File, text string) error {
	const op = "document.keepFile"
	have, err := files(ctx, tx, f.Document)
	if err != nil {
		return err
	}
	if len(have) >= maxFiles {
		return fault.Bad(op, "file", "document.bad.many")
	}
	f.Revision = 1
	for _, h := range have {
		if h.Role != f.Role || h.Role == Annex && h.Name != f.Name {
			continue
		}
		f.Revision = max(f.Revision, h.Revision+1)
		if _, err := tx.NewUpdate().Model((*fileRow)(nil)).Set("current = ?", false).Where("id = ?", h.ID).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewDelete().Model((*contentRow)(nil)).Where("file_id = ?", h.ID).Exec(ctx); err != nil {
			return err
		}
	}
	if f.Cites == nil {
		f.Cites = []Citation{}
	}
	cites, err := json.Marshal(f.Cites)
	if err != nil {
		return err
	}
	r := fileRow{ID: f.ID, Document: string(f.Document), Role: string(f.Role), Revision: f.Revision, Current: true, Name: f.Name, Kind: string(f.Kind), Size: f.Size, SHA256: f.SHA256,
		Unread: f.Unread, Cites: string(cites), AddedAt: db.At(f.AddedAt), ByName: f.By}
	if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
		return err
	}
	c := contentRow{File: f.ID, Document: string(f.Document), Content: i18n.Fold(text)}
	_, err = tx.NewInsert().Model(&c).Exec(ctx)
	return err
}

// refused counts a refusal by its rule. That a paper with a mark of secrecy came
// is written to the trail: when, by whom, for which paper, by which rule, and its
// size; never its name, which is content.
func (s *Service) refused(ctx context.Context, d Document, refusal error, size int64) error {
	why := (*paperfile.Refusal)(nil)
	if !errors.As(refusal, &why) {
		return refusal
	}
	write := s.Records.Housekeep
	if why.Rule.Secret() {
		write = s.Records.Write
	}
	err := write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO document_refused (day, rule, n) VALUES (?, ?, 1) ON CONFLICT (day, rule) DO UPDATE SET n = document_refused.n + 1",
			s.today().String(), string(why.Rule)).Exec(ctx)
		if err != nil || !why.Rule.Secret() {
			return err
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "document.refuse", Kind: "document", Object: string(d.ID), Unit: d.Unit,
			Detail: map[string]any{"rule": string(why.Rule), "size": size}})
	})
	if err != nil {
		return errors.Join(refusal, db.Error("document.refused", err))
	}
	return refusal
}

// OpenFile opens a file of a paper, after reading it once to see that its bytes
// have the hash of the record; the caller closes it.
func (s *Service) OpenFile(ctx context.Context, id ID, file string) (File, io.ReadSeekCloser, error) {
	const op = "document.open"
	actor, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return File{}, nil, err
	}
	if _, err := get(ctx, s.Records.Read(), sightOf(actor), id); err != nil {
		return File{}, nil, err
	}
	var r fileRow
	if err := s.Records.Read().NewSelect().Model(&r).Where("id = ?", file).Where("document_id = ?", string(id)).Scan(ctx); err != nil {
		return File{}, nil, db.Error(op, err)
	}
	f, err := r.file()
	if err != nil {
		return f, nil, err
	}
	in, err := s.Files.Open(ctx, f.SHA256)
	if err != nil {
		return f, nil, err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, in); err != nil {
		return f, nil, errors.Join(err, in.Close())
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return f, nil, errors.Join(&fault.Error{Kind: fault.Conflict, Op: op, Msg: "document.bad.file_changed"}, in.Close())
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return f, nil, errors.Join(err, in.Close())
	}
	return f, in, nil
}

// Checked is what the signatures of a file are worth; known is false where nobody
// can tell.
func (s *Service) Checked(ctx context.Context, f File) (r Report, known bool, err error) {
	if s.Verify == nil || f.Kind != paperfile.PDF && f.Kind != paperfile.XML {
		return Report{}, false, nil
	}
	in, err := s.Files.Open(ctx, f.SHA256)
	if err != nil {
		return Report{}, false, err
	}
	given, err := s.given(ctx, f)
	if err != nil {
		return Report{}, false, errors.Join(err, in.Close())
	}
	if given == nil {
		r, err = s.Verify(ctx, f, in, nil)
		return r, err == nil, errors.Join(err, in.Close())
	}
	r, err = s.Verify(ctx, f, in, given)
	return r, err == nil, errors.Join(err, in.Close(), given.Close())
}

// given is what was handed out to become the signed file f; nil where f is no
// signed file or the paper has no original of its kind.
func (s *Service) given(ctx context.Context, f File) (io.ReadCloser, error) {
	if f.Role != SignedFile {
		return nil, nil
	}
	all, err := files(ctx, s.Records.Read(), f.Document)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		if one.Role == Original && one.Current && one.Kind == f.Kind {
			return s.Files.Open(ctx, one.SHA256)
		}
	}
	return nil, nil
}

// signed is the signed file of a paper, and what its signatures are worth.
func (s *Service) signed(ctx context.Context, id ID) (f File, r Report, err error) {
	actor, _, err := auth.Need(ctx, "document.seal", mayRead)
	if err != nil {
		return f, r, err
	}
	if _, err := get(ctx, s.Records.Read(), sightOf(actor), id); err != nil {
		return f, r, err
	}
	all, err := files(ctx, s.Records.Read(), id)
	for _, one := range all {
		if one.Role == SignedFile && one.Current {
			f = one
		}
	}
	if err != nil || f.ID == "" {
		return f, r, err
	}
	r, _, err = s.Checked(ctx, f)
	return f, r, err
}

// fileName keeps the last part of a name as sent, in NFC, without control
// characters.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	name = i18n.NFC(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, name))
	for utf8.RuneCountInString(name) > maxLine {
		_, size := utf8.DecodeRuneInString(name) // the ending stays
		name = name[size:]
	}
	return name
}
