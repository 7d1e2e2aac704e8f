// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"vonggac": main})
}

// TestScript runs the sessions of testdata/script against the real program.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"pack": pack, "resize": resize, "fill": fill, "code": code, "spoil": spoil, "like": like,
		},
	})
}

// like compares the last output with a file, in which "…" stands for anything
// on its line: like FILE.
func like(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: like FILE")
	}
	want := "^" + strings.ReplaceAll(regexp.QuoteMeta(ts.ReadFile(args[0])), "…", ".+") + "$"
	if got := ts.ReadFile("stdout"); !regexp.MustCompile(want).MatchString(got) {
		ts.Fatalf("stdout is\n%s\nwant something like %s", got, args[0])
	}
}

// pack writes a file packed: pack gzip|zstd|utf16 FROM TO.
func pack(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: pack gzip|zstd|utf16 FROM TO")
	}
	in, err := os.Open(ts.MkAbs(args[1]))
	ts.Check(err)
	out, err := os.Create(ts.MkAbs(args[2]))
	ts.Check(err)
	var w io.WriteCloser
	switch args[0] {
	case "gzip":
		w = gzip.NewWriter(out)
	case "zstd":
		w, err = zstd.NewWriter(out)
	case "utf16":
		w = transform.NewWriter(out, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder())
	default:
		ts.Fatalf("pack: %q is not known", args[0])
	}
	ts.Check(err)
	_, err = io.Copy(w, in)
	ts.Check(err)
	ts.Check(w.Close())
	ts.Check(out.Close())
	ts.Check(in.Close())
}

// resize cuts a file to its first N bytes, or fills it up with zeros: resize N
// FILE.
func resize(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[1]), n))
}

// fill appends TEXT to FILE N times, with \n, \x00 and so on unquoted: fill N
// FILE TEXT.
func fill(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	text, err := strconv.Unquote(`"` + args[2] + `"`)
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[1]), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	ts.Check(err)
	_, err = f.WriteString(strings.Repeat(text, n))
	ts.Check(err)
	ts.Check(f.Close())
}

// code runs vonggac and holds its exit code: code N ARG...
func code(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec("vonggac", args[1:]...)
	got := "0"
	if exit, ok := err.(interface{ ExitCode() int }); ok {
		got = strconv.Itoa(exit.ExitCode())
	} else {
		ts.Check(err)
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// spoil changes one bit in the middle of each file that PATTERN matches: spoil
// PATTERN.
func spoil(ts *testscript.TestScript, _ bool, args []string) {
	list, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(list) == 0 {
		ts.Fatalf("spoil: nothing matches %s", args[0])
	}
	for _, path := range list {
		raw, err := os.ReadFile(path)
		ts.Check(err)
		raw[len(raw)/2] ^= 1
		ts.Check(os.WriteFile(path, raw, 0o600))
	}
}
