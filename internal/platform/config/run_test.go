// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/config"
)

// TestAPartOfTheCentreNeedsSharedStores names each store that is not shared.
func TestAPartOfTheCentreNeedsSharedStores(t *testing.T) {
	t.Parallel()
	shared := map[string]string{"records.address": "postgres://u@db/vonggac", "stream.address": "nats://a:4222", "lake.address": "http://logs:9428", "files.folder": "/srv/files"}
	load := func(run string, less string, more ...string) error {
		flags := map[string]string{"data": "/srv/data", "run": run}
		for k, v := range shared {
			if k != less {
				flags[k] = v
			}
		}
		for i := 0; i < len(more); i += 2 {
			flags[more[i]] = more[i+1]
		}
		_, err := config.Load(config.Sources{Flags: flags, Hostname: "test"})
		return err
	}
	for _, run := range []string{"all", "web", "worker", "web,worker"} {
		if err := load(run, ""); err != nil {
			t.Errorf("%s: %v", run, err)
		}
	}
	for less := range shared {
		if err := load("worker", less); err == nil || !strings.Contains(err.Error(), less) {
			t.Errorf("a worker without %s: %v", less, err)
		}
	}
	if err := load("worker", "lake.address", "lake.engine", "off"); err != nil {
		t.Errorf("a worker where nothing is searched: %v", err)
	}
	if err := load("listener", "files.folder", "intake.tcp", "0.0.0.0:601"); err != nil {
		t.Errorf("a listener: %v", err)
	}
	for run, why := range map[string]string{"listener": "the section intake", "cook": "want all", "": "want all"} {
		if err := load(run, ""); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v", run, err)
		}
	}
	if err := load("worker", "", "intake.tcp", "0.0.0.0:601"); err == nil || !strings.Contains(err.Error(), "receives nothing") {
		t.Errorf("a worker that is to listen: %v", err)
	}
}
