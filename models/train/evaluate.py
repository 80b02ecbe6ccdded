"""Measures a backbone's frozen features beside the natural-image ViT-Tiny, random initialisation, colours only and majority.

    python3 models/train/evaluate.py                      the shipped weights on crc_polyp5 `pool` (to choose by) and lc25000
    python3 models/train/evaluate.py --checkpoint main    the same of a run that is under way
    python3 models/train/evaluate.py --rounding main      fp16 against fp32
    python3 models/train/evaluate.py --final              the shipped weights on crc_polyp5 `test`: once, nothing is chosen after it

Prints a table, writes the figures of every draw as JSON. Features are kept below .cache/train/features, by digest of weights.
"""
import argparse
import hashlib
import json

import numpy as np
import torch
from safetensors.torch import load_file

import data
import protocol
import stain
from vit import Vit

SHIPPED = data.ROOT / "models" / "pathotune-tiny" / "weights.safetensors"
VIEWS = ("raw", "standardised", "jittered")
# Every standardised patch gets this optical density: light H&E, the same for all patches of all sets.
MEAN, DEVIATION = torch.tensor([0.35, 0.6, 0.3]), torch.tensor([0.25, 0.3, 0.18])
JITTER_SEED = 7000


def weights_of(name):
    """The state of a backbone: `natural`, `random`, `shipped`, or a run below .cache/train."""
    if name == "random":
        return Vit().initialise(20).state_dict()
    if name == "natural":
        return {k: v for k, v in load_file(data.TEACHER).items() if not k.startswith("head.")}
    if name == "shipped":
        return {k: v.float() for k, v in load_file(SHIPPED).items()}
    return torch.load(data.CACHE / name / "checkpoint.pt", map_location="cpu")["student"]


def digest(state):
    hashed = hashlib.sha256()
    for key in sorted(state):
        hashed.update(key.encode() + state[key].float().contiguous().numpy().tobytes())
    return hashed.hexdigest()[:16]


def seen(file, view):
    """One patch as float [1, 224, 224, 3] of whole numbers 0 to 255 under one of the three views."""
    pixels = torch.from_numpy(data.read_rgb(file).copy())[None].float()
    if view == "standardised":
        pixels = stain.standardise(pixels, MEAN, DEVIATION)
    if view == "jittered":
        # A patch's jitter follows from its name: the same for every backbone and every draw.
        seed = int(hashlib.sha256(f"{JITTER_SEED} {file.name}".encode()).hexdigest()[:8], 16)
        generator = torch.Generator().manual_seed(seed)
        pixels = stain.shake(pixels, 0.4 + 0.6 * torch.rand(1, generator=generator), generator)
    return pixels.round()


def colours(pixels):
    """Mean and deviation of each channel, [B, 6]."""
    return torch.cat([pixels.mean((1, 2)), pixels.std((1, 2))], 1)


def features(name, files, view, precision="bfloat16"):
    """[N, D] of the files under a view; computed once per weights, file and view."""
    state = None if name == "colour" else weights_of(name)
    key = "colour" if state is None else f"{digest(state)}-{precision}"
    target = data.CACHE / "features" / f"{key}-{view}.npz"
    target.parent.mkdir(parents=True, exist_ok=True)
    known = dict(np.load(target)) if target.exists() else {}
    names = [str(file.relative_to(data.SHARED)) for file in files]
    missing = [(n, file) for n, file in zip(names, files) if n not in known]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if state is not None:
        model = Vit()
        model.load_state_dict(state)
        model.eval().to(device)
    for at in range(0, len(missing), 32):
        batch = missing[at : at + 32]
        pixels = torch.cat([seen(file, view) for _, file in batch])
        with torch.inference_mode(), torch.autocast(device, torch.bfloat16, enabled=precision == "bfloat16"):
            out = colours(pixels) if state is None else model(data.normalise(pixels).to(device)).float().cpu()
        known.update((n, row) for (n, _), row in zip(batch, out.numpy()))
        np.savez(target, **known)
    return np.stack([known[n] for n in names])


def crc_polyp5(part):
    """(files, labels) of crc_polyp5's `pool` or `test`."""
    files = sorted((data.SHARED / "patches" / "crc_polyp5" / part).rglob("*.jpg"))
    return np.array(files), np.array([file.parent.name for file in files])


