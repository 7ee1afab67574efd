"""Run one benchmark in a process that has done nothing else."""

import gc
import importlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from tests.benchmarks import Row


def rows_of(name: str) -> list[Row]:
    """Return the rows of a benchmark, measured in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as own:
        return own.submit(_measured, name).result()


def _measured(name: str) -> list[Row]:
    benchmark = importlib.import_module(f"tests.benchmarks.{name}")
    gc.collect()
    gc.freeze()  # what is imported is not looked through again and again in the time that is measured
    rows: list[Row] = benchmark.run()
    return rows
