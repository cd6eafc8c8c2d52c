"""Findings on a row of means and SDs over folds."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from psp_core.audit.auc_values import interpolation_fills
from psp_core.audit.findings import IMPOSSIBLE, OTHERWISE, POSSIBLE, Finding
from psp_core.audit.fold_figures import Folds, SdCheck, Spread
from psp_core.audit.fold_rows import (
    RATES,
    FoldFigure,
    check_fold_row,
    joint_example,
    means_conflict,
)
from psp_core.audit.printed import ROUNDED, Printed, Way
from psp_core.audit.printed_tables import Entry

MEAN, SD = "mean", "SD"
TOGETHER = "sensitivity, specificity and accuracy together"


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
    """Two findings per figure, its mean and its SD, then one on the three rates together if any."""
    folds = folds_of(entry)
    printed = {
        name: (Printed(mean), Printed(sd)) for name, (mean, sd) in entry.given["figures"].items()
    }
    checked = check_fold_row(printed, folds)
    conflict = means_conflict(checked, folds)
    joint = None if conflict else joint_example(checked, folds)
    found = []
    for name, figure in checked.items():
        found.append(_finding(entry, name, figure, MEAN, **_of_mean(name, figure)))
        found.append(_finding(entry, name, figure, SD, **_of_sd(name, figure)))
    if conflict:
        found.append(_conflict(entry, checked))
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
        possible = _written(figure.rounded, figure)
        return {
            "verdict": POSSIBLE,
            "possible": possible,
            "sentence": f"A mean of {counts} can be printed so: {possible}.",
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
            f"to it; what gives it: {' or '.join(ways)} ({possible}).{_of_interpolation(figure)}"
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
    caveat = "; its mean is cut off" if figure.truncated else "; its printed mean is none of counts"
    caveat = "" if figure.rounded else caveat
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


def _conflict(entry: Entry, checked: dict[str, FoldFigure]) -> Finding:
    """Three means of the same patients of which each is possible and all three are not."""
    rates = {name: checked[name] for name in RATES}
    left = [
        f"{name} {_written([one.implied], one)}"
        for name, one in rates.items()
        if one.implied is not None
    ]
    follows = f" What the other two leave: {', or '.join(left)}." if left else ""
    return Finding(
        paper=entry.paper,
        place=entry.place,
        row=entry.row,
        figure=f"means of {TOGETHER}",
        printed=", ".join(one.mean.text for one in rates.values()),
        verdict=IMPOSSIBLE,
        possible="; ".join(left),
        tried="rounding and truncation of all three",
        sentence="Each mean is possible by itself; the right answers of both classes make up those "
        f"of all patients, and no three such means do.{follows}",
    )


def _together(
    entry: Entry,
    checked: dict[str, FoldFigure],
    joint: dict[tuple[Spread, Way], list[tuple[int, int]]],
) -> Finding:
    """All means and SDs of the three rates of a row at once."""
    printed = ", ".join(f"{checked[name].mean.text} ± {checked[name].sd.text}" for name in RATES)
    if joint:
        (spread, way), counts = next(iter(joint.items()))
        pairs = " ".join(f"({one}, {other})" for one, other in counts)
        cut = "" if way == ROUNDED else ", all six cut off"
        said = {
            "verdict": POSSIBLE if way == ROUNDED else OTHERWISE,
            "possible": pairs,
            "reading": " or ".join(f"{one} SD" for one, _ in joint) + cut,
            "sentence": "One set of counts gives all six figures: recognised true progressions "
            f"and pseudoprogressions by fold {pairs}, {spread} SD{cut}.",
        }
    else:
        said = {
            "verdict": IMPOSSIBLE,
            "tried": "population and sample SD; all six rounded, all six truncated",
            "sentence": "Each figure is possible by itself; no counts give all six together.",
        }
    return Finding(
        paper=entry.paper,
        place=entry.place,
        row=entry.row,
        figure=TOGETHER,
        printed=printed,
        **said,
    )


def _of_interpolation(figure: FoldFigure) -> str:
    """What an interpolated curve says of a mean AUC, if that is worth a sentence."""
    # One pair more in one fold moves the mean by so much.
    gap = Fraction(1, len(figure.denominators) * min(figure.denominators))
    if not interpolation_fills(gap, figure.mean.step):
        return ""
    return (
        " At these counts curves interpolated before their area is taken can have any mean, so "
        "that they explain nothing."
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
