// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import "slices"

// LogsQL is q as it is sent, for tests.
func (q Query) LogsQL(pipes bool) (string, error) { return q.filter(pipes) }

// Limits are the filters that go with a query, for tests.
func (s Scope) Limits() ([]string, bool) { return s.limits(dawn, dusk) }

// Behind is the filter of a page, for tests; "" when key is none.
func Behind(key string) string {
	k, err := readKey(key)
	if err != nil {
		return ""
	}
	return k.behind()
}

// SortAtOnce sets how many bytes of rows are sorted in memory at a time.
func (a *Archive) SortAtOnce(n int) { a.chunk = n }

// ReadFile gives the rows of an hourly file, for tests.
func ReadFile(path string) (rows []Row, err error) {
	err = readFile(path, func(r Row) error {
		rows = append(rows, r)
		return nil
	})
	return rows, err
}

// HasColumn reports whether a field has a column of its own in the archive.
func HasColumn(name string) bool {
	var r record
	return r.column(name) != nil && slices.Contains(columns, name)
}
