# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Does the encoder learn, and what do its tokens hold?
#
# **Question.** A vision transformer is trained on scans without labels: it restores corrupted
# volumes and tells scans apart. What of a lesion do its tokens hold afterwards, and is it more
# than plain grey values tell?
#
# **In.** The prepared scans of page 02. **Out.** The folder `pretraining` of the run: the encoder,
# its card, snapshots on the way; and the probes below.
#
# Reproduces phase 1 of Gomaa 2025. The paper's supplement with the details is not public: what is
# taken from the tutorial it rests on, and what is assumed, is marked in the parameters. Where we
# depart from MONAI's tutorial on self-supervised pre-training: the restoration error counts both
# views, not one; blocks change places in every view, not in most; what is cut out is 0, not noise;
# the optimizer is AdamW with a warm-up, a cosine and shortened gradients, not Adam at one rate; and
# the decoder's biases are one per place in a block, not one per channel.
#
# The main encoder has one objective and all scans; the last section varies both, at a smaller size.

# %% tags=["parameters"]
params_file = "../params/demo.yaml"
run_dir = "../runs/demo"
overrides = ""

# %%
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import Markdown, display

from psp_core.preprocessing.prepared import prepare_run
from psp_core.pretraining.pretrain import RESTORER, restore
from psp_core.pretraining.restoration import load_restorer
from psp_core.pretraining.study_pretraining import pretrain_run
from psp_core.pretraining.views import Corruption
from psp_core.report.ablation import encoder_table, plot_ablation
from psp_core.report.formatting import count, decimal, words
from psp_core.report.pretraining import plot_collapse, plot_parts, plot_restoration
from psp_core.report.probes import beside_grey_values, patch_table, plot_probes, probe_table
from psp_core.runs import open_run
from psp_core.study.ablation import ablation_encoders
from psp_core.study.ablation_variants import VARIANTS
from psp_core.study.probing import probe_run

run = open_run(params_file, run_dir, overrides)
params = run.params

# %% [markdown]
# ## Training
#
# Two views of every scan are corrupted, by blocks that change places and blocks that are cut out.
# The loss joins the restoration of the clean scan with a contrastive term. The single values are
# grey, their running median blue; the last panel is the share of the brain's voxels (those that
# are not 0 in the clean scan) that were moved or cut out: hiding air hides nothing.

# %% mystnb={"image": {"alt": "Loss, its parts and the corrupted share over the steps"}}
prepared = prepare_run(run)
pretrained = pretrain_run(run, prepared)
options, shape = params.pretraining, params.encoder
if pretrained is None:
    display(
        Markdown(
            f"**No encoder was trained:** fewer than the {options.batch_size} scans of one batch "
            f"were prepared of {', '.join(map(words, options.collections))}. The rest of this page "
            "is empty, and the page of classification lists the models that read the image as "
            "failed. `brats2021.root` names the folder of these scans."
        )
    )
