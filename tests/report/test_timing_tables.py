"""Tables of the timing question as text."""

import math

import pandas as pd

from psp_core.cohorts.timing_selections import EVERYBODY
from psp_core.report.timing_tables import (
    OVER_SPLITS,
    RESAMPLED,
    format_draws,
    format_fits,
    format_rules,
    format_single,
    reach_sentence,
    timing_sentence,
)
from psp_core.study.timing_fits import DIFFERENCES, MODELS

NAN = math.nan


def fits(note: str = "") -> pd.DataFrame:
    rows = []
    for name in (*MODELS, *DIFFERENCES):
        auc = NAN if note else 0.1 if name in DIFFERENCES else 0.8
        figures = {"auc": auc, "lower": auc - 0.05, "upper": auc + 0.05}
        figures |= {"bootstrap_lower": auc - 0.2, "bootstrap_upper": auc + 0.2}
        figures |= {"least": auc - 0.01, "greatest": auc + 0.02}
        rows.append({"rule": "a rule", "patients": EVERYBODY, "model": name, **figures})
    counts = {"n_true_progression": 20.0, "n_pseudoprogression": 30.0}
    return pd.DataFrame(rows).assign(**counts, note=note)


def single() -> pd.DataFrame:
    def row(patients: str, score: str, auc: float, note: str = "") -> dict[str, object]:
        bounds = {"lower": auc - 0.1, "upper": auc + 0.1}
        bounds |= {f"logit_{name}": bound for name, bound in bounds.items()}
        counts = {"n_true_progression": 20.0, "n_pseudoprogression": 30.0, "without_class": 7.0}
        return {"rule": "a rule", "patients": patients, "window_days": NAN, "score": score,
                "auc": auc, **bounds, **counts, "note": note}  # fmt: skip

    return pd.DataFrame(
        [
            row(EVERYBODY, "days_since_rt", 0.7),
            row(EVERYBODY, "visit_number", 0.6),
            row("event at follow-up 1", "days_since_rt", NAN, "not estimable: few"),
        ]
    )


def test_days_and_visit_stand_beside_each_other_with_the_counts() -> None:
    table = format_single(single())
    first, second = table.to_dict("records")
    assert first["days since radiotherapy: AUC (DeLong)"] == "0.700 (0.600 to 0.800)"
    assert first["follow-up number: AUC (DeLong)"] == "0.600 (0.500 to 0.700)"
    assert (first["true progression"], first["pseudoprogression"], first["no class"]) == (
        *("20", "30", "7"),
    )
    assert second["follow-up number: AUC (DeLong)"] == "–"
    assert second["days since radiotherapy: AUC (DeLong)"] == "not estimable"
    assert second["note"] == "not estimable: few"
    assert len(format_rules(single())) == 2


def test_models_stand_side_by_side_with_the_interval_that_is_asked_for() -> None:
    row = format_fits(fits(), ("rule", "patients")).iloc[0]
    assert row["with time"] == "0.800 (0.750 to 0.850)"
    assert row["with minus without time"] == "+0.100 (+0.050 to +0.150)"
    again = format_fits(fits(), ("rule", "patients"), bounds=RESAMPLED).iloc[0]
    assert again["days alone"] == "0.800 (0.600 to 1.000)"
    split = format_fits(fits(), ("rule", "patients"), bounds=OVER_SPLITS).iloc[0]
    assert split["without time"] == "0.800 (0.790 to 0.820)"
    none = format_fits(fits("not fitted: few"), ("rule", "patients")).iloc[0]
    assert none["with minus without time"] == "not estimable"
    assert none["note"] == "not fitted: few"


def test_the_sentence_says_which_interval_excludes_0() -> None:
    told = timing_sentence(fits(), rule="a rule", patients=EVERYBODY)
    assert "(20 true progression, 30 pseudoprogression)" in told
    assert "the first interval excludes 0, but not the second" in told
    flat = fits()
    flat["lower"] -= 1
    told = timing_sentence(flat, rule="a rule", patients=EVERYBODY)
    assert "the first interval holds 0, and so does the second" in told
    none = timing_sentence(fits("not fitted: few"), rule="a rule", patients=EVERYBODY)
    assert none == f"{EVERYBODY}, a rule: not fitted: few."


def test_without_percentiles_the_sentence_has_no_clause_on_resamples() -> None:
    few = fits().assign(bootstrap_lower=NAN, bootstrap_upper=NAN)
    told = timing_sentence(few, rule="a rule", patients=EVERYBODY)
    assert "nan" not in told
    assert "resampled" not in told
    assert "(+0.050 to +0.150; splits +0.090 to +0.120): the interval excludes 0" in told
    none = fits().assign(lower=NAN, upper=NAN, bootstrap_lower=NAN)
    none["note"] = "no interval: the variance is 0"
    told = timing_sentence(none, rule="a rule", patients=EVERYBODY)
    assert "(splits +0.090 to +0.120): it has no interval (no interval: the variance" in told


def test_without_cohorts_the_table_has_its_columns() -> None:
    text = format_fits(fits().iloc[:0], ("rule", "patients"))
    assert text.empty
    assert "with time" in text


def test_without_parts_of_the_printed_size_a_sentence_says_so() -> None:
    columns = ["set", "n_true_progression", "n_pseudoprogression", "patients", "median", "lower",
               "upper", "reach_0.727"]  # fmt: skip
    nothing = pd.DataFrame([], columns=columns)
    assert format_draws(nothing).empty
    assert reach_sentence(nothing).startswith("No analysis has 11 true progressions and 9")


def test_shares_of_draws_are_percent_and_told_of_the_set_that_was_printed() -> None:
    counts = {"n_true_progression": [34.0, 11.0], "n_pseudoprogression": [25.0, 9.0]}
    table = pd.DataFrame(
        {"set": ["validation", "external test"], **counts, "patients": "all events",
         "median": 0.9, "lower": 0.8, "upper": 0.95, "reach_0.727": [1.0, 0.5]}
    )  # fmt: skip
    assert format_draws(table)["reach 0.727"].tolist() == ["–", "50 %"]
    assert format_draws(table.iloc[::-1])["reach 0.727"].tolist() == ["50 %", "–"]
    assert "90 % of the draws" in format_draws(table, confidence_level=0.9)
    assert "With 11 true progressions and 9 pseudoprogressions" in reach_sentence(table)
    assert "all events: 50 %." in reach_sentence(table)
