// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package feed keeps lists of indicators up to date: it fetches them on a
// schedule from addresses people gave, and takes files dropped into a folder
// where there is no Internet. What it gets goes through the indicator room like
// an upload, under the rights of the person who stands for the feed. Nothing is
// ever fetched unless a person made the feed and turned it on. This file knows
// no SQL and no HTTP. Start at Feed, Service.Attend and Service.LookAtFolders.
package feed

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/outgoing"
)

// ID identifies a feed.
type ID string

// AuthKind says how a feed shows its key.
type AuthKind string

// The kinds. The zero value shows none.
const (
	AuthNone   AuthKind = ""
	AuthBearer AuthKind = "bearer" // Authorization: Bearer (RFC 6750 §2.1)
	AuthBasic  AuthKind = "basic"  // name is the user (RFC 7617)
	AuthHeader AuthKind = "header" // name is the header
	AuthQuery  AuthKind = "query"  // name is the parameter of the address
)

// AuthKinds lists the kinds in the order forms offer them.
func AuthKinds() []AuthKind {
	return []AuthKind{AuthNone, AuthHeader, AuthBearer, AuthBasic, AuthQuery}
}

// named reports whether the kind needs a name beside the secret.
func (k AuthKind) named() bool { return k == AuthBasic || k == AuthHeader || k == AuthQuery }

// Feed is one source of a list. Its list is made by the first content that
// comes, unless it was there before.
type Feed struct {
	ID       ID
	Name     string // 1..100 runes, one line
	Folder   string // name of its drop folder; never changes
	URL      string // empty: files are dropped, nothing is fetched
	Shape    Shape  // of what stands at URL
	Unit     string // unit id; the list's owner too
	List     indicator.ID
	New      indicator.List // what the list is to be, while List is empty
	Schedule Schedule
	Auth     AuthKind
	AuthName string
	HasKey   bool   // a secret is kept
	Limit    int64  // MiB a fetch or file may bring
	Entry    string // id in the catalogue; may be empty
	Active   bool
	ActiveAt time.Time // since when; zero while off
	Reason   string    // why a person turned it off

	Health
	CreatedBy   string // account id of the person it stands under
	CreatedName string
	CreatedAt   time.Time
	Version     int64 // +1 per change by a person
}

// Health is how a feed fares.
type Health struct {
	NextAt    time.Time // zero while off, or while a run goes on
	TriedAt   time.Time // end of the latest run
	OKAt      time.Time // the content in force was confirmed or loaded
	ChangedAt time.Time // other content was loaded
	Failures  int64     // runs in a row that brought nothing usable
	Why       string    // catalogue key of the latest failure; empty when it went well
	WhyArgs   []string
	Rows      int64     // indicators of the latest content loaded
	Run       string    // id of the fetch that goes on; empty without
	Pruned    int64     // files removed from its folders of taken and refused ones
	PrunedAt  time.Time // when, the last time
}

// Watched reports whether content is expected at all: the feed is on, or lives
// from dropped files.
func (f Feed) Watched() bool { return f.Active || f.URL == "" }

// StaleAt is when f becomes stale unless content is confirmed before: three
// intervals after it was last, or after f was turned on or made.
func (f Feed) StaleAt() time.Time {
	from := f.CreatedAt
	for _, t := range []time.Time{f.ActiveAt, f.OKAt} {
		if t.After(from) {
			from = t
		}
	}
	return from.Add(3 * f.Schedule.Interval())
}

// Stale reports whether f should have brought content long ago.
func (f Feed) Stale(now time.Time) bool { return f.Watched() && now.After(f.StaleAt()) }

// How says what began a run.
type How string

// The ways.
const (
	BySchedule How = "schedule"
	ByPerson   How = "now"
	ByDrop     How = "drop"
)

// State is where a run stands.
type State string

// The states. Waiting, Running and Loading are not ends.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Loading   State = "loading"   // the indicator room reads it
	Same      State = "same"      // nothing new
	Done      State = "done"      // new content is in force
	Refused   State = "refused"   // the indicator room refused the content
	Failed    State = "failed"    // nothing came
	Cancelled State = "cancelled" // by a person
)

// States lists all states in the order pages offer them.
func States() []State {
	return []State{Waiting, Running, Loading, Same, Done, Refused, Failed, Cancelled}
}

// Ended reports whether nothing more happens.
func (s State) Ended() bool { return s != Waiting && s != Running && s != Loading }

// good reports whether s confirms that the content in force is the sender's.
func (s State) good() bool { return s == Same || s == Done }

// Run is one fetch or one dropped file.
type Run struct {
	ID      string
	Feed    ID
	How     How
	State   State
	By      string // name of the person who asked; empty otherwise
	Began   time.Time
	Ended   time.Time // zero until ended
	Status  int64     // of HTTP; 0 when none came
	Bytes   int64
	SHA256  string
	File    string // of a drop: its name in the folder of the feed
	Seq     int64  // version of the list it became, or is
	Rows    int64
	Why     string // catalogue key
	WhyArgs []string
	Job     string
	Events  *Events // of a MISP feed; nil otherwise
}

