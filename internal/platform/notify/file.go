// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
)

// drawer puts letters into a folder, one .eml file each, named by the letter's
// id: put in twice it is one file.
type drawer struct {
	Settings
	folder string
}

// Send implements Sender.
func (d *drawer) Send(_ context.Context, l Letter) error {
	var text bytes.Buffer
	if err := d.Write(&text, l); err != nil {
		return &Failure{Blame: Refused, Answer: cut(err.Error())}
	}
	if err := d.put(l.ID+".eml", text.Bytes()); err != nil {
		return &Failure{Blame: OfServer, Answer: cut(err.Error())}
	}
	return nil
}

func (d *drawer) put(name string, text []byte) error {
	if err := os.MkdirAll(d.folder, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(d.folder, ".letter-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(text)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), filepath.Join(d.folder, name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}
