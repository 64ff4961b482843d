"""Made the images beside it, once, with Pillow 13.0.0: `python make.py` in this folder.

Each is 48 by 32 pixels, grey, with a red corner at the top left as it is to be seen, unless said otherwise.
"""

from PIL import Image, ImageDraw

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def marked(mode="RGB", corner=(220, 20, 20)):
    image = Image.new("RGB", (48, 32), (120, 120, 120))
    # The square in the middle begins at x = 8.
    ImageDraw.Draw(image).rectangle((8, 0, 19, 11), fill=corner)
    return image.convert(mode)


def turned(number):
    """As a camera stores it that was held as the number says."""
    exif = Image.Exif()
    exif[0x0112] = number
    image = marked()
    return (image.transpose(TURNS[number]) if number in TURNS else image), exif


for number in range(1, 9):
    image, exif = turned(number)
    image.save(f"turned-{number}.jpg", quality=90, exif=exif)
for ending in ("png", "webp"):
    image, exif = turned(6)
    image.save(f"turned-6.{ending}", exif=exif)

exif = Image.Exif()
exif[0x010F] = "SECRETCAMERA"
exif[0x013B] = "SECRETAUTHOR"
gps = exif.get_ifd(0x8825)
gps[1], gps[2], gps[3], gps[4] = "N", (31.0, 14.0, 15.9), "E", (121.0, 29.0, 26.5)
gps[27] = b"SECRETPLACE"
xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SECRETXMP</x:xmpmeta>"
told = {"exif": exif, "xmp": xmp, "icc_profile": b"SECRETPROFILE" * 20}
marked().save("told.jpg", quality=90, comment=b"SECRETCOMMENT", **told)
marked().save("told.webp", lossless=True, **told)
marked().save("told.png", exif=exif, icc_profile=told["icc_profile"])

marked("CMYK").save("cmyk.jpg", quality=90)
marked("L").save("grey.jpg", quality=90)
marked().save("progressive.jpg", quality=90, progressive=True)
marked("1").save("bits.png")
marked("LA").save("grey-alpha.png")
marked("L").save("grey.png")
marked("L").convert("I;16").point(lambda value: value * 257).save("grey-16.png")

# Where it is transparent it is black, and must come out white.
clear = Image.new("RGBA", (48, 32), (0, 0, 0, 0))
ImageDraw.Draw(clear).rectangle((8, 0, 19, 11), fill=(220, 20, 20, 255))
clear.save("clear.png")
clear.save("clear-lossless.webp", lossless=True, exact=True)
clear.save("clear-lossy.webp", quality=90, exact=True)
palette = Image.new("P", (48, 32), 0)
palette.putpalette([0, 0, 0, 220, 20, 20])
ImageDraw.Draw(palette).rectangle((8, 0, 19, 11), fill=1)
palette.save("clear-palette.png", transparency=0)

# The second picture has a blue corner.
frames = {"save_all": True, "append_images": [marked(corner=(20, 20, 220))], "duration": 100}
marked().save("animated.png", **frames)
marked().save("animated.webp", quality=90, **frames)
marked().save("animated-lossless.webp", lossless=True, **frames)
marked().save("animated.gif", **frames)
marked().save("lossy.webp", quality=90)

# Noise with structure: lossless data with many groups of prefix codes.
busy = Image.effect_noise((96, 96), 60).convert("RGB")
busy.paste(marked(), (0, 0))
busy.save("busy.webp", lossless=True, quality=100, method=6)
