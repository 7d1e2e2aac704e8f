// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

// FormStatus says who fixed a form's layout.
type FormStatus string

// The statuses.
const (
	Law     FormStatus = "LAW"     // fixed by a legal text
	Derived FormStatus = "DERIVED" // the law asks for the report but gives no layout; an administrator may edit it
)

// Requirement says whether a field must be filled.
type Requirement string

// The requirements.
const (
	Mandatory   Requirement = "M"
	Optional    Requirement = "O"
	Conditional Requirement = "C" // see the field's help
	Automatic   Requirement = "A" // the system fills it
)

// Form is the layout of one report. Labels of sections and fields are printed
// as they stand, in Vietnamese only.
type Form struct {
	ID           string     `yaml:"id"`            // "F1b"
	Title        Label      `yaml:"title"`         // in menus and lists
	DocumentType string     `yaml:"document_type"` // tên loại văn bản, printed: "THÔNG BÁO"
	Abbreviation string     `yaml:"abbreviation"`  // of the type, in the number and symbol: "TB"
	Subject      string     `yaml:"subject"`       // trích yếu, printed under the type
	Status       FormStatus `yaml:"status"`
	Basis        string     `yaml:"basis"`        // printed citation
	Instrument   string     `yaml:"instrument"`   // id of the legal text
	Recipients   []string   `yaml:"recipients"`   // roles printed as Kính gửi
	SubjectMark  string     `yaml:"subject_mark"` // first word of the e-mail subject: "[TBSC]"
	Notes        []string   `yaml:"notes"`        // printed below, in own words
	Sections     []Section  `yaml:"sections"`
	Source       Source     `yaml:"source"`
}

// Section is a numbered part of a form. Title may be empty.
type Section struct {
	No     string  `yaml:"no"`
	Title  string  `yaml:"title"`
	Fields []Field `yaml:"fields"`
}

// Field is one line of a form. Fields with the same No are printed together.
type Field struct {
	No    string      `yaml:"no"`
	Key   string      `yaml:"key"`   // unique in the form; what a filled form is stored under
	Label string      `yaml:"label"` // Vietnamese, as printed
	Type  string      `yaml:"type"`  // see fieldTypes
	Req   Requirement `yaml:"req"`
	List  string      `yaml:"list"` // code list of enum and multi
	From  string      `yaml:"from"` // where the value comes from, see ValueKeys; empty: typed by a person
	Help  Label       `yaml:"help"` // shown beside the field; may be empty
}

// Fields returns the fields of all sections in printed order.
func (f Form) Fields() []Field {
	var all []Field
	for _, s := range f.Sections {
		all = append(all, s.Fields...)
	}
	return all
}

// fieldTypes is the closed set of field types: one line, several lines, day,
// time of day, moment (UTC+7, to the minute), whole number, yes or no, one of a
// list, several of a list, rows, unit, system, person, files, signature block.
var fieldTypes = map[string]bool{
	"text": true, "long": true, "date": true, "time": true, "datetime": true, "int": true, "bool": true,
	"enum": true, "multi": true, "table": true, "unit": true, "system": true, "person": true, "file": true, "sign": true,
}

// valueKeys is the closed set of places a field's value comes from. Whoever
// fills a form answers these keys and no others.
var valueKeys = map[string]bool{
	"incident.code": true, "incident.title": true, "incident.description": true, "incident.detected_at": true,
	"incident.occurred_at": true, "incident.detection": true, "incident.types": true, "incident.severity": true,
	"incident.severity_by": true, "incident.severity_reason": true, "incident.state": true,
	"incident.national_security": true, "incident.serious_interruption": true, "incident.personal_data": true,
	"incident.measures": true, "incident.evidence": true, "incident.notified": true, "incident.addresses": true,
	"incident.domains": true, "incident.report_72h_due_at": true,
	"unit.name": true, "unit.address": true, "unit.phone": true, "unit.email": true, "unit.parent": true,
	"contact.name": true, "contact.position": true, "contact.phone": true, "contact.email": true,
	"system.name": true, "system.level": true, "system.operator": true, "system.owner": true, "system.approval": true,
	"report.recipients": true, "report.written_at": true, "report.sent_at": true, "report.channel": true,
	"report.receipt": true, "report.signer": true,
}

// ValueKeys returns the places a field's value may come from, such as
// "incident.detected_at" and "unit.name", in no order.
func ValueKeys() []string {
	keys := make([]string, 0, len(valueKeys))
	for k := range valueKeys {
		keys = append(keys, k)
	}
	return keys
}
