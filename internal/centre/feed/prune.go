// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/vonggac/vonggac/internal/platform/db"
)

const (
	// keepDays is how long files that were taken or refused are kept in the
	// folders of feeds, unless a person set otherwise.
	keepDays    = 30
	maxKeepDays = 3650
	pruneEvery  = time.Hour
)

// stampLayout is the UTC time at the head of the name under which a dropped file
// was put away.
const stampLayout = "20060102-150405"

// clean removes what was put away in the folders of f longer ago than days; 0
// keeps all. What of it became a list is in the records. Files whose names have
// no stamp are not the room's and stay.
func (s *Service) clean(ctx context.Context, dir *os.Root, f row, days int64) error {
	if days == 0 {
		return nil
	}
	before, n := s.Now().AddDate(0, 0, -int(days)), int64(0)
	var errs []error
	for _, in := range []string{takenFolder, refusedFolder} {
		files, err := entries(dir, in)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, info := range files {
			if !old(info, before) {
				continue
			}
			if err := dir.RemoveAll(path.Join(in, info.Name())); err != nil {
				errs = append(errs, err)
				continue
			}
			n++
		}
	}
	if n > 0 {
		s.Log.Info("files put away in the folders of a feed were removed", "feed", f.ID, "files", n, "days", days)
		errs = append(errs, s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewUpdate().Model((*row)(nil)).Set("pruned = pruned + ?", n).Set("pruned_at = ?", db.At(s.Now())).Where("id = ?", f.ID).Exec(ctx)
			return db.Error("feed.clean", err)
		}))
	}
	return errors.Join(errs...)
}

// old reports whether a file was put away before a moment, by its name: its own
// time is that of the content.
func old(info fs.FileInfo, before time.Time) bool {
	name := info.Name()
	if len(name) <= len(stampLayout) {
		return false
	}
	at, err := time.Parse(stampLayout, name[:len(stampLayout)])
	return err == nil && at.Before(before)
}
