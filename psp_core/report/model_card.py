"""What the card of a model has to tell (Mitchell 2019), and a table of many cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, is_dataclass
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from psp_core.report.cards import Card, Lines, Rows, head, in_groups

INTENDED = (
    "research on methods: to check what the two papers report, and to compare models on the same "
    "patients under the same protocol"
)
NOT_FOR = (
    "no clinical use: no decision about a patient, no triage, no second reading; it was not "
    "developed, tested or approved as a medical device"
)
OWN_LICENCE = "MIT licence, as the code"


@dataclass(frozen=True)
class ModelCard(Card):
    """What a model is, what it learned from, what it is for and how it does (Mitchell 2019).

    Mappings are text by topic, tuples of mappings are tables.
    """

    FOLDER: ClassVar[str] = "models"

    kind: str = field(metadata=head("kind"))
    model: Lines = field(
        metadata=head("model", "class", "preset", "feature set", "settings", "parameters")
    )
    weights: Lines = field(metadata=head("weights", "file", "sha256"))
    training: Lines = field(
        metadata=head("learned from", "collections", "n", "folds", "seed", "params digest")
    )
    intended_use: str = field(metadata=head("intended use"))
    not_for: str = field(metadata=head("not for"))
    performance: Rows = field(metadata=head("performance"))
    calibration: Rows = field(metadata=head("calibration"))
    subgroups: Rows = field(metadata=head("subgroups"))
    overlap: Lines = field(metadata=head("overlap with the sets that are predicted"))
    limits: tuple[str, ...] = field(metadata=head("known limits"))
    licence: str = field(metadata=head("licence"))
    disclosure: str = field(metadata=head("may be shown to"))


def model_cards_table(cards: Iterable[ModelCard]) -> pd.DataFrame:
    """One row per card of a weights file: what it is, what it learned from, and its overlap."""
    return pd.DataFrame(
        {
            "model": card.title,
            "kind": card.kind.partition(":")[0],
            "parameters": card.model["parameters"],
            "learned from": f"{card.training['collections']}: {card.training['n']}",
            "digest of its weights": in_groups(card.weights["sha256"][:12]),
            "overlap": "; ".join(f"{name}: {told}" for name, told in card.overlap.items()),
        }
        for card in cards
    )


def settings_text(values: Mapping[str, Any]) -> str:
    """Write settings as ``name value``, lists without brackets; a section within is left out.

    Of a path only the last part is written: cards leave the machine.
    """
    told = []
    for key, value in values.items():
        if isinstance(value, tuple | list):
            told.append(f"{key} {' '.join(map(str, value)) or 'none'}")
        elif isinstance(value, str) and Path(value).expanduser().is_absolute():
            told.append(f"{key} {Path(value).name}")
        elif not is_dataclass(value):
            told.append(f"{key} {value}")
    return ", ".join(told)
