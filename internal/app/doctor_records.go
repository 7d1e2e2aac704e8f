// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/health"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

// The checks of this file look at the records and the work done on them.

func (a *App) checkRecords(ctx context.Context) (health.Result, error) {
	if a.Records == nil {
		if errors.Is(a.recordsErr, fs.ErrNotExist) {
			return health.Say(health.Wrong, "health.records.absent").Then("health.records.absent.do"), nil
		}
		return health.Say(health.Wrong, "health.records.closed", a.recordsErr).Then("health.records.closed.do"), nil
	}
	words, number, err := a.Records.Release(ctx)
	if err != nil {
		return health.Say(health.Wrong, "health.records.closed", err).Then("health.records.closed.do"), nil
	}
	if a.Records.Engine() == db.Postgres && number < db.OldestPostgres {
		return health.Say(health.Wrong, "health.records.old", words).Then("health.records.old.do"), nil
	}
	return health.Say(health.OK, "health.records.ok", words), nil
}

func (a *App) checkSchema(ctx context.Context) (health.Result, error) {
	s, err := a.Records.Schema(ctx, migrations()...)
	switch {
	case err != nil:
		return health.Say(health.Wrong, "health.schema.none", err).Then("health.schema.none.do"), nil
	case len(s.Unknown) > 0:
		return health.Say(health.Wrong, "health.schema.newer", s.Latest()).Then("health.schema.newer.do"), nil
	case len(s.Missing) > 0:
		return health.Say(health.Warning, "health.schema.older", len(s.Missing)).Then("health.schema.older.do"), nil
	}
	return health.Say(health.OK, "health.schema.ok", s.Latest()), nil
}

func (a *App) checkIntegrity(ctx context.Context, e Exam) (health.Result, error) {
	switch {
	case a.Records.Engine() == db.Postgres:
		return health.Say(health.OK, "health.integrity.postgres"), nil
	case e.Quick:
		return health.Say(health.Unknown, "health.integrity.later"), nil
	}
	said, err := a.Records.Integrity(ctx, e.Deep)
	switch {
	case err != nil:
		return health.Say(health.Wrong, "health.integrity.bad", err).Then("health.integrity.do"), nil
	case len(said) > 0:
		return health.Say(health.Wrong, "health.integrity.bad", strings.Join(said, "; ")).Then("health.integrity.do"), nil
	}
	return health.Say(health.OK, "health.integrity.ok"), nil
}

// stored is every column that names a file by its hash.
const stored = `SELECT sha256 AS sha FROM source_file UNION SELECT sha256 FROM indicator_version UNION SELECT sha256 FROM incident_evidence
	UNION SELECT inputs_sha FROM report_print UNION SELECT docx_sha FROM report_print UNION SELECT pdf_sha FROM report_print UNION SELECT sha FROM paper_template
	UNION SELECT file_sha FROM report_sending WHERE file_sha <> ''
	UNION SELECT sha256 FROM unit_file UNION SELECT sha256 FROM document_file UNION SELECT file_sha FROM directive UNION SELECT reading_sha FROM directive UNION SELECT sha256 FROM directive_file UNION SELECT xlsx_sha FROM report_print WHERE xlsx_sha <> ''
	UNION SELECT sha FROM report_upload`

const (
	sampledFiles = 50 // whose hash is proved without Deep: each n-th
	quickFiles   = 5
	namedFiles   = 3 // hashes named in the answer
)

