"""Jang 2018 as printed, as published in code, and with the code's leaks closed.

What paper and code say differently is one argument of an estimator or one line that says why
there is none: `DIFFERENCES`. What neither says is an assumption and stands in the docstrings
of the estimators and in ``params.cnn_lstm``.

Taken at its word, the paper's preset is fitted and then scores almost all patients alike: pixels
of slices of unit norm vary by 1 / P**2, while the running variance of batch norm starts at 1 and
takes one hundredth of each batch. Its loss falls all the same, for a training step does not use
the running variance. The code's unit variance spares the first batch norm this fault, not those
after it: `study.jang_folds` measures what that costs on the training patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Preset = Literal["paper", "code", "fixed"]

NETWORKS: dict[Preset, dict[str, Any]] = {
    "paper": {
        "dense_after_lstm": False,
        "norm": "after",
        "activation": "tanh",
        "slice_scale": "unit_norm",
        "shuffle": True,  # Keras's default; not stated
        "scaler": "train",
        "unknown_as": "third_value",
    },
    "code": {
        "dense_after_lstm": True,
        "norm": "before",
        "activation": "sigmoid",
        "slice_scale": "unit_variance",
        "shuffle": False,
        "scaler": "each_table",
        "unknown_as": "third_value",
    },
}
NETWORKS["fixed"] = NETWORKS["code"] | {
    "shuffle": True,
    "scaler": "train",
    "unknown_as": "own_column",
}
FORESTS: dict[Preset, dict[str, Any]] = {
    "paper": {"trees": 1000, "tried_per_split": 2, "hard_labels": False, "scaler": "train"},
    "code": {"trees": 100, "tried_per_split": 2, "hard_labels": True, "scaler": "each_table"},
    "fixed": {
        "trees": 1000,
        "tried_per_split": 2,
        "hard_labels": False,
        "scaler": "train",
        "unknown_as": "own_column",
    },
}


@dataclass(frozen=True)
class Difference:
    """One point in which paper and code differ, or only one of them speaks.

    Attributes
    ----------
    number : int
    topic, paper, code, fixed : str
        What each preset does.
    where : str
        The argument or parameter that decides it, or why there is none.
    """

    number: int
    topic: str
    paper: str
    code: str
    fixed: str
    where: str


_ROWS: tuple[tuple[str, str, str, str, str], ...] = (
    ("layers between LSTM and merge", "none", "two of 32 nodes", "as code", "dense_after_lstm"),
    ("batch norm", "after each convolution", "before each, also of the raw slice", "as code",
     "norm"),
    ("activation of the LSTM", "not stated: tanh", "sigmoid; gates hard sigmoid", "as code",
     "activation; the gates have the hard sigmoid in all presets"),
    ("learning rate", "0.001 in Methods, 0.01 in Results", "0.01", "0.01",
     "cnn_lstm.learning_rate; the paper's preset takes the tuned one, the epoch traces 0.001"),
    ("batch size of the epoch search", "8 in the text, 7 under the figure", "7", "7",
     "cnn_lstm.sweeps.trace_batch_size"),
    ("search of the number of cells", "5 folds; batch 8, 25 epochs implied", "batch 6, 30 epochs",
     "as paper", "cnn_lstm.sweeps: cell_batch_size, cell_epochs"),
    ("folds of the cross-validation", "10", "3 in the last version, 10 in the first", "10",
     "cnn_lstm.sweeps.curve_folds"),
    ("mean AUC", "mean AUC", "AUC of the mean of curves at 100 points", "mean of the folds' AUCs",
     "report.jang_curves.fold_figures gives both"),
    ("micro-average AUPRC", "over the folds", "of the last fold alone", "of all folds' scores",
     "report.jang_curves.fold_figures gives both"),
    ("threshold", "TPR high, TPR - (1 - FPR) near 0", "smallest |TPR - (1 - FPR)| on the test set",
     "Youden's, inside the training fold",
     "evaluation.thresholds.balanced_threshold; every table of results has the frozen one"),
    ("scaling of the clinical variables", "0 to 1", "of training and test table, each by itself",
     "range of the training fold",
     "scaler; before the cross-validation the code scaled all training patients together, which "
     "an estimator that is fitted inside a fold cannot"),
    ("trees of the forest", "1,000, 2 variables a split", "100, the library's default", "as paper",
     "trees, tried_per_split"),
    ("scores of the forest", "probabilities implied", "predicted classes", "probabilities",
     "hard_labels"),
    ("order of the patients", "not stated: drawn for each epoch",
     "fixed in the final fit, drawn in the folds", "drawn for each epoch",
     "shuffle; every row of results here is of the final fit's kind"),
    ("patients of the validation loss", "20 % of the training set",
     "the last 20 % in the order of the files", "20 % drawn within the classes",
     "cnn_lstm.sweeps.traced_on; the published function lacks an argument and cannot run"),
    ("scrambled control", "scrambled training set", "one permutation of the labels",
     "null distribution",
     "page 06: the network, cross-validated on one permutation by controls.scramble.single_seed; "
     "page 07: one permutation beside many, of lighter models"),
    ("seeds", "not stated", "205486557 and 7777, on a GPU that does not repeat",
     "the study's seed", "no argument: every fit has a seed of its own, and repeats to the byte"),
    ("versions", "Python 3.3, Keras 2.0.8", "Python 3.6, Keras 2.1.2", "torch",
     "no argument: layers are rebuilt with Keras's defaults of 2.1"),
    ("unknown status", "a category", "a number that is not given", "a column of its own",
     "unknown_as; in the other presets a third number, an assumption"),
    ("images and labels", "not stated", "joined by position: folder against table",
     "joined by patient", "no argument: a wrong order cannot be repeated without their files"),
    ("grey values of a slice", "mean 0 and unit norm", "mean 0 and unit variance", "as code",
     "slice_scale; the rescale slope is applied, which this scaling takes out again"),
    ("side of a pixel", "not stated", "that of the rows for both axes", "of each axis",
     "no argument: each axis has its own; the two are equal in axial series"),
    ("names of the classes in Table 2", "exchanged", "0 and 1", "one constant",
     "evaluation.classes.POSITIVE_CLASS; the printed table stands as printed and as meant"),
    ("clinical variables", "seven", "seven", "seven, and three for what is unknown",
     "feature set jang"),
    ("weights and licence", "code is free and available", "weights beside it, no licence",
     "own code", "no argument: written from the description, no line and no weight is theirs"),
)  # fmt: skip

DIFFERENCES = tuple(Difference(number, *row) for number, row in enumerate(_ROWS, start=1))


def settings_of_preset(preset: Preset, *, forest: bool = False) -> Mapping[str, Any]:
    """Arguments of `CnnLstm`, or of `JangForest`, in one preset."""
    return dict((FORESTS if forest else NETWORKS)[preset])
