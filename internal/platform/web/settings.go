// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

const (
	langCookie  = "vonggac_lang"
	themeCookie = "vonggac_theme"
)

// own are the routes every site has.
func (s *Site) own() []Route {
	return []Route{
		{Pattern: "POST " + ui.LanguagePath, Access: Public, Handle: s.setLanguage},
		{Pattern: "POST " + ui.ThemePath, Access: Public, Handle: s.setTheme},
		{Pattern: "GET " + ui.ScopePath, Access: SignedIn, Handle: s.chooseScope},
		{Pattern: "POST " + ui.ScopePath, Access: SignedIn, Handle: s.setScope},
		{Pattern: "POST " + ui.SignOutPath, Access: Public, Handle: s.signOut},
	}
}

func (s *Site) setLanguage(w http.ResponseWriter, r *http.Request) error {
	s.keep(w, langCookie, string(i18n.Parse(r.PostFormValue("lang"))))
	http.Redirect(w, r, Back(r.PostFormValue("back")), http.StatusSeeOther)
	return nil
}

func (s *Site) setTheme(w http.ResponseWriter, r *http.Request) error {
	choice := ui.Theme(r.PostFormValue("theme"))
	if !slices.Contains([]ui.Theme{ui.ThemeLight, ui.ThemeDark}, choice) {
		choice = ui.ThemeAuto
	}
	s.keep(w, themeCookie, string(choice))
	http.Redirect(w, r, Back(r.PostFormValue("back")), http.StatusSeeOther)
	return nil
}

func (s *Site) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.SignOut(r.Context()); err != nil {
		return err
	}
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
	return nil
}

func (s *Site) keep(w http.ResponseWriter, name, value string) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
		HttpOnly: true, Secure: s.cfg.Secure, SameSite: http.SameSiteLaxMode})
}

// language is the reader's choice, else the centre's, else what the browser
// prefers, else Vietnamese.
func (s *Site) language(r *http.Request) i18n.Language {
	if c, err := r.Cookie(langCookie); err == nil {
		return i18n.Parse(c.Value)
	}
	if s.cfg.Language != nil {
		if lang := s.cfg.Language(r.Context()); lang != "" {
			return lang
		}
	}
	for tag := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag = strings.ToLower(strings.TrimSpace(tag))
		switch {
		case strings.HasPrefix(tag, "vi"):
			return i18n.Vietnamese
		case strings.HasPrefix(tag, "en"):
			return i18n.English
		}
	}
	return i18n.Vietnamese
}

func theme(r *http.Request) ui.Theme {
	c, err := r.Cookie(themeCookie)
	if err != nil {
		return ui.ThemeAuto
	}
	return ui.Theme(c.Value)
}

// Caller is the address a request came from: the peer's, or behind a trusted
// proxy the last address in X-Forwarded-For that is not itself a trusted
// proxy. It is the zero Addr when none can be read.
func (s *Site) Caller(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	addr = addr.Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !s.trusted(addr) {
			break
		}
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		addr = next.Unmap()
	}
	return addr
}

func (s *Site) trusted(a netip.Addr) bool {
	return slices.ContainsFunc(s.cfg.Proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}
