"""Runs the shards of a campaign as tasks of Dask, on a cluster whose address is given, or on this machine.

    python3 daskShards.py [address] -- npx fluxion campaign dlae --searches 1000 --out runs/many
"""

import subprocess
import sys

from dask.distributed import Client

SHARDS = 4


def run(command: list[str], number: int) -> int:
    """Runs one shard; Dask runs it again elsewhere if its worker dies, and repeats do no harm."""
    return subprocess.run([*command, f"--shard={number}/{SHARDS}"], check=True).returncode


def main() -> None:
    at = sys.argv.index("--")
    address = sys.argv[1] if at > 1 else None
    # A shard uses the threads that its command says, so that a worker of Dask runs one shard at a time.
    options = {} if address else {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with Client(address, **options) as client:
        tasks = [client.submit(run, sys.argv[at + 1 :], k, pure=False) for k in range(1, SHARDS + 1)]
        print("shards that ended:", len(client.gather(tasks)))


if __name__ == "__main__":
    main()
