"""The recipe as one row per step. Knows the schedule only: no model, no image, no clock."""
import hashlib
import json
import pathlib

RECIPE = pathlib.Path(__file__).with_name("recipe.json")


def read_recipe(path=RECIPE):
    return json.loads(pathlib.Path(path).read_text())


def plan_of(recipe):
    """[{kind, size, batch, rate}] of every step; the learning rate goes linearly from the first to the last step of a phase."""
    rows = []
    for phase in recipe["phases"]:
        first, last = phase["rate"]
        for n in range(phase["steps"]):
            at = n / max(1, phase["steps"] - 1)
            row = {key: phase[key] for key in ("kind", "size", "batch")}
            rows.append(row | {"rate": first + (last - first) * at})
    return rows


def digest_of(recipe, steps):
    """A hash of all that decides the first `steps` steps: a checkpoint goes on only under a recipe that agrees on them."""
    rest = {key: value for key, value in recipe.items() if key != "phases"}
    text = json.dumps([rest, plan_of(recipe)[:steps]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
