"""Make the two models and measure them.

    python -m training make DATA_FOLDER TEACHER_FOLDER [--recipe FILE]
    python -m training graft DATA_FOLDER TEACHER_FOLDER [--recipe FILE] [--on]
    python -m training pack DATA_FOLDER TEACHER_FOLDER [--recipe FILE]
    python -m training land DATA_FOLDER TEACHER_FOLDER [--recipe FILE]
    python -m training measure EVAL_FOLDER DATA_FOLDER [--model FOLDER]

`make` makes the token table and `graft` the transformer, which starts from the table.
Both go on where they were stopped: everything finished lies in training/work. With
--on the transformer starts from the one in the package, as it was rounded.
`pack` writes what `training.large` trains the transformer of the package with on a
GPU, as training/work/models and training/work/large; `land` writes the package's from
what that left in training/work/gpu.
`measure` prints the figures and writes the model card, README.md in the model's
folder, whose text about the material comes from its manifest.
"""

import argparse
import logging
import shutil
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from index.embedders.static import lexicon_of
from training import (
    align,
    card,
    corpus,
    distil,
    export,
    extend,
    graft,
    measure,
    pack,
    ship,
    teacher,
    vocabulary,
)
from training.merge import merge
from training.table import Table
from training.train import Trainer
from training.tune import Shared, Tuner

log = logging.getLogger("training")
WORK = Path("training/work")
HERE = Path(__file__).parent
FAST = Path("index/models/fast")
GRAFT = Path("index/models/multilingual")


def make(data: Path, teacher_folder: Path, recipe: dict[str, Any], out: Path) -> None:
    """Go from the material to a model folder."""
    WORK.mkdir(exist_ok=True)
    tokenizer = _tokenizer(data, recipe)
    texts, english, best = corpus.read(data, tokenizer, recipe["weights"])
    vectors, row = _teach(teacher_folder, english, best, recipe)
    settings = recipe["table"] | {"seed": recipe["seed"]}
    table = Table(tokenizer.get_vocab_size(), settings["dimensions"], recipe["seed"])
    trainer = Trainer(texts, _cut(vectors, settings["dimensions"]), row, settings)
    trainer.run(table, WORK, phase=0)
    if not (WORK / "phase1.pt").exists():
        align.place(table, texts)
    trainer.run(table, WORK, phase=1)
    rows, counts = _met(table)
    shared = merge(rows, counts, settings["rows"])
    export.export(*shared, tokenizer, settings, out)
    material = distil.read(data, recipe["weights"])
    extend.extend(material, out, recipe["vocabulary"])
    for name in ("tune", "tune_on"):
        shipped, settings = Shared(out), settings | recipe[name]
        lexicon = lexicon_of(shipped.tensors)
        extended = Tokenizer.from_file(str(out / "tokenizer.json"))
        texts, _, _ = corpus.read(data, extended, recipe["weights"], lexicon)
        Tuner(texts, vectors, row, settings).tune(shipped, WORK / f"{name}.pt")
        shipped.write(settings)
        if name == "tune":
            extend.keep(material, out, recipe["vocabulary"])
    log.info("wrote %s", out)


def make_graft(
    data: Path, teacher_folder: Path, recipe: dict[str, Any], on: bool
) -> None:
    """Go from the material and the token table to the transformer's folder."""
    WORK.mkdir(exist_ok=True)
    material = distil.read(data, recipe["weights"])
    pairs = material.sentences.values()
    begin = (
        ship.again(GRAFT, FAST, teacher_folder)
        if on
        else graft.start(
            FAST,
            teacher_folder,
            [text for of in pairs for text in of.english],
            [text for of in pairs for text in of.other],
        )
    )
    settings = recipe["graft"] | (recipe["graft_on"] if on else {})
    ends = list[graft.Start]()
    for seed in settings["seeds"]:
        seeded = settings | {"seed": seed}
        run = distil.Distiller(material, begin, teacher_folder, seeded)
        ends.append(run.run(WORK / f"graft-{seed}.pt"))
    _ship(material, begin, ends, settings["taken"])


def pack_graft(data: Path, teacher_folder: Path, recipe: dict[str, Any]) -> None:
    """Write the material and the models for a machine that has a GPU."""
    WORK.mkdir(exist_ok=True)
    shutil.copytree(GRAFT, WORK / "graft", dirs_exist_ok=True)
    begin = ship.again(GRAFT, FAST, teacher_folder)
    pack.models(begin, GRAFT, teacher_folder, WORK / "models")
    material = distil.read(data, recipe["weights"])
    settings = recipe["graft"] | recipe["large"]
    pack.material(material, begin, teacher_folder, settings, WORK / "large")


