// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"maps"
	"os/exec"
	"slices"
	"strconv"
)

// peer is another way to the answer.
type peer struct {
	program string // looked for on the PATH; "" when it is built here
	pkg     string // Debian package that has it
	// loose is set for tools that find strings wherever they stand: what they
	// miss and find beyond the truth is shown, not refused.
	loose   bool
	command func(*runner, contest, *dataset) command
}

// walk is the question put to awk: the tenth field is the name.
const walk = `FNR == NR { bad[$1]; next }
{ n = tolower($10); sub(/\.$/, "", n); p = n
  while (1) { if (p in bad) { c = $7; sub(/#.*/, "", c); print c "\t" n; break }; i = index(p, "."); if (!i) break; p = substr(p, i + 1) } }`

func awk(name string) func(*runner, contest, *dataset) command {
	return func(_ *runner, _ contest, set *dataset) command {
		return command{env: []string{"LC_ALL=C"}, name: name, args: []string{walk, set.list, set.log}, read: readPairs}
	}
}

var peers = map[string]peer{
	"plain": {command: func(r *runner, c contest, set *dataset) command {
		return command{env: []string{"GOMAXPROCS=" + strconv.Itoa(max(1, c.procs))}, name: r.path("plain"), args: []string{set.list, set.log}, read: readPairs}
	}},
	"mawk": {program: "mawk", pkg: "mawk", command: awk("mawk")},
	"gawk": {program: "gawk", pkg: "gawk", command: awk("gawk")},
	"grep": {program: "grep", pkg: "grep", loose: true, command: func(_ *runner, _ contest, set *dataset) command {
		return command{env: []string{"LC_ALL=C"}, name: "grep", args: []string{"-F", "-f", set.list, set.log}, read: readLines}
	}},
	"ripgrep": {program: "rg", pkg: "ripgrep", loose: true, command: func(_ *runner, _ contest, set *dataset) command {
		return command{name: "rg", args: []string{"--no-config", "--no-line-number", "-F", "-f", set.list, set.log}, read: readLines}
	}},
	"vectorscan": {loose: true, command: func(r *runner, _ contest, set *dataset) command {
		return command{name: r.path("vectorscan"), args: []string{set.list, set.log}, read: readLines}
	}},
	"duckdb": {command: func(r *runner, c contest, set *dataset) command {
		out := r.path("duck.csv")
		return command{name: r.path("duck"), args: []string{set.list, set.log, out, strconv.Itoa(max(1, c.procs))}, csv: out}
	}},
}

func peerNames() []string { return slices.Sorted(maps.Keys(peers)) }

// usual are the peers of a run that names none: all, but Vectorscan where its
// package (Debian: libvectorscan-dev) and a C compiler are not at hand.
func usual() []string {
	return slices.DeleteFunc(peerNames(), func(name string) bool { return name == "vectorscan" && !vectorscanAtHand() })
}

func vectorscanAtHand() bool {
	_, err := exec.LookPath("cc")
	return err == nil && exec.Command("pkg-config", "--exists", "libhs").Run() == nil
}
