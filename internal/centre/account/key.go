// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Key is what a program shows instead of a session: it may do what it was made
// for, in one unit and the units below it.
//
// A key made on the page of keys is bound: it never does more than its maker
// may do at that moment, and nothing once the maker's account is shut. A key
// made on the page of a source belongs to the source: it only delivers logs,
// which must not stop because a person moved.
type Key struct {
	ID        string
	Name      string // 1..100 runes, one line
	Owner     string // who answers for the program; may be empty
	Prefix    string // beginning of the secret, to recognise it by; empty for keys of the first release
	Unit      string
	Allows    []auth.Permission
	Bound     bool
	Networks  []netip.Prefix // from where it is taken; empty: from anywhere
	CreatedBy string         // account id of who made or last renewed it
	CreatedAt time.Time
	ExpiresAt time.Time // zero: never
	UsedAt    time.Time // zero when never; kept to the minute
	OldUntil  time.Time // how long the secret before the present one is taken; zero without one
	RevokedAt time.Time // zero while valid
	RevokedBy string
	Reason    string // of the revoking
	Version   int64
}

// KeyState is where a key stands.
type KeyState string

// The states of a key.
const (
	KeyValid   KeyState = "valid"
	KeyExpired KeyState = "expired"
	KeyRevoked KeyState = "revoked"
)

// State is where k stands at t.
func (k Key) State(t time.Time) KeyState {
	switch {
	case !k.RevokedAt.IsZero():
		return KeyRevoked
	case !k.ExpiresAt.IsZero() && !t.Before(k.ExpiresAt):
		return KeyExpired
	}
	return KeyValid
}

// From reports whether k is taken from addr.
func (k Key) From(addr netip.Addr) bool {
	return len(k.Networks) == 0 || slices.ContainsFunc(k.Networks, func(p netip.Prefix) bool { return p.Contains(addr.Unmap()) })
}

// secretPrefix begins every secret, so that a leaked one is recognised by
// scanners of mail and code.
const secretPrefix = "vg_"

func newSecret() (secret, stored, prefix string) {
	token, _ := newToken()
	secret = secretPrefix + token
	return secret, digest(secret), secret[:len(secretPrefix)+6]
}

const (
	maxKeyDays   = 366
	maxGrace     = 7 * 24 // hours
	maxNetworks  = 50
	maxKeyReason = 500
)

// KeyOrder is what a person enters to make a key.
type KeyOrder struct {
	Name     string
	Owner    string
	Unit     string
	Allows   []auth.Permission
	Days     int    // until it ends, 1..366
	Networks string // addresses and prefixes parted by commas, blanks or lines; empty: from anywhere
}

// check cleans o and reports what cannot be stored, by form field.
func (o *KeyOrder) check(op string) ([]netip.Prefix, error) {
	o.Name, o.Owner = i18n.NFC(o.Name), i18n.NFC(o.Owner)
	bad := map[string]string{}
	if o.Name == "" || utf8.RuneCountInString(o.Name) > 100 {
		bad["name"] = "account.bad.key_name"
	}
	if utf8.RuneCountInString(o.Owner) > 200 {
		bad["owner"] = "account.bad.key_owner"
	}
	if o.Unit == "" {
		bad["unit"] = "account.bad.unit"
	}
	if len(o.Allows) == 0 {
		bad["allow"] = "account.bad.key_allow"
	}
	if o.Days < 1 || o.Days > maxKeyDays {
		bad["days"] = "account.bad.key_days"
	}
	networks, ok := ParseNetworks(o.Networks)
	if !ok {
		bad["networks"] = "account.bad.key_networks"
	}
	if len(bad) > 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return networks, nil
}

// ParseNetworks reads addresses and prefixes parted by commas, semicolons,
// blanks or line ends, each masked. At most 50 are taken.
func ParseNetworks(text string) ([]netip.Prefix, bool) {
	var out []netip.Prefix
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",; \t\r\n", r) }) {
		p, err := netip.ParsePrefix(word)
		if err != nil {
			addr, err := netip.ParseAddr(word)
			if err != nil || addr.Zone() != "" {
				return nil, false
			}
			addr = addr.Unmap()
			p = netip.PrefixFrom(addr, addr.BitLen())
		}
		if p.Addr().Is4In6() {
			if p.Bits() < 96 {
				return nil, false
			}
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		if p = p.Masked(); !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out, len(out) <= maxNetworks
}

func networksText(list []netip.Prefix) string {
	words := make([]string, len(list))
	for i, p := range list {
		words[i] = p.String()
	}
	return strings.Join(words, " ")
}

// ParsePermission reads "findings:R".
func ParsePermission(text string) (auth.Permission, bool) {
	area, act, found := strings.Cut(text, ":")
	if !found || len(act) != 1 || !slices.Contains(auth.Areas(), auth.Area(area)) || !strings.Contains("RWDSX", act) {
		return auth.Permission{}, false
	}
	return auth.Permission{Area: auth.Area(area), Act: auth.Act(act[0])}, true
}

// PermissionText is p as ParsePermission reads it.
func PermissionText(p auth.Permission) string { return string(p.Area) + ":" + string(rune(p.Act)) }

func comparePermissions(a, b auth.Permission) int {
	return strings.Compare(PermissionText(a), PermissionText(b))
}

func formInt(text string) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return -1 // outside every range
	}
	return n
}
