"""VGG16, with the layer names of torchvision, so that its weights can be loaded.

References
----------
Simonyan and Zisserman 2015, arXiv 1409.1556 (configuration D).
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from psp_core.errors import CheckpointError, MissingInputError
from psp_core.training import set_weights

WIDTHS = (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0)
"""Filters of each convolution; 0 is a pooling."""
FC2 = 4096  # length of the features
CLASSES = 1000
POOLED = 7
UNTIL_FC2 = 5  # classifier.0 to classifier.4: fc1, ReLU, dropout, fc2, ReLU

REFUSED = (
    *(pickle.UnpicklingError, SafetensorError, RuntimeError, EOFError),
    *(ValueError, IndexError, KeyError),  # what a malformed archive raises inside torch.load
)


class VGG16(nn.Module):
    """The network, in torchvision's names: ``features.0.weight`` to ``classifier.6.bias``."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for width in WIDTHS:
            if width:
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(inplace=True)]
                channels = width
            else:
                layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(POOLED)
        self.classifier = nn.Sequential(
            nn.Linear(channels * POOLED**2, FC2),
            nn.ReLU(inplace=True),
            nn.Dropout(),
            nn.Linear(FC2, FC2),
            nn.ReLU(inplace=True),
            nn.Dropout(),
            nn.Linear(FC2, CLASSES),
        )

    def forward(self, images: Tensor) -> Tensor:
        """fc2 after its ReLU: images (B, 3, P, P), P from 32 on, to features (B, 4096)."""
        pooled: Tensor = self.avgpool(self.features(images)).flatten(1)
        features: Tensor = self.classifier[:UNTIL_FC2](pooled)
        return features


def random_vgg16(seed: int) -> VGG16:
    """A VGG16 that has learned nothing: weights drawn as He 2015 (arXiv 1502.01852), biases 0."""
    generator = torch.Generator().manual_seed(seed)
    network = _empty()
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("bias"):
                parameter.zero_()
            else:
                nn.init.kaiming_normal_(parameter, nonlinearity="relu", generator=generator)
    return network.eval()


def load_vgg16(path: Path) -> VGG16:
    """Read a user's VGG16, as torchvision's ``vgg16-397923af.pth``; nothing in the file can run.

    Parameters
    ----------
    path : Path
        A state dict: safetensors by its ending, else torch's own format.

    Raises
    ------
    MissingInputError
        If the file is not there.
    CheckpointError
        If it holds anything but tensors, or the weights of another network.
    """
    if not path.is_file():
        raise MissingInputError(
            f"cnn_svm.weights: {path.name} is not there; give the file of a VGG16 in torchvision's "
            "names, or none: then the arm has random features"
        )
    try:
        weights = _read(path)
    except REFUSED as error:
        raise CheckpointError(
            f"{path.name} is refused: it holds more than tensors, or cannot be read "
            f"({type(error).__name__}); expected the state dict of a VGG16, as torchvision's or as "
            "safetensors"
        ) from error
    if not (
        isinstance(weights, Mapping) and all(isinstance(one, Tensor) for one in weights.values())
    ):
        raise CheckpointError(
            f"{path.name} holds no state dict; expected the tensors of a VGG16 by their names"
        )
    network = _empty()
    try:
        set_weights(network, {name: tensor.float() for name, tensor in weights.items()})
    except CheckpointError as error:
        raise CheckpointError(
            f"{path.name}: {error}; expected a VGG16 without batch normalisation, in torchvision's "
            "names"
        ) from error
    return network.eval()


def _read(path: Path) -> object:
    if path.suffix == ".safetensors":
        return load_file(path)
    return torch.load(path, map_location="cpu", weights_only=True)


def _empty() -> VGG16:
    """The network without the default initialisation, whose draws would take seconds."""
    with torch.device("meta"):
        network = VGG16()
    return network.to_empty(device="cpu")
