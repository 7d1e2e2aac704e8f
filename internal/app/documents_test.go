// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	register "github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
	"github.com/vonggac/vonggac/internal/platform/signature"
)

// TestASignedPaperIsComparedWithWhatWasGiven signs a print outside the product
// and brings back the file, another paper, and a file with one byte changed.
func TestASignedPaperIsComparedWithWhatWasGiven(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), func() time.Time { return t0 })
	h.shut(t)
	ctx := i18n.With(h.found(t), must(i18n.Load(app.Messages()...))(t), i18n.Vietnamese)
	print := func(text string) []byte {
		var out bytes.Buffer
		err := officedoc.WritePDF(&out, officedoc.Paper{Issuer: "Ủy ban nhân dân xã An", Kind: "Báo cáo", Subject: "Thử", Body: []officedoc.Block{officedoc.Text(text)}})
		if err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	card := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Nguyễn Văn Ký"}, NotBefore: t0.Add(-time.Hour),
		NotAfter: t0.Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature}
	cert := must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, card, card, key.Public(), key))(t)))(t)
	sign := func(data []byte) []byte {
		return must(signature.SignPDF(data, signature.Signing{By: signature.Identity{Key: key, Chain: []*x509.Certificate{cert}}, At: t0}))(t)
	}
	given := print("Xã có 12 máy.")
	signed := sign(given)
	broken := bytes.Clone(signed)
	broken[bytes.Index(broken, []byte("stream"))+12] ^= 1
	for name, k := range map[string]struct {
		file, original []byte
		bad            bool
		say            string
	}{
		"the same":         {signed, given, false, "đúng nội dung bản gốc"},
		"another paper":    {sign(print("Xã có 99 máy.")), given, false, "khác bản gốc"},
		"one byte":         {broken, given, true, "đã bị sửa"},
		"without a mark":   {given, given, false, "Không có chữ ký số"},
		"no original":      {signed, nil, false, "Nguyễn Văn Ký: Chưa rõ tổ chức chứng thực"},
		"not a PDF at all": {[]byte("%PDF-1.7 nothing"), nil, false, "Không đọc được"},
	} {
		var original io.Reader
		if k.original != nil {
			original = bytes.NewReader(k.original)
		}
		got, err := h.Rooms.Documents.Verify(ctx, register.File{Kind: paperfile.PDF, Role: register.SignedFile}, bytes.NewReader(k.file), original)
		if err != nil || got.OK || got.Bad != k.bad || !strings.Contains(got.Text, k.say) { // nobody is trusted yet, so none is OK
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
