package bangban

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"bangban/city/calendar"
	"bangban/conversation/attachment"
)

// Config is everything that can be set. A flag beats the environment, which beats the file bangban.yaml in the data folder, which
// beats the default. Each field is documented in its tags: name is the flag, conf the environment variable, def the default.
// The zero Config, once loaded, runs.
type Config struct {
	Data           string `name:"data" conf:"BANGBAN_DATA" def:"./data" help:"Folder for the database, the index and the keys." placeholder:"DIR"`
	Listen         string `name:"listen" conf:"BANGBAN_LISTEN" def:"127.0.0.1:8080" help:"Address of the HTTP server." placeholder:"HOST:PORT"`
	PublicURL      string `name:"public-url" conf:"BANGBAN_PUBLIC_URL" help:"Address under which citizens reach it; http:// and the listen address when empty." placeholder:"URL"`
	TrustedProxies string `name:"trusted-proxies" conf:"BANGBAN_TRUSTED_PROXIES" def:"" help:"Networks whose X-Forwarded-For is believed, comma separated; empty: loopback." placeholder:"CIDR,…"`
	Database       string `name:"database" conf:"BANGBAN_DATABASE" help:"postgres://… or empty for SQLite in the data folder." placeholder:"DSN" secret:"true"`
	RateLimit      string `name:"rate-limit" conf:"BANGBAN_RATE_LIMIT" def:"60,30" help:"Asks a minute an address and a conversation, such as 60,30; off for benches." placeholder:"N,M"`
	EmbedSites     string `name:"embed-sites" conf:"BANGBAN_EMBED_SITES" help:"Origins that may embed the chat, comma separated." placeholder:"ORIGIN,…"`
	LogLevel       string `name:"log-level" conf:"BANGBAN_LOG_LEVEL" def:"info" help:"debug, info, warn or error." placeholder:"LEVEL"`
	SecretKey      string `kong:"-" conf:"BANGBAN_SECRET_KEY" secret:"true" help:"Key for tokens and sealing, 32 bytes in hex; made on first start."`
	Embedding      string `name:"embedding" conf:"BANGBAN_EMBEDDING" def:"auto" help:"What compares by meaning: auto (the model in the data folder, if there is one), none, e5:FILE, or the address of an /v1/embeddings service." placeholder:"HOW"`
	EmbeddingModel string `name:"embedding-model" conf:"BANGBAN_EMBEDDING_MODEL" help:"Model to name to the embeddings service." placeholder:"NAME"`
	EmbeddingKey   string `kong:"-" conf:"BANGBAN_EMBEDDING_KEY" secret:"true" help:"Key of the embeddings service."`
	Recogniser     string `name:"speech-recogniser" conf:"BANGBAN_SPEECH_RECOGNISER" help:"What makes words of speech: funasr:ws://HOST:PORT, openai:http://HOST:PORT, or nothing." placeholder:"HOW"`
	SpeechModel    string `name:"speech-model" conf:"BANGBAN_SPEECH_MODEL" def:"whisper-1" help:"Model to name to an openai recogniser." placeholder:"NAME"`
	SpeechKey      string `kong:"-" conf:"BANGBAN_SPEECH_KEY" secret:"true" help:"Key of the recogniser."`
	DeskHours      string `name:"desk-hours" conf:"BANGBAN_DESK_HOURS" def:"8:30-12:00,13:30-17:30" help:"When agents sit on working days; what citizens are told, and how due times are counted." placeholder:"SPANS"`
	DeskTimes      string `name:"desk-times" conf:"BANGBAN_DESK_TIMES" help:"Times of hand-off that differ from the defaults (docs/handoff.md), such as offer=30s,first-reply=60s." placeholder:"NAME=SPAN,…"`
	OIDCIssuer     string `name:"oidc-issuer" conf:"BANGBAN_OIDC_ISSUER" help:"Address of the single sign-on for staff (OpenID Connect); none when empty." placeholder:"URL"`
	OIDCClient     string `name:"oidc-client" conf:"BANGBAN_OIDC_CLIENT" help:"Our client id there." placeholder:"ID"`
	OIDCSecret     string `kong:"-" conf:"BANGBAN_OIDC_SECRET" secret:"true" help:"Our client secret there."`
	OIDCClaim      string `name:"oidc-claim" conf:"BANGBAN_OIDC_CLAIM" def:"sub" help:"The claim by which accounts are known." placeholder:"NAME"`
	WeChatAppID    string `name:"wechat-app-id" conf:"BANGBAN_WECHAT_APPID" help:"AppID of the WeChat service account; without it WeChat is off." placeholder:"ID"`
	WeChatSecret   string `kong:"-" conf:"BANGBAN_WECHAT_SECRET" secret:"true" help:"AppSecret of the account."`
	WeChatToken    string `kong:"-" conf:"BANGBAN_WECHAT_TOKEN" secret:"true" help:"Token of the callback, as set in the console."`
	WeChatKey      string `kong:"-" conf:"BANGBAN_WECHAT_AES_KEY" secret:"true" help:"EncodingAESKey, 43 characters."`
	WeChatOldKey   string `kong:"-" conf:"BANGBAN_WECHAT_AES_KEY_PREVIOUS" secret:"true" help:"The EncodingAESKey before the last change."`
	WeChatMode     string `name:"wechat-mode" conf:"BANGBAN_WECHAT_MODE" def:"safe" help:"How the platform writes pushes: safe, compat or plain." placeholder:"MODE"`
	WeChatAPIBase  string `name:"wechat-api-base" conf:"BANGBAN_WECHAT_API_BASE" help:"Address in place of WeChat's own, for a proxy or the simulator." placeholder:"URL"`
	ClamAV         string `name:"clamav" conf:"BANGBAN_CLAMAV" help:"Daemon that looks for viruses in files: unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310; empty: none." placeholder:"ADDRESS"`
	SiteName       string `name:"site-name" conf:"BANGBAN_SITE_NAME" help:"Name on the portal; the city's name and 智能客服 when empty." placeholder:"NAME"`
	SiteOwner      string `name:"site-owner" conf:"BANGBAN_SITE_OWNER" def:"市政务服务中心" help:"Office that runs the service (主办单位)." placeholder:"NAME"`
	SiteCity       string `name:"site-city" conf:"BANGBAN_SITE_CITY" help:"The city's short name; that of its regions (区划) when empty." placeholder:"NAME"`
	SiteContact    string `name:"site-contact" conf:"BANGBAN_SITE_CONTACT" help:"How to reach the office that runs it (联系方式)." placeholder:"TEXT"`
	SiteIDCode     string `name:"site-id-code" conf:"BANGBAN_SITE_ID_CODE" help:"政府网站标识码; a placeholder is shown when empty." placeholder:"CODE"`
	SiteICP        string `name:"site-icp" conf:"BANGBAN_SITE_ICP" help:"ICP 备案号." placeholder:"TEXT"`
	SitePolice     string `name:"site-police" conf:"BANGBAN_SITE_POLICE" help:"公安备案号." placeholder:"TEXT"`

	origins map[string]string
	clock   func() time.Time
}

