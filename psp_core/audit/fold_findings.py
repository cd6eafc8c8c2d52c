"""Findings on a row of means and SDs over folds."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from psp_core.audit.findings import IMPOSSIBLE, OTHERWISE, POSSIBLE, Finding
from psp_core.audit.fold_figures import Folds, SdCheck
from psp_core.audit.fold_rows import RATES, FoldFigure, check_fold_row, joint_example
from psp_core.audit.printed import Printed
from psp_core.audit.printed_tables import Entry

MEAN, SD = "mean", "SD"


def folds_of(entry: Entry) -> Folds:
    """The folds that an entry of kind ``fold_rates`` speaks of.

    Raises
    ------
    AuditError
        See `Folds`.
    """
    given = entry.given
    if given.get("same_patients"):
        times = int(given["folds"])
        return Folds((given["n_positive"],) * times, (given["n_negative"],) * times, True)
    positive, negative = zip(*given["fold_classes"], strict=True)
    return Folds(tuple(positive), tuple(negative))


def fold_findings(entry: Entry) -> list[Finding]:
    """Two findings per figure, its mean and its SD, then one on all rates together if any."""
    folds = folds_of(entry)
    printed = {
        name: (Printed(mean), Printed(sd)) for name, (mean, sd) in entry.given["figures"].items()
    }
    checked = check_fold_row(printed, folds)
    joint = joint_example(checked, folds)
    found = []
    for name, figure in checked.items():
        found.append(_finding(entry, name, figure, MEAN, **_of_mean(name, figure)))
        found.append(_finding(entry, name, figure, SD, **_of_sd(name, figure)))
    if joint is not None:
        found.append(_together(entry, checked, joint))
    return found


def _finding(entry: Entry, name: str, figure: FoldFigure, part: str, **said: str) -> Finding:
    printed = figure.mean if part == MEAN else figure.sd
    return Finding(
        paper=entry.paper,
        place=entry.place,
        row=entry.row,
        figure=f"{name}, {part}",
        printed=printed.text,
        **said,
    )


def _of_mean(name: str, figure: FoldFigure) -> dict[str, str]:
    counts = _denominator(figure.denominators)
    if figure.rounded and not figure.needs_ties:
        if figure.implied is None or figure.implied in figure.rounded:
            possible = _written(figure.rounded, figure)
            return {
                "verdict": POSSIBLE,
                "possible": possible,
                "sentence": f"A mean of {counts} can be printed so: {possible}.",
            }
        possible = _written([figure.implied], figure)
        return {
            "verdict": IMPOSSIBLE,
            "possible": possible,
            "sentence": f"The other two rates of the row leave {possible} for it.",
        }
    tried = "rounding and truncation"
    if figure.needs_ties:
        tried = "rounding and truncation, without ties"
    if figure.rounded or figure.truncated:
        ways = [
            text
            for text, found in (
                ("ties in the scores, rounded", figure.needs_ties and figure.rounded),
                ("ties in the scores, truncated", figure.needs_ties and figure.truncated),
                ("truncated", not figure.needs_ties and figure.truncated),
            )
            if found
        ]
        possible = _written(figure.rounded or figure.truncated, figure)
        return {
            "verdict": OTHERWISE,
            "possible": possible,
            "reading": "; ".join(ways),
            "tried": "rounding, without ties" if name == "auc" else "rounding",
            "sentence": f"No mean of {_denominator(figure.denominators, figure.needs_ties)} rounds "
            f"to it; what gives it: {' or '.join(ways)} ({possible}), or the area of an "
            "interpolated curve."
            if name == "auc"
            else f"No mean of {counts} rounds to it; cut off instead of rounded it is {possible}.",
        }
    possible = _written(figure.nearest, figure)
    implied = ""
    if figure.implied is not None:
        implied = f" The other two rates of the row leave {_written([figure.implied], figure)}."
    return {
        "verdict": IMPOSSIBLE,
        "possible": possible,
        "tried": tried,
        "sentence": f"No mean of {counts} is printed so; nearest: {possible}.{implied}",
    }


def _of_sd(name: str, figure: FoldFigure) -> dict[str, str]:
    check = figure.spread
    if not check.examples and figure.tied_spread is not None and figure.tied_spread.examples:
        ties = _rules(figure.tied_spread)
        return {
            "verdict": OTHERWISE,
            "possible": " and ".join(f"{one:.4f}" for one in check.nearest),
            "reading": f"ties in the scores: {ties}",
            "tried": "population and sample SD without ties",
            "sentence": "No AUCs without ties have this SD with this mean; with ties some have "
            f"({ties}).",
        }
    nearest = " and ".join(f"{one:.4f}" for one in check.nearest)
    about = f"with the mean {' or '.join(_written([one], figure) for one in figure.used)}"
    if not check.examples:
        return {
            "verdict": IMPOSSIBLE,
            "possible": nearest,
            "tried": "population and sample SD, rounded and truncated",
            "sentence": f"No counts of the folds {about} have this SD; nearest: {nearest}.",
        }
    rounded = [counts for (_, way), counts in check.examples.items() if way == "rounded"]
    example = (rounded or list(check.examples.values()))[0]
    half = 2 if figure.needs_ties else 1
    counts = ", ".join(f"{one / half:g}" for one in example)
    is_direct = bool(figure.rounded) and bool(rounded) and not figure.needs_ties
    unit = "Pairs" if name == "auc" else "Counts"
    caveat = "" if figure.rounded else "; its printed mean is none of counts"
    return {
        "verdict": POSSIBLE if is_direct else OTHERWISE,
        "possible": f"counts {counts}",
        "reading": _rules(check),
        "sentence": f"{unit} of {counts} in the folds {about} have this SD "
        f"({_rules(check)}){caveat}.",
    }


def _rules(check: SdCheck) -> str:
    """The formulas that give an SD, rounded ones alone where there are any."""
    rounded = [spread for spread, way in check.examples if way == "rounded"]
    if rounded:
        return f"{' or '.join(rounded)} SD"
    return f"{' or '.join(spread for spread, _ in check.examples)} SD, truncated"


def _together(
    entry: Entry, checked: dict[str, FoldFigure], joint: dict[str, list[tuple[int, int]]]
) -> Finding:
    """All means and SDs of the three rates of a row at once."""
    printed = ", ".join(f"{checked[name].mean.text} ± {checked[name].sd.text}" for name in RATES)
    if joint:
        spread, counts = next(iter(joint.items()))
        pairs = " ".join(f"({one}, {other})" for one, other in counts)
        said = {
            "verdict": POSSIBLE,
            "possible": pairs,
            "reading": " or ".join(f"{one} SD" for one in joint),
            "sentence": "One set of counts gives all six figures: recognised true progressions "
            f"and pseudoprogressions by fold {pairs}, {spread} SD.",
        }
    else:
        said = {
            "verdict": IMPOSSIBLE,
            "tried": "population and sample SD, rounded",
            "sentence": "Each figure is possible by itself; no counts give all six together.",
        }
    return Finding(
        paper=entry.paper,
        place=entry.place,
        row=entry.row,
        figure="sensitivity, specificity and accuracy together",
        printed=printed,
        **said,
    )


def _denominator(denominators: Sequence[int], halved: bool = False) -> str:
    sizes = [one // 2 for one in denominators] if halved else list(denominators)
    if len(set(sizes)) == 1:
        return f"{len(sizes)} counts out of {sizes[0]}"
    return f"counts out of {', '.join(map(str, sizes))}"


def _written(means: Sequence[Fraction], figure: FoldFigure) -> str:
    """Means as sums over their common denominator where the folds have one."""
    sizes = figure.denominators
    whole = len(sizes) * sizes[0] if len(set(sizes)) == 1 else 0
    half = 2 if figure.needs_ties else 1
    texts = []
    for one in means:
        value = f"{float(one):.4f}"
        if whole:
            texts.append(f"{float(one * whole / half):g}/{whole // half} = {value}")
        else:
            texts.append(value)
    return "; ".join(texts)
