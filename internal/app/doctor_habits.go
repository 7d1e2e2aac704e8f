// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/vonggac/vonggac/internal/centre/webhook"
	"github.com/vonggac/vonggac/internal/platform/health"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/notify"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

// sealLate is from when on entries without seal are a sign of trouble; the
// sealer looks every second.
const sealLate = time.Minute

// checkAudit proves the chain when asked to, else says what the daily look found.
func (a *App) checkAudit(ctx context.Context, e Exam) (health.Result, error) {
	if e.Audit {
		r, err := a.Rooms.Trail.Sealer.Verify(ctx)
		if err != nil {
			return health.Result{}, err
		}
		if !r.OK() {
			t := r.Troubles[0]
			return health.Say(health.Wrong, "health.audit.broken", r.Count, string(t.Flaw), t.Seq).Then("health.audit.broken.do"), nil
		}
		return health.Say(health.OK, "health.audit.proved", r.Sealed, r.Head.Hash), nil
	}
	waiting, since, err := a.Rooms.Trail.Sealer.Waiting(ctx)
	if err != nil {
		return health.Result{}, err
	}
	if late := a.opt.Now().Sub(since); waiting > 0 && late > sealLate && a.who() != Nobody {
		return health.Say(health.Warning, "health.audit.unsealed", waiting, i18n.Duration(ctx, late)).Then("health.audit.unsealed.do"), nil
	}
	c, ok, err := a.Rooms.Trail.Newest(ctx)
	switch {
	case err != nil:
		return health.Result{}, err
	case !ok:
		return health.Say(health.Unknown, "health.audit.never"), nil
	case !c.Report.OK():
		return health.Say(health.Wrong, "health.audit.broken", c.Report.Count, string(c.Report.Troubles[0].Flaw), c.Report.Troubles[0].Seq).
			Then("health.audit.broken.do"), nil
	}
	return health.Say(health.OK, "health.audit.ok", c.Report.Sealed, i18n.Time(ctx, c.At)), nil
}

// checkBackup says how old the newest good backup is.
func (a *App) checkBackup(ctx context.Context) (health.Result, error) {
	s, err := a.Rooms.Backups.Status(ctx)
	switch {
	case err != nil:
		return health.Result{}, err
	case s.Red && s.Newest == nil:
		return health.Say(health.Wrong, "health.backup.none", s.Folder).Then("health.backup.do"), nil
	case s.Red:
		return health.Say(health.Wrong, "health.backup.old", i18n.Time(ctx, s.Newest.Manifest.MadeAt)).Then("health.backup.do"), nil
	case s.Newest == nil:
		return health.Say(health.Unknown, "health.backup.soon", i18n.Time(ctx, s.Next)), nil
	case s.SameDisk:
		return health.Say(health.Warning, "health.backup.same", i18n.Time(ctx, s.Newest.Manifest.MadeAt)).Then("health.backup.same.do"), nil
	}
	return health.Say(health.OK, "health.backup.ok", i18n.Time(ctx, s.Newest.Manifest.MadeAt)), nil
}

// letterLate is from when on letters that wait are a sign of trouble.
const letterLate = time.Hour

// checkNotices says whether letters leave.
func (a *App) checkNotices(ctx context.Context) (health.Result, error) {
	var mail notify.Settings
	if _, err := setting.Get(ctx, a.Records.Read(), notify.SettingName, &mail); err != nil {
		return health.Result{}, err
	}
	h, err := a.Rooms.Notices.Health(ctx)
	on := mail.Way != notify.Off && mail.Way != ""
	switch {
	case err != nil:
		return health.Result{}, err
	case on && h.Waiting > 0 && a.opt.Now().Sub(h.Oldest) > letterLate:
		return health.Say(health.Warning, "health.notices.late", h.Waiting, i18n.Time(ctx, h.Oldest)).Then("health.notices.do"), nil
	case h.Failed > 0:
		return health.Say(health.Warning, "health.notices.failed", h.Failed).Then("health.notices.do"), nil
	case !on:
		return health.Say(health.OK, "health.notices.off"), nil
	}
	return health.Say(health.OK, "health.notices.ok", h.Waiting), nil
}

// checkWebhooks says whether programs that are told of changes take them.
func (a *App) checkWebhooks(ctx context.Context) (health.Result, error) {
	var on, lost int64
	err := a.Records.Read().NewRaw(webhookCounts, string(webhook.On), string(webhook.Failed)).Scan(ctx, &on, &lost)
	switch {
	case err != nil:
		return health.Result{}, err
	case lost > 0:
		return health.Say(health.Warning, "health.webhooks.failed", lost).Then("health.webhooks.do"), nil
	}
	return health.Say(health.OK, "health.webhooks.ok", on), nil
}

// webhookCounts counts the subscriptions in two states.
const webhookCounts = `SELECT COALESCE(SUM(CASE WHEN state = ? THEN 1 ELSE 0 END), 0),
	COALESCE(SUM(CASE WHEN state = ? THEN 1 ELSE 0 END), 0) FROM webhook`

// doctorCommand answers the command line of a running centre.
func (a *App) doctorCommand(ctx context.Context, args json.RawMessage, _ func(Step)) (any, error) {
	var e Exam
	if err := json.Unmarshal(args, &e); err != nil {
		return nil, fmt.Errorf("control doctor: %w", err)
	}
	return a.Examine(ctx, e), nil
}
