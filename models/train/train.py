"""Trains the embedded backbone from random initialisation on the CPU; resumes from its last checkpoint.

    npx tsx src/cli/dump-training-patches.ts --count 5400 .cache/train/drawn
    nice -n 19 python3 models/train/train.py

Three losses on the same forward pass: regression of the teacher's class and patch tokens (standardised per dimension), and
cross-entropy of the drawn tissue (6) or the lc25000 class (5). Colours are shaken in optical density while the targets stay,
so that stain alone is a poor answer. Most steps see a random quarter of the patch tokens; the last phase sees all of them.
"""
import argparse
import json
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import data
from vit import WIDTH, Vit

parser = argparse.ArgumentParser()
parser.add_argument("--sparse-steps", type=int, default=1150)
parser.add_argument("--full-steps", type=int, default=150)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--seed", type=int, default=20)
parser.add_argument("--run", default="first")
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(options.seed)
folder = data.CACHE / options.run
folder.mkdir(parents=True, exist_ok=True)
GRID = 14


class Student(nn.Module):
    def __init__(self):
        super().__init__()
        self.vit = Vit().initialise(options.seed)
        self.to_class_token = nn.Linear(WIDTH, WIDTH)
        self.to_patch_tokens = nn.Linear(WIDTH, WIDTH)
        self.drawn_head = nn.Linear(WIDTH, 6)
        self.real_head = nn.Linear(WIDTH, 5)


def shake_colours(pixels, generator):
    """uint8 [B, H, W, 3] -> the same with optical densities scaled per channel and image, and the light changed a little."""
    b = len(pixels)
    gain = torch.empty(b, 1, 1, 1).uniform_(0.7, 1.4, generator=generator)
    tilt = torch.empty(b, 1, 1, 3).uniform_(0.8, 1.25, generator=generator)
    light = torch.empty(b, 1, 1, 3).uniform_(0.94, 1.0, generator=generator)
    x = (pixels.float() / 255).clamp_(1 / 255, 1)
    return x.pow_(gain * tilt).mul_(light * 255).permute(0, 3, 1, 2).div_(127.5).sub_(1)


def turned(pixels, tokens, quarter, mirror):
    """Turns and mirrors images [B, H, W, 3] and their patch tokens [B, 196, D] alike."""
    grid = tokens.reshape(len(tokens), GRID, GRID, -1)
    if mirror:
        pixels, grid = pixels.flip(2), grid.flip(2)
    pixels, grid = torch.rot90(pixels, quarter, (1, 2)), torch.rot90(grid, quarter, (1, 2))
    return pixels, grid.reshape(len(tokens), GRID * GRID, -1)


drawn_pixels, drawn_labels = data.drawn()
real_pixels, real_labels = data.real()
teacher = {"drawn": data.teacher_tokens("drawn", drawn_pixels), "real": data.teacher_tokens("lc25000", real_pixels)}
pixels_of = {"drawn": drawn_pixels, "real": real_pixels}
# Tissue numbers 1..6 (glass is 0) become 0..5.
labels_of = {"drawn": torch.from_numpy(drawn_labels - 1), "real": torch.from_numpy(real_labels)}
sample = np.concatenate([teacher["drawn"][::11], teacher["real"][::7]]).astype(np.float32)
statistics = [
    torch.from_numpy(s) for t in (sample[:, 0], sample[:, 1:].reshape(-1, WIDTH)) for s in (t.mean(0), t.std(0) + 1e-3)
]
del sample
cls_mean, cls_std, patch_mean, patch_std = statistics

student = Student()
decayed = [p for p in student.parameters() if p.ndim > 1]
plain = [p for p in student.parameters() if p.ndim <= 1]
optimiser = torch.optim.AdamW(
    [{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0}], lr=1e-3, betas=(0.9, 0.98)
)
total = options.sparse_steps + options.full_steps
step = 0
checkpoint = folder / "checkpoint.pt"
if checkpoint.exists():
    saved = torch.load(checkpoint)
    student.load_state_dict(saved["student"])
    optimiser.load_state_dict(saved["optimiser"])
    step = saved["step"]
    print(f"resumed at step {step}", flush=True)

started = time.time()
while step < total:
    # Every step has its own seed: a resumed run goes on as if it had never stopped.
    rng = np.random.default_rng([options.seed, step])
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    full = step >= options.sparse_steps
    size = 32 if full else 64
    peak = 1.2e-3
    lr = float(peak * min(1, (step + 1) / 120) * 0.5 * (1 + np.cos(np.pi * step / total)) + 1e-6)
    for group in optimiser.param_groups:
        group["lr"] = lr
    losses = {}
    optimiser.zero_grad(set_to_none=True)
    parts = []
    for name, share in (("drawn", 0.55), ("real", 0.45)):
        count = round(size * share)
        rows = np.sort(rng.choice(len(pixels_of[name]), count, replace=False))
        tokens = torch.from_numpy(teacher[name][rows].astype(np.float32))
        patch = (tokens[:, 1:] - patch_mean) / patch_std
        pixels, patch = turned(
            torch.from_numpy(np.array(pixels_of[name][rows])), patch, int(rng.integers(4)), bool(rng.integers(2))
        )
        parts.append((name, rows, shake_colours(pixels, generator), (tokens[:, 0] - cls_mean) / cls_std, patch))
    pixels = torch.cat([p[2] for p in parts])
    cls_target = torch.cat([p[3] for p in parts])
    patch_target = torch.cat([p[4] for p in parts])
    keep = None
    if not full:
        keep = torch.rand(size, GRID * GRID, generator=generator).argsort(1)[:, :49]
        patch_target = patch_target.gather(1, keep.unsqueeze(-1).expand(-1, -1, WIDTH))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        tokens = student.vit.tokens(pixels, keep)
        cls_out, patch_out = student.to_class_token(tokens[:, 0]), student.to_patch_tokens(tokens[:, 1:])
        drawn_out = student.drawn_head(tokens[: len(parts[0][1]), 0])
        real_out = student.real_head(tokens[len(parts[0][1]) :, 0])
    losses["class token"] = F.mse_loss(cls_out.float(), cls_target)
    losses["patch tokens"] = F.mse_loss(patch_out.float(), patch_target)
    losses["drawn"] = F.cross_entropy(drawn_out.float(), labels_of["drawn"][parts[0][1]], label_smoothing=0.1)
    losses["real"] = F.cross_entropy(real_out.float(), labels_of["real"][parts[1][1]], label_smoothing=0.1)
    loss = losses["class token"] + losses["patch tokens"] + 0.3 * losses["drawn"] + 0.3 * losses["real"]
    loss.backward()
    nn.utils.clip_grad_norm_(student.parameters(), 1.0)
    optimiser.step()
    step += 1
    if step % 20 == 0 or step == 1:
        line = {"step": step, "seconds": round(time.time() - started), "lr": round(lr, 6)}
        line |= {k: round(v.item(), 4) for k, v in losses.items()}
        print(json.dumps(line), flush=True)
        with open(folder / "log.jsonl", "a") as f:
            f.write(json.dumps(line) + "\n")
    if step % 50 == 0 or step == total:
        torch.save({"student": student.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, f"{checkpoint}.part")
        (folder / "checkpoint.pt.part").replace(checkpoint)
print("done", flush=True)
