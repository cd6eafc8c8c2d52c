"""IDH and MGMT in the words of several centres, and words that decide nothing."""

import pytest

from psp_core.cohorts.markers import idh_status, mgmt_status


@pytest.mark.parametrize(
    ("status", "texts"),
    [
        (
            "mutant",
            "IDH1 R132H mutant|IDH-mutant|IDH1 R132H|R132H mutation|R132H mut|mutated (NOS)|"
            "IDH1 p.R132H|IDH2 p.R172K|IDH1 p.Arg132His|positive",
        ),
        (
            "wildtype",
            "WILDTYPE|wild type (IHC)|wild-type|IDH1/2 wildtype|IDH-wt|WT|neg|not mutated|"
            "no IDH mutation|IDH1 R132H negative|mutation not detected|unmutated|non-mutant|"
            "no mutation (wildtype)",
        ),
    ],
)
def test_idh_is_told_by_stems_and_by_what_is_denied(status: str, texts: str) -> None:
    assert {text: idh_status(text) for text in texts.split("|")} == dict.fromkeys(
        texts.split("|"), (status, True)
    )


@pytest.mark.parametrize(
    ("status", "texts"),
    [
        (
            "methylated",
            "Methylated (12%)|MGMT methylated|hypermethylated|positive|methylation detected",
        ),
        (
            "unmethylated",
            "Unmethylated|unmethylated, 3%|not methylated|no methylation|non-methylated|negative|"
            "methylation not detected|MGMT promoter methylation: negative",
        ),
    ],
)
def test_mgmt_is_told_by_stems_and_by_what_is_denied(status: str, texts: str) -> None:
    assert {text: mgmt_status(text) for text in texts.split("|")} == dict.fromkeys(
        texts.split("|"), (status, True)
    )


@pytest.mark.parametrize("text", ["", "n/a", "not tested", "indeterminate", "equivocal", "pending"])
def test_a_text_that_says_unknown_is_understood(text: str) -> None:
    assert idh_status(text) == mgmt_status(text) == ("unknown", True)


@pytest.mark.parametrize("text", ["0", "0.08", "maybe", "see report", "p", "not wildtype"])
def test_a_text_that_says_nothing_is_unknown_and_not_understood(text: str) -> None:
    assert idh_status(text) == mgmt_status(text) == ("unknown", False)


def test_doubt_and_contradiction_decide_nothing() -> None:
    for text in ("IDH1 neg, Sequencing required", "mut?", "IDH1 wildtype, IDH2 mutant"):
        assert idh_status(text) == ("unknown", False)
    for text in ("low methylated", "partially methylated", "methylated?", "not unmethylated"):
        assert mgmt_status(text) == ("unknown", False)
