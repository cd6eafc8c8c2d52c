"""VGG16: the published shape, torchvision's names, and files that are refused."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from psp_core.encoder import vgg
from psp_core.encoder.vgg import VGG16, load_vgg16, random_vgg16
from psp_core.errors import CheckpointError, MissingInputError

CONVOLUTIONS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same network with few channels: of full size a file has half a gigabyte."""
    monkeypatch.setattr(vgg, "WIDTHS", tuple(width // 32 for width in vgg.WIDTHS))
    monkeypatch.setattr(vgg, "FC2", 12)
    monkeypatch.setattr(vgg, "CLASSES", 5)
    return


def test_it_has_the_published_size_and_the_names_of_torchvision() -> None:
    with torch.device("meta"):
        network = VGG16()
    state = network.state_dict()
    layers = [*(f"features.{n}" for n in CONVOLUTIONS), *(f"classifier.{n}" for n in (0, 3, 6))]
    assert list(state) == [f"{layer}.{kind}" for layer in layers for kind in ("weight", "bias")]
    assert sum(one.numel() for one in state.values()) == 138_357_544  # torchvision's count
    assert state["classifier.0.weight"].shape == (4096, 25088)


@pytest.mark.usefixtures("narrow")
def test_features_are_fc2_after_its_relu_by_a_plain_chain_of_layers() -> None:
    network, images = random_vgg16(0), torch.randn(2, 3, 64, 64)
    plain = images
    for layer in network.features:
        plain = layer(plain)
    pooled = nn.functional.adaptive_avg_pool2d(plain, 7).flatten(1)
    hidden = torch.relu(network.classifier[0](pooled))
    expected = torch.relu(network.classifier[3](hidden))
    torch.testing.assert_close(network(images), expected)


@pytest.mark.usefixtures("narrow")
def test_random_weights_are_decided_by_the_seed_alone() -> None:
    before = torch.random.get_rng_state()
    one, same, other = (random_vgg16(seed).features[0].weight for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_variance_neither_dies_nor_explodes_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vgg, "WIDTHS", tuple(width // 4 for width in vgg.WIDTHS))
    monkeypatch.setattr(vgg, "FC2", 64)
    features = random_vgg16(0)(torch.randn(4, 3, 32, 32)).detach()
    assert 1e-3 < float(features.std()) < 1e2


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("ending", ["pth", "safetensors"])
def test_a_users_file_gives_that_network(ending: str, tmp_path: Path) -> None:
    network, path = random_vgg16(3), tmp_path / f"vgg16.{ending}"
    save = save_file if ending == "safetensors" else torch.save
    save(network.state_dict(), path)
    images = torch.randn(1, 3, 32, 32)
    assert torch.equal(load_vgg16(path)(images), network(images))


class Harmful:
    """A pickle with a call in it."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return len, ("called",)


@pytest.mark.usefixtures("narrow")
def test_files_that_hold_something_else_are_refused(tmp_path: Path) -> None:
    state = random_vgg16(0).state_dict()
    path = tmp_path / "weights.pth"
    with pytest.raises(MissingInputError, match=r"^cnn_svm.weights: weights.pth is not there"):
        load_vgg16(path)
    torch.save({"state": Harmful()}, path)
    with pytest.raises(CheckpointError, match=r"^weights.pth is refused: it holds more than"):
        load_vgg16(path)
    path.write_bytes(pickle.dumps(Harmful(), protocol=2))
    with pytest.raises(CheckpointError, match="is refused"):
        load_vgg16(path)
    path.write_bytes(b"nothing")
    with pytest.raises(CheckpointError, match="or cannot be read"):
        load_vgg16(path)
    torch.save([1, 2], path)
    with pytest.raises(CheckpointError, match="holds no state dict"):
        load_vgg16(path)
    torch.save({name: state[name] for name in list(state)[1:]}, path)
    with pytest.raises(CheckpointError, match=r"features.0.weight is absent, expected .*without"):
        load_vgg16(path)
    torch.save(state | {"features.1.running_mean": torch.zeros(2)}, path)
    with pytest.raises(CheckpointError, match=r"features.1.running_mean is \(2,\), expected none"):
        load_vgg16(path)
    torch.save(state | {"features.0.bias": torch.zeros(9)}, path)
    with pytest.raises(
        CheckpointError, match=r"features.0.bias is \(9,\), expected \(2,\)"
    ) as told:
        load_vgg16(path)
    assert str(tmp_path) not in str(told.value)
