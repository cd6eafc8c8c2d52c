"""What is decided once for the whole program: one thread per process, global seeds.

Parallelism is by processes. With one intra-op thread the order of additions is
fixed, so the same parameters give the same bytes on one machine.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import threading
import warnings
from multiprocessing.process import BaseProcess

import numpy as np
import threadpoolctl

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS",
)


def use_one_thread() -> None:
    """Give this program and its children one intra-op thread each.

    Libraries that are loaded already are told directly, later ones and child
    processes through the environment.
    """
    for variable in _THREAD_VARIABLES:
        os.environ[variable] = "1"
    threadpoolctl.threadpool_limits(1)
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(1)
    if (simple_itk := sys.modules.get("SimpleITK")) is not None:
        simple_itk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)


def quiet_libraries() -> None:
    """Keep out of the pages what a library's progress bar says of a missing widget."""
    warnings.filterwarnings("ignore", message="IProgress not found")


def seed_globally(seed: int) -> None:
    """Seed the global generators, for libraries that take no generator.

    Our own code is handed a generator (`Run.rng`) and never uses these.
    """
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002 - the global state is what is meant here
    if (torch := sys.modules.get("torch")) is not None:
        torch.manual_seed(seed)


def start_worker() -> None:
    """Make a process of a pool one thread wide, and end it when the program that started it dies.

    A worker waits for work on a pipe that it holds open itself: it would outlive a killed
    program for ever.
    """
    use_one_thread()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
