"""Dose to a lesion: statistics, place in the field, units, and how sure they are."""

from psp_core.preprocessing.dosimetry.statistics import (
    DoseStatistics,
    dose_received_by,
    dose_statistics,
    volume_receiving,
)

__all__ = ["DoseStatistics", "dose_received_by", "dose_statistics", "volume_receiving"]
