// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

// Queries are the queries that the page gives as examples.
func Queries() (out []string) {
	for _, e := range examples {
		out = append(out, e.query)
	}
	return out
}

// StepOf is stepOf.
var StepOf = stepOf
