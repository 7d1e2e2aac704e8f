// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Show writes every key with the value that holds and where it came from, one
// a line; secrets are hidden. A value that follows from others (the address of
// links from the listen address) has the origin "default".
func (c *Config) Show(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range settings {
		v := s.show(c)
		if v == "" {
			v = "-"
		}
		if _, err := fmt.Fprintf(t, "%s\t%s\t%s\n", s.key, v, c.origins[s.key]); err != nil {
			return fmt.Errorf("show configuration: %w", err)
		}
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("show configuration: %w", err)
	}
	return nil
}

// Chosen are the keys somebody set, each with its origin ("listen (flag)"), and
// all keys there are.
func (c *Config) Chosen() (chosen, all []string) {
	for _, s := range settings {
		all = append(all, s.key)
		if origin := c.origins[s.key]; origin != "default" {
			chosen = append(chosen, s.key+" ("+origin+")")
		}
	}
	return chosen, all
}
