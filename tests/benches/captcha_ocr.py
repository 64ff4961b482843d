#!/usr/bin/env python3
"""How many image captchas does plain OCR solve?

Takes a directory of PNGs named <answer>-<n>.png (written by captcha_sheet.rs), cleans each up in
several ways an attacker would try first, reads them with tesseract, and prints per variant the share
of whole answers solved and of characters right in their place. Case is ignored, as the site ignores
it. A variant's polarity is normalised first (dark ink on light paper), which is what tesseract reads
best, and tesseract is told the alphabet.

    python3 -m venv /tmp/ocr && /tmp/ocr/bin/pip install Pillow
    /tmp/ocr/bin/python captcha_ocr.py <directory> [--limit N] [--only NAME,NAME] [--psm 7,8]

Needs tesseract 5 on the PATH and Pillow. Exits 1 when the best variant solves more than --most
(default 0.01) of the answers, so it can gate a change of the drawing.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from PIL import Image, ImageChops, ImageFilter, ImageOps

BORDER = 20  # white margin in pixels: tesseract misses text which touches the edge


def otsu(image):
    """The threshold which best parts the histogram in two (Otsu 1979)."""
    histogram = image.histogram()
    total = sum(histogram)
    whole = sum(level * count for level, count in enumerate(histogram))
    below = moment = 0
    best = (-1.0, 127)
    for level, count in enumerate(histogram):
        below += count
        moment += level * count
        if 0 < below < total:
            gap = moment / below - (whole - moment) / (total - below)
            best = max(best, (below * (total - below) * gap * gap, level))
    return best[1]


def binary(image):
    """Black and white at Otsu's threshold."""
    cut = otsu(image)
    return image.point(lambda level: 255 if level > cut else 0)


def dark_on_light(image):
    """Inverts light ink on dark paper; the frame of the picture is taken to be paper."""
    wide, high = image.size
    frame = [image.getpixel((x, y)) for x in range(wide) for y in (0, high - 1)]
    frame += [image.getpixel((x, y)) for y in range(high) for x in (0, wide - 1)]
    return ImageOps.invert(image) if statistics.median(frame) <= otsu(image) else image


def median(image, size=3):
    """Median filter: removes specks smaller than half its window."""
    return image.filter(ImageFilter.MedianFilter(size))


def twice(image, factor=2):
    """Enlarges: tesseract reads capitals of 30 to 60 pixels best."""
    wide, high = image.size
    return image.resize((wide * factor, high * factor), Image.Resampling.BICUBIC)


def without_thin(image, size=3):
    """Opening of dark ink: thins then thickens it, so lines narrower than `size` vanish."""
    return image.filter(ImageFilter.MaxFilter(size)).filter(ImageFilter.MinFilter(size))


def without_cuts(image, size=3):
    """Closing of dark ink: thickens then thins it, so light cuts narrower than `size` heal."""
    return image.filter(ImageFilter.MinFilter(size)).filter(ImageFilter.MaxFilter(size))


def local(image, radius=12):
    """Threshold against the neighbourhood's mean, which a slope of the paper cannot defeat."""
    mean = image.filter(ImageFilter.BoxBlur(radius))
    return ImageChops.subtract(image, mean, 1.0, 128).point(lambda level: 255 if level > 122 else 0)


def edges(image):
    """Outlines only, which do not care which side of an edge is ink."""
    return ImageOps.invert(binary(image.filter(ImageFilter.FIND_EDGES)))


def without_tide(image):
    """Undoes the drawing's inversion below a wavy line, by one who has read the drawing's source.

    The line is an edge all the way across, so the dearest seam of vertical contrast from left to
    right (dynamic programming, at most two pixels up or down a column) is likely to be it.
    """
    image = binary(median(image))
    wide, high = image.size
    pixels = list(image.tobytes())
    edge = [[int(pixels[y * wide + x] != pixels[(y + 1) * wide + x]) for y in range(high - 1)]
            for x in range(wide)]
    worth, steps = edge[0][:], []
    for column in edge[1:]:
        came = [max((worth[z] - 0.1 * abs(z - y), z)
                    for z in range(max(0, y - 2), min(high - 1, y + 3))) for y in range(high - 1)]
        worth = [gain + came[y][0] for y, gain in enumerate(column)]
        steps.append([z for _, z in came])
    at = max(range(8, high - 9), key=worth.__getitem__)
    for x in range(wide - 1, -1, -1):
        for y in range(at + 1, high):
            pixels[y * wide + x] = 255 - pixels[y * wide + x]
        at = steps[x - 1][at] if x else at
    image.putdata(pixels)
    return dark_on_light(median(image))


