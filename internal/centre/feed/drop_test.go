// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/feed"
	"github.com/vonggac/vonggac/internal/centre/indicator"
)

// box is the drop folder of a feed.
func (h *house) dropBox(f feed.Feed) string { return filepath.Join(h.folder, f.Folder) }

// look is one turn of the minute's look at folders, with all that follows.
func (h *house) look() {
	h.t.Helper()
	h.ok(h.LookAtFolders(h.t.Context()))
	run(h, h.loader)
	h.ok(h.Attend(h.t.Context()))
}

func (h *house) put(f feed.Feed, name, text string) {
	h.t.Helper()
	h.ok(os.WriteFile(filepath.Join(h.dropBox(f), name), []byte(text), 0o600))
}

// names are what stands in a folder of the drop folder, without the stamp before.
func (h *house) names(f feed.Feed, in string) []string {
	h.t.Helper()
	list, err := os.ReadDir(filepath.Join(h.dropBox(f), in))
	h.ok(err)
	var out []string
	for _, e := range list {
		name := e.Name()
		if in != "." {
			name = name[len("20060102-150405-abcd-"):]
		}
		out = append(out, name)
	}
	return out
}

func TestADroppedFileBecomesAVersion(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		f := h.feedOf(t, order("Danh sách trung ương", ""))
		if !strings.HasPrefix(f.Folder, "danh-sach-trung-uong-") {
			t.Errorf("folder %q", f.Folder)
		}
		h.look()
		h.put(f, "thang 11.txt", "one.example\n")
		h.look()
		if h.get(f).List != "" {
			t.Fatal("taken at the first look: it may still be written")
		}
		h.put(f, "thang 11.txt", "one.example\ntwo.exam")
		h.look() // it grew
		h.put(f, "thang 11.txt", "one.example\ntwo.example\n")
		h.look()
		if h.get(f).List != "" {
			t.Fatal("taken while it grew")
		}
		h.look()
		got := h.latest(f)
		if got.State != feed.Done || got.How != feed.ByDrop || got.Rows != 2 || !h.hits("two.example") {
			t.Fatalf("%+v", got)
		}
		h.look()
		if taken, left := h.names(f, "taken"), h.names(f, "."); !slices.Equal(taken, []string{"thang_11.txt"}) || !slices.Equal(left, []string{"loading", "refused", "taken"}) {
			t.Errorf("taken %q, left %q", taken, left)
		}
		if v := h.versions(f)[0]; v.File != "thang 11.txt" || v.ReceivedBy != "Người a" {
			t.Errorf("version %+v", v)
		}
		h.put(f, "again.txt", "one.example\ntwo.example\n")
		h.look()
		h.restart() // looks twice again
		h.look()
		h.look()
		if got := h.latest(f); got.State != feed.Same || len(h.versions(f)) != 1 || len(h.names(f, "taken")) != 2 {
			t.Errorf("the same content again: %+v, %d versions", got, len(h.versions(f)))
		}
		if now := h.get(f); now.Failures != 0 || now.OKAt.IsZero() || now.Rows != 2 || now.Stale(h.now().Add(3*time.Hour)) || !now.Stale(h.now().Add(4*time.Hour)) {
			t.Errorf("health %+v", now.Health)
		}
	})
}

func TestARenameSaysThatAFileIsWhole(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		f := h.feedOf(t, order("A", ""))
		h.look()
		h.put(f, "list.txt.part", "one.example\n")
		h.look()
		h.look()
		if h.get(f).List != "" {
			t.Fatal("a file that says it is not whole was taken")
		}
		h.ok(os.Rename(filepath.Join(h.dropBox(f), "list.txt.part"), filepath.Join(h.dropBox(f), "list.txt")))
		h.look()
		if got := h.latest(f); got.State != feed.Done {
			t.Errorf("%+v", got)
		}
	})
}

