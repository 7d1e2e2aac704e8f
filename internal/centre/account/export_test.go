// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

// StepOf is stepOf, for the vectors of the standard.
var StepOf = stepOf
