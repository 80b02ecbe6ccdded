"""The tuning step by PyTorch eager on the processor, as one would write it: a plain ViT (timm's keys), deep prompts (Jia et al. 2022),
cosine head, cross-entropy, torch.optim.AdamW. Needs nothing but torch.

argv: weights.safetensors feeds.safetensors config.json. Then one command a line on stdin, one JSON line each on stdout:
"threads N" -> {}, "step" -> {"ms", "loss"}.
"""
import json
import struct
import sys
import time

import torch
import torch.nn.functional as F

DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def read_safetensors(path):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] not in DTYPES:
            continue
        begin, end = (8 + length + at for at in entry["data_offsets"])
        dtype = DTYPES[entry["dtype"]]
        tensors[name] = torch.frombuffer(data[begin:end], dtype=dtype).reshape(entry["shape"]).float().clone()
    return tensors


class Upper:
    """Blocks first .. depth-1 and the read-out of the class token."""

    def __init__(self, weights, depth, first, heads, eps):
        self.w, self.depth, self.first, self.heads, self.eps = weights, depth, first, heads, eps

    def norm(self, x, key):
        return F.layer_norm(x, x.shape[-1:], self.w[f"{key}.weight"], self.w[f"{key}.bias"], self.eps)

    def linear(self, x, key):
        return F.linear(x, self.w[f"{key}.weight"], self.w[f"{key}.bias"])

    def block(self, x, i):
        key = f"blocks.{i}"
        b, t, d = x.shape
        qkv = self.linear(self.norm(x, f"{key}.norm1"), f"{key}.attn.qkv")
        q, k, v = qkv.reshape(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, t, d)
        x = x + self.linear(mixed, f"{key}.attn.proj")
        hidden = F.gelu(self.linear(self.norm(x, f"{key}.norm2"), f"{key}.mlp.fc1"))
        return x + self.linear(hidden, f"{key}.mlp.fc2")

    def features(self, tokens, prompts):
        count = tokens.shape[1]
        x = tokens
        for i in range(self.first, self.depth):
            own = prompts[i - self.first].expand(len(x), -1, -1)
            x = self.block(torch.cat([x, own], dim=1), i)[:, :count]
        return self.norm(x[:, 0], "norm")


def main():
    weights_path, feeds_path, config_path = sys.argv[1:4]
    config = json.loads(open(config_path).read())
    weights, feeds = read_safetensors(weights_path), read_safetensors(feeds_path)
    model = Upper(weights, config["depth"], config["firstBlock"], config["heads"], config["layerNormEps"])

    prompts, head = (torch.nn.Parameter(feeds[name]) for name in ("prompts", "headWeight"))
    optimiser = torch.optim.AdamW([prompts, head], lr=2e-3, weight_decay=0.01)
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        command, *arguments = line.split()
        answer = {}
        if command == "threads":
            torch.set_num_threads(int(arguments[0]))
        elif command == "step":
            before = time.perf_counter()
            optimiser.zero_grad(set_to_none=True)
            features = model.features(feeds["tokens"], prompts) - feeds["centre"]
            cosine = F.normalize(features, dim=1) @ F.normalize(head, dim=1).T
            loss = F.cross_entropy(config["temperature"] * cosine, feeds["targets"])
            loss.backward()
            optimiser.step()
            answer = {"ms": 1000 * (time.perf_counter() - before), "loss": loss.item()}
        print(json.dumps(answer), flush=True)


main()
