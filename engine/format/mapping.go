// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/valyala/fastjson"
	"go.yaml.in/yaml/v3"

	"github.com/vonggac/vonggac/engine/event"
)

// mapping is a mapping file: how a log that no format here knows is read.
//
//	name: proxy-x            # letters, digits and '-'; not the name of a format here
//	title: Proxy X access log
//	form: csv                # json, csv or pairs (key=value)
//	separator: ";"           # csv: one character; ',' when left out
//	columns: [when, who, "", site]  # csv: names in order; left out, the first line has them
//	fields:                  # field: meaning (see Meaning); in JSON a.b is b inside a
//	  when: time
//	  who: src
//	  site: dst_host
//	actions: {TUNNELED: allowed, STOP: blocked}  # the device's own words, optional
type mapping struct {
	Name      string             `yaml:"name"`
	Title     string             `yaml:"title"`
	Form      string             `yaml:"form"`
	Separator string             `yaml:"separator"`
	Columns   []string           `yaml:"columns"`
	Fields    map[string]Meaning `yaml:"fields"`
	Actions   map[string]string  `yaml:"actions"`
}

// maxMapping bounds a mapping file, in bytes.
const maxMapping = 64 << 10

// ReadMapping reads a mapping file, in YAML, and gives the format it describes.
// What is wrong with the file is a [*MappingError]. Such a format is
// not among Activities and is never detected: it knows too little of a log to
// tell it from another.
func ReadMapping(in io.Reader) (Activity, error) {
	text, err := io.ReadAll(io.LimitReader(in, maxMapping+1))
	if err != nil {
		return Activity{}, fmt.Errorf("mapping file: %w", err)
	}
	if len(text) > maxMapping {
		return Activity{}, &MappingError{Fault: MappingSize, text: fmt.Sprintf("over %d bytes", maxMapping)}
	}
	m := &mapping{Separator: ","}
	dec := yaml.NewDecoder(strings.NewReader(string(text)))
	dec.KnownFields(true)
	if err := dec.Decode(m); errors.Is(err, io.EOF) {
		return Activity{}, &MappingError{Fault: MappingNoFields, text: "the file is empty"}
	} else if err != nil {
		return Activity{}, notYAML(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return Activity{}, notYAML(err)
	}
	if bad := m.check(&doc); bad != nil {
		return Activity{}, bad
	}
	table := m.table()
	return Activity{Name: m.Name, Title: m.Title, New: func(opt Options) ActivityReader {
		return newGuard[event.Activity](&mapped{m: m, table: table, clock: newClock(opt), columns: m.Columns}, true, opt)
	}}, nil
}

func (m *mapping) check(doc *yaml.Node) *MappingError {
	if m.Name == "" || strings.Trim(m.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return wrong(doc, MappingName, "", m.Name, "name: lower-case letters, digits and '-' are needed", "name")
	}
	if _, taken := LookupActivity(m.Name); taken {
		return wrong(doc, MappingTaken, "", m.Name, fmt.Sprintf("name: %q is the name of a format", m.Name), "name")
	}
	if m.Title == "" {
		m.Title = m.Name
	}
	switch m.Form {
	case "json", "csv", "pairs":
	default:
		return wrong(doc, MappingForm, "", m.Form, fmt.Sprintf("form: %q is none of json, csv, pairs", m.Form), "form")
	}
	if len(m.Separator) != 1 || m.Separator == `"` {
		return wrong(doc, MappingSeparator, "", m.Separator, "separator: one character is needed, not a quote", "separator")
	}
	if len(m.Fields) == 0 {
		return wrong(doc, MappingNoFields, "", "", "fields: none are given", "fields")
	}
	for _, name := range slices.Sorted(maps.Keys(m.Fields)) {
		if !slices.Contains(Meanings(), m.Fields[name]) {
			return wrong(doc, MappingMeaning, name, string(m.Fields[name]), fmt.Sprintf("fields: %s: %q is no meaning", name, m.Fields[name]), "fields", name)
		}
		if m.Form == "csv" && m.Columns != nil && !slices.Contains(m.Columns, name) {
			return wrong(doc, MappingColumn, name, "", fmt.Sprintf("fields: %s is not among the columns", name), "fields", name)
		}
	}
	for _, word := range slices.Sorted(maps.Keys(m.Actions)) {
		if does := m.Actions[word]; does != "allowed" && does != "blocked" {
			return wrong(doc, MappingAction, word, does, fmt.Sprintf("actions: %s: %q is neither allowed nor blocked", word, does), "actions", word)
		}
	}
	return nil
}

// table gives the fields in an order that does not change from run to run.
func (m *mapping) table() []meaning {
	var out []meaning
	for _, name := range slices.Sorted(maps.Keys(m.Fields)) {
		out = append(out, meaning{name, m.Fields[name]})
	}
	return out
}

// Meanings lists every Meaning.
func Meanings() []Meaning {
	return []Meaning{
		IsTime, IsSrc, IsSrcPort, IsSrcHost, IsDst, IsDstPort, IsDstHost, IsProtocol, IsAction, IsSent, IsReceived, IsUser, IsTitle, IsQuery,
		IsMethod, IsURL, IsUserAgent, IsStatus, IsSNI, IsTLS, IsJA3, IsJA3S, IsJA4, IsFileName, IsFileType, IsFileSize, IsHash,
		IsEmailFrom, IsEmailTo,
	}
}

// mapped reads lines by a mapping file.
type mapped struct {
	m       *mapping
	table   []meaning
	clock   clock
	json    jsonLine
	columns []string // of a CSV; nil until the first line, when that names them
	cells   []string
	kv      fields
}

func (r *mapped) read(s string, into []event.Activity) ([]event.Activity, Verdict) {
	d := draft{clock: &r.clock}
	switch r.m.Form {
	case "json":
		v, verdict := r.json.parse(s)
		if verdict != parsed {
			return into, verdict
		}
		for _, m := range r.table {
			if value, ok := r.json.scalar(at(v, m.field)); ok {
				r.take(&d, m.is, value)
			}
		}
	case "csv":
		r.cells = quotedCells(r.cells[:0], s, r.m.Separator[0])
		if r.columns == nil {
			r.name()
			return into, skip(Header)
		}
		if len(r.cells) < len(r.columns) {
			return into, reject(MissField)
		}
		for _, m := range r.table {
			if i := slices.Index(r.columns, m.field); i >= 0 {
				r.take(&d, m.is, r.cells[i])
			}
		}
	default:
		var ok bool
		if r.kv, ok = quotedPairs(r.kv[:0], s); !ok {
			return into, reject(NotFormat)
		}
		for _, m := range r.table {
			r.take(&d, m.is, r.kv.get(m.field))
		}
	}
	return d.finish(into)
}

// take is draft.take with the file's own words for actions.
func (r *mapped) take(d *draft, is Meaning, value string) {
	if is == IsAction {
		if word, ok := r.m.Actions[value]; ok {
			value = word
		}
	}
	d.take(is, value)
}

// name takes the columns from the cells at hand, which die with the line.
func (r *mapped) name() {
	for _, cell := range r.cells {
		r.columns = append(r.columns, strings.Clone(strings.TrimSpace(cell)))
	}
}

// at gives the value at "a.b.c", or of a key that holds dots itself.
func at(v *fastjson.Value, path string) *fastjson.Value {
	if item := v.Get(path); item != nil {
		return item
	}
	return v.Get(strings.Split(path, ".")...)
}
