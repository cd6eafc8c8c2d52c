# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Can the printed figures be?
#
# **Question.** A rate is a count out of known patients. Which printed figures of the two papers
# can come from whole patients, which only if a column or a row is read otherwise, and which not
# at all? What do the tables say once the counts are known?
#
# **In.** What Gomaa 2025 (Tables 1 to 4 and text) and Jang 2018 (Tables 1 and 2, text, caption of
# Figure 2) print of their own patients and results, from the book's sources
# (`papers/printed.yaml`). Of settings only those that a paper prints in two places or that counts
# follow from; not in it are the other settings (scanners, layers, kernels, the grids that were
# searched), values that can only be read off a figure, and figures of other groups. No image, no
# model. **Out.** The tables of this page, in the folder `audit`.
#
# This is arithmetic on printed figures and on nothing else. It says which values are possible; it
# does not say how a figure came about. The authors have the predictions, and one look at
# them settles each line.

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
import matplotlib.pyplot as plt
from IPython.display import Markdown, display

from psp_core.audit.findings import IMPOSSIBLE, OTHERWISE, POSSIBLE, VERDICTS
from psp_core.audit.matrices import grid
from psp_core.audit.printed_tables import read_printed
from psp_core.report.audit import (
    EXTERNAL_FOLDS,
    INTERNAL_FOLDS,
    audit_overview,
    figure_words,
    format_alarms,
    format_corrected,
    format_detection,
    format_findings,
    format_implied,
    format_p_values,
    format_readings,
    format_rows,
    format_table_readings,
    mean_counts,
    sd_counts,
)
from psp_core.report.audit_figures import plot_specificity
from psp_core.report.audit_run import audited_run
from psp_core.report.formatting import count, p_value
from psp_core.runs import open_run

run = open_run(params_file, run_dir, overrides)

# %% [markdown]
# ## How to read a verdict
#
# - **possible**: some whole counts of the printed patients give the figure, rounded, together with
#   the rest of its row.
# - **only under another reading**: as named there are none; there are if it is read otherwise: as
#   another statistic, with the rows of the classes exchanged, cut off instead of rounded, with
#   tied scores. An AUC that only an interpolated curve gives is among these too, though at so
#   few patients such a curve can be printed as any AUC: the sentence then says that it explains
#   nothing.
# - **impossible**: no reading that was tried gives it. The sentence names the nearest possible
#   values and what was tried. A setting that two passages print differently stands here once.
# - **not testable**: the paper prints too little to say; the sentence says what is missing.
#
# Fractions are exact, so no verdict hangs on rounding here. A figure has one verdict, a mean with
# its SD two. A figure that is possible is not thereby right.

# %%
entries = read_printed()
tables = audited_run(run, entries)
findings = tables["findings"]
by_verdict = findings["verdict"].value_counts()
display(audit_overview(findings).style.hide(axis="index"))
Markdown(
    f"{count(len(findings))} findings on {count(len(entries))} printed rows and passages: "
    + ", ".join(f"{count(by_verdict.get(one, 0))} {one}" for one in VERDICTS)
    + "."
)

# %% [markdown]
# ## The soft votes: one matrix per row
#
# The patients of the test set leave few confusion matrices, and three decimals mostly single out
# one. In each row the specificity is held back, the other figures choose the matrix, and then the
# printed figure is compared with every statistic of that matrix.

# %% tags=["full-width"]
votes = next(one.given for one in entries if one.kind == "rates")
classes = votes["n_positive"], votes["n_negative"]
display(format_rows(tables["column_rows"]).style.hide(axis="index"))
Markdown(
    f"{count(classes[0])} patients with true progression and {count(classes[1])} with "
    f"pseudoprogression: {count(len(grid(*classes).tp))} confusion matrices in all."
)

# %% [markdown]
# ### What the column holds
#
# All rows together: in how many of those that can be tested the column is which statistic. Where
# a row does not single out a matrix, or no statistic of it is the printed figure, it decides
# nothing; the table above says what would explain it (at most three of the smallest readings).
# The second table asks for one reading of all rows of a table at once: what is read alike in
# every row is one change, each row that is left over one more.

