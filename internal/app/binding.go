// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/vonggac/vonggac/internal/centre/binding"
	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// bindings builds the room that says what a demand is bound to: the library of
// the program and the files of the province's own folder, in which a wrong one is
// refused by itself, logged and named by the room's page.
func (a *App) bindings() (*binding.Service, error) {
	words, err := directive.Words()
	if err != nil {
		return nil, err
	}
	library, err := binding.Load()
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(a.opt.Config.Data, "bindings")
	var faults []error
	if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
		library, faults = library.With(os.DirFS(folder), a.Rooms.Packs)
	}
	for _, err := range faults {
		a.opt.Log.Error("bindings refused", "folder", folder, "err", err)
	}
	return binding.New(binding.Deps{Records: a.Records, Now: a.opt.Now, Laws: a.Rooms.Packs, Library: library, Faults: faults, Folder: folder,
		Registered: func(key string) bool { _, ok := a.Rooms.Measures.Measure(key); return ok }, Titles: a.measureTitle, Topics: words.Topics}), nil
}

// measureTitle is the name of a measure, empty where the catalogue has none.
func (a *App) measureTitle(ctx context.Context, key string) string {
	if id := "measure." + key + ".title"; a.catalogue.Has(id) {
		return i18n.T(ctx, id)
	}
	return ""
}

// bindingPages are its screens.
func (a *App) bindingPages(site *web.Site) *binding.Pages {
	return binding.NewPages(site, a.Rooms.Bindings, binding.Neighbours{Units: a.unitOptions, Names: unitNames{a}.Names})
}
