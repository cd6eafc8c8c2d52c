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
# these models, in the folder `baselines`; what Jang 2018 searched, cross-validated and scrambled in
# `sweeps`, `jang_curves` and `jang_scrambled`.
#
# Every model is fitted as on page 05. Unless the protocol below says otherwise, nothing that is
# fitted sees the held-out patients, but for what a preset repeats of its original and says so.

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
from psp_core.report.assumptions import assumed_settings
from psp_core.report.comparison_table import (
    SYSTEMS,
    declared_comparisons,
    format_comparisons,
)
from psp_core.report.confusion import confusion_counts, confusion_panels
from psp_core.report.fit_curves import fit_curves
from psp_core.report.formatting import described
from psp_core.report.jang_curves import plot_fold_curves, tell_folds
from psp_core.report.jang_results import jang_arms, jang_beside, jang_figures
from psp_core.report.jang_scrambled import scrambled_table
from psp_core.report.jang_searches import plot_searches
from psp_core.report.jang_test import plot_test_counts, plot_test_curves
from psp_core.report.lost import failed_table, left_out_table
from psp_core.report.patient_sets import tell_left_out
from psp_core.report.results_table import format_results, published_beside_rerun
from psp_core.report.roc import plot_auc_intervals, roc_panels
from psp_core.report.rows import reduced_table, row_titles, tell_protocol, tell_waiting
from psp_core.report.selected_figures import selected_table, tell_agreement
from psp_core.runs import open_run
from psp_core.study.experiments import BASELINES, fit_experiment, read_all_predictions
from psp_core.study.jang_folds import jang_curves, jang_scrambled
from psp_core.study.scored_sets import reported
from psp_core.study.selected import selected_by_fold
from psp_core.study.sweeps import jang_searches

run = open_run(params_file, run_dir, overrides)
params = run.params

# %% [markdown]
# ## All systems

# %%
fitted = fit_experiment(run, BASELINES)
minimum = params.timing.minimum_per_class
predictions, too_few = estimable(reported(run, fitted.outcome.predictions), minimum)
titles = row_titles(params, fitted.entries)
display(Markdown(f"{tell_protocol(params)} {tell_waiting(fitted.waiting, fitted.entries)}"))
for name, table in (
    ("Sizes below those printed", reduced_table(params, fitted.entries)),
    ("Models that could not be fitted", failed_table(fitted.outcome.failed)),
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
# ## The proposed model beside them, confusion matrices, curves
#
# Differences to the proposed model of page 05 are paired, and Holm-corrected within this table and
# a set of patients; page 08 corrects over all declared pairs of the study. Counts are of soft votes
# at their thresholds, frozen before the set, and held-out losses decide nothing, both unless the
# protocol above says otherwise.

# %% tags=["full-width"] mystnb={"image": {"alt": "Counts of calls; losses by step, by system"}}
both = estimable(reported(run, read_all_predictions(run)), minimum)[0]
compared = declared_comparisons(both, SYSTEMS, confidence_level=level)
named = titles | {"proposed": "proposed"}
display(format_comparisons(compared, named).style.hide(axis="index"))
confusion_panels(confusion_counts(predictions, dataset="external"), titles)
plt.show()
if fit_curves(fitted.outcome.curves, titles):
    plt.show()

# %% [markdown]
# ## Figures of the lesion
#
# Sun 2021 fits a random forest to texture figures of the enhancing lesion. Software, filters, both
# steps of the selection and the number of trees are not in its abstract, and its full text was not
# at hand: all of them are assumptions here. The row that Gomaa 2025 prints for Akbari 2020 is not
# that model, which also reads diffusion and perfusion. `cnn_svm` stands in it only with your own
# weights of VGG16 (`cnn_svm.weights`). Without them a network of random weights is used; that row
# is called *random-feature SVM* and stands beside no printed figure. CaPTk's recipe has no network
# and keeps a fifth of the figures.

# %% tags=["full-width"]
selected = selected_by_fold(run, "radiomics_forest")
display(Markdown(tell_agreement(selected)))
display(selected_table(selected).style.hide(axis="index").format(precision=1))
of_page = ["cnn_lstm", "radiomics", "cnn_svm", "densenet"]
assumed_settings(params_file, of_page).style.hide(axis="index")

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
if curves.empty:
    display(Markdown("Not run yet: the cross-validation waits until there is a first book."))
else:
    plot_fold_curves(curves)
    plt.show()
    display(Markdown(tell_folds(curves)))

# %% [markdown]
# ### The scrambled control (its Fig. S1)
#
# Images and clinical values of the training patients are put in another order together, by one
# seed, while the labels stay; then the cross-validation runs as above, on fewer folds where the
# table says so. A single draw says only that it lies where chance may lie, and how far that
# reaches is known exactly: the last columns. Page 07 permutes many times, with lighter models. The
# figure's second part, the scrambled model on the other centre, is not rerun with this network.

# %% tags=["full-width"]
scrambled = jang_scrambled(run)
if scrambled.empty:
    display(Markdown("Not run yet: the control waits until there is a first book."))
else:
    display(scrambled_table(curves, scrambled).style.hide(axis="index"))

# %% [markdown]
# ### The other centre (its Fig. 4 and Table 2)
#
# The printed rows of the two classes are exchanged, as their recalls show: of 19 patients 11 had
# true progression. Reruns are the soft votes on the external set, at a threshold that the training
# cohort froze unless the protocol above says otherwise; the published code chose its threshold on
# the test set itself. Published matrices are the counts that the printed recalls round.
# The printed averages over both classes are left out. Nine slices lie at the spacing of each
# series, as in the code; the paper's series had about 1 mm.

# %% tags=["full-width"] mystnb={"image": {"alt": "Curves and counts of calls of Jang's models"}}
arms = jang_arms(titles)
plot_test_curves(predictions, titles, arms, dataset="external")
plt.show()
plot_test_counts(predictions, titles, arms, dataset="external")
plt.show()
figures = jang_figures(predictions, dataset="external")
told = described(params.external.root)
jang_beside(figures, titles, arms, described=told).style.hide(axis="index")
