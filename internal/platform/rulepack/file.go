// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"go.yaml.in/yaml/v3"
)

// maxFile bounds one file; real ones are a few dozen kilobytes.
const maxFile = 1 << 20

// document is what a YAML file of a pack may hold. A pack's files are read as
// one; which section stands in which file is free.
type document struct {
	Pack        *header         `yaml:"pack"`
	Terms       map[string]Term `yaml:"terms"`
	Instruments []Instrument    `yaml:"instruments"`
	Kinds       []Kind          `yaml:"kinds"`
	Addressees  []Addressee     `yaml:"addressees"`
	Lists       []CodeList      `yaml:"code_lists"`
	Countings   []counting      `yaml:"countings"`
	Suggestions []Suggestion    `yaml:"severity_suggestions"`
	Clocks      []Clock         `yaml:"clocks"`
	Forms       []Form          `yaml:"forms"`
	Thresholds  []Threshold     `yaml:"thresholds"`

	Harms       []Harm         `yaml:"harms"`
	Criteria    []Criterion    `yaml:"criteria"`
	Parties     []Party        `yaml:"parties"`
	Templates   []Template     `yaml:"templates"`
	Authorities []Authority    `yaml:"authorities"`
	Periods     []Period       `yaml:"periods"`
	Counts      []Count        `yaml:"counts"`
	Groups      []ControlGroup `yaml:"control_groups"`
	Penalties   []Penalty      `yaml:"penalties"`
	Layers      []Layer        `yaml:"layers"`
	Transitions []Transition   `yaml:"transitions"`

	Periodic []Periodic `yaml:"periodic"`
	Ladders  []Ladder   `yaml:"reminders"`
}

type header struct {
	ID     string        `yaml:"id"`
	Title  Label         `yaml:"title"`
	From   calendar.Date `yaml:"from"`
	To     calendar.Date `yaml:"to"`
	Source Source        `yaml:"source"`
}

type counting struct {
	calendar.Counting `yaml:",inline"`
	Source            Source `yaml:"source"`
}

// file is one YAML file, read strictly, with its lines for messages.
type file struct {
	name string
	data []byte
	doc  document
	root yaml.Node
}

func readFile(tree fs.FS, name string) (file, error) {
	f := file{name: name}
	var err error
	if f.data, err = readBytes(tree, name); err != nil {
		return f, err
	}
	if err := decodeStrict(name, f.data, &f.doc); err != nil {
		return f, err
	}
	lines, err := readLines(name, f.data)
	f.root = lines.root
	return f, err
}

// readLines reads a file's nodes alone, for the places of its items.
func readLines(name string, data []byte) (file, error) {
	f := file{name: name, data: data}
	return f, atLine(name, yaml.Unmarshal(data, &f.root))
}

func readBytes(tree fs.FS, name string) ([]byte, error) {
	r, err := tree.Open(name)
	if err != nil {
		return nil, fmt.Errorf("rule packs: %w", err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case len(data) > maxFile:
		return nil, fmt.Errorf("%s:1: larger than %d bytes", name, maxFile)
	}
	return data, textFault(name, data)
}

// textFault refuses what is no text, where it stops being one: a program, a
// picture, UTF-16.
func textFault(name string, data []byte) error {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 || r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f {
			return fmt.Errorf("%s:%d: this is no text in UTF-8; save the file as UTF-8", name, 1+bytes.Count(data[:at], []byte("\n")))
		}
		at += size
	}
	return nil
}

// decodeStrict reads exactly one YAML document into out, refusing unknown
// fields.
func decodeStrict(name string, data []byte, out any) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(out); err != nil {
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s:1: the file is empty", name)
		}
		// The decoder gives no line for a value that is no date.
		if bad, ok := errors.AsType[*calendar.DateError](err); ok {
			before, _, _ := bytes.Cut(data, []byte(bad.Text))
			return fmt.Errorf("%s:%d: %w", name, 1+bytes.Count(before, []byte("\n")), err)
		}
		return atLine(name, err)
	}
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s:%d: one file holds one YAML document", name, max(more.Line, 1))
	}
	return nil
}

var ofType = regexp.MustCompile(` (?:in type|into) (?:struct \{.*\}|\S+)$`)

var lineOfError = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)

// atLine rewrites the decoder's "line 3: …" as "name:3: …".
func atLine(name string, err error) error {
	if err == nil {
		return nil
	}
	faults := []string{err.Error()}
	if te, ok := errors.AsType[*yaml.TypeError](err); ok {
		faults = te.Errors
	}
	var errs []error
	for _, s := range faults {
		s = ofType.ReplaceAllString(s, "") // a type of this program says nothing to who writes a pack
		if m := lineOfError.FindStringSubmatch(s); m != nil {
			errs = append(errs, fmt.Errorf("%s:%s: %s", name, m[1], m[2]))
		} else {
			errs = append(errs, fmt.Errorf("%s: %s", name, s))
		}
	}
	return errors.Join(errs...)
}

// at returns "name:line" of the node the path leads to, mapping keys and list
// positions in turn, or of the last node on the way that exists.
func (f file) at(path ...any) string {
	n := &f.root
	if len(n.Content) > 0 {
		n = n.Content[0]
	}
	for _, step := range path {
		next := child(n, step)
		if next == nil {
			break
		}
		n = next
	}
	return fmt.Sprintf("%s:%d", f.name, max(n.Line, 1))
}

func child(n *yaml.Node, step any) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch s := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && s < len(n.Content) {
			return n.Content[s]
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == s {
				return n.Content[i+1]
			}
		}
	}
	return nil
}
