// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"slices"
	"time"
)

// Urgency is the mark of urgency a paper carries (Decree 30/2020, Annex I). Its
// numbers are stored.
type Urgency int64

// The urgencies. The zero value carries no mark.
const (
	Ordinary   Urgency = 0
	Urgent     Urgency = 1 // KHẨN
	VeryUrgent Urgency = 2 // THƯỢNG KHẨN
	MostUrgent Urgency = 3 // HỎA TỐC
)

// Urgencies lists all, the most urgent first.
func Urgencies() []Urgency { return []Urgency{MostUrgent, VeryUrgent, Urgent, Ordinary} }

var urgencyKeys = [...]string{"ordinary", "urgent", "very_urgent", "most_urgent"}

// Key names u in packs, addresses and the API: "ordinary", "urgent",
// "very_urgent", "most_urgent". A number that is none is ordinary.
func (u Urgency) Key() string {
	if u < 0 || int(u) >= len(urgencyKeys) {
		return urgencyKeys[Ordinary]
	}
	return urgencyKeys[u]
}

// ParseUrgency reads what [Urgency.Key] writes. The list of papers calls the
// highest mark "flash"; it is read too.
func ParseUrgency(key string) (Urgency, bool) {
	if key == "flash" {
		return MostUrgent, true
	}
	i := slices.Index(urgencyKeys[:], key)
	return Urgency(max(i, 0)), i >= 0
}

// dayMillis and zoneMillis are a day, and how far Vietnam is ahead of UTC: the
// zone has had no other offset since 1975.
const (
	dayMillis  = 86_400_000
	zoneMillis = 25_200_000
)

// sortKey is the order of lists: the day a term ends (24:00 belongs to the day
// it ends), then the more urgent first. The migration computes the same in SQL.
func sortKey(due time.Time, u Urgency) int64 {
	return (due.UnixMilli()-1+zoneMillis)/dayMillis*4 + int64(MostUrgent-u)
}
