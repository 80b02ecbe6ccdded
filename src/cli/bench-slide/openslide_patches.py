"""Reads the patches it is told of with OpenSlide and Pillow. argv: the slide; stdin: their boxes as JSON, then "pass" a line each."""
import json
import sys
import time

import openslide
import PIL
from PIL import Image

path = sys.argv[1]
patches = json.loads(sys.stdin.readline())


def level_of(slide, downsample):
    level = min(range(slide.level_count), key=lambda i: abs(slide.level_downsamples[i] - downsample))
    if abs(slide.level_downsamples[level] / downsample - 1) > 0.01:
        sys.exit(f"OpenSlide has no level of downsample {downsample:g} in this file")
    return level


def read(slide, levels, patch):
    pixels = slide.read_region(patch["at"], levels[patch["downsample"]], patch["size"]).convert("RGB")
    if patch["box"] is not None:
        pixels = pixels.resize((patch["pixels"],) * 2, Image.Resampling.BICUBIC, box=patch["box"])
    return pixels.tobytes()


def levels_of(slide):
    return {downsample: level_of(slide, downsample) for downsample in {patch["downsample"] for patch in patches}}


def answer(value):
    print(json.dumps(value), flush=True)


def main():
    try:
        with openslide.OpenSlide(path) as slide:
            levels = levels_of(slide)
            sums = [sum(read(slide, levels, patch)) for patch in patches]
    except openslide.OpenSlideError as error:
        sys.exit(f"OpenSlide does not read it: {error}")
    answer({"version": f"OpenSlide {openslide.__library_version__}, Pillow {PIL.__version__}", "sums": sums})
    for _ in sys.stdin:
        with openslide.OpenSlide(path) as slide:
            levels = levels_of(slide)
            before = time.perf_counter()
            for patch in patches:
                read(slide, levels, patch)
            answer({"ms": (time.perf_counter() - before) * 1000})


main()
