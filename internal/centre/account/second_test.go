// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// phone is the code a telephone with secret shows at a moment.
func phone(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// enrol gives the person of ctx a second factor.
func (h *house) enrol(t *testing.T, ctx context.Context) (a account.Account, secret string, codes []string) {
	t.Helper()
	e, err := h.BeginSecond(ctx, phrase, "Test")
	if err != nil {
		t.Fatal(err)
	}
	if a, codes, err = h.ConfirmSecond(ctx, e.Sealed, phone(t, e.Secret, h.now)); err != nil {
		t.Fatal(err)
	}
	return a, e.Secret, codes
}

func TestEnrolmentNeedsPasswordAndCode(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, a := h.begin(t)
		other, _ := h.admit(t, ctx, "an.nv", "a")
		if _, err := h.BeginSecond(ctx, "sai mật khẩu rồi", "T"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a wrong password: %v", err)
		}
		e, err := h.BeginSecond(ctx, phrase, "Vọng Gác")
		if err != nil || !strings.HasPrefix(e.URL, "otpauth://totp/") {
			t.Fatalf("%+v, %v", e, err)
		}
		if _, _, err := h.ConfirmSecond(ctx, e.Sealed, phone(t, e.Secret, h.now.Add(time.Hour))); fault.Of(err).Fields["code"] == "" {
			t.Errorf("a wrong code: %v", err)
		}
		if _, _, err := h.ConfirmSecond(other, e.Sealed, phone(t, e.Secret, h.now)); fault.Of(err).Msg != "account.bad.second_gone" {
			t.Errorf("another's proposal: %v", err)
		}
		got, codes, err := h.ConfirmSecond(ctx, e.Sealed, phone(t, e.Secret, h.now))
		if err != nil || len(codes) != 10 || got.SecondAt.IsZero() {
			t.Fatalf("%+v %v, %v", got, codes, err)
		}
		if _, err := h.Actor(ctx, string(a.ID), a.Epoch); !fault.Is(err, fault.SignedOut) {
			t.Errorf("sessions without second step go on: %v", err)
		}
		var rows []string
		if err := h.store.Read().NewRaw("SELECT second_secret FROM account UNION SELECT code FROM account_recovery").Scan(ctx, &rows); err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if strings.Contains(r, e.Secret) || strings.Contains(strings.Join(codes, " "), r) && r != "" {
				t.Errorf("kept in the clear: %s", r)
			}
		}
	})
}

func TestEachCodeIsGoodOnceAndAStepToEitherSide(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		a, secret, _ := h.enrol(t, ctx)
		try := func(code string) error {
			got, err := h.SignIn(ctx, a.Login, phrase)
			if err != nil {
				t.Fatal(err)
			}
			_, err = h.SecondStep(ctx, got.ID, got.Epoch, code)
			return err
		}
		if err := try(phone(t, secret, h.now)); fault.Of(err).Msg != "account.bad.code" {
			t.Errorf("the code that enrolled, again: %v", err)
		}
		h.now = h.now.Add(5 * time.Minute)
		for _, off := range []time.Duration{-60 * time.Second, 60 * time.Second} {
			if err := try(phone(t, secret, h.now.Add(off))); fault.Of(err).Msg != "account.bad.code" {
				t.Errorf("two steps off (%s): %v", off, err)
			}
		}
		if err := try(phone(t, secret, h.now.Add(-30*time.Second))); err != nil {
			t.Errorf("a step behind: %v", err)
		}
		if err := try(" " + phone(t, secret, h.now)[:3] + " " + phone(t, secret, h.now)[3:]); err != nil {
			t.Errorf("the present step, typed with spaces: %v", err)
		}
		if err := try(phone(t, secret, h.now.Add(-30*time.Second))); err == nil {
			t.Error("an earlier step after a later one")
		}
		if err := try(phone(t, secret, h.now.Add(30*time.Second))); err != nil {
			t.Errorf("a step ahead: %v", err)
		}
		if err := try(phone(t, secret, h.now.Add(30*time.Second))); err == nil {
			t.Error("the same step again")
		}
	})
}

func TestRecoveryCodesAreGoodOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		a, _, codes := h.enrol(t, ctx)
		typed := strings.ToLower(strings.ReplaceAll(codes[3], "-", " "))
		if _, err := h.SecondStep(ctx, a.ID, a.Epoch, typed); err != nil {
			t.Fatalf("as people type it: %v", err)
		}
		if _, err := h.SecondStep(ctx, a.ID, a.Epoch, codes[3]); fault.Of(err).Msg != "account.bad.code" {
			t.Errorf("again: %v", err)
		}
		if n, err := h.CodesLeft(ctx, a.ID); n != 9 || err != nil {
			t.Errorf("%d left, %v", n, err)
		}
		me := auth.With(ctx, a.Actor())
		if _, err := h.NewCodes(me, phrase); err != nil {
			t.Fatal(err)
		}
		if _, err := h.SecondStep(ctx, a.ID, a.Epoch, codes[4]); fault.Of(err).Msg != "account.bad.code" {
			t.Errorf("an old code after new ones: %v", err)
		}
	})
}

