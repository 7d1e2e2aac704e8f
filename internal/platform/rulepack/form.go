// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

// FormStatus says who fixed a form's layout.
type FormStatus string

// The statuses.
const (
	Law      FormStatus = "LAW"      // fixed by a legal text
	Derived  FormStatus = "DERIVED"  // the law or a directive asks for the report but gives no layout; an administrator may edit it
	Internal FormStatus = "INTERNAL" // working paper of the house
)

// About is what a form's paper is about.
type About string

// What a paper may be about. The zero value is an incident.
const (
	OfIncident  About = ""          // one case; written "incident" or left out
	OfPeriod    About = "period"    // a period and a unit
	OfUnit      About = "unit"      // a unit, at no particular time
	OfDirective About = "directive" // what was done about a directive, up to a day
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
// as they stand, in Vietnamese only. In every text a {key} is a term of the
// pack and reads as the pack words it; {period}, {unit}, {issuer} and {directive}
// are left for whoever fills the form.
type Form struct {
	ID           string     `yaml:"id"`            // "F1b"
	Title        Label      `yaml:"title"`         // in menus and lists
	DocumentType string     `yaml:"document_type"` // tên loại văn bản, printed: "THÔNG BÁO"; empty for a letter
	Letter       bool       `yaml:"letter"`        // công văn: no tên loại, the subject stands as V/v
	Abbreviation string     `yaml:"abbreviation"`  // of the type, in the number and symbol: "TB"; empty for a letter
	Subject      string     `yaml:"subject"`       // trích yếu, printed under the type
	Status       FormStatus `yaml:"status"`
	About        About      `yaml:"about"`
	Periods      Periods    `yaml:"periods"`      // of a form about a period or a directive, the ones it knows
	Purpose      string     `yaml:"purpose"`      // forms of one purpose meet each other's duties; may be empty
	Basis        string     `yaml:"basis"`        // printed citation
	Instrument   string     `yaml:"instrument"`   // id of the legal text; of a LAW form always given
	Recipients   []string   `yaml:"recipients"`   // roles printed as Kính gửi; none: the paper is addressed to nobody
	Marks        bool       `yaml:"marks"`        // compulsory fields are printed with (*)
	SubjectMark  string     `yaml:"subject_mark"` // first word of the e-mail subject: "[TBSC]"
	Lead         string     `yaml:"lead"`         // sentence before the parts; may be empty
	Closing      string     `yaml:"closing"`      // sentence after them; may be empty
	Notes        []string   `yaml:"notes"`        // printed below, in own words
	Sections     []Section  `yaml:"sections"`
	Checks       []Check    `yaml:"checks"`
	Source       Source     `yaml:"source"`
}

// Section is a numbered part of a form. Title may be empty; so may No, and then
// the part has no heading of its own.
type Section struct {
	No     string  `yaml:"no"`
	Title  string  `yaml:"title"`
	Annex  string  `yaml:"annex"` // upright or landscape: printed as an annex of its own; empty in the body
	Fields []Field `yaml:"fields"`
}

// Field is one line of a form. Fields with the same No are printed together.
type Field struct {
	No    string      `yaml:"no"`
	Key   string      `yaml:"key"`   // unique in the form; what a filled form is stored under
	Label string      `yaml:"label"` // Vietnamese, as printed
	Type  string      `yaml:"type"`  // see fieldTypes
	Req   Requirement `yaml:"req"`
	// RequiredWhen makes a field compulsory while all of it holds. A field of
	// req C is printed only then.
	RequiredWhen []When      `yaml:"required_when"`
	List         string      `yaml:"list"`       // code list of enum and multi
	From         string      `yaml:"from"`       // where the value comes from, see ValueKeys; empty: typed by a person
	Count        *Tally      `yaml:"count"`      // of int, money and pct: reckoned from other fields of the form
	Columns      []Column    `yaml:"columns"`    // of a table; a table without columns is a list of lines
	RowsOf       string      `yaml:"rows_of"`    // code list whose codes are the rows, in the first column
	TotalRow     string      `yaml:"total"`      // label of a last row that sums the numbers; empty: none
	Blocks       bool        `yaml:"blocks"`     // each row is printed as labelled lines, not as a row
	AnnexOver    int         `yaml:"annex_over"` // with more rows than this the table is printed as an annex, and the body says so; 0: never
	AsBasis      bool        `yaml:"as_basis"`   // the lines of a list, or label and text, are printed as căn cứ, over the body
	Aside        bool        `yaml:"aside"`      // asked for and kept, never printed: what must hold before the paper may be made
	Must         []string    `yaml:"must"`       // of an enum: the codes with which the paper may be made
	Approves     string      `yaml:"approves"`   // of an enum of parties: key of the level whose approver it must be
	Term         []FieldTerm `yaml:"term"`       // of date and datetime: reckoned from another field; the first row that holds
	Carry        []string    `yaml:"carry"`      // "F2a.result": fields of earlier papers of the case or unit, the first that says something
	Trend        []string    `yaml:"trend"`      // of a table with the columns of trendColumns: numbers of the form it sets beside earlier periods
	Help         Label       `yaml:"help"`       // shown beside the field; may be empty
}

// Column is one column of a table. Types are those of columnTypes.
type Column struct {
	Key          string      `yaml:"key"`
	No           string      `yaml:"no"` // printed under the label: "(1)"
	Label        string      `yaml:"label"`
	Type         string      `yaml:"type"`
	Req          Requirement `yaml:"req"` // empty is O
	RequiredWhen []When      `yaml:"required_when"`
	List         string      `yaml:"list"`
	Names        []string    `yaml:"names"` // other headings of the column in people's own tables
	Width        float64     `yaml:"width"` // share of the width; 0 is 1
}

// Fields returns the fields of all sections in printed order.
func (f Form) Fields() []Field {
	var all []Field
	for _, s := range f.Sections {
		all = append(all, s.Fields...)
	}
	return all
}

// Field returns the field with the key, and false when there is none.
func (f Form) Field(key string) (Field, bool) {
	return find(f.Fields(), key, func(x Field) string { return x.Key })
}

// Column returns the column with the key, and false when there is none.
func (f Field) Column(key string) (Column, bool) {
	return find(f.Columns, key, func(c Column) string { return c.Key })
}

// fieldTypes is the closed set of field types: one line, several lines, day,
// time of day, moment (UTC+7, to the minute), whole number, đồng, per cent, yes
// or no, one of a list, several of a list, rows, unit, system, person, document,
// incident, advisory, files, signature block.
var fieldTypes = map[string]bool{
	"text": true, "long": true, "date": true, "time": true, "datetime": true, "int": true, "money": true, "pct": true, "bool": true,
	"enum": true, "multi": true, "table": true, "unit": true, "system": true, "person": true, "doc": true, "incident": true,
	"advisory": true, "file": true, "sign": true,
}

// columnTypes is the closed set of types of a column; seq numbers the rows.
var columnTypes = map[string]bool{
	"seq": true, "text": true, "long": true, "date": true, "datetime": true, "int": true, "money": true, "pct": true, "bool": true,
	"enum": true, "multi": true,
}

// isNumber reports whether values of the type can be summed.
func isNumber(kind string) bool { return kind == "int" || kind == "money" }

// valueKeys is the closed set of places a field's value comes from. Whoever
// fills a form answers these keys and no others.
var valueKeys = map[string]bool{
	"incident.code": true, "incident.title": true, "incident.description": true, "incident.detected_at": true,
	"incident.occurred_at": true, "incident.detection": true, "incident.types": true, "incident.severity": true,
	"incident.severity_by": true, "incident.severity_reason": true, "incident.state": true,
	"incident.national_security": true, "incident.serious_interruption": true, "incident.personal_data": true,
	"incident.measures": true, "incident.evidence": true, "incident.notified": true, "incident.addresses": true,
	"incident.domains": true, "incident.report_72h_due_at": true, "incident.cause": true, "incident.measures_done": true,
	"incident.evidence_rows": true, "incident.breach_known_at": true, "incident.may_harm_subjects": true,
	"incident.location_or_biometric": true, "incident.processor": true,
	"unit.name": true, "unit.address": true, "unit.phone": true, "unit.email": true, "unit.parent": true,
	"contact.name": true, "contact.position": true, "contact.phone": true, "contact.email": true,
	"system.name": true, "system.level": true, "system.operator": true, "system.owner": true, "system.approval": true,
	"report.recipients": true, "report.written_at": true, "report.sent_at": true, "report.channel": true,
	"report.receipt": true, "report.signer": true, "report.initial": true, "duty.addressees": true, "unit.card": true, "unit.card_short": true,
	"unit.head": true, "unit.head_title": true, "period.from": true, "period.to": true, "period.name": true,
	"figure.incidents": true, "figure.incidents_by_type": true, "figure.incidents_by_severity": true,
	"figure.machines_infected": true, "figure.threats": true, "figure.incident_list": true, "figure.incidents_closed": true,
	"figure.incident_hours": true, "figure.duties_due": true, "figure.duties_on_time": true,
	"figure.silent_list": true, "figure.threat_events": true,
	"figure.links": true, "figure.monitoring": true, "period.campaign": true, "period.hours": true,
	"figure.machines_cleaned": true,
	"directive.paper":         true, "directive.above": true, "directive.basis": true, "directive.due": true, "directive.units": true,
	"directive.tasks": true, "directive.reported": true, "directive.silent_count": true, "directive.silent": true,
	"directive.targets": true, "directive.contradicted": true, "directive.proofs": true,
	"directive.duties": true, "directive.duties_done": true,
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
