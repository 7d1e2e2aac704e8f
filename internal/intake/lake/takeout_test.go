// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vonggac/vonggac/internal/intake/lake"
)

// takenOut are rows with what is hard to carry: bytes that are no UTF-8, a field
// without a column.
func takenOut() []lake.Row {
	rows := block("net/out", "u", now, 300)
	rows[7].Raw = "l\xffu\xc3\x28 \"quoted\" </script>"
	rows[9].Fields = []lake.Field{{Name: "query.hostname", Value: "a.example"}, {Name: "zone.of_its_own", Value: "x"}}
	return rows
}

func TestRowsComeOutOfAParquetFileAsTheyWere(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	w, rows := lake.NewParquetTakeout(&buf, map[string]string{"reason": "công văn 12"}), takenOut()
	for _, part := range [][]lake.Row{rows[:100], rows[100:]} {
		if err := w.Put(part); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var got []lake.Row
	err := lake.ReadParquetTakeout(bytes.NewReader(buf.Bytes()), func(r lake.Row) error { got = append(got, r); return nil })
	if d := cmp.Diff(rows, got); err != nil || d != "" {
		t.Errorf("%v (-want +got):\n%.1500s", err, d)
	}
	if !bytes.Contains(buf.Bytes(), []byte("công văn 12")) {
		t.Error("the file does not say why it was made")
	}
}

func TestRowsComeOutOfLinesOfJSONAsTheyWere(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	w, err := lake.NewLinesTakeout(&buf, map[string]string{"reason": "công văn 12"})
	if err != nil {
		t.Fatal(err)
	}
	rows := takenOut()
	if err := w.Put(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(buf.Bytes()), []byte("\n"))
	if len(lines) != len(rows)+1 || !bytes.Contains(lines[0], []byte(`"reason":"công văn 12"`)) {
		t.Fatalf("%d lines, the first: %s", len(lines), lines[0])
	}
	var one struct {
		Block    string
		Line     int64
		Raw      string
		RawBytes []byte `json:"raw_bytes"`
		Fields   map[string]string
	}
	if err := json.Unmarshal(lines[8], &one); err != nil || one.Line != 7 || string(one.RawBytes) != rows[7].Raw {
		t.Errorf("%+v, %v", one, err)
	}
	one.RawBytes = nil
	if err := json.Unmarshal(lines[10], &one); err != nil || one.Fields["zone.of_its_own"] != "x" || one.Raw != rows[9].Raw {
		t.Errorf("%+v, %v", one, err)
	}
}
