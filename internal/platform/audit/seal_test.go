// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package audit_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

var (
	schema = []fs.FS{audit.Migrations}
	clock  = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)
	seed   = make([]byte, 32)
)

// trail is a records store with a sealer.
type trail struct {
	t      *testing.T
	d      *db.DB
	s      *audit.Sealer
	folder string
}

func newTrail(t *testing.T, d *db.DB) trail {
	t.Helper()
	folder := t.TempDir()
	s, err := audit.NewSealer(d, func() time.Time { return clock }, seed, folder)
	if err != nil {
		t.Fatal(err)
	}
	return trail{t, d, s, folder}
}

func (tr trail) act(name string) {
	tr.t.Helper()
	ctx := auth.With(context.Background(), auth.Actor{ID: "an", Name: "Nguyễn Văn An"})
	err := tr.d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Add(ctx, tx, clock, audit.Entry{Action: "unit.rename", Kind: "unit", Object: name, Unit: "u1",
			Detail: map[string]any{"name": name}})
	})
	if err != nil {
		tr.t.Fatal(err)
	}
}

func (tr trail) seal() {
	tr.t.Helper()
	if err := tr.s.Seal(context.Background()); err != nil {
		tr.t.Fatal(err)
	}
}

func (tr trail) verify() audit.Report {
	tr.t.Helper()
	r, err := tr.s.Verify(context.Background())
	if err != nil {
		tr.t.Fatal(err)
	}
	return r
}

// sql changes the records as somebody with the database open would.
func (tr trail) sql(statement string, args ...any) {
	tr.t.Helper()
	err := tr.d.Housekeep(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		res, err := tx.NewRaw(statement, args...).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fmt.Errorf("%s: nothing changed, %v", statement, err)
		}
		return nil
	})
	if err != nil {
		tr.t.Fatal(err)
	}
}

func (tr trail) headFile() string { return filepath.Join(tr.folder, audit.HeadFile) }

func TestEveryEntryIsSealedOnceAndTheChainHolds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		tr := newTrail(t, d)
		if r := tr.verify(); !r.OK() || r.Sealed != 0 {
			t.Fatalf("an empty trail: %+v", r)
		}
		const writers, each = 4, 25
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					tr.act(strconv.Itoa(w*each + i))
				}
			})
		}
		for range 5 {
			tr.seal()
		}
		wg.Wait()
		if r := tr.verify(); !r.OK() || r.Sealed+r.Waiting != writers*each {
			t.Errorf("before the last seal: %+v, want %d sealed and waiting", r, writers*each)
		}
		tr.seal()
		if r := tr.verify(); !r.OK() || r.Sealed != writers*each || r.Waiting != 0 || r.Head.Seq != writers*each {
			t.Errorf("after the last seal: %+v", r)
		}
		rows, err := audit.Sealed(context.Background(), d, 90, 100, nil)
		if err != nil || len(rows) != 10 || rows[0].Seq != 91 || rows[9].Object == "" {
			t.Errorf("after 90: %d rows, %v", len(rows), err)
		}
	})
}

func TestTwoSealersMakeOneChain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		tr, other := newTrail(t, d), newTrail(t, d)
		for i := range 40 {
			tr.act(strconv.Itoa(i))
			if i%8 == 0 {
				var wg sync.WaitGroup
				for _, s := range []trail{tr, other} {
					wg.Go(func() { s.seal() })
				}
				wg.Wait()
			}
		}
		tr.seal()
		other.act("one more, so that the other has a head too")
		other.seal()
		for _, s := range []trail{tr, other} {
			if r := s.verify(); !r.OK() || r.Sealed != 41 {
				t.Errorf("%+v", r)
			}
		}
	})
}

