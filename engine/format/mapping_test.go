// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/engine/format"
)

// Each testdata/mapping/*.yaml describes the log of the same name beside it.
func TestMappingGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "mapping", "*.yaml"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%d mapping files (%v)", len(files), err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			stem := strings.TrimSuffix(file, ".yaml")
			checkGolden(t, stem+".golden", activityTranscript(readMapping(t, file), readLines(t, stem+".log")))
		})
	}
}

func readMapping(t testing.TB, file string) format.Activity {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := format.ReadMapping(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestMappingFilesThatAreWrongAreRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, want string }{
		{"", "the file is empty"},
		{"name: A B\nform: json\nfields: {a: src}", "name"},
		{"name: squid\nform: json\nfields: {a: src}", "is the name of a format"},
		{"name: x\nform: xml\nfields: {a: src}", "form"},
		{"name: x\nform: json", "fields"},
		{"name: x\nform: json\nfields: {a: sauce}", `"sauce" is no meaning`},
		{"name: x\nform: csv\nseparator: ';;'\nfields: {a: src}", "separator"},
		{"name: x\nform: csv\ncolumns: [b]\nfields: {a: src}", "not among the columns"},
		{"name: x\nform: json\nfields: {a: src}\nactions: {OK: fine}", "neither allowed nor blocked"},
		{"name: x\nform: json\nfields: {a: src}\nfilds: 1", "filds"},
		{"name: x\n" + strings.Repeat("# long\n", 10_000), "over 65536 bytes"},
	} {
		if _, err := format.ReadMapping(strings.NewReader(c.file)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: %v, want %q", c.file, err, c.want)
		}
	}
}

// FuzzMapping holds the promises of format.ActivityReader for each sample
// mapping, whatever the log.
func FuzzMapping(f *testing.F) {
	files, _ := filepath.Glob(filepath.Join("testdata", "mapping", "*.yaml"))
	var forms []format.Activity
	for _, file := range files {
		forms = append(forms, readMapping(f, file))
		f.Add(bytes.Join(readLines(f, strings.TrimSuffix(file, ".yaml")+".log"), []byte("\n")))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		for _, form := range forms {
			checkStream(t, form, stream)
		}
	})
}

// FuzzReadMapping holds that a mapping file is refused or gives a format that
// keeps the promises of format.ActivityReader.
func FuzzReadMapping(f *testing.F) {
	files, _ := filepath.Glob(filepath.Join("testdata", "mapping", "*.yaml"))
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, []byte("a=192.0.2.1\n{\"a\":1}\na;b"))
	}
	f.Fuzz(func(t *testing.T, file, stream []byte) {
		form, err := format.ReadMapping(bytes.NewReader(file))
		if err != nil {
			return
		}
		checkStream(t, form, stream)
	})
}
