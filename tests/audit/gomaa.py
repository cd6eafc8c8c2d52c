"""Soft votes of Gomaa 2025, Tables 2-4: 11 true progressions, 9 pseudoprogressions."""

from __future__ import annotations

COLUMNS = ("auc", "accuracy", "sensitivity", "specificity")
PRINTED = {
    "proposed": "0.753 0.750 0.727 0.800",
    "proposed, Table 4": "0.753 0.750 0.636 0.800",
    "jang": "0.686 0.550 0.455 0.625",
    "akbari": "0.677 0.650 0.700 0.633",
    "sun": "0.530 0.550 0.909 0.555",
    "mri": "0.717 0.700 0.545 0.857",
    "clinical": "0.727 0.700 0.636 0.778",
    "end to end": "0.697 0.600 0.545 0.667",
    "transfer": "0.727 0.650 0.636 0.700",
}
ROWS = {row: dict(zip(COLUMNS, text.split(), strict=True)) for row, text in PRINTED.items()}
COUNTS = {"n_positive": 11, "n_negative": 9}
# Counts of true progressions and pseudoprogressions called rightly, of the rows that decide.
PINNED = {
    "proposed": (8, 7),
    "jang": (5, 6),
    "sun": (10, 1),
    "mri": (6, 8),
    "clinical": (7, 7),
    "end to end": (6, 6),
    "transfer": (7, 6),
}
