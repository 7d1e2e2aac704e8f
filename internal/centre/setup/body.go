// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// bodySetting names the setting that holds Body.
const bodySetting = "body"

// Body is the body that runs the centre as its papers name it, and the bodies
// its papers go to. Texts are NFC on one line.
type Body struct {
	Name       string            `json:"name"`     // as printed in Ô 2; required
	Superior   string            `json:"superior"` // cơ quan chủ quản trực tiếp, Ô 2; may be empty
	Place      string            `json:"place"`    // địa danh before the date, Ô 4; required
	Address    string            `json:"address"`  // in the foot or head of papers
	Phone      string            `json:"phone"`
	Email      string            `json:"email"`
	Signer     string            `json:"signer"`     // title of the usual signer: "GIÁM ĐỐC"
	Recipients map[string]string `json:"recipients"` // role of the rule pack -> name of the body that holds it here
	Language   string            `json:"language"`   // of readers who chose none: "vi" or "en"
}

// complete reports whether papers can be headed.
func (b Body) complete() bool { return b.Name != "" && b.Place != "" }

// check cleans b and reports what cannot be stored, by form field. roles are
// the roles a recipient may be named for; others are dropped.
func (b *Body) check(roles []rulepack.Addressee) error {
	for _, p := range []*string{&b.Name, &b.Superior, &b.Place, &b.Address, &b.Phone, &b.Email, &b.Signer} {
		*p = i18n.NFC(*p)
	}
	bad := map[string]string{}
	for field, text := range map[string]string{"name": b.Name, "superior": b.Superior, "place": b.Place, "address": b.Address,
		"phone": b.Phone, "signer": b.Signer} {
		if utf8.RuneCountInString(text) > 200 {
			bad[field] = "setup.bad.long"
		}
	}
	if b.Name == "" {
		bad["name"] = "setup.bad.name"
	}
	if b.Place == "" {
		bad["place"] = "setup.bad.place"
	}
	if a, err := mail.ParseAddress(b.Email); b.Email != "" && (err != nil || a.Address != b.Email) {
		bad["email"] = "setup.bad.email"
	}
	if b.Language != string(i18n.English) {
		b.Language = string(i18n.Vietnamese)
	}
	named := map[string]string{}
	for _, role := range roles {
		name := i18n.NFC(b.Recipients[role.ID])
		if utf8.RuneCountInString(name) > 200 {
			bad["to."+role.ID] = "setup.bad.long"
		}
		if name != "" {
			named[role.ID] = name
		}
	}
	b.Recipients = named
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: "setup.Body", Fields: bad}
	}
	return nil
}

// perCase is the role each case names by itself: the owner of its system.
const perCase = "chu_quan"

// holders are the roles of a pack that one body of the province holds for all.
func holders(pack *rulepack.Pack) []rulepack.Addressee {
	return slices.DeleteFunc(slices.Clone(pack.Addressees), func(a rulepack.Addressee) bool { return a.ID == perCase })
}

// areas are the words before the name of an area, folded, the longest first.
var areas = []string{"thanh pho", "dac khu", "phuong", "tinh", "xa", "tp."}

// guess fills an unsaved b from the name of the centre's body: "UBND tỉnh Bản
// Mẫu" is at Bản Mẫu, and its police are "Công an tỉnh Bản Mẫu".
func (b Body) guess(name string, pack *rulepack.Pack) Body {
	if b.Name == "" {
		b.Name = name
	}
	words := strings.Fields(name)
	for i := range words {
		for _, area := range areas {
			n := len(strings.Fields(area))
			if i+n >= len(words) || i18n.Fold(strings.Join(words[i:i+n], " ")) != area {
				continue
			}
			place := strings.Join(words[i+n:], " ")
			if b.Place == "" {
				b.Place = place
			}
			if police, ok := pack.Addressee(police); ok && b.Recipients[police.ID] == "" && (area == "tinh" || area == "thanh pho") {
				b.Recipients = with(b.Recipients, police.ID, provincial(police.Label.VI, words[i:]))
			}
			return b
		}
	}
	return b
}

// police is the role whose label ends in the word for a province, so that a
// paper has to add which.
const police = "cong_an_tinh"

// provincial writes the role's body with the area's own words: the label's
// last word gives way to them.
func provincial(label string, words []string) string {
	head := label
	if at := strings.LastIndex(label, " "); at > 0 {
		head = label[:at]
	}
	first := strings.ToLower(words[0])
	return head + " " + first + " " + strings.Join(words[1:], " ")
}

func with(m map[string]string, key, value string) map[string]string {
	out := map[string]string{key: value}
	for k, v := range m {
		if k != key {
			out[k] = v
		}
	}
	return out
}
