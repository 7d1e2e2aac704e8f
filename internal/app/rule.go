// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/rule"
	"github.com/vonggac/vonggac/internal/platform/health"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// rulesIn is the folder where a province's own packs lie.
func (a *App) rulesIn() string {
	return cmp.Or(a.opt.Config.RulePacks.Folder, filepath.Join(a.opt.Config.Data, "rulepacks"))
}

// loadLaws reads the packs of the program and those of the folder. A pack of the
// folder that is wrong is refused by itself, logged, and named by its page and
// by the doctor. A folder that is not there holds none, unless it was named.
func (a *App) loadLaws() (*rulepack.Set, []error, error) {
	laws, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		return nil, nil, err
	}
	folder := a.rulesIn()
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) && a.opt.Config.RulePacks.Folder == "" {
		return laws, nil, nil
	}
	laws, faults := laws.With(os.DirFS(folder))
	for _, err := range faults {
		a.opt.Log.Error("rule pack refused", "folder", folder, "err", err)
	}
	return laws, faults, nil
}

// rules builds the room of the law as data and puts the overrides of the
// records in place; other processes' follow within seconds.
func (a *App) rules(ctx context.Context, faults []error) (*rule.Service, error) {
	s := rule.New(rule.Deps{Records: a.Records, Now: a.opt.Now, Log: a.opt.Log, Laws: a.Rooms.Packs, Faults: faults, Folder: a.rulesIn(), Root: a.root})
	a.command("deadline", a.deadlineCommand)
	if a.inspected {
		return s, nil // the schema may be older than this program
	}
	a.behind.here(5*time.Second, "read overrides of rule packs", s.Refresh)
	return s, s.Refresh(ctx)
}

// checkRules says whether packs of the province's own were refused.
func (a *App) checkRules(context.Context) (health.Result, error) {
	if a.Rooms.Rules == nil || a.Rooms.Packs == nil {
		return health.Say(health.Unknown, "health.unasked"), nil
	}
	if faults := a.Rooms.Rules.Faults; len(faults) > 0 {
		return health.Say(health.Warning, "health.rules.refused", strings.ReplaceAll(errors.Join(faults...).Error(), "\n", "; ")).Then("health.rules.do", a.rulesIn()), nil
	}
	return health.Say(health.OK, "health.rules.ok", len(a.Rooms.Packs.Packs())), nil
}
