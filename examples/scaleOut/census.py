"""Draws how many classes the samplers of a census have found, search by search: census.py <directory> <file.svg>"""

import sys

import duckdb
import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "census"
from matplotlib import pyplot

CLASSES = 2517

directory, target = sys.argv[1:]
ends = f"read_parquet('{directory}/ends.parquet/*.parquet')"
rows = duckdb.sql(
    f"""with firsts as (select sampler, class, min(search) as search from {ends} where class is not null group by all),
             every as (select 'all samplers' as sampler, class, min(search) as search from firsts group by class)
        select sampler, search, row_number() over (partition by sampler order by search) as classes
        from (from firsts union all by name from every) order by sampler, search"""
).fetchall()
samplers = len({sampler for sampler, _, _ in rows}) - 1
figure, axes = pyplot.subplots(figsize=(7, 4.2))
for name in sorted({sampler for sampler, _, _ in rows}):
    per_search = 1 if name == "all samplers" else samplers
    found = [(search // per_search + 1, classes) for sampler, search, classes in rows if sampler == name]
    axes.step([x for x, _ in found], [y for _, y in found], where="post", label=f"{name}: {found[-1][1]}")
axes.axhline(CLASSES, color="black", linestyle="--", linewidth=1)
axes.text(1, CLASSES * 1.05, f"{CLASSES} classes exist")
axes.set(xscale="log", yscale="log", xlabel="searches of the sampler", ylabel="classes found", ylim=(1, 5000))
axes.legend(fontsize="small", frameon=False)
figure.tight_layout()
figure.savefig(target, metadata={"Date": None})