// TestTamperingIsFound changes a sealed trail of ten entries in one way each and
// wants to be told. The forger knows the format but not the key.
func TestTamperingIsFound(t *testing.T) {
	t.Parallel()
	nth := func(n int) string {
		return "(SELECT entry_id FROM audit_seal WHERE seq = " + strconv.Itoa(n) + ")"
	}
	set := func(assignment string) func(trail) {
		return func(tr trail) { tr.sql("UPDATE audit_entry SET " + assignment + " WHERE id = " + nth(5)) }
	}
	type way struct {
		name string
		do   func(trail)
		want audit.Flaw
	}
	ways := []way{
		{"time moved", set("at = at - 86400000"), audit.Changed},
		{"time moved by a millisecond", set("at = at + 1"), audit.Changed},
		{"actor's id exchanged", set("actor_id = 'binh'"), audit.Changed},
		{"actor's name exchanged", set("actor_name = 'Trần Thị Bình'"), audit.Changed},
		{"action exchanged", set("action = 'unit.read'"), audit.Changed},
		{"kind exchanged", set("kind = 'incident'"), audit.Changed},
		{"record exchanged", set("object = 'x'"), audit.Changed},
		{"unit exchanged", set("unit_id = 'u2'"), audit.Changed},
		{"detail rewritten", set("detail = '{}'"), audit.Changed},
		{"break-glass mark added", set("elevated = 'b1'"), audit.Changed},
		{"a letter moved from one field to the next", set("action = 'unit.renam', kind = 'eunit'"), audit.Changed},
		{"entry in the middle removed", func(tr trail) { tr.sql("DELETE FROM audit_entry WHERE id = " + nth(5)) }, audit.Gone},
		{"first entry removed", func(tr trail) { tr.sql("DELETE FROM audit_entry WHERE id = " + nth(1)) }, audit.Gone},
		{"last entry removed", func(tr trail) { tr.sql("DELETE FROM audit_entry WHERE id = " + nth(10)) }, audit.Gone},
		{"entry removed with its seal", func(tr trail) {
			tr.sql("DELETE FROM audit_entry WHERE id = " + nth(5))
			tr.sql("DELETE FROM audit_seal WHERE seq = 5")
		}, audit.Gone},
		{"entry removed, later ones moved up", func(tr trail) {
			tr.sql("DELETE FROM audit_entry WHERE id = " + nth(5))
			tr.sql("DELETE FROM audit_seal WHERE seq = 5")
			for n := 6; n <= 10; n++ {
				tr.sql("UPDATE audit_seal SET seq = ? WHERE seq = ?", n-1, n)
			}
		}, audit.Changed},
		{"two entries exchanged", func(tr trail) {
			tr.sql("UPDATE audit_seal SET seq = 100 WHERE seq = 4")
			tr.sql("UPDATE audit_seal SET seq = 4 WHERE seq = 5")
			tr.sql("UPDATE audit_seal SET seq = 5 WHERE seq = 100")
		}, audit.Changed},
		{"entry added beside the chain", func(tr trail) { tr.forge("forged") }, audit.Stranger},
		{"entry added at the end of the chain", func(tr trail) {
			tr.forge("forged")
			tr.rehash(11, "forged")
		}, audit.Unsigned},
		{"entry changed and all hashes after it made anew", func(tr trail) {
			set("object = 'x'")(tr)
			tr.rehash(5, "")
		}, audit.Unsigned},
		{"hash of one seal exchanged", func(tr trail) {
			tr.sql("UPDATE audit_seal SET hash = ? WHERE seq = 7", hex.EncodeToString(make([]byte, 32)))
		}, audit.Changed},
		{"last entries cut off with their seals", func(tr trail) { tr.cut(7) }, audit.Shortened},
		{"whole trail emptied", func(tr trail) { tr.cut(0) }, audit.Shortened},
		{"cut off, and the file with the head put away", func(tr trail) {
			tr.cut(5)
			if err := os.Remove(tr.headFile()); err != nil {
				tr.t.Fatal(err)
			}
		}, audit.NoHead},
		{"cut off, and the head in the file written to fit", func(tr trail) {
			tr.cut(7)
			tr.writeHead(audit.Head{Seq: 7, Hash: tr.hash(7), Signature: "AAAA"})
		}, audit.NoHead},
		{"signature removed", func(tr trail) { tr.sql("UPDATE audit_seal SET signature = '' WHERE seq = 10") }, audit.Unsigned},
		{"signature of another head", func(tr trail) {
			tr.sql("UPDATE audit_seal SET signature = (SELECT s.signature FROM audit_seal s WHERE s.seq = 5) WHERE seq = 10")
		}, audit.Unsigned},
		{"entry that waits removed", func(tr trail) {
			tr.act("late")
			tr.sql("DELETE FROM audit_entry WHERE object = 'late'")
		}, audit.Gone},
		{"entry that waits taken out of the queue", func(tr trail) {
			tr.act("late")
			tr.sql("DELETE FROM audit_pending")
		}, audit.Stranger},
	}
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
				tr := newTrail(t, d)
				for i := range 10 {
					tr.act(strconv.Itoa(i))
					if i == 4 || i == 9 {
						tr.seal()
					}
				}
				if r := tr.verify(); !r.OK() || r.Sealed != 10 {
					t.Fatalf("before: %+v", r)
				}
				w.do(tr)
				r := tr.verify()
				for _, x := range r.Troubles {
					if x.Flaw == w.want {
						return
					}
				}
				t.Errorf("found %+v, want %s", r, w.want)
			})
		})
	}
}

