// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"net/http"
	"strings"
	"time"

	"github.com/pquerna/otp"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type secondPage struct {
	Account  Account
	Left     int64 // unused recovery codes
	Must     bool  // it is required, and nothing else is possible before
	Proposal Enrolment
	QR       string // data: URI of a PNG
	Errors   map[string]string
	now      time.Time
}

// second handles GET /account/second-factor: how it stands, and the way to
// begin.
func (p *Pages) second(w http.ResponseWriter, r *http.Request) error {
	return p.renderSecond(w, r, http.StatusOK, secondPage{})
}

func (p *Pages) renderSecond(w http.ResponseWriter, r *http.Request, status int, v secondPage) error {
	ctx := r.Context()
	var err error
	if v.Account, err = p.svc.Me(ctx); err != nil {
		return err
	}
	if v.Left, err = p.svc.CodesLeft(ctx, v.Account.ID); err != nil {
		return err
	}
	actor, _ := auth.From(ctx)
	v.Must, v.now = actor.Confined != "", p.svc.Now()
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "account.second.title"), Body: secondView(v), Bare: v.Must})
}

// secondBegin handles POST /account/second-factor/begin. Form: password.
func (p *Pages) secondBegin(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	e, err := p.svc.BeginSecond(ctx, r.PostFormValue("password"), i18n.T(ctx, "ui.brand"))
	return p.enrolling(w, r, http.StatusOK, e, err, nil)
}

// enrolling shows the code to photograph, or the first form again.
func (p *Pages) enrolling(w http.ResponseWriter, r *http.Request, status int, e Enrolment, err error, bad map[string]string) error {
	ctx := r.Context()
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderSecond(w, r, http.StatusUnprocessableEntity, secondPage{Errors: errs})
	}
	if err != nil {
		return err
	}
	qr, err := picture(e.URL)
	if err != nil {
		return err
	}
	return p.renderSecond(w, r, status, secondPage{Proposal: e, QR: qr, Errors: bad})
}

// picture is the QR code of a text.
func picture(text string) (string, error) {
	key, err := otp.NewKeyFromURL(text)
	if err != nil {
		return "", fmt.Errorf("second factor: %w", err)
	}
	img, err := key.Image(240, 240)
	if err != nil {
		return "", fmt.Errorf("second factor: %w", err)
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return "", fmt.Errorf("second factor: %w", err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(buf.Bytes()), nil
}

// secondPost handles POST /account/second-factor. Form: sealed, code. The
// recovery codes are shown once.
func (p *Pages) secondPost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	sealed := r.PostFormValue("sealed")
	a, codes, err := p.svc.ConfirmSecond(ctx, sealed, r.PostFormValue("code"))
	if errs := web.Errors(ctx, err); errs["code"] != "" {
		e, err := p.svc.ProposedSecond(ctx, sealed, i18n.T(ctx, "ui.brand"))
		return p.enrolling(w, r, http.StatusUnprocessableEntity, e, err, errs)
	} else if errs != nil {
		return p.renderSecond(w, r, http.StatusUnprocessableEntity, secondPage{Errors: errs})
	}
	if err != nil {
		return err
	}
	if err := p.site.SignIn(ctx, string(a.ID), a.Epoch); err != nil { // all sessions ended
		return err
	}
	return p.renderCodes(w, r, codes)
}

func (p *Pages) renderCodes(w http.ResponseWriter, r *http.Request, codes []string) error {
	ctx := r.Context()
	a, err := p.svc.Me(ctx)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "account.codes.title"), Body: codesView(a, codes, p.svc.Now()), Bare: true})
}

// secondCodes handles POST /account/second-factor/codes. Form: password.
func (p *Pages) secondCodes(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	codes, err := p.svc.NewCodes(ctx, r.PostFormValue("password"))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderSecond(w, r, http.StatusUnprocessableEntity, secondPage{Errors: errs})
	}
	if err != nil {
		return err
	}
	return p.renderCodes(w, r, codes)
}

// secondDrop handles POST /account/second-factor/drop. Form: password.
func (p *Pages) secondDrop(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, err := p.svc.DropSecond(ctx, r.PostFormValue("password"))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderSecond(w, r, http.StatusUnprocessableEntity, secondPage{Errors: errs})
	}
	if err == nil {
		err = p.site.SignIn(ctx, string(a.ID), a.Epoch)
	}
	return p.say(w, r, err, SecondFactorPath, "account.flash.dropped")
}

// grouped parts a secret in fours, for typing.
func grouped(s string) string {
	var b strings.Builder
	for i, c := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// second is how the factor of an account stands.
func secondBadge(on bool, yes, no string) ui.BadgeProps {
	if on {
		return ui.BadgeProps{Text: yes, Tone: ui.OK}
	}
	return ui.BadgeProps{Text: no, Tone: ui.NoData}
}
