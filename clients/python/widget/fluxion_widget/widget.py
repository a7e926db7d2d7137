"""Charts of a run in a notebook, from its directory or from a server of viewers, which look again while it goes on."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit, urlunsplit
from urllib.request import urlopen

import anywidget
import numpy as np
import pyarrow as pa
import traitlets

from .read_run import merge, read_run, read_streams

NOT_DRAWN = {"run", "attempt", "step", "commands", "status"}
FIRST = ["value", "squaredFieldNorm", "stepSize"]
"""Columns that are drawn first; then come those of the operators."""
COUNTERS = {"seconds", "evaluations", "products"}


class RunCharts(anywidget.AnyWidget):
    """Charts of a run. `close()` ends the looking."""

    _esm = Path(__file__).parent / "static" / "widget.js"
    title = traitlets.Unicode("").tag(sync=True)
    state = traitlets.Unicode("reading ...").tag(sync=True)
    charts = traitlets.List().tag(sync=True)

    def __init__(self, look, every: float):
        super().__init__()
        self._over = threading.Event()
        self._look = look
        if self._update():
            threading.Thread(target=self._watch, args=(every,), daemon=True).start()

    def _update(self) -> bool:
        """Looks once. Returns whether more may come."""
        try:
            self.title, table, live, ending, points, columns = self._look()
        except (OSError, ValueError) as error:
            # A server that is started again, or a run that has not begun, is there at a later look.
            self.state = str(error)
            return not isinstance(error, (ValueError, HTTPError))
        self.charts = charts_of(table, points, columns)
        last = f"step {table['step'][-1].as_py():.0f}" if table.num_rows > 0 else "no rows yet"
        self.state = f"{last}, {'live' if live else ending}"
        return live

    def _watch(self, every: float) -> None:
        while not self._over.wait(every) and self._update():
            pass

    def close(self) -> None:
        self._over.set()
        super().close()


def show(
    source: str | os.PathLike[str],
    run: str | None = None,
    columns: list[str] | None = None,
    points: int = 1000,
    every: float = 1.0,
) -> RunCharts:
    """Shows the charts of a run directory, or of a run of a server whose address begins with http.

    run: name of the run, where a server has several. columns: those that are drawn; default all numbers.
    points: rows to which a long run is thinned, about. every: seconds between two looks.
    """
    if points < 16 or every <= 0:
        raise ValueError(f"show: expected points of at least 16 and every above 0, got {points} and {every}")
    text = os.fspath(source)
    looks = look_at_server if text.startswith(("http://", "https://")) else look_at_directory
    return RunCharts(lambda: (*looks(text, run, points), points, columns), every)


def look_at_directory(path: str, _run: str | None, _points: int):
    table = read_run(path)
    ending, live = "no run.json", False
    try:
        ended = json.loads((Path(path) / "run.json").read_text())["attempts"][-1].get("ended")
        live, ending = ended is None, "" if ended is None else str(ended.get("status", "ended"))
    except (OSError, KeyError, IndexError, ValueError):
        pass
    return Path(path).resolve().name, table, live, ending


def look_at_server(address: str, run: str | None, points: int):
    base = urlsplit(address)

    def get(path: str, **query: object) -> bytes:
        parts = [base.query, urlencode(query)]
        url = urlunsplit((base.scheme, base.netloc, base.path.rstrip("/") + path, "&".join(filter(None, parts)), ""))
        with urlopen(url, timeout=30) as answer:
            return answer.read()

    runs = json.loads(get("/runs"))["runs"]
    names = [each["name"] for each in runs]
    if run is None and len(names) > 1:
        raise ValueError(f"show: the server has the runs {', '.join(names)}; name one of them by run=")
    if not names:
        raise ConnectionError("no run yet")
    if run is not None and run not in names:
        raise ValueError(f'show: the server has no run "{run}"; it has {", ".join(names)}')
    found = runs[0 if run is None else names.index(run)]
    vectors = [name for name, column in found["columns"].items() if column.get("kind") == "vector"]
    numbers = [name for name in found["columns"] if name not in vectors]
    wanted = ",".join([*FIRST, *sorted(COUNTERS), "attempt", *numbers])
    try:
        data = get(f"/runs/{quote(found['name'], safe='')}/rows", points=points, columns=wanted)
    except HTTPError as error:
        if error.code == 404:
            raise ConnectionError("no rows yet") from error
        raise
    table = read_streams(data, address.split("?")[0])
    if table is None:
        raise ConnectionError("no rows yet")
    return found["name"], merge([table]), found["live"], (found.get("ending") or {}).get("status", "ended")


def charts_of(table: pa.Table, points: int, columns: list[str] | None) -> list[dict]:
    """The charts' data: steps and values without those that were not measured; NaN and infinities are None."""
    steps = table["step"].to_numpy()
    numbers = [name for name in table.column_names if pa.types.is_floating(table.schema.field(name).type)]
    own = [name for name in numbers if name not in NOT_DRAWN | COUNTERS | set(FIRST)]
    charts = []
    for name in columns if columns is not None else [*FIRST, *own]:
        if name not in numbers:
            raise ValueError(f'show: there is no number column "{name}"; there are {", ".join(numbers)}')
        column = table[name]
        there = np.array(column.is_valid())
        x, y = steps[there], column.to_numpy()[there]
        if columns is None and not np.isfinite(y).any():
            continue
        chosen = thinned(y, points)
        values = [float(each) if np.isfinite(each) else None for each in y[chosen]]
        charts.append({"name": name, "steps": x[chosen].tolist(), "values": values})
    return charts


def thinned(values: np.ndarray, points: int) -> np.ndarray:
    """Places of about so many values: the least, the greatest, the last and the first one not finite of each bucket."""
    if len(values) <= points:
        return np.arange(len(values))
    places: set[int] = set()
    for bucket in np.array_split(np.arange(len(values)), points // 3):
        part = values[bucket]
        finite = np.isfinite(part)
        if finite.any():
            places.add(int(bucket[np.argmin(np.where(finite, part, np.inf))]))
            places.add(int(bucket[np.argmax(np.where(finite, part, -np.inf))]))
        if not finite.all():
            places.add(int(bucket[np.argmin(finite)]))
        places.add(int(bucket[-1]))
    return np.array(sorted(places))