def land_graft(data: Path, teacher_folder: Path, recipe: dict[str, Any]) -> None:
    """Ship what was trained on it, a part of the way from what was packed."""
    begin = ship.again(WORK / "graft", FAST, teacher_folder)
    ends = [pack.trained(begin, WORK / "gpu")]
    material = distil.read(data, recipe["weights"])
    _ship(material, begin, ends, recipe["large"]["taken"])


def _ship(
    material: distil.Material,
    begin: graft.Start,
    ends: list[graft.Start],
    taken: float,
) -> None:
    pairs = material.sentences.values()
    heard = [" ".join(of.other[i : i + 4]) for of in pairs for i in (0, 999)]
    ship.ship(ship.between(begin, ends, taken), heard, GRAFT)
    log.info("wrote %s", GRAFT)


def _tokenizer(data: Path, recipe: dict[str, Any]) -> Tokenizer:
    file, settings = WORK / "tokenizer.json", recipe["vocabulary"]
    if not file.exists():
        words = vocabulary.counted(data, recipe["weights"], WORK / "words.tsv")
        made = vocabulary.make(words, settings["pieces"], settings["size"])
        made.save(str(file), pretty=False)
    return Tokenizer.from_file(str(file))


def _teach(
    folder: Path, english: list[str], best: list[float], recipe: dict[str, Any]
) -> tuple[np.ndarray, np.ndarray]:
    """Give the teacher's vectors (t, 384), and each text's row of them.

    Which sentences are taught is drawn by their sources' weights (Efraimidis and
    Spirakis, 2006).
    """
    n = recipe["table"]["teacher_sentences"]
    chance = np.random.default_rng(recipe["seed"]).random(len(best))
    weight = np.array(best)
    key = np.where(weight > 0, chance ** (1 / np.maximum(weight, 1e-9)), -1)
    picked = np.sort(np.argsort(-key)[:n])
    vectors = teacher.encode(folder, [english[i] for i in picked], WORK / "teacher")
    row = np.full(len(english), -1, np.int32)
    row[picked] = np.arange(len(picked))
    return vectors, row


def _cut(vectors: np.ndarray, dimensions: int) -> np.ndarray:
    """Turn the teacher's space to its principal axes, and keep the first of them."""
    wide = vectors.astype(np.float32)
    _, axes = np.linalg.eigh(wide.T @ wide)
    cut: np.ndarray = wide @ axes[:, ::-1][:, :dimensions]
    return cut / np.linalg.norm(cut, axis=1, keepdims=True)


def _met(table: Table) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the table and how often each was updated; the unknown token, and
    tokens that no text held, say nothing."""
    rows, counts = table.rows.numpy().copy(), table.updates.numpy()[:, 0].copy()
    counts[0] = 0
    rows[counts == 0] = 0
    return rows, counts


def main() -> None:
    """Run one of the commands."""
    parser = argparse.ArgumentParser(prog="training", description=__doc__)
    parser.add_argument("command", choices=["make", "graft", "pack", "land", "measure"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("second", type=Path, help="the teacher's folder, or the data")
    parser.add_argument("--recipe", type=Path, default=HERE / "recipe.toml")
    parser.add_argument("--model", type=Path, default=FAST)
    parser.add_argument("--on", action="store_true", help="train the graft further")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(2)
    recipe = tomllib.loads(given.recipe.read_text("utf-8"))
    if given.command == "measure":
        rows = measure.summary(measure.measure(given.model, given.folder))
        for name, mean, worst, cells in rows:
            print(f"{name:18} mean {mean:.3f}  worst {worst:.2f}  {cells}")
        text = card.write(given.model, given.second, recipe, rows)
        (given.model / "README.md").write_text(text, "utf-8")
    elif given.command == "graft":
        make_graft(given.folder, given.second, recipe, given.on)
    elif given.command == "pack":
        pack_graft(given.folder, given.second, recipe)
    elif given.command == "land":
        land_graft(given.folder, given.second, recipe)
    else:
        make(given.folder, given.second, recipe, given.model)


if __name__ == "__main__":
    main()
