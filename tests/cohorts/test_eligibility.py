"""Jang's criteria: applied where a collection tells them, with a reason for each patient."""

from __future__ import annotations

import math

import pandas as pd

from psp_core.cohorts.eligibility import RULES, jang_reasons

NAN = math.nan


def patients(**changes: list[object]) -> pd.DataFrame:
    columns: dict[str, list[object]] = {
        "dataset": ["burdenko"] * 4,
        "subject_id": ["A", "B", "C", "D"],
        "resection": ["gross_total", "subtotal", "unknown", "gross_total"],
        "n_lesions": [1.0, 1.0, 1.0, 2.0],
        "v80_percent": [100.0, 100.0, 96.0, 100.0],
        "fraction_outside": [0.0, 0.0, 0.0, 0.5],
        "lesion_growth_cm3": [2.0, 2.0, 2.0, 2.0],
        "lesion_growth_ratio": [NAN, NAN, 0.5, NAN],
    }
    return pd.DataFrame(columns | changes)


def test_who_fails_leaves_with_every_reason() -> None:
    reasons, rules = jang_reasons(patients())
    assert reasons == {
        "burdenko/B": "no gross total resection",
        "burdenko/C": "gross total resection: unknown; a lesion there at the visit before",
        "burdenko/D": "not a single lesion; not inside the 80 % isodose",
    }
    assert list(rules) == list(RULES)
    assert rules["applied"].all()
    assert rules["n_failing"].tolist() == [1, 1, 1, 1]
    assert rules["n_unknown"].tolist() == [1, 0, 0, 0]


def test_a_rule_that_is_known_of_nobody_excludes_nobody_and_says_so() -> None:
    table = patients(resection=["unknown"] * 4, v80_percent=[NAN] * 4).drop(columns="n_lesions")
    reasons, rules = jang_reasons(table)
    assert reasons == {"burdenko/C": "a lesion there at the visit before"}
    told = rules.set_index("rule")
    assert told["applied"].tolist() == [False, False, False, True]
    assert told.loc["single lesion", "why_not"].startswith("not applicable here: known of nobody")
    assert told.loc["no earlier enhancement", "why_not"] == ""


def test_each_collection_is_judged_by_what_it_tells() -> None:
    table = patients(
        dataset=["burdenko", "burdenko", "upenn_gbm", "upenn_gbm"],
        n_lesions=[1.0, NAN, NAN, NAN],
        resection=["gross_total"] * 4,
        lesion_growth_cm3=[NAN] * 4,
        v80_percent=[NAN] * 4,
    )
    reasons, rules = jang_reasons(table)
    assert reasons == {"burdenko/B": "single lesion: unknown"}
    single = rules[rules["rule"] == "single lesion"].set_index("dataset")["applied"]
    assert single.to_dict() == {"burdenko": True, "upenn_gbm": False}


def test_nobody_has_no_reasons() -> None:
    reasons, rules = jang_reasons(patients()[:0])
    assert reasons == {}
    assert rules.empty
