// Package portal is the citizens' web portal (市民门户) as a channel: it turns replies and entries of knowledge into HTML.
// The same template of a turn serves the page without script, the live chat, the embedded chat and print. It looks nothing up,
// stores nothing and knows no HTTP: server/citizen brings the data and sends the bytes.
// Start at Renderer; what a page shows is the struct named after it, the markup lies in web/portal.
package portal

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"time"
)

// Site is who runs the portal: the words of the header and of the footer that the rules for government sites ask for.
// A field of the footer that is empty shows a placeholder that nobody can overlook.
type Site struct {
	Name    string // 杭州市智能客服
	Mark    string // one character in the square: 帮
	City    string // 杭州
	Sponsor string // 主办单位: 市政务服务中心
	Contact string // 联系方式
	Hotline string // 12345
	IDCode  string // 政府网站标识码
	ICP     string // ICP 备案号
	Police  string // 公安备案号
	Domain  string // SiteDomain of the page's meta
	Build   string // build of the program, for support
}

// Page is one whole page: how it is viewed, what it is called, and the struct that holds what it shows.
type Page struct {
	View   View
	Title  string
	Crumbs []Crumb // 当前位置, without the home page and without the page itself
	Body   Body
	// Published and Source fill the page's meta (PubDate, ContentSource) where the page is about an entry.
	Published, Source string
}

// Body is what a page shows. The template has the same name.
type Body interface{ template() string }

// Crumb is one step of the breadcrumb.
type Crumb struct{ Label, URL string }

// View is how one visitor sees pages: kept in cookies, read before anything is rendered so that nothing flashes.
type View struct {
	Path    string // the page's own path with its query: where the toolbar leads back to
	Theme   string // "" follows the device; light, dark, contrast
	Elder   bool   // 大字版
	Pointer bool   // 大鼠标
	Embed   bool   // inside another site's frame
	// FormToken proves that a form comes from a page of ours, Key makes a form that is sent twice count once.
	FormToken, Key string
}

// Renderer holds the parsed templates. It is safe for concurrent use.
type Renderer struct {
	site  Site
	pages map[string]*template.Template
	parts *template.Template
}

// New parses the templates in files (web.Templates) for a site. assets gives the address of a built file by its logical name,
// such as "portal.css". location is the time zone of what people read.
func New(site Site, files fs.FS, assets *Assets, location *time.Location) (*Renderer, error) {
	names, err := fs.Glob(files, "portal/*/*.html")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("read the portal's templates: no files (%v)", err)
	}
	base := template.New("").Funcs(functions(assets, location)).Option("missingkey=error")
	var pages []string
	for _, name := range names {
		if path.Dir(name) == "portal/page" {
			pages = append(pages, name)
			continue
		}
		if err := parse(base, files, name); err != nil {
			return nil, err
		}
	}
	r := &Renderer{site: site, pages: map[string]*template.Template{}, parts: base}
	for _, name := range pages {
		t, err := base.Clone()
		if err == nil {
			err = parse(t, files, name)
		}
		if err != nil {
			return nil, err
		}
		r.pages[path.Base(name)] = t
	}
	// A template can't be cloned after it has run, so the parts get their own copy.
	r.parts, err = base.Clone()
	return r, err
}

func parse(t *template.Template, files fs.FS, name string) error {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("read template: %w", err)
	}
	if _, err := t.New(path.Base(name)).Parse(string(text)); err != nil {
		return fmt.Errorf("parse template %s: %w", name, err)
	}
	return nil
}

// frame is what the layout gets.
type frame struct {
	Page
	Site Site
	// Bare leaves the site's navigation and footer out: the chat has a column of its own.
	Bare bool
}

// Render writes a whole page.
func (r *Renderer) Render(w io.Writer, p Page) error {
	name := p.Body.template()
	t, ok := r.pages[name+".html"]
	if !ok {
		return fmt.Errorf("render page: no template %q", name)
	}
	if v, ok := p.Body.(viewer); ok {
		p.Body = v.seen(p.View)
	}
	_, bare := p.Body.(ChatPage)
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout.html", frame{Page: p, Site: r.site, Bare: bare}); err != nil {
		return fmt.Errorf("render page %s: %w", name, err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// viewer is a Body that needs the view inside its parts (forms in turns carry the token).
type viewer interface{ seen(View) Body }

// Turns writes turns as a fragment: what the live chat inserts.
func (r *Renderer) Turns(w io.Writer, v View, turns []Turn) error {
	var b bytes.Buffer
	for _, t := range turns {
		if err := r.parts.ExecuteTemplate(&b, "turn", shown{t, v}); err != nil {
			return fmt.Errorf("render turn: %w", err)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Feedback writes the line of 有用 · 没用 of one turn anew, after a vote.
func (r *Renderer) Feedback(w io.Writer, v View, t Turn) error {
	var b bytes.Buffer
	if err := r.parts.ExecuteTemplate(&b, "feedback", shown{t, v}); err != nil {
		return fmt.Errorf("render feedback: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}
