"""Collects the last points of the searches that a campaign has kept whole: samplePoints.py <directory> <file.npy>"""

import sys
from pathlib import Path

import numpy
import pyarrow

directory, target = sys.argv[1:]
points = []
for run in sorted(Path(directory).glob("search-*")):
    # An attempt that was cut off leaves a file of its own; the last one holds the end.
    rows = pyarrow.ipc.open_stream(sorted(run.glob("iterates-*.arrows"))[-1]).read_all()
    points.append(rows.column("point")[-1].as_py())
numpy.save(target, numpy.array(points))
print(f"{len(points)} points of {len(points[0])} numbers in {target}")
