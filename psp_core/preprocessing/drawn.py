"""Contours of a planning structure set as plain values, to be kept beside a scan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from psp_core.acquisition.contours import Structure
from psp_core.preprocessing.lesion.labels import Region

DECIMALS = 3  # a micrometre


def contours_record(structures: Mapping[Region, Structure]) -> dict[str, Any]:
    """Write drawn regions as JSON can hold them; without the name, which users choose."""
    return {
        region: {
            "contours": [np.round(points, DECIMALS).tolist() for points in one.contours],
            "frame_uid": one.frame_uid,
            "plane_spacing_mm": one.plane_spacing_mm,
        }
        for region, one in structures.items()
    }


def read_contours(record: Mapping[str, Any]) -> dict[Region, Structure]:
    """Read what `contours_record` wrote."""
    regions: tuple[Region, ...] = ("enhancing", "core", "whole")
    return {
        region: Structure(
            name=f"drawn {region}",
            number=0,
            contours=tuple(np.array(points) for points in record[region]["contours"]),
            frame_uid=record[region]["frame_uid"],
            plane_spacing_mm=record[region]["plane_spacing_mm"],
        )
        for region in regions
        if region in record
    }
