"""What the channels and labels of a user's nnU-Net are called, in our words.

``dataset.json`` names them freely. A name that is not known is an error: an order or a
meaning that was guessed would look like a result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from psp_core.errors import CheckpointError, UnknownLabelError
from psp_core.preprocessing.lesion.labels import (
    ENHANCING,
    NECROSIS,
    OEDEMA,
    Region,
)

_CHANNELS = {
    "t1ce": {"t1ce", "t1c", "t1gd", "t1post", "ct1", "t1km", "cet1"},
    "flair": {"flair", "t2f", "t2flair", "flairt2"},
    "t1": {"t1", "t1n", "t1w", "t1pre"},
    "t2": {"t2", "t2w"},
}
_BACKGROUND = {"background", "rc", "cavity", "resectioncavity"}
_ENHANCING = {"et", "enhancing", "enhancingtumor", "enhancingtumour", "enhancinglesion"}
_CORE = {
    *("ncr", "net", "netc", "ncrnet", "necrosis", "necrotic", "necroticcore"),
    *("necrotictumorcore", "necroticandnonenhancing", "nonenhancing", "nonenhancingtumor"),
    *("nonenhancingtumorcore", "tc", "core", "tumorcore", "tumourcore"),
}
_OEDEMA = {"ed", "edema", "oedema", "peritumoraledema", "snfh", "wt", "whole", "wholetumor"}
_UNKNOWN_KIND = {"tumor", "tumour", "lesion", "gbm", "glioblastoma", "gtv"}
_TELLS: Mapping[Region, int] = {"enhancing": ENHANCING, "core": NECROSIS, "whole": OEDEMA}


def channel_order(dataset: Mapping[str, Any], offered: Sequence[str]) -> tuple[str, ...]:
    """Give our names of a network's channels, in its order.

    Parameters
    ----------
    dataset : mapping
        Its ``dataset.json``.
    offered : sequence of str
        The images that it can get.

    Raises
    ------
    CheckpointError
        If it wants another number of channels, or one that is not offered or not known.
    """
    listed = dict(dataset.get("channel_names") or dataset.get("modality") or {})
    names = [str(listed[key]) for key in sorted(listed, key=int)]
    known = [
        next((ours for ours, others in _CHANNELS.items() if _plain(name) in others), None)
        for name in names
    ]
    order = tuple(one for one in known if one is not None)
    if len(names) != len(offered) or set(order) != set(offered):
        raise CheckpointError(
            f"the network wants {len(names)} channels ({', '.join(names) or 'none listed'}), "
            f"expected {len(offered)}: {', '.join(offered)}; use one that was trained on these, "
            "and name them so in its dataset.json"
        )
    return order


def label_table(
    dataset: Mapping[str, Any],
) -> tuple[npt.NDArray[np.uint8], frozenset[Region]]:
    """Give the label of ours for each of a network's, and the regions that it tells.

    A network of regions lists for each of them the labels it is made of; a label then counts
    as the innermost region that it is in.

    Raises
    ------
    UnknownLabelError
        If a name is not known.
    """
    labels: Mapping[str, Any] = dataset.get("labels") or {}
    wanted = {name: value for name, value in labels.items() if _plain(name) != "ignore"}
    unknown = [name for name in wanted if _meaning(_plain(name)) is None]
    if unknown or not any(_meaning(_plain(name)) for name in wanted):
        raise UnknownLabelError(
            f"the network's labels are {', '.join(labels) or 'not listed'}, of which "
            f"{', '.join(unknown) or 'none'} is not known; expected names as background, necrosis, "
            "edema, enhancing, or tumor: rename them in its dataset.json"
        )
    inner_first = (ENHANCING, NECROSIS, OEDEMA)
    of_value: dict[int, set[int]] = {}
    for name, values in wanted.items():
        for value in values if isinstance(values, list) else [values]:
            of_value.setdefault(int(value), set()).add(_meaning(_plain(name)) or 0)
    table = np.zeros(max(of_value) + 1, dtype=np.uint8)
    for value, meanings in of_value.items():
        table[value] = next((label for label in inner_first if label in meanings), 0)
    told = set(table.tolist())
    return table, frozenset(region for region, label in _TELLS.items() if label in told)


def _plain(name: str) -> str:
    """A name without blanks, signs and capitals."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _meaning(name: str) -> int | None:
    if name in _BACKGROUND:
        return 0
    if name in _ENHANCING:
        return ENHANCING
    if name in _CORE or name in _UNKNOWN_KIND:
        return NECROSIS
    return OEDEMA if name in _OEDEMA else None
