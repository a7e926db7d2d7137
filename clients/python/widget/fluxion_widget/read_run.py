"""Reads a run directory, merged over its attempts by the rule of docs/concepts.md, "Reading a run elsewhere"."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pyarrow as pa

CORE = ["run", "attempt", "step", "seconds", "status", "evaluations", "products"]
CORE += ["value", "squaredFieldNorm", "stepSize", "commands"]
FORMER = {
    "squaredNorm": "squaredFieldNorm",
    "dualGap": "mintyGap",
    "dualGapSlack": "mintyGapSlack",
    "averageDualGap": "averageMintyGap",
    "averageDualGapSlack": "averageMintyGapSlack",
}
"""Columns of earlier versions, which are read under their present names."""
ATTEMPT = re.compile(r"iterates-(\d{4,})\.arrows")


class DamagedRun(ValueError):
    """A file of a run is damaged; `fluxion verify` says where, `fluxion recover` saves what is whole."""


def read_run(path: str | os.PathLike[str]) -> pa.Table:
    """Returns the rows of a run, each step once: the newest attempt wins, from its first step on.

    What a killed writer left torn at the end of a file is dropped. Of a run that goes on, the rows so far are read.
    Raises FileNotFoundError for a directory without rows, DamagedRun for damage elsewhere than at the end.
    """
    directory = Path(path)
    if not directory.is_dir():
        raise FileNotFoundError(f"{directory}: expected a run directory, which holds iterates-0001.arrows")
    files = sorted((int(found[1]), file) for file in directory.iterdir() if (found := ATTEMPT.fullmatch(file.name)))
    attempts = [table for _, file in files if (table := read_attempt(file)) is not None]
    if not attempts:
        raise FileNotFoundError(f"{directory}: no attempt of a run with a whole schema is there")
    return merge(attempts)


def merge(attempts: list[pa.Table]) -> pa.Table:
    """Merges the attempts of one run, the oldest first."""
    kept, end = [], np.inf
    for table in reversed(attempts):
        steps = table["step"].to_numpy()
        kept.append(table.filter(pa.array(steps < end)))
        if len(steps) > 0:
            end = min(end, steps[0])
    try:
        rows = pa.concat_tables([table.replace_schema_metadata() for table in reversed(kept)], promote_options="default")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise DamagedRun(f"a column has two types in two attempts: {error}") from error
    names = rows.column_names
    own = [name for name in names if name not in CORE and name != "point"]
    order = [name for name in CORE if name in names] + own + (["point"] if "point" in names else [])
    return rows.select(order).replace_schema_metadata(attempts[-1].schema.metadata)


def read_attempt(file: Path) -> pa.Table | None:
    """Reads the whole batches of one file; None where its writer was killed before the schema was whole."""
    return read_streams(file.read_bytes(), str(file))


def read_streams(data: bytes, name: str) -> pa.Table | None:
    """Reads the whole batches of Arrow streams that follow each other, up to a torn tail."""
    reader = pa.BufferReader(data)
    schema, batches, tables = None, [], []
    while (at := reader.tell()) < len(data):
        if data[at : at + 8] == b"\xff\xff\xff\xff\0\0\0\0":
            reader.seek(at + 8)
            if schema is not None:
                tables.append(table_of(schema, batches))
            schema, batches = None, []
            continue
        try:
            message = pa.ipc.read_message(reader)
            if message.type == "schema":
                schema = pa.ipc.read_schema(message)
            else:
                batches.append(pa.ipc.read_record_batch(message, schema))
        except (EOFError, OSError, pa.ArrowInvalid, TypeError) as error:
            if is_torn(data, at):
                break
            raise DamagedRun(f"{name} is damaged at byte {at}: {error}; try `fluxion recover`") from error
    if schema is not None:
        tables.append(table_of(schema, batches))
    if not tables:
        return None
    return tables[0] if len(tables) == 1 else pa.concat_tables(tables, promote_options="default")


def is_torn(data: bytes, at: int) -> bool:
    """Whether what begins there is the tail that a killed writer left, and not damage with rows behind it."""
    # Each message has its checksum under this key. A machine that lost power may leave zeros.
    behind = data.count(b"fluxion.crc32c", at)
    begins = data[at : at + 4] in (b"\xff\xff\xff\xff", b"\xff\xff\xff", b"\xff\xff", b"\xff")
    return behind <= 1 and (begins or not data[at:].strip(b"\0"))


def table_of(schema: pa.Schema, batches: list[pa.RecordBatch]) -> pa.Table:
    table = pa.Table.from_batches(batches, schema)
    return table.rename_columns([FORMER.get(name, name) for name in table.column_names])
