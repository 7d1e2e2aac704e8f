// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Role is a part of the centre that a process runs.
type Role string

// The roles. One process of all is the default; several processes share the
// records, and what waits to be read, by address.
const (
	Web      Role = "web"      // pages, API, jobs and all duties
	Worker   Role = "worker"   // reads what waits
	Listener Role = "listener" // receives
)

// Roles are those of one process; none stands for all.
type Roles []Role

// Has reports whether the process runs role.
func (r Roles) Has(role Role) bool { return len(r) == 0 || slices.Contains(r, role) }

// All reports whether this process is the whole centre.
func (r Roles) All() bool { return len(r) == 0 }

// String is how the roles are written: "web,worker", "all".
func (r Roles) String() string {
	if r.All() {
		return "all"
	}
	var out []string
	for _, role := range r {
		out = append(out, string(role))
	}
	return strings.Join(out, ",")
}

func setRun(c *Config, text string) error {
	c.Run = nil
	if text == "all" {
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		role := Role(strings.TrimSpace(part))
		if role != Web && role != Worker && role != Listener {
			return fmt.Errorf("%q: want all, or some of web, worker and listener with commas", part)
		}
		if !slices.Contains(c.Run, role) {
			c.Run = append(c.Run, role)
		}
	}
	return nil
}

func setFolder(c *Config, text string) error {
	if text != "" && !filepath.IsAbs(text) {
		return errors.New("want the whole path of a folder")
	}
	c.Folder = text
	return nil
}

// several says what a process that is only a part of the centre lacks: the
// stores of one process are its own.
func (c *Config) several(wrong func(key, why string)) {
	if c.Run.All() {
		return
	}
	need := func(ok bool, key, why string) {
		if !ok {
			wrong("run", fmt.Sprintf("%s needs %s: %s", c.Run, key, why))
		}
	}
	address := c.Records.Address.Reveal()
	need(strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://"), "records.address", "several processes share records in PostgreSQL, postgres://…")
	need(c.Stream.Address != "", "stream.address", "several processes share what waits to be read in NATS, nats://…")
	if c.Run.Has(Web) || c.Run.Has(Worker) {
		need(c.Lake.Engine == EngineOff || c.Lake.Address != "", "lake.address", "several processes share one VictoriaLogs server or cluster, or set lake.engine to off")
		need(c.Folder != "", "files.folder", "pages and workers read the same lists and files, from a folder that all of them reach")
	}
	if c.Run.Has(Listener) && !c.Intake.On() {
		wrong("run", "a listener needs something to listen on: set the section intake")
	}
	if !c.Run.Has(Listener) && c.Intake.On() {
		wrong("run", fmt.Sprintf("%s receives nothing: leave out the section intake, or add listener", c.Run))
	}
}
