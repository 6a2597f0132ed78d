"""The project's nodes as assets of Dagster, as docs/in-your-project.md shows it, but for the folder."""

import os

from dagster import AssetExecutionContext, Definitions
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, DbtProject, dbt_assets

project = DbtProject(project_dir=os.environ["PROJECT"], target_path=os.environ["TARGET"])
# only for the demo, whose seeds are the tables of its source: Dagster would take both for one
translator = DagsterDbtTranslator(DagsterDbtTranslatorSettings(enable_source_metadata=False))


@dbt_assets(manifest=project.manifest_path, dagster_dbt_translator=translator)
def account_prioritization(context: AssetExecutionContext, dbt: DbtCliResource):
    yield from dbt.cli(["build"], context=context).stream()


definitions = Definitions(assets=[account_prioritization], resources={"dbt": DbtCliResource(project_dir=project)})
