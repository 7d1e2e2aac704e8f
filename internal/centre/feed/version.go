// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// newest is the newest version of f's list, whatever became of it; false when
// there is none.
func (s *Service) newest(ctx context.Context, f row) (indicator.Version, bool, error) {
	if f.List == "" {
		return indicator.Version{}, false, nil
	}
	all, err := s.Lists.Versions(reading(ctx, f), indicator.ID(f.List))
	if err != nil || len(all) == 0 {
		return indicator.Version{}, false, err
	}
	return all[0], true, nil
}

// decided is the outcome of content that is version v; fresh says that it was
// not there before.
func decided(v indicator.Version, fresh bool) outcome {
	out := outcome{seq: v.Seq, rows: v.Report.Added, sha256: v.SHA256, list: v.List}
	switch {
	case v.State == indicator.Waiting:
		out.state = Loading
	case v.State == indicator.Refused:
		out.state, out.why = Refused, v.Problem
	case fresh:
		out.state = Done
	default:
		out.state = Same
	}
	return out
}

// take stores content and makes it a version of f's list, unless it is the
// newest one already. ctx acts for the person f stands under.
func (s *Service) take(ctx context.Context, f row, name string, in io.Reader, note string) (outcome, error) {
	sum := sha256.New()
	file, err := s.Lists.Store(ctx, name, io.TeeReader(in, sum))
	if err != nil {
		return outcome{}, err
	}
	hash := hex.EncodeToString(sum.Sum(nil))
	if f.List == "" {
		return s.make(ctx, f, file, hash)
	}
	for tries := 0; ; tries++ {
		l, err := s.Lists.Get(ctx, indicator.ID(f.List))
		if err != nil {
			return outcome{}, err
		}
		v, has, err := s.newest(ctx, f)
		if err != nil {
			return outcome{}, err
		}
		if has && v.SHA256 == hash {
			return decided(v, false), nil
		}
		_, err = s.Lists.Replace(ctx, l.ID, l.Version, s.Say(i18n.Vietnamese, note, f.Name), file)
		if fault.Is(err, fault.Conflict) && tries < 3 {
			continue // somebody changed the list in between
		}
		if err != nil {
			return outcome{}, err
		}
		v, _, err = s.newest(ctx, f)
		return decided(v, true), err
	}
}

// make makes the list of f with its first content. The hash is noted first: a
// process that dies after the list is made finds it again by that.
func (s *Service) make(ctx context.Context, f row, file indicator.File, hash string) (outcome, error) {
	const op = "feed.make"
	if id, v, err := s.made(ctx, f, f.Making); err != nil || id != "" {
		if err != nil {
			return outcome{}, err
		}
		f.List = string(id)
		if v.SHA256 == hash {
			return decided(v, true), nil
		}
	}
	if f.List == "" {
		err := s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewUpdate().Model((*row)(nil)).Set("making = ?", hash).Where("id = ?", f.ID).Exec(ctx)
			return db.Error(op, err)
		})
		if err != nil {
			return outcome{}, err
		}
		l := f.feed().New
		l.Note = s.Say(i18n.Vietnamese, "feed.note.made", f.Name)
		l, err = s.Lists.Create(ctx, l, file)
		if err != nil {
			return outcome{}, err
		}
		f.List = string(l.ID)
	} else {
		l, err := s.Lists.Get(ctx, indicator.ID(f.List))
		if err != nil {
			return outcome{}, err
		}
		if _, err := s.Lists.Replace(ctx, l.ID, l.Version, s.Say(i18n.Vietnamese, "feed.note.fetched", f.Name), file); err != nil {
			return outcome{}, err
		}
	}
	v, _, err := s.newest(ctx, f)
	return decided(v, true), err
}

// made finds the list that an earlier run made with the content of hash and
// died before it could say so.
func (s *Service) made(ctx context.Context, f row, hash string) (indicator.ID, indicator.Version, error) {
	if hash == "" {
		return "", indicator.Version{}, nil
	}
	ctx = reading(ctx, f)
	p, err := s.Lists.List(ctx, indicator.Filter{Query: f.ListName, Limit: 1000})
	if err != nil {
		return "", indicator.Version{}, err
	}
	for _, l := range p.Rows {
		if i18n.Fold(l.Name) != i18n.Fold(f.ListName) || l.Owner != f.Unit || l.CreatedAt.Before(f.CreatedAt.Time) {
			continue
		}
		all, err := s.Lists.Versions(ctx, l.ID)
		if err != nil {
			return "", indicator.Version{}, err
		}
		if n := len(all); n > 0 && all[n-1].SHA256 == hash {
			return l.ID, all[0], nil
		}
	}
	return "", indicator.Version{}, nil
}
