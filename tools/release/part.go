// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
)

// part is one module or package that the program holds.
type part struct {
	name    string // "github.com/spf13/cobra", "@tabler/core"
	version string
	purl    string // package URL
	sum     string // as the ecosystem writes it: Go's h1:…, npm's sha512-…
	texts   []licence
}

// licence is the text of one licence file.
type licence struct{ file, text string }

// licenceFile names files that hold a licence or what it asks to be kept.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|unlicense|patents)([.-].*)?$`)

// texts reads the licence files in dir; none is an error, since what has no
// licence may not be passed on.
func texts(name, dir string) ([]licence, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("licence of %s: %w", name, err)
	}
	var found []licence
	for _, e := range entries {
		if e.IsDir() || !licenceFile.MatchString(e.Name()) || strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("licence of %s: %w", name, err)
		}
		found = append(found, licence{e.Name(), strings.TrimSpace(strings.ReplaceAll(string(raw), "\r\n", "\n"))})
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("licence of %s: no licence file in %s", name, dir)
	}
	return found, nil
}

// goParts are the modules linked into a program, and Go's own library.
func goParts(root string, info *debug.BuildInfo) ([]part, error) {
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("folder of Go: %w", err)
	}
	std := part{name: "Go standard library", version: strings.TrimPrefix(info.GoVersion, "go")}
	std.purl = "pkg:golang/std@" + std.version
	if std.texts, err = texts(std.name, strings.TrimSpace(string(goroot))); err != nil {
		return nil, err
	}
	parts := []part{std}
	var problems []error
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		dir, err := moduleFolder(root, m.Path)
		if err != nil {
			return nil, err
		}
		p := part{name: m.Path, version: m.Version, purl: "pkg:golang/" + m.Path + "@" + m.Version, sum: m.Sum}
		if p.texts, err = texts(m.Path, dir); err != nil {
			problems = append(problems, err)
		}
		parts = append(parts, p)
	}
	return parts, errors.Join(problems...)
}

// moduleFolder is where the module cache keeps the module the program uses.
func moduleFolder(root, path string) (string, error) {
	cmd := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", path)
	cmd.Dir = root
	said, err := cmd.Output()
	dir := strings.TrimSpace(string(said))
	if err != nil || dir == "" {
		return "", fmt.Errorf("module %s is not in the module cache: %w", path, err)
	}
	return dir, nil
}

// The packages of the lock file are either bundled into the pages or only
// tools of the build. One that stands in neither list stops the release.
var (
	bundled = []string{"@tabler/core", "@tabler/icons", "htmx.org"}
	tools   = []string{"@popperjs/core", "axe-core", "esbuild", "nanoid", "picocolors", "postcss", "source-map-js"}
)

// npmParts are the packages bundled into the pages, out of the lock file and
// the folders beside it. A package that brings no licence file has one in the
// folder kept, named for it.
func npmParts(assets, kept string) ([]part, error) {
	raw, err := os.ReadFile(filepath.Join(assets, "package-lock.json"))
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct{ Version, Integrity string }
	}
	if err := json.Unmarshal(raw, &lock); err != nil {
		return nil, fmt.Errorf("package-lock.json: %w", err)
	}
	var parts []part
	for at, p := range lock.Packages {
		name := strings.TrimPrefix(at, "node_modules/")
		switch {
		case at == "" || slices.Contains(tools, name) || strings.HasPrefix(name, "@esbuild/"):
			continue
		case !slices.Contains(bundled, name):
			return nil, fmt.Errorf("package %s of the lock file: say in part.go whether it is bundled into the pages", name)
		}
		one := part{name: name, version: p.Version, sum: p.Integrity,
			purl: "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + p.Version}
		own, err := os.ReadFile(filepath.Join(kept, filepath.FromSlash(name)+".txt"))
		if err == nil {
			one.texts = []licence{{"LICENSE", strings.TrimSpace(string(own))}}
		} else if one.texts, err = texts(name, filepath.Join(assets, at)); err != nil {
			return nil, err
		}
		parts = append(parts, one)
	}
	slices.SortFunc(parts, func(a, b part) int { return strings.Compare(a.name, b.name) })
	return parts, nil
}

// notices is the file of all licences: each text once, under all it covers.
func notices(parts []part) []byte {
	covers := map[string][]string{}
	var order []string
	for _, p := range parts {
		for _, l := range p.texts {
			if covers[l.text] == nil {
				order = append(order, l.text)
			}
			covers[l.text] = append(covers[l.text], p.name+" "+p.version+" ("+l.file+")")
		}
	}
	var b strings.Builder
	b.WriteString("Vọng Gác is built from the following software. Each keeps its own licence.\n")
	for _, text := range order {
		b.WriteString("\n" + strings.Repeat("=", 78) + "\n")
		for _, name := range covers[text] {
			b.WriteString(name + "\n")
		}
		b.WriteString(strings.Repeat("-", 78) + "\n" + text + "\n")
	}
	return []byte(b.String())
}
