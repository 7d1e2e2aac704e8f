// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notice

import (
	"context"
	"errors"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/notify"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

// This file holds what the people who run the centre do: set the mail server,
// try it, look after letters.

var mayConfigure = auth.Permission{Area: auth.Settings, Act: auth.Configure}

// operator refuses whoever does not run the whole centre: mail is everybody's.
func (s *Service) operator(ctx context.Context, op string) error {
	_, scope, err := auth.Need(ctx, op, mayConfigure)
	if err != nil {
		return err
	}
	root, err := s.Root(ctx)
	if err != nil {
		return err
	}
	holds, err := scope.Holds(ctx, s.Records.Read(), root)
	if err == nil && !holds {
		err = &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	return db.Error(op, err)
}

// Mail is how mail leaves, without the password. HasPassword says whether there
// is one.
func (s *Service) Mail(ctx context.Context) (conf notify.Settings, hasPassword bool, version int64, err error) {
	if err := s.operator(ctx, "notice.Mail"); err != nil {
		return conf, false, 0, err
	}
	conf, version, err = s.mail(ctx)
	hasPassword = conf.Password != ""
	conf.Password = ""
	return conf, hasPassword, version, err
}

// SetMail keeps how mail leaves. password is the new one; empty keeps the old
// one as long as host and user stay the same, so that nobody can send it to a
// server of their own. A change made meanwhile is fault.Conflict.
func (s *Service) SetMail(ctx context.Context, conf notify.Settings, password string, version int64) error {
	const op = "notice.SetMail"
	if err := s.operator(ctx, op); err != nil {
		return err
	}
	if err := conf.Check(); err != nil {
		return err
	}
	old, _, err := s.mail(ctx)
	if err != nil {
		return err
	}
	conf.Password = ""
	switch {
	case conf.User == "" || conf.Way != notify.SMTP:
	case password != "":
		conf.Password = s.Secrets.Seal(notify.Purpose, password)
	case old.Password != "" && old.Host == conf.Host && old.Port == conf.Port && old.User == conf.User:
		conf.Password = old.Password
	default:
		return fault.Bad(op, "password", "notice.bad.password")
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := setting.Put(ctx, tx, s.Now(), notify.SettingName, version, conf); err != nil {
			return err
		}
		return s.note(ctx, tx, "notice.mail", "setting", notify.SettingName, map[string]any{"way": conf.Way, "host": conf.Host,
			"port": conf.Port, "security": conf.Security, "user": conf.User, "from": conf.From, "password_changed": password != ""})
	})
}

// TryMail sends one letter to the address by what is kept, now, past the
// outbox. answer is what the server said when it did not take it; empty when it
// did. Mail that is off is fault.Conflict.
func (s *Service) TryMail(ctx context.Context, to string) (answer string, err error) {
	const op = "notice.TryMail"
	if err := s.operator(ctx, op); err != nil {
		return "", err
	}
	if !notify.Address(to) {
		return "", fault.Bad(op, "to", "notify.bad.from")
	}
	conf, _, err := s.mail(ctx)
	if err != nil {
		return "", err
	}
	sender, err := s.sender(conf)
	if err != nil {
		return "", err
	}
	if sender == nil {
		return "", &fault.Error{Kind: fault.Conflict, Op: op, Msg: "notice.err.mail_off"}
	}
	l := notify.Letter{ID: db.NewID(), To: to, Subject: i18n.T(ctx, "notice.try.subject"), Text: i18n.T(ctx, "notice.try.text") + "\r\n",
		Unsubscribe: s.Link(ChoicesPath), Date: s.Now()}
	bounded, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	err = sender.Send(bounded, l)
	if f, ok := errors.AsType[*notify.Failure](err); ok {
		answer, err = f.Answer, nil
	}
	if err != nil {
		return "", err
	}
	return answer, s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.note(ctx, tx, "notice.try", "setting", notify.SettingName, map[string]any{"taken": answer == "", "host": conf.Host})
	})
}

// Kept is how long notices and letters are kept.
func (s *Service) Kept(ctx context.Context) (Keep, int64, error) {
	if err := s.operator(ctx, "notice.Kept"); err != nil {
		return Keep{}, 0, err
	}
	return s.kept(ctx)
}

// SetKept changes how long notices and letters are kept.
func (s *Service) SetKept(ctx context.Context, k Keep, version int64) error {
	const op = "notice.SetKept"
	if err := s.operator(ctx, op); err != nil {
		return err
	}
	if k.Months < 1 || k.Months > 60 {
		return fault.Bad(op, "months", "notice.bad.months")
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := setting.Put(ctx, tx, s.Now(), KeepName, version, k); err != nil {
			return err
		}
		return s.note(ctx, tx, "notice.keep", "setting", KeepName, map[string]any{"months": k.Months})
	})
}

// Letters lists the outbox, the newest first.
func (s *Service) Letters(ctx context.Context, f notify.Filter) (rows []notify.Row, names map[string]string, total int64, err error) {
	const op = "notice.Letters"
	if err := s.operator(ctx, op); err != nil {
		return nil, nil, 0, err
	}
	if rows, total, err = s.outbox.List(ctx, f); err != nil {
		return nil, nil, 0, err
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.Recipient)
	}
	people, err := s.People(ctx, s.Records.Read(), ids)
	names = map[string]string{}
	for id, p := range people {
		names[id] = p.Name
	}
	return rows, names, total, err
}

// Days counts the letters of the last days, the latest first.
func (s *Service) Days(ctx context.Context, days int) ([]notify.Day, error) {
	if err := s.operator(ctx, "notice.Days"); err != nil {
		return nil, err
	}
	return s.outbox.Days(ctx, s.Now().AddDate(0, 0, -days))
}

// Retry makes letters due now that wait or have failed. One that does neither
// is fault.Conflict and none is changed.
func (s *Service) Retry(ctx context.Context, ids ...string) error {
	const op = "notice.Retry"
	if err := s.operator(ctx, op); err != nil {
		return err
	}
	return s.eachLetter(ctx, ids, func(ctx context.Context, tx *db.Tx, id string) error {
		if err := s.outbox.Retry(ctx, tx, id); err != nil {
			return err
		}
		return s.note(ctx, tx, "notice.retry", "letter", id, nil)
	})
}

// Drop ends letters unsent, with the reason.
func (s *Service) Drop(ctx context.Context, reason string, ids ...string) error {
	const op = "notice.Drop"
	if err := s.operator(ctx, op); err != nil {
		return err
	}
	reason = i18n.NFC(reason)
	return s.eachLetter(ctx, ids, func(ctx context.Context, tx *db.Tx, id string) error {
		if err := s.outbox.Drop(ctx, tx, id, reason); err != nil {
			return err
		}
		return s.note(ctx, tx, "notice.drop", "letter", id, map[string]any{"reason": reason})
	})
}

func (s *Service) eachLetter(ctx context.Context, ids []string, fn func(context.Context, *db.Tx, string) error) error {
	if len(ids) == 0 {
		return &fault.Error{Kind: fault.Invalid, Op: "notice.letters", Msg: "notice.err.none_chosen"}
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, id := range ids {
			if err := fn(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
}
