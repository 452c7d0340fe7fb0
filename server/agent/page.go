package agent

import (
	"context"
	"html"
	"strings"

	"bangban/server"
)

// Shell is the page that carries the desk's screens: everything else on it is the script's.
type Shell struct {
	// Asset returns the address of a built file, "" when nothing has been built.
	Asset func(name string) string
	Site  string
	Build string
}

// Routes adds the page: every address under /staff is one of its own screens.
func (p *Shell) Routes(s *server.Server) {
	s.GET("/staff", server.HTML(p.page))
	s.GET("/staff/{screen:*}", server.HTML(p.page))
}

type pageRequest struct {
	Theme string `cookie:"bb_theme" json:"-"`
}

func (p *Shell) page(_ context.Context, req *pageRequest) (*server.Page, error) {
	theme := ""
	switch req.Theme {
	case "light", "dark", "contrast":
		theme = ` data-theme="` + req.Theme + `"`
	}
	var b strings.Builder
	b.WriteString("<!doctype html>\n<html lang=\"zh-CN\"" + theme + ">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
	b.WriteString("<meta name=\"robots\" content=\"noindex\">\n<meta name=\"build\" content=\"" + html.EscapeString(p.Build) + "\">\n")
	b.WriteString("<title>坐席工作台 · " + html.EscapeString(p.Site) + "</title>\n")
	script := p.Asset("desk.js")
	if script == "" {
		b.WriteString("</head>\n<body>\n<main><h1>坐席工作台</h1><p>请先运行 make web，再重新启动。</p></main>\n</body>\n</html>\n")
		return &server.Page{Body: []byte(b.String())}, nil
	}
	b.WriteString("<link rel=\"icon\" href=\"" + html.EscapeString(p.Asset("mark.svg")) + "\">\n<link rel=\"stylesheet\" href=\"" + html.EscapeString(p.Asset("desk.css")) + "\">\n")
	b.WriteString("<script type=\"module\" src=\"" + html.EscapeString(script) + "\"></script>\n</head>\n<body>\n<div id=\"app\"></div>\n<noscript><p>坐席工作台要用脚本。请在浏览器里允许脚本，再刷新。</p></noscript>\n</body>\n</html>\n")
	return &server.Page{Body: []byte(b.String())}, nil
}
