// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package retention

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// This file gives out what a hold keeps.

// mayTake is the permission to have lines themselves; the holds alone are
// settings, which who keeps the machine running sees too.
var mayTake = auth.Permission{Area: auth.RawLogs, Act: auth.Read}

// MayTake reports whether the actor may have what holds keep.
func (s *Service) MayTake(ctx context.Context) bool {
	_, err := s.everywhere(ctx, "retention.MayTake", mayTake)
	return err == nil
}

// Taking is one giving out: which files of which hold, to whom, when and why. It
// stands in the package as manifest.json.
type Taking struct {
	Hold      ID              `json:"hold"`
	Name      string          `json:"name"`
	Reference string          `json:"reference"` // the paper that orders the hold
	From      string          `json:"from"`      // days, both included
	To        string          `json:"to"`
	By        string          `json:"taken_by"`
	At        time.Time       `json:"taken_at"`
	Reason    string          `json:"reason"`
	Files     []lake.HeldCopy `json:"files"`
}

// Take says that the actor takes files of a hold out, one or with file "" all:
// each is read and compared with its hash before anything is given, and the act
// is in the audit trail. Errors: fault.Invalid (reason), fault.NotFound,
// fault.Conflict when the hold keeps nothing yet or a file is damaged.
func (s *Service) Take(ctx context.Context, id ID, file, reason string) (Taking, error) {
	const op = "retention.Take"
	actor, err := s.everywhere(ctx, op, mayTake)
	if err != nil {
		return Taking{}, err
	}
	h, files, err := s.Get(ctx, id)
	if err != nil {
		return Taking{}, err
	}
	if reason = i18n.NFC(reason); reason == "" || utf8.RuneCountInString(reason) > mostReason {
		return Taking{}, fault.Bad(op, "reason", "retention.bad.take_reason")
	}
	if file != "" {
		if files = slices.DeleteFunc(files, func(f lake.HeldCopy) bool { return f.File != file }); len(files) == 0 {
			return Taking{}, fault.Missing(op)
		}
	}
	if len(files) == 0 {
		return Taking{}, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "retention.conflict.nothing"}
	}
	for _, f := range files {
		if err := s.sound(ctx, id, f); err != nil {
			return Taking{}, err
		}
	}
	t := Taking{Hold: id, Name: h.Name, Reference: h.Reference, From: h.From.String(), To: h.To.String(), By: actor.Name, At: s.Now().UTC(), Reason: reason, Files: files}
	return t, s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		sums := map[string]string{}
		for _, f := range files[:min(len(files), mostNoted)] {
			sums[f.File] = f.SHA256
		}
		return s.note(ctx, tx, "hold.take", h, map[string]any{"name": h.Name, "reference": h.Reference, "reason": reason, "files": len(files), "sha256": sums})
	})
}

// mostNoted is how many files a taking names in the audit trail; it counts all,
// and the package names all.
const mostNoted = 100

// sound compares a file with its manifest.
func (s *Service) sound(ctx context.Context, id ID, f lake.HeldCopy) error {
	in, err := s.Open(string(id), f.File)
	if err != nil {
		return err
	}
	sum := sha256.New()
	_, err = io.Copy(sum, reading{ctx, in})
	if err = errors.Join(err, in.Close()); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return &fault.Error{Kind: fault.Conflict, Op: "retention.Take", Msg: "retention.conflict.damaged", Args: []any{f.File}}
	}
	return nil
}

// reading ends with its context.
type reading struct {
	ctx context.Context
	io.Reader
}

func (r reading) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// Pack writes what t names as a ZIP file: manifest.json, SHA256SUMS (as sha256sum
// -c reads it), and each file as it lies, with its manifest. A file that changed
// since Take ends it with an error and leaves a package that cannot be opened.
func (s *Service) Pack(ctx context.Context, w io.Writer, t Taking) error {
	z := zip.NewWriter(w)
	about, err := json.MarshalIndent(t, "", "\t")
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, f := range t.Files {
		fmt.Fprintf(&sums, "%s  %s\n", f.SHA256, f.File)
	}
	put := func(name string, r io.Reader) error {
		// Parquet is compressed as it is.
		out, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: t.At})
		if err == nil {
			_, err = io.Copy(out, r)
		}
		return err
	}
	if err := errors.Join(put("manifest.json", strings.NewReader(string(about))), put("SHA256SUMS", strings.NewReader(sums.String()))); err != nil {
		return err
	}
	for _, f := range t.Files {
		if err := s.packOne(ctx, t.Hold, f, put); err != nil {
			return err
		}
	}
	return z.Close()
}

func (s *Service) packOne(ctx context.Context, id ID, f lake.HeldCopy, put func(string, io.Reader) error) error {
	one, err := json.MarshalIndent(f, "", "\t")
	if err != nil {
		return err
	}
	if err := put(strings.TrimSuffix(f.File, ".parquet")+".json", strings.NewReader(string(one))); err != nil {
		return err
	}
	in, err := s.Open(string(id), f.File)
	if err != nil {
		return err
	}
	sum := sha256.New()
	err = errors.Join(put(f.File, io.TeeReader(reading{ctx, in}, sum)), in.Close())
	if err == nil && hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		err = fmt.Errorf("held file %s changed while it was given out", f.File)
	}
	return err
}
