"""Trains the embedded backbone from random initialisation by the steps of recipe.json; resumes from its last checkpoint.

    npx tsx src/cli/dump-training-patches.ts .cache/train/drawn
    nice -n 19 python3 models/train/train.py                     (CUDA where there is one, else one thread of the CPU)
    python3 models/train/train.py --run again --fraction 0.1     (the first tenth once more: the same curve?)

Distillation of features from a natural-image ViT-Tiny that sees the same re-stained views: its class and patch tokens after
every second block are the targets. First every stretch of two blocks learns alone, beginning from the teacher's state; then the
student runs whole, and in every other step it sees 60 % of the patch tokens; then it sees two different quarters of them at full
size, has to answer for the whole view (masked distillation) and for the class of lc25000 a little; at last it runs whole at full
size. No weight of the teacher is read into it.
"""
import argparse
import json
import time

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

import data
from plan import digest_of, plan_of, read_recipe
from vit import GRID, PATCH, WIDTH, Vit, pick

parser = argparse.ArgumentParser()
parser.add_argument("--run", default="main", help="name of the folder below .cache/train for checkpoint and curve")
parser.add_argument("--recipe", default=None, help="another recipe.json")
parser.add_argument("--fraction", type=float, default=1, help="stop after this share of the steps, on the same schedule")
parser.add_argument("--threads", type=int, default=1)
options = parser.parse_args()

torch.set_num_threads(options.threads)
device = "cuda" if torch.cuda.is_available() else "cpu"
recipe = read_recipe(options.recipe) if options.recipe else read_recipe()
plan = plan_of(recipe)
after = tuple(recipe["after"])
folder = data.CACHE / options.run
folder.mkdir(parents=True, exist_ok=True)
checkpoint = folder / "checkpoint.pt"

# Stretches see all patch tokens; whole steps all of them or, every other time, 60 %; masked steps a quarter, and a second student
# pass sees another quarter of the same views, for the teacher's answer costs as much as the student's step.
SHARE_SEEN = {"stretches": 1, "masked": 0.25}
MASKS = 2
teacher = Vit()
teacher.load_state_dict({k: v for k, v in load_file(data.TEACHER).items() if not k.startswith("head.")})
teacher.eval().requires_grad_(False).to(device)
student = Vit().initialise(recipe["seed"]).to(device)
images = data.material()


def look(step, row):
    """Step `step`'s normalised views and what was drawn for them: a resumed run goes on as if it had never stopped."""
    rng = np.random.default_rng([recipe["seed"], step])
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    size, count = row["size"], row["batch"]
    grid = size // PATCH
    # Every other step the view is a window of a 224 px image, else a whole image at a lower resolution.
    corner = None if step % 4 < 2 or grid == GRID else tuple(int(n) for n in rng.integers(0, GRID - grid + 1, 2))
    pixels, classes = data.views(images, size, count, rng, generator)
    share = SHARE_SEEN.get(row["kind"], 0.6 if step % 2 == 1 else 1)
    keep = []
    if share < 1:
        order = torch.rand(count, grid * grid, generator=generator).argsort(1).to(device)
        keep = order.split(round(share * grid * grid), 1)[: MASKS if row["kind"] == "masked" else 1]
    return data.normalise(pixels).to(device), classes.to(device), corner, keep


def split(tokens):
    return tokens[:, :1], tokens[:, 1:]


def spread(tokens):
    """Scales [D] of class and of patch tokens: the geometric mean of a dimension's own deviation and that of all dimensions."""
    deviations = [part.reshape(-1, WIDTH).std(0) for part in split(tokens)]
    return [(d * d.square().mean().sqrt()).sqrt().clamp_min(1e-3) for d in deviations]


with torch.no_grad():
    # Scales of the targets on views that no step shows: of the states, and of what each stretch adds to its input.
    states = teacher.states(look(10**6, {"kind": "stretches", "size": 112, "batch": 192})[0], after)
    state_scales = [spread(s) for s in states]
    added = [b - a for a, b in zip(states[:-2], states[1:-1])]
    stretch_scales = [state_scales[0], *[spread(s) for s in added], state_scales[-1]]
    del states, added

