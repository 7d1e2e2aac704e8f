// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package backup is the one portable form in which a centre is kept and comes
// back: records of either engine, received files and keys. It knows no
// settings, no clock and no pages. Start at Target.Take, Check and Restore.
//
// A target is a folder. In it, each backup is a folder of its own, named for
// when it was made, and store/ holds the received files of all of them, each
// once, by what it holds:
//
//	2026-11-22T0200Z-1f0c…/manifest.json        what the backup holds, sealed by its own hash
//	2026-11-22T0200Z-1f0c…/records/<table>.jsonl.zst  one JSON array a row, values in the order of the columns
//	2026-11-22T0200Z-1f0c…/files.jsonl.zst      one [SHA-256, size] a received file
//	2026-11-22T0200Z-1f0c…/keys/…               other files of the data folder: keys, certificates
//	store/ab/cdef…                              the received files (see platform/blob)
//
// A backup is written under a name that begins with a dot, brought to disk and
// renamed: what has its name is whole. The hashes find damage, not malice:
// whoever can write the folder can make a manifest anew. Keep the folder as safe
// as the data, for it holds the keys.
package backup

import (
	"embed"
	"errors"
	"syscall"

	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Messages are the sentences of the package.
//
//go:embed messages.yaml
var Messages embed.FS

// Say is told how far work is: done of total parts (total 0: unknown), and a
// catalogue key of what is going on.
type Say func(done, total int64, note string)

// Reason says why a backup was made.
type Reason string

// The reasons.
const (
	Nightly Reason = "nightly" // by itself, at the chosen hour
	Asked   Reason = "asked"   // a person wanted one
	Upgrade Reason = "upgrade" // before a newer program changes the schema
)

// LeftOut is a table that need not come back, and why, for whoever reads the
// manifest.
type LeftOut struct {
	Table string `json:"table"`
	Why   string `json:"why"`
}

// Sessions and such would let a stolen backup act as the people in it.
var leftOut = []LeftOut{
	{"web_session", "sign-ins end with a restore; a stolen backup opens nobody's session"},
	{"peer", "processes that run say so themselves"},
	{"peer_lease", "duties are given out anew"},
}

// NotKept lists the tables that no backup holds.
func NotKept() []LeftOut { return append([]LeftOut(nil), leftOut...) }

// damaged is the refusal of a backup: key says what is wrong with the file at
// path.
func damaged(key, path string, err error) error {
	return &fault.Error{Kind: fault.Invalid, Op: "backup", Msg: key, Args: []any{path}, Err: err}
}

// wordsOf turns what the disk says into a sentence a person can act on.
func wordsOf(folder string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, diskFull) || errors.Is(err, syscall.EDQUOT) {
		return noRoom(folder, err)
	}
	return err
}

func noRoom(folder string, err error) error {
	return &fault.Error{Kind: fault.TooLarge, Op: "backup", Msg: "backup.no_room", Args: []any{folder}, Err: err}
}
