// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Cost is the work of one password check (argon2id, RFC 9106). Memory is in
// KiB.
type Cost struct {
	Memory  uint32
	Passes  uint32
	Threads uint8
}

// StandardCost takes about a third of a second on one office machine's core:
// 64 MiB, three passes, as RFC 9106 §4 recommends where memory is short.
var StandardCost = Cost{Memory: 64 << 10, Passes: 3, Threads: 2}

const (
	minPassword = 12 // runes; NIST SP 800-63B asks for length, not for kinds of characters
	maxPassword = 256
	saltBytes   = 16
	hashBytes   = 32
)

// checkPassword refuses what is guessed first: short, one character repeated,
// the login or the name.
func checkPassword(password, login, name string) error {
	n := utf8.RuneCountInString(password)
	folded := i18n.Fold(password)
	reason := ""
	switch {
	case n < minPassword:
		reason = "account.bad.password_short"
	case n > maxPassword:
		reason = "account.bad.password_long"
	case distinct(password) < 5:
		reason = "account.bad.password_plain"
	case login != "" && strings.Contains(folded, i18n.Fold(login)), name != "" && strings.Contains(folded, i18n.Fold(name)):
		reason = "account.bad.password_name"
	default:
		return nil
	}
	return fault.Bad("account.checkPassword", "password", reason)
}

func distinct(s string) int {
	seen := map[rune]struct{}{}
	for _, r := range s {
		seen[r] = struct{}{}
	}
	return len(seen)
}

// hash returns password in the PHC string format: "$argon2id$v=19$m=…".
func (c Cost) hash(password string) string {
	salt := make([]byte, saltBytes)
	// crypto/rand.Read never fails: it ends the process instead.
	_, _ = rand.Read(salt)
	sum := argon2.IDKey([]byte(password), salt, c.Passes, c.Memory, c.Threads, hashBytes)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Passes, c.Threads, b64(salt), b64(sum))
}

// matches reports whether password gives stored. A stored text that cannot be
// read matches nothing.
func matches(password, stored string) bool {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var version int
	var c Cost
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Passes, &c.Threads); err != nil || c.Passes < 1 || c.Threads < 1 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) == 0 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, c.Passes, c.Memory, c.Threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

// newToken makes a secret of 256 bits for a link or a key, and what is stored
// of it.
func newToken() (secret, stored string) {
	raw := make([]byte, 32)
	// crypto/rand.Read never fails: it ends the process instead.
	_, _ = rand.Read(raw)
	secret = base64.RawURLEncoding.EncodeToString(raw)
	return secret, digest(secret)
}

func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// codeAlphabet is Crockford's base 32: no I, L, O or U to mistake on paper.
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const codeLength = 16 // 80 bits: enough to keep its bare digest

// newCode makes a secret to be typed from paper, in groups of four.
func newCode() string {
	raw := make([]byte, codeLength)
	// crypto/rand.Read never fails: it ends the process instead.
	_, _ = rand.Read(raw)
	var b strings.Builder
	for i, c := range raw {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(codeAlphabet[int(c)%len(codeAlphabet)]) // 256 is a multiple of 32
	}
	return b.String()
}

// plainCode is a code as typed, without what people add and with what they
// mistake put right.
func plainCode(typed string) string {
	return strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(typed))
}

// TypedSecret is what a person types from a slip, as the secret of a link.
func TypedSecret(login, code string) string { return canonical(login) + ":" + plainCode(code) }

// typedCode takes apart what TypedSecret joined; a link's own secret is none.
func typedCode(secret string) (login, code string, ok bool) { return strings.Cut(secret, ":") }
