// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import "path/filepath"

// TablesFrom has blocks written as tables from so many rows on. It is called
// before the first is put.
func (s *Pebble) TablesFrom(rows int) { s.make.tableFrom, s.make.beside = rows, 3 }

// Making is where tables are made in the store in dir.
func Making(dir string) string { return filepath.Join(dir, making) }
