// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/account"
	register "github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/edxml"
)

// told is a log that a test reads.
type told struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *told) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *told) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// registry is a centre that listens, with one incoming paper and somebody signed
// in who may add to it.
type registry struct {
	*door
	log   *told
	paper register.ID
}

func openRegistry(t *testing.T, address string) *registry {
	t.Helper()
	r := &registry{door: &door{dir: t.TempDir()}, log: &told{}}
	flags := map[string]string{"data": r.dir, "listen": "127.0.0.1:0", "documents.limit": "1MiB"}
	if address != "" {
		flags["records.address"] = address
	}
	cfg := must(config.Load(config.Sources{Flags: flags, Hostname: "test"}))(t)
	a := must(app.Open(t.Context(), app.Options{Config: cfg, Log: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: func() time.Time { return t0 },
		Version: "test", PasswordCost: account.Cost{Memory: 64, Passes: 1, Threads: 1}}))(t)
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	r.house = &house{App: a}
	r.ctx = r.found(t)
	day := calendar.DateOf(t0)
	r.paper = must(a.Rooms.Documents.Register(r.ctx, register.Head{Unit: r.root, Kind: "cong_van", Number: "7", Symbol: "BCA", Date: day, ArrivedOn: day, Issuer: "Bộ Công an", Subject: "Giao nhiệm vụ"}))(t).ID
	res := (&visitor{handler: a.Handler()}).send(t, http.MethodPost, "/sign-in", "application/x-www-form-urlencoded", "login=mai&password="+strings.ReplaceAll(phrase, " ", "+"))
	r.cookie, _, _ = strings.Cut(res.Header().Get("Set-Cookie"), ";")
	r.server = httptest.NewServer(a.Handler())
	t.Cleanup(r.server.Close)
	return r
}

// send uploads a file as a page does, one field before it. The body is made as
// it is sent.
func (r *registry) send(t *testing.T, path, field, value, name string, file io.Reader) (int, string) {
	t.Helper()
	head := fmt.Sprintf("--x\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n\r\n", field, value, name)
	req := must(http.NewRequestWithContext(t.Context(), http.MethodPost, r.server.URL+path, io.MultiReader(strings.NewReader(head), file, strings.NewReader("\r\n--x--\r\n"))))(t)
	req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	req.Header.Set("Cookie", r.cookie)
	return r.ask(t, req)
}

// holds is all that the register and the store of files hold.
func (r *registry) holds(t *testing.T) string {
	t.Helper()
	out := []any{r.kept(t)}
	for _, table := range []string{"document", "document_file", "document_content", "document_link", "document_message", "document_dispatch", "esign_paper"} {
		out = append(out, table, must(r.Records.Read().NewSelect().Table(table).Count(t.Context()))(t))
	}
	return fmt.Sprintln(out...)
}

func packedOf(t *testing.T, pairs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		must(io.WriteString(must(z.Create(pairs[i]))(t), pairs[i+1]))(t)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// word is a DOCX of lines, with more parts.
func word(t *testing.T, lines []string, more ...string) []byte {
	t.Helper()
	var body strings.Builder
	for _, l := range lines {
		body.WriteString("<w:p><w:r><w:t>" + l + "</w:t></w:r></w:p>")
	}
	return packedOf(t, append([]string{"word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body.String() + `</w:body></w:document>`}, more...)...)
}

// zeros is a stream of n bytes that says how many were asked for.
type zeros struct {
	n    int64
	read atomic.Int64
}

func (z *zeros) Read(p []byte) (int, error) {
	read := z.read.Load()
	if read >= z.n {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.n-read)
	clear(p[:n])
	z.read.Add(n)
	return int(n), nil
}

// TestBadPapersAreRefusedAndLeaveNothing sends to the register what may not come
// in, as files of a paper, within messages of the document axis and in archives:
// each is refused in words, and nothing of it is in the tables, among the files,
// in the log or on the page.
func TestBadPapersAreRefusedAndLeaveNothing(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]func(*testing.T) string{"sqlite": func(*testing.T) string { return "" }, "postgres": postgresAddress} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refusePapers(t, openRegistry(t, address(t)))
		})
	}
}

