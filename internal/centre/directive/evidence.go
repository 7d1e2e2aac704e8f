// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
)

// File is one file that proves an answer.
type File struct {
	ID        string
	Directive ID
	Task      string
	Unit      string
	Name      string
	SHA256    string
	Size      int64
	By        string
	At        time.Time
}

type fileRow struct {
	bun.BaseModel `bun:"table:directive_file,alias:f"`

	ID        string  `bun:"id,pk"`
	Directive string  `bun:"directive_id"`
	Task      string  `bun:"task_id"`
	Unit      string  `bun:"unit_id"`
	Name      string  `bun:"name"`
	SHA256    string  `bun:"sha256"`
	Size      int64   `bun:"size"`
	ByName    string  `bun:"by_name"`
	At        db.Time `bun:"at"`
}

func (r fileRow) file() File {
	return File{ID: r.ID, Directive: ID(r.Directive), Task: r.Task, Unit: r.Unit, Name: r.Name, SHA256: r.SHA256, Size: r.Size, By: r.ByName, At: r.At.Time}
}

// ProveBy adds a paper of the register as proof of a task: one the actor sees.
// Errors: fault.Invalid (document).
func (s *Service) ProveBy(ctx context.Context, id ID, task, document string) error {
	const op = "directive.prove"
	t, err := s.provable(ctx, op, id, task)
	if err != nil {
		return err
	}
	_, err = s.Obligations.Prove(ctx, obligation.ID(t.Obligation), obligation.Evidence{Kind: obligation.ByDocument, Document: document, Ref: document})
	return err
}

// Attach keeps a file as proof of a task. Nothing of one that may not come in is
// kept. Errors: fault.Invalid (file), fault.TooLarge, and those of Prove.
func (s *Service) Attach(ctx context.Context, id ID, task, name string, data []byte) (File, error) {
	const op = "directive.attach"
	t, err := s.provable(ctx, op, id, task)
	if err != nil {
		return File{}, err
	}
	name = i18n.NFC(path.Base(strings.ReplaceAll(name, `\`, "/")))
	switch {
	case len(data) == 0:
		return File{}, fault.Bad(op, "file", "directive.bad.file")
	case int64(len(data)) > s.Limit:
		return File{}, &fault.Error{Kind: fault.TooLarge, Op: op, Msg: "fault.too_large_of", Args: []any{i18n.Bytes(ctx, s.Limit)}}
	case len([]rune(name)) > 200:
		return File{}, fault.Bad(op, "file", "directive.bad.long")
	}
	if _, err := paperfile.Read(ctx, name, data, paperfile.Limits{}); err != nil {
		if r := new(paperfile.Refusal); errors.As(err, &r) {
			return File{}, s.refused(ctx, op, "file", &Arrival{Unit: t.Unit, Name: name, Data: data}, r)
		}
		return File{}, err
	}
	ref, err := s.Files.Put(ctx, bytes.NewReader(data), s.Limit)
	if err != nil {
		return File{}, err
	}
	actor, _ := auth.From(ctx)
	r := fileRow{ID: db.NewID(), Directive: string(id), Task: task, Unit: t.Unit, Name: name, SHA256: ref.SHA256, Size: int64(len(data)), ByName: actor.Name, At: db.At(s.now())}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := s.sight(ctx, op, tx, id)
		if err != nil {
			return err
		}
		if err := db.Put(ctx, tx, "", r); err != nil {
			return db.Error(op, err)
		}
		return s.noteTask(ctx, tx, op, d, t, map[string]any{"name": name, "sha256": ref.SHA256, "size": r.Size})
	})
	if err != nil {
		return File{}, err
	}
	_, err = s.Obligations.Prove(ctx, obligation.ID(t.Obligation), obligation.Evidence{Kind: obligation.ByFile, Ref: name + ", SHA-256 " + ref.SHA256})
	return r.file(), err
}

// provable is a task that the actor answers for and whose proof may still come:
// nothing is kept for a duty that was waived or cancelled on its own page.
func (s *Service) provable(ctx context.Context, op string, id ID, task string) (Task, error) {
	t, err := s.TaskOf(ctx, id, task)
	if err != nil {
		return t, err
	}
	may, err := s.Answers(ctx, t.Unit)
	switch {
	case err != nil:
		return t, err
	case !may:
		return t, &fault.Error{Kind: fault.Forbidden, Op: op}
	case t.State == Withdrawn || t.State == Moved:
		return t, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict.task." + string(t.State)}
	}
	o, err := s.Obligations.Get(ctx, obligation.ID(t.Obligation))
	if err == nil && o.State != obligation.Open && o.State != obligation.Met {
		err = &fault.Error{Kind: fault.Conflict, Op: op, Msg: "obligation.err.not_open"}
	}
	return t, err
}

// FilesOf lists the files that prove what a body owes on a directive, by task.
func (s *Service) FilesOf(ctx context.Context, id ID, units ...string) (map[string][]File, error) {
	const op = "directive.FilesOf"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	var rows []fileRow
	sel := s.Records.Read().NewSelect().Model(&rows).Where("f.directive_id = ?", string(id)).Where("f.unit_id IN (?)", bun.List(units))
	if err := scope.Filter(sel, "f.unit_id").Order("f.id").Scan(ctx); err != nil {
		return nil, db.Error(op, err)
	}
	out := map[string][]File{}
	for _, r := range rows {
		out[r.Task] = append(out[r.Task], r.file())
	}
	return out, nil
}

// OpenFile opens a file that proves an answer of a body in the actor's sight. The
// caller closes it.
func (s *Service) OpenFile(ctx context.Context, id ID, file string) (File, io.ReadSeekCloser, error) {
	const op = "directive.OpenFile"
	q := s.Records.Read()
	if _, err := s.sight(ctx, op, q, id); err != nil {
		return File{}, nil, err
	}
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return File{}, nil, err
	}
	var r fileRow
	sel := q.NewSelect().Model(&r).Where("f.id = ?", file).Where("f.directive_id = ?", string(id))
	if err := scope.Filter(sel, "f.unit_id").Scan(ctx); err != nil {
		return File{}, nil, db.Error(op, err)
	}
	in, err := s.Files.Open(ctx, r.SHA256)
	return r.file(), in, err
}
