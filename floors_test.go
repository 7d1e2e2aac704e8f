// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package vonggac_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	module = "github.com/vonggac/vonggac"
	header = "// Copyright 2026 The Vọng Gác Authors\n// SPDX-License-Identifier: Apache-2.0\n\n"

	longestFile = 600 // lines, of files that are neither tests nor generated
)

// source is one Go file as the rules see it.
type source struct {
	path      string // "internal/centre/unit/unit.go"
	text      string
	syntax    *ast.File
	fileset   *token.FileSet
	test      bool
	generated bool
}

func (s source) folder() string { return path.Dir(s.path) }

// imports are the folders of this repository that s imports, "." for the root.
func (s source) imports() []string {
	var list []string
	for _, spec := range s.syntax.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser took it, so it unquotes
		}
		if p == module {
			list = append(list, ".")
		} else if rest, ours := strings.CutPrefix(p, module+"/"); ours {
			list = append(list, rest)
		}
	}
	return list
}

// read parses every Go file of this module in tree. Folders of other modules,
// test data and fetched packages are not looked into.
func read(tree fs.FS) ([]source, error) {
	var list []source
	err := fs.WalkDir(tree, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != "." {
			_, err := fs.Stat(tree, path.Join(p, "go.mod"))
			if name := d.Name(); err == nil || name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".") {
				return fs.SkipDir
			}
		}
		if d.IsDir() || path.Ext(p) != ".go" {
			return nil
		}
		raw, err := fs.ReadFile(tree, p)
		if err != nil {
			return err
		}
		s := source{path: p, text: string(raw), fileset: token.NewFileSet(), test: strings.HasSuffix(p, "_test.go")}
		if s.syntax, err = parser.ParseFile(s.fileset, p, raw, parser.ParseComments|parser.SkipObjectResolution); err != nil {
			return err
		}
		s.generated = ast.IsGenerated(s.syntax)
		list = append(list, s)
		return nil
	})
	return list, err
}

// findings is everything in tree that breaks a rule of the house, as
// "path: what".
func findings(tree fs.FS) ([]string, error) {
	sources, err := read(tree)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, s := range sources {
		list = append(list, floors(s)...)
		list = append(list, manners(s)...)
	}
	list = append(list, circles(sources)...)
	list = append(list, comments(sources)...)
	slices.Sort(list)
	return list, nil
}

// base are the rooms that import no other room.
var base = []string{"unit", "account", "document", "obligation", "measure"}