func TestWrongCodesWaitWhateverThePassword(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		a, secret, _ := h.enrol(t, ctx)
		h.now = h.now.Add(5 * time.Minute)
		for range 5 {
			if _, err := h.SignIn(ctx, a.Login, phrase); err != nil { // the right password takes nothing back
				t.Fatal(err)
			}
			if _, err := h.SecondStep(ctx, a.ID, a.Epoch, "000000x"); fault.Of(err).Msg != "account.bad.code" {
				t.Fatalf("wrong code: %v", err)
			}
		}
		if _, err := h.SecondStep(ctx, a.ID, a.Epoch, phone(t, secret, h.now)); fault.Of(err).Msg != "account.bad.wait" {
			t.Errorf("the right code while waiting: %v", err)
		}
		if _, err := h.SignIn(ctx, a.Login, phrase); fault.Of(err).Msg != "account.bad.wait" {
			t.Errorf("the password while waiting: %v", err)
		}
	})
}

func TestAClockPutBackIsSaid(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		a, secret, codes := h.enrol(t, ctx)
		h.now = h.now.Add(-24 * time.Hour)
		if _, err := h.SecondStep(ctx, a.ID, a.Epoch, phone(t, secret, h.now.Add(24*time.Hour))); fault.Of(err).Msg != "account.bad.clock" {
			t.Errorf("a code, a day back: %v", err)
		}
		got, err := h.SecondStep(ctx, a.ID, a.Epoch, codes[0])
		if err != nil || !got.ClockBack(h.now) {
			t.Errorf("a recovery code, a day back: %v; clock back %t", err, got.ClockBack(h.now))
		}
		_, b := h.admit(t, auth.With(ctx, a.Actor()), "an.nv", "a")
		h.now = t0.Add(time.Hour)
		if _, err := h.SignIn(ctx, b.Login, phrase); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			if _, err := h.SignIn(ctx, b.Login, "sai"); err == nil {
				t.Fatal("wrong password let in")
			}
		}
		h.now = h.now.Add(-24 * time.Hour) // the wait set by the later clock holds nobody for a day
		got, err = h.SignIn(ctx, b.Login, phrase)
		if err != nil || !got.ClockBack(h.now) {
			t.Errorf("a password, a day back: %v; clock back %t", err, got.ClockBack(h.now))
		}
	})
}

// TestWhoIsMoreElsewhereIsNotShutOut has an administrator of one unit act on
// somebody of that unit who also holds a role above it.
func TestWhoIsMoreElsewhereIsNotShutOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		inA, _ := h.admit(t, ctx, "quan.a", "a", auth.Administrator)
		_, an := h.admit(t, ctx, "an.nv", "a", auth.UnitOfficer)
		if err := h.Give(ctx, an.ID, account.Held{Grant: auth.Grant{Role: auth.Duty, Unit: "root"}}); err != nil {
			t.Fatal(err)
		}
		if err := h.SetDisabled(inA, an.ID, an.Version, true); !fault.Is(err, fault.Forbidden) {
			t.Errorf("disabled from below: %v", err)
		}
		if _, err := h.EndSessions(inA, an.ID, "", ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("sessions ended from below: %v", err)
		}
		if err := h.Withdraw(ctx, an.ID, auth.Grant{Role: auth.Duty, Unit: "root"}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.EndSessions(inA, an.ID, "", ""); err != nil {
			t.Errorf("sessions of one's own: %v", err)
		}
		if err := h.SetDisabled(inA, an.ID, an.Version, true); err != nil {
			t.Errorf("disabled by the own administrator: %v", err)
		}
	})
}

func TestALostTelephoneIsReset(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, me := h.begin(t)
		inA, an := h.admit(t, ctx, "an.nv", "a", auth.UnitOfficer)
		an, _, codes := h.enrol(t, inA)
		inB, _ := h.admit(t, ctx, "chi.lt", "b", auth.Administrator)
		if err := h.ResetSecond(ctx, an.ID, "mất"); fault.Of(err).Fields["reason"] == "" {
			t.Errorf("without reason: %v", err)
		}
		if err := h.ResetSecond(inB, an.ID, "mất điện thoại ngoài chợ"); !fault.Is(err, fault.NotFound) {
			t.Errorf("by an administrator elsewhere: %v", err)
		}
		if err := h.ResetSecond(ctx, me.ID, "mất điện thoại ngoài chợ"); !fault.Is(err, fault.Conflict) {
			t.Errorf("by oneself: %v", err)
		}
		if err := h.ResetSecond(ctx, an.ID, "mất điện thoại ngoài chợ"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.SecondStep(ctx, an.ID, an.Epoch+1, codes[0]); !fault.Is(err, fault.SignedOut) {
			t.Errorf("an old recovery code: %v", err)
		}
		got, err := h.SignIn(ctx, an.Login, phrase)
		if err != nil || !got.SecondAt.IsZero() || got.SignedInAt != h.now {
			t.Errorf("after the reset: %+v, %v", got, err)
		}
		rows, err := audit.Of(ctx, h.store, "account", string(an.ID), 2)
		if err != nil || rows[1].Action != "account.second_reset" || !strings.Contains(rows[1].Detail, "ngoài chợ") {
			t.Errorf("history %+v, %v", rows, err)
		}
	})
}

