// Package web holds the sources of what people see in a browser, and embeds what the program needs of them: the portal's templates,
// and dist, which `npm run build` fills. It has no code: channels/portal renders, server serves.
package web

import "embed"

// Dist is the built part: scripts, styles and icons under dist/a, and dist/assets.json, which maps logical names to them.
// Before the first build it holds dist/placeholder.html alone.
//
//go:embed all:dist
var Dist embed.FS

// Templates are the portal's templates, portal/<part>/<name>.html.
//
//go:embed portal/*/*.html
var Templates embed.FS
