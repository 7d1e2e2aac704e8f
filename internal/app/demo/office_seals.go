// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/centre/esign"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/signature"
)

// authorityName is who gave the certificates; nobody outside the demo trusts it.
const authorityName = "Tổ chức chứng thực GIẢ ĐỊNH (bản dùng thử)"

// card is what the director signs with. Its key is kept nowhere: it is gone when
// the demo has begun.
type card struct {
	by        signature.Identity
	authority *x509.Certificate
}

// newCard makes an authority and a certificate of it.
func (p *Province) newCard(at time.Time) (*card, error) {
	root, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	above := &x509.Certificate{SerialNumber: big.NewInt(at.UnixMilli()), Subject: pkix.Name{CommonName: authorityName, Country: []string{"VN"}},
		NotBefore: at.AddDate(-2, 0, 0), NotAfter: at.AddDate(8, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	raw, err := x509.CreateCertificate(rand.Reader, above, above, root.Public(), root)
	if err != nil {
		return nil, err
	}
	if above, err = x509.ParseCertificate(raw); err != nil {
		return nil, err
	}
	who := p.Person(Director)
	own := &x509.Certificate{SerialNumber: big.NewInt(at.UnixMilli() + 1), Subject: pkix.Name{CommonName: who.Name, Organization: []string{p.Unit(centreCode).Name}, Country: []string{"VN"}},
		NotBefore: at.AddDate(-1, 0, 0), NotAfter: at.AddDate(2, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature}
	if raw, err = x509.CreateCertificate(rand.Reader, own, above, key.Public(), root); err != nil {
		return nil, err
	}
	if own, err = x509.ParseCertificate(raw); err != nil {
		return nil, err
	}
	return &card{signature.Identity{Key: key, Chain: []*x509.Certificate{own}}, above}, nil
}

func (c *card) sign(file []byte, at time.Time) ([]byte, error) {
	return signature.SignPDF(file, signature.Signing{By: c.by, At: at})
}

func pemOf(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

// certificates fills the register: one that is used, one nobody was seen to use,
// one that has ended.
func (d *desk) certificates(ctx context.Context) error {
	var n int64
	err := d.as(ctx, CentreOfficer, func(ctx context.Context) (err error) {
		n, err = d.c.Certificates(ctx)
		return err
	})
	if err != nil || n > 0 {
		return err
	}
	if d.card, err = d.p.newCard(d.at); err != nil {
		return err
	}
	if err := d.as(ctx, founder, func(ctx context.Context) error { return d.c.Trust(ctx, pemOf(d.card.authority)) }); err != nil {
		return err
	}
	list, err := d.p.certificatesXLSX(d.today)
	if err != nil {
		return err
	}
	file, err := d.p.print(scriptedPaper{text: "Văn bản ký thử (giả định)", to: []string{"", ""}}, d.at)
	if err != nil {
		return err
	}
	signed, err := d.card.sign(file, d.at.Add(-time.Hour))
	if err != nil {
		return err
	}
	return d.as(ctx, CentreOfficer, func(ctx context.Context) error {
		own := esign.Incoming{Unit: d.units[centreCode], Kind: esign.Personal, Data: pemOf(d.card.by.Chain[0])}
		if err := d.c.AddCertificates(ctx, own); err != nil {
			return err
		}
		own.Data = list
		if err := d.c.AddCertificates(ctx, own); err != nil {
			return err
		}
		return d.c.CheckFile(ctx, signed)
	})
}

// certificatesXLSX is a list of certificates as a unit sends it.
func (p *Province) certificatesXLSX(today calendar.Date) ([]byte, error) {
	f := excelize.NewFile()
	day := func(years int) string {
		return fmt.Sprintf("%02d/%02d/%d", min(today.Day, 28), today.Month, today.Year+years)
	}
	rows := [][]any{{"STT", "Họ và tên", "Số serial", "Tổ chức cung cấp", "Hiệu lực từ", "Hiệu lực đến", "Tên đơn vị"},
		{1, p.Unit("GD19").Head.Name, "0A11FF01", authorityName, day(-1), day(2), p.Unit("GD19").Name},
		{2, p.Unit("GD06").Head.Name, "0A11FF02", authorityName, day(-4), day(-1), p.Unit("GD06").Name}}
	var errs []error
	for i := range rows {
		errs = append(errs, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &rows[i]))
	}
	var b bytes.Buffer
	errs = append(errs, f.Write(&b), f.Close())
	return b.Bytes(), errors.Join(errs...)
}