func TestHostileFilesAreRefusedWithAReason(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		f := h.feedOf(t, order("A", ""))
		h.look()
		outside := filepath.Join(t.TempDir(), "secret.txt")
		h.ok(os.WriteFile(outside, []byte("outside.example\n"), 0o600))
		h.put(f, "empty.txt", "")
		h.put(f, "page.html", "<html><body>x</body></html>")
		h.put(f, "none.txt", "???\n")
		h.ok(os.Truncate(filepath.Join(h.dropBox(f), "empty.txt"), 0))
		big, err := os.Create(filepath.Join(h.dropBox(f), "big.txt"))
		h.ok(err)
		h.ok(big.Truncate(5 << 40 >> 10))
		h.ok(big.Close())
		h.ok(os.Mkdir(filepath.Join(h.dropBox(f), "folder"), 0o700))
		want := []string{"big.txt", "empty.txt", "folder", "none.txt", "page.html"}
		if runtime.GOOS != "windows" {
			h.ok(os.Symlink(outside, filepath.Join(h.dropBox(f), "link.txt")))
			h.put(f, "x; rm -rf ~ \n\x1b[31m\xff..txt", "evil.example\n\xff\n")
			want = append(want, "link.txt")
		}
		slices.Sort(want)
		h.look()
		h.look()
		h.look()
		var refused, reasons []string
		for _, name := range h.names(f, "refused") {
			if whole, ok := strings.CutSuffix(name, ".reason.txt"); ok {
				reasons = append(reasons, whole)
			} else {
				refused = append(refused, name)
			}
		}
		slices.Sort(refused)
		slices.Sort(reasons)
		if !slices.Equal(refused, want) || !slices.Equal(reasons, want) {
			t.Errorf("refused %q with reasons %q, want %q", refused, reasons, want)
		}
		if h.hits("outside.example") {
			t.Error("a link was followed")
		}
		if runtime.GOOS != "windows" {
			taken := h.names(f, "taken")
			if !h.hits("evil.example") || len(taken) != 1 || strings.ContainsAny(taken[0], " ;~\n\x1b") {
				t.Errorf("an odd name: taken %q", taken)
			}
			raw, err := filepath.Glob(filepath.Join(h.dropBox(f), "refused", "*link.txt.reason.txt"))
			h.ok(err)
			text, err := os.ReadFile(raw[0])
			h.ok(err)
			if string(text) != "vi feed.drop.no_file[]\nen feed.drop.no_file[]\n" {
				t.Errorf("reason %q", text)
			}
		}
		list, total, err := h.Runs(officer(t, "a"), f.ID, feed.RunFilter{State: feed.Refused})
		h.ok(err)
		if int(total) != len(want) || len(list) != len(want) {
			t.Errorf("%d runs were refused, want %d", total, len(want))
		}
	})
}

func TestAFolderThatLeadsElsewhereIsNotLookedAt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a right of their own")
	}
	each(t, func(t *testing.T, h *house) {
		f, other := h.feedOf(t, order("A", "")), h.feedOf(t, order("B", ""))
		away := t.TempDir()
		h.ok(os.WriteFile(filepath.Join(away, "x.txt"), []byte("away.example\n"), 0o600))
		h.ok(os.MkdirAll(h.folder, 0o700))
		h.ok(os.Symlink(away, h.dropBox(f)))
		for range 3 {
			if err := h.LookAtFolders(t.Context()); err == nil {
				t.Error("nobody hears of it")
			}
			run(h, h.loader)
		}
		h.put(other, "x.txt", "other.example\n")
		for range 3 {
			_ = h.LookAtFolders(t.Context())
			run(h, h.loader)
		}
		if h.hits("away.example") || !h.hits("other.example") {
			t.Error("the link was followed, or kept another feed's files waiting")
		}
	})
}

func TestFilesWaitForAPersonWhoMayTakeThem(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		f := h.feedOf(t, order("A", ""))
		h.look()
		h.put(f, "x.txt", "one.example\n")
		h.shut.Store(true)
		h.look()
		h.look()
		h.look()
		if now := h.get(f); now.Why != "feed.why.person" || now.Failures != 1 || len(h.names(f, ".")) != 4 {
			t.Errorf("%+v, %q", now.Health, h.names(f, "."))
		}
		h.shut.Store(false)
		h.look()
		if got := h.latest(f); got.State != feed.Done || !h.hits("one.example") {
			t.Errorf("%+v", got)
		}
	})
}

// A list is filled by one feed alone, and an existing one by whoever manages it.
func TestAFeedFillsAListThatIsThere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := officer(t, "a")
		file, err := h.lists.Store(ctx, "x", strings.NewReader("hand.example\n"))
		h.ok(err)
		l, err := h.lists.Create(ctx, indicator.List{Name: "Bằng tay", Kind: indicator.Block, TLP: indicator.Red, Owner: "a", Scope: indicator.ExactOnly,
			Layout: indicator.Auto}, file)
		h.ok(err)
		run(h, h.loader)
		o := order("A", "")
		o.List, o.Unit = l.ID, "b"
		f, err := h.Create(ctx, o)
		h.ok(err)
		if f.Unit != "a" || f.List != l.ID {
			t.Errorf("%+v", f)
		}
		h.look()
		h.put(f, "x.txt", "new.example\n")
		h.look()
		h.look()
		if !h.hits("new.example") || h.hits("hand.example") || len(h.versions(f)) != 2 {
			t.Error("the list was not filled")
		}
		for name, want := range map[string]struct {
			list  indicator.ID
			unit  string
			field string
		}{"fed already": {l.ID, "a", "list"}, "not there": {"x", "a", "list"}, "of another unit": {"", "b", "unit"}} {
			o := order("B"+name, "")
			o.List, o.Unit = want.list, want.unit
			if _, err := h.Create(ctx, o); field(err, want.field) == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := h.Create(officer(t, "b"), o); field(err, "list") == "" {
			t.Errorf("a red list of another unit: %v", err)
		}
		o = order("C", "")
		o.New.Name = "bang tay"
		if _, err := h.Create(ctx, o); field(err, "list_name") == "" {
			t.Errorf("a name that is taken: %v", err)
		}
		o.New.Name, o.New.Kind = "Bỏ qua", indicator.Allow
		if _, err := h.Create(ctx, o); field(err, "unit") == "" {
			t.Errorf("an allow list of a commune: %v", err)
		}
	})
}
