"""Tables of doses and of what was lost: one row per definition, reasons told once."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from psp_core.evaluation.classes import CLASSES
from psp_core.preprocessing.cases import Case
from psp_core.preprocessing.features import dose_tables, features_table, lost_table
from psp_core.preprocessing.store import VolumeStore
from psp_core.report.characteristics import beside, format_characteristics
from psp_core.report.definition_shift import definition_differences, plot_definition_shift
from psp_core.report.dose_features import dose_table, field_call_counts, plot_field_calls
from psp_core.report.dose_intervals import plot_dose_intervals
from psp_core.report.dvh import dvh_bands, plot_dvh_bands


def quality(**changes: list[object]) -> pd.DataFrame:
    columns: dict[str, list[object]] = {
        "dataset": ["own"] * 3,
        "subject_id": ["A", "B", "C"],
        "timepoint": [1, 1, 1],
        "label": ["true_progression", "pseudoprogression", "unlabelled"],
        "reason": ["", "", ""],
        "lesion_reason": ["", "", ""],
    }
    return pd.DataFrame(columns | changes)


def test_nobody_lost_is_an_empty_table_with_its_columns() -> None:
    lost = lost_table(quality())
    assert lost.empty
    assert list(lost) == ["dataset", "subject_id", "timepoint", "label", "lost", "reason"]


def test_each_loss_has_its_reason_and_a_lost_scan_is_told_once() -> None:
    table = quality(
        reason=["no brain", "", ""],
        lesion_reason=["", "empty", "no mask"],
        t1ce_previous_fault=[None, "starts end apart", None],
    )
    definitions = pd.DataFrame(
        {
            "dataset": ["own"] * 3,
            "subject_id": ["A", "B", "B"],
            "timepoint": [1, 1, 1],
            "label": ["true_progression", "pseudoprogression", "pseudoprogression"],
            "is_default": [True, True, False],
            "dose_reason": ["no brain", "empty", "another definition"],
        }
    )
    lost = lost_table(table, definitions)
    assert lost[["subject_id", "lost", "reason"]].values.tolist() == [
        ["A", "scan", "no brain"],
        ["B", "lesion", "empty"],
        ["B", "growth", "starts end apart"],
    ]


def test_a_definition_without_lesion_tells_its_reason_as_that_of_the_dose(tmp_path: Path) -> None:
    case = Case("own", "P-1", 3, "true_progression", True, {})
    aligned, doses = VolumeStore(tmp_path / "aligned"), VolumeStore(tmp_path / "doses")
    aligned.write(case.key, {}, {"dose": {"completeness": "complete"}}, digest="a")
    own = {"region": "core", "component": "all", "d98_gy": 57.0}
    other = {"region": "whole", "component": "all", "lesion_reason": "region whole is not told"}
    doses.write(case.key, {}, {"reason": "", "definitions": [own, other]}, digest="d")
    definitions, _ = dose_tables([case], aligned, doses)
    assert definitions["dose_reason"].tolist() == ["", "region whole is not told"]
    quality = pd.DataFrame(
        [{"dataset": "own", "subject_id": "P-1", "timepoint": 3, "label": case.label,
          "lesion_reason": ""}]
    )  # fmt: skip
    features = features_table(quality, definitions)
    assert {"lesion_reason", "dose_reason", "d98_gy"} <= set(features)


def test_the_page_can_be_drawn_where_nobody_has_a_dose(tmp_path: Path) -> None:
    aligned, doses = VolumeStore(tmp_path / "aligned"), VolumeStore(tmp_path / "doses")
    cases = [Case("own", f"P-{n}", 3, label, True, {}) for n, label in enumerate(CLASSES)]
    for case in cases:
        aligned.write(case.key, {}, {"dose": {"completeness": "unknown"}}, digest="a")
        doses.write(case.key, {}, {"reason": "no dose file"}, digest="d")
    definitions, dvhs = dose_tables(cases, aligned, doses)
    assert definitions["dose_reason"].tolist() == ["no dose file"] * 2
    assert definitions["d98_gy"].isna().all()
    assert field_call_counts(definitions)["unknown"].tolist() == [1, 1]
    format_characteristics(beside({"own": dose_table(definitions)}))
    plot_field_calls(field_call_counts(definitions))
    plot_dvh_bands(dvh_bands(dvhs))
    plot_dose_intervals(definitions)
    plot_definition_shift(definition_differences(definitions, ["d98_gy"]))
    plt.close("all")
