"""A peer of bench/whitening.ts: reads commands as lines of JSON, and decomposes a matrix with numpy.

    {"op": "load", "samples": 100, "features": 10}  -> {"loaded": true}
    {"op": "time"}  -> {"ms": 12.3, "values": [...]}, CPU time of one, and the first 100 singular values
"""

import glob
import json
import os
import sys
import time

import numpy as np

wheel = glob.glob(os.path.join(os.path.dirname(np.__file__), os.pardir, "numpy.libs", "lib*openblas*.so*"))
library = os.path.realpath(wheel[0]) if wheel else ""
print(json.dumps({"ready": True, "version": f"numpy {np.__version__}", "library": library}), flush=True)
x = None
for line in sys.stdin:
    command = json.loads(line)
    if command["op"] == "load":
        i = np.arange(1, command["samples"] * command["features"] + 1, dtype=float)
        x = np.sin(i * np.sqrt(i)).reshape(command["samples"], command["features"])
        print(json.dumps({"loaded": True}), flush=True)
    else:
        before = time.process_time()
        _, values, _ = np.linalg.svd(x, full_matrices=False)
        used = time.process_time() - before
        print(json.dumps({"ms": 1000 * used, "values": values[:100].tolist()}), flush=True)
