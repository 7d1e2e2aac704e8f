// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Command release makes what people install: for each platform an archive with
// the program, its licence and those of all it is built from, the guide, an
// example configuration and what runs it as a service; beside them a CycloneDX
// bill of materials each and SHA256SUMS. The same commit gives the same bytes:
// entries are sorted and carry the time of the commit. Start at run.
package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"
)

// target is one platform.
type target struct{ os, arch string }

var targets = []target{{"linux", "amd64"}, {"linux", "arm64"}, {"windows", "amd64"}}

func (t target) String() string { return t.os + "-" + t.arch }

// program is the file name of the program on t.
func (t target) program() string {
	if t.os == "windows" {
		return "vonggac.exe"
	}
	return "vonggac"
}

// release is what all archives have in common.
type release struct {
	root    string // of the repository
	out     string // folder of what is made
	version string
	at      time.Time // of the commit
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(args []string, w io.Writer) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	root := flags.String("root", "..", "`DIR` of the repository")
	out := flags.String("out", "../dist", "`DIR` for the archives")
	version := flags.String("version", "", "`VERSION` of the release")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *version == "" || strings.ContainsAny(*version, "/\\ ") {
		return fmt.Errorf("version %q: want a name such as 1.2.0", *version)
	}
	at, err := commitTime(*root)
	if err != nil {
		return err
	}
	r := release{root: *root, out: *out, version: *version, at: at}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	var sums strings.Builder
	for _, t := range targets {
		made, err := r.make(t)
		if err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		for _, path := range made {
			sum, size, err := sumOf(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(&sums, "%s  %s\n", sum, filepath.Base(path))
			fmt.Fprintf(w, "%s  %d bytes\n", filepath.Base(path), size)
		}
	}
	return os.WriteFile(filepath.Join(r.out, "SHA256SUMS"), []byte(sums.String()), 0o644)
}

// commitTime is when the checked-out commit was made.
func commitTime(root string) (time.Time, error) {
	said, err := exec.Command("git", "-C", root, "log", "-1", "--format=%cI").Output()
	if err != nil {
		return time.Time{}, fmt.Errorf("time of the commit: %w", err)
	}
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(string(said)))
	return at.UTC(), err
}

// make builds the program for t and packs it; it returns the files made.
func (r release) make(t target) (files []string, err error) {
	dir, err := os.MkdirTemp("", "vonggac-release-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if gone := os.RemoveAll(dir); err == nil {
			err = gone
		}
	}()
	program := filepath.Join(dir, t.program())
	if err := r.build(t, program); err != nil {
		return nil, err
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, err
	}
	parts, err := r.parts(info)
	if err != nil {
		return nil, err
	}
	sum, _, err := sumOf(program)
	if err != nil {
		return nil, err
	}
	bom, err := r.bill(t, sum, parts)
	if err != nil {
		return nil, err
	}
	entries, err := r.entries(t, program, notices(parts), bom)
	if err != nil {
		return nil, err
	}
	name := filepath.Join(r.out, "vonggac-"+r.version+"-"+t.String())
	archive := name + ".tar.gz"
	pack := packTar
	if t.os == "windows" {
		archive, pack = name+".zip", packZip
	}
	if err := write(archive, func(w io.Writer) error { return pack(w, filepath.Base(name), entries, r.at) }); err != nil {
		return nil, err
	}
	return []string{archive, name + ".cdx.json"}, os.WriteFile(name+".cdx.json", bom, 0o644)
}

func (r release) build(t target, program string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -X main.version="+r.version, "-o", program, "./cmd/vonggac")
	cmd.Dir = r.root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+t.os, "GOARCH="+t.arch, "GOFLAGS=")
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, said)
	}
	return nil
}

// parts are all modules and packages the program holds, with their licences.
func (r release) parts(info *debug.BuildInfo) ([]part, error) {
	parts, err := goParts(r.root, info)
	if err != nil {
		return nil, err
	}
	pages, err := npmParts(filepath.Join(r.root, "assets"), filepath.Join(r.root, "packaging", "licences"))
	return append(parts, pages...), err
}

func sumOf(path string) (sum string, size int64, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", 0, err
	}
	hash := sha256.Sum256(raw)
	return hex.EncodeToString(hash[:]), int64(len(raw)), nil
}
