// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package incident keeps the case: what happened to which unit, when it was
// found, how grave a named person held it to be, what was done, and the evidence.
// It starts and stops the legal clocks of a case through package obligation, in
// the same transaction as the change that gives cause; which clocks, how long
// and to whom is the rule pack's, chosen by the day of detection.
//
// It refuses a severity without a person and a reason, a closing without a
// cause, and evidence whose bytes no longer match its hash. Start at Incident
// and Service.
package incident

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// ID names one incident for ever.
type ID string

// State says whether a case is worked on.
type State string

// The states.
const (
	Open   State = "open"
	Closed State = "closed"
)

// Phase is how far the response has come: the six of Decree 333/2026/NĐ-CP,
// Art. 9.2.
type Phase string

// The phases in their order. A new case stands at Detect.
const (
	Detect   Phase = "detect"   // phát hiện, xác định
	Preserve Phase = "preserve" // bảo vệ hiện trường, thu thập chứng cứ
	Contain  Phase = "contain"  // khoanh vùng, cô lập
	Analyse  Phase = "analyse"  // phân tích, phân loại
	Recover  Phase = "recover"  // ứng phó, khắc phục, khôi phục
	Trace    Phase = "trace"    // xác minh nguyên nhân, truy nguồn
)

// Phases lists all phases in their order.
func Phases() []Phase { return []Phase{Detect, Preserve, Contain, Analyse, Recover, Trace} }

// TLPs lists the sharing marks, from the widest (FIRST TLP 2.0).
func TLPs() []string {
	return []string{"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"}
}

// Sign is something a person has seen that weighs on the severity.
type Sign string

// The signs, as the tests of package rulepack ask for them.
const (
	NationalImportant  Sign = "national_important"
	ServiceInterrupted Sign = "service_interrupted"
	SecretDisclosed    Sign = "secret_disclosed"
	DataLost           Sign = "data_lost"
	ControlLost        Sign = "control_lost"
	MaySpread          Sign = "may_spread"
	BeyondCapacity     Sign = "beyond_capacity"
	DangerousSituation Sign = "dangerous_situation" // one of those that Law 116/2025/QH15, Art. 20, names
	ServiceProvider    Sign = "service_provider"    // it happened at a provider of services in cyberspace
)

// Signs lists all signs in the order of the form.
func Signs() []Sign {
	return []Sign{NationalImportant, ServiceInterrupted, SecretDisclosed, DataLost, ControlLost, MaySpread, BeyondCapacity,
		DangerousSituation, ServiceProvider}
}

// Choice is what was ticked in a code list of the pack, with the words that
// codes such as "khác" ask for.
type Choice struct {
	IDs  []string `json:"ids,omitempty"`
	Text string   `json:"text,omitempty"`
}

// Answer is what is known to a question of yes and no. The zero value is a
// question that nobody has answered, which is never taken for no.
type Answer string

// The answers.
const (
	Unanswered Answer = ""
	Yes        Answer = "yes"
	No         Answer = "no"
)

// Answers lists all answers in the order of the form.
func Answers() []Answer { return []Answer{Unanswered, Yes, No} }

// Claim is a question of the form with its answer, and words for a yes.
type Claim struct {
	Answer Answer
	Text   string
}

// System is the affected information system as the reports ask for it. All of
// it may be empty.
type System struct {
	Name            string   `json:"name,omitempty"`
	Level           string   `json:"level,omitempty"` // id in CL-level
	Approval        string   `json:"approval,omitempty"`
	Operator        string   `json:"operator,omitempty"` // empty: the unit itself
	Owner           string   `json:"owner,omitempty"`    // chủ quản; empty: the unit itself
	OS              string   `json:"os,omitempty"`
	OSVersion       string   `json:"os_version,omitempty"`
	Services        Choice   `json:"services"`   // CL-service
	Protection      Choice   `json:"protection"` // CL-measure
	Domains         []string `json:"domains,omitempty"`
	Purpose         string   `json:"purpose,omitempty"`
	SecurityService string   `json:"security_service,omitempty"` // who provides security services
	NetworkService  string   `json:"network_service,omitempty"`  // who provides the connection
}

