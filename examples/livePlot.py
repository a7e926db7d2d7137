"""Plots a run while it goes on:  python3 livePlot.py 'http://127.0.0.1:4747/?token=...' search-01 [picture.svg]"""
import json
import sys
import matplotlib.pyplot as plt
import pyarrow as pa
from websockets.sync.client import connect

address, run, picture = [*sys.argv[1:], None][:3]
steps, squares = [], []
(line,) = plt.semilogy([], [])
plt.gca().set(title=run, xlabel="step", ylabel="squaredFieldNorm")
stream = address.replace("http", "ws", 1).replace("/?", "/stream?")
with connect(stream, subprotocols=["v1.fluxion"], compression=None, max_size=None) as socket:
    socket.send(json.dumps({"subscribe": {"run": run, "columns": ["squaredFieldNorm"], "points": 4000, "maxRate": 400}}))
    for message in socket:
        if isinstance(message, bytes):
            rows = pa.ipc.open_stream(message).read_all()
            steps += rows["step"].to_pylist()
            squares += rows["squaredFieldNorm"].to_pylist()
            line.set_data(steps, squares)
            plt.gca().relim(), plt.gca().autoscale_view(), plt.pause(0.01)
        elif (end := json.loads(message)).keys() & {"ended", "error"}:
            print(f"{len(steps)} rows drawn, {end}")
            break
plt.savefig(picture) if picture else plt.show()
