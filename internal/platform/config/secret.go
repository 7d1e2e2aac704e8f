// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package config

import "log/slog"

// hidden stands wherever a secret would print.
const hidden = "(hidden)"

// Secret is a text that never prints: not by fmt with any verb, not as JSON,
// not in a log. The zero value is empty. The text stands behind a pointer so
// that a Secret in an unexported field, whose methods fmt cannot call, shows an
// address and not the text.
type Secret struct{ text *string }

// NewSecret wraps text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal returns the text, for the one place that needs it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// String implements fmt.Stringer without the text.
func (s Secret) String() string { return hidden }

// GoString implements fmt.GoStringer without the text.
func (s Secret) GoString() string { return hidden }

// MarshalText implements encoding.TextMarshaler without the text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalJSON implements json.Marshaler without the text.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// LogValue implements slog.LogValuer without the text.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }
