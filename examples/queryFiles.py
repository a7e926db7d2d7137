"""Asks questions of the files of an experiment:  python3 queryFiles.py runs/dlae-1"""
import glob
import sys
import duckdb
import polars as pl

files = sorted(glob.glob(f"{glob.escape(sys.argv[1])}/**/iterates-*.arrows", recursive=True))

# Polars reads the files itself. A resumed run has one file per attempt; newer rows replace older ones from their first step on.
frame = pl.concat([pl.read_ipc_stream(file) for file in files], how="diagonal").sort("run", "attempt", "step")
later = pl.col("step").shift(-1).reverse().cum_min().reverse().over("run")
frame = frame.filter(pl.col("step") < later.fill_null(float("inf")))
for run, step, value in frame.group_by("run").last().sort("run").select("run", "step", "value").iter_rows():
    print(f"Polars: {run} ends at step {step:.0f} with the value {value:.6g}")

# DuckDB reads tables of pyarrow, and of Polars, by the names of their variables.
rows = frame.to_arrow()
query = "SELECT run, count(*), min(squaredFieldNorm) FROM rows GROUP BY run ORDER BY run"
for run, count, smallest in duckdb.sql(query).fetchall():
    print(f"DuckDB: {run} has {count} rows, the smallest squared norm is {smallest:.6g}")
