// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// MappingFault says what is wrong with a mapping file, for those who say it in
// other words.
type MappingFault string

// The faults.
const (
	MappingSyntax    MappingFault = "syntax"    // no YAML; Got is what the reader of YAML says
	MappingKey       MappingFault = "key"       // Got is no key of a mapping file
	MappingTwice     MappingFault = "twice"     // a key stands twice
	MappingKind      MappingFault = "kind"      // a value is not of the kind its key asks for
	MappingSize      MappingFault = "size"      // the file is too long
	MappingName      MappingFault = "name"      // Got is no name
	MappingTaken     MappingFault = "taken"     // Got is the name of a format
	MappingForm      MappingFault = "form"      // Got is none of json, csv, pairs
	MappingSeparator MappingFault = "separator" // Got is not one character, or a quote
	MappingNoFields  MappingFault = "no_fields" // no fields are given
	MappingMeaning   MappingFault = "meaning"   // Got, of field Of, is no Meaning
	MappingColumn    MappingFault = "column"    // field Of is not among the columns
	MappingAction    MappingFault = "action"    // Got, of word Of, is neither allowed nor blocked
)

// MappingError is the first thing that is wrong with a mapping file.
type MappingError struct {
	Line  int // from 1; 0 where no line is at fault
	Fault MappingFault
	Of    string // the field or word that is meant
	Got   string // what stands there
	text  string
}

// Error is the fault in English.
func (e *MappingError) Error() string {
	if e.Line == 0 {
		return "mapping file: " + e.text
	}
	return fmt.Sprintf("mapping file: line %d: %s", e.Line, e.text)
}

// wrong makes the error about what stands at a path of keys.
func wrong(doc *yaml.Node, why MappingFault, of, got, text string, path ...string) *MappingError {
	return &MappingError{Line: lineOf(doc, path...), Fault: why, Of: of, Got: got, text: text}
}

// lineOf is the line of the key at a path; where it does not stand, that of what
// stands above, and 0 for the whole.
func lineOf(doc *yaml.Node, path ...string) int {
	line, at := 0, doc
	if doc.Kind == yaml.DocumentNode && len(doc.Content) == 1 {
		at = doc.Content[0]
	}
	for _, name := range path {
		if at.Kind != yaml.MappingNode {
			return line
		}
		found := false
		for i := 0; i+1 < len(at.Content) && !found; i += 2 {
			if at.Content[i].Value == name {
				line, at, found = at.Content[i].Line, at.Content[i+1], true
			}
		}
		if !found {
			return line
		}
	}
	return line
}

// How the reader of YAML words its errors; it has no other sign of what is wrong.
var (
	yamlLine  = regexp.MustCompile(`line (\d+): ((?s).*?)(\n|$)`)
	yamlField = regexp.MustCompile(`field (.*) not found in type`)
	yamlTwice = regexp.MustCompile(`already (set|defined)`)
)

// notYAML is the error of the reader of YAML, the first where it has several.
func notYAML(err error) *MappingError {
	e := &MappingError{Fault: MappingSyntax, Got: err.Error(), text: err.Error()}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		e.Line, _ = strconv.Atoi(m[1]) // digits
		e.Got, e.text = m[2], m[2]
	}
	if m := yamlField.FindStringSubmatch(e.Got); m != nil {
		e.Fault, e.Got, e.text = MappingKey, m[1], fmt.Sprintf("field %s not found", m[1])
		return e
	}
	wide := (*yaml.TypeError)(nil)
	switch {
	case yamlTwice.MatchString(e.Got):
		e.Fault = MappingTwice
	case errors.As(err, &wide):
		e.Fault = MappingKind
	}
	return e
}
