// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/vonggac/vonggac/engine/intel"
)

// mixed is a Builder with something of every type.
func mixed(t testing.TB, names int) *intel.Builder {
	t.Helper()
	var b intel.Builder
	bad, err := b.AddList(intel.List{Name: "bad", Threat: "mã độc", TLP: "TLP:GREEN", Source: "here"})
	if err != nil {
		t.Fatal(err)
	}
	good, err := b.AddList(intel.List{Name: "good", Kind: intel.Allow})
	if err != nil {
		t.Fatal(err)
	}
	add := func(l intel.Handle, i intel.Indicator) {
		if why, err := b.Add(l, i); err != nil || why != "" {
			t.Fatal(i, why, err)
		}
	}
	for n := range names {
		add(bad, intel.Indicator{Value: fmt.Sprintf("bad%d.example.com", n), Threat: fmt.Sprint("t", n%7), Reference: fmt.Sprint("indicator--", n), Confidence: uint8(n % 100)})
	}
	for _, i := range questions {
		add(bad, intel.Indicator{Type: i.kind, Value: i.value})
	}
	add(good, intel.Indicator{Value: "fine.example.org"})
	add(good, intel.Indicator{Value: "bad0.example.com", Until: at(5)})
	return &b
}

// questions are values that mixed holds.
var questions = []struct {
	kind  intel.Type
	value string
}{
	{intel.Domain, "evil.com"}, {intel.Domain, "fine.example.org"}, {intel.Address, "192.0.2.7"}, {intel.Network, "198.51.100.0/24"}, {intel.Network, "2001:db8::/33"},
	{intel.Endpoint, "203.0.113.9:8080"}, {intel.URL, "bad.example/kit/"}, {intel.MD5, md5}, {intel.SHA1, sha1}, {intel.SHA256, sha256},
	{intel.Email, "boss@mail.example"}, {intel.JA3, md5}, {intel.JA4, ja4},
}

// answersOf is all that x answers to the questions and to some names.
func answersOf(x *intel.Index) []string {
	out := []string{fmt.Sprint(x.Len(), " ", x.Timed())}
	for _, q := range questions {
		out = append(out, ask(x, q.kind, q.value)...)
	}
	for _, name := range []string{"www.bad1.example.com", "bad0.example.com", "bad19.example.com", "good.example.com", "a.fine.example.org"} {
		for _, m := range x.Match(name) {
			out = append(out, fmt.Sprint(m.Indicator, *m.List, m.Threat, m.TLP, m.Reference, m.Confidence, m.From, m.Until, m.Overruled))
		}
	}
	return out
}

func TestAFileAnswersAsTheIndexInMemory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := intel.Current(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a current index in an empty folder: %v", err)
	}
	for n, names := range []int{0, 20, 100_000} {
		path, err := mixed(t, names).BuildFile(dir)
		if err != nil {
			t.Fatal(err)
		}
		if at, err := intel.Current(dir); err != nil || at != path || filepath.Base(path) != fmt.Sprintf("index-%08d.vgx", n+1) {
			t.Errorf("current %s, built %s: %v", at, path, err)
		}
		x, err := intel.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(answersOf(mixed(t, names).Build()), answersOf(x)); diff != "" {
			t.Error(diff)
		}
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := intel.Prune(dir); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	for i := range left {
		left[i] = filepath.Base(left[i])
	}
	if want := []string{"CURRENT", "index-00000003.vgx"}; err != nil || !slices.Equal(left, want) {
		t.Errorf("%q left, want %q", left, want)
	}
}

func TestADamagedPointerIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "../../etc/passwd", "index-1.vgx", "index-00000001.vgx.tmp", strings.Repeat("x", 1000)} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "CURRENT"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if path, err := intel.Current(dir); err == nil {
			t.Errorf("%q leads to %s", text, path)
		}
	}
}

