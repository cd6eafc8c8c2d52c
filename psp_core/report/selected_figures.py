"""How often the folds of an arm agree on the figures they select."""

from __future__ import annotations

import pandas as pd


def selected_table(selected: pd.DataFrame, *, rows: int = 15) -> pd.DataFrame:
    """The figures selected most often.

    Parameters
    ----------
    selected : DataFrame
        ``seed, fold, rank, name``, see `study.selected.selected_by_fold`.
    rows : int, default 15
        Of the result, at most.

    Returns
    -------
    DataFrame
        ``image, kind, figure``, ``folds`` (of how many fold models it is) and ``mean rank`` in
        them; the most frequent first, then those of the best rank.
    """
    by_name = selected.groupby("name")["rank"].agg(["size", "mean"]).reset_index()
    by_name = by_name.sort_values(
        ["size", "mean", "name"], ascending=[False, True, True], ignore_index=True
    ).head(rows)
    parts = [_parts(name) for name in by_name["name"]]
    return pd.DataFrame(
        {
            "image": [image for image, _, _ in parts],
            "kind": [kind for _, kind, _ in parts],
            "figure": [figure for _, _, figure in parts],
            "folds": by_name["size"],
            "mean rank": by_name["mean"],
        }
    )


def tell_agreement(selected: pd.DataFrame) -> str:
    """A sentence on how many different figures all folds together selected."""
    folds = len(selected[["seed", "fold"]].drop_duplicates())
    if not folds:
        return "No fold model of this row was fitted, so nothing was selected."
    each = selected.groupby(["seed", "fold"]).size()
    in_all = int((selected.groupby("name").size() == folds).sum())
    least, most = int(each.min()), int(each.max())
    size = f"{least}" if least == most else f"{least} to {most}"
    return (
        f"{folds} fold models selected {size} figures each, {selected['name'].nunique()} different "
        f"ones together; {in_all} of them are in every fold model."
    )


def _parts(name: str) -> tuple[str, str, str]:
    """Image, kind and figure of a column's name, as ``t1ce:glcm:idm``, ``shape:flatness``."""
    *image, kind, figure = name.split(":")
    if kind == "cnn":
        return "both", "network", f"fc2 number {figure}"
    return image[0] if image else "lesion", kind, figure.replace("_", " ")
