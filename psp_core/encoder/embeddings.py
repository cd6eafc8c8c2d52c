"""A frozen encoder over a cohort: every scan once, over processes, cached on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import torch

from psp_core.encoder.patches import patchify
from psp_core.encoder.tokens import SHARES, Tokens
from psp_core.encoder.vit import VisionTransformer3D
from psp_core.encoder.weights import load_encoder
from psp_core.errors import MissingInputError
from psp_core.inputs.arrays import VALUES
from psp_core.inputs.gather import stacked
from psp_core.preprocessing.batch import DONE, Prepared, prepare_all
from psp_core.preprocessing.store import VolumeStore
from psp_core.runs import digest_of_code, digest_of_file

CODE = ("psp_core.encoder",)


@dataclass(frozen=True)
class _Scan:
    """One scan to encode."""

    key: str
    digest: str


def encode_all(
    encoder: Path,
    store: VolumeStore,
    keys: Sequence[str],
    *,
    cache: VolumeStore,
    log: Path,
    workers: int = 1,
) -> Tokens:
    """Encode scans that were not encoded yet, and open the tokens of all.

    Parameters
    ----------
    encoder : Path
        File of `weights.save_encoder`.
    store : VolumeStore
        Prepared scans: ``volume`` (C, D, H, W) and, where there is one, ``lesion`` (D, H, W).
    keys : sequence of str
        Scans wanted, each once.
    cache : VolumeStore
        Tokens of earlier calls, kept while weights, scan and code are the same; scans of the
        same collections that are not on the list are removed from it.
    log : Path
        Private folder for tracebacks.
    workers : int, default 1
        Processes, one thread each.

    Returns
    -------
    Tokens
        In the order of `keys`, stored as float16 (a token is normalised), mapped into memory.

    Raises
    ------
    MissingInputError
        If a scan is not in the store or cannot be encoded.
    CheckpointError
        If the file holds no encoder.
    StageError
        See `batch.prepare_all`.
    """
    load_encoder(encoder)  # a wrong file stops here, not scan by scan
    stamp = [digest_of_file(encoder), digest_of_code(*CODE)]
    scans = [_Scan(key, str(store.record(key)["digest"])) for key in keys]
    work = partial(_encode_scan, encoder=encoder, weights=stamp[0], store=store)
    prepare_all(scans, work, cache, stamp=stamp, workers=workers, log=log)
    records = {key: cache.record(key) for key in keys}
    failed = [key for key, record in records.items() if record["status"] != DONE]
    if failed:
        raise MissingInputError(
            f"{len(failed)} of {len(keys)} scans could not be encoded; the first is {failed[0]}: "
            f"{records[failed[0]]['reason']}"
        )
    return stacked(cache, keys, kind=Tokens)


def _encode_scan(scan: _Scan, *, encoder: Path, weights: str, store: VolumeStore) -> Prepared:
    network = _opened(encoder, weights)
    volume = torch.from_numpy(store.open(scan.key).astype(np.float32))[None]
    with torch.inference_mode():
        tokens = network(volume)[0].numpy()  # (N, d)
    share = np.zeros(len(tokens), dtype=np.float32)
    if store.has(scan.key, "lesion"):
        lesion = torch.from_numpy(store.open(scan.key, "lesion").astype(np.float32))[None, None]
        share = patchify(lesion, network.patch)[0].mean(dim=1).numpy()
    return Prepared({VALUES: tokens.astype(np.float16), SHARES: share}, {})


@lru_cache(maxsize=1)
def _opened(encoder: Path, weights: str) -> VisionTransformer3D:  # noqa: ARG001 - part of the key
    """The encoder of this process; another file in the same place is opened anew."""
    return load_encoder(encoder)
