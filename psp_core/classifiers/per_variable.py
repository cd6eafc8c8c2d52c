"""The proposed fusion with one token per clinical variable, so that attention names variables.

The paper reshapes one layer's output into M tokens, so each of its tokens mixes all clinical
values. Here a token holds one variable: its value with the indicator of what was missing, or
all its one-hot columns together. One token per variable is ours.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from psp_core.classifiers.attention import AttentionPooling, GuidedCrossAttention, SelfAttention
from psp_core.classifiers.unimodal import two_layers


class VariableTokens(nn.Module):
    """Each clinical variable as one token: a linear layer of its own columns.

    Parameters
    ----------
    variables : sequence of str
        Of each column of the clinical vector, the variable it belongs to; one at least.
    width : int
        d.

    Attributes
    ----------
    names : tuple of str
        Variable of each token, in the order of their first columns.
    """

    def __init__(self, variables: Sequence[str], width: int) -> None:
        super().__init__()
        self.names = tuple(dict.fromkeys(variables))
        belongs = torch.tensor([[float(one == name) for name in self.names] for one in variables])
        self.belongs: Tensor  # columns x M, 1 where a column is of the token's variable
        self.register_buffer("belongs", belongs)
        self.weight = nn.Parameter(torch.empty(len(variables), width))
        self.bias = nn.Parameter(torch.empty(len(self.names), width))
        largest = belongs.sum(dim=0).rsqrt()[:, None]  # as nn.Linear of a token's columns
        with torch.no_grad():
            self.weight.uniform_(-1, 1).mul_(belongs @ largest)
            self.bias.uniform_(-1, 1).mul_(largest)

    def forward(self, clinical: Tensor) -> Tensor:
        """(B, columns) to (B, M, width)."""
        return torch.einsum("bc,cm,cd->bmd", clinical, self.belongs, self.weight) + self.bias


class PerVariable(nn.Module):
    """`fusion.Proposed` on `VariableTokens`; M is the number of variables the fold has kept."""

    def __init__(
        self,
        *,
        variables: Sequence[str],
        n_columns: int,  # noqa: ARG002 - says that the network takes clinical columns
        image_width: int,
        width: int,
        heads: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.clinical = VariableTokens(variables, width)
        self.guided = GuidedCrossAttention(width, image_width=image_width, heads=heads)
        self.attention = SelfAttention(width, heads=heads)
        self.pooling = AttentionPooling(width)
        self.head = two_layers(width, width, dropout)

    def forward(self, clinical: Tensor, tokens: Tensor, mask: Tensor | None) -> Tensor:
        """Logit of each patient, shape (B,)."""
        of_clinical = self.clinical(clinical)  # B M d
        of_image = self.guided(of_clinical, tokens, mask)  # B M d
        both = self.attention(torch.cat([of_image, of_clinical], dim=1))  # B 2M d
        logit: Tensor = self.head(self.pooling(both))
        return logit[:, 0]
