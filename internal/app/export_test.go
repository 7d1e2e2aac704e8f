// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

// Migrations are those of all rooms, for tests that begin with an empty database.
var Migrations = migrations

// TendMeasures is how often measures are counted that are due.
const TendMeasures = tendMeasures
