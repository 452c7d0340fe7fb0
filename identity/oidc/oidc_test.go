package oidc

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"bangban/kernel/fault"
)

// signOn is a provider as the standard describes it: discovery, keys, codes that work once with their PKCE verifier, signed tokens.
type signOn struct {
	*httptest.Server
	key    *rsa.PrivateKey
	codes  map[string]url.Values // code → the request that it was given for
	change func(claims map[string]any)
}

func newSignOn(t *testing.T) *signOn {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s := &signOn{key: key, codes: map[string]url.Values{}, change: func(map[string]any) {}}
	mux := http.NewServeMux()
	say := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		say(w, map[string]any{"issuer": s.URL, "authorization_endpoint": s.URL + "/auth", "token_endpoint": s.URL + "/token", "jwks_uri": s.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		say(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		asked, ok := s.codes[r.FormValue("code")]
		delete(s.codes, r.FormValue("code"))
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if !ok || base64.RawURLEncoding.EncodeToString(sum[:]) != asked.Get("code_challenge") || asked.Get("code_challenge_method") != "S256" {
			w.WriteHeader(http.StatusBadRequest)
			say(w, map[string]string{"error": "invalid_grant"})
			return
		}
		claims := map[string]any{"iss": s.URL, "sub": "u-8012", "aud": asked.Get("client_id"), "nonce": asked.Get("nonce"),
			"iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(), "employee": "8012"}
		s.change(claims)
		say(w, map[string]any{"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": s.sign(t, claims)})
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func (s *signOn) sign(t *testing.T, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: s.key, KeyID: "k"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := json.Marshal(claims)
	signed, err := signer.Sign(raw)
	if err != nil {
		t.Fatal(err)
	}
	out, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// visit is the browser at the provider: it says yes and brings a code back.
func (s *signOn) visit(t *testing.T, address string) (state, code string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	code = fmt.Sprint("code", len(s.codes), time.Now().UnixNano())
	s.codes[code] = u.Query()
	return u.Query().Get("state"), code
}

func TestSignOn(t *testing.T) {
	s := newSignOn(t)
	ctx := context.Background()
	p, err := Open(ctx, Config{Issuer: s.URL, ClientID: "bangban", ClientSecret: "secret", RedirectURL: "http://127.0.0.1/callback", Claim: "employee"})
	if err != nil {
		t.Fatal(err)
	}
	address, trip, err := p.Begin()
	if err != nil {
		t.Fatal(err)
	}
	packed, ok := ParseTrip(trip.String())
	if !ok || packed != trip {
		t.Fatalf("packed %q", trip.String())
	}
	state, code := s.visit(t, address)
	subject, err := p.Finish(ctx, trip, state, code)
	if err != nil || subject != "8012" {
		t.Fatalf("%q, %v", subject, err)
	}
	if _, err := p.Finish(ctx, trip, state, code); !fault.Is(err, fault.Unauthorised) {
		t.Errorf("the code worked twice: %v", err)
	}
	for name, change := range map[string]func(map[string]any){
		"another nonce":      func(c map[string]any) { c["nonce"] = "x" },
		"another audience":   func(c map[string]any) { c["aud"] = "somebody" },
		"expired":            func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() },
		"another issuer":     func(c map[string]any) { c["iss"] = "https://example.com" },
		"without the claim":  func(c map[string]any) { delete(c, "employee") },
		"a claim of numbers": func(c map[string]any) { c["employee"] = 8012 },
	} {
		t.Run(name, func(t *testing.T) {
			s.change = change
			address, trip, err := p.Begin()
			if err != nil {
				t.Fatal(err)
			}
			state, code := s.visit(t, address)
			if subject, err := p.Finish(ctx, trip, state, code); !fault.Is(err, fault.Unauthorised) {
				t.Errorf("%q, %v", subject, err)
			}
		})
	}
	s.change = func(map[string]any) {}
	address, trip, _ = p.Begin()
	_, code = s.visit(t, address)
	if _, err := p.Finish(ctx, trip, "forged", code); !fault.Is(err, fault.Unauthorised) {
		t.Errorf("a forged state: %v", err)
	}
	address, _, _ = p.Begin()
	_, other, _ := p.Begin()
	state, code = s.visit(t, address)
	other.State = state
	if _, err := p.Finish(ctx, other, state, code); !fault.Is(err, fault.Unauthorised) {
		t.Errorf("another browser's verifier: %v", err)
	}
	if _, err := Open(ctx, Config{Issuer: "http://127.0.0.1:1"}); err == nil {
		t.Error("a provider that is away was found")
	}
}

func FuzzParseTrip(f *testing.F) {
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, s string) {
		if trip, ok := ParseTrip(s); ok && trip.String() != s {
			t.Errorf("%q became %q", s, trip.String())
		}
	})
}
