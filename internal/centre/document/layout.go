// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"errors"
	"io"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc/lint"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
)

// Layout holds a file somebody brings against the layout rules of Nghị định
// 30/2020/NĐ-CP, Phụ lục I. Nothing of it is kept; what may not come into the
// register is refused here as there. Errors: those of AddFile, and fault.Invalid
// (file) for what is neither DOCX nor PDF.
func (s *Service) Layout(ctx context.Context, name string, r io.Reader) (lint.Report, error) {
	const op = "document.layout"
	actor, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return lint.Report{}, err
	}
	refuse := func(err error, size int64) (lint.Report, error) {
		return lint.Report{}, s.refused(ctx, Document{Head: Head{Unit: actor.Home}}, err, size)
	}
	if err := paperfile.CheckName(name); err != nil {
		return refuse(err, 0)
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		return lint.Report{}, &fault.Error{Kind: fault.Unavailable, Op: op, Msg: "document.bad.busy"}
	}
	data, err := io.ReadAll(io.LimitReader(r, s.Limit+1))
	if err != nil {
		return lint.Report{}, err
	}
	if int64(len(data)) > s.Limit {
		return lint.Report{}, &fault.Error{Kind: fault.TooLarge, Op: op, Msg: "fault.too_large_of", Args: []any{i18n.Bytes(ctx, s.Limit)}}
	}
	if _, err := paperfile.Read(ctx, name, data, paperfile.Limits{}); err != nil {
		return refuse(err, int64(len(data)))
	}
	return layoutOf(op, data)
}

// LayoutOf is Layout of a file of a paper that the actor sees.
func (s *Service) LayoutOf(ctx context.Context, id ID, file string) (File, lint.Report, error) {
	f, in, err := s.OpenFile(ctx, id, file)
	if err != nil {
		return f, lint.Report{}, err
	}
	data, err := io.ReadAll(in)
	if err = errors.Join(err, in.Close()); err != nil {
		return f, lint.Report{}, err
	}
	found, err := layoutOf("document.layout", data)
	return f, found, err
}

func layoutOf(op string, data []byte) (lint.Report, error) {
	found, err := lint.Check(data)
	if err != nil {
		return found, fault.Bad(op, "file", lint.ErrorKey(err))
	}
	return found, nil
}