// UseClock gives the WeChat channel another clock than the machine's, for a trial in which hours pass at once.
func (c *Config) UseClock(now func() time.Time) { c.clock = now }

// Setting is one value with where it came from, for `bangban doctor`.
type Setting struct{ Name, Env, Value, Origin, Help string }

// Load fills what flags left empty from the environment, the file and the defaults. environ is like os.Getenv; a variable with the
// suffix _FILE names a file that holds the value. It fails with a sentence that names the setting.
func (c *Config) Load(environ func(string) string) error {
	c.origins = map[string]string{}
	v, t := reflect.ValueOf(c).Elem(), reflect.TypeFor[Config]()
	var file map[string]string
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		value, origin, err := find(v.Field(i).String(), f.Tag, environ, file)
		if err != nil {
			return err
		}
		v.Field(i).SetString(value)
		c.origins[f.Name] = origin
		if f.Name == "Data" { // the first field: where the file lies
			if file, err = readFile(filepath.Join(value, "bangban.yaml")); err != nil {
				return err
			}
		}
	}
	if c.PublicURL == "" {
		c.PublicURL = "http://" + c.Listen
	}
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	return c.check()
}

func find(flag string, tag reflect.StructTag, environ func(string) string, file map[string]string) (value, origin string, err error) {
	if flag != "" {
		return flag, "flag", nil
	}
	env := tag.Get("conf")
	if v := environ(env); v != "" {
		return v, "environment " + env, nil
	}
	if path := environ(env + "_FILE"); path != "" {
		raw, err := os.ReadFile(path)
		if err != nil {
			return "", "", fmt.Errorf("%s_FILE: %w", env, err)
		}
		return strings.TrimSpace(string(raw)), "file " + path, nil
	}
	name := tag.Get("name")
	if v, ok := file[name]; ok && name != "" {
		return v, "bangban.yaml", nil
	}
	return tag.Get("def"), "default", nil
}

