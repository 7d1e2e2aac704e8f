// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Bundled is a bundle that was written, as the collector remembers it.
type Bundled struct {
	Number uint64    `json:"number"`
	Made   time.Time `json:"made"`
	File   string    `json:"file"`
	First  uint64    `json:"first"`
	Last   uint64    `json:"last"`
	Blocks int       `json:"blocks"`
	Bytes  int64     `json:"bytes"` // of the file
}

// ErrNothing means that the centre has everything already.
var ErrNothing = errors.New("there is nothing to bring: the centre has all that was collected, or a bundle before has it")

// MakeBundle writes what the centre has not got into one file in the folder out.
// fresh leaves out what bundles before hold. The collector may run meanwhile.
func MakeBundle(dir, out string, fresh bool, now time.Time) (made Bundled, err error) {
	id, err := LoadIdentity(dir)
	if err != nil {
		return made, err
	}
	signer, err := id.signer()
	if err != nil {
		return made, err
	}
	st, err := settled(dir)
	if err != nil {
		return made, err
	}
	from := st.Wanted
	before, err := Bundles(dir)
	if err != nil {
		return made, err
	}
	made = Bundled{Number: 1, Made: now.UTC().Truncate(time.Second)}
	if len(before) > 0 {
		last := before[len(before)-1]
		made.Number = last.Number + 1
		if fresh {
			from = max(from, last.Last+1)
		}
	}
	if from >= st.Next {
		return made, ErrNothing
	}
	st.Hello.Now, st.Hello.Oldest, st.Hello.Next, st.Hello.Wanted, st.Hello.Lost, st.Hello.Version = now.UTC(), st.Oldest, st.Next, st.Wanted, st.Lost, st.Version
	st.Hello.Bytes, st.Hello.Limit, st.Hello.FullSince, st.Hello.Refused, st.Hello.Backlog = st.Bytes, st.Limit, st.Full, st.Refused, st.Backlog
	h := BundleHeader{Collector: id.ID, Number: made.Number, Made: made.Made, First: from, Last: st.Next - 1, Hello: st.Hello}
	made.First, made.Last = h.First, h.Last
	made.File = filepath.Join(out, fmt.Sprintf("vonggac-%s-%06d.bundle", short(id.ID), made.Number))
	if err := os.MkdirAll(out, 0o755); err != nil {
		return made, err
	}
	f, err := os.OpenFile(made.File+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return made, err
	}
	w, err := NewBundle(f, h, id.Seal, signer)
	if err == nil {
		err = PeekSpool(filepath.Join(dir, spoolFolder), from, st.Next, func(frame []byte, _ Block) error {
			made.Blocks++
			return w.Add(frame)
		})
	}
	if err == nil {
		err = w.Close()
	}
	if info, e := f.Stat(); e == nil {
		made.Bytes = info.Size()
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return made, errors.Join(fmt.Errorf("write %s: %w", made.File, err), os.Remove(made.File+".new"))
	}
	if err := remember(dir, made); err != nil {
		return made, errors.Join(err, os.Remove(made.File+".new"))
	}
	return made, os.Rename(made.File+".new", made.File)
}

// settled is the status, of a stopped collector made anew from what lies in the
// spool.
func settled(dir string) (Status, error) {
	s, err := ReadStatus(dir)
	if err != nil || s.Running {
		return s, err
	}
	err = stopped(dir, func(sp *Spool) error {
		st := sp.State()
		s.Oldest, s.Wanted, s.Next, s.Lost, s.Bytes, s.Limit, s.Backlog = st.Oldest, st.Wanted, st.Next, st.Lost.String(), st.Bytes, st.Limit, sp.Backlog()
		return nil
	})
	return s, err
}

// stopped does something with the spool of a collector that does not run.
func stopped(dir string, do func(*Spool) error) error {
	l, err := lock(dir)
	if err != nil {
		return err
	}
	s, err := OpenSpool(SpoolOptions{Dir: filepath.Join(dir, spoolFolder)})
	if err == nil {
		err = errors.Join(do(s), s.Close())
	}
	return errors.Join(err, l.Unlock())
}

func short(id string) string { return id[max(0, len(id)-8):] }

// remember keeps that a bundle of this number was made. A second one that is
// made at the same time fails.
func remember(dir string, b Bundled) error {
	folder := filepath.Join(dir, bundleFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	raw, err := json.Marshal(b)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(folder, fmt.Sprintf("%06d.json", b.Number)), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("bundle %d is being made by somebody else: try again", b.Number)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	return errors.Join(err, f.Sync(), f.Close())
}

// Bundles are all bundles that were made, the first first.
func Bundles(dir string) ([]Bundled, error) {
	entries, err := os.ReadDir(filepath.Join(dir, bundleFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []Bundled
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, bundleFolder, e.Name()))
		if err != nil {
			return nil, err
		}
		var b Bundled
		if json.Unmarshal(raw, &b) != nil { // torn by a power cut; its number is taken all the same
			if _, err := fmt.Sscanf(e.Name(), "%d.json", &b.Number); err != nil {
				continue
			}
		}
		out = append(out, b)
	}
	return out, err
}

// TakeReceipt has the spool forget what the centre says it has. A collector that
// runs takes it within a second.
func TakeReceipt(dir string, text []byte) (Receipt, error) {
	id, err := LoadIdentity(dir)
	if err != nil {
		return Receipt{}, err
	}
	r, err := ReadReceipt(text, id.Receipt, id.ID)
	if err != nil {
		return r, err
	}
	err = stopped(dir, func(s *Spool) error {
		if had, err := loadWays(dir); err != nil || had.At >= r.WaysAt {
			return errors.Join(err, s.credit(r))
		}
		return errors.Join(s.credit(r), saveWays(dir, r.Ways, r.WaysAt))
	})
	if !errors.Is(err, ErrBusy) {
		return r, err
	}
	folder := filepath.Join(dir, receiptDir)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return r, err
	}
	return r, writeIn(folder, fmt.Sprintf("%06d.receipt", r.Bundle), text)
}

// credit moves the spool on, never back: a receipt may be an old one.
func (s *Spool) credit(r Receipt) error {
	st := s.State()
	if r.Next > st.Next {
		return fmt.Errorf("%w (the receipt speaks of block %d, here the next is %d)", ErrDiverged, r.Next-1, st.Next)
	}
	if r.Next > st.Wanted {
		s.Want(r.Next)
	}
	return nil
}

// takeReceipts takes the receipts that TakeReceipt left. One that does not hold
// is put aside, with what is wrong in the log.
func (c *Collector) takeReceipts() error {
	folder := filepath.Join(c.o.Dir, receiptDir)
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".receipt") {
			continue
		}
		path := filepath.Join(folder, e.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		r, err := ReadReceipt(text, c.id.Receipt, c.id.ID)
		if err == nil {
			err = c.spool.credit(r)
		}
		if err == nil && r.WaysAt > c.out.link().WaysAt {
			err = c.out.learn(Welcome{Ways: r.Ways, WaysAt: r.WaysAt})
		}
		suffix := ".taken"
		if err != nil {
			c.o.Log.Error("a receipt is not taken", "file", e.Name(), "err", err)
			suffix = ".refused"
		}
		if err := os.Rename(path, path+suffix); err != nil {
			return err
		}
	}
	return err
}
