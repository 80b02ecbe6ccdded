"""Training material: drawn patches, the lc25000 train split, and the teacher's tokens of both, cached as arrays.

Knows where material lies and nothing of the student. crc_polyp5 is never read here.
"""
import csv
import pathlib

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

from vit import IMAGE, Vit

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "train"
SHARED = ROOT.parent / "shared" / "data"
REAL_CLASSES = ["colon_aca", "colon_n", "lung_aca", "lung_n", "lung_scc"]


def normalise(pixels_u8):
    """uint8 [B, 224, 224, 3] -> float [B, 3, 224, 224] with mean = std = 0.5."""
    return pixels_u8.permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def drawn():
    """(uint8 [N, 224, 224, 3], tissue numbers [N]) from src/cli/dump-training-patches.ts."""
    labels = np.fromfile(CACHE / "drawn" / "labels.u8", np.uint8)
    pixels = np.memmap(CACHE / "drawn" / "patches.u8", np.uint8, "r").reshape(len(labels), IMAGE, IMAGE, 3)
    return pixels, labels.astype(np.int64)


def real():
    """(uint8 [N, 224, 224, 3], class numbers [N]): lc25000, rows with split == train only."""
    target = CACHE / "lc25000-train.npz"
    if not target.exists():
        folder = SHARED / "patches" / "lc25000"
        with open(folder / "groups.csv") as f:
            rows = [row for row in csv.DictReader(f) if row["split"] == "train"]
        pixels = np.stack([np.asarray(Image.open(folder / row["file"]).convert("RGB")) for row in rows])
        labels = np.array([REAL_CLASSES.index(row["label"]) for row in rows])
        np.savez(target, pixels=pixels, labels=labels)
    loaded = np.load(target)
    return loaded["pixels"], loaded["labels"].astype(np.int64)


def teacher_tokens(name, pixels):
    """float16 [N, 197, 192]: the natural-image ViT-Tiny's tokens after its final norm."""
    target = CACHE / f"teacher-{name}-{len(pixels)}.npy"
    if not target.exists():
        teacher = Vit()
        weights = load_file(SHARED / "weights" / "vit_tiny_patch16_224.safetensors")
        teacher.load_state_dict({k: v for k, v in weights.items() if not k.startswith("head.")})
        teacher.eval()
        out = np.empty((len(pixels), 197, 192), np.float16)
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            for at in range(0, len(pixels), 32):
                batch = torch.from_numpy(np.array(pixels[at : at + 32]))
                out[at : at + 32] = teacher.tokens(normalise(batch)).float().numpy()
        np.save(target, out)
    return np.load(target, mmap_mode="r")
