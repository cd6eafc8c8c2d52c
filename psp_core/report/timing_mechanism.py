"""Which pattern of AUCs known causes give, and which of them the real table resembles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from psp_core.cohorts.timing_selections import EVERYBODY
from psp_core.report.formatting import NOT_KNOWN, count, with_interval
from psp_core.report.time_alone import estimate_time_alone
from psp_core.study.timing_fits import DAYS_ALONE, MODELS, WITH_TIME, WITHOUT_TIME
from psp_core.study.timing_question import PhantomDraw

REAL = "real clinical table"
PATTERN = (DAYS_ALONE, WITH_TIME, WITHOUT_TIME)


def phantom_days_alone(
    draws: Iterable[PhantomDraw],
    *,
    windows_days: Sequence[int],
    confidence_level: float = 0.95,
    minimum_per_class: int = 5,
) -> pd.DataFrame:
    """AUC of the days alone on phantoms: of everybody, and of events within each window.

    Returns
    -------
    DataFrame
        ``setting``, ``n``, ``patients`` and the columns of `time_alone.estimate_time_alone`.
    """
    rows = []
    for draw in draws:
        everybody = draw.patients()
        parts = {EVERYBODY: everybody}
        for window in windows_days:
            is_within = everybody["days_since_rt"] <= window
            parts[f"event within {window} days"] = everybody[is_within]
        for name, kept in parts.items():
            row = estimate_time_alone(kept, "days_since_rt", confidence_level, minimum_per_class)
            rows.append({"setting": draw.setting, "n": draw.n, "patients": name, **row})
    return pd.DataFrame(rows)


def format_days_alone(phantoms: pd.DataFrame, real: pd.DataFrame) -> pd.DataFrame:
    """Write the days alone by window, real patients first, then the largest phantom cohorts.

    Parameters
    ----------
    phantoms : DataFrame
        See `phantom_days_alone`.
    real : DataFrame
        `timing_alone.single_variables` of one label rule. A window that it does not have (a
        recorded summary keeps those of its own params) is a dash.
    """
    largest = phantoms[phantoms["n"] == phantoms["n"].max()]
    names = list(dict.fromkeys(largest["patients"]))
    of_days = real[(real["score"] == "days_since_rt") & real["patients"].isin(names)]
    parts = {REAL: of_days} | {
        str(name): part for name, part in largest.groupby("setting", sort=False)
    }
    rows = []
    for setting, part in parts.items():
        by_name = {row["patients"]: row for row in part.to_dict("records")}
        told = {name: _counted(by_name[name]) if name in by_name else NOT_KNOWN for name in names}
        rows.append({"patients": setting} | told)
    return pd.DataFrame(rows)


def pattern_table(phantoms: pd.DataFrame, real: pd.DataFrame, *, rule: str) -> pd.DataFrame:
    """Fitted models on real patients and on phantoms of each setting and size, one below another.

    Parameters
    ----------
    phantoms : DataFrame
        See `timing_question.phantom_fits`.
    real : DataFrame
        See `timing_question.real_fits`.
    rule : str
        Label rule of the real patients.
    """
    own = real[(real["rule"] == rule) & (real["patients"] == EVERYBODY)]
    sizes = own["n_true_progression"] + own["n_pseudoprogression"]
    first = own.drop(columns=["rule", "patients"]).assign(setting=REAL, n=sizes)
    return pd.concat([first, phantoms], ignore_index=True)[list(phantoms.columns)]


def nearest_setting(patterns: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """How far the AUCs of each setting lie from those of the real table, and which is nearest.

    Parameters
    ----------
    patterns : DataFrame
        See `pattern_table`; of the phantoms the largest cohorts count.

    Returns
    -------
    table : DataFrame
        One row per setting: the AUCs of `PATTERN`, and the largest of their distances to the
        real ones. No row where the real patients, or all phantoms, are not fitted.
    sentence : str
        Names besides the settings whose every AUC lies in the interval of the real one.
    """
    fitted = patterns[patterns["model"].isin(MODELS) & patterns["auc"].notna()]
    is_real = fitted["setting"] == REAL
    if not is_real.any() or is_real.all():
        who = "Phantoms" if is_real.any() else "Real patients"
        nothing = pd.DataFrame(columns=["setting", "n", *PATTERN, "farthest"])
        return nothing, f"{who}: not fitted, so that no setting is compared with the real table."
    wide = fitted.pivot_table(index=["setting", "n"], columns="model", values="auc", sort=False)[
        list(PATTERN)
    ]
    real = wide.loc[REAL].iloc[0]
    phantoms = wide.drop(index=REAL, level="setting").reset_index()
    largest = phantoms[phantoms["n"] == phantoms["n"].max()].reset_index(drop=True)
    apart = (largest[list(PATTERN)] - real).abs()
    largest["farthest"] = apart.max(axis=1)
    ordered = largest.sort_values("farthest", ignore_index=True)
    near = ordered.iloc[0]
    bounds = patterns[patterns["setting"] == REAL].set_index("model").loc[list(PATTERN)]
    is_inside = (largest[list(PATTERN)] >= bounds["lower"]) & (
        largest[list(PATTERN)] <= bounds["upper"]
    )
    inside = [f"*{name}*" for name in largest.loc[is_inside.all(axis=1), "setting"]]
    then = "".join(
        f", then *{row['setting']}* ({_pattern(row)}; {row['farthest']:.3f})"
        for _, row in ordered.iloc[1:2].iterrows()
    )
    sentence = (
        f"Real patients: {_pattern(real)}. Of the settings, *{near['setting']}* lies nearest "
        f"({_pattern(near)}; no AUC farther away than {near['farthest']:.3f}){then}. Settings of "
        f"which every AUC lies in the interval of the real one: {' and '.join(inside) or 'none'}; "
        "what lies there the real patients do not tell apart. A likeness of three figures is no "
        "proof of a cause, and the strong timing was taken from the Burdenko table: with that "
        "table's patients the days alone agree by construction."
    )
    return ordered, sentence


def _pattern(row: pd.Series) -> str:
    return ", ".join(f"{name} {row[name]:.3f}" for name in PATTERN)


def _counted(row: Mapping[Any, Any]) -> str:
    """AUC with its logit interval and both counts, true progression first."""
    area = with_interval(row["auc"], row["logit_lower"], row["logit_upper"], digits=2)
    return f"{area}; {count(row['n_true_progression'])} / {count(row['n_pseudoprogression'])}"
