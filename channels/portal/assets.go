package portal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// Assets knows the addresses of the built files: their names carry a hash of their content, so they can be kept for ever.
type Assets struct{ names map[string]string }

// ErrNotBuilt says that the web part has not been built: the pages would have no style and no script.
var ErrNotBuilt = errors.New("请先运行 make web（the web part is not built）")

// ReadAssets reads assets.json of a build, a map of logical names to paths inside dist. Without one it returns ErrNotBuilt and
// Assets that still work: pages are then plain HTML.
func ReadAssets(dist fs.FS) (*Assets, error) {
	raw, err := fs.ReadFile(dist, "assets.json")
	if errors.Is(err, fs.ErrNotExist) {
		return &Assets{}, ErrNotBuilt
	}
	if err != nil {
		return &Assets{}, fmt.Errorf("read the list of built files: %w", err)
	}
	a := &Assets{}
	if err := json.Unmarshal(raw, &a.names); err != nil {
		return &Assets{}, fmt.Errorf("read the list of built files: %w", err)
	}
	return a, nil
}

// URL returns the address of a built file, or "" when it was not built.
func (a *Assets) URL(name string) string {
	if p, ok := a.names[name]; ok {
		return "/" + p
	}
	return ""
}

// Built reports whether there is a build at all.
func (a *Assets) Built() bool { return len(a.names) > 0 }
