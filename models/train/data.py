"""Training views: random squares of real H&E patches and of drawn fields, at many scales, turned, mirrored, mixed and re-stained.

Knows where material lies and nothing of models. Read are lc25000 (rows with split == train), kather2016_samples,
nct_crc_he_samples and drawn fields (src/cli/dump-training-patches.ts); crc_polyp5 is never read here.
"""
import csv
import json
import pathlib

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

import stain

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "train"
SHARED = ROOT.parent / "shared" / "data"
TEACHER = SHARED / "weights" / "vit_tiny_patch16_224.safetensors"
CLASSES = ("colon_aca", "colon_n", "lung_aca", "lung_n", "lung_scc")
# Of every hundred views: patches of lc25000, of the two sample sets, of drawn fields.
SHARES = {"lc25000": 0.78, "samples": 0.04, "drawn": 0.18}


def read_rgb(file):
    return np.asarray(Image.open(file).convert("RGB"))


def lc25000(split):
    """(files, labels, groups) of lc25000's rows of one split (`train` or `val`), in the order of groups.csv."""
    folder = SHARED / "patches" / "lc25000"
    with open(folder / "groups.csv") as f:
        rows = [row for row in csv.DictReader(f) if row["split"] == split]
    return [folder / row["file"] for row in rows], [row["label"] for row in rows], [row["group"] for row in rows]


def drawn_fields():
    """uint8 [N, side, side, 3] and how they were drawn."""
    folder = CACHE / "drawn"
    facts = json.loads((folder / "fields.json").read_text())
    shape = (facts["count"], facts["side"], facts["side"], 3)
    return np.memmap(folder / "fields.u8", np.uint8, "r", shape=shape), facts


def material():
    """The images of every source, {source: sequence of uint8 [H, W, 3]}, and the class numbers of lc25000's rows."""
    samples = sorted(
        file
        for name in ("kather2016_samples", "nct_crc_he_samples")
        for file in (SHARED / "patches" / name).rglob("*")
        if file.suffix in (".png", ".tif")
    )
    files, labels, _ = lc25000("train")
    return {
        "lc25000": [read_rgb(file) for file in files],
        "classes": [CLASSES.index(label) for label in labels],
        "samples": [read_rgb(file) for file in samples],
        "drawn": drawn_fields()[0],
    }


def cut(image, size, rng):
    """A random rectangle, `size`/2 px wide (half the um/px) up to the whole image, resized to uint8 [3, size, size]."""
    height, width, _ = image.shape
    most = min(height, width)
    # Log-uniform, so that every octave of scale is equally frequent; what would exceed the image is the whole image.
    least = size / 2
    side = np.exp(rng.uniform(np.log(least), np.log(max(least + 1, most * 1.3))))
    aspect = np.exp(rng.uniform(-0.15, 0.15))
    h, w = (int(round(min(most, side * a))) for a in (aspect, 1 / aspect))
    y, x = int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1))
    part = torch.from_numpy(image[y : y + h, x : x + w].copy()).permute(2, 0, 1)[None]
    if (h, w) != (size, size):
        part = F.interpolate(part, (size, size), mode="bilinear", antialias=True, align_corners=False)
    part = torch.rot90(part[0], int(rng.integers(4)), (1, 2))
    return part.flip(2) if rng.integers(2) else part


def views(images, size, count, rng, generator):
    """(float [count, size, size, 3] of 0 to 255, already re-stained; class number of lc25000 [count], -1 where it has none).

    The two generators decide everything. A blend of two views has no class.
    """
    sources = rng.choice(list(SHARES), count, p=list(SHARES.values()))
    parts = []
    classes = torch.full((count,), -1)
    for n, source in enumerate(sources):
        row = int(rng.integers(len(images[source])))
        parts.append(cut(images[source][row], size, rng))
        if source == "lc25000":
            classes[n] = images["classes"][row]
    pixels = torch.stack(parts).permute(0, 2, 3, 1)
    # A quarter of the views keep their stain; half change it, up to strongly; a quarter lose what their own colour tells.
    strength = torch.rand(count, generator=generator) * (torch.rand(count, generator=generator) > 0.25)
    shaken = stain.shake(pixels, strength, generator)
    levelled = torch.rand(count, generator=generator) < 0.25
    if levelled.any():
        shaken[levelled] = stain.level(pixels[levelled], generator)
    # A quarter are blends of two views: the teacher sees the same blend, so it is one more honest question.
    blend = torch.rand(count, 1, 1, 1, generator=generator) * 0.5 * (torch.rand(count, 1, 1, 1, generator=generator) < 0.25)
    classes[blend.flatten() > 0] = -1
    return shaken.lerp(shaken.flip(0), blend), classes


def normalise(pixels):
    """[B, H, W, 3] of 0 to 255 -> float [B, 3, H, W] with mean = std = 0.5."""
    return pixels.permute(0, 3, 1, 2).float().div(127.5).sub(1)
