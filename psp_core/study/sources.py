"""What estimators read besides the patients table: one line a source, opened when it is needed."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

import pandas as pd

from psp_core.errors import EstimatorError
from psp_core.runs import Run
from psp_core.study.entry import Entry, Source

SOURCES: dict[str, str] = {
    "tokens": "psp_core.study.token_sources:trained_tokens",
    "untrained_tokens": "psp_core.study.token_sources:untrained_tokens",
    "ablation_tokens": "psp_core.study.ablation_source:ablation_tokens",
    "t1ce_slices": "psp_core.study.slice_source:t1ce_slices",
    "lesion_sequences": "psp_core.study.slice_source:lesion_sequences",
    "radiomics": "psp_core.study.radiomics_source:radiomics",
    "cnn_features": "psp_core.study.cnn_feature_source:cnn_features",
    "small_volumes": "psp_core.study.volume_source:small_volumes",
    "small_encoder": "psp_core.study.volume_source:small_encoder",
    "lesion_crops": "psp_core.study.volume_source:crops",
    "sequence_weights": "psp_core.study.volume_source:sequence_weights",
}
"""``module:function`` by name. The function takes the run, its patients table, and what follows a
colon in the name (else nothing), and gives a source, or None where the run cannot supply it."""


def open_sources(
    run: Run, table: pd.DataFrame, entries: Iterable[Entry]
) -> dict[str, Source | None]:
    """Every source that some entries read, by name.

    Parameters
    ----------
    table : DataFrame
        The patients table.
    entries : iterable of Entry

    Raises
    ------
    EstimatorError
        If there is no source of a name.
    PSPError
        Whatever a source raises.
    """
    names = dict.fromkeys(name for entry in entries for name in entry.sources.values())
    opened: dict[str, Source | None] = {}
    for name in names:
        kind, _, argument = name.partition(":")
        if kind not in SOURCES:
            raise EstimatorError(
                f"there is no source {kind!r}; expected one of {', '.join(SOURCES)}"
            )
        module, _, function = SOURCES[kind].partition(":")
        opened[name] = getattr(import_module(module), function)(run, table, argument)
    return opened