# %% tags=["full-width"]
readings = tables["column_readings"]
best, named = readings.iloc[0], readings[readings["reading"] == "specificity"].iloc[0]
display(format_readings(readings).style.hide(axis="index"))
display(format_table_readings(tables["table_readings"]).style.hide(axis="index"))
Markdown(
    f"The column named specificity equals the {figure_words(best['reading'])} of the matrix in "
    f"{count(best['n_equal'])} of {count(best['n_testable'])} testable rows, and the specificity "
    f"in {count(named['n_equal'])}; in {count(best['n_equal_apart'])} rows the two differ. The "
    "last column of the first table is how often matrices drawn at random would print so: crude, "
    "for results are not drawn at random."
)

# %% tags=["full-width"] mystnb={"image": {"alt": "Printed and true specificity, and precision"}}
axes = plot_specificity(tables["corrected"])
plt.show()

# %% [markdown]
# ## Means and SDs over folds, external test
#
# Five models on the same 20 patients: a mean sensitivity is a sum out of 55, a mean specificity
# out of 45, a mean accuracy out of 100, and the accuracy is the sum of the other two. So a mean of
# specificity that agrees is one of specificity. Counts that sum to the mean can be shared among
# the folds in finitely many ways, which leaves few SDs; population and sample SD were tried, each
# rounded and cut off. Equal folds have an SD of 0 whatever their counts; a printed 0.000 is
# therefore not counted below. A mean AUC is a sum out of 495 pairs, or out of half pairs where
# scores are tied; curves that are interpolated first can have any mean, and explain none.

# %% tags=["full-width"]
is_external = findings["place"].str.endswith(EXTERNAL_FOLDS)
means, sds = mean_counts(findings, EXTERNAL_FOLDS), sd_counts(findings, EXTERNAL_FOLDS)
display(format_findings(findings[is_external]).style.hide(axis="index"))
Markdown(
    f"Of {count(means.sum())} different means {count(means[POSSIBLE])} are possible as printed, "
    f"{count(means[OTHERWISE])} under another reading and {count(means[IMPOSSIBLE])} not at all. "
    f"Of {count(sds.sum())} SDs of rates above 0, {count(sds[POSSIBLE] + sds[OTHERWISE])} can be "
    f"reached: {count(sds[POSSIBLE])} rounded, with a possible mean, and {count(sds[OTHERWISE])} "
    "cut off, or beside a printed mean that is cut off or no mean of counts, where the nearest "
    f"means were tried; {count(sds[IMPOSSIBLE])} cannot."
)

# %% [markdown]
# ## Internal validation
#
# 34 patients with true progression and 25 with pseudoprogression in five stratified folds are four
# folds of 7 and 5 and one of 6 and 5. Folds of another make, several samples per patient or
# averaged runs would leave other values; the paper does not speak of them. Rows for which one set
# of counts gives all six figures at once are shown as well.

# %% tags=["full-width"]
internal = findings[findings["place"].str.endswith(INTERNAL_FOLDS)]
display(format_findings(internal).style.hide(axis="index"))
together = internal[internal["figure"].str.endswith("together")]
format_findings(together, verdicts=VERDICTS).style.hide(axis="index")

# %% [markdown]
# ## Jang's report by class
#
# Precision, recall and F1 of both classes and their averages, for 11 patients with progression and
# 8 with pseudoprogression. Every matrix is tried with the class rows as named and exchanged.

# %% tags=["full-width"]
is_report = (findings["paper"] == "jang2018") & (findings["place"] == "Table 2")
display(format_findings(findings[is_report]).style.hide(axis="index"))
exchanged = findings.loc[is_report, "reading"].str.contains("exchanged").sum()
Markdown(
    f"{count(exchanged)} of {count(is_report.sum())} figures come out of one matrix per model once "
    "the rows of the two classes are exchanged; the averages, weighted by class size, are the same "
    "either way."
)

# %% [markdown]
# ## Single AUCs
#
# An AUC is a number of rightly ordered pairs out of all pairs of two classes, 99 in the one
# paper and 88 in the other; a tied pair counts one half. A curve that is interpolated on 100
# points before its area is taken can be moved by half a cell to either side, which at these counts
# leaves no printed digits out: it can be printed as any AUC, so that it is no evidence.

