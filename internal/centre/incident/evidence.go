// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// MaxEvidence is the largest file of evidence, in bytes: 1 GiB.
const MaxEvidence = 1 << 30

// AddEvidence stores a file as it streams in and notes its hash on the
// timeline. The same bytes again give the row that stands. Errors: those of r,
// fault.Invalid (file) when it is empty, fault.TooLarge past MaxEvidence. The
// right to write is asked for before a byte is read.
func (s *Service) AddEvidence(ctx context.Context, id ID, name, comment string, r io.Reader) (Evidence, error) {
	const op = "incident.evidence"
	actor, _, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Evidence{}, err
	}
	if err := s.mayAdd(ctx, op, id, actor); err != nil {
		return Evidence{}, err
	}
	comment = i18n.NFC(comment)
	if utf8.RuneCountInString(comment) > maxLine {
		return Evidence{}, fault.Bad(op, "note", "incident.err.too_long")
	}
	ref, err := s.files.Put(ctx, r, MaxEvidence)
	if err != nil {
		return Evidence{}, err
	}
	if ref.Size == 0 {
		return Evidence{}, fault.Bad(op, "file", "incident.err.file_empty")
	}
	if had, err := s.bySum(ctx, id, ref.SHA256); err != nil || had.ID != "" {
		return had, err
	}
	e := Evidence{ID: db.NewID(), Name: fileName(name), Size: ref.Size, SHA256: ref.SHA256, Note: comment, AddedAt: cut(s.now()), By: actor.Name}
	err = s.extend(ctx, op, id, true, func(ctx context.Context, tx *db.Tx, i Incident, by auth.Actor) (map[string]any, error) {
		row := evidenceRow{ID: e.ID, IncidentID: string(id), Name: e.Name, Size: e.Size, SHA256: e.SHA256, Note: e.Note,
			AddedAt: db.At(e.AddedAt), ByName: e.By}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return nil, db.Error(op, err)
		}
		detail := map[string]any{"name": e.Name, "size": e.Size, "sha256": e.SHA256}
		return detail, s.tell(ctx, tx, i, Auto, "evidence", Arg{Value: e.Name}, Arg{Value: e.SHA256})
	})
	return e, err
}

// mayAdd asks whether the actor may add to the case, before bytes are taken in.
func (s *Service) mayAdd(ctx context.Context, op string, id ID, actor auth.Actor) error {
	i, err := get(ctx, s.records.Read(), op, auth.ScopeOf(actor, mayRead), id)
	if err != nil {
		return err
	}
	inside, err := auth.ScopeOf(actor, mayWrite).Holds(ctx, s.records.Read(), i.UnitID)
	if err == nil && !inside {
		err = &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	return err
}

func (s *Service) bySum(ctx context.Context, id ID, sum string) (Evidence, error) {
	list, err := evidence(ctx, s.records.Read(), id)
	for _, e := range list {
		if e.SHA256 == sum {
			return e, err
		}
	}
	return Evidence{}, err
}

// OpenEvidence opens a file of a case for reading, after reading it once to
// the end to see that its bytes still have the hash of the record; the caller
// closes it. Who took it is in the audit trail. When they do not match, or the
// file is gone, that is written to the trail and the timeline, and the answer is
// fault.Conflict.
func (s *Service) OpenEvidence(ctx context.Context, id ID, evidenceID string) (Evidence, io.ReadSeekCloser, error) {
	const op = "incident.evidence_read"
	i, err := s.Get(ctx, id)
	if err != nil {
		return Evidence{}, nil, err
	}
	var r evidenceRow
	err = s.records.Read().NewSelect().Model(&r).Where("id = ?", evidenceID).Where("incident_id = ?", string(id)).Scan(ctx)
	if err != nil {
		return Evidence{}, nil, db.Error(op, err)
	}
	e := r.evidence()
	file, broken, err := s.verified(ctx, e)
	if err != nil {
		return e, nil, err
	}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		detail := map[string]any{"sha256": e.SHA256, "name": e.Name}
		if !broken {
			return s.note(ctx, tx, op, i, detail)
		}
		if err := s.tell(ctx, tx, i, Auto, "evidence_broken", Arg{Value: e.Name}, Arg{Value: e.SHA256}); err != nil {
			return err
		}
		return s.note(ctx, tx, "incident.evidence_broken", i, detail)
	})
	if broken && err == nil {
		err = &fault.Error{Kind: fault.Conflict, Op: op, Msg: "incident.err.evidence_broken", Args: []any{e.Name}}
	}
	if err != nil && file != nil {
		return e, nil, errors.Join(db.Error(op, err), file.Close())
	}
	return e, file, db.Error(op, err)
}

// verified opens the bytes of e at their start. It reports broken, without
// file, when they are gone or do not match.
func (s *Service) verified(ctx context.Context, e Evidence) (file io.ReadSeekCloser, broken bool, err error) {
	file, err = s.files.Open(ctx, e.SHA256)
	if fault.Is(err, fault.NotFound) {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	sum := sha256.New()
	n, err := io.Copy(sum, file)
	if err != nil {
		return nil, false, errors.Join(err, file.Close())
	}
	if n != e.Size || hex.EncodeToString(sum.Sum(nil)) != e.SHA256 {
		return nil, true, file.Close()
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, false, errors.Join(err, file.Close())
	}
	return file, false, nil
}

// fileName keeps the last part of a name as sent, in NFC, without control
// characters; a name of nothing becomes "evidence".
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	name = i18n.NFC(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name))
	if name == "" || name == "." || name == ".." || name == "/" {
		return "evidence"
	}
	for utf8.RuneCountInString(name) > maxLine {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}
