"""One logger as a process of bench/loggers.ts: logs rows of eight numbers and says what that took.

python loggers.py NAME ROWS DIRECTORY prints one line of JSON. Exit code 3: the logger is not installed.
"""
import json
import math
import os
import sys
import time

NAME, ROWS, DIRECTORY = sys.argv[1], int(sys.argv[2]), sys.argv[3]
NAMES = ["seconds", "evaluations", "products", "value", "squaredFieldNorm", "stepSize", "residual", "angle"]


def row(step):
    value = 1 / (1 + step)
    return (step / 1000, step, 2 * step, value, value * value, 0.1, math.cos(step), math.sin(step / 1e5))


def cpu():
    """CPU seconds of this process and of those that it has started, in every thread."""
    used = {}
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                fields = file.read().rsplit(") ", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(name)] = int(fields[1])
        # With the children that have ended.
        used[int(name)] = sum(map(int, fields[11:15]))
    total = 0
    for pid in used:
        at = pid
        while at > 1 and at != os.getpid():
            at = parents.get(at, 0)
        if at == os.getpid():
            total += used[pid]
    return total / os.sysconf("SC_CLK_TCK")


def size():
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(DIRECTORY) for name in names)


def tensorboard_torch():
    from torch.utils.tensorboard import SummaryWriter

    return scalars(SummaryWriter(DIRECTORY, flush_secs=1))


def tensorboardx():
    from tensorboardX import SummaryWriter

    return scalars(SummaryWriter(DIRECTORY, flush_secs=1))


def scalars(writer):
    def log(step):
        for name, number in zip(NAMES, row(step)):
            writer.add_scalar(name, number, step)

    return log, writer.close


def wandb():
    os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true", WANDB_DIR=DIRECTORY)
    import wandb

    run = wandb.init(project="bench", settings=wandb.Settings(x_disable_stats=True, console="off"))
    return lambda step: run.log(dict(zip(NAMES, row(step))), step=step), run.finish


def trackio():
    os.environ["TRACKIO_DIR"] = DIRECTORY
    import trackio

    trackio.init(project="bench", name="run")
    return lambda step: trackio.log(dict(zip(NAMES, row(step))), step=step), trackio.finish


def aim():
    from aim import Run

    run = Run(repo=DIRECTORY, system_tracking_interval=None, log_system_params=False, capture_terminal_logs=False)
    return lambda step: run.track(dict(zip(NAMES, row(step))), step=step), run.close


def pyarrow():
    """A stream of batches of 256 rows, or of those of a second: what a program writes by hand that must lose little."""
    import pyarrow as pa

    schema = pa.schema([("step", pa.int64())] + [(name, pa.float64()) for name in NAMES])
    sink = pa.OSFile(os.path.join(DIRECTORY, "rows.arrows"), "wb")
    writer = pa.ipc.new_stream(sink, schema)
    columns = [[] for _ in schema]
    flushed = time.monotonic()

    def flush():
        nonlocal flushed
        if columns[0]:
            writer.write_batch(pa.record_batch([pa.array(c, f.type) for c, f in zip(columns, schema)], schema=schema))
        for column in columns:
            column.clear()
        flushed = time.monotonic()

    def log(step):
        columns[0].append(step)
        for column, number in zip(columns[1:], row(step)):
            column.append(number)
        if len(columns[0]) == 256 or time.monotonic() - flushed > 1:
            flush()

    def close():
        flush()
        writer.close()
        sink.close()

    return log, close


PEERS = {
    "TensorBoard (torch)": (tensorboard_torch, "torch"),
    "TensorBoard (tensorboardX)": (tensorboardx, "tensorboardX"),
    "W&B offline": (wandb, "wandb"),
    "Trackio": (trackio, "trackio"),
    "Aim": (aim, "aim"),
    "pyarrow": (pyarrow, "pyarrow"),
}

if __name__ == "__main__":
    open_logger, package = PEERS[NAME]
    try:
        log, close = open_logger()
    except ModuleNotFoundError as error:
        print(error, file=sys.stderr)
        sys.exit(3)
    from importlib.metadata import version

    # What happens once, such as the making of a file, is not part of a row.
    log(0)
    time.sleep(1)
    before = cpu()
    for step in range(1, ROWS):
        log(step)
    time.sleep(1)
    after_a_second = size()
    close()
    # Some end in a thread of their own.
    time.sleep(0.2)
    answer = {"cpu": cpu() - before, "share": min(1, after_a_second / size()), "bytes": size(), "version": version(package)}
    print("\n" + json.dumps(answer), flush=True)
    # No logger may wait for the network, or for a page of its own.
    os._exit(0)