func fileOf(t testing.TB, b *intel.Builder) []byte {
	t.Helper()
	path, err := b.BuildFile(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestADamagedFileIsRefusedOrAnswersAsBefore changes every byte of the head and
// many others, and cuts the file at many places.
func TestADamagedFileIsRefusedOrAnswersAsBefore(t *testing.T) {
	t.Parallel()
	data := fileOf(t, mixed(t, 300))
	x, err := intel.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	want := answersOf(x)
	refused, named := 0, map[string]bool{}
	for at := range data {
		if at > 256 && at < len(data)-64 && at%37 != 0 {
			continue
		}
		for _, flip := range []byte{0x01, 0x80} {
			broken := bytes.Clone(data)
			broken[at] ^= flip
			x, err := intel.Parse(broken)
			if err != nil {
				refused++
				if _, name, ok := strings.Cut(err.Error(), "damaged ("); ok {
					name, _, _ = strings.Cut(name, ")")
					named[name] = true
				}
				continue
			}
			if diff := gocmp.Diff(want, answersOf(x)); diff != "" {
				t.Fatalf("byte %d: %s", at, diff)
			}
		}
	}
	for _, s := range []string{"head", "filter", "directory", "prints", "records", "metas", "strings", "lists", "sums"} {
		if !named[s] {
			t.Errorf("no damage of %s was named; %d refused", s, refused)
		}
	}
	for at := 0; at < len(data); at += 397 {
		if _, err := intel.Parse(data[:at]); err == nil {
			t.Errorf("cut at %d it is taken", at)
		}
	}
	if _, err := intel.Parse(append(bytes.Clone(data), 0)); err == nil {
		t.Error("with a byte more it is taken")
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := fileOf(t, mixed(t, 300))
	cut, text, empty := filepath.Join(dir, "cut"), filepath.Join(dir, "text"), filepath.Join(dir, "empty")
	for path, content := range map[string][]byte{cut: data[:len(data)-5000], text: bytes.Repeat([]byte("evil.com\n"), 2000), empty: nil} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{cut: "damaged", text: "not an indicator index", empty: "not an indicator index", dir: "not an indicator index",
		filepath.Join(dir, "none"): "none"} {
		if _, err := intel.Open(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// mapped is how often the system maps a file now, as far as it tells.
func mapped(t *testing.T, path string) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells what is mapped")
	}
	text, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(text), path)
}

func TestCloseGivesTheFileBackWithTheLastUser(t *testing.T) {
	t.Parallel()
	path, err := mixed(t, 1000).BuildFile(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	x, err := intel.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	var p intel.Patch
	if why := p.Add(intel.List{Name: "bad"}, intel.Indicator{Value: "new.com"}); why != "" {
		t.Fatal(why)
	}
	patched, err := x.Patched(&p)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 { // closing again does nothing
		if err := x.Close(); err != nil || mapped(t, path) == 0 {
			t.Errorf("given back under a user, close %d: %v", n, err)
		}
	}
	if len(patched.Match("new.com")) != 1 || len(patched.Match("bad7.example.com")) != 1 {
		t.Error("the patched index lost its base")
	}
	if err := patched.Close(); err != nil || mapped(t, path) != 0 {
		t.Errorf("still mapped: %v", err)
	}
}

// TestAForgedNetworkOfNoBytes forges a network without a key at every place
// where a record can begin.
func TestAForgedNetworkOfNoBytes(t *testing.T) {
	t.Parallel()
	good := fileOf(t, mixed(t, 40))
	opened := 0
	for at := 0; at+2 <= len(good); at += 4 {
		forged := bytes.Clone(good)
		copy(forged[at:], []byte{0, byte(intel.Network) << 4})
		if !intel.Reseal(forged) {
			continue
		}
		x, err := intel.Parse(forged)
		if err != nil {
			continue
		}
		opened++
		for id := range x.Len() {
			if m := x.Entry(intel.ID(id)); m.Type == intel.Network && m.Indicator == "" {
				t.Fatalf("forged at %d: entry %d is a network without a name", at, id)
			}
		}
	}
	if opened == 0 {
		t.Error("no forged file was opened")
	}
}

// FuzzOpen holds that no bytes make an index that panics or reads beyond them,
// not even with checksums that are right.
func FuzzOpen(f *testing.F) {
	good := fileOf(f, mixed(f, 40))
	f.Add([]byte("VGINTEL\x00"), []byte{}, uint32(0))
	for _, at := range []uint32{16, 32, 40, 48, 56, 64, 120, 5000, 9000, 13000, 17000, 21000, 25000} {
		f.Add([]byte{}, []byte{0xff, 0xff, 0x0f, 0}, at)
	}
	f.Fuzz(func(t *testing.T, raw, patch []byte, at uint32) {
		if _, err := intel.Parse(raw); err == nil {
			t.Error("bytes from nowhere make an index")
		}
		forged := bytes.Clone(good)
		copy(forged[int(at)%len(forged):], patch)
		if !intel.Reseal(forged) {
			return
		}
		x, err := intel.Parse(forged)
		if err != nil {
			return
		}
		answersOf(x)
		for id := range min(x.Len(), 200) {
			_ = x.Entry(intel.ID(id)).Type.String()
		}
		var b intel.Builder
		_ = b.Merge(x) // may refuse; must return
	})
}