matrices = [p for n, p in student.named_parameters() if p.ndim == 2 and n.startswith("blocks.")]
others = [p for n, p in student.named_parameters() if not (p.ndim == 2 and n.startswith("blocks."))]
optimiser = torch.optim.AdamW(
    [{"params": matrices, "weight_decay": recipe["weight_decay"]}, {"params": others, "weight_decay": 0}],
    betas=tuple(recipe["betas"]),
)
# The classes of lc25000 are a weak extra question of the masked steps; the head is thrown away afterwards.
head = nn.Linear(WIDTH, len(data.CLASSES)).to(device)
nn.init.zeros_(head.weight)
nn.init.zeros_(head.bias)
head_optimiser = torch.optim.AdamW(head.parameters(), lr=1e-3)
step = 0
if checkpoint.exists():
    saved = torch.load(checkpoint, map_location=device)
    if saved["digest"] != digest_of(recipe, saved["step"]):
        raise SystemExit(f"{checkpoint} was made by other steps than recipe.json's first {saved['step']}: use another --run")
    student.load_state_dict(saved["student"])
    optimiser.load_state_dict(saved["optimiser"])
    if "head" in saved:
        head.load_state_dict(saved["head"])
        head_optimiser.load_state_dict(saved["head optimiser"])
    step = saved["step"]
    print(f"resumed at step {step}", flush=True)
# What an interrupted run wrote past its checkpoint is written again.
curve = folder / "curve.jsonl"
kept = curve.read_text().splitlines()[:step] if curve.exists() else []
curve.write_text("".join(f"{text}\n" for text in kept))


def save():
    part = checkpoint.with_suffix(".part")
    state = {"student": student.state_dict(), "optimiser": optimiser.state_dict()}
    state |= {"head": head.state_dict(), "head optimiser": head_optimiser.state_dict()}
    torch.save(state | {"step": step, "digest": digest_of(recipe, step)}, part)
    part.replace(checkpoint)


def distance(got, want, scale):
    """Smooth L1 of class tokens and of patch tokens, each in units of its scale."""
    return [F.smooth_l1_loss(g.float() / s, w.float() / s, beta=2.0) for g, w, s in zip(split(got), split(want), scale)]


last = round(len(plan) * options.fraction)
started = time.time()
while step < last:
    row = plan[step]
    for group in optimiser.param_groups:
        group["lr"] = row["rate"]
    optimiser.zero_grad(set_to_none=True)
    head_optimiser.zero_grad(set_to_none=True)
    pixels, classes, corner, keep = look(step, row)
    stretches = row["kind"] == "stretches"
    with torch.autocast(device, dtype=torch.bfloat16):
        with torch.no_grad():
            want = teacher.states(pixels, after, corner)
        if stretches:
            got = student.states(pixels, after, corner, restart=want)
        else:
            got = student.states(pixels.repeat(max(1, len(keep)), 1, 1, 1), after, corner, torch.cat(keep) if keep else None)
            if keep:
                rows = [torch.cat([torch.zeros_like(part[:, :1]), part + 1], 1) for part in keep]
                want = [torch.cat([pick(w, part) for part in rows]) for w in want]
                classes = classes.repeat(len(keep))
    losses = [distance(g, w, s) for g, w, s in zip(got, want, stretch_scales if stretches else state_scales)]
    # A stretch answers for itself; the whole student above all for its last tokens.
    weights = {"stretches": [1.0] * len(after), "masked": [0.5, 0.4, 0.3, 0.3, 0.3, 1.5]}
    weights = weights.get(row["kind"], [0.3] * (len(after) - 1) + [1.5])
    loss = sum(w * (c + p) for w, (c, p) in zip(weights, losses))
    if row["kind"] == "masked" and (classes >= 0).any():
        answers = head(got[-1][:, 0].float())
        loss = loss + 0.3 * F.cross_entropy(answers, classes, ignore_index=-1, label_smoothing=0.1)
    loss.backward()
    nn.utils.clip_grad_norm_(student.parameters(), 1.0)
    optimiser.step()
    head_optimiser.step()
    step += 1
    line = {"step": step, "seconds": round(time.time() - started), "kind": row["kind"], "size": row["size"]}
    line |= {"class": [round(c.item(), 4) for c, _ in losses], "patch": [round(p.item(), 4) for _, p in losses]}
    with open(curve, "a") as f:
        f.write(json.dumps(line) + "\n")
    if step % 10 == 0:
        print(json.dumps(line), flush=True)
    if step % 25 == 0 or step == last:
        save()
print("done", flush=True)
