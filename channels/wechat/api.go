package wechat

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// platform is where the interface is when no other base is configured.
const platform = "https://api.weixin.qq.com"

// api makes the calls of one account's interface. It is safe for concurrent use.
type api struct {
	base          string
	appID, secret string
	client        *http.Client
	now           func() time.Time

	mu      sync.Mutex // held while a token is fetched: one does it for all
	token   string
	expires time.Time
	refused time.Time // the account's settings were refused then
	why     error
}

func newAPI(a Account, client *http.Client, now func() time.Time) *api {
	return &api{base: a.host(platform), appID: a.AppID, secret: a.Secret, client: client, now: now}
}

// host is where the account finds one of the platform's hosts: there, or at the proxy or simulator that takes the place of all.
func (a *Account) host(own string) string {
	return cmp.Or(strings.TrimSuffix(a.APIBase, "/"), own)
}

// plainClient is a client whose calls end.
func plainClient() *http.Client {
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DialContext: (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
		MaxIdleConns: 32, MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute, TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 8 * time.Second,
		ForceAttemptHTTP2: true, Proxy: http.ProxyFromEnvironment}}
}

// errUncertain is a call of which nobody knows whether it was carried out: a cut line, 5xx, no JSON.
type errUncertain struct{ cause error }

func (e errUncertain) Error() string { return "the platform's answer is missing: " + e.cause.Error() }

// Code is the platform's errcode in an error, 0 when it holds none.
func Code(err error) int64 {
	var e *util.CommonError
	if errors.As(err, &e) {
		return e.ErrCode
	}
	return 0
}

// Uncertain says that nobody knows whether the platform has carried out the call.
func Uncertain(err error) bool { return errors.As(err, new(errUncertain)) }

// settingsWait is how long the platform is left alone after it has refused the account itself.
const settingsWait = time.Minute

// accessToken is the token that calls carry: kept until a minute before its end, fetched by one for all.
func (p *api) accessToken(ctx context.Context) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.token != "" && now.Before(p.expires) {
		return p.token, nil
	}
	if p.why != nil && now.Sub(p.refused) < settingsWait {
		return "", p.why
	}
	body := map[string]any{"grant_type": "client_credential", "appid": p.appID, "secret": p.secret}
	var got struct {
		Token string `json:"access_token"`
		For   int64  `json:"expires_in"`
	}
	if err := p.do(ctx, "/cgi-bin/stable_token", nil, body, &got); err != nil {
		if badSettings(Code(err)) {
			p.refused, p.why = now, err
		}
		return "", err
	}
	if got.Token == "" {
		return "", errUncertain{errors.New("no token in it")}
	}
	p.token, p.expires, p.why = got.Token, now.Add(max(time.Duration(got.For)*time.Second-time.Minute, 5*time.Second)), nil
	return p.token, nil
}

// drop forgets a token that was refused, unless another has been fetched since.
func (p *api) drop(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.token == token {
		p.token = ""
	}
}

// badToken are the codes of a token that is wrong or over; badSettings those of the account's own settings, which an operator must mend.
func badToken(code int64) bool { return code == 40001 || code == 40014 || code == 42001 }
func badSettings(code int64) bool {
	return code == 40125 || code == 40013 || code == 40164 || code == 48001
}

// call makes one call with a token.
func (p *api) call(ctx context.Context, path string, q url.Values, body, into any) error {
	return p.withToken(ctx, q, func(q url.Values) error { return p.do(ctx, path, q, body, into) })
}

// withToken adds the token to a call's query; one that is refused is fetched anew once.
func (p *api) withToken(ctx context.Context, q url.Values, do func(q url.Values) error) error {
	for again := false; ; again = true {
		token, err := p.accessToken(ctx)
		if err != nil {
			return err
		}
		query := url.Values{"access_token": {token}}
		for k, v := range q {
			query[k] = v
		}
		err = do(query)
		if !badToken(Code(err)) {
			return err
		}
		p.drop(token)
		if again {
			return err
		}
	}
}

// do makes one call: POST with a body, else GET. No error holds the address, in which tokens and secrets stand.
func (p *api) do(ctx context.Context, path string, q url.Values, body, into any) error {
	raw, err := p.fetch(ctx, path, q, body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, &struct{}{}); err != nil {
		return errUncertain{errors.New("no JSON")}
	}
	if err := util.DecodeWithCommonError(raw, path); err != nil {
		return err
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return errUncertain{errors.New("JSON of another form")}
	}
	return nil
}

// maxFetch bounds what is read of an answer: a file of the platform has at most 10 MB.
const maxFetch = 11 << 20

// content is a call's body: nothing, a parcel, or JSON.
func content(body any) (method, kind string, payload io.Reader, err error) {
	switch v := body.(type) {
	case nil:
		return http.MethodGet, "", nil, nil
	case parcel:
		return http.MethodPost, v.kind, bytes.NewReader(v.data), nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // the platform shows escapes as they stand
	return http.MethodPost, "application/json; charset=utf-8", &b, e.Encode(body)
}

func (p *api) fetch(ctx context.Context, path string, q url.Values, body any) ([]byte, error) {
	address := p.base + path
	if len(q) > 0 {
		address += "?" + q.Encode()
	}
	method, kind, payload, err := content(body)
	if err != nil {
		return nil, fmt.Errorf("write a call: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, payload)
	if err != nil {
		return nil, errors.New("the address of the interface is none")
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := p.client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // without the address
		}
		return nil, errUncertain{err}
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, maxFetch))
	if err != nil {
		return nil, errUncertain{err}
	}
	if res.StatusCode != http.StatusOK {
		return nil, errUncertain{fmt.Errorf("status %d", res.StatusCode)}
	}
	return raw, nil
}
