"""Planted faults are found and named."""

from __future__ import annotations

import numpy as np
import pandas as pd

from psp_core.audit.detection import DETECTION, _is_named, detection_power, is_alarm
from psp_core.audit.made_tables import EXCHANGED, FAULTS, PPV, made_table
from psp_core.audit.readings import Reading
from psp_core.audit.tables import TableReading

COUNTS = {"n_positive": 11, "n_negative": 9}


def test_every_fault_of_a_table_of_four_is_found_and_nearly_always_named() -> None:
    table = detection_power(tables=6, **COUNTS, decimals=3, models=4, seed=1)
    assert tuple(table.columns) == DETECTION
    assert table["fault"].tolist() == list(FAULTS)
    assert (table["detected"] == 6).all()
    assert (table["named"] >= 5).all()
    assert (table["named_alone"] <= table["named"]).all()
    assert (table["detected_lower"] < 1).all()


def test_one_row_alone_leaves_the_kind_of_fault_open() -> None:
    one = detection_power(tables=10, **COUNTS, decimals=3, models=1, seed=1).set_index("fault")
    columns = one.loc[list(FAULTS[:4])]
    assert (columns["named"] == columns["detected"]).all()
    assert (columns["named_alone"] == 0).all()


def test_an_impossible_auc_alone_is_an_alarm() -> None:
    made = made_table(np.random.default_rng(0), **COUNTS, decimals=3, models=1)
    assert not is_alarm(made, **COUNTS)
    made["model 1"]["auc"] = "0.753"
    assert is_alarm(made, **COUNTS)


def test_the_same_seed_gives_the_same_table() -> None:
    first, second = (
        detection_power(tables=2, **COUNTS, decimals=3, models=2, seed=5) for _ in range(2)
    )
    pd.testing.assert_frame_equal(first, second)


def test_crossed_columns_name_exchanged_classes_and_no_fault_of_one_column() -> None:
    crossed = {"sensitivity": "specificity", "specificity": "sensitivity"}
    shared = Reading(**COUNTS, matrices=(), meanings=crossed, swapped=True)
    reading = TableReading(shared=shared, fitting=("one",), left_over=())
    assert _is_named(reading, EXCHANGED, **COUNTS)
    turned = Reading(**COUNTS, matrices=(), meanings=crossed, swapped=True, exchanged=True)
    reading = TableReading(shared=turned, fitting=("one",), left_over=())
    assert not _is_named(reading, PPV, **COUNTS)
