"""Runs of fluxion in Python: their rows as pyarrow tables, and their charts in a notebook."""

from .read_run import DamagedRun, read_run
from .widget import RunCharts, show

__all__ = ["DamagedRun", "RunCharts", "read_run", "show"]