def measure_crc(name, view, final, every):
    """Labels are drawn from every `every`-th patch of `pool`; answered is `test` (every `every`-th) with `final`, else the rest."""
    files, labels = (x[::every] for x in crc_polyp5("pool"))
    if final:
        others, truth = (x[::every] for x in crc_polyp5("test"))
    drawn = [protocol.draw_labels(labels, None, 16, seed) for seed in protocol.SEEDS]
    used = np.unique(np.concatenate(drawn)) if final else np.arange(len(files))
    known = features(name, files[used], view)
    table = np.zeros((len(files), known.shape[1]), np.float32)
    table[used] = known
    asked = features(name, others, view) if final else None
    found = []
    for rows in drawn:
        rest = np.setdiff1d(np.arange(len(files)), rows)
        query, answers = (asked, truth) if final else (table[rest], labels[rest])
        found.append(protocol.episode(table[rows], labels[rows], query, answers))
    return found


def measure_lc25000(name):
    """20 labels a class from 20 groups of `val`, answered are all patches of other `val` groups."""
    files, labels, groups = (np.array(x) for x in data.lc25000("val"))
    known = features(name, files, "raw")
    found = []
    for seed in protocol.SEEDS:
        rows = protocol.draw_labels(labels, groups, 20, seed)
        rest = protocol.rows_to_answer(groups, rows)
        found.append(protocol.episode(known[rows], labels[rows], known[rest], labels[rest]))
    return found


def measure_rounding(run):
    """What fp16 does to `run`'s answers, both computed in fp32: logits of a head on draw 0, on every third patch of `pool`."""
    files, labels = (x[::3] for x in crc_polyp5("pool"))
    rows = protocol.draw_labels(labels, None, 16, 0)
    exact, rounded = (features(name, files, "raw", "float32") for name in (run, "shipped"))
    head = protocol.logistic_model(protocol.prepare(exact[rows], exact[rows])[0], labels[rows])
    a, b = (head.decision_function(protocol.prepare(exact[rows], x)[1]) for x in (exact, rounded))
    return {
        "patches": len(files),
        "relative error of logits": float(np.linalg.norm(a - b) / np.linalg.norm(a)),
        "same top-1": float((a.argmax(1) == b.argmax(1)).mean()),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkpoint", default="shipped", help="`shipped`, or a run below .cache/train")
    parser.add_argument("--final", action="store_true")
    parser.add_argument("--only", default="", help="comma-separated: crc raw,crc standardised,crc jittered,lc25000 raw")
    parser.add_argument("--backbones", default="", help="comma-separated, instead of all of them")
    parser.add_argument("--every", type=int, default=1, help="take every n-th patch of crc_polyp5 only: quicker, wider")
    parser.add_argument("--json", default=None)
    parser.add_argument("--rounding", metavar="RUN", help="only compare the shipped fp16 weights with this run's fp32 weights")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.rounding:
        print(json.dumps(measure_rounding(options.rounding)))
        return
    names = options.backbones.split(",") if options.backbones else [options.checkpoint, "natural", "random", "colour"]
    tasks = [f"crc {view}" for view in VIEWS] + ["lc25000 raw"]
    tasks = options.only.split(",") if options.only else tasks
    figures = {"seeds": protocol.SEEDS, "answered": "test" if options.final else "pool", "every": options.every, "tasks": {}}
    for task in tasks:
        print(f"\n{task}: balanced accuracy, mean of 20 draws [95 % interval]; majority 0.200", flush=True)
        table = figures["tasks"][task] = {}
        for name in names:
            found = measure_lc25000(name) if task == "lc25000 raw" else measure_crc(name, task.split()[1], options.final, options.every)
            table[name] = {how: protocol.summary(v) for how, v in zip(("centroid", "regression"), zip(*found))}
            cells = "  ".join(f"{how} {s['mean']:.3f} [{s['low']:.3f}, {s['high']:.3f}]" for how, s in table[name].items())
            print(f"  {name:10} {cells}", flush=True)
        if {"natural", "random"} <= table.keys() and names[0] not in ("natural", "random"):
            for how in ("centroid", "regression"):
                lead = protocol.share_of_lead(*(table[n][how]["mean"] for n in (names[0], "natural", "random")))
                table[names[0]][how]["share of lead"] = lead
                print(f"  share of the natural-image model's lead, {how}: {lead:.1%}")
    if options.json:
        with open(options.json, "w") as f:
            json.dump(figures, f, indent=1)
            f.write("\n")


if __name__ == "__main__":
    main()
