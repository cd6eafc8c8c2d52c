"""Networks that see one kind of data: the image's tokens, or the clinical vector.

All networks of this room have one signature: ``forward(clinical, tokens, mask) -> logit``
with `clinical` (B, columns), `tokens` (B, N, image_width), `mask` (B, N), True where a token
counts, and the logit of true progression, shape (B,).
"""

from __future__ import annotations

from torch import Tensor, nn

from psp_core.classifiers.attention import AttentionPooling


def two_layers(n_inputs: int, width: int, dropout: float) -> nn.Sequential:
    """The head that all networks share: two fully connected layers to a logit."""
    return nn.Sequential(
        nn.Linear(n_inputs, width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, 1)
    )


class MriOnly(nn.Module):
    """Attention pooling of the image tokens, then two fully connected layers."""

    def __init__(self, *, image_width: int, width: int, dropout: float) -> None:
        super().__init__()
        self.pooling = AttentionPooling(image_width)
        self.head = two_layers(image_width, width, dropout)

    def forward(self, clinical: Tensor, tokens: Tensor, mask: Tensor | None) -> Tensor:  # noqa: ARG002
        """Logit of each patient, shape (B,)."""
        logit: Tensor = self.head(self.pooling(tokens, mask))
        return logit[:, 0]


class ClinicalNetwork(nn.Module):
    """Four fully connected layers on the clinical vector, the paper's clinical-only network.

    The paper gives their number; the widths are ours.
    """

    def __init__(self, *, n_columns: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Linear(n_columns, 64), nn.ReLU(), nn.Dropout(dropout)),
            *(nn.Linear(64, 64), nn.ReLU(), nn.Dropout(dropout)),
            *(nn.Linear(64, 32), nn.ReLU(), nn.Dropout(dropout)),
            nn.Linear(32, 1),
        )

    def forward(self, clinical: Tensor, tokens: Tensor, mask: Tensor | None) -> Tensor:  # noqa: ARG002
        """Logit of each patient, shape (B,)."""
        logit: Tensor = self.layers(clinical)
        return logit[:, 0]
