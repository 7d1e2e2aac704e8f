// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/feed"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/auth"
)

// stuff is what stands in an archive, in order: name, then text. A text of "->x"
// is a link to x.
type stuff [][2]string

// ofFeed is the folder of a MISP feed.
func ofFeed(dir string, m *mispFeed) stuff {
	out := stuff{{dir, ""}, {dir + "hashes.csv", "00,11"}}
	for n := range len(m.files) {
		out = append(out, [2]string{dir + number(n+1) + ".json", m.files[n+1]})
	}
	return append(out, [2]string{dir + "manifest.json", m.manifest()}) // behind what it names
}

func (s stuff) zip(t *testing.T) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range s {
		if f[0] == "" {
			continue
		}
		w, err := z.Create(f[0])
		if err == nil && !strings.HasSuffix(f[0], "/") {
			_, err = w.Write([]byte(f[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func (s stuff) tar(t *testing.T, pack bool) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	out := tar.NewWriter(z)
	if !pack {
		out = tar.NewWriter(&b)
	}
	for _, f := range s {
		if f[0] == "" {
			continue
		}
		h := &tar.Header{Name: f[0], Mode: 0o600, Size: int64(len(f[1])), Typeflag: tar.TypeReg}
		text := f[1]
		if to, link := strings.CutPrefix(text, "->"); link {
			h.Typeflag, h.Linkname, h.Size, text = tar.TypeSymlink, to, 0, ""
		}
		if strings.HasSuffix(f[0], "/") {
			h.Typeflag = tar.TypeDir
		}
		if err := out.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if pack {
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestTheFolderOfAMISPFeedIsTakenFromAnArchive(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		f := h.feedOf(t, order("Ổ đĩa", ""))
		h.look()
		m := newMISP("one.example", "two.example", "three.example")
		m.files[3] = m.files[3][:50]
		for i, c := range []struct{ name, text string }{
			{"a.zip", ofFeed("feed-osint/", m).zip(t)},
			{"b.tar.gz", ofFeed("./", m).tar(t, true)},
			{"c.tar", ofFeed("", m).tar(t, false)},
		} {
			h.put(f, c.name, c.text)
			h.look()
			h.look()
			got := h.latest(f)
			state := feed.Same // the same events, however they are packed
			if i == 0 {
				state = feed.Done
			}
			if got.State != state || got.How != feed.ByDrop || got.Events == nil || got.Events.Named != 3 || got.Events.Refused != 1 || got.Rows != 2 {
				t.Fatalf("%s: %+v %+v", c.name, got, got.Events)
			}
			h.later(time.Minute)
		}
		if !h.hits("one.example") || h.hits("three.example") || h.versions(f)[0].Report.Layout != indicator.MISP {
			t.Error("what is matched is not what the archives hold")
		}
		m = newMISP("one.example", "zwei.example", "three.example", "four.example")
		delete(m.stamps, 1)
		h.put(f, "d.zip", ofFeed("x/y/", m).zip(t))
		h.look()
		h.look()
		if got := h.latest(f); got.State != feed.Done || got.Events.Gone != 1 || got.Events.Fetched != 3 || h.hits("one.example") || !h.hits("zwei.example") {
			t.Errorf("%+v %+v", got, got.Events)
		}
		h.look()
		if taken := h.names(f, "taken"); !slices.Equal(taken, []string{"a.zip", "b.tar.gz", "c.tar", "d.zip"}) {
			t.Errorf("taken %q", taken)
		}
	})
}

func TestAnArchiveThatIsATrickIsRefusedWhole(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		f := h.feedOf(t, order("Ổ đĩa", ""))
		h.look()
		m := newMISP("one.example", "two.example")
		good := ofFeed("", m)
		manifest := [2]string{"manifest.json", m.manifest()}
		bomb := stuff{manifest}
		for n := range 3 { // far over the limit of 1 MiB, and packed to nothing
			bomb = append(bomb, [2]string{number(n+1) + ".json", strings.Repeat(" ", 20<<20)})
		}
		var many stuff
		for n := range 61_000 {
			many = append(many, [2]string{fmt.Sprint(n), ""})
		}
		for name, c := range map[string]struct{ text, why string }{
			"up.zip":     {append(stuff{{"../../" + number(1) + ".json", event(1, "a.example")}}, good...).zip(t), "feed.drop.path"},
			"root.tar":   {append(stuff{{"/etc/passwd", "x"}}, good...).tar(t, false), "feed.drop.path"},
			"back.zip":   {append(stuff{{`..\x.json`, "x"}}, good...).zip(t), "feed.drop.path"},
			"bomb.zip":   {bomb.zip(t), "feed.drop.bomb"},
			"bomb.tgz":   {bomb.tar(t, true), "feed.drop.bomb"},
			"many.tgz":   {many.tar(t, true), "feed.drop.entries"},
			"none.zip":   {stuff{{"list.txt", "one.example\n"}}.zip(t), "feed.drop.no_manifest"},
			"twice.tar":  {append(stuff{manifest}, good...).tar(t, false), "feed.drop.twice"},
			"two.zip":    {append(stuff{{"a/manifest.json", "{}"}}, good...).zip(t), "feed.drop.twice"},
			"broken.zip": {good.zip(t)[:200], "feed.drop.archive"},
			"broken.tgz": {good.tar(t, true)[:300], "feed.drop.archive"},
			"empty.zip":  {stuff{{"manifest.json", "{}"}}.zip(t), "feed.why.no_events"},
			"bad.zip":    {stuff{{"manifest.json", `{"a":`}}.zip(t), "feed.why.manifest"},
		} {
			h.put(f, name, c.text)
			h.look()
			h.look()
			if got := h.latest(f); got.State != feed.Refused || got.Why != c.why || h.get(f).List != "" {
				t.Errorf("%s: %s %s", name, got.State, got.Why)
			}
			h.later(time.Minute)
		}
		link := stuff{{number(1) + ".json", "->/etc/passwd"}, {number(2) + ".json", m.files[2]}, manifest}
		h.put(f, "link.tar", link.tar(t, false)) // names one event by a link: that one alone is lost
		h.look()
		h.look()
		if got := h.latest(f); got.State != feed.Done || got.Rows != 1 || got.Events.Refused != 1 || got.Events.Notes[0].Why != "feed.drop.no_file" {
			t.Errorf("%+v %+v", got, got.Events)
		}
		o := order("Tệp thường", "")
		o.New.Layout = indicator.Plain
		plain := h.feedOf(t, o)
		h.look()
		h.put(plain, "a.zip", good.zip(t))
		h.look()
		h.look()
		if got := h.latest(plain); got.Why != "feed.drop.layout" {
			t.Errorf("for a list of another layout: %+v", got)
		}
	})
}

func TestFilesPutAwayAreRemovedAfterTheDaysThatWereSet(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		f := h.feedOf(t, order("A", ""))
		h.look()
		h.put(f, "good.txt", "one.example\n")
		h.put(f, "bad.txt", "<!DOCTYPE html>")
		h.look()
		h.look()
		h.look()
		h.ok(os.WriteFile(filepath.Join(h.dropBox(f), "taken", "20200101-mine.txt"), []byte("x"), 0o600))
		left := func() (taken, refused int) { return h.count(f, "taken"), h.count(f, "refused") }
		if a, b := left(); a != 2 || b != 2 { // with the reason
			t.Fatalf("put away: %d taken, %d refused", a, b)
		}
		h.later(29 * 24 * time.Hour)
		h.look()
		if a, b := left(); a != 2 || b != 2 || h.get(f).Pruned != 0 {
			t.Errorf("a day early: %d taken, %d refused", a, b)
		}
		n, err := h.Network(t.Context())
		h.ok(err)
		if n.KeepDays != 30 {
			t.Errorf("kept for %d days unless set otherwise", n.KeepDays)
		}
		n.KeepDays = 0
		h.ok(h.SetNetwork(as(t, auth.Administrator, "tinh"), n))
		h.later(2 * 24 * time.Hour)
		h.look()
		if a, b := left(); a != 2 || b != 2 {
			t.Errorf("kept for ever: %d taken, %d refused", a, b)
		}
		n, err = h.Network(t.Context())
		h.ok(err)
		n.KeepDays = 30
		h.ok(h.SetNetwork(as(t, auth.Administrator, "tinh"), n))
		h.later(time.Hour)
		h.look()
		if a, b := left(); a != 1 || b != 0 { // what has no stamp is not the room's
			t.Errorf("after: %d taken, %d refused", a, b)
		}
		if now := h.get(f); now.Pruned != 3 || !now.PrunedAt.Equal(h.now()) || !h.hits("one.example") {
			t.Errorf("health %+v", now.Health)
		}
		n.KeepDays = -1
		if err := h.SetNetwork(as(t, auth.Administrator, "tinh"), n); field(err, "keep_days") != "feed.bad.keep_days" {
			t.Errorf("%v", err)
		}
	})
}

func (h *house) count(f feed.Feed, in string) int {
	h.t.Helper()
	list, err := os.ReadDir(filepath.Join(h.dropBox(f), in))
	h.ok(err)
	return len(list)
}