const (
	maxName   = 100
	maxReason = 500
	maxSecret = 1000
)

// authName is what a header, a user or a parameter may be called.
var authName = regexp.MustCompile(`^[A-Za-z0-9._@+-]{1,100}$`)

// taken are headers that are the fetch's own.
var taken = []string{"host", "accept-encoding", "connection", "content-length", "transfer-encoding", "if-none-match", "if-modified-since", "range", "user-agent", "te"}

// Order is what a person enters.
type Order struct {
	Name     string
	URL      string
	Shape    Shape        // taken for MISPFolder where the address is that of a manifest
	Unit     string       // of a new feed
	List     indicator.ID // of a new feed: a list that is there; empty makes New
	New      indicator.List
	Schedule Schedule
	Auth     AuthKind
	AuthName string
	Secret   string // empty keeps the one there is
	Limit    int64
	Entry    string
}

// check cleans o and reports what cannot be stored, by form field. most is the
// largest limit in MiB; kept says that a secret is there already.
func (o *Order) check(op string, allowed []netip.Prefix, most int64, kept bool) error {
	o.Name, o.URL, o.AuthName = i18n.NFC(o.Name), strings.TrimSpace(o.URL), strings.TrimSpace(o.AuthName)
	bad := map[string]string{}
	if n := utf8.RuneCountInString(o.Name); n == 0 || n > maxName {
		bad["name"] = "feed.bad.name"
	}
	if reason := checkURL(o.URL, allowed); reason != "" {
		bad["url"] = reason
	}
	if !slices.Contains(Shapes(), o.Shape) {
		bad["shape"] = "feed.bad.shape"
	}
	switch {
	case o.URL == "":
		o.Shape = OneFile
	case isManifest(o.URL):
		o.Shape = MISPFolder
	}
	if field, key := o.Schedule.check(); key != "" {
		bad[field] = key
	}
	if o.Limit < 1 || o.Limit > most {
		bad["limit"] = "feed.bad.limit"
	}
	if field, key := o.checkAuth(allowed, kept); key != "" {
		bad[field] = key
	}
	if o.Entry != "" {
		if _, known := inCatalogue(o.Entry); !known {
			o.Entry = ""
		}
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad, Args: []any{most}}
	}
	return nil
}

// checkAuth is the form field and catalogue key of what is wrong with the key.
func (o *Order) checkAuth(allowed []netip.Prefix, kept bool) (field, key string) {
	if !slices.Contains(AuthKinds(), o.Auth) {
		return "auth", "feed.bad.auth"
	}
	if o.Auth == AuthNone {
		o.AuthName, o.Secret = "", ""
		return "", ""
	}
	if !o.Auth.named() {
		o.AuthName = ""
	} else if !authName.MatchString(o.AuthName) || o.Auth == AuthHeader && slices.Contains(taken, strings.ToLower(o.AuthName)) {
		return "auth_name", "feed.bad.auth_name"
	}
	if o.Secret == "" && !kept || len(o.Secret) > maxSecret || strings.ContainsFunc(o.Secret, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "secret", "feed.bad.secret"
	}
	if u, err := url.Parse(o.URL); err == nil && u.Scheme == "http" {
		if addr, err := netip.ParseAddr(u.Hostname()); err != nil || !outgoing.Within(addr, allowed) {
			return "secret", "feed.bad.plain"
		}
	}
	return "", ""
}

// checkURL is the catalogue key of why an address is not fetched, or empty. No
// address at all is fine: files are dropped then.
func checkURL(text string, allowed []netip.Prefix) string {
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || len(text) > 2000 || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" || u.Scheme != "https" && u.Scheme != "http" {
		return "feed.bad.url"
	}
	if shut(u, allowed) {
		return "feed.bad.closed"
	}
	return ""
}

// shut reports whether the host of u is plainly one the centre does not call: an
// address written as a number, or a name of the machine itself.
func shut(u *url.URL, allowed []netip.Prefix) bool {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if addr, err := netip.ParseAddr(host); err == nil {
		return outgoing.Closed(addr, nil, allowed)
	}
	return (host == "localhost" || strings.HasSuffix(host, ".localhost")) && len(allowed) == 0
}

// folderOf is the name of the drop folder of a new feed: its name in small plain
// letters, and the end of its id so that no two are alike.
func folderOf(name, id string) string {
	var b strings.Builder
	for _, r := range i18n.Fold(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 30 {
			break
		}
	}
	if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
		b.WriteByte('-')
	}
	return b.String() + id[max(0, len(id)-6):]
}
