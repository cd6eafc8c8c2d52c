"""The weights that a run keeps as files, and what each of them was trained on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from safetensors import safe_open

from psp_core.classifiers.feature_sets import DOSES, feature_set_of
from psp_core.encoder.weights import CARD, ENCODER
from psp_core.errors import MissingInputError, TableError
from psp_core.params.names import value_of
from psp_core.preprocessing.lesion.segmenter import CARD as SEGMENTER_CARD
from psp_core.preprocessing.lesion.segmenter import WEIGHTS as SEGMENTER_WEIGHTS
from psp_core.report.formatting import decimal
from psp_core.runs import Run, digest_of_file
from psp_core.study import sequence_pretext, survival_transfer
from psp_core.study.ablation import stage_name
from psp_core.study.ablation_variants import VARIANTS
from psp_core.study.entry import Entry

BY_PRODUCTS = ("restorer", "training", "state", "snapshots")
"""Begin the names of files, or of folders, with states of a training: no model of their own."""


@dataclass(frozen=True)
class Kind:
    """One kind of weights: where a run keeps it, and what it is.

    Attributes
    ----------
    file : str
        Relative to the run's folder.
    title, kind, learns : str
        What a reader calls it, what it is for, and from what it learns.
    settings, collections : str
        Dotted: section of its settings, and setting that names its collections.
    """

    file: str
    title: str
    kind: str
    learns: str
    settings: str
    collections: str = "pretraining.collections"


KINDS: Mapping[str, Kind] = {
    "pretraining": Kind(
        f"pretraining/{ENCODER}", "Self-supervised encoder", "encoder of T1CE and FLAIR volumes",
        "restoration and contrast of corrupted views, without labels", "pretraining",
    ),
    **{
        stage_name(name): Kind(
            f"{stage_name(name)}/{ENCODER}", f"Ablation encoder: {variant.title}",
            "small encoder of T1CE and FLAIR volumes",
            "nothing: first weights" if variant.objective == "none" else
            f"{variant.title}, without labels", "ablation",
        )
        for name, variant in VARIANTS.items()
    },
    survival_transfer.STAGE: Kind(
        f"{survival_transfer.STAGE}/{ENCODER}", "Encoder that learned from survival",
        "small encoder of T1CE and FLAIR volumes", "days to death", "survival",
        "survival.collections",
    ),
    sequence_pretext.STAGE: Kind(
        f"{sequence_pretext.STAGE}/{sequence_pretext.WEIGHTS}", "3-D DenseNet, sequence type",
        "first weights of the DenseNet", "telling FLAIR from T1CE", "densenet",
    ),
    "segmenter": Kind(
        f"segmenter/segmenter/{SEGMENTER_WEIGHTS}", "Lesion segmenter of the study",
        "segmenter of the lesion", "drawn masks", "lesion.segmenter", "",
    ),
}  # fmt: skip


OF_SOURCE: Mapping[str, str] = {
    "tokens": "pretraining",
    "sequence_weights": sequence_pretext.STAGE,
    "small_encoder": stage_name("r + c*r"),
    f"small_encoder:{survival_transfer.STAGE}": survival_transfer.STAGE,
}
"""Weights, a key of `KINDS`, behind what a model reads; those of ``ablation_tokens`` by variant."""


OF_A_LESION = frozenset(
    {"t1ce_slices", "lesion_sequences", "radiomics", "cnn_features", "lesion_crops"}
)
"""Sources, see `study.sources`, that are cut out or computed where the lesion is."""
COLUMNS_OF_A_LESION = frozenset({*DOSES, "lesion_volume_cm3"})


@dataclass(frozen=True)
class Exported:
    """Weights that are there.

    Attributes
    ----------
    name : str
        A key of `KINDS`.
    kind : Kind
    sha256 : str
        Of the file.
    n_numbers : int
        In all its tensors.
    shape : str
        Architecture as its card tells it.
    scans : tuple of str or None
        ``dataset/subject_id/timepoint`` that it learned from; None where no file tells them.
    collections : tuple of str
    n_scans : str
        How many, as text.
    measured : tuple of mapping
        Its own figures, as rows of text.
    """

    name: str
    kind: Kind
    sha256: str
    n_numbers: int
    shape: str
    scans: tuple[str, ...] | None
    collections: tuple[str, ...]
    n_scans: str
    measured: tuple[Mapping[str, str], ...]


def exported_weights(run: Run, *, kinds: Mapping[str, Kind] = KINDS) -> list[Exported]:
    """Weights of every finished stage.

    Raises
    ------
    TableError
        If a stage keeps weights that are not among `kinds`: they would go without a card.
    MissingInputError
        If a finished stage lacks its weights.
    """
    stages = sorted(
        path.stem for path in (run.folder / "stages").glob("*.json") if "." not in path.stem
    )
    known = {kind.file for kind in kinds.values()}
    there = {
        path.relative_to(run.folder).as_posix()
        for stage in stages
        for path in (run.folder / stage).rglob("*.safetensors")
    }
    unknown = sorted(file for file in there - known if not _is_by_product(file))
    if unknown:
        raise TableError("exported weights", [
            f"{file} has no card; add what it is to report/exported.py, KINDS" for file in unknown
        ])  # fmt: skip
    return [_read(run, name, kind) for name, kind in kinds.items() if name in stages]


def weights_behind(entry: Entry) -> set[str]:
    """Keys of `KINDS` of the weights behind what a model reads.

    The study's segmenter is among them where the model reads anything that a lesion was needed
    for, since that is one of those who may have drawn it.
    """
    behind = {
        OF_SOURCE.get(name, name.replace("ablation_tokens:", "ablation_").partition(":")[0])
        for name in entry.sources.values()
    }
    behind |= {"segmenter"} if _reads_lesion(entry) else set()
    return behind & KINDS.keys()


def _reads_lesion(entry: Entry) -> bool:
    sources = {name.partition(":")[0] for name in entry.sources.values()}
    columns = set(feature_set_of(entry.feature_set).columns)
    is_masked = entry.settings.get("tokens_used") == "lesion"
    return bool(is_masked or sources & OF_A_LESION or columns & COLUMNS_OF_A_LESION)


def _is_by_product(file: str) -> bool:
    return any(part.startswith(BY_PRODUCTS) for part in Path(file).parts[1:])


def _read(run: Run, name: str, kind: Kind) -> Exported:
    path = run.folder / kind.file
    if not path.is_file():
        raise MissingInputError(f"{kind.file} is not there, though its stage is finished; run its "
                                "page again, or bring the file back")  # fmt: skip
    card = _card(path)
    keys = card.get("keys")
    scans = None if keys is None else tuple(keys)
    setting = kind.collections
    named = value_of(run.params, setting) if setting else card.get("collections", ())
    found = sorted({key.partition("/")[0] for key in scans}) if scans else ()
    number = card.get("n_cases") if scans is None else len(scans)
    return Exported(
        name=name,
        kind=kind,
        sha256=digest_of_file(path),
        n_numbers=_count(path),
        shape=", ".join(f"{key} {value}" for key, value in card.get("architecture", {}).items()),
        scans=scans,
        collections=tuple(found or (named if scans is None else ())),
        n_scans="scans, their number not told by its files"
        if number is None
        else f"{number} scans",
        measured=_measured(run.folder / name),
    )


def _card(path: Path) -> dict[str, Any]:
    """What lies beside the weights; empty where they have no card of their own."""
    for name in (CARD, SEGMENTER_CARD):
        if (path.parent / name).is_file():
            card = json.loads((path.parent / name).read_text(encoding="utf-8"))
            return card if isinstance(card, dict) else {}
    return {}


def _count(path: Path) -> int:
    with safe_open(path, framework="np") as file:
        names = list(file.keys())
        return sum(math.prod(file.get_slice(name).get_shape()) for name in names)


def _measured(folder: Path) -> tuple[Mapping[str, str], ...]:
    """Figures of the stage itself: loss of its last step, concordance, Dice of held-out cases."""
    rows: list[Mapping[str, str]] = []
    if (folder / "concordance.parquet").is_file():
        table = pd.read_parquet(folder / "concordance.parquet")
        for one in table[table["is_used"]].to_dict("records"):
            told = f"{one['n_held_out']} held-out patients, {one['died']} of them died"
            rows.append({"figure": "concordance", "of": told, "value": decimal(one["concordance"])})
    if (folder / "held_out.parquet").is_file():
        table = pd.read_parquet(folder / "held_out.parquet").drop(columns="case_id")
        for region in table:
            told = f"{int(table[region].notna().sum())} held-out cases"
            value = decimal(float(table[region].median()))
            rows.append({"figure": f"median Dice, {region}", "of": told, "value": value})
    if (folder / "history.parquet").is_file() and not rows:
        table = pd.read_parquet(folder / "history.parquet")
        for one in table.tail(1).to_dict("records"):
            told = f"step {int(one['step']) + 1}"
            rows.append({"figure": "training loss", "of": told, "value": decimal(one["loss"])})
    return tuple(rows)