else:
    history = pretrained.history
    plot_parts(history)
    plt.show()
    tenth = max(1, len(history) // 10)
    first, last = (history["restoration"].iloc[part].median() for part in
                   (slice(tenth), slice(-tenth, None)))  # fmt: skip
    scans = len(pretrained.card.keys)
    seen = options.steps * options.batch_size / scans
    display(
        Markdown(
            f"{count(scans)} unlabelled scans, {count(options.steps)} steps of "
            f"{options.batch_size} scans: each was seen {decimal(seen, 1)} times. Tokens: "
            f"{(params.volume.side // shape.patch) ** 3} patches of {shape.patch} voxels, that is "
            f"{shape.patch * params.volume.spacing_mm:g} mm, of length {shape.width}. The "
            f"restoration error went from {decimal(first)} to {decimal(last)} (medians of the "
            "first and the last tenth of the steps); on average "
            f"{100 * history['corrupted'].mean():.0f} % of the brain was corrupted."
        )
    )

# %% [markdown]
# ## What it restores
#
# One scan that the encoder was trained on, in the slice that lost most.

# %% mystnb={"image": {"alt": "A slice clean, corrupted and restored"}}
if pretrained is not None:
    scan = prepared.volumes.read(pretrained.card.keys[0]).astype(np.float32)
    restorer = load_restorer(pretrained.folder / RESTORER)
    corruption = Corruption(
        options.swaps,
        options.swap_share,
        options.holes,
        options.hole_share,
        options.keep_probability,
        options.keep_share,
    )
    views, restored = restore(restorer, scan[None], corruption, seed=0)
    plot_restoration(scan, views[0], restored[0])
    plt.show()

# %% [markdown]
# ## Has it collapsed?
#
# An encoder can satisfy a contrastive loss badly by giving every scan the same embedding. Spread
# and effective rank of the mean tokens of the same scans, at every snapshot; the colour is the
# level of alarm. It also rises when the spread falls below a quarter of the untrained encoder's.

# %% mystnb={"image": {"alt": "Spread and effective rank of embeddings over the steps"}}
if pretrained is not None:
    plot_collapse(pretrained.collapse)
    plt.show()
    display(Markdown(f"At the end: {pretrained.collapse['sentence'].iloc[-1]}."))

# %% [markdown]
# ## What the tokens hold
#
# Linear probes of frozen tokens at every snapshot, on scans that the encoder has not seen unless
# the parameters name them: size, solidity and oedema of the lesion as its mask tells them, and the
# label. A probe sees the mean of all tokens, or of those that hold lesion. Dashed: the same probe
# on nine percentiles of the grey values of both sequences, in the brain, or in the lesion and two
# shells around it. Bands are bootstrap intervals over patients. A triangle at the lower edge is an
# R² below the axis (hollow: of grey values); its figure is in the table.

# %% mystnb={"image": {"alt": "Probes of the tokens over the steps, per target"}}
if pretrained is not None:
    probes = probe_run(run)
    for dataset, part in probes.groupby("dataset", sort=False):
        if part["value"].notna().any():
            display(Markdown(f"**{words(str(dataset))}**, {part['n'].max()} scans"))
            plot_probes(part)
            plt.show()

# %% [markdown]
# The same in figures. "Untrained" is the network before its first step: what it tells comes from
# the patches alone.

# %% tags=["full-width"]
if pretrained is not None:
    display(probe_table(probes).style.hide(axis="index"))

# %% [markdown]
# ## What is lost on the way
#
# Two losses need no training to be seen. The lesion is a handful of the tokens, so a mean over all
# of them dilutes it. And a patch as wide as the lesion mixes rim, necrosis and oedema, in a way
# that depends on where in the patch the lesion lies. Here each patch goes through a fixed random
# map and a rectifier, so only the size of a patch and the tokens that are pooled differ.

# %% tags=["full-width"]
if pretrained is not None:
    display(patch_table(probes, voxel_mm=params.volume.spacing_mm).style.hide(axis="index"))

# %% [markdown]
# What these losses cost a model, and how many labelled patients would make up for them, is on the
# page of controls.

# %%
if pretrained is not None:
    display(Markdown(beside_grey_values(probes)))

# %% [markdown]
# ## What self-supervision is made of
#
# Encoders that differ in what they were taught with, and in nothing else: the mixes of restoration
# r and contrast c that the group's survival study compared, masked autoencoding (most patches
# hidden, the encoder sees the others only), and the main mix on a tenth and a hundredth of the
# scans, the latter part of the former. All start from the weights of the untrained one and take the
# same number of optimizer steps; what a step costs differs. Volumes are averaged to a smaller side
# where the parameters say so. Left: the loss as a share of its first value, for losses of different
# encoders have no common scale. Spread and rank: mean tokens of the same unlabelled scans.

# %% mystnb={"image": {"alt": "Loss of each encoder over the steps, spread and rank of its tokens"}}
waits = params.study.only_light
ablated = {} if waits or pretrained is None else ablation_encoders(run)
if waits:
    display(Markdown("**Not run yet.**"))
if ablated:
    histories = {name: encoder.history for name, encoder in ablated.items()}
    plot_ablation(histories, {name: encoder.collapse for name, encoder in ablated.items()})
    plt.show()

# %% tags=["full-width"]
if ablated:
    scans = {name: len(encoder.card.keys) for name, encoder in ablated.items()}
    titles = {name: variant.title for name, variant in VARIANTS.items()}
    display(encoder_table(histories, scans, titles).style.hide(axis="index"))
    small = params.ablation
    display(
        Markdown(
            f"Volumes of {small.side} voxels a side, {(small.side // small.patch) ** 3} tokens of "
            f"length {small.width}, {small.depth} blocks. What these encoders are good for is on "
            "the page of classification."
        )
    )
