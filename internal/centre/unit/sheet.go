// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"errors"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/sheet"
)

// Limits of a list of units. The largest province has some thousand units.
const (
	MaxFile  = 8 << 20  // bytes of an uploaded file
	MaxRows  = 5000     // rows with something in them
	maxUnzip = 48 << 20 // bytes an XLSX may unfold to
)

// readFile takes a file as people send it. Failures are fault.Invalid (field
// "file") with a sentence that says what to do.
func readFile(data []byte) ([]sheet.Sheet, error) {
	sheets, err := sheet.Read(data, sheet.Limits{Bytes: MaxFile, Rows: MaxRows, Unzip: maxUnzip})
	e, bad := errors.AsType[*sheet.Error](err)
	switch {
	case !bad:
		return sheets, err
	case e.Reason == sheet.Large:
		return nil, &fault.Error{Kind: fault.TooLarge, Op: "unit.readFile"}
	}
	return nil, badFile(refusals[e.Reason], e.Err, e.Args...)
}

var refusals = map[sheet.Reason]string{sheet.Empty: "unit.err.file_empty", sheet.OldXLS: "unit.err.file_xls", sheet.Binary: "unit.err.file_binary",
	sheet.BadCSV: "unit.err.file_csv", sheet.Rows: "unit.err.file_rows", sheet.BadZip: "unit.err.file_xlsx", sheet.Bomb: "unit.err.file_bomb"}

func badFile(reason string, err error, args ...any) error {
	return &fault.Error{Kind: fault.Invalid, Op: "unit.readFile", Fields: map[string]string{"file": reason}, Args: args, Err: err}
}

func blank(record []string) bool {
	for _, s := range record {
		if strings.TrimSpace(s) != "" {
			return false
		}
	}
	return true
}
