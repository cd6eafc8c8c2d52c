"""Whether the tokens of a run tell the collection that a scan comes from, beside its label."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from psp_core.errors import UndefinedMetricError
from psp_core.evaluation.comparison import holm
from psp_core.explain.pooling import POOLINGS, mean_token
from psp_core.explain.site_probe import balanced_rows, group_probe
from psp_core.inputs.arrays import keys_of
from psp_core.phantom.tasks import REGISTERED
from psp_core.runs import Run, digest_of_code, write_table
from psp_core.study.patients import study_patients
from psp_core.study.token_sources import trained_tokens

STAGE = "site_probe"
SITE, BALANCED, LABEL = "site", "site, labels balanced", "label"
CODE = (
    *("psp_core.explain", "psp_core.encoder", "psp_core.inputs", "psp_core.evaluation.comparison"),
    *("psp_core.study.token_sources", "psp_core.study.site_probe"),
)
COLUMNS = (
    *("pooling", "target", "permuted_within", "value", "lower", "upper", "chance", "p_value"),
    *("p_holm", "n", "groups", "note"),
)


def site_probe_run(run: Run, *, confidence_level: float) -> pd.DataFrame:
    """Probe the pre-trained encoder's mean tokens for site and for label.

    A site is a collection. Collections with fewer scans than folds are left out, and those
    written on the template's grid, whose preparation alone would tell them. Patients and tokens
    are those of the classification; nothing is fitted that a model uses.

    Returns
    -------
    DataFrame
        `COLUMNS`: the site of all scans; the same with sites permuted among scans of one label
        alone; the site where every collection gives as many scans of each label; and the label.
        ``value`` is the balanced accuracy; ``p_holm`` is corrected over the poolings; ``note``
        says why there is none. Empty without a
        pre-trained encoder or a scan.

    Raises
    ------
    StageError, MissingInputError, TableError, OverlapError, CheckpointError
        If what earlier pages write is not there, see `patients.study_patients` and
        `token_sources.trained_tokens`.
    """
    patients, params = study_patients(run).table, run.params.decisions
    tokens = trained_tokens(run, patients)
    if tokens is None:
        return pd.DataFrame(columns=list(COLUMNS))
    scans = patients[patients["has_image"] & ~patients["dataset"].isin(REGISTERED)]
    sizes = scans["dataset"].map(scans["dataset"].value_counts())
    scans = scans[sizes >= params.site_folds].reset_index(drop=True)
    depends_on = {
        "encoder": run.finished("pretraining").digest,
        "scans": dict(zip(keys_of(scans), scans["label"], strict=True)),
        "volumes": run.finished("features").digest,
        "params": [params.site_folds, params.site_repeats, params.site_permutations],
        "confidence_level": confidence_level,
        "seed": run.params.study.seed,
        "code": digest_of_code(*CODE),
    }
    with run.stage(STAGE, depends_on=depends_on) as stage:
        if not stage.is_done:
            seed = int(run.seed_sequence(STAGE).generate_state(1)[0] % 2**31)
            options: dict[str, Any] = {
                "seed": seed,
                "folds": params.site_folds,
                "repeats": params.site_repeats,
                "permutations": params.site_permutations,
                "confidence_level": confidence_level,
            }
            values, share = tokens.of(scans), tokens.lesion_of(scans)
            rows = [
                {"pooling": pooling, **row}
                for pooling in POOLINGS
                for row in probe_sites(mean_token(values, share, pooling), scans, **options)
            ]
            table = corrected(rows)
            write_table(stage.folder / f"{STAGE}.parquet", table)
            stage.finish()
        return pd.read_parquet(stage.folder / f"{STAGE}.parquet")


def corrected(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows of `probe_sites`, with their pooling, as `COLUMNS`; Holm's over the poolings."""
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    by_question = table.groupby(["target", "permuted_within"])["p_value"]
    return table.assign(p_holm=by_question.transform(holm))


def probe_sites(
    features: npt.NDArray[np.floating], scans: pd.DataFrame, *, seed: int, **options: Any
) -> list[dict[str, Any]]:
    """Rows of one representation, without its name.

    Parameters
    ----------
    features : float array, shape (n, d)
    scans : DataFrame
        ``dataset, label`` of each row.
    seed : int
    **options
        See `explain.site_probe.group_probe`.
    """
    sites, labels = scans["dataset"].to_numpy(dtype=str), scans["label"].to_numpy(dtype=str)
    every = np.arange(len(scans))
    kept = balanced_rows(sites, labels, seed=seed) if len(scans) else every
    asked = (
        (SITE, "", sites, None, every),
        (SITE, LABEL, sites, labels, every),
        (BALANCED, "", sites, None, kept),
        (LABEL, "", labels, None, every),
        (LABEL, SITE, labels, sites, every),
    )
    rows = []
    for target, told, groups, within, places in asked:
        about = {"target": target, "permuted_within": told}
        try:
            found = group_probe(
                features[places],
                groups[places],
                within=None if within is None else within[places],
                seed=seed,
                **options,
            )
            rows.append({**about, **asdict(found), "groups": ", ".join(found.groups), "note": ""})
        except UndefinedMetricError as error:
            nothing = dict.fromkeys(("value", "lower", "upper", "chance", "p_value"), math.nan)
            groups_there = ", ".join(sorted(set(groups[places])))
            rows.append(
                {**about, **nothing, "n": len(places), "groups": groups_there, "note": str(error)}
            )
    return rows
