package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"bangban/identity"
	"bangban/kernel/fault"
	"bangban/store/storetest"
)

// cheap keeps tests fast: what is tested is the keeping, not the cost.
var cheap = identity.Cost{Memory: 64, Passes: 1, Threads: 1}

func TestAccounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		st := storetest.Open(t, source)
		at := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
		s, err := identity.New(st.Identity(), identity.Config{Now: func() time.Time { return at }, Secret: []byte("secret"), Cost: cheap})
		if err != nil {
			t.Fatal(err)
		}
		first, made, err := s.EnsureOperator(ctx)
		if err != nil || !made || len(first) != 14 {
			t.Fatalf("operator: %q, %t, %v", first, made, err)
		}
		if _, again, err := s.EnsureOperator(ctx); err != nil || again {
			t.Errorf("a second operator: %t, %v", again, err)
		}
		login := func(name, password, code string) (string, error) {
			_, token, err := s.Login(ctx, identity.Login{Name: name, Password: password, Code: code})
			return token, err
		}
		for _, wrong := range [][2]string{{"operator", "no"}, {"nobody", first}, {"", ""}} {
			_, err := login(wrong[0], wrong[1], "")
			wantKey(t, err, fault.Unauthorised, "login.wrong")
		}
		token, err := login("operator", first, "")
		if err != nil {
			t.Fatal(err)
		}
		a, session, err := s.Who(ctx, token)
		if err != nil || !a.MustChange || !a.Has(identity.Supervisor) || a.Number != "8001" || a.Failures != 0 {
			t.Fatalf("who: %+v, %v", a, err)
		}
		for fresh, key := range map[string]string{"short": "password.too_short", "password123456": "password.too_common", "operator-2026-x": "password.too_common", first: "password.same"} {
			wantKey(t, s.ChangePassword(ctx, a.ID, session.ID, first, fresh), fault.Invalid, key)
		}
		wantKey(t, s.ChangePassword(ctx, a.ID, session.ID, "wrong", "西湖边的一棵柳树下"), fault.Forbidden, "password.wrong")
		other, err := login("operator", first, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.ChangePassword(ctx, a.ID, session.ID, first, "西湖边的一棵柳树下面"); err != nil {
			t.Fatal(err)
		}
		_, _, err = s.Who(ctx, other)
		wantKey(t, err, fault.Unauthorised, "session.over") // others end, this one stays
		if a, _, err = s.Who(ctx, token); err != nil || a.MustChange {
			t.Fatalf("after the change: %+v, %v", a, err)
		}

		b, password, err := s.Add(ctx, "account:"+a.ID, identity.NewAccount{Name: "li", Roles: []identity.Role{identity.Agent}})
		if err != nil || b.Number != "8002" {
			t.Fatalf("%+v, %v", b, err)
		}
		if _, _, err := s.Add(ctx, "x", identity.NewAccount{Name: "li", Roles: []identity.Role{identity.Agent}}); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same name: %v", err)
		}
		if _, _, err := s.Add(ctx, "x", identity.NewAccount{Name: "wang", Roles: []identity.Role{"king"}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an unknown role: %v", err)
		}
		for range identity.Tries {
			_, _ = login("li", "wrong", "")
		}
		_, err = login("li", password, "")
		wantKey(t, err, fault.Unauthorised, "login.wrong") // locked, and it doesn't show
		at = at.Add(identity.LockTime + time.Second)
		if _, err = login("li", password, ""); err != nil {
			t.Errorf("after the lock: %v", err)
		}
		if _, err := s.Edit(ctx, "x", b.ID, func(a *identity.Account) { a.Disabled = true }); err != nil {
			t.Fatal(err)
		}
		_, err = login("li", password, "")
		wantKey(t, err, fault.Unauthorised, "login.wrong")
	})
}

func TestSecondFactorAndSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		at := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
		s, err := identity.New(storetest.Open(t, source).Identity(), identity.Config{Now: func() time.Time { return at }, Secret: []byte("secret"), Cost: cheap})
		if err != nil {
			t.Fatal(err)
		}
		a, password, err := s.Add(ctx, "x", identity.NewAccount{Name: "li", Roles: []identity.Role{identity.Agent}})
		if err != nil {
			t.Fatal(err)
		}
		uri, secret, sealed, err := s.StartTOTP(ctx, a.ID)
		if err != nil || !strings.HasPrefix(uri, "otpauth://totp/") || !strings.Contains(uri, secret) {
			t.Fatalf("%s, %v", uri, err)
		}
		if _, err := s.ConfirmTOTP(ctx, a.ID, sealed, "000000"); err == nil {
			t.Log("000000 was the code by chance") // one in a million, three times
		}
		codes, err := s.ConfirmTOTP(ctx, a.ID, sealed, identity.CodeAt(secret, at))
		if err != nil || len(codes) != 10 {
			t.Fatalf("%v, %v", codes, err)
		}
		login := func(code string) (string, error) {
			_, token, err := s.Login(ctx, identity.Login{Name: "li", Password: password, Code: code})
			return token, err
		}
		_, err = login("")
		wantKey(t, err, fault.Unauthorised, "login.code_needed")
		token, err := login(identity.CodeAt(secret, at))
		if err != nil {
			t.Fatal(err)
		}
		_, err = login(identity.CodeAt(secret, at))
		wantKey(t, err, fault.Unauthorised, "login.code_wrong") // a code works once
		if _, err := login(codes[3]); err != nil {
			t.Errorf("recovery: %v", err)
		}
		_, err = login(codes[3])
		wantKey(t, err, fault.Unauthorised, "login.code_wrong")
		for range 3 { // used, it lives on
			at = at.Add(29 * time.Minute)
			if _, _, err := s.Who(ctx, token); err != nil {
				t.Fatalf("after %s: %v", at, err)
			}
		}
		at = at.Add(31 * time.Minute) // unused, it ends
		_, _, err = s.Who(ctx, token)
		wantKey(t, err, fault.Unauthorised, "session.over")
		at = at.Add(12 * time.Hour)
		if list, err := s.Sessions(ctx, a.ID); err != nil || len(list) != 0 {
			t.Errorf("sessions: %+v, %v", list, err)
		}
		if err := s.DropTOTP(ctx, a.ID, password); err != nil {
			t.Fatal(err)
		}
		if token, err = login(""); err != nil {
			t.Fatal(err)
		}
		if err := s.Logout(ctx, token); err != nil {
			t.Fatal(err)
		}
		_, _, err = s.Who(ctx, token)
		wantKey(t, err, fault.Unauthorised, "session.over")
	})
}
