# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What can so few patients show?
#
# **Question.** What do the patients of a small test set tell about one model, about two, and about
# the best of several; how many would be needed; and what do the sizes of published studies imply?
#
# **In.** The section `power` of the params file, and the studies in the book's sources
# (`papers/literature.yaml`). No patients: everything here follows from counts. **Out.** The tables
# on this page, in the folder `power`.
#
# The same quantities move under your hands on the [page with sliders](power.md).

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
import matplotlib.pyplot as plt
from IPython.display import Markdown, display

from psp_core.audit.best_of import best_of_models
from psp_core.audit.literature import literature_table, read_literature
from psp_core.audit.power import fewest_wins, rank_sum_tail, smallest_distinct_auc
from psp_core.audit.published_looking import (
    draw_tables,
    figures_spread,
    stands_above,
    true_vote_auc,
)
from psp_core.audit.riley import validation_size
from psp_core.report.formatting import count, decimal
from psp_core.report.literature import (
    format_literature,
    plot_forest,
    tell_evidence,
    tell_widths,
)
from psp_core.report.power import (
    format_pair,
    format_single,
    pair_table,
    plot_best,
    plot_power,
    power_curves,
    single_table,
)
from psp_core.report.published_looking import format_spread, one_table, plot_figures
from psp_core.report.sample_size import (
    format_sample_size,
    plot_sample_size,
    sample_size_table,
    tell_sample_size,
)
from psp_core.runs import digest_of, open_run, write_table

run = open_run(params_file, run_dir, overrides)
params, power = run.params, run.params.power
level = params.evaluation.confidence_level
n_positive, n_negative = power.test
pairs = n_positive * n_negative

# %% [markdown]
# ## One model
#
# The interval is Hanley and McNeil's, from the AUC and the counts alone; the logit scale keeps it
# below 1. The last column: how often a model that really has this AUC is told from chance by the
# exact rank-sum test, two-sided, with the error of the simulation.

# %%
wins, least = smallest_distinct_auc(n_positive, n_negative, alpha=1 - level)
one_sided_wins, one_sided = smallest_distinct_auc(
    n_positive, n_negative, alpha=1 - level, two_sided=False
)
single = single_table(
    sorted({power.second_auc, power.true_auc, power.first_auc, 0.8, 0.9}),
    power.test,
    repetitions=power.repetitions,
    rng=run.rng("power alone"),
    confidence_level=level,
)
rounded_up = fewest_wins(power.first_auc, n_positive=n_positive, n_negative=n_negative)
display(format_single(single).style.hide(axis="index"))
Markdown(
    f"With {n_positive} and {n_negative} patients there are {pairs} pairs. The smallest AUC that "
    f"the exact test tells from 0.5 is {wins}/{pairs} = {decimal(least)}, or "
    f"{one_sided_wins}/{pairs} = {decimal(one_sided)} if only better than chance is asked. "
    f"An AUC of {rounded_up}/{pairs} = {decimal(rounded_up / pairs)} or more comes by chance with "
    f"a probability of {decimal(float(rank_sum_tail(*power.test)[rounded_up]), 4)}, one-sided."
)

# %% [markdown]
# ## Two models on the same patients
#
# Two models are compared on the same patients, so what counts is how alike their scores are within
# the classes: the more alike, the easier a difference is seen. The formula knows the true standard
# error; DeLong's test estimates it from the patients, which costs power where there are few.

# %%
pair = pair_table(
    power.first_auc,
    power.second_auc,
    power.test,
    correlations=power.correlations,
    power=power.power,
    repetitions=power.repetitions,
    rng=run.rng("power of a pair"),
    alpha=1 - level,
)
display(format_pair(pair, power=power.power).style.hide(axis="index"))
Markdown(
    f"If the true AUCs are {power.first_auc:g} and {power.second_auc:g}, DeLong's test tells them "
    f"apart on {n_positive + n_negative} patients in {decimal(float(pair['simulated'].min()))} to "
    f"{decimal(float(pair['simulated'].max()))} of the studies, where {1 - level:.3g} would be "
    f"chance alone. For {100 * power.power:g} % power {count(float(pair['needed'].min()))} to "
    f"{count(float(pair['needed'].max()))} patients are needed."
)

# %% mystnb={"image": {"alt": "Power to tell two AUCs apart, by patients and by correlation"}}
curves = power_curves(
    power.first_auc,
    power.second_auc,
    n_positive / (n_positive + n_negative),
    power.correlations,
    alpha=1 - level,
)
axes = plot_power(curves, target=power.power, n=n_positive + n_negative)
plt.show()

# %% [markdown]
# ## The best of several
#
# All models have the same true AUC, and the best of them on the test set is printed. The more are
# compared, the better the best looks, and none of them is.

