// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"encoding/json"
	"fmt"
	"net/netip"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:incident,alias:i"`

	ID               string  `bun:"id,pk"`
	Code             string  `bun:"code"`
	Title            string  `bun:"title"`
	UnitID           string  `bun:"unit_id"`
	OwnerUnit        string  `bun:"owner_unit"`
	State            string  `bun:"state"`
	Phase            string  `bun:"phase"`
	TLP              string  `bun:"tlp"`
	DetectedAt       db.Time `bun:"detected_at"`
	OccurredAt       db.Time `bun:"occurred_at"`
	Types            string  `bun:"types"`
	Detection        string  `bun:"detection"`
	Description      string  `bun:"description"`
	HarmSecurity     string  `bun:"harm_security"`
	HarmSecurityText string  `bun:"harm_security_text"`
	Interruption     string  `bun:"interruption"`
	InterruptionText string  `bun:"interruption_text"`
	PersonalData     string  `bun:"personal_data"`
	DataSubjects     int64   `bun:"data_subjects"`
	Signs            string  `bun:"signs"`
	MeasuresTaken    string  `bun:"measures_taken"`
	SupportAsked     string  `bun:"support_asked"`
	Notified         string  `bun:"notified"`
	Confidential     bool    `bun:"confidential"`
	System           string  `bun:"system"`
	Severity         string  `bun:"severity"`
	SeverityReason   string  `bun:"severity_reason"`
	SeverityByID     string  `bun:"severity_by_id"`
	SeverityBy       string  `bun:"severity_by"`
	SeverityAt       db.Time `bun:"severity_at"`
	PackID           string  `bun:"pack_id"`
	PackHash         string  `bun:"pack_hash"`
	Cause            string  `bun:"cause"`
	ClosedAt         db.Time `bun:"closed_at"`
	ClosedBy         string  `bun:"closed_by"`
	CloseNote        string  `bun:"close_note"`
	OpenedAt         db.Time `bun:"opened_at"`
	OpenedBy         string  `bun:"opened_by"`
	Version          int64   `bun:"version"`
	Search           string  `bun:"search"`

	BreachKnownAt     db.Time `bun:"breach_known_at"`
	MayHarm           string  `bun:"may_harm"`
	LocationBiometric string  `bun:"location_biometric"`
	Processor         string  `bun:"processor"`
	BreachPack        string  `bun:"breach_pack"`
	BreachHash        string  `bun:"breach_hash"`
	FirstDetectedAt   db.Time `bun:"first_detected_at"`
	DetectedReason    string  `bun:"detected_reason"`
	FirstBreachAt     db.Time `bun:"first_breach_at"`
	BreachReason      string  `bun:"breach_reason"`
}

func toRow(i Incident) (row, error) {
	r := row{ID: string(i.ID), Code: i.Code, Title: i.Title, UnitID: i.UnitID, OwnerUnit: i.OwnerUnit, State: string(i.State),
		Phase: string(i.Phase), TLP: i.TLP, DetectedAt: db.At(i.DetectedAt), OccurredAt: db.At(i.OccurredAt),
		Description: i.Description, HarmSecurity: string(i.HarmSecurity.Answer), HarmSecurityText: i.HarmSecurity.Text,
		Interruption: string(i.SeriousInterruption.Answer), InterruptionText: i.SeriousInterruption.Text,
		PersonalData: string(i.PersonalData), DataSubjects: i.DataSubjects, MeasuresTaken: i.MeasuresTaken, SupportAsked: i.SupportAsked,
		Confidential: i.Confidential, Severity: i.Severity.Value, SeverityReason: i.Severity.Reason,
		SeverityByID: i.Severity.ByID, SeverityBy: i.Severity.By, SeverityAt: db.At(i.Severity.At), PackID: i.Law.PackID,
		PackHash: i.Law.PackHash, Cause: i.Cause, ClosedAt: db.At(i.ClosedAt), ClosedBy: i.ClosedBy, CloseNote: i.CloseNote,
		OpenedAt: db.At(i.OpenedAt), OpenedBy: i.OpenedBy, Version: i.Version,
		Search:        i18n.Fold(i.Code + " " + i.Title + " " + i.System.Name),
		BreachKnownAt: db.At(i.Breach.KnownAt), MayHarm: string(i.Breach.MayHarm), LocationBiometric: string(i.Breach.LocationOrBiometric),
		Processor: string(i.Breach.Processor), BreachPack: i.BreachLaw.PackID, BreachHash: i.BreachLaw.PackHash,
		FirstDetectedAt: db.At(i.Law.First), DetectedReason: i.Law.Reason, FirstBreachAt: db.At(i.BreachLaw.First), BreachReason: i.BreachLaw.Reason}
	for into, v := range map[*string]any{&r.Types: i.Types, &r.Detection: i.Detection, &r.Signs: i.Signs,
		&r.Notified: i.Notified, &r.System: i.System} {
		text, err := json.Marshal(v)
		if err != nil {
			return row{}, fmt.Errorf("incident %s: %w", i.ID, err)
		}
		*into = string(text)
	}
	return r, nil
}

