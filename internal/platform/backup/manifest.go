// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Format is the newest form this program reads and the one it writes.
const Format = 1

const (
	manifestFile = "manifest.json"
	filesFile    = "files.jsonl.zst"
	recordsDir   = "records"
	keysDir      = "keys"
	manifestSize = 16 << 20 // most bytes of a manifest
)

// Manifest says what one backup holds. Times are UTC to the second.
type Manifest struct {
	Format  int       `json:"format"`
	Product string    `json:"product"` // version of the program that made it
	MadeAt  time.Time `json:"made_at"` // the moment of the records
	Seconds int64     `json:"seconds"` // it took
	Reason  Reason    `json:"reason"`
	Engine  db.Engine `json:"engine"`
	Schema  []int64   `json:"schema"` // migrations the records have had
	Tables  []Table   `json:"tables"`
	LeftOut []LeftOut `json:"left_out"`
	Files   Packed    `json:"files"`      // the list of received files
	Bytes   int64     `json:"file_bytes"` // of all received files together
	Broken  []string  `json:"broken"`     // received files that could not be read whole when the backup was made
	Keys    []Key     `json:"keys"`
	Seal    string    `json:"seal"` // SHA-256 of this document with an empty seal
}

// Table is one table in a backup.
type Table struct {
	Name    string      `json:"name"`
	Columns []db.Column `json:"columns"`
	Key     []string    `json:"key"`
	Packed
}

// Packed is a stream of rows at rest.
type Packed struct {
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"` // of the rows, the same on both engines
	Size   int64  `json:"packed"` // bytes of the file
	File   string `json:"packed_sha256"`
}

// Key is one file of the data folder besides records and received files. Path
// has slashes.
type Key struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Rows counts the rows of all tables.
func (m Manifest) Rows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// Size is how many bytes the records take.
func (m Manifest) Size() (n int64) {
	for _, t := range m.Tables {
		n += t.Size
	}
	return n + m.Files.Size
}

// Whole reports whether every received file was readable when m was made.
func (m Manifest) Whole() bool { return len(m.Broken) == 0 }

func (m Manifest) bytes() ([]byte, error) {
	raw, err := json.MarshalIndent(m, "", "  ")
	return append(raw, '\n'), err
}

// Encode seals m and gives its file.
func (m Manifest) Encode() ([]byte, error) {
	m.Seal = ""
	raw, err := m.bytes()
	if err != nil {
		return nil, fmt.Errorf("backup manifest: %w", err)
	}
	m.Seal = hexSum(raw)
	return m.bytes()
}

func hexSum(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Parse reads a manifest. It refuses any byte that Encode would not have
// written, a seal that does not match, and a newer format; where is named in
// the error.
func Parse(raw []byte, where string) (Manifest, error) {
	var head struct {
		Format int `json:"format"`
	}
	bad := func(err error) (Manifest, error) { return Manifest{}, damaged("backup.damaged.manifest", where, err) }
	if err := json.Unmarshal(raw, &head); err != nil {
		return bad(err)
	}
	if head.Format > Format {
		return Manifest{}, &fault.Error{Kind: fault.Invalid, Op: "backup.Parse", Msg: "backup.newer_format", Args: []any{where}}
	}
	var m Manifest
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return bad(err)
	}
	again, err := m.Encode()
	if err == nil && !bytes.Equal(again, raw) {
		err = errors.New("it was changed after it was written")
	}
	if err == nil {
		err = m.check()
	}
	if err != nil {
		return bad(err)
	}
	return m, nil
}

var (
	plainName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	hexHash   = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// check refuses names that lead out of the backup and counts that cannot be.
func (m Manifest) check() error {
	if m.Format < 1 || m.MadeAt.IsZero() || m.Bytes < 0 {
		return errors.New("a field is empty or negative")
	}
	seen := map[string]bool{}
	for _, t := range m.Tables {
		if !plainName.MatchString(t.Name) || seen[t.Name] || len(t.Columns) == 0 {
			return fmt.Errorf("table %q", t.Name)
		}
		seen[t.Name] = true
		for _, c := range t.Columns {
			if !plainName.MatchString(c.Name) {
				return fmt.Errorf("column %q of table %q", c.Name, t.Name)
			}
		}
		if err := t.check(); err != nil {
			return fmt.Errorf("table %q: %w", t.Name, err)
		}
	}
	for _, k := range m.Keys {
		if k.Path == "" || path.Clean("/"+k.Path) != "/"+k.Path || strings.ContainsAny(k.Path, "\\:") || k.Size < 0 || !hexHash.MatchString(k.SHA256) {
			return fmt.Errorf("file %q", k.Path)
		}
	}
	return m.Files.check()
}

func (p Packed) check() error {
	if p.Rows < 0 || p.Size < 0 || !hexHash.MatchString(p.SHA256) || !hexHash.MatchString(p.File) {
		return errors.New("a count or hash cannot be")
	}
	return nil
}