# %% mystnb={"image": {"alt": "AUC that the best of several equal models shows"}}
best = best_of_models(
    power.true_auc,
    correlation=power.correlation,
    numbers=range(1, power.most_models + 1),
    n_positive=n_positive,
    n_negative=n_negative,
    repetitions=power.repetitions,
    rng=run.rng("best of several"),
)
of_compared = best[best["n_models"] == min(power.compared, power.most_models)].iloc[0]
axes = plot_best(best, true_auc=power.true_auc)
plt.show()
Markdown(
    f"The best of {count(of_compared['n_models'])} models with a true AUC of {power.true_auc:.2f} "
    f"and scores that correlate by {power.correlation:g} shows {decimal(of_compared['mean'])} on "
    f"average (± {decimal(of_compared['error'])}, the error of the simulation), and in nine of ten "
    f"sets of patients {decimal(of_compared['low'])} to {decimal(of_compared['high'])}."
)

# %% [markdown]
# ## How many patients a new model needs
#
# Riley's criteria for a logistic model with this expected AUC: coefficients that shrink by at most
# a tenth, an optimism of Nagelkerke's R² of at most 0.05, and a mean risk that is known within
# 0.05. A parameter is a coefficient; a step that chooses variables by the outcome spends all it
# chooses from. The criteria are made for regression. A network with thousands of weights has no
# count that they take, which does not mean that it needs fewer patients.

# %% mystnb={"image": {"alt": "Patients needed by the number of parameters, three criteria"}}
at_hand = sum(power.training)
sizes = sample_size_table(power.development_auc, power.training, power.most_parameters)
outside = validation_size(power.development_auc, power.training[0] / at_hand)
axes = plot_sample_size(sizes, at_hand)
plt.show()
display(format_sample_size(sizes, at_hand).style.hide(axis="index"))
Markdown(
    f"{tell_sample_size(sizes, power.development_auc, at_hand)} To evaluate such a model in new "
    f"patients, {outside.auc} are needed for an AUC within 0.05, and {outside.slope} for a "
    "calibration slope within 0.2."
)

# %% [markdown]
# ## Tables as a paper would print them
#
# All models are equally good, and their true AUC is known. Each has one model per fold; the
# validation fold, the fold models on the test set and their soft vote are printed as papers print
# them. First one such table as it was drawn, then how the figures of one model spread over many.
# The models share part of their scores (correlations in the section `power`: an assumption).

# %% tags=["full-width"]
vote = true_vote_auc(power.true_auc, fold_correlation=power.fold_correlation, folds=power.folds)
tables = draw_tables(
    power.true_auc,
    arms=power.compared,
    arm_correlation=power.correlation,
    fold_correlation=power.fold_correlation,
    training=power.training,
    test=power.test,
    folds=power.folds,
    repetitions=power.repetitions,
    rng=run.rng("published-looking tables"),
)
spread = figures_spread(tables)
above = stands_above(tables, power.margin)
display(one_table(tables, 0).style.hide(axis="index"))
display(format_spread(spread).style.hide(axis="index"))
Markdown(
    f"The true AUC is {power.true_auc:.2f} for every fold model, and about {decimal(vote)} for a "
    f"soft vote. In {decimal(above['any'].value)} ± {decimal(above['any'].error)} of the tables "
    f"one of the {power.compared} equal models stands above all others by {power.margin:g} or "
    f"more; in {decimal(above['named'].value)} ± {decimal(above['named'].error)} it is the one "
    "that was named beforehand."
)

# %% mystnb={"image": {"alt": "Spread of the printed figures of one model over drawn tables"}}
axes = plot_figures(tables, true_vote=vote)
plt.show()

# %% [markdown]
# ## The literature, with the interval that its sizes imply
#
# The interval is Hanley and McNeil's on the logit scale. It takes every patient as new to the
# model; an AUC from cross-validation or a random split has that much uncertainty at least, and may
# be too high besides. Where the classes are not told, both are taken for half of the patients,
# which gives about the shortest interval there can be. Grey: a neighbouring question, or studies
# pooled; they are not counted.

# %% mystnb={"image": {"alt": "AUCs of published studies with the intervals that n implies"}}
studies = literature_table(read_literature(), confidence_level=level)
display(Markdown(tell_widths(studies)))
axes = plot_forest(studies)
plt.show()

# %% tags=["full-width"]
display(Markdown(f"Last column, how a row is known: {tell_evidence()}"))
format_literature(studies).style.hide(axis="index").set_properties(
    **{"white-space": "normal", "min-width": "4em", "text-align": "left", "vertical-align": "top"}
)

# %% [markdown]
# **A study misses, or a fact is wrong?** Add or mend its entry in `book/papers/literature.yaml`;
# the head of that file explains the fields. Give the class counts if they are told, the source,
# and honestly how the facts are known. `python -m pytest tests/audit/test_literature.py` tells all
# faults of the file at once, and this page draws the rest.
#
# ## What is written

# %%
outputs = {"single": single, "pair": pair, "best": best, "sizes": sizes, "spread": spread}
outputs |= {"literature": studies.drop(columns="evidence").assign(known_by=studies["evidence"])}
depends_on = {name: digest_of(table.to_csv(index=False)) for name, table in outputs.items()}
with run.stage("power", depends_on=depends_on) as stage:
    if not stage.is_done:
        for name, table in outputs.items():
            write_table(stage.folder / f"{name}.parquet", table.rename(columns=str))
        stage.finish()
sorted(path.name for path in stage.folder.iterdir())
