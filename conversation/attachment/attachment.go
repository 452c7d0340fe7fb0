// Package attachment makes files that people send in a talk safe to keep and to show (附件): what a file is is told from its content, never from its
// name; a picture is drawn anew, so that nothing but the picture is left - no place, no camera, no hidden bytes; a scanner for viruses may look at
// it. It keeps nothing. Start at Clean.
package attachment

import (
	"bytes"
	"context"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"bangban/kernel/fault"
)

// MaxBytes is the size of a file that is taken.
const MaxBytes = 10 << 20

// maxName is how many characters of a name are kept.
const maxName = 80

// File is a file that somebody sends. Kind is its content type, told from its content; Width and Height are a picture's, in pixels.
type File struct {
	Name          string
	Kind          string
	Data          []byte
	Width, Height int
}

// Picture reports whether it is shown in the talk itself.
func (f *File) Picture() bool { return strings.HasPrefix(f.Kind, "image/") }

// Clean says what a file is and makes it safe: JPEG, PNG and GIF are drawn anew, a PDF stays as it is. Errors: file.empty, file.kind, file.broken
// (Invalid), file.too_large, file.too_many_pixels (TooLarge).
func Clean(ctx context.Context, name string, data []byte) (*File, error) {
	switch {
	case len(data) == 0:
		return nil, fault.New(fault.Invalid, "file.empty")
	case len(data) > MaxBytes:
		return nil, &fault.Error{Kind: fault.TooLarge, Key: "file.too_large", Args: map[string]string{"limit": strconv.Itoa(MaxBytes >> 20)}}
	}
	f := &File{Data: data}
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")), bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")), bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		if err := picture(ctx, f); err != nil {
			return nil, err
		}
	case bytes.HasPrefix(data, []byte("%PDF-")) && bytes.Contains(data[max(0, len(data)-2048):], []byte("%%EOF")):
		f.Kind = "application/pdf"
	default:
		return nil, fault.New(fault.Invalid, "file.kind")
	}
	f.Name = named(name, f.Kind)
	return f, nil
}

// endings are the names' ends by kind: what a file is called must not say something else than what it is.
var endings = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}

// named cleans a name: the last part of a path, without what is no letter of a name, with the ending of the kind.
func named(name, kind string) string {
	if !utf8.ValidString(name) {
		name = ""
	}
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.TrimSpace(strings.Trim(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" -_（）()·", r) {
			return r
		}
		return -1
	}, name), "."))
	if runes := []rune(name); len(runes) > maxName {
		name = string(runes[:maxName])
	}
	if name == "" {
		name = "文件"
		if strings.HasPrefix(kind, "image/") {
			name = "图片"
		}
	}
	return name + endings[kind]
}
