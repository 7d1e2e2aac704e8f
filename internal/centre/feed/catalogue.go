// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/vonggac/vonggac/internal/centre/indicator"
)

// Entry is one feed of the catalogue, as its publisher describes it.
type Entry struct {
	ID      string
	Name    string
	Address string
	Source  string // page the facts are from
	Terms   string // page or file with licence or terms
	Licence string // short name; ownTerms when the publisher wrote its own
	Layout  string // of indicator.Layout, or MISPFolder
	Holds   string // domains, addresses, urls, mixed
	Kind    indicator.Kind
	Every   time.Duration
	Auth    AuthKind // what the publisher asks for
	AuthAt  string   // name of the parameter or header
	About   struct{ VI, EN string }
}

//go:embed catalogue.yaml
var catalogueYAML []byte

// Catalogue is the built-in catalogue in the order of its file. It does not
// change; a broken one is a bug found by the first who asks.
var Catalogue = sync.OnceValue(func() []Entry {
	list, err := ParseCatalogue("catalogue.yaml", catalogueYAML)
	if err != nil {
		panic(err)
	}
	return list
})

// inCatalogue is the entry called id; false when there is none.
func inCatalogue(id string) (Entry, bool) {
	for _, e := range Catalogue() {
		if e.ID == id {
			return e, true
		}
	}
	return Entry{}, false
}

// ownTerms stands for terms that have no short name.
const ownTerms = "terms"

var (
	entryFields = []string{"id", "name", "address", "source", "terms", "licence", "layout", "holds", "kind", "every", "key", "about"}
	entryID     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	entryHolds  = []string{"domains", "addresses", "urls", "mixed"}
)

// yamlLine is how the YAML reader names the line of a fault.
var yamlLine = regexp.MustCompile(`^yaml: line (\d+): (.*)$`)

// entryLayouts are the layouts an entry may have: those of one file that the
// indicator room reads, and MISPFolder.
func entryLayouts() []string {
	out := []string{string(MISPFolder)}
	for _, l := range indicator.Layouts() {
		if l != indicator.Auto {
			out = append(out, string(l))
		}
	}
	return out
}

// ParseCatalogue reads a catalogue: a YAML list whose fields are described at
// the head of catalogue.yaml. Every fault is named as "name:line: what is wrong".
func ParseCatalogue(name string, raw []byte) ([]Entry, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			return nil, fmt.Errorf("%s:%s: %s", name, m[1], m[2])
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.SequenceNode {
		return nil, fmt.Errorf("%s:1: the file is not a list of feeds", name)
	}
	var list []Entry
	var errs []error
	for _, n := range doc.Content[0].Content {
		r := entryReader{name: name}
		e := r.entry(n)
		if slices.ContainsFunc(list, func(o Entry) bool { return o.ID == e.ID || o.Address == e.Address }) {
			r.bad(n.Line, "id or address was named before")
		}
		list = append(list, e)
		errs = append(errs, r.errs...)
	}
	return list, errors.Join(errs...)
}

// entryReader reads one entry and gathers what is wrong with it.
type entryReader struct {
	name   string
	fields map[string]*yaml.Node
	line   int
	errs   []error
}

func (r *entryReader) bad(line int, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("%s:%d: %s", r.name, line, fmt.Sprintf(format, args...)))
}

// mapping takes a mapping apart; fields not in known and named twice are faults.
func (r *entryReader) mapping(n *yaml.Node, known []string) map[string]*yaml.Node {
	out := map[string]*yaml.Node{}
	if n.Kind != yaml.MappingNode {
		r.bad(n.Line, "not a mapping of fields")
		return out
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if !slices.Contains(known, key.Value) {
			r.bad(key.Line, "unknown field %q", key.Value)
		}
		if _, twice := out[key.Value]; twice {
			r.bad(key.Line, "field %q stands twice", key.Value)
		}
		out[key.Value] = n.Content[i+1]
	}
	return out
}

// text is a required scalar of fields.
func (r *entryReader) text(fields map[string]*yaml.Node, key string) (string, int) {
	n, ok := fields[key]
	if !ok {
		r.bad(r.line, "field %q is missing", key)
		return "", r.line
	}
	if n.Kind != yaml.ScalarNode || strings.TrimSpace(n.Value) == "" || len(n.Value) > 500 {
		r.bad(n.Line, "field %q is not a text of 1..500 bytes", key)
	}
	return n.Value, n.Line
}

func (r *entryReader) oneOf(key string, of []string) string {
	v, line := r.text(r.fields, key)
	if !slices.Contains(of, v) {
		r.bad(line, "%s %q is none of %s", key, v, strings.Join(of, ", "))
	}
	return v
}

func (r *entryReader) link(key string) string {
	v, line := r.text(r.fields, key)
	if u, err := url.Parse(v); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		r.bad(line, "%s %q is no https address", key, v)
	}
	return v
}

func (r *entryReader) entry(n *yaml.Node) Entry {
	var e Entry
	r.line = n.Line
	r.fields = r.mapping(n, entryFields)
	var line int
	if e.ID, line = r.text(r.fields, "id"); !entryID.MatchString(e.ID) {
		r.bad(line, "id %q is not of small letters, digits and single hyphens", e.ID)
	}
	e.Name, _ = r.text(r.fields, "name")
	e.Licence, _ = r.text(r.fields, "licence")
	e.Address, e.Source, e.Terms = r.link("address"), r.link("source"), r.link("terms")
	e.Layout, e.Holds = r.oneOf("layout", entryLayouts()), r.oneOf("holds", entryHolds)
	e.Kind = indicator.Kind(r.oneOf("kind", []string{string(indicator.Block), string(indicator.Allow)}))
	every, line := r.text(r.fields, "every")
	var err error
	if e.Every, err = time.ParseDuration(every); err != nil || e.Every < Floor || e.Every > Ceiling {
		r.bad(line, "every %q is not a time of %s..%s", every, Floor, Ceiling)
	}
	key, line := r.text(r.fields, "key")
	kind, at, _ := strings.Cut(key, ":")
	switch {
	case key == "none":
	case (kind == string(AuthQuery) || kind == string(AuthHeader)) && authName.MatchString(at):
		e.Auth, e.AuthAt = AuthKind(kind), at
	default:
		r.bad(line, "key %q is not none, query:<parameter> or header:<name>", key)
	}
	if about, ok := r.fields["about"]; ok {
		words := r.mapping(about, []string{"vi", "en"})
		e.About.VI, _ = r.text(words, "vi")
		e.About.EN, _ = r.text(words, "en")
	} else {
		r.bad(n.Line, "field %q is missing", "about")
	}
	return e
}