// room is the name of the room folder lies in, or "".
func room(folder string) string {
	rest, ok := strings.CutPrefix(folder, "internal/centre/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// wing is the floor folder lies on.
func wing(folder string) string {
	for _, w := range []string{"engine", "internal/platform", "internal/intake", "internal/centre", "internal/app", "cmd", "rulepacks", "assets"} {
		if folder == w || strings.HasPrefix(folder, w+"/") {
			return w
		}
	}
	return "beside" // bench, which may use anything, and the root, which may not use app
}

// below says which wings each wing may import, besides itself. A wing not
// listed may import any but app.
var below = map[string][]string{
	"engine":            {},
	"internal/platform": {},
	"internal/intake":   {"engine", "internal/platform"},
	"internal/centre":   {"engine", "internal/platform", "internal/intake", "rulepacks", "assets"},
	"rulepacks":         {},
	"assets":            {},
}

// beyond says what tests may import on top: the data they are tried on, and
// for the data the code that reads it.
var beyond = map[string][]string{
	"internal/platform": {"rulepacks", "assets"},
	"rulepacks":         {"internal/platform"},
}

// floors checks what one file imports against the drawing of the house in
// docs/architecture.md.
func floors(s source) []string {
	var list []string
	from := wing(s.folder())
	for _, to := range s.imports() {
		bad := func(why string) { list = append(list, fmt.Sprintf("%s: imports %s: %s", s.path, to, why)) }
		onto := wing(to)
		if allowed, bound := below[from]; bound && onto != from && !slices.Contains(allowed, onto) && !(s.test && slices.Contains(beyond[from], onto)) {
			bad(from + " may not import " + onto)
		}
		if onto == "internal/app" && from != "internal/app" && from != "cmd" && !strings.HasPrefix(s.folder(), "bench/") {
			bad("only cmd and bench import app")
		}
		if onto == "cmd" && from != "cmd" {
			bad("nothing imports cmd")
		}
		mine, theirs := room(s.folder()), room(to)
		if mine == "" || theirs == "" || mine == theirs {
			continue
		}
		if slices.Contains(base, mine) {
			bad("base room " + mine + " imports no other room")
		}
		if to != "internal/centre/"+theirs {
			bad("another room is used through its own package only")
		}
	}
	return list
}

// circles finds rooms that reach themselves through other rooms, tests left
// aside: a test may bring in the room that reacts.
func circles(sources []source) []string {
	next := map[string][]string{}
	for _, s := range sources {
		mine := room(s.folder())
		for _, to := range s.imports() {
			if theirs := room(to); mine != "" && theirs != "" && mine != theirs && !s.test && !slices.Contains(next[mine], theirs) {
				next[mine] = append(next[mine], theirs)
			}
		}
	}
	var list []string
	for start := range next {
		seen, queue := map[string]bool{}, slices.Clone(next[start])
		for len(queue) > 0 {
			at := queue[0]
			queue = queue[1:]
			if at == start {
				list = append(list, fmt.Sprintf("internal/centre/%s: imports itself in a circle of rooms", start))
				break
			}
			if !seen[at] {
				seen[at] = true
				queue = append(queue, next[at]...)
			}
		}
	}
	return list
}

// comments finds packages whose comment is missing or does not begin as godoc
// expects it.
func comments(sources []source) []string {
	said := map[string]bool{}
	for _, s := range sources {
		if s.test {
			continue
		}
		want := "Package " + s.syntax.Name.Name + " "
		if s.syntax.Name.Name == "main" {
			want = ""
		}
		ok := s.syntax.Doc != nil && strings.HasPrefix(s.syntax.Doc.Text(), want)
		said[s.folder()] = said[s.folder()] || ok
	}
	var list []string
	for folder, ok := range said {
		if !ok {
			list = append(list, folder+": no package comment")
		}
	}
	return list
}

var (
	nameless    = []string{"util", "utils", "common", "types", "helper", "helpers", "misc", "shared"}
	machinePath = regexp.MustCompile("[\"'`(= ]/(tmp|work|root)/")
)

// manners checks what every file must carry and may not hold.
func manners(s source) []string {
	var list []string
	bad := func(at token.Pos, why string) {
		list = append(list, fmt.Sprintf("%s:%d: %s", s.path, s.fileset.Position(at).Line, why))
	}
	if slices.Contains(nameless, s.syntax.Name.Name) {
		bad(s.syntax.Package, "package name "+s.syntax.Name.Name+" names no idea")
	}
	if s.generated {
		return list
	}
	if !strings.HasPrefix(s.text, header) {
		bad(s.syntax.FileStart, "no licence header")
	}
	if n := strings.Count(s.text, "\n"); n > longestFile && !s.test {
		bad(s.syntax.FileStart, fmt.Sprintf("%d lines, more than %d: split by idea", n, longestFile))
	}
	bubble := strings.Contains(s.text, `"testing/synctest"`) // where sleeping moves a clock of its own
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && s.test && x.Name == "time" && n.Sel.Name == "Sleep" && !bubble {
				bad(n.Pos(), "a test sleeps")
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING && machinePath.MatchString(n.Value) {
				bad(n.Pos(), "a path of one machine")
			}
		}
		return true
	})
	return list
}

func TestTheHouseStands(t *testing.T) {
	t.Parallel()
	list, err := findings(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		t.Error(f)
	}
}

