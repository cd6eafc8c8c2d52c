"""What each collection is for and what its licence allows, told by its own module."""

from __future__ import annotations

import pandas as pd

from psp_core.cohorts import brats2021, burdenko, own

MODULES = (burdenko, brats2021, own)


def collections_table() -> pd.DataFrame:
    """Tabulate the collections that have a loader.

    Returns
    -------
    DataFrame
        One row per collection: ``dataset``, ``title``, ``role``, ``access``,
        ``licence``, ``disclosure`` (of what is computed from single patients),
        ``doi``, ``has_label`` and ``has_dose``.
    """
    return pd.DataFrame(
        [
            {
                "dataset": module.NAME,
                "title": module.TITLE,
                "role": module.ROLE,
                "access": module.ACCESS,
                "licence": module.LICENCE,
                "disclosure": module.DISCLOSURE,
                "doi": module.DOI,
                "has_label": module.HAS_LABEL,
                "has_dose": module.HAS_DOSE,
            }
            for module in MODULES
        ]
    )
