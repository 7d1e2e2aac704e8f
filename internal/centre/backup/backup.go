// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package backup is the room where the administrator sees that the centre can
// come back: nightly backups, checks, restore drills, and the red mark when the
// newest good backup is too old. What a backup is stands in platform/backup;
// this room decides when, where to and how many. Start at Service.
package backup

import (
	"cmp"
	"embed"
	"path/filepath"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"

	store "github.com/vonggac/vonggac/internal/platform/backup"
)

// Migrations hold the schema of the room.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the texts of the room.
//
//go:embed messages.yaml
var Messages embed.FS

var mayConfigure = auth.Permission{Area: auth.Settings, Act: auth.Configure}

// SettingName names the room's value in platform/setting.
const SettingName = "backup"

// Settings are what the administrator chooses. Default gives those in force
// until then.
type Settings struct {
	Off     bool       `json:"off"`    // no nightly backup
	Folder  string     `json:"folder"` // absolute path; empty: the default folder beside the data
	Hour    int        `json:"hour"`   // 0..23, Asia/Ho_Chi_Minh
	Keep    store.Keep `json:"keep"`
	RedDays int        `json:"red_days"` // the newest good backup may be so many days old
}

// Default is a backup each night at two, a week of days, a month of weeks and
// a year of months.
func Default() Settings {
	return Settings{Hour: 2, Keep: store.Keep{Daily: 7, Weekly: 4, Monthly: 12}, RedDays: 2}
}

// check refuses what cannot be, field by field; what the disk says of the
// folder is asked apart.
func (s Settings) check(data string) error {
	fields := map[string]string{}
	within := func(field string, n, least, most int, reason string) {
		if n < least || n > most {
			fields[field] = reason
		}
	}
	within("hour", s.Hour, 0, 23, "backup.bad.hour")
	within("daily", s.Keep.Daily, 1, 366, "backup.bad.daily")
	within("weekly", s.Keep.Weekly, 0, 520, "backup.bad.weekly")
	within("monthly", s.Keep.Monthly, 0, 120, "backup.bad.monthly")
	within("red_days", s.RedDays, 1, 30, "backup.bad.red_days")
	if s.Folder != "" && !filepath.IsAbs(s.Folder) {
		fields["folder"] = "backup.bad.folder"
	}
	if s.Folder != "" && (inside(s.Folder, filepath.Join(data, "files")) || filepath.Clean(s.Folder) == filepath.Clean(data)) {
		fields["folder"] = "backup.bad.inside"
	}
	if len(fields) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: "backup.Save", Fields: fields}
	}
	return nil
}

// inside reports whether path is dir or lies in it.
func inside(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// slot is the latest moment not after now at which a nightly backup is due.
func (s Settings) slot(now time.Time) time.Time {
	local := now.In(i18n.Hanoi)
	at := time.Date(local.Year(), local.Month(), local.Day(), s.Hour, 0, 0, 0, i18n.Hanoi)
	if at.After(now) {
		at = at.AddDate(0, 0, -1)
	}
	return at
}

// Kind says what a run did.
type Kind string

// The kinds.
const (
	Take  Kind = "take"
	Check Kind = "check"
	Drill Kind = "drill"
)

// Run is one thing that was done, with its end. Times are UTC to the
// millisecond.
type Run struct {
	bun.BaseModel `bun:"table:backup_run,alias:run"`

	ID      string       `bun:"id,pk"`
	Kind    Kind         `bun:"kind"`
	Reason  store.Reason `bun:"reason"`
	Folder  string       `bun:"folder"`
	Name    string       `bun:"name"` // of the backup; empty when none came about
	Good    bool         `bun:"good"`
	BegunAt db.Time      `bun:"begun_at"`
	EndedAt db.Time      `bun:"ended_at"`
	ByID    string       `bun:"by_id"` // account id, or "system"
	ByName  string       `bun:"by_name"`
	Tables  int64        `bun:"tables"`
	Rows    int64        `bun:"row_count"`
	Files   int64        `bun:"files"`
	Bytes   int64        `bun:"bytes"`
	Problem string       `bun:"problem"` // JSON of a jobs.Failure; empty when good
}

// Took is how long the run was.
func (r Run) Took() time.Duration { return r.EndedAt.Sub(r.BegunAt.Time) }

// counts fills in what a backup holds.
func (r *Run) counts(m store.Manifest) {
	r.Tables, r.Rows, r.Files, r.Bytes = int64(len(m.Tables)), m.Rows(), m.Files.Rows, m.Bytes+m.Size()
	r.Reason = cmp.Or(m.Reason, r.Reason)
}