// checkFiles holds that every file the records name is there, and proves the
// bytes of some of them, or of all with Deep.
func (a *App) checkFiles(ctx context.Context, e Exam) (health.Result, error) {
	if a.Files == nil {
		return health.Say(health.Wrong, "health.files.closed", a.filesErr).Then("health.files.do"), nil
	}
	var names []string
	if err := a.Records.Read().NewRaw("SELECT sha FROM ("+stored+") AS stored ORDER BY sha").Scan(ctx, &names); err != nil {
		return health.Result{}, err
	}
	sample := sampledFiles
	if e.Quick {
		sample = quickFiles
	}
	step := max(1, len(names)/sample)
	var absent, changed []string
	proved := 0
	for i, sha := range names {
		there, err := a.Files.Has(ctx, sha)
		if err != nil {
			return health.Result{}, err
		}
		if !there {
			absent = append(absent, sha)
			continue
		}
		if !e.Deep && i%step != 0 {
			continue
		}
		same, err := verify(ctx, a.Files, sha, e.Quick)
		if err != nil {
			return health.Result{}, err
		}
		if proved++; !same {
			changed = append(changed, sha)
		}
	}
	if len(absent)+len(changed) > 0 {
		return health.Say(health.Wrong, "health.files.bad", len(names), len(absent), len(changed), firstOf(append(absent, changed...))).
			Then("health.files.do"), nil
	}
	return health.Say(health.OK, "health.files.ok", len(names), proved), nil
}

// verify proves the bytes of a file; a page does not wait for it.
func verify(ctx context.Context, files *blob.Store, sha string, quick bool) (bool, error) {
	if quick {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
	}
	same, err := files.Verify(ctx, sha)
	if quick && errors.Is(err, context.DeadlineExceeded) {
		return true, nil // too large for a page; the command reads it
	}
	return same, err
}

func firstOf(list []string) string {
	var cut []string
	for _, sha := range list[:min(namedFiles, len(list))] {
		cut = append(cut, sha[:min(12, len(sha))])
	}
	return strings.Join(cut, ", ")
}

// canary is a sealed value by which a check knows that the key fits the
// records, whatever else is sealed in them.
const (
	canaryName    = "health.key"
	canaryPurpose = "health.key"
	canaryText    = "fits"
)

// sealCanary keeps the canary, made once; it is never replaced, since another
// key would then look right.
func (a *App) sealCanary(ctx context.Context) error {
	var sealed string
	version, err := setting.Get(ctx, a.Records.Read(), canaryName, &sealed)
	if err != nil || version > 0 {
		return err
	}
	err = a.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		return setting.Put(ctx, tx, a.opt.Now(), canaryName, 0, a.Secrets.Seal(canaryPurpose, canaryText))
	})
	if fault.Is(err, fault.Conflict) {
		return nil // another process was first
	}
	return err
}

func (a *App) checkSecret(ctx context.Context) (health.Result, error) {
	if a.Secrets == nil {
		return health.Say(health.Wrong, "health.secret.absent", a.secretErr).Then("health.secret.do"), nil
	}
	var sealed string
	version, err := setting.Get(ctx, a.Records.Read(), canaryName, &sealed)
	if err != nil {
		return health.Result{}, err
	}
	if version == 0 {
		return health.Say(health.OK, "health.secret.first"), nil
	}
	if text, err := a.Secrets.Open(canaryPurpose, sealed); err != nil || text != canaryText {
		return health.Say(health.Wrong, "health.secret.other").Then("health.secret.do"), nil
	}
	return health.Say(health.OK, "health.secret.ok"), nil
}

// The clock may stand a little behind the newest record after a correction;
// more means that it was set back, and terms would be counted wrong.
const (
	clockSlack = 5 * time.Minute
	clockWrong = time.Hour
)

func (a *App) checkClock(ctx context.Context) (health.Result, error) {
	var newest db.Time
	if err := a.Records.Read().NewRaw("SELECT MAX(at) FROM audit_entry").Scan(ctx, &newest); err != nil {
		return health.Result{}, err
	}
	now := a.opt.Now()
	behind := newest.Sub(now)
	switch {
	case newest.IsZero() || behind <= clockSlack:
		return health.Say(health.OK, "health.clock.ok", i18n.Time(ctx, now)), nil
	case behind <= clockWrong:
		return health.Say(health.Warning, "health.clock.back", i18n.Time(ctx, now), behind.Round(time.Minute)).Then("health.clock.do"), nil
	}
	return health.Say(health.Wrong, "health.clock.back", i18n.Time(ctx, now), behind.Round(time.Minute)).Then("health.clock.do"), nil
}

