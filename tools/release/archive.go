// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// entry is one file of an archive.
type entry struct {
	name string // below the archive's one folder, with slashes
	mode fs.FileMode
	data []byte
}

// entries are the files of the archive for t.
func (r release) entries(t target, program string, notices, bom []byte) ([]entry, error) {
	list := []entry{{"THIRD-PARTY-LICENCES.txt", 0o644, notices}, {"sbom.cdx.json", 0o644, bom}}
	add := func(name, from string, mode fs.FileMode) error {
		raw, err := os.ReadFile(from)
		list = append(list, entry{name, mode, raw})
		return err
	}
	files := map[string]string{"LICENSE": "LICENSE", "NOTICE": "NOTICE", "CHANGELOG.md": "CHANGELOG.md",
		"README-install.md": "packaging/README-install.md", "README-install.vi.md": "packaging/README-install.vi.md",
		"vonggac.example.yaml": "packaging/vonggac.example.yaml"}
	if t.os == "windows" {
		files["install.ps1"] = "packaging/install.ps1"
	} else {
		files["vonggac.service"] = "packaging/vonggac.service"
		files["vonggac-collect.service"] = "packaging/vonggac-collect.service"
	}
	err := add(t.program(), program, 0o755)
	for name, from := range files {
		err = errors.Join(err, add(name, filepath.Join(r.root, from), 0o644))
	}
	pages, unreadable := guide(filepath.Join(r.root, "docs", "guide"))
	list, err = append(list, pages...), errors.Join(err, unreadable)
	slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	return list, err
}

// write makes a file whole or not at all.
func write(name string, fill func(io.Writer) error) error {
	f, err := os.Create(name + ".part")
	if err != nil {
		return err
	}
	if err := errors.Join(fill(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), name)
}

// packTar writes a gzipped tar (POSIX.1-2001 pax) whose only folder is called
// folder.
func packTar(w io.Writer, folder string, entries []entry, at time.Time) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	out := tar.NewWriter(z)
	for _, e := range entries {
		head := &tar.Header{Typeflag: tar.TypeReg, Name: folder + "/" + e.name, Mode: int64(e.mode), Size: int64(len(e.data)),
			ModTime: at.Truncate(time.Second), Uname: "root", Gname: "root", Format: tar.FormatPAX}
		if err := out.WriteHeader(head); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		if _, err := out.Write(e.data); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	return errors.Join(out.Close(), z.Close())
}

// packZip writes a ZIP whose only folder is called folder.
func packZip(w io.Writer, folder string, entries []entry, at time.Time) error {
	out := zip.NewWriter(w)
	for _, e := range entries {
		head := &zip.FileHeader{Name: folder + "/" + e.name, Method: zip.Deflate, Modified: at.UTC().Truncate(time.Second)}
		head.SetMode(e.mode)
		f, err := out.CreateHeader(head)
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		if _, err := f.Write(e.data); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	return out.Close()
}
