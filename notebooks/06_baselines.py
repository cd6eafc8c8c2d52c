# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The systems of other studies
#
# **Question.** What do the systems that Gomaa 2025 compares with reach on the same patients, the
# same folds and with the same rules, and what did Jang 2018 do to arrive at its figures?
#
# **In.** Patients, scans and dose features of pages 01 to 03. **Out.** The predictions table of
# these models, in the folder `baselines`; the searches of Jang 2018 in `sweeps` and `jang_curves`.
#
# Every model is fitted as on page 05: nothing that is fitted sees the held-out patients, but for
# what a preset repeats of its original and says so.

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display

from psp_core.classifiers.cnn_lstm_presets import DIFFERENCES
from psp_core.evaluation.estimable import estimable
from psp_core.evaluation.summary import rates_summary, results_summary
from psp_core.report.formatting import decimal, described
from psp_core.report.jang_curves import fold_figures, plot_fold_curves
from psp_core.report.jang_results import jang_beside, jang_figures
from psp_core.report.jang_searches import plot_searches
from psp_core.report.lost import left_out_table
from psp_core.report.patient_sets import tell_left_out
from psp_core.report.results_table import format_results, published_beside_rerun
from psp_core.report.roc import plot_auc_intervals, roc_panels
from psp_core.report.rows import reduced_table, row_titles, tell_waiting
from psp_core.runs import open_run
from psp_core.study.experiments import BASELINES, fit_experiment
from psp_core.study.scored_sets import reported
from psp_core.study.sweeps import jang_curves, jang_searches

run = open_run(params_file, run_dir, overrides)
params = run.params

# %% [markdown]
# ## All systems

# %%
fitted = fit_experiment(run, BASELINES)
minimum = params.timing.minimum_per_class
predictions, too_few = estimable(reported(run, fitted.outcome.predictions), minimum)
titles = row_titles(params, fitted.entries)
display(Markdown(tell_waiting(fitted.waiting, fitted.entries)))
for name, table in (
    ("Sizes below those printed", reduced_table(params, fitted.entries)),
    ("Models that could not be fitted", fitted.outcome.failed),
    ("Patients without a model's features", left_out_table(fitted.outcome.left_out)),
):
    display(Markdown(f"{name}{': none.' if table.empty else ':'}"))
    if not table.empty:
        display(table.style.hide(axis="index"))

# %% tags=["full-width"]
level = params.evaluation.confidence_level
summary = results_summary(
    predictions,
    bootstrap_samples=params.evaluation.bootstrap_samples,
    seed=params.study.seed,
    confidence_level=level,
)
rates = rates_summary(predictions, confidence_level=level)
display(
    Markdown(tell_left_out(too_few, titles, minimum_per_class=minimum, is_empty=predictions.empty))
)
format_results(summary, titles).style.hide(axis="index")

# %% mystnb={"image": {"alt": "AUC of every system with its interval, by set of patients"}}
chart = plot_auc_intervals(summary, titles)

# %% [markdown]
# ## Published beside rerun: Table 2 of Gomaa 2025

# %% tags=["full-width"]
printed = {name: entry.printed for name, entry in fitted.entries.items() if entry.printed}
beside = published_beside_rerun(
    summary, rates, titles, printed,
    dataset="external", described=described(params.external.root),
)  # fmt: skip
beside.style.hide(axis="index")

# %% tags=["full-width"] mystnb={"image": {"alt": "ROC curves of every system, external set"}}
panels = roc_panels(predictions, summary, titles, dataset="external")
plt.show()

# %% [markdown]
# ## Jang 2018
#
# Three presets: `paper` is what the paper prints, `code` what its public code does, `fixed` the
# code with its leaks closed. Where they differ, and what decides it here:

# %% tags=["full-width"]
pd.DataFrame([vars(one) for one in DIFFERENCES]).style.hide(axis="index")

# %% [markdown]
# ### The searches (its Fig. 2)
#
# On the training patients alone, as in the paper; every fold is a dot. The settings of the models
# above are the paper's: nothing is taken from here. What wins a search among many, on few
# patients, wins by chance, too.

# %% tags=["full-width"] mystnb={"image": {"alt": "Loss by epoch; AUC by cells, batch, rate"}}
searches = jang_searches(run)
if searches.empty:
    display(Markdown("Not run yet: the searches wait until there is a first book."))
else:
    plot_searches(searches)
    plt.show()

# %% [markdown]
# ### Cross-validation (its Fig. 3)

# %% mystnb={"image": {"alt": "ROC and precision-recall curves of the folds, and their mean"}}
curves = jang_curves(run)
figures = fold_figures(curves)
if curves.empty:
    display(Markdown("Not run yet: the cross-validation waits until there is a first book."))
else:
    plot_fold_curves(curves)
    plt.show()
    told = (
        f"Over {int(figures['folds'])} folds the mean of the AUCs is "
        f"{decimal(figures['mean_auc'])}; the published code's figure, the AUC of the mean curve, "
        f"is {decimal(figures['auc_of_mean_curve'])} (printed: 0.72). Average precision of all "
        f"folds' scores: {decimal(figures['pooled_auprc'])}; mean of the folds: "
        f"{decimal(figures['mean_auprc'])}; of the last fold alone, the published code's: "
        f"{decimal(figures['last_fold_auprc'])} (printed: 0.92)."
    )
    display(Markdown(told))

# %% [markdown]
# ### Results (its Table 2)
#
# The printed rows of the two classes are exchanged, as their recalls show: of 19 patients 11 had
# true progression. Reruns are the soft votes on the external set at the frozen threshold; the
# published code chose its threshold on the test set itself.

# %% tags=["full-width"]
arms = {
    name: f"model_{number}"
    for number, start in ((1, "cnn_lstm_"), (2, "cnn_lstm_image_"), (3, "jang_forest_"))
    for name in titles
    if name in {f"{start}{preset}" for preset in ("paper", "code", "fixed")}
}
jang_beside(
    jang_figures(predictions, dataset="external"),
    titles,
    arms,
    described=described(params.external.root),
).style.hide(axis="index")
