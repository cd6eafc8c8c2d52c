"""The site probe on the page: what is told of sites, labels, and of one collection alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from psp_core.report.site_probe import format_site_probe, tell_site_probe
from psp_core.study.site_probe import corrected, probe_sites

OPTIONS = {"folds": 3, "repeats": 1, "permutations": 59, "confidence_level": 0.95}


def made(sites: tuple[str, ...], apart: float = 0.0) -> pd.DataFrame:
    n = 48
    rng = np.random.default_rng(0)
    scans = pd.DataFrame(
        {
            "dataset": [sites[i % len(sites)] for i in range(n)],
            "label": ["true_progression" if i % 3 else "pseudoprogression" for i in range(n)],
        }
    )
    rows = rng.standard_normal((n, 4))
    rows[:, 0] += apart * (scans["dataset"] == sites[0])
    found = [{"pooling": "all", **row} for row in probe_sites(rows, scans, seed=0, **OPTIONS)]
    return corrected(found)


def test_a_site_that_is_told_beyond_the_label_is_said_so() -> None:
    table = made(("burdenko", "external"), apart=5)
    told = tell_site_probe(table, alpha=0.05)
    assert "the collection is told with a balanced accuracy of" in told
    assert "beyond what its label tells" in told
    assert told.endswith("in another collection.")
    doubled = table.assign(p_holm=0.06)
    assert "Beyond the label no collection is told" in tell_site_probe(doubled, alpha=0.05)
    shown = format_site_probe(table)
    assert shown["groups"].tolist()[0] == "burdenko, external"
    assert shown["permuted"].tolist() == [
        "freely", "within label", "freely", "freely", "within site",
    ]  # fmt: skip


def test_a_site_that_is_not_told_is_no_proof_of_none() -> None:
    assert "no proof of none" in tell_site_probe(made(("burdenko", "external")), alpha=0.001)


def test_of_one_collection_alone_nothing_is_said() -> None:
    table = made(("burdenko",))
    assert "Only one collection has enough scans" in tell_site_probe(table, alpha=0.05)
    assert format_site_probe(table)["balanced accuracy"].iloc[0] == "not estimable"
    assert tell_site_probe(table.iloc[:0], alpha=0.05).startswith("No encoder was trained")
