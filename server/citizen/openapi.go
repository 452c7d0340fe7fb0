package citizen

import (
	"context"
	_ "embed"
	"encoding/json"
)

// The document is written by hand beside the handlers; a test compares it with the routes and checks real requests and
// responses against it.
//
//go:embed openapi.json
var document []byte

func openAPI(context.Context, *struct{}) (*json.RawMessage, error) {
	raw := json.RawMessage(document)
	return &raw, nil
}
