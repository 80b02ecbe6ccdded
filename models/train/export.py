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
from vit import Vit

parser = argparse.ArgumentParser()
parser.add_argument("--run", default="first")
parser.add_argument("--out", default=str(data.ROOT / "models" / "pathotune-tiny"))
parser.add_argument("--untrained", action="store_true", help="random weights: a folder to integrate against")
options = parser.parse_args()

model = Vit().initialise(20)
if not options.untrained:
    saved = torch.load(data.CACHE / options.run / "checkpoint.pt")
    print("step", saved["step"])
    model.load_state_dict({k[4:]: v for k, v in saved["student"].items() if k.startswith("vit.")})
rounded = {k: v.detach().half().contiguous() for k, v in model.state_dict().items()}
model.load_state_dict({k: v.float() for k, v in rounded.items()})
model.eval()
folder = pathlib.Path(options.out)
folder.mkdir(parents=True, exist_ok=True)
save_file(rounded, folder / "weights.safetensors", metadata={"format": "pt"})
(folder / "weights.safetensors").chmod(0o644)
# A drawn patch, as the training dump holds it; its bytes are kept as they are.
golden = folder / "golden.rgb"
if golden.exists():
    pixels = np.frombuffer(golden.read_bytes(), np.uint8).reshape(1, 224, 224, 3)
else:
    pixels = np.array(np.memmap(data.CACHE / "drawn" / "patches.u8", np.uint8, "r")[: 224 * 224 * 3]).reshape(1, 224, 224, 3)
    golden.write_bytes(pixels.tobytes())
with torch.no_grad():
    features = model(data.normalise(torch.from_numpy(pixels.copy())))
(folder / "golden.f32").write_bytes(features.numpy().astype("<f4").tobytes())
print("features", features[0, :4].tolist())
