"""How many numbers a model fits, where that is known before it is fitted."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature
from typing import Any

import pandas as pd

from psp_core.classifiers.feature_sets import feature_set_of
from psp_core.classifiers.network import ARCHITECTURES
from psp_core.classifiers.structured import encoded, structured_encoder, variables_of
from psp_core.params.sections import Params
from psp_core.study.entry import Entry
from psp_core.study.patients import TRAINING
from psp_core.study.rows_proposed import NETWORK

DECIDED_LATER = "not counted: decided when a fold is fitted, and fold models are not kept"


def count_parameters(
    entry: Entry, settings: Mapping[str, Any], params: Params, patients: pd.DataFrame
) -> str:
    """Count the parameters of a network on frozen tokens; say why not for another model.

    Parameters
    ----------
    entry : Entry
    settings : mapping
        Arguments of its estimator.
    params : Params
    patients : DataFrame
        The patients table; its training cohort decides the columns.
    """
    if entry.estimator != NETWORK:
        return DECIDED_LATER
    sees = feature_set_of(entry.feature_set)
    rows = patients[patients["dataset"] == TRAINING]
    encoder = structured_encoder(sees).fit(rows) if sees.columns else None
    given = {
        **settings,
        "variables": () if encoder is None else variables_of(encoder),
        "n_columns": 0 if encoder is None else encoded(encoder, rows).shape[1],
        "image_width": _token_width(entry, params),
    }
    kind = ARCHITECTURES[settings["architecture"]]
    needs = signature(kind).parameters
    network = kind(**{name: value for name, value in given.items() if name in needs})
    total = sum(one.numel() for one in network.parameters())
    columns = ", with the columns of the whole training cohort" if sees.columns else ""
    frozen = "; the encoder is frozen and not counted" if sees.uses_image else ""
    return f"{total:,}{columns}{frozen}"


def _token_width(entry: Entry, params: Params) -> int:
    source = entry.sources.get("tokens", "")
    return params.ablation.width if source.startswith("ablation") else params.encoder.width
