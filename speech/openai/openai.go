// Package openai is the recogniser of services that speak OpenAI's /v1/audio/transcriptions: whisper.cpp, faster-whisper, vLLM,
// FunASR's and others' gateways. They take whole recordings only; a session gathers what is said until its end.
// Start at New.
package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bangban/kernel/fault"
	"bangban/speech"
)

// Config says where the service is.
type Config struct {
	URL    string // of the service, of its /v1 or of the endpoint itself
	Model  string // whisper-1 when empty
	Key    string // sent as a bearer token; may be empty
	Prompt string // text before what is said: names, and the script to write in; a sentence of simplified Chinese when empty
}

// Client asks such a service.
type Client struct {
	url, model, key, prompt string
	http                    *http.Client
}

const (
	longestTurn  = 2 * speech.Rate * 60 // bytes of a session's turn: a minute
	largestReply = 256 << 10
	// Whisper writes traditional characters and no marks unless the text before has it otherwise.
	prompt = "以下是普通话的句子，用简体中文书写。"
)

// New makes a Client. It asks nothing yet; it fails on an address that can't be right.
func New(c Config) (*Client, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("the address must begin with http:// or https://")
	}
	if u.User != nil {
		return nil, errors.New("the address must not hold a password; give it a key instead")
	}
	const end = "/audio/transcriptions"
	switch path := strings.TrimSuffix(u.Path, "/"); {
	case strings.HasSuffix(path, end):
		u.Path = path
	case strings.HasSuffix(path, "/v1"):
		u.Path = path + end
	default:
		u.Path = path + "/v1" + end
	}
	if c.Model == "" {
		c.Model = "whisper-1"
	}
	if c.Prompt == "" {
		c.Prompt = prompt
	}
	return &Client{url: u.String(), model: c.Model, key: c.Key, prompt: c.Prompt, http: &http.Client{
		Timeout:       2 * time.Minute, // whoever asks has a shorter one
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Name implements speech.Recogniser.
func (c *Client) Name() string { return "openai " + c.url + " " + c.model }

// Open implements speech.Recogniser.
func (c *Client) Open(_ context.Context, p speech.Params) (speech.Session, error) {
	return speech.Buffered(c.Recognise, p, longestTurn*max(1, p.Rate/speech.Rate)), nil
}

// Recognise implements speech.Recogniser with one call. Its errors never hold the key.
func (c *Client) Recognise(ctx context.Context, a speech.Audio) (speech.Transcript, error) {
	none := speech.Transcript{}
	body, kind, err := c.form(a.At(speech.Rate))
	if err != nil {
		return none, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return none, err
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Accept", "application/json")
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return none, speech.Lost(ctx, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, largestReply+1))
	if err != nil {
		return none, speech.Lost(ctx, fmt.Errorf("%s: read the answer: %w", c.url, err))
	}
	if resp.StatusCode != http.StatusOK {
		return none, refusal(resp.StatusCode, fmt.Errorf("%s: %s: %s", c.url, resp.Status, c.begin(raw)))
	}
	text, err := readAnswer(raw)
	if err != nil {
		return none, speech.Away(fmt.Errorf("%s: %w", c.url, err)) // without the answer: a citizen's words may be in it
	}
	if text = speech.Clean(text); !speech.Said(text) || hallucinated(text) {
		return none, speech.Empty()
	}
	return speech.Transcript{Text: text}, nil
}

// form is the request's body and its type.
func (c *Client) form(a speech.Audio) (body []byte, kind string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range [][2]string{{"model", c.model}, {"language", "zh"}, {"prompt", c.prompt}, {"response_format", "json"}} {
		if err := w.WriteField(f[0], f[1]); err != nil {
			return nil, "", err
		}
	}
	file, err := w.CreateFormFile("file", "speech.wav") // services go by the name
	if err != nil {
		return nil, "", err
	}
	if _, err := file.Write(a.WAV()); err != nil {
		return nil, "", err
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	return b.Bytes(), w.FormDataContentType(), nil
}

// refusal is what a status means.
func refusal(status int, err error) error {
	switch {
	case status == http.StatusTooManyRequests:
		return &fault.Error{Kind: fault.Unavailable, Key: speech.KeyAway, RetryAfter: 5, Cause: err}
	case status == http.StatusRequestEntityTooLarge:
		return fault.Wrap(fault.TooLarge, speech.KeyTooLong, err)
	case status >= 500 || status == http.StatusRequestTimeout:
		return speech.Away(err)
	}
	return speech.Refused(err) // a wrong key, a wrong model, a wrong address: waiting mends none of them
}

// begin is the beginning of what a service said, for the log, without the key: some repeat it.
func (c *Client) begin(raw []byte) string {
	if c.key != "" { // first, for a cut may leave half of it
		raw = bytes.ReplaceAll(raw, []byte(c.key), []byte("(key)"))
	}
	return strings.ToValidUTF8(strings.Join(strings.Fields(string(raw[:min(len(raw), 200)])), " "), "")
}

// readAnswer reads the text of an answer.
func readAnswer(raw []byte) (string, error) {
	var answer struct {
		Text *string `json:"text"`
	}
	switch err := json.Unmarshal(raw, &answer); {
	case len(raw) > largestReply:
		return "", errors.New("the answer has no end")
	case err != nil:
		return "", fmt.Errorf("not a transcription: %w", err)
	case answer.Text == nil:
		return "", errors.New("not a transcription: no text")
	}
	return *answer.Text, nil
}

// hallucinated reports whether text is one of the credits of films that Whisper hears in silence, or the prompt given back.
func hallucinated(text string) bool {
	for _, credit := range []string{"明镜与点点", "请不吝点赞", "字幕志愿者", "字幕由Amara", "Amara.org", "字幕by", "字幕制作", strings.TrimSuffix(prompt, "。")} {
		if strings.Contains(strings.ReplaceAll(text, " ", ""), credit) {
			return true
		}
	}
	return false
}
