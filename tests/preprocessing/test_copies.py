"""Who leaves because of a copy, and the stage that looks for copies."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from psp_core.cohorts.stored import write_cohorts
from psp_core.errors import StageError
from psp_core.preprocessing import copies as module
from psp_core.preprocessing.cases import Case
from psp_core.preprocessing.copies import (
    against_crosswalk,
    excluded_by_copies,
    find_copies,
    left_out_copies,
    roles_of,
    split_pairs,
)
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import Run, open_run
from tests.cohorts.made import made_cohort, made_crosswalk
from tests.preprocessing.test_duplicates import head, write

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
ROLES = {
    "brats2021/B-1/000": "unlabelled",
    "brats2021/B-2/000": "unlabelled",
    "burdenko/P-1/001": "training",
    "burdenko/P-2/001": "training",
    "external/E-1/001": "test",
    "external/E-1/002": "test",
}


def pairs(*rows: tuple[str, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["first", "second"])
    return table.assign(correlation=0.9)


def leaving(*rows: tuple[str, str]) -> list[str]:
    return excluded_by_copies(pairs(*rows), ROLES)["key"].tolist()


def test_a_patient_with_a_label_gives_the_role_to_all_scans() -> None:
    cases = [
        Case("burdenko", "P-1", 1, "true_progression", False, {}),
        Case("upenn_gbm", "U-1", 0, "unlabelled", True, {}),
        Case("upenn_gbm", "U-1", 1, "pseudoprogression", True, {}),
        Case("upenn_gbm", "U-2", 0, "unlabelled", True, {}),
    ]
    assert list(roles_of(cases, training="burdenko").values()) == [
        "training", "test", "test", "unlabelled",
    ]  # fmt: skip


def test_pairs_across_splits_are_told_apart() -> None:
    told = split_pairs(
        pairs(
            ("brats2021/B-1/000", "brats2021/B-2/000"), ("brats2021/B-1/000", "burdenko/P-1/001")
        ),
        ROLES,
    )
    assert told[["first_role", "second_role"]].values.tolist() == [["unlabelled", "training"]]


def test_the_scan_that_may_leave_leaves() -> None:
    assert leaving(("brats2021/B-1/000", "burdenko/P-1/001")) == ["brats2021/B-1/000"]
    assert leaving(("brats2021/B-1/000", "external/E-1/001")) == ["brats2021/B-1/000"]
    assert leaving(("brats2021/B-1/000", "brats2021/B-2/000")) == []
    assert leaving() == []


def test_an_external_patient_that_was_trained_on_leaves_with_all_scans() -> None:
    both = ["external/E-1/001", "external/E-1/002"]
    assert leaving(("burdenko/P-1/001", "external/E-1/001")) == both


def test_of_two_trained_patients_that_are_one_the_second_leaves() -> None:
    table = excluded_by_copies(pairs(("burdenko/P-1/001", "burdenko/P-2/001")), ROLES)
    assert table.values.tolist() == [
        [
            "burdenko/P-2/001",
            "burdenko/P-2 (training) is a copy of burdenko/P-1 (training): correlation 0.90",
        ]
    ]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = open_run(PARAMS, tmp_path / "run")
    write_cohorts(run, {"burdenko": made_cohort("burdenko", {"P-1": "true_progression"})})
    return run


def test_a_run_finds_its_copies_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    aligned = VolumeStore(run.folder / "aligned")
    labels = ["true_progression", "pseudoprogression", "true_progression"]
    own = [Case("burdenko", f"P-{n}", 1, label, False, {}) for n, label in enumerate(labels)]
    unlabelled = [Case("brats2021", f"B-{n}", 0, "unlabelled", True, {}) for n in range(3)]
    for person, case in enumerate(own):
        write(aligned, case.key, *head(person))
    for person, case in zip((1, 8), unlabelled[:2], strict=True):
        write(aligned, case.key, *head(person))
    aligned.write(unlabelled[2].key, {}, {"status": "excluded"}, digest="x")
    cases = {"burdenko": own, "brats2021": unlabelled}
    first = find_copies(run, cases, aligned)
    assert first.excluded["key"].tolist() == ["brats2021/B-0/000"]
    assert first.pairs["second_role"].tolist() == ["training"]
    assert left_out_copies(run).keys() == {"brats2021/B-0/000"}
    monkeypatch.setattr(module, "near_copies", None)
    second = find_copies(run, cases, aligned)
    pd.testing.assert_frame_equal(first.excluded, second.excluded)


def test_a_copy_of_a_copy_leaves_too_and_the_crosswalk_carries_on() -> None:
    chain = [("brats2021/B-1/000", "brats2021/B-2/000"), ("brats2021/B-2/000", "external/E-1/001")]
    assert leaving(*chain) == ["brats2021/B-1/000", "brats2021/B-2/000"]
    crosswalk = made_crosswalk([("B-1", "ucsf_pdgm", "C-1")])
    roles = ROLES | {"ucsf_pdgm/C-1/000": "unlabelled"}
    table = excluded_by_copies(
        pairs(("ucsf_pdgm/C-1/000", "external/E-1/001")), roles, crosswalk
    ).set_index("key")["reason"]
    assert list(table.index) == ["brats2021/B-1/000", "ucsf_pdgm/C-1/000"]
    assert table["brats2021/B-1/000"].endswith("told by the crosswalk or through others")


def test_a_search_that_was_not_made_raises(run: Run) -> None:
    with pytest.raises(StageError, match="stage 'duplicates' of this run is not finished"):
        left_out_copies(run)


def test_pairs_are_held_against_the_crosswalk() -> None:
    told = [("B-1", "upenn_gbm", "U-1"), ("B-2", "upenn_gbm", "U-2"), ("B-9", "upenn_gbm", "U-9")]
    keys = ["brats2021/B-1/000", "brats2021/B-2/000", "brats2021/B-3/000"]
    keys += ["upenn_gbm/U-1/000", "upenn_gbm/U-2/000", "upenn_gbm/U-3/000"]
    found = pairs(
        ("brats2021/B-1/000", "upenn_gbm/U-1/000"), ("brats2021/B-3/000", "upenn_gbm/U-3/000")
    )
    met = against_crosswalk(found, keys, made_crosswalk(told))
    assert met == {"known": 2, "found": 1, "further": 1}
    assert against_crosswalk(found, keys, None) == {"known": 0, "found": 0, "further": 2}
