"""Materializes assets in this process: for each argument, what Dagster's selection language means by it."""

import sys

import dagster as dg

from orchestrators.dagster_assets import definitions

jobs = [dg.define_asset_job(f"job_{n}", dg.AssetSelection.from_string(text)) for n, text in enumerate(sys.argv[1:])]
loaded = dg.Definitions.merge(definitions, dg.Definitions(jobs=jobs))
for job, selection in zip(jobs, sys.argv[1:], strict=True):
    done = loaded.resolve_job_def(job.name).execute_in_process(raise_on_error=False)
    print(f"MATERIALIZED {selection}" if done.success else f"FAILED {selection}", flush=True)
    if not done.success:
        sys.exit(1)
