package identity

import "testing"

// The values of RFC 6238, appendix B, for SHA-1, in six digits.
func TestTOTP(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]uint32{59: 287082, 1111111109: 81804, 1111111111: 50471, 1234567890: 5924, 2000000000: 279037, 20000000000: 353130} {
		if got := totpAt(secret, at/totpStep); got != want {
			t.Errorf("at %d: %06d, want %06d", at, got, want)
		}
	}
}

func TestPasswordHashes(t *testing.T) {
	cost := Cost{Memory: 64, Passes: 1, Threads: 1}
	h, err := cost.hash("西湖十景")
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{"西湖十景": true, "西湖十": false, "": false} {
		if ok, err := matches(h, password); err != nil || ok != want {
			t.Errorf("%q: %t, %v", password, ok, err)
		}
	}
	for _, bad := range []string{"", "x", "$argon2id$v=19$m=99999999,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "$argon2i$v=19$m=64,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA"} {
		if _, err := matches(bad, "x"); err == nil {
			t.Errorf("%q was taken for a hash", bad)
		}
	}
}

func FuzzMatches(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "x")
	f.Fuzz(func(t *testing.T, kept, password string) {
		if len(kept) < 200 {
			_, _ = matches(kept, password) // never panics, never works for ever
		}
	})
}
