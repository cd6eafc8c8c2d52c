"""Every claim has a test or a reason, and the page says which verdict rests on what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from psp_core.errors import MissingInputError, TableError
from psp_core.report import claims
from psp_core.report.claims import (
    PAPERS,
    TESTS,
    format_ledger,
    judge,
    judged_run,
    ledger_counts,
    read_ledger,
)
from psp_core.runs import open_run
from psp_core.study.claims import FAILS, HOLDS, NOT_TESTABLE, Evidence, Verdict

PARAMS = Path(__file__).parents[2] / "params" / "ci.yaml"
ENTRY = {
    "id": "one", "paper": "gomaa2025", "section": "Results", "sentence": "it is so",
    "claim": "It is so.", "data": "phantoms", "test": "twice",
}  # fmt: skip


def twice(evidence: Evidence) -> list[Verdict]:
    return [Verdict(HOLDS, "1 of 2", "phantoms", "built in: so"), Verdict(FAILS, "0 of 9", "real")]


def written(folder: Path, *entries: dict[str, Any]) -> Path:
    path = folder / "claims.yaml"
    path.write_text(yaml.safe_dump(list(entries)), encoding="utf-8")
    return path


def without(name: str, **changes: Any) -> dict[str, Any]:
    return {key: value for key, value in ENTRY.items() if key != name} | changes


def test_the_ledger_of_the_book_is_whole() -> None:
    ledger = read_ledger()
    assert {one.paper for one in ledger} == set(PAPERS)
    assert len(ledger) >= 40
    assert {one.test for one in ledger if one.test} == set(TESTS)
    assert all(bool(one.test) != bool(one.reason) for one in ledger)


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (without("test"), "one: neither test nor reason"),
        (ENTRY | {"reason": "none"}, "one: both test and reason"),
        (ENTRY | {"test": "never"}, "one: there is no test 'never'"),
        (without("sentence"), "one: 'sentence' misses or is empty"),
        (without("id"), "claim 1: 'id' misses or is empty"),
        (ENTRY | {"verdict": "holds"}, "one: 'verdict' is no field of a claim"),
        (ENTRY | {"section": 3}, "one: 'section' is 3; expected text"),
        (ENTRY | {"paper": "other"}, "one: paper 'other'; expected gomaa2025 or jang2018"),
        (ENTRY | {"sentence": "so " * 101}, "a sentence of more than 300 characters"),
        (without("test", reason="none"), "test 'twice' is named by no claim"),
    ],
)
def test_a_fault_of_the_ledger_raises(tmp_path: Path, entry: dict[str, Any], fault: str) -> None:
    with pytest.raises(TableError, match=fault):
        read_ledger(written(tmp_path, entry), tests={"twice": twice})


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="stands 2 times") as caught:
        read_ledger(written(tmp_path, ENTRY, without("claim")), tests={"twice": twice})
    assert len(caught.value.faults) == 2


def test_what_is_no_ledger_raises(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="no file of claims"):
        read_ledger(tmp_path / "claims.yaml")
    (tmp_path / "claims.yaml").write_text("a: 1\n", encoding="utf-8")
    with pytest.raises(TableError, match="expected a list of claims"):
        read_ledger(tmp_path / "claims.yaml")


def test_a_claim_is_judged_on_each_set_and_written_once(tmp_path: Path) -> None:
    reasoned = without("test", id="two", paper="jang2018", reason="nobody has the data")
    tests = {"twice": twice}
    ledger = read_ledger(written(tmp_path, ENTRY, reasoned), tests=tests)
    evidence = Evidence(open_run(PARAMS, tmp_path / "run"), pd.DataFrame(), pd.DataFrame(), None)
    judged = judge(ledger, evidence, tests=tests)
    assert judged["verdict"].tolist() == [HOLDS, FAILS, NOT_TESTABLE]
    assert judged["figures"].tolist()[2] == "nobody has the data"
    table = format_ledger(judged, "gomaa2025")
    assert table["claim"].tolist() == ["It is so.", ""]
    assert table["the paper's words"].tolist() == ["“it is so” (Results)", ""]
    assert table["data"].tolist() == ["phantoms [built in: so]", "real"]
    counts = ledger_counts(judged)
    assert counts.loc["Gomaa 2025", ["claims", HOLDS, FAILS]].tolist() == [1, 1, 1]
    assert format_ledger(judged, "jang2018")["test"].tolist() == ["none"]


def test_a_fresh_run_is_judged_on_what_needs_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = [one for one in read_ledger() if one.test != "fewer_tokens_save_computation"]
    monkeypatch.setattr(
        claims, "evidence_of", lambda run: Evidence(run, *[pd.DataFrame()] * 2, None)
    )
    run = open_run(PARAMS, tmp_path / "run")
    judged = judged_run(run, ledger)
    stored = pd.read_parquet(run.finished("claims").folder / "claims.parquet")
    pd.testing.assert_frame_equal(judged, stored)
    real = judged[judged["data"].str.contains("real patients")]
    assert len(real) == 5  # the clinical claims, on the recorded table
    assert judged.loc[judged["id"] == "j_sets_alike", "verdict"].tolist() == [HOLDS]