// forge writes an entry as Add would, without waiting for a seal.
func (tr trail) forge(id string) {
	tr.sql("INSERT INTO audit_entry (id, at, actor_id, actor_name, action, kind, object, unit_id, detail, elevated) "+
		"VALUES (?, 1, 'an', 'An', 'a.b', 'a', 'x', '', '{}', '')", id)
}

func (tr trail) hash(seq int64) (hash string) {
	tr.t.Helper()
	if seq == 0 {
		return ""
	}
	if err := tr.d.Read().NewRaw("SELECT hash FROM audit_seal WHERE seq = ?", seq).Scan(context.Background(), &hash); err != nil {
		tr.t.Fatal(err)
	}
	return hash
}

// cut leaves the first n entries, with all that belongs to them.
func (tr trail) cut(n int) {
	tr.sql("DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_seal WHERE seq > ?)", n)
	tr.sql("DELETE FROM audit_seal WHERE seq > ?", n)
}

// rehash makes the hashes from seq on anew, after adding a seal for entry when
// one is named.
func (tr trail) rehash(seq int64, entry string) {
	if entry != "" {
		tr.sql("INSERT INTO audit_seal (seq, entry_id, hash, sealed_at, signature) VALUES (?, ?, '', 1, '')", seq, entry)
	}
	rows, err := audit.Sealed(context.Background(), tr.d, seq-1, 100, nil)
	if err != nil {
		tr.t.Fatal(err)
	}
	prev := tr.hash(seq - 1)
	for _, r := range rows {
		var raw []byte
		for _, part := range []string{"vonggac-audit-1", strconv.FormatInt(r.Seq, 10), prev, r.ID, strconv.FormatInt(r.At.UnixMilli(), 10),
			r.ActorID, r.ActorName, r.Action, r.Kind, r.Object, r.UnitID, r.Detail, r.Elevated} {
			raw = fmt.Appendf(raw, "%d:%s,", len(part), part)
		}
		sum := sha256.Sum256(raw)
		prev = hex.EncodeToString(sum[:])
		tr.sql("UPDATE audit_seal SET hash = ? WHERE seq = ?", prev, r.Seq)
	}
}

func (tr trail) writeHead(h audit.Head) {
	raw, err := json.Marshal(h)
	if err != nil {
		tr.t.Fatal(err)
	}
	if err := os.WriteFile(tr.headFile(), raw, 0o600); err != nil {
		tr.t.Fatal(err)
	}
}
