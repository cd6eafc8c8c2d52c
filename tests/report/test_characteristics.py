"""Table 1: counts that add up, sources that are not merged."""

import numpy as np
import pandas as pd

from psp_core.cohorts.schema import make_cohort
from psp_core.report.characteristics import beside, characteristics_table, format_characteristics
from psp_core.report.published import gomaa_table_1


def cohort(n: int = 20) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return make_cohort(
        [
            {
                "subject_id": f"P-{number}",
                "timepoint": 1,
                "label": "true_progression" if number % 3 else "pseudoprogression",
                "sex": str(rng.choice(["F", "M", "unknown"])),
                "age_years": float(rng.integers(20, 80)) if number else None,
                "days_since_rt": float(rng.integers(10, 300)),
            }
            for number in range(n)
        ],
        source="test",
    )


def test_counts_add_up_over_classes_and_categories() -> None:
    table = characteristics_table(cohort()).set_index(["variable", "category"])
    counted = table[table.index.get_level_values("variable").isin(["patients", "label", "sex"])]
    total = counted["true_progression"] + counted["pseudoprogression"]
    assert total.tolist() == counted["all"].tolist()
    assert table.xs("sex").sum().tolist() == table.xs("patients").iloc[0].tolist()
    assert table["all"].xs("age_years")["known"] == 19


def test_one_labelled_time_point_per_patient_counts() -> None:
    once = cohort()
    again = once.assign(timepoint=2, label="unlabelled", sex="unknown")
    both = pd.concat([once, once.assign(timepoint=3), again])
    pd.testing.assert_frame_equal(characteristics_table(both), characteristics_table(once))


def test_sources_stand_side_by_side_and_keep_their_values() -> None:
    ours = characteristics_table(cohort())
    table = beside({"ours": ours, "Gomaa": gomaa_table_1()})
    assert table["Gomaa"].loc[[("sex", "F")], "Burdenko"].tolist() == [28]
    assert table["Gomaa"]["Burdenko"].isna().any()
    assert table.index[: len(ours)].tolist() == list(
        zip(ours["variable"], ours["category"], strict=True)
    )


def test_the_text_has_counts_percentages_and_ranges() -> None:
    text = format_characteristics(beside({"Gomaa": gomaa_table_1()}))
    column = text[("Gomaa", "Burdenko")]
    values = dict(zip(text.index, column, strict=True))
    assert values["patients", "n"] == "59"
    assert values["label", "true progression"] == "34 (57.6)"
    assert values["MGMT", "unmethylated"] == "23 (39.0)"
    assert values["age, years", "median (range)"] == "57 (18 to 82)"


def test_missing_values_are_counted_and_absent_categories_left_out() -> None:
    text = format_characteristics(beside({"ours": characteristics_table(cohort())}))
    assert ("age, years", "known, n") in text.index
    assert ("days since radiotherapy", "known, n") not in text.index
    assert ("IDH", "mutant") not in text.index
    assert ("IDH", "unknown") in text.index


def test_an_empty_cohort_has_a_table() -> None:
    text = format_characteristics(beside({"ours": characteristics_table(cohort(0))}))
    assert dict(zip(text.index, text[("ours", "all")], strict=True))["patients", "n"] == "0"
