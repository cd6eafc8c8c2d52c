"""Every collection that has a loader, by name; a module is imported when it is asked for.

A collection is one module with the constants below and a ``load_cohort``. Those in
`plugins` are optional: the study imports them only where their folder is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from types import ModuleType

import pandas as pd

MODULES: Mapping[str, str] = {
    "burdenko": "psp_core.cohorts.burdenko",
    "external": "psp_core.cohorts.own",
    "brats2021": "psp_core.cohorts.brats2021",
    "upenn_gbm": "psp_core.cohorts.upenn_gbm",
    "ucsf_pdgm": "psp_core.cohorts.ucsf_pdgm",
}
OPTIONAL: Mapping[str, str] = {
    name: f"psp_core.cohorts.plugins.{name}"
    for name in ("ucsd_ptgbm", "lumiere", "mu_glioma_post", "cfb_gbm")
}
ALL: Mapping[str, str] = {**MODULES, **OPTIONAL}
OWN = MODULES["external"]
COLUMNS = (
    "title", "role", "access", "licence", "disclosure", "doi", "has_label", "has_dose",
    "reference_standard", "feature_sets", "frame", "label_map",
)  # fmt: skip


def module_of(dataset: str) -> ModuleType:
    """The loader of a collection; cohorts of one's own, under any name, share one."""
    return import_module(ALL.get(dataset, OWN))


def is_on_atlas(dataset: str) -> bool:
    """Whether its makers skull-stripped the images and registered them to an atlas."""
    return str(module_of(dataset).FRAME) == "atlas"


def label_map_of(dataset: str) -> str:
    """Name of the label map of its masks, see `preprocessing.lesion.labels`."""
    return str(module_of(dataset).LABEL_MAP)


def collections_table(names: Iterable[str] = tuple(ALL)) -> pd.DataFrame:
    """Tabulate collections; ``disclosure`` is that of single patients.

    Returns
    -------
    DataFrame
        ``dataset`` and `COLUMNS`, one row per collection.
    """
    rows = []
    for name in names:
        module = module_of(name)
        rows.append({"dataset": name} | {key: getattr(module, key.upper()) for key in COLUMNS})
    return pd.DataFrame(rows, columns=["dataset", *COLUMNS])
