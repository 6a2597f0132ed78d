"""The project's nodes as assets of Dagster, and what came of materializing some of them, one selection after another.

`uv run --group orchestrators python dagster_assets.py ‹project› ‹target path› ‹selection›…`; `*` is all.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dagster import AssetExecutionContext, AssetSelection, Definitions, define_asset_job
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets

folder, target_path, *selections = sys.argv[1:]
project = DbtProject(project_dir=folder, target_path=Path(target_path), profiles_dir=folder)


@dbt_assets(manifest=project.manifest_path, project=project)
def prioritization(context: AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """One dbt command for all that is materialized together."""
    yield from dbt.cli(["build"], context=context).stream()


definitions = Definitions(
    assets=[prioritization],
    resources={"dbt": DbtCliResource(project_dir=project)},
    jobs=[
        define_asset_job(f"job_{n}", AssetSelection.from_string(selection)) for n, selection in enumerate(selections)
    ],
)

for n in range(len(selections)):
    result = definitions.resolve_job_def(f"job_{n}").execute_in_process(raise_on_error=False)
    print(f"{selections[n]}: {'materialized' if result.success else 'failed'}")
    if not result.success:
        sys.exit(1)
