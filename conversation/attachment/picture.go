package attachment

import (
	"bytes"
	"context"
	"image"
	_ "image/gif" // read by image.Decode
	"image/jpeg"
	"image/png"

	"bangban/kernel/fault"
)

const (
	// maxPixels is the area of a picture that is taken: a small file may unfold to a huge one.
	maxPixels = 30_000_000
	quality   = 85
)

// drawing bounds how many pictures are drawn at a time: each may need a hundred megabytes.
var drawing = make(chan struct{}, 2)

// picture draws a picture anew. A JPEG stays one, upright whatever its camera said; PNG and GIF (the first frame) become PNG.
func picture(ctx context.Context, f *File) error {
	config, format, err := image.DecodeConfig(bytes.NewReader(f.Data))
	if err != nil {
		return fault.Wrap(fault.Invalid, "file.broken", err)
	}
	if config.Width <= 0 || config.Height <= 0 || config.Width > maxPixels/config.Height {
		return fault.New(fault.TooLarge, "file.too_many_pixels")
	}
	select {
	case drawing <- struct{}{}:
		defer func() { <-drawing }()
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, "slow", ctx.Err())
	}
	img, _, err := image.Decode(bytes.NewReader(f.Data))
	if err != nil {
		return fault.Wrap(fault.Invalid, "file.broken", err)
	}
	var b bytes.Buffer
	f.Kind = "image/png"
	if format == "jpeg" {
		f.Kind = "image/jpeg"
		img = upright(img, orientation(f.Data))
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	} else {
		err = png.Encode(&b, img)
	}
	if err != nil {
		return fault.Wrap(fault.Invalid, "file.broken", err)
	}
	f.Data, f.Width, f.Height = b.Bytes(), img.Bounds().Dx(), img.Bounds().Dy()
	return nil
}

// upright turns a picture the way its camera was held (Exif orientation 1-8).
func upright(img image.Image, o int) image.Image {
	if o < 2 || o > 8 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if o >= 5 {
		w, h = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range b.Dy() {
		for x := range b.Dx() {
			nx, ny := x, y
			switch o {
			case 2:
				nx = b.Dx() - 1 - x
			case 3:
				nx, ny = b.Dx()-1-x, b.Dy()-1-y
			case 4:
				ny = b.Dy() - 1 - y
			case 5:
				nx, ny = y, x
			case 6:
				nx, ny = b.Dy()-1-y, x
			case 7:
				nx, ny = b.Dy()-1-y, b.Dx()-1-x
			case 8:
				nx, ny = y, b.Dx()-1-x
			}
			out.Set(nx, ny, img.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}
