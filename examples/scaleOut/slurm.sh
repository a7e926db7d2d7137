#!/bin/bash
# Sixteen shards as an array: sbatch slurm.sh; afterwards npx fluxion merge runs/census.
# SIGTERM comes 60 s before the time is up, so that long searches leave a checkpoint. The same sbatch goes on.
#SBATCH --job-name=census
#SBATCH --array=0-15
#SBATCH --cpus-per-task=4
#SBATCH --mem-per-cpu=1G
#SBATCH --time=04:00:00
#SBATCH --signal=TERM@60
#SBATCH --requeue
set -euo pipefail
exec npx fluxion campaign dlae-census --searches 100000 --portable \
  --workers "${SLURM_CPUS_PER_TASK:-1}" --shard auto --out runs/census
