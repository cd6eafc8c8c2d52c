"""The one thin loop that every network of the study uses, and its checkpoints."""

from psp_core.training.batches import batch_indices
from psp_core.training.checkpoints import set_weights, weights_of
from psp_core.training.loop import train
from psp_core.training.schedule import warmup_cosine

__all__ = ["batch_indices", "set_weights", "train", "warmup_cosine", "weights_of"]
