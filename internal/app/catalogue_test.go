// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	templ "github.com/a-h/templ/parser/v2"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// TestEveryVisibleStringIsInTheCatalogue reads the sources of all pages: no
// text stands in a template, no Vietnamese sentence in a room's code, every
// key that is used exists in both languages, and every key is used.
func TestEveryVisibleStringIsInTheCatalogue(t *testing.T) {
	t.Parallel()
	catalogue, err := i18n.Load(app.Messages()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range stray(os.DirFS("../.."), catalogue) {
		t.Error(f)
	}
}

func TestStrayStringsAreFound(t *testing.T) {
	t.Parallel()
	catalogue, err := i18n.Load(fstest.MapFS{"messages.yaml": {Data: []byte(
		"room.title: {vi: Phòng, en: Room}\nroom.kind.a: {vi: A, en: A}\nroom.unused: {vi: Thừa, en: Spare}\n")}})
	if err != nil {
		t.Fatal(err)
	}
	const head = "package room\n\n"
	use := head + "var _ = i18n.T(ctx, \"room.title\")\nvar _ = \"room.kind.\" + kind\n"
	cases := map[string]struct {
		files map[string]string
		want  string
	}{
		"text in a template":      {map[string]string{"a.templ": head + "templ a() {\n\t<p>Xin chào</p>\n}\n"}, "a.templ: text \"Xin chào\""},
		"a literal attribute":     {map[string]string{"a.templ": head + "templ a() {\n\t<a title=\"Open\" href=\"/\"></a>\n}\n"}, "a.templ: attribute title \"Open\""},
		"text deep in a template": {map[string]string{"a.templ": head + "templ a() {\n\tif x {\n\t\t<ul>\n\t\t\tfor _, y := range z {\n\t\t\t\t<li>Go</li>\n\t\t\t}\n\t\t</ul>\n\t}\n}\n"}, "a.templ: text \"Go\""},
		"a sentence in Go":        {map[string]string{"a.go": use + "var _ = \"không được\"\n"}, "a.go: text \"không được\""},
		"an unknown key":          {map[string]string{"a.go": use + "var _ = i18n.T(ctx, \"room.absent\")\n"}, "a.go: key room.absent is not in the catalogue"},
		"a key nobody uses":       {map[string]string{"a.go": use}, "key room.unused is used nowhere"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := fstest.MapFS{}
			for file, text := range c.files {
				tree["internal/centre/room/"+file] = &fstest.MapFile{Data: []byte(text)}
			}
			got := stray(tree, catalogue)
			if !slices.ContainsFunc(got, func(s string) bool { return strings.HasSuffix(s, c.want) }) {
				t.Errorf("found %q, want one ending %q", got, c.want)
			}
		})
	}
}

// paper packages print the law's own Vietnamese words, whatever the reader's
// language, or read them: they are no interface.
var paper = regexp.MustCompile(`^internal/(platform/(officedoc|calendar|i18n|paperfile|rulepack)|app/demo|centre/directive/(actor|copied|count|encoding|facts|head|heal|label|lexicon|lines|portion|propose|read|spelling|syllable|table|tree|who)\.go)`)

var keyForm = regexp.MustCompile(`^[a-z][a-z_]*(\.[a-z0-9_-]+)+$`)

func stray(tree fs.FS, catalogue *i18n.Catalogue) []string {
	var found []string
	used := map[string]bool{}
	heads := map[string]bool{}
	for _, key := range catalogue.Keys() {
		head, _, _ := strings.Cut(key, ".")
		heads[head] = true
	}
	var prefixes []string
	note := func(file, format string, args ...any) { found = append(found, file+": "+fmt.Sprintf(format, args...)) }
	seen := func(s string) {
		head, _, dotted := strings.Cut(s, ".")
		switch {
		case catalogue.Has(s):
			used[s] = true
		case dotted && heads[head] && strings.HasSuffix(s, ".") && keyForm.MatchString(s+"x"):
			prefixes = append(prefixes, s)
		}
	}
	need := func(file, s string) {
		if keyForm.MatchString(s) && !catalogue.Has(s) {
			note(file, "key %s is not in the catalogue", s)
		}
	}
	err := fs.WalkDir(tree, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name == "node_modules" || name == ".git" || name == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasPrefix(file, "internal/") && !strings.HasPrefix(file, "cmd/") {
			return nil
		}
		switch {
		case path.Ext(file) == ".templ":
			return readTemplate(tree, file, note)
		case path.Ext(file) == ".go" && !strings.HasSuffix(file, "_test.go"):
			return readGo(tree, file, note, seen, need)
		}
		return nil
	})
	if err != nil {
		return append(found, err.Error())
	}
	for _, key := range catalogue.Keys() {
		if !used[key] && !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) {
			found = append(found, "key "+key+" is used nowhere")
		}
	}
	return found
}

func readTemplate(tree fs.FS, file string, note func(string, string, ...any)) error {
	raw, err := fs.ReadFile(tree, file)
	if err != nil {
		return err
	}
	parsed, err := templ.ParseString(string(raw))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	walk(reflect.ValueOf(parsed.Nodes), func(v any) {
		switch n := v.(type) {
		case *templ.Text:
			if hasLetter(n.Value) {
				note(file, "text %q", n.Value)
			}
		case *templ.ConstantAttribute:
			if key := n.Key.String(); slices.Contains([]string{"title", "aria-label", "alt", "placeholder", "label"}, key) && hasLetter(n.Value) {
				note(file, "attribute %s %q", key, n.Value)
			}
		}
	})
	return nil
}

// walk visits every pointer reachable from v.
func walk(v reflect.Value, visit func(any)) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), visit)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			visit(v.Interface())
			walk(v.Elem(), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				walk(v.Field(i), visit)
			}
		}
	}
}

func hasLetter(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) }

// readGo looks at the string literals of a source file: seen gets each, need
// those that stand where only a key can (i18n.T, fault.Bad, Msg:, Fields:).
func readGo(tree fs.FS, file string, note func(string, string, ...any), seen func(string), need func(file, s string)) error {
	raw, err := fs.ReadFile(tree, file)
	if err != nil {
		return err
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, raw, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	generated := strings.HasSuffix(file, "_templ.go")
	key := func(e ast.Expr) {
		if s, ok := literal(e); ok {
			need(file, s)
		}
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.CallExpr:
			switch called(n) {
			case "i18n.T":
				key(n.Args[1])
			case "fault.Bad":
				key(n.Args[len(n.Args)-1])
			}
		case *ast.KeyValueExpr:
			if k, ok := n.Key.(*ast.Ident); ok && k.Name == "Msg" {
				key(n.Value)
			}
			if k, ok := n.Key.(*ast.Ident); ok && k.Name == "Fields" {
				if m, ok := n.Value.(*ast.CompositeLit); ok {
					for _, e := range m.Elts {
						if kv, ok := e.(*ast.KeyValueExpr); ok {
							key(kv.Value)
						}
					}
				}
			}
		case *ast.BasicLit:
			s, ok := literal(n)
			if !ok {
				return true
			}
			seen(s)
			if !generated && !paper.MatchString(file) && strings.HasPrefix(file, "internal/") && vietnamese(s) {
				note(file, "text %q", s)
			}
		}
		return true
	})
	return nil
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

func called(c *ast.CallExpr) string {
	f, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	x, ok := f.X.(*ast.Ident)
	if !ok || len(c.Args) < 2 {
		return ""
	}
	return x.Name + "." + f.Sel.Name
}

// vietnamese reports a letter outside ASCII; a lone dash or dot is none.
func vietnamese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII && unicode.IsLetter(r) })
}
