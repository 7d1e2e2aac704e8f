// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package worker

// Stand is how long a block leaves all cores to storing.
const Stand = stand