func (a *App) checkDuties(context.Context) (health.Result, error) {
	if a.who() != Itself || a.server == nil {
		return health.Say(health.Unknown, "health.duties.unseen"), nil
	}
	now := a.opt.Now()
	var late, failing []string
	seen := map[string]beat{}
	for _, b := range a.behind.beats.list() {
		seen[b.name] = b
		if now.Sub(b.at) > 3*b.every+time.Minute {
			late = append(late, b.name)
		}
		if b.err != nil {
			failing = append(failing, fmt.Sprintf("%s (%v)", b.name, b.err))
		}
	}
	for _, d := range a.behind.duties {
		if _, ok := seen[d.name]; !ok {
			late = append(late, d.name)
		}
	}
	switch {
	case len(failing) > 0:
		return health.Say(health.Wrong, "health.duties.failing", strings.Join(failing, "; ")).Then("health.duties.do"), nil
	case len(late) > 0:
		return health.Say(health.Warning, "health.duties.late", strings.Join(late, ", ")).Then("health.duties.do"), nil
	}
	return health.Say(health.OK, "health.duties.ok", len(seen)), nil
}

const (
	jobsWait   = 15 * time.Minute   // a due job nobody took for so long is stuck
	jobsRecent = 7 * 24 * time.Hour // failures older than this somebody has seen
	silence    = 24 * time.Hour     // of a source
)

func (a *App) checkJobs(ctx context.Context) (health.Result, error) {
	now := a.opt.Now()
	var n struct{ Failed, Waiting, Lost int64 }
	err := a.Records.Read().NewRaw(`SELECT COALESCE(SUM(CASE WHEN state = 'failed' AND ended_at >= ? THEN 1 ELSE 0 END), 0) AS failed,
		COALESCE(SUM(CASE WHEN state = 'queued' AND run_after <= ? THEN 1 ELSE 0 END), 0) AS waiting,
		COALESCE(SUM(CASE WHEN state = 'running' AND lease_until <= ? THEN 1 ELSE 0 END), 0) AS lost FROM job`,
		db.At(now.Add(-jobsRecent)), db.At(now.Add(-jobsWait)), db.At(now.Add(-jobsWait))).Scan(ctx, &n.Failed, &n.Waiting, &n.Lost)
	if err != nil {
		return health.Result{}, err
	}
	switch {
	case n.Waiting+n.Lost > 0 && a.who() != Nobody:
		return health.Say(health.Wrong, "health.jobs.stuck", n.Waiting, n.Lost).Then("health.jobs.stuck.do"), nil
	case n.Failed > 0:
		return health.Say(health.Warning, "health.jobs.failed", n.Failed).Then("health.jobs.failed.do"), nil
	}
	return health.Say(health.OK, "health.jobs.ok", n.Waiting), nil
}

func (a *App) checkIndicators(ctx context.Context) (health.Result, error) {
	held, err := a.Rooms.Indicators.Current(ctx)
	defer held.Release()
	index := held.Index()
	switch {
	case err != nil:
		return health.Say(health.Wrong, "health.indicators.bad", err).Then("health.indicators.do"), nil
	case index.Len() == 0:
		return health.Say(health.Warning, "health.indicators.none").Then("health.indicators.none.do"), nil
	}
	return health.Say(health.OK, "health.indicators.ok", i18n.Number(ctx, int64(index.Len())), len(index.Lists())), nil
}

func (a *App) checkSources(ctx context.Context) (health.Result, error) {
	var all, heard int64
	err := a.Records.Read().NewRaw(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM source_file f
		WHERE f.source_id = source.id AND f.received_at >= ? AND f.lines > 0) THEN 1 ELSE 0 END), 0) FROM source WHERE closed = ?`,
		db.At(a.opt.Now().Add(-silence)), false).Scan(ctx, &all, &heard)
	switch {
	case err != nil:
		return health.Result{}, err
	case all == 0:
		return health.Say(health.Warning, "health.sources.none").Then("health.sources.none.do"), nil
	case heard < all:
		return health.Say(health.Warning, "health.sources.silent", all-heard, all).Then("health.sources.do"), nil
	}
	return health.Say(health.OK, "health.sources.ok", all), nil
}
