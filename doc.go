// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package vonggac is the root of the repository and holds no code of the
// product, only the test of its floors (floors_test.go): which wing may import
// which, and what every file must carry. The program is cmd/vonggac, the
// detection engine for other programs is engine; docs/architecture.md is the
// way in.
package vonggac