VARIANTS = {
    "untouched": lambda image: image,
    "otsu": binary,
    "median3+otsu": lambda image: binary(median(image)),
    "median5+otsu": lambda image: binary(median(image, 5)),
    "median3+2x+otsu": lambda image: binary(twice(median(image))),
    "2x+median5+otsu": lambda image: binary(median(twice(image), 5)),
    "median3+half+otsu": lambda image: binary(median(image).resize((80, 30), Image.Resampling.BOX)),
    "open3+otsu": lambda image: without_thin(binary(image)),
    "2x+open5+otsu": lambda image: without_thin(binary(twice(image)), 5),
    "2x+open7+otsu": lambda image: without_thin(binary(twice(image)), 7),
    "close3+otsu": lambda image: without_cuts(binary(image)),
    "open+close": lambda image: without_cuts(without_thin(binary(twice(image)), 5), 5),
    "close+open": lambda image: without_thin(without_cuts(binary(twice(image)), 5), 7),
    "blur+otsu": lambda image: binary(twice(image).filter(ImageFilter.GaussianBlur(3))),
    "local threshold": lambda image: twice(local(median(image))),
    "no tide": lambda image: twice(without_tide(image)),
    "no tide+open5": lambda image: without_thin(binary(twice(without_tide(image))), 5),
    "no tide+open7": lambda image: without_thin(binary(twice(without_tide(image))), 7),
    "no tide+close+open": lambda image: without_thin(
        without_cuts(binary(twice(without_tide(image))), 5), 7),
    "edges": lambda image: edges(twice(image)),
}


def read(paths, psm, alphabet):
    """One tesseract process over all the files: its answers, in their order."""
    listing = paths[0].parent / "listing.txt"
    listing.write_text("\n".join(map(str, paths)) + "\n")
    command = ["tesseract", str(listing), "-", "--psm", psm, "--dpi", "150", "-l", "eng",
               "-c", f"tessedit_char_whitelist={alphabet}"]
    run = subprocess.run(command, capture_output=True, text=True, check=True,
                         env={**os.environ, "OMP_THREAD_LIMIT": "1"})
    pages = run.stdout.split("\f")[: len(paths)]
    if len(pages) != len(paths):
        sys.exit(f"tesseract answered {len(pages)} pages for {len(paths)} images: {run.stderr[-500:]}")
    return ["".join(page.split()).casefold() for page in pages]


def main():
    """Reads the directory, tries every variant, prints a table, and judges the best."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--only", help="comma-separated variants; all when absent")
    parser.add_argument("--psm", default="7,8", help="tesseract page segmentation modes")
    parser.add_argument("--most", type=float, default=0.01, help="the solve rate which fails")
    given = parser.parse_args()

    files = sorted(given.directory.glob("*-*.png"))[: given.limit]
    if not files:
        sys.exit(f"no <answer>-<n>.png in {given.directory}")
    answers = [path.stem.split("-")[0].casefold() for path in files]
    seen = set("".join(answers))
    alphabet = "".join(sorted(seen | {letter.upper() for letter in seen}))
    pictures = [dark_on_light(Image.open(path).convert("L")) for path in files]
    names = given.only.split(",") if given.only else list(VARIANTS)

    print(f"{len(files)} images, alphabet of {len(seen)}")
    print(f"{'variant':20} {'psm':>3} {'solved':>8} {'rate':>7} {'characters':>10}")
    best = (0.0, "none")
    for name in names:
        with tempfile.TemporaryDirectory() as scratch:
            paths = []
            for number, picture in enumerate(pictures):
                clean = ImageOps.expand(VARIANTS[name](picture), BORDER, 255)
                paths.append(pathlib.Path(scratch) / f"{number:05}.png")
                clean.save(paths[-1])
            for psm in given.psm.split(","):
                guesses = read(paths, psm, alphabet)
                solved = sum(map(str.__eq__, guesses, answers))
                right = sum(a == b for g, w in zip(guesses, answers) for a, b in zip(g, w))
                rate = solved / len(files)
                best = max(best, (rate, f"{name} --psm {psm}"))
                print(f"{name:20} {psm:>3} {solved:8} {rate:7.2%} "
                      f"{right / sum(map(len, answers)):10.1%}", flush=True)
    print(f"best: {best[0]:.2%} ({best[1]})")
    sys.exit(best[0] > given.most)


if __name__ == "__main__":
    main()
