// Package oidc is signing in with the city's own single sign-on (统一身份认证): the authorisation code flow of OpenID Connect with PKCE. It proves who somebody is and
// gives back one claim; which account that is, identity decides. Start at Open.
package oidc

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"bangban/kernel/fault"
)

// Config names the provider. Claim is the one that accounts are known by ("sub" when empty).
type Config struct {
	Issuer, ClientID, ClientSecret, RedirectURL, Claim string
}

// Provider is a provider that has been found.
type Provider struct {
	cfg      Config
	verifier *oidc.IDTokenVerifier
	oauth    oauth2.Config
}

// Open reads the provider's own description. It fails when the provider is away: signing in by password goes on.
func Open(ctx context.Context, cfg Config) (*Provider, error) {
	p, err := oidc.NewProvider(ctx, cfg.Issuer)
	if err != nil {
		return nil, fmt.Errorf("find the sign-on at %s: %w", cfg.Issuer, err)
	}
	if cfg.Claim == "" {
		cfg.Claim = "sub"
	}
	return &Provider{cfg: cfg, verifier: p.Verifier(&oidc.Config{ClientID: cfg.ClientID}),
		oauth: oauth2.Config{ClientID: cfg.ClientID, ClientSecret: cfg.ClientSecret, Endpoint: p.Endpoint(), RedirectURL: cfg.RedirectURL, Scopes: []string{oidc.ScopeOpenID, "profile"}}}, nil
}

// Trip is one way to the provider and back. Its secrets stay in the browser's own cookie until it returns.
type Trip struct {
	State, Nonce, Verifier string
}

// Begin draws the secrets of a trip and returns the address to send the browser to.
func (p *Provider) Begin() (address string, t Trip, err error) {
	raw := make([]byte, 48)
	if _, err := rand.Read(raw); err != nil {
		return "", t, fmt.Errorf("begin a sign-on: %w", err)
	}
	t = Trip{State: base64.RawURLEncoding.EncodeToString(raw[:24]), Nonce: base64.RawURLEncoding.EncodeToString(raw[24:]), Verifier: oauth2.GenerateVerifier()}
	return p.oauth.AuthCodeURL(t.State, oidc.Nonce(t.Nonce), oauth2.S256ChallengeOption(t.Verifier)), t, nil
}

// String packs a trip for a cookie.
func (t Trip) String() string { return t.State + "." + t.Nonce + "." + t.Verifier }

// ParseTrip reads a packed trip.
func ParseTrip(s string) (Trip, bool) {
	parts := strings.Split(s, ".")
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" || len(s) > 400 {
		return Trip{}, false
	}
	return Trip{parts[0], parts[1], parts[2]}, true
}

// Finish changes the code that came back for a proof and returns the claim that names the person. Errors: oidc.refused (Unauthorised).
func (p *Provider) Finish(ctx context.Context, t Trip, state, code string) (string, error) {
	refuse := func(cause error) error { return fault.Wrap(fault.Unauthorised, "oidc.refused", cause) }
	if state == "" || state != t.State {
		return "", refuse(errors.New("another state came back"))
	}
	token, err := p.oauth.Exchange(ctx, code, oauth2.VerifierOption(t.Verifier))
	if err != nil {
		return "", refuse(err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return "", refuse(errors.New("no id_token came with the token"))
	}
	id, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return "", refuse(err)
	}
	if id.Nonce != t.Nonce {
		return "", refuse(errors.New("another nonce came back"))
	}
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return "", refuse(err)
	}
	subject, ok := claims[p.cfg.Claim].(string)
	if !ok || subject == "" {
		return "", refuse(fmt.Errorf("no claim %q", p.cfg.Claim))
	}
	return subject, nil
}