// TestABrokenHouseIsSeen feeds trees that each break one rule, so that a rule
// that sees nothing is found out.
func TestABrokenHouseIsSeen(t *testing.T) {
	t.Parallel()
	file := func(pkg string, rest ...string) string {
		return header + "// Package " + pkg + " is here.\npackage " + pkg + "\n" + strings.Join(rest, "\n") + "\n"
	}
	imports := func(pkg, to string) string { return file(pkg, `import _ "`+module+"/"+to+`"`) }
	for name, tc := range map[string]struct {
		files map[string]string
		want  string // "" : nothing is found
	}{
		"engine imports platform":     {map[string]string{"engine/scan/a.go": imports("scan", "internal/platform/db")}, "engine may not import internal/platform"},
		"engine imports engine":       {map[string]string{"engine/scan/a.go": imports("scan", "engine/event")}, ""},
		"a name that only looks near": {map[string]string{"engineer/a.go": imports("engineer", "internal/centre/unit")}, ""},
		"platform imports centre":     {map[string]string{"internal/platform/web/a.go": imports("web", "internal/centre/unit")}, "internal/platform may not import internal/centre"},
		"platform imports engine":     {map[string]string{"internal/platform/web/a.go": imports("web", "engine/event")}, "internal/platform may not import engine"},
		"platform imports the law":    {map[string]string{"internal/platform/rulepack/a.go": imports("rulepack", "rulepacks")}, "internal/platform may not import rulepacks"},
		"a platform test may read it": {map[string]string{"internal/platform/rulepack/a.go": file("rulepack"), "internal/platform/rulepack/a_test.go": imports("rulepack_test", "rulepacks")}, ""},
		"the law's test reads it":     {map[string]string{"rulepacks/a.go": file("rulepacks"), "rulepacks/a_test.go": imports("rulepacks_test", "internal/platform/rulepack")}, ""},
		"the law itself does not":     {map[string]string{"rulepacks/a.go": imports("rulepacks", "internal/platform/rulepack")}, "rulepacks may not import internal/platform"},
		"intake imports centre":       {map[string]string{"internal/intake/worker/a.go": imports("worker", "internal/centre/finding")}, "internal/intake may not import internal/centre"},
		"an intake test does":         {map[string]string{"internal/intake/worker/a_test.go": imports("worker_test", "internal/centre/finding")}, "internal/intake may not import internal/centre"},
		"centre imports app":          {map[string]string{"internal/centre/home/a.go": imports("home", "internal/app")}, "only cmd and bench import app"},
		"bench imports app":           {map[string]string{"bench/a/a.go": imports("a", "internal/app")}, ""},
		"cmd imports app":             {map[string]string{"cmd/vonggac/a.go": imports("main", "internal/app")}, ""},
		"app imports cmd":             {map[string]string{"internal/app/a.go": imports("app", "cmd/vonggac")}, "nothing imports cmd"},
		"a base room imports a room":  {map[string]string{"internal/centre/unit/a.go": imports("unit", "internal/centre/account")}, "base room unit imports no other room"},
		"a room imports a room":       {map[string]string{"internal/centre/incident/a.go": imports("incident", "internal/centre/unit")}, ""},
		"a room looks into another":   {map[string]string{"internal/centre/incident/a.go": imports("incident", "internal/centre/unit/store")}, "through its own package only"},
		"rooms in a circle": {map[string]string{
			"internal/centre/incident/a.go":  imports("incident", "internal/centre/finding"),
			"internal/centre/finding/a.go":   imports("finding", "internal/centre/infection"),
			"internal/centre/infection/a.go": imports("infection", "internal/centre/incident")},
			"internal/centre/finding: imports itself in a circle"},
		"a circle only in tests": {map[string]string{
			"internal/centre/incident/a.go":     imports("incident", "internal/centre/finding"),
			"internal/centre/finding/a.go":      file("finding"),
			"internal/centre/finding/a_test.go": imports("finding_test", "internal/centre/incident")}, ""},
		"no package comment":       {map[string]string{"engine/scan/a.go": header + "package scan\n"}, "engine/scan: no package comment"},
		"another package's":        {map[string]string{"engine/scan/a.go": header + "// Package format is here.\npackage scan\n"}, "engine/scan: no package comment"},
		"no licence header":        {map[string]string{"engine/scan/a.go": "// Package scan is here.\npackage scan\n"}, "engine/scan/a.go:1: no licence header"},
		"generated needs none":     {map[string]string{"engine/scan/a.go": file("scan"), "engine/scan/b.go": "// Code generated by templ - DO NOT EDIT.\n\npackage scan\n"}, ""},
		"a package without idea":   {map[string]string{"engine/util/a.go": file("util")}, "package name util names no idea"},
		"a file too long":          {map[string]string{"engine/scan/a.go": file("scan", strings.Repeat("\n", longestFile))}, "split by idea"},
		"a long test":              {map[string]string{"engine/scan/a_test.go": file("scan", strings.Repeat("\n", longestFile))}, ""},
		"a sleeping test":          {map[string]string{"engine/scan/a_test.go": file("scan", `import "time"`, `func f() { time.Sleep(1) }`)}, "a test sleeps"},
		"code may wait":            {map[string]string{"engine/scan/a.go": file("scan", `import "time"`, `func f() { time.Sleep(1) }`)}, ""},
		"a path of one machine":    {map[string]string{"engine/scan/a.go": file("scan", `const p = "`+`/`+`tmp/x"`)}, "a path of one machine"},
		"other modules are not us": {map[string]string{"tools/go.mod": "module x\n", "tools/a.go": "package util\n"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := fstest.MapFS{}
			for p, text := range tc.files {
				tree[p] = &fstest.MapFile{Data: []byte(text)}
			}
			got, err := findings(tree)
			if err != nil {
				t.Fatal(err)
			}
			if tc.want == "" && len(got) > 0 {
				t.Errorf("found %q, want nothing", got)
			}
			if tc.want != "" && !slices.ContainsFunc(got, func(f string) bool { return strings.Contains(f, tc.want) }) {
				t.Errorf("found %q, want %q", got, tc.want)
			}
		})
	}
}
