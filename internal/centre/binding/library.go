// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

//go:embed library/*.yaml
var builtin embed.FS

// Library is every binding that is known, and the table of demands they answer.
// It is read once and not changed.
type Library struct {
	bindings []Binding // in the order of the files
	rows     []Row
	rooms    []Room
	source   rulepack.Source // of the rows
	scoring  scoring
	term     term
}

// term is how long an obligation takes where neither the text nor the law says.
type term struct {
	Amount calendar.Amount `yaml:"amount"`
	Source rulepack.Source `yaml:"source"`
}

// document is what a YAML file of bindings may hold. The program's files are
// read as one; a province's hold bindings alone.
type document struct {
	Scoring    *scoring         `yaml:"scoring"`
	Term       *term            `yaml:"term"`
	Source     *rulepack.Source `yaml:"source"`
	Rooms      []Room           `yaml:"rooms"`
	Dispatches []dispatch       `yaml:"dispatches"`
	Bindings   []Binding        `yaml:"bindings"`
}

type dispatch struct {
	Label rulepack.Label `yaml:"label"`
	Rows  []Row          `yaml:"rows"`
}

// maxFile bounds one file; real ones are a few dozen kilobytes.
const maxFile = 1 << 20

// Load reads the bindings that come with the program.
func Load() (*Library, error) {
	tree, err := fs.Sub(builtin, "library")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(tree, "*.yaml")
	if err != nil {
		return nil, err
	}
	l := &Library{}
	var lists []source
	var errs []error
	for _, name := range names {
		f, err := read(tree, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if f.doc.Scoring != nil {
			l.scoring = *f.doc.Scoring
		}
		if f.doc.Term != nil {
			l.term = *f.doc.Term
		}
		if f.doc.Source != nil {
			l.source = *f.doc.Source
		}
		l.rooms = append(l.rooms, f.doc.Rooms...)
		for _, d := range f.doc.Dispatches {
			for _, r := range d.Rows {
				r.Dispatch = d.Label
				l.rows = append(l.rows, r)
			}
		}
		lists = append(lists, f)
	}
	for _, f := range lists {
		errs = append(errs, l.take(f)...)
	}
	l.answer()
	return l, errors.Join(errs...)
}

// With is l with the bindings of the YAML files of a folder of the province's
// own. A binding whose id the program has takes its place. A file that is wrong
// costs only itself: the faults, one a file, each of lines of file:line, come
// beside a library with all the others. laws says which ids of the rule packs
// exist.
func (l *Library) With(tree fs.FS, laws *rulepack.Set) (*Library, []error) {
	entries, err := fs.ReadDir(tree, ".")
	if err != nil {
		return l, []error{fmt.Errorf("bindings: %w", err)}
	}
	out := &Library{bindings: slices.Clone(l.bindings), rows: slices.Clone(l.rows), rooms: l.rooms, source: l.source, scoring: l.scoring, term: l.term}
	var faults []error
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") || !strings.HasSuffix(e.Name(), ".yaml") {
			continue
		}
		f, err := read(tree, e.Name())
		if err != nil {
			faults = append(faults, err)
			continue
		}
		f.own = true
		before := slices.Clone(out.bindings)
		errs := out.take(f)
		if d := f.doc; d.Scoring != nil || d.Term != nil || d.Source != nil || d.Rooms != nil || d.Dispatches != nil {
			errs = append(errs, fmt.Errorf("%s:1: a file of your own holds bindings alone", f.name))
		}
		for i, b := range f.doc.Bindings {
			for _, what := range b.Lawless(laws) {
				errs = append(errs, fmt.Errorf("%s: binding %q: %s", f.at(i), b.ID, what))
			}
		}
		if len(errs) > 0 {
			out.bindings = before
			faults = append(faults, errors.Join(errs...))
		}
	}
	out.answer()
	return out, faults
}

// source is one file of bindings with its lines.
type source struct {
	name  string
	doc   document
	lines []int // of each binding
	own   bool
}

func (f source) at(i int) string {
	if i < len(f.lines) {
		return fmt.Sprintf("%s:%d", f.name, f.lines[i])
	}
	return f.name + ":1"
}