// TestHugePapersStaySmall sends 500 MB to where papers come in: they are refused
// before they are read. It runs alone, since it looks at the memory of the whole
// program.
func TestHugePapersStaySmall(t *testing.T) {
	for name, address := range map[string]func(*testing.T) string{"sqlite": func(*testing.T) string { return "" }, "postgres": postgresAddress} {
		t.Run(name, func(t *testing.T) {
			r := openRegistry(t, address(t))
			files, axis := "/documents/"+string(r.paper)+"/files", "/documents/messages"
			before := r.holds(t)
			for to, limit := range map[string]int64{files: 1 << 20, axis: 5 << 19} {
				field, value := "role", "original"
				if to == axis {
					field, value = "unit", r.root
				}
				big := &zeros{n: 500 << 20}
				grown := watchMemory(t)
				status, body := r.send(t, to, field, value, "a.pdf", big)
				if heap := grown(); status != http.StatusRequestEntityTooLarge || big.read.Load() > limit+16<<20 || heap > 64<<20 {
					t.Errorf("500 MB to %s: %d after %d bytes, %d of memory, %.300s", to, status, big.read.Load(), heap, body)
				}
				if after := r.holds(t); after != before {
					t.Fatalf("500 MB: kept:\n%s\nbefore:\n%s", after, before)
				}
			}
		})
	}
}

// hidden is what marked papers say here: it may turn up nowhere.
const hidden = "Chiến dịch Sao Khuê"

