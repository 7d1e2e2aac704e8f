// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/vonggac/vonggac/engine/intel/exchange"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Shape says how a feed is published.
type Shape string

// The shapes.
const (
	OneFile    Shape = ""          // a file is the whole list
	MISPFolder Shape = "misp-feed" // manifest.json and, beside it, a file for each event it names (MISP feed format)
)

// Shapes lists the shapes in the order forms offer them.
func Shapes() []Shape { return []Shape{OneFile, MISPFolder} }

// The bounds of a MISP feed. The largest public one had some 2,000 events in
// 2026, most of them far under a megabyte.
const (
	maxEvents   = 20_000   // that a list is made of, the latest ones
	maxEvent    = 32 << 20 // bytes of one
	maxManifest = 64 << 20 // bytes
	atOnce      = 4        // events asked for at the same time
	inARow      = 3        // failures in a row after which the sender is left alone
	maxNotes    = 200      // events named in a run
)

// Events accounts for the events of a MISP feed in one run:
// Named = Fetched + Same + Missing + Refused + Left.
type Events struct {
	Named   int64       `json:"named"`           // by the manifest
	Fetched int64       `json:"fetched"`         // came whole, new or changed
	Same    int64       `json:"same"`            // in hand since an earlier run
	Missing int64       `json:"missing"`         // did not come
	Refused int64       `json:"refused"`         // came, and is not the event it should be
	Left    int64       `json:"left"`            // past a limit or where the run broke off: for the next one
	Gone    int64       `json:"gone"`            // no longer named: they leave the list
	Odd     int64       `json:"odd"`             // entries of the manifest that name no event
	Notes   []EventNote `json:"notes,omitempty"` // missing, refused and gone ones by name, at most 200
}

// EventNote names one event that did not come as it should, or left.
type EventNote struct {
	UUID  string     `json:"uuid"`
	Info  string     `json:"info,omitempty"` // what the manifest calls it
	State EventState `json:"state"`
	Why   string     `json:"why,omitempty"` // catalogue key
	Args  []string   `json:"args,omitempty"`
	Kept  bool       `json:"kept,omitempty"` // what came of it earlier stays in the list
}

// Troubled is how many events are not as the sender names them.
func (e *Events) Troubled() int64 { return e.Missing + e.Refused }

// note keeps what is shown of an event.
func (e *Events) note(r eventRow) {
	if len(e.Notes) < maxNotes {
		e.Notes = append(e.Notes, EventNote{UUID: r.UUID, Info: r.Info, State: EventState(r.State), Why: r.Why, Args: words(r.WhyArgs), Kept: r.SHA256 != "" && r.State != string(EventGone)})
	}
}

// text is e as the records keep it; nil is the empty text.
func (e *Events) text() string {
	if e == nil {
		return ""
	}
	raw, err := json.Marshal(e)
	if err != nil { // numbers and texts always marshal
		return ""
	}
	return string(raw)
}

// eventsOf reads what text wrote; nil for anything else.
func eventsOf(text string) *Events {
	var e Events
	if text == "" || json.Unmarshal([]byte(text), &e) != nil {
		return nil
	}
	return &e
}

// EventState is where an event of a MISP feed stands.
type EventState string

// The states.
const (
	EventGood    EventState = "good"
	EventWaiting EventState = "waiting" // not asked for yet
	EventMissing EventState = "missing"
	EventRefused EventState = "refused"
	EventGone    EventState = "gone"
)

// came is what asking for one event brought: raw, or why not.
type came struct {
	raw  []byte
	same bool // what is in hand is what the sender has
	etag string
	why  *failure
}

// state is where an event stands after that.
func (c came) state() EventState {
	switch {
	case c.why == nil:
		return EventGood
	case slices.Contains([]string{"feed.event.damaged", "feed.event.other", "feed.why.empty", "feed.why.html", "feed.why.kind", "feed.why.too_large", "feed.drop.no_file"}, c.why.key):
		return EventRefused
	}
	return EventMissing
}

// transient reports whether the sender, not the one event, is at fault.
func (c came) transient() bool {
	return c.state() == EventMissing && c.why.key != "feed.why.gone" && c.why.key != "feed.event.absent"
}

// shutOut reports whether to ask on would only annoy the sender.
func (c came) shutOut() bool {
	return c.why != nil && slices.Contains([]string{"feed.why.often", "feed.why.denied", "feed.why.closed"}, c.why.key)
}

// whole is nil when raw is the event called id: one JSON object with the member
// Event (MISP core format, §2.2), of that number. A feed is put together of
// whole events only, since one that breaks off would end the reading of all.
func whole(raw []byte, id string) *failure {
	var doc struct {
		Event *struct {
			UUID string `json:"uuid"`
		} `json:"Event"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil || doc.Event == nil {
		return fail("feed.event.damaged")
	}
	if got, err := uuid.Parse(doc.Event.UUID); err != nil || got.String() != id {
		return fail("feed.event.other")
	}
	return nil
}

// isManifest reports whether an address is that of a MISP feed's manifest.
func isManifest(text string) bool {
	u, err := url.Parse(text)
	return err == nil && strings.HasSuffix(u.Path, "/"+manifestName)
}

// byteOrderMark stands before some texts in UTF-8, and may not in the middle of
// a list.
var byteOrderMark = []byte("\xef\xbb\xbf")

const manifestName = "manifest.json"

// inFolder is the address of a file of the MISP feed at base, which may be that
// of its manifest. What the address asks (a key, say) stays.
func inFolder(base, name string) string {
	u, err := url.Parse(base)
	if err != nil { // checkURL saw to it
		return base
	}
	u.Path = strings.TrimSuffix(u.Path, manifestName)
	u.RawPath = ""
	return u.JoinPath(name).String()
}

// latest sorts events, the latest first, and cuts them to the most there may be.
func latest(events []exchange.FeedEvent) (list []exchange.FeedEvent, over int64) {
	slices.SortStableFunc(events, func(a, b exchange.FeedEvent) int { return b.Modified.Compare(a.Modified) })
	if len(events) > maxEvents {
		return events[:maxEvents], int64(len(events) - maxEvents)
	}
	return events, 0
}

// showInfo is what an event is called, fit to be shown.
func showInfo(e exchange.FeedEvent) string {
	runes := []rune(showName(i18n.NFC(e.Info)))
	return string(runes[:min(len(runes), 200)])
}
