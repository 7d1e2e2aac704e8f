// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// code is what an action of the trail looks like.
var code = regexp.MustCompile(`^[a-z_]+(\.[a-z_]+)+$`)

// composed are the actions that the sources put together of parts or take from
// an enumeration.
var composed = []string{"backup.take", "backup.check", "backup.drill", "backup.take.ask", "backup.check.ask", "backup.drill.ask",
	"unit.proposal.accepted", "unit.proposal.partly", "unit.proposal.refused", "unit.reform.withdraw", "unit.reform.undo",
	"infection.return", "infection.doubt"}

// acted is what the sources of one package write into the trail.
type acted struct {
	funcs   map[string][]*ast.FuncDecl // by name
	consts  map[string]string
	writers map[string]map[int]bool // functions that write a parameter as action, by its place
	found   map[string]bool
	kinds   map[string]bool
}

// TestEveryActHasWords reads the actions and kinds out of the sources and holds
// that the trail can say each of them.
func TestEveryActHasWords(t *testing.T) {
	t.Parallel()
	catalogue, err := i18n.Load(app.Messages()...)
	if err != nil {
		t.Fatal(err)
	}
	actions, kinds := map[string]bool{}, map[string]bool{"elevation": true, "letter": true}
	for _, a := range composed {
		actions[a] = true
	}
	err = filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		p := acted{funcs: map[string][]*ast.FuncDecl{}, consts: map[string]string{}, writers: map[string]map[int]bool{}, found: actions, kinds: kinds}
		return p.read(path)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(actions) < 100 || len(kinds) < 20 {
		t.Errorf("only %d actions and %d kinds were found: does the reading still fit the sources?", len(actions), len(kinds))
	}
	for _, a := range slices.Sorted(maps.Keys(actions)) {
		if !catalogue.Has("trail.action." + a) {
			t.Errorf("no words: trail.action.%s", a)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		if !catalogue.Has("trail.kind." + k) {
			t.Errorf("no words: trail.kind.%s", k)
		}
	}
	for _, key := range catalogue.Keys() {
		if a, ok := strings.CutPrefix(key, "trail.action."); ok && !actions[a] {
			t.Errorf("no source writes %s", a)
		}
	}
}

func (p acted) read(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				p.funcs[fn.Name.Name] = append(p.funcs[fn.Name.Name], fn)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok {
				for i, x := range v.Values {
					if text, ok := sourceText(x); ok && code.MatchString(strings.ToLower(text)) {
						p.consts[v.Names[i].Name] = text
					}
				}
			}
			return true
		})
	}
	for more := true; more; {
		more = false
		for _, all := range p.funcs {
			for _, fn := range all {
				more = p.look(fn) || more
			}
		}
	}
	return nil
}

// look takes the actions that fn writes, and reports whether it turned out to
// write one of its parameters.
func (p acted) look(fn *ast.FuncDecl) (more bool) {
	local := map[string][]ast.Expr{} // what names of fn hold
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				if id, ok := l.(*ast.Ident); ok && len(n.Lhs) == len(n.Rhs) {
					local[id.Name] = append(local[id.Name], n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			for i, v := range n.Values {
				local[n.Names[i].Name] = append(local[n.Names[i].Name], v)
			}
		}
		return true
	})
	params := map[string]int{}
	for _, f := range fn.Type.Params.List {
		for _, name := range f.Names {
			params[name.Name] = len(params)
		}
	}
	var take func(x ast.Expr, deep int)
	take = func(x ast.Expr, deep int) {
		if text, ok := sourceText(x); ok {
			if text = strings.ToLower(text); code.MatchString(text) {
				p.found[text] = true
			}
			return
		}
		switch x := x.(type) {
		case *ast.CallExpr: // strings.ToLower(op), string(how)
			for _, arg := range x.Args {
				take(arg, deep)
			}
		case *ast.Ident:
			if at, ok := params[x.Name]; ok {
				if p.writers[fn.Name.Name] == nil {
					p.writers[fn.Name.Name] = map[int]bool{}
				}
				more = more || !p.writers[fn.Name.Name][at]
				p.writers[fn.Name.Name][at] = true
			} else if values := local[x.Name]; len(values) > 0 && deep < 3 {
				for _, v := range values {
					take(v, deep+1)
				}
			} else if text, ok := p.consts[x.Name]; ok {
				p.found[strings.ToLower(text)] = true
			}
		}
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if s, ok := n.Type.(*ast.SelectorExpr); !ok || s.Sel.Name != "Entry" || !isIdent(s.X, "audit") {
				return true
			}
			for _, e := range n.Elts {
				kv, ok := e.(*ast.KeyValueExpr)
				if ok && isIdent(kv.Key, "Action") {
					take(kv.Value, 0)
				}
				if text, isText := sourceText(kv.Value); ok && isText && isIdent(kv.Key, "Kind") {
					p.kinds[text] = true
				}
			}
		case *ast.CallExpr:
			name := ""
			switch f := n.Fun.(type) {
			case *ast.Ident:
				name = f.Name
			case *ast.SelectorExpr:
				name = f.Sel.Name
			}
			for at := range p.writers[name] {
				if at < len(n.Args) {
					take(n.Args[at], 0)
				}
			}
		}
		return true
	})
	return more
}

func sourceText(x ast.Expr) (string, bool) {
	l, ok := x.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}

func isIdent(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}