func refusePapers(t *testing.T, r *registry) {
	plain := word(t, []string{"Nội dung thường"})
	marked := word(t, []string{"UBND TỈNH MẪU", "TUYỆT MẬT", hidden})
	locked := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"...)
	lockedPDF := []byte("%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n2 0 obj\n<</Filter/Standard/V 2/R 3/O(x)/U(y)/P -44>>\nendobj\ntrailer\n<</Root 1 0 R/Encrypt 2 0 R>>\nstartxref\n9\n%%EOF\n")
	bomb := word(t, []string{"a"}, "word/media/x.bin", strings.Repeat("\x00", 64<<20))
	message := func(file string, data []byte, content string) []byte {
		m := edxml.Message{Dialect: edxml.National, From: edxml.Organ{ID: "G09", Name: "Bộ Công an"}, To: []edxml.Organ{{ID: "H99"}}, DocumentID: "x", Number: "8", Notation: "BCA",
			Date: calendar.DateOf(t0), Subject: "Giao nhiệm vụ tiếp", Content: content, Attachments: []edxml.Attachment{{Name: "cv.docx", Data: plain}, {Name: file, Data: data}}}
		return must(m.Write())(t)
	}
	files, axis := "/documents/"+string(r.paper)+"/files", "/documents/messages"
	before := r.holds(t)
	for name, c := range map[string]struct {
		to, file string
		data     []byte
		say      string
	}{
		"a bomb":                         {files, "a.docx", bomb, "bung ra quá lớn"},
		"a locked DOCX":                  {files, "a.docx", locked, "có mật khẩu"},
		"a locked PDF":                   {files, "a.pdf", lockedPDF, "có mật khẩu"},
		"a macro file":                   {files, "a.docm", word(t, []string{"x"}, "word/vbaProject.bin", "Sub"), "macro"},
		"a macro in a DOCX":              {files, "a.docx", word(t, []string{"x"}, "word/vbaProject.bin", "Sub"), "macro"},
		"stamped as text":                {files, "a.docx", marked, "dấu độ mật"},
		"stamped by its name":            {files, "Kế hoạch Sao Khuê (MẬT).docx", plain, "Tên tệp cho thấy"},
		"stamped within another":         {files, "a.docx", word(t, []string{"x"}, "word/embeddings/b.docx", string(marked)), "dấu độ mật"},
		"an archive of papers":           {files, "a.zip", packedOf(t, "Sao Khuê.docx", string(marked)), "không được nhận"},
		"a bomb in a message":            {axis, "m.edxml", message("b.docx", bomb, ""), "bung ra quá lớn"},
		"a locked DOCX in a message":     {axis, "m.edxml", message("b.docx", locked, ""), "có mật khẩu"},
		"a locked PDF in a message":      {axis, "m.edxml", message("b.pdf", lockedPDF, ""), "có mật khẩu"},
		"a macro in a message":           {axis, "m.edxml", message("b.docm", word(t, []string{"x"}, "word/vbaProject.bin", "Sub"), ""), "macro"},
		"stamped in a message":           {axis, "m.edxml", message("b.docx", marked, ""), "dấu độ mật"},
		"stamped by name in a message":   {axis, "m.edxml", message("Sao Khuê (TỐI MẬT).docx", plain, ""), "độ mật"},
		"stamped head of a message":      {axis, "m.edxml", message("b.docx", plain, "TỐI MẬT"), "dấu độ mật"},
		"stamped in a packed message":    {axis, "m.zip", packedOf(t, "m.edxml", string(message("b.docx", marked, hidden))), "dấu độ mật"},
		"stamped by name in an archive":  {axis, "m.zip", packedOf(t, "Sao Khuê (MẬT).edxml", string(message("b.docx", plain, ""))), "Tên tệp cho thấy"},
		"a bomb around a message":        {axis, "m.zip", packedOf(t, "m.edxml", "<a>"+strings.Repeat(" ", 64<<20)+"</a>"), ""},
		"several in an archive":          {axis, "m.zip", packedOf(t, "m.edxml", string(message("b.docx", plain, "")), "n.docx", string(marked)), "đúng một thông điệp"},
		"an archive within a message":    {axis, "m.edxml", message("b.zip", packedOf(t, "1.docx", string(marked), "2.docx", string(marked)), ""), "không được nhận"},
		"entities that unfold":           {axis, "m.xml", []byte("<!DOCTYPE a [<!ENTITY x '" + hidden + "'>]><a>&x;&x;</a>"), "bung ra quá lớn"},
		"no message at all":              {axis, "m.xml", []byte("<a>" + hidden + "</a>"), "không phải thông điệp"},
		"something that is no file here": {axis, "m.exe", []byte("MZ\x00\x01\x02\x03"), "không được nhận"},
	} {
		field, value := "role", "original"
		if c.to == axis {
			field, value = "unit", r.root
		}
		status, body := r.send(t, c.to, field, value, c.file, bytes.NewReader(c.data))
		want := http.StatusUnprocessableEntity
		if c.say == "" {
			want, c.say = http.StatusRequestEntityTooLarge, "2,6 MB"
		}
		if status != want || !strings.Contains(body, c.say) {
			t.Errorf("%s: %d, %q is not said", name, status, c.say)
		}
		if strings.Contains(body, hidden) || strings.Contains(body, "Sao Khuê") {
			t.Errorf("%s: the page shows what was refused", name)
		}
		if after := r.holds(t); after != before {
			t.Fatalf("%s: kept:\n%s\nbefore:\n%s", name, after, before)
		}
	}
	if said := r.log.String(); strings.Contains(said, "Sao Khuê") || strings.Contains(said, "Khu\\u") || !strings.Contains(said, "/documents/messages") {
		t.Errorf("the log says %.2000s", said)
	}
	var trail []string
	if err := r.Records.Read().NewRaw("SELECT detail FROM audit_entry WHERE action = 'document.refuse'").Scan(context.WithoutCancel(t.Context()), &trail); err != nil || len(trail) < 7 {
		t.Errorf("%d refusals in the trail, %v", len(trail), err)
	}
	for _, s := range trail {
		if strings.Contains(s, "Sao") || strings.Contains(s, "docx") {
			t.Errorf("the trail says %s", s)
		}
	}
	if status, _ := r.send(t, axis, "unit", r.root, "m.edxml", bytes.NewReader(message("b.docx", plain, ""))); status != http.StatusSeeOther {
		t.Errorf("a good message: %d", status)
	}
	if status, _ := r.send(t, files, "role", "original", "a.docx", bytes.NewReader(plain)); status != http.StatusSeeOther {
		t.Errorf("a good file: %d", status)
	}
}
