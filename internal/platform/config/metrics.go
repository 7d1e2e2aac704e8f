// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package config

import "fmt"

// shortestToken keeps a token from being guessed.
const shortestToken = 16

// setMetricsToken never repeats its text: it is a secret.
func setMetricsToken(c *Config, s string) error {
	if s != "" && len(s) < shortestToken {
		return fmt.Errorf("want at least %d characters (not shown: it is a secret)", shortestToken)
	}
	c.Metrics.Token = NewSecret(s)
	return nil
}

func showMetricsToken(c *Config) string {
	if c.Metrics.Token.Reveal() == "" {
		return ""
	}
	return hidden
}