func TestWhoMustEnrolGetsNothingElseAfterTheGrace(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, a := h.begin(t)
		if _, err := h.SignIn(ctx, a.Login, phrase); err != nil {
			t.Fatal(err)
		}
		h.now = t0.AddDate(0, 0, 7).Add(-time.Millisecond)
		if actor, err := h.Actor(ctx, string(a.ID), a.Epoch); err != nil || actor.Confined != "" || len(actor.Grants) != 2 {
			t.Errorf("within the grace: %+v, %v", actor, err)
		}
		h.now = t0.AddDate(0, 0, 7)
		actor, err := h.Actor(ctx, string(a.ID), a.Epoch)
		if err != nil || actor.Confined != account.SecondFactorPath || len(actor.Grants) != 0 {
			t.Fatalf("after the grace: %+v, %v", actor, err)
		}
		a, _, _ = h.enrol(t, auth.With(ctx, actor))
		if actor, err := h.Actor(ctx, string(a.ID), a.Epoch); err != nil || actor.Confined != "" || len(actor.Grants) != 2 {
			t.Errorf("enrolled: %+v, %v", actor, err)
		}
		if _, err := h.DropSecond(auth.With(ctx, a.Actor()), phrase); fault.Of(err).Msg != "account.bad.second_required" {
			t.Errorf("taking a required factor away: %v", err)
		}
	})
}

func TestPoliciesAreForTheCentreAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		inA, _ := h.admit(t, ctx, "an.nv", "a", auth.Administrator)
		p, err := h.Policies(ctx)
		if err != nil || p.Second.GraceDays != 7 || p.Glass.Hours != 4 {
			t.Fatalf("%+v, %v", p, err)
		}
		if err := h.SetPolicies(inA, p); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an administrator of a unit: %v", err)
		}
		_, an := h.admit(t, ctx, "binh.tt", "a", auth.Duty)
		p.Second.Roles, p.Second.GraceDays = append(p.Second.Roles, auth.Duty), 0
		if err := h.SetPolicies(ctx, p); err != nil {
			t.Fatal(err)
		}
		if err := h.SetPolicies(ctx, p); !fault.Is(err, fault.Conflict) {
			t.Errorf("from a stale page: %v", err)
		}
		if actor, err := h.Actor(ctx, string(an.ID), an.Epoch); err != nil || actor.Confined == "" {
			t.Errorf("without grace: %+v, %v", actor, err)
		}
		p.Second.GraceDays, p.Glass.Hours, p.Glass.Roles = 99, 0, []auth.Role{auth.Administrator}
		if err := h.SetPolicies(ctx, p); len(fault.Of(err).Fields) != 3 {
			t.Errorf("values out of bounds: %v", err)
		}
	})
}

// TestPoliciesOfOneCentreAreNotThoseOfAnother stores a policy in one, reads it,
// and finds the standard in the other.
func TestPoliciesOfOneCentreAreNotThoseOfAnother(t *testing.T) {
	t.Parallel()
	here, there := open(dbtest.SQLite(t, schema...)), open(dbtest.SQLite(t, schema...))
	ctx, _ := here.begin(t)
	p, err := here.Policies(ctx)
	if err != nil {
		t.Fatal(err)
	}
	p.Second.Roles, p.Glass.Roles = []auth.Role{auth.Viewer}, []auth.Role{auth.Leader}
	if err := here.SetPolicies(ctx, p); err != nil {
		t.Fatal(err)
	}
	if p, err = here.Policies(ctx); err != nil || !slices.Equal(p.Second.Roles, []auth.Role{auth.Viewer}) {
		t.Fatalf("%+v, %v", p, err)
	}
	ctx, _ = there.begin(t)
	p, err = there.Policies(ctx)
	if err != nil || !slices.Equal(p.Second.Roles, []auth.Role{auth.Administrator}) || !slices.Equal(p.Glass.Roles, []auth.Role{auth.Centre, auth.Duty}) {
		t.Errorf("the other centre has %+v, %v", p, err)
	}
}

// TestTheStepsOfTheStandard holds RFC 6238 Appendix B, SHA-1, cut to six
// digits.
func TestTheStepsOfTheStandard(t *testing.T) {
	t.Parallel()
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // "12345678901234567890"
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"} {
		if step, ok := account.StepOf(secret, want, time.Unix(at, 0), 0); !ok || step != at/30 {
			t.Errorf("at %d: step %d, %t", at, step, ok)
		}
		if _, ok := account.StepOf(secret, want, time.Unix(at, 0), at/30); ok {
			t.Errorf("at %d: replayed", at)
		}
	}
}
