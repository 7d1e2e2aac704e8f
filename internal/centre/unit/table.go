// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

// Tables are the tables of a file as people send it, XLSX or CSV: of each
// visible sheet its rows from the first, as text, a merged cell in each of its
// places. Failures are fault.Invalid (field "file") with a sentence that says
// what to do. Other rooms read their lists with it, through app.
func Tables(data []byte) ([][][]string, error) {
	sheets, err := readFile(data)
	if err != nil {
		return nil, err
	}
	out := make([][][]string, len(sheets))
	for i, s := range sheets {
		out[i] = s.Rows
	}
	return out, nil
}
