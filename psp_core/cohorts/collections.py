"""What each collection is for and what its licence allows, told by its own module."""

from __future__ import annotations

import pandas as pd

from psp_core.cohorts import brats2021, burdenko, own

MODULES = (burdenko, brats2021, own)
COLUMNS = ("title", "role", "access", "licence", "disclosure", "doi", "has_label", "has_dose")


def collections_table() -> pd.DataFrame:
    """Tabulate the collections that have a loader; ``disclosure`` is that of single patients."""
    rows = [
        {"dataset": module.NAME} | {name: getattr(module, name.upper()) for name in COLUMNS}
        for module in MODULES
    ]
    return pd.DataFrame(rows)
