// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"github.com/vonggac/vonggac/internal/centre/esign"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// signatures builds the room of digital signatures.
func (a *App) signatures() *esign.Service {
	return esign.New(esign.Deps{Records: a.Records, Now: a.opt.Now, Root: a.root, Sheet: unit.Tables, UnitNamed: a.unitNamed, Least: a.coverageLeast})
}

// signaturePages are its screens.
func (a *App) signaturePages(site *web.Site) *esign.Pages {
	return esign.NewPages(site, a.Rooms.Signatures, esign.Neighbours{Units: a.unitOptions, UnitNames: unitNames{a}.Names})
}