// readFile reads bangban.yaml: a flat map of the flags' names. A missing file is an empty one.
func readFile(path string) (map[string]string, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	var m map[string]string
	if err := yaml.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("%s: write one `name: value` a line: %w", path, err)
	}
	t := reflect.TypeFor[Config]()
	known := map[string]bool{}
	for i := range t.NumField() {
		known[t.Field(i).Tag.Get("name")] = true
	}
	for name := range m {
		if !known[name] || name == "data" {
			return nil, fmt.Errorf("%s: %q is not a setting; `bangban doctor` lists them", path, name)
		}
	}
	return m, nil
}

func (c *Config) check() error {
	if _, err := c.Proxies(); err != nil {
		return err
	}
	if _, _, err := c.Limits(); err != nil {
		return err
	}
	if _, err := c.Level(); err != nil {
		return err
	}
	if _, err := c.embedding(); err != nil {
		return err
	}
	if err := attachment.Scanner(c.ClamAV).Check(); err != nil {
		return fmt.Errorf("--clamav: %w", err)
	}
	if _, err := c.recogniser(); err != nil {
		return err
	}
	if _, err := c.wechatAccounts(); err != nil {
		return err
	}
	if _, err := calendar.ParseHours(calendar.New(), c.DeskHours, time.UTC); err != nil {
		return fmt.Errorf("--desk-hours: %w", err)
	}
	if _, err := c.deskTimes(); err != nil {
		return err
	}
	if !origin(c.PublicURL) {
		return fmt.Errorf("--public-url: %q is not an address such as https://zwfw.example.gov.cn", c.PublicURL)
	}
	for _, site := range c.Embedders() {
		if !origin(site) {
			return fmt.Errorf("--embed-sites: %q is not an origin such as https://www.example.gov.cn", site)
		}
	}
	if c.Database != "" && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") {
		return errors.New("--database: give postgres://user@host/name, or leave it empty for SQLite in the data folder")
	}
	return nil
}

// Proxies returns the trusted networks.
func (c *Config) Proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range list(c.TrustedProxies) {
		if s == "loopback" {
			out = append(out, netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxies: %q is not a network such as 10.0.0.0/8", s)
		}
		out = append(out, p)
	}
	return out, nil
}

// Limits returns the asks a minute for an address and for a conversation; 0, 0 is off.
func (c *Config) Limits() (address, conversation int, err error) {
	if c.RateLimit == "off" {
		return 0, 0, nil
	}
	first, second, _ := strings.Cut(c.RateLimit, ",")
	address, err = strconv.Atoi(strings.TrimSpace(first))
	if err == nil {
		conversation, err = strconv.Atoi(strings.TrimSpace(second))
	}
	if err != nil || address < 1 || conversation < 1 {
		return 0, 0, fmt.Errorf("--rate-limit: give two numbers such as 60,30, or off; got %q", c.RateLimit)
	}
	return address, conversation, nil
}

// Level returns the level of the log.
func (c *Config) Level() (level slog.Level, err error) {
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return 0, fmt.Errorf("--log-level: %q is none of debug, info, warn, error", c.LogLevel)
	}
	return level, nil
}

// origin reports whether s is scheme and host, and nothing after them.
func origin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.Path == "" && u.RawQuery == ""
}

// Embedders returns the origins that may embed the chat.
func (c *Config) Embedders() []string { return list(c.EmbedSites) }

// Settings lists every value with its origin; secrets show as set or unset.
func (c *Config) Settings() []Setting {
	v, t := reflect.ValueOf(c).Elem(), reflect.TypeFor[Config]()
	var out []Setting
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		value := v.Field(i).String()
		if f.Tag.Get("secret") == "true" {
			value = map[bool]string{true: "(set)", false: "(unset)"}[value != ""]
		}
		out = append(out, Setting{f.Tag.Get("name"), f.Tag.Get("conf"), value, c.origins[f.Name], f.Tag.Get("help")})
	}
	return out
}

func list(s string) []string {
	var out []string
	for _, part := range strings.Split(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
