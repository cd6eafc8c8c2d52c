"""Where a lesion lies in the treated field.

The usual definitions name a recurrence by the share of its volume inside the 95 %
isodose: in-field from 80 %, marginal from 20 %, outside (or distant) below; from 95 % on
it is also called central, which is in-field here. Ours are the two categories of what
cannot be told, and that volume beyond the dose grid counts as outside the isodose.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

FieldCall = Literal["in_field", "marginal", "outside", "outside_grid", "unknown"]
FIELD_CALLS: tuple[FieldCall, ...] = (
    "in_field", "marginal", "outside", "outside_grid", "unknown",
)  # fmt: skip
FIELD_ISODOSE = 0.95  # of the prescription
LARGEST_OUTSIDE = 0.5  # of the lesion; a lesion mostly beyond the grid has no call; ours


def field_call(
    share_inside: float,
    fraction_outside: float,
    *,
    in_field_share: float = 0.80,
    marginal_share: float = 0.20,
) -> FieldCall:
    """Call the place of a lesion in the field.

    Parameters
    ----------
    share_inside : float
        Share (0 to 1) of the lesion's covered volume inside the 95 % isodose; NaN if
        the prescription is unknown.
    fraction_outside : float
        Share of the lesion beyond the dose grid.
    in_field_share, marginal_share : float, default 0.80, 0.20
        Smallest share of the whole volume inside the isodose to be in-field, marginal.

    References
    ----------
    Lee 1999, Int J Radiat Oncol Biol Phys 43:79; Chan 2002, J Clin Oncol 20:1635.
    """
    if fraction_outside > LARGEST_OUTSIDE:
        return "outside_grid"
    share = share_inside * (1.0 - fraction_outside)
    if np.isnan(share):
        return "unknown"
    if share >= in_field_share:
        return "in_field"
    return "marginal" if share >= marginal_share else "outside"