# %% tags=["full-width"]
is_auc = findings["figure"].str.lower().str.startswith("auc") & ~is_external
is_auc &= ~findings["place"].str.endswith(INTERNAL_FOLDS)
is_auc &= findings["sentence"].str.contains("pairs")
format_findings(findings[is_auc], verdicts=VERDICTS).style.hide(axis="index")

# %% [markdown]
# ## The tables of patients
#
# Counts against percentages and totals, p values against the tests that might have given them,
# ranges of a whole against those of its parts.

# %% tags=["full-width"]
of_patients = findings[findings["place"].str.startswith("Table 1")]
display(format_findings(of_patients).style.hide(axis="index"))
format_p_values(of_patients).style.hide(axis="index")

# %% [markdown]
# ## The text, and one table beside another
#
# Every sentence that repeats a figure is held against the tables; a figure of another kind than
# the rest of its passage, as a mean over folds among soft votes, is told. So is a figure that two
# tables print differently, or a setting that two passages do.

# %% tags=["full-width"]
in_text = ~findings["place"].str.startswith("Table") | findings["place"].str.contains("beside")
format_findings(findings[in_text]).style.hide(axis="index")

# %% [markdown]
# ## The soft votes again, with counts
#
# The same rows with the counts that they leave and Clopper-Pearson intervals, then what follows:
# intervals of the AUC (Hanley and McNeil's standard error, logit scale), its exact p value
# against 0.5, and that of the accuracy against always naming the larger class. An AUC that is no
# whole number of pairs has the p value of the nearest one, which stands beside it. A row with two
# matrices left has dashes.

# %% tags=["full-width"]
implied = tables["implied"]
display(format_corrected(tables["corrected"]).style.hide(axis="index"))
display(format_implied(implied).style.hide(axis="index"))
proposed = implied[implied["row"] == "proposed"].iloc[0]
Markdown(
    f"The proposed model is right on {proposed['right']} patients; against always naming the "
    f"larger class p = {p_value(proposed['p_accuracy'])}, and its AUC against 0.5 p = "
    f"{p_value(proposed['p_auc'])} (the first one-sided; the second two-sided, of "
    f"{count(proposed['wins'])} of {count(proposed['pairs'])} pairs). Patients by which "
    "the others fall behind: "
    + ", ".join(
        f"{row} {count(apart)}"
        for row, apart in zip(implied["row"], implied["apart"], strict=True)
        if row != "proposed"
    )
    + "."
)

# %% [markdown]
# ## Does the audit itself work?
#
# Tables with the class counts of the external test and as many models as the paper's Table 2,
# drawn from scores and printed honestly or with one planted fault. Detected: some figure is not
# possible as named. Named: the planted fault is among the readings with the fewest changes. Some
# faults print what an honest table might; those nobody can find.
#
# Honest tables are audited for each thing that the page says of the papers. Rates, and AUCs drawn
# without ties, cannot be called impossible, since every matrix is tried: those rows test the
# program. The others can: scores of one decimal tie, and an AUC with an odd number of tied pairs is
# no whole number of pairs; so an AUC that is "only under another reading" is what ties do and
# nothing more. A column of specificities can also equal another statistic row by row. Means and SDs
# are those of the folds of the internal validation.

# %% tags=["full-width"]
display(format_detection(tables["detection"]).style.hide(axis="index"))
format_alarms(tables["alarms"]).style.hide(axis="index")

# %% [markdown]
# ## Audit a table of your own
#
# ```python
# from psp_core.audit.feasibility import check_row
#
# row = {"accuracy": "0.750", "sensitivity": "0.727", "specificity": "0.800"}
# check = check_row(row, n_positive=11, n_negative=9)
# check.is_possible, [reading.text for reading in check.readings]
# ```
#
# Figures are text, so that their last zeros count. For means and SDs over folds there is
# `psp_core.audit.fold_rows.check_fold_row`, for a report by class
# `psp_core.audit.class_rows.check_classes`; a whole paper goes into a file like `printed.yaml`,
# whose head says how, and through `psp_core.audit.papers.audit_printed`.
