"""Writes the trained backbone as models/pathotune-tiny/{weights.safetensors,golden.rgb,golden.f32}.

    python3 models/train/export.py            then      npx tsx src/cli/export-model.ts models/pathotune-tiny

Weights are rounded to fp16; the golden features are PyTorch's, in fp32, of the rounded weights.
"""
import argparse
import pathlib

import numpy as np
import torch
from safetensors.torch import save_file

import data
from plan import digest_of, plan_of, read_recipe
from vit import IMAGE, Vit

parser = argparse.ArgumentParser()
parser.add_argument("--run", default="main")
parser.add_argument("--out", default=str(data.ROOT / "models" / "pathotune-tiny"))
parser.add_argument("--untrained", action="store_true", help="random weights: a folder to integrate against")
options = parser.parse_args()

recipe = read_recipe()
model = Vit().initialise(recipe["seed"])
if not options.untrained:
    saved = torch.load(data.CACHE / options.run / "checkpoint.pt", map_location="cpu")
    steps = len(plan_of(recipe))
    if saved["step"] != steps or saved["digest"] != digest_of(recipe, steps):
        raise SystemExit(f"run {options.run} is at step {saved['step']} and not at the end of recipe.json's {steps}")
    model.load_state_dict(saved["student"])
rounded = {k: v.detach().half().contiguous() for k, v in model.state_dict().items()}
model.load_state_dict({k: v.float() for k, v in rounded.items()})
model.eval()
folder = pathlib.Path(options.out)
folder.mkdir(parents=True, exist_ok=True)
save_file(rounded, folder / "weights.safetensors", metadata={"format": "pt"})
(folder / "weights.safetensors").chmod(0o644)
# A drawn patch at 0.5 um/px; its bytes are kept as they are once they exist.
golden = folder / "golden.rgb"
if golden.exists():
    pixels = np.frombuffer(golden.read_bytes(), np.uint8).reshape(1, IMAGE, IMAGE, 3)
else:
    pixels = data.drawn_fields()[0][:1, :IMAGE, :IMAGE]
    golden.write_bytes(pixels.tobytes())
with torch.no_grad():
    features = model(data.normalise(torch.from_numpy(pixels.copy())))
(folder / "golden.f32").write_bytes(features.numpy().astype("<f4").tobytes())
print("features", features[0, :4].tolist())
