// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package i18n holds every text a person sees: a keyed catalogue, Vietnamese
// first and English second, gathered from each room's messages.yaml, and the
// forms of numbers, dates and durations in both languages. Times are shown in
// Asia/Ho_Chi_Minh whatever the machine's zone. Start at Load and T.
package i18n

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Language is a language of the interface.
type Language string

// The languages of the interface. Vietnamese is the zero choice.
const (
	Vietnamese Language = "vi"
	English    Language = "en"
)

// Parse reads a language tag; anything unknown is Vietnamese.
func Parse(s string) Language {
	if Language(s) == English {
		return English
	}
	return Vietnamese
}

type text struct {
	VI string `yaml:"vi"`
	EN string `yaml:"en"`
}

// Catalogue is every message in both languages. It is read-only after Load.
type Catalogue struct{ texts map[string]text }

// Load reads messages.yaml from each source. A key given twice, or without one
// of the languages, is an error: the catalogue is complete or does not load.
func Load(sources ...fs.FS) (*Catalogue, error) {
	c := &Catalogue{texts: map[string]text{}}
	var errs []error
	for _, src := range sources {
		raw, err := fs.ReadFile(src, "messages.yaml")
		if err != nil {
			return nil, fmt.Errorf("read catalogue: %w", err)
		}
		var part map[string]text
		dec := yaml.NewDecoder(strings.NewReader(string(raw)))
		dec.KnownFields(true)
		if err := dec.Decode(&part); err != nil {
			return nil, fmt.Errorf("decode catalogue: %w", err)
		}
		for key, t := range part {
			if _, twice := c.texts[key]; twice {
				errs = append(errs, fmt.Errorf("catalogue key %s stands twice", key))
			}
			if t.VI == "" || t.EN == "" {
				errs = append(errs, fmt.Errorf("catalogue key %s lacks a language", key))
			}
			c.texts[key] = t
		}
	}
	return c, errors.Join(errs...)
}

// Keys returns every key, sorted.
func (c *Catalogue) Keys() []string { return slices.Sorted(maps.Keys(c.texts)) }

// Has reports whether key is in the catalogue.
func (c *Catalogue) Has(key string) bool { _, ok := c.texts[key]; return ok }

// Text returns the message of key in lang with {0}, {1}, … replaced by args.
// An unknown key comes back as itself, so that the defect is seen.
func (c *Catalogue) Text(lang Language, key string, args ...any) string {
	t, ok := c.texts[key]
	if !ok {
		return key
	}
	s := t.VI
	if lang == English {
		s = t.EN
	}
	if len(args) == 0 {
		return s
	}
	return filled(s, args)
}

// filled is s with args in the places of {0}, {1}, …; a place without argument
// stays. A page asks for thousands of texts.
func filled(s string, args []any) string {
	var b strings.Builder
	b.Grow(len(s) + 16*len(args))
	for {
		before, rest, found := strings.Cut(s, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		number, after, closed := strings.Cut(rest, "}")
		n, err := strconv.Atoi(number)
		if !closed || err != nil || n < 0 || n >= len(args) || strconv.Itoa(n) != number {
			b.WriteByte('{')
			s = rest
			continue
		}
		if text, ok := args[n].(string); ok {
			b.WriteString(text)
		} else {
			fmt.Fprint(&b, args[n])
		}
		s = after
	}
}

type ctxKey struct{}

type speaker struct {
	cat  *Catalogue
	lang Language
}

// With returns a context whose T speaks lang out of c.
func With(ctx context.Context, c *Catalogue, lang Language) context.Context {
	return context.WithValue(ctx, ctxKey{}, speaker{c, lang})
}

// T is the message of key in the context's language. See Catalogue.Text.
func T(ctx context.Context, key string, args ...any) string {
	s, ok := ctx.Value(ctxKey{}).(speaker)
	if !ok {
		return key
	}
	return s.cat.Text(s.lang, key, args...)
}

// Lang is the context's language as a tag, "vi" or "en".
func Lang(ctx context.Context) string { return string(language(ctx)) }

func language(ctx context.Context) Language {
	if s, ok := ctx.Value(ctxKey{}).(speaker); ok {
		return s.lang
	}
	return Vietnamese
}
