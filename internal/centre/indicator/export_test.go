// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import "context"

// Reload builds the index from all lists, whatever lies in the folder.
func (s *Service) Reload(ctx context.Context) error {
	want, err := s.plan(ctx)
	if err != nil {
		return err
	}
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if err = s.build(ctx, want); err != nil {
		s.fault.Store(&failure{err, want.generation, s.deps.Now()})
	}
	return err
}

// Swaps is how often the live index was swapped.
func (s *Service) Swaps() uint64 { return s.state.Load().swap }

// Built is how often a table was built in the folder, told by its name.
func (s *Service) Built() (string, error) {
	_, note, err := s.open()
	return note.File, err
}