// Details are what a person may write and correct of a case.
type Details struct {
	Title       string    // 1..200 characters, one line
	UnitID      string    // the unit that has the incident, and owes the reports
	DetectedAt  time.Time // T0, never in the future
	OccurredAt  time.Time // zero when not known
	Types       Choice    // CL-incident-type
	Detection   Choice    // CL-detection
	Description string
	Phase       Phase
	TLP         string

	HarmSecurity        Claim // signs of harm to national security or public order
	SeriousInterruption Claim
	PersonalData        Answer
	DataSubjects        int64 // people whose data is affected, estimated; 0 when not known
	Breach              Breach
	Signs               []Sign

	MeasuresTaken string
	SupportAsked  string
	Notified      Choice // CL-notified: who was already told
	Confidential  bool   // the unit asks to keep what it tells secret
	System        System
}

// Severity is a decision of a named person. The zero value means undecided.
type Severity struct {
	Value  string // id in the pack's CL-severity
	Reason string
	ByID   string // account id
	By     string // name at the time
	At     time.Time
}

// Decided reports whether somebody has decided.
func (s Severity) Decided() bool { return s.Value != "" }

// Incident is one case. Times are UTC to the millisecond.
type Incident struct {
	Details
	ID        ID
	Code      string // "SC-2026-0001", one series a year
	OwnerUnit string // owner of the source that saw it; the unit itself for a case opened by hand
	State     State
	Severity  Severity
	Law       Judgement // by the day of detection
	BreachLaw Judgement // of the breach of personal data, by the day it was known
	Cause     string    // written to close
	ClosedAt  time.Time
	ClosedBy  string
	CloseNote string // why it was closed while reports were still owed
	OpenedAt  time.Time
	OpenedBy  string
	Version   int64 // +1 per change of the record itself; optimistic lock
}

// lawFacts is what the rule pack is told: only what is known. A question nobody
// has answered starts no clock; Unclear says what it may still change. Machines
// is how many are affected.
func (i Incident) lawFacts(machines int) rulepack.Facts {
	has := func(s Sign) bool { return slices.Contains(i.Signs, s) }
	level, err := strconv.Atoi(i.System.Level)
	if err != nil {
		level = 0 // no level yet
	}
	return rulepack.Facts{
		Severity: i.Severity.Value, SystemLevel: level, Machines: machines, NationalImportant: has(NationalImportant),
		NationalSecurity: i.HarmSecurity.Answer == Yes, SeriousInterruption: i.SeriousInterruption.Answer == Yes,
		ServiceInterrupted: has(ServiceInterrupted), SecretDisclosed: has(SecretDisclosed), DataLost: has(DataLost),
		ControlLost: has(ControlLost), MaySpread: has(MaySpread), BeyondCapacity: has(BeyondCapacity),
		PersonalData: i.PersonalData == Yes, DangerousSituation: has(DangerousSituation), ServiceProvider: has(ServiceProvider),
		MayHarmSubjects: i.Breach.MayHarm == Yes, LocationOrBiometric: i.Breach.LocationOrBiometric == Yes, Processor: i.Breach.Processor == Yes,
	}
}

// Serious reports whether the decided severity counts as serious in p.
func (i Incident) Serious(p *rulepack.Pack) bool {
	list, _ := p.CodeList(rulepack.SeverityList)
	c, _ := list.Find(i.Severity.Value)
	return c.Serious
}

// codeOf is the number of the n-th case of a year, from 1.
func codeOf(year, n int) string {
	digits := strconv.Itoa(n)
	return "SC-" + strconv.Itoa(year) + "-" + strings.Repeat("0", max(0, 4-len(digits))) + digits
}