func read(tree fs.FS, name string) (source, error) {
	f := source{name: name}
	r, err := tree.Open(name)
	if err != nil {
		return f, fmt.Errorf("bindings: %w", err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	switch {
	case err != nil:
		return f, fmt.Errorf("%s: %w", name, err)
	case len(data) > maxFile:
		return f, fmt.Errorf("%s:1: larger than %d bytes", name, maxFile)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&f.doc); errors.Is(err, io.EOF) {
		return f, fmt.Errorf("%s:1: the file is empty", name)
	} else if err != nil {
		return f, atLine(name, err)
	}
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return f, fmt.Errorf("%s:%d: one file holds one YAML document", name, max(more.Line, 1))
	}
	var root struct {
		Bindings []yaml.Node `yaml:"bindings"`
	}
	if err := yaml.Unmarshal(data, &root); err != nil {
		return f, atLine(name, err)
	}
	for _, n := range root.Bindings {
		f.lines = append(f.lines, n.Line)
	}
	return f, nil
}

var lineOfError = regexp.MustCompile(`line (\d+): `)

// atLine rewrites the decoder's "line 3: …" as "name:3: …".
func atLine(name string, err error) error {
	text := strings.TrimPrefix(strings.TrimPrefix(err.Error(), "yaml: "), "unmarshal errors:\n  ")
	if !lineOfError.MatchString(text) {
		return fmt.Errorf("%s:1: %s", name, text)
	}
	return errors.New(lineOfError.ReplaceAllString(text, name+":$1: "))
}

// take adds the bindings of a file, in place of those with their ids where the
// file is the province's own.
func (l *Library) take(f source) (errs []error) {
	seen := map[string]bool{}
	for i, b := range f.doc.Bindings {
		b = l.completed(b)
		for _, what := range l.faults(b) {
			errs = append(errs, fmt.Errorf("%s: binding %q: %s", f.at(i), b.ID, what))
		}
		at := slices.IndexFunc(l.bindings, func(o Binding) bool { return o.ID == b.ID })
		switch {
		case seen[b.ID], at >= 0 && (!f.own || l.bindings[at].Own != ""):
			errs = append(errs, fmt.Errorf("%s: binding %q stands twice", f.at(i), b.ID))
			continue
		case f.own:
			b.Own = f.name
		}
		seen[b.ID] = true
		if at >= 0 {
			l.bindings[at] = b
		} else {
			l.bindings = append(l.bindings, b)
		}
	}
	return errs
}

// completed is b ready for use: an obligation without title or evidence takes
// those of the binding, one without any term the usual one.
func (l *Library) completed(b Binding) Binding {
	b.words, b.actors = weigh(b.Words), weigh(b.Actors)
	for i := range b.Obligations {
		t := &b.Obligations[i]
		if t.Title == (rulepack.Label{}) {
			t.Title = b.Label
		}
		if t.Evidence == nil {
			t.Evidence = b.Evidence
		}
		if t.Amount == (calendar.Amount{}) && t.Clocks == nil && t.Periods == nil {
			t.Amount, t.Source = l.term.Amount, l.term.Source
		}
	}
	return b
}

// answer says of every row which bindings answer it, the first first.
func (l *Library) answer() {
	for i := range l.rows {
		r := &l.rows[i]
		r.Binding, r.Also = "", nil
		for _, b := range l.bindings {
			switch {
			case !slices.Contains(b.Rows, r.ID):
			case r.Binding == "":
				r.Binding = b.ID
			default:
				r.Also = append(r.Also, b.ID)
			}
		}
	}
}

// Binding returns the binding with the id, and false when there is none.
func (l *Library) Binding(id string) (Binding, bool) {
	if i := slices.IndexFunc(l.bindings, func(b Binding) bool { return b.ID == id }); i >= 0 {
		return l.bindings[i], true
	}
	return Binding{}, false
}

// All lists every binding, in the order of the files.
func (l *Library) All() []Binding { return slices.Clone(l.bindings) }

// Rows lists the table of demands.
func (l *Library) Rows() []Row { return slices.Clone(l.rows) }

// Source says where the table of demands comes from.
func (l *Library) Source() rulepack.Source { return l.source }

// Room returns a room that bindings wait for, and false when there is none.
func (l *Library) Room(id string) (Room, bool) {
	if i := slices.IndexFunc(l.rooms, func(r Room) bool { return r.ID == id }); i >= 0 {
		return l.rooms[i], true
	}
	return Room{}, false
}
