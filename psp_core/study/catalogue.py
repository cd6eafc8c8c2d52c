"""The catalogue of models: an own estimator is one file and one line in one of these modules."""

from __future__ import annotations

from collections.abc import Mapping

from psp_core.errors import EstimatorError
from psp_core.study import (
    rows_ablation,
    rows_cnn_lstm,
    rows_controls,
    rows_own,
    rows_proposed,
    rows_radiomics,
    rows_selected,
    rows_volume,
)
from psp_core.study.entry import Entry

CATALOGUE: dict[str, Entry] = {
    **rows_proposed.ROWS,
    **rows_ablation.ROWS,
    **rows_controls.ROWS,
    **rows_cnn_lstm.ROWS,
    **rows_radiomics.ROWS,
    **rows_selected.ROWS,
    **rows_volume.ROWS,
    **rows_own.ROWS,
}


def find_entries(
    names: tuple[str, ...], catalogue: Mapping[str, Entry] = CATALOGUE
) -> dict[str, Entry]:
    """The entries of some names, in their order.

    Raises
    ------
    EstimatorError
        If the catalogue does not have a name.
    """
    unknown = [name for name in names if name not in catalogue]
    if unknown:
        raise EstimatorError(
            f"the catalogue has no model {unknown[0]!r}; it has {', '.join(catalogue)}"
        )
    return {name: catalogue[name] for name in names}
