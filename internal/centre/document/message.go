// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/edxml"
)

// Organ is a body on the document axis. ID is its code there (Decision
// 20/2020/QĐ-TTg), "000.00.00.H37"; empty where it is not known.
type Organ struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// organForm is a code on the axis: letters, digits and dots. Codes after the
// mergers of 2025 are not known to follow one pattern; a code of digits alone is
// a tax number.
var organForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.\-]{0,63}$`)

func (o Organ) valid() bool {
	return organForm.MatchString(o.ID) && strings.ContainsFunc(o.ID, func(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' })
}

// Message is one edXML message of the history of a paper: the paper itself as it
// came or was made to be sent, or what became of it at a body.
type Message struct {
	ID        string
	Document  ID
	Way       Dir        // In came, Out was made here
	Code      edxml.Code // of a status; empty for the paper itself
	Organ     Organ      // the other body; zero for one that goes to several
	Own       Organ      // who we were
	To        []Organ    // whom a paper that we made is for
	MessageID string     // by which both sides name the paper
	Words     string     // what the status says besides, the reason of a refusal
	At        time.Time  // as the message says
	AddedAt   time.Time
	By        string
	SHA256    string // of what came
}

type messageRow struct {
	bun.BaseModel `bun:"table:document_message,alias:dm"`

	ID        string  `bun:"id,pk"`
	Document  string  `bun:"document_id"`
	Way       string  `bun:"way"`
	Status    string  `bun:"status"`
	OrganID   string  `bun:"organ_id"`
	OrganName string  `bun:"organ_name"`
	OwnID     string  `bun:"own_id"`
	OwnName   string  `bun:"own_name"`
	Receivers string  `bun:"receivers"`
	MessageID string  `bun:"message_id"`
	Words     string  `bun:"words"`
	At        db.Time `bun:"at"`
	AddedAt   db.Time `bun:"added_at"`
	ByName    string  `bun:"by_name"`
	SHA256    string  `bun:"sha256"`
	Once      string  `bun:"once"`
}

func (r messageRow) message() (Message, error) {
	m := Message{ID: r.ID, Document: ID(r.Document), Way: Dir(r.Way), Code: edxml.Code(r.Status), Organ: Organ{r.OrganID, r.OrganName}, Own: Organ{r.OwnID, r.OwnName},
		MessageID: r.MessageID, Words: r.Words, At: r.At.Time, AddedAt: r.AddedAt.Time, By: r.ByName, SHA256: r.SHA256}
	return m, json.Unmarshal([]byte(r.Receivers), &m.To)
}

// putMessage writes m. once names a message that may come again; a second one is
// fault.Conflict.
func putMessage(ctx context.Context, tx *db.Tx, m Message, once string) error {
	if m.To == nil {
		m.To = []Organ{}
	}
	to, err := json.Marshal(m.To)
	if err != nil {
		return err
	}
	r := messageRow{ID: m.ID, Document: string(m.Document), Way: string(m.Way), Status: string(m.Code), OrganID: m.Organ.ID, OrganName: m.Organ.Name, OwnID: m.Own.ID, OwnName: m.Own.Name,
		Receivers: string(to), MessageID: m.MessageID, Words: m.Words, At: db.At(m.At), AddedAt: db.At(m.AddedAt), ByName: m.By, SHA256: m.SHA256, Once: once}
	_, err = tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error("document.putMessage", err)
}

func messages(ctx context.Context, q bun.IDB, id ID) ([]Message, error) {
	var rows []messageRow
	err := q.NewSelect().Model(&rows).Where("document_id = ?", string(id)).OrderExpr("at, id").Scan(ctx)
	out := make([]Message, len(rows))
	for i, r := range rows {
		var failed error
		out[i], failed = r.message()
		err = cmpErr(err, failed)
	}
	return out, db.Error("document.messages", err)
}

// codesAt are the status codes of a paper at organ, the oldest first. What goes to
// all recipients of a paper is said to each.
func codesAt(list []Message, organ string) (out []edxml.Code) {
	for _, m := range list {
		if m.Code != "" && (m.Organ.ID == organ || m.Organ.ID == "") {
			out = append(out, m.Code)
		}
	}
	return out
}

// Answerable are the status codes that may be written of f now: of a paper that
// came, what its receiver reports; of one that was sent, that it is taken back.
func (f Folder) Answerable() (out []edxml.Code) {
	if f.Dir == Out {
		sent := slices.ContainsFunc(f.Messages, func(m Message) bool { return m.Way == Out && m.Code == "" })
		last := codesAt(f.Messages, "")
		if f.State != Issued || !sent || len(last) > 0 {
			return nil
		}
		return []edxml.Code{edxml.TakeBack}
	}
	if f.Code() == "" || f.Date.IsZero() {
		return nil // nothing to name it by
	}
	history := codesAt(f.Messages, f.sender().ID)
	for _, c := range edxml.Codes() {
		if !c.BySender() && edxml.Follows(history, c) {
			out = append(out, c)
		}
	}
	return out
}

// sender is who sent f over the axis, as its message says or an earlier status
// named them.
func (f Folder) sender() Organ {
	for _, m := range f.Messages {
		if m.Organ.ID != "" {
			return m.Organ
		}
	}
	return Organ{Name: f.Issuer}
}
