// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// pdfsig of poppler is another reader of what we write.
func pdfsig(t *testing.T, data []byte) string {
	t.Helper()
	bin, err := exec.LookPath("pdfsig")
	if err != nil {
		t.Skip("skipped: no pdfsig")
	}
	path := filepath.Join(t.TempDir(), "x.pdf")
	must(os.WriteFile(path, data, 0o600))
	cmd := exec.CommandContext(t.Context(), bin, "-nocert", path)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState.ExitCode() != 2 { // 2: no signatures
		t.Logf("pdfsig: %v", err)
	}
	return string(out)
}

func TestPopplerConfirms(t *testing.T) {
	t.Parallel()
	p := people()
	for what, base := range map[string][]byte{"tables": paper("Cong van"), "streams": packed(t, paper("Cong van"))} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			one := signed(t, base, Signing{By: p.officer, Reason: "Ký duyệt", Look: &Look{Page: 2, Rect: Rect{330, 200, 120, 60}, Image: blue}})
			if out := pdfsig(t, one); !strings.Contains(out, "Signature is Valid") || !strings.Contains(out, "Total document signed") {
				t.Errorf("one: %s", out)
			}
			two := signed(t, one, Signing{By: p.clerk, Look: &Look{Page: 2, Rect: Beside(Rect{330, 200, 120, 60}, 100, 100), Image: red}})
			out := pdfsig(t, two)
			if strings.Count(out, "Signature is Valid") != 2 || strings.Count(out, "Total document signed") != 1 {
				t.Errorf("two: %s", out)
			}
			if r := checked(t, two, p.trust, day); r.State() != Valid {
				t.Errorf("%+v", r)
			}
			bad := bytes.Clone(two)
			bad[len(base)/2] ^= 1
			if out := pdfsig(t, bad); strings.Contains(out, "Signature is Valid") {
				t.Errorf("flipped: %s", out)
			}
		})
	}
}

// packed writes a file anew with an object stream and a cross-reference stream.
func packed(t *testing.T, data []byte) []byte {
	t.Helper()
	f, err := readPDF(data)
	must(err)
	w := bytes.NewBufferString("%PDF-1.5\n")
	u := &update{pdf: f, objects: map[ref]object{}, offsets: map[int]int{}}
	var plain []ref
	for n, at := range f.xref {
		if at.free {
			continue
		}
		r := ref{n, at.gen}
		o, err := f.get(r)
		must(err)
		u.last = max(u.last, n)
		if _, ok := o.(*stream); ok {
			u.put(r, o)
		} else {
			plain = append(plain, r)
		}
	}
	var head, body bytes.Buffer
	for _, r := range plain {
		o, err := f.get(r)
		must(err)
		head.WriteString(string(number(itoa(r.num))) + " " + itoa(body.Len()) + " ")
		write(&body, o)
		body.WriteByte('\n')
	}
	pack := u.next()
	u.put(pack, &stream{dict{"Type": name("ObjStm"), "N": number(itoa(len(plain))), "First": number(itoa(head.Len()))}, append(head.Bytes(), body.Bytes()...)})
	self := u.next()
	var raw []byte
	for r, o := range u.objects {
		u.offsets[r.num] = w.Len()
		w.WriteString(itoa(r.num) + " 0 obj\n")
		write(w, o)
		w.WriteString("\nendobj\n")
	}
	u.offsets[self.num] = w.Len()
	entries := map[int][3]int{0: {0, 0, 255}}
	for n, at := range u.offsets {
		entries[n] = [3]int{1, at, 0}
	}
	for i, r := range plain {
		entries[r.num] = [3]int{2, pack.num, i}
	}
	for n := range u.last + 1 {
		e := entries[n]
		raw = append(raw, byte(e[0]), byte(e[1]>>16), byte(e[1]>>8), byte(e[1]), byte(e[2]))
	}
	at := w.Len()
	w.WriteString(itoa(self.num) + " 0 obj\n")
	write(w, &stream{dict{"Type": name("XRef"), "Root": f.trailer["Root"], "Info": f.trailer["Info"], "Size": number(itoa(u.last + 1)), "W": array{number("1"), number("3"), number("1")}}, raw})
	w.WriteString("\nendobj\nstartxref\n" + itoa(at) + "\n%%EOF\n")
	return w.Bytes()
}

func itoa(n int) string { return strconv.Itoa(n) }
