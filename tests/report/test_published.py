"""The transcription of both Table 1s: sums agree with the patients, percentages with the print."""

import pandas as pd
import pytest

from psp_core.report.published import GOMAA_NOTE, gomaa_table_1, jang_table_1

# Percentages as printed in Gomaa 2025, Table 1.
GOMAA_PERCENT = {
    ("sex", "F"): (47.5, 55),
    ("sex", "M"): (52.5, 45),
    ("idh_status", "mutant"): (13.6, 5),
    ("idh_status", "wildtype"): (61.0, 95),
    ("idh_status", "unknown"): (25.4, 0),
    ("mgmt_status", "methylated"): (23.7, 45),
    ("mgmt_status", "unmethylated"): (40.0, 15),
    ("mgmt_status", "unknown"): (37.3, 40),
    ("label", "true_progression"): (57.6, 55),
    ("label", "pseudoprogression"): (42.4, 45),
}


@pytest.mark.parametrize("table", [gomaa_table_1(), jang_table_1()])
def test_categories_sum_to_the_patients(table: pd.DataFrame) -> None:
    rows = table.set_index(["variable", "category"]).sort_index()
    patients = rows.loc[("patients", "n")]
    for variable in ("label", "sex", "idh_status", "mgmt_status"):
        assert rows.loc[variable].sum().tolist() == patients.tolist(), variable


def test_one_printed_percentage_of_gomaa_does_not_fit_its_count() -> None:
    rows = gomaa_table_1().set_index(["variable", "category"])
    totals = rows.loc[[("patients", "n")]].to_numpy()[0]
    wrong = [
        key
        for key, printed in GOMAA_PERCENT.items()
        for value, total, percent in zip(
            rows.loc[[key]].to_numpy()[0], totals, printed, strict=True
        )
        if abs(100 * value / total - percent) > 0.06
    ]
    assert wrong == [("mgmt_status", "unmethylated")]
    value, total = rows["Burdenko"]["mgmt_status", "unmethylated"], totals[0]
    for text in (f"{value:.0f}/{total:.0f} is {100 * value / total:.1f} %", "gives 40.0 %"):
        assert text in GOMAA_NOTE


def test_the_groups_of_jang_hold_the_same_patients() -> None:
    rows = jang_table_1().set_index(["variable", "category"])
    counted = rows[~rows.index.get_level_values(1).isin(["median", "minimum", "maximum"])]
    assert (counted["PD"] + counted["PsPD"] == counted["SNUH"] + counted["SNUBH"]).all()