func (r row) incident() (Incident, error) {
	i := Incident{ID: ID(r.ID), Code: r.Code, OwnerUnit: r.OwnerUnit, State: State(r.State),
		Severity:  Severity{r.Severity, r.SeverityReason, r.SeverityByID, r.SeverityBy, r.SeverityAt.Time},
		Law:       Judgement{r.PackID, r.PackHash, r.FirstDetectedAt.Time, r.DetectedReason},
		BreachLaw: Judgement{r.BreachPack, r.BreachHash, r.FirstBreachAt.Time, r.BreachReason}, Cause: r.Cause, ClosedAt: r.ClosedAt.Time, ClosedBy: r.ClosedBy,
		CloseNote: r.CloseNote, OpenedAt: r.OpenedAt.Time, OpenedBy: r.OpenedBy, Version: r.Version,
		Details: Details{Title: r.Title, UnitID: r.UnitID, DetectedAt: r.DetectedAt.Time, OccurredAt: r.OccurredAt.Time,
			Description: r.Description, Phase: Phase(r.Phase), TLP: r.TLP,
			HarmSecurity:        Claim{Answer(r.HarmSecurity), r.HarmSecurityText},
			SeriousInterruption: Claim{Answer(r.Interruption), r.InterruptionText}, PersonalData: Answer(r.PersonalData),
			DataSubjects: r.DataSubjects, MeasuresTaken: r.MeasuresTaken, SupportAsked: r.SupportAsked,
			Confidential: r.Confidential,
			Breach:       Breach{r.BreachKnownAt.Time, Answer(r.MayHarm), Answer(r.LocationBiometric), Answer(r.Processor)}}}
	if i.Law.First.IsZero() { // of the release before
		i.Law.First = i.DetectedAt
	}
	for text, into := range map[*string]any{&r.Types: &i.Types, &r.Detection: &i.Detection, &r.Signs: &i.Signs,
		&r.Notified: &i.Notified, &r.System: &i.System} {
		if err := json.Unmarshal([]byte(*text), into); err != nil {
			return Incident{}, fmt.Errorf("incident %s: %w", r.ID, err)
		}
	}
	return i, nil
}

type entryRow struct {
	bun.BaseModel `bun:"table:incident_entry"`

	ID         string  `bun:"id,pk"`
	IncidentID string  `bun:"incident_id"`
	At         db.Time `bun:"at"`
	RecordedAt db.Time `bun:"recorded_at"`
	Kind       string  `bun:"kind"`
	Text       string  `bun:"text"`
	Key        string  `bun:"key"`
	Args       string  `bun:"args"`
	ByID       string  `bun:"by_id"`
	ByName     string  `bun:"by_name"`
}

func (r entryRow) entry() (Entry, error) {
	e := Entry{ID: r.ID, Incident: ID(r.IncidentID), At: r.At.Time, RecordedAt: r.RecordedAt.Time, Kind: EntryKind(r.Kind),
		Text: r.Text, Key: r.Key, ByID: r.ByID, By: r.ByName}
	if err := json.Unmarshal([]byte(r.Args), &e.Args); err != nil {
		return Entry{}, fmt.Errorf("timeline entry %s: %w", r.ID, err)
	}
	return e, nil
}

type observableRow struct {
	bun.BaseModel `bun:"table:incident_observable"`

	ID         string  `bun:"id,pk"`
	IncidentID string  `bun:"incident_id"`
	Type       string  `bun:"type"`
	Value      string  `bun:"value"`
	Verdict    string  `bun:"verdict"`
	Source     string  `bun:"source"`
	AddedAt    db.Time `bun:"added_at"`
	ByName     string  `bun:"by_name"`
}

func (r observableRow) observable() Observable {
	return Observable{r.ID, Type(r.Type), r.Value, Verdict(r.Verdict), r.Source, r.AddedAt.Time, r.ByName}
}

type machineRow struct {
	bun.BaseModel `bun:"table:incident_machine"`

	ID         string  `bun:"id,pk"`
	IncidentID string  `bun:"incident_id"`
	MachineID  string  `bun:"machine_id"`
	Name       string  `bun:"name"`
	Addr       string  `bun:"addr"`
	AddrKey    string  `bun:"addr_key"`
	AddrKind   string  `bun:"addr_kind"`
	Note       string  `bun:"note"`
	AddedAt    db.Time `bun:"added_at"`
	ByName     string  `bun:"by_name"`
}

func (r machineRow) machine() (Machine, error) {
	m := Machine{ID: r.ID, MachineID: r.MachineID, Name: r.Name, AddrKind: r.AddrKind, Note: r.Note, AddedAt: r.AddedAt.Time, By: r.ByName}
	if r.Addr == "" {
		return m, nil
	}
	var err error
	if m.Addr, err = netip.ParseAddr(r.Addr); err != nil {
		return Machine{}, fmt.Errorf("machine %s: %w", r.ID, err)
	}
	return m, nil
}

type evidenceRow struct {
	bun.BaseModel `bun:"table:incident_evidence"`

	ID         string  `bun:"id,pk"`
	IncidentID string  `bun:"incident_id"`
	Name       string  `bun:"name"`
	Size       int64   `bun:"size"`
	SHA256     string  `bun:"sha256"`
	Note       string  `bun:"note"`
	AddedAt    db.Time `bun:"added_at"`
	ByName     string  `bun:"by_name"`
}

func (r evidenceRow) evidence() Evidence {
	return Evidence{r.ID, r.Name, r.Size, r.SHA256, r.Note, r.AddedAt.Time, r.ByName}
}

type linkRow struct {
	bun.BaseModel `bun:"table:incident_link"`

	IncidentID string `bun:"incident_id,pk"`
	Kind       string `bun:"kind,pk"`
	RefID      string `bun:"ref_id,pk"`
}
