"""The rules of dbt-project-evaluator, read off dbt's manifest: each holds for the project, but for what is listed with
the reason. `documentation_coverage` is not among them: at 100 percent it says what `undocumented_models` says."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

import pytest

PREFIXES = {"staging": "stg_", "intermediate": "int_", "marts": "", "other": "rule"}
"""How names of models begin, by folder. People look for marts by what they hold; other models check the rules."""
KEY_TESTS = {"primary_key", "unique_combination_of_columns"}
"""Tests of this project that a key is unique and no part of it null."""
GATE = {"rules_checked", "stg_rules__field_mappings"}
"""Models that others wait for and read nothing of: what they say is known when the others are compiled."""
LEAF_CHILDREN, PARENTS = 3, 7
"""From how many on there are too many readers that nobody reads, and too many models that are read."""
CHAINED_VIEWS = 5
"""How many views may stand on each other."""

EVENTS = "rows come when something happens, which may be months apart: no age is stale"
EVERY_TABLE = "looks at every raw table: they are joined by nothing"
EVERY_FILE = "looks at every rule file: they are joined by nothing"
HISTORY = "what earlier builds published is compared with the build of today, and there is no loader in between"
WRITTEN = "written by the build itself, which says so if it does not"
STEP = "a step with a name and tests of its own, which one reader needs"
TOGETHER = "puts together what its steps found; each join is by a key that is tested"
OWN = "sees what further columns the accounts' table has, and reads those that a rule names"
OPTIONAL_TYPE = "a trigger of any type has no signal_type: its key is unique, a part of it null"

EXCEPTIONS: Mapping[str, Mapping[str, str]] = {
    "direct_join_to_source": {
        "account_tier_changes": HISTORY,
        "account_tier_history": HISTORY,
        "build_days": HISTORY,
        "crm_tier_sync": HISTORY,
        "hot_responses": HISTORY,
        "int_changes_of_the_day": HISTORY,
        "int_attribute_values_judged": HISTORY,
        "int_contribution_moves": HISTORY,
        "int_days_built": HISTORY,
        "int_days_compared": HISTORY,
        "rule_attributes": OWN,
        "stg_*__account_attributes": OWN,
        "stg_*__signals": "only days of loading that changed are read, and only listed types are signals",
        "stg_*__signal_loads": "a day is read again when other types are listed",
    },
    "exposure_parents_materializations": {
        "account_priorities_page": "what history has is a view here; readers see its tables, and those of other views",
        "monday_report": "as above",
        "semantic_layer": "as above",
    },
    "marts_or_intermediate_dependent_on_source": {
        "account_tier_changes": HISTORY,
        "account_tier_history": HISTORY,
        "build_days": HISTORY,
        "crm_tier_sync": HISTORY,
        "hot_responses": HISTORY,
        "int_changes_of_the_day": HISTORY,
        "int_attribute_values_judged": HISTORY,
        "int_contribution_moves": HISTORY,
        "int_days_built": HISTORY,
        "int_days_compared": HISTORY,
        "int_tiers_before": HISTORY,
    },
    "missing_primary_key_tests": {
        "rejected_records": "a raw row that is rejected may have no key, and each copy of it is told",
        "rule_*_problems": "mistakes in rule files: the build stops where there is one",
        "rules_checked": "one row, or none",
        "rule_attributes": "the catalogue of attributes and what rule files add to it; read by the rule check alone",
        "stg_rules__*": "the rule check tells each row that is there twice, or lacks its key",
        "stg_*__tier_overrides": "one that always held has no starts_on: its key is unique, a part of it null",
        "int_signals_matched": "tested by signals_are_matched_once, which need not read all signals by their ids",
        "int_signals_by_contact": "int_signals_matched, joined by keys that are tested",
        "int_signals_lasting": "fewer of the rows of int_signals_matched",
        "int_technologies_installed": "distinct rows of all its columns",
        "int_trigger_signals": "signals as triggers count them, without their ids",
        "int_triggers_completed": OPTIONAL_TYPE,
        "int_contributions_of_the_day": "a view of the rows of account_score_contributions, whose key is tested",
        "int_top_reasons": "a view that int_tiers_of_the_day joins, whose key is tested",
        "int_factor_points": "a view of the rows of account_score_contributions, whose key is tested",
        "int_score_contributions": "the rows of account_score_contributions, whose key is tested",
        "int_score_reasons": "sentences, of which two may be the same",
        "int_coverage_gaps": "the rows of coverage_gaps, whose key is tested",
    },
    "multiple_sources_joined": {"int_tiers_before": HISTORY, "stg_*__row_counts": EVERY_TABLE},
    "rejoining_of_upstream_concepts": {
        "int_score_aucs": STEP,
        "int_score_shifts": STEP,
        "int_contacts_engaged": STEP,
        "int_contribution_moves": STEP,
        "int_coverage_gaps": STEP,
        "int_domains": STEP,
        "int_next_steps": STEP,
        "int_signals_told": STEP,
        "int_changes_of_the_day": STEP,
        "int_tiers_of_the_day": STEP,
        "int_signals_lasting": STEP,
        "int_signals_limited": STEP,
        "int_territory_openings": STEP,
        "int_tier_overrides_active": STEP,
        "int_tier_places": STEP,
        "int_trigger_signals": STEP,
        "rule_attributes_meant": STEP,
        "stg_*__signal_loads": STEP,
        "unmatched_records": "a mart: people read it, and the reconciliation counts it",
    },
    "source_fanout": {
        "account_tier_changes": HISTORY,
        "account_tier_history": HISTORY,
        "build_days": HISTORY,
        "int_changes_of_the_day": HISTORY,
        "int_days_built": HISTORY,
        "int_days_compared": HISTORY,
        "int_tiers_before": HISTORY,
        "rule_attributes": OWN,
        "stg_*__account_attributes": OWN,
        "stg_*__row_counts": "counts what the staging models read, to tell that they lost nothing",
        "stg_*__signal_loads": "finds the days of loading that have to be read again, before any signal is read",
    },
    "sources_without_freshness": {
        "prioritization_history.*": WRITTEN,
        "published.*": WRITTEN,
        "*.account_domains": EVENTS,
        "*.account_merges": EVENTS,
        "*.account_returns": EVENTS,
        "*.account_technologies": EVENTS,
        "*.customer_contracts": EVENTS,
        "*.sales_reps": EVENTS,
        "*.tier_overrides": EVENTS,
    },
    "source_directories": {
        "prioritization_history.*": "declared in the folder of history, under a name that no other project's has",
        "published.*": "declared beside the marts that it shows",
    },
    "staging_dependent_on_staging": {
        "stg_*__account_attributes": "of the versions of an account only one stands",
        "stg_*__signals": "only days of loading that changed are read, and only listed types are signals",
        "stg_*__signal_loads": "a day is read again when other types are listed",
    },
    "test_coverage": {"stg_rules__*": "rule files with their cells typed: every cell is tested by the rule check"},
    "too_many_joins": {
        "stg_*__row_counts": EVERY_TABLE,
        "rejected_records": EVERY_TABLE,
        "unmapped_values": "counts what many tables say and no rule knows: they are joined by nothing",
        "unmatched_records": EVERY_TABLE,
        "source_reconciliation": EVERY_TABLE,
        "rule_cell_problems": EVERY_FILE,
        "rule_duplicate_problems": EVERY_FILE,
        "rule_reference_problems": EVERY_FILE,
        "int_account_attribute_values": "what rules name comes from many places, and is found here alone",
        "int_attributes_of_the_day": "all that is known of accounts, once a month, for history",
        "account_tiers": TOGETHER,
        "coverage_gaps": TOGETHER,
        "int_changes_of_the_day": TOGETHER,
        "int_next_steps": "the first that holds of what its steps found; each join is by a key that is tested",
        "int_tiers_of_the_day": TOGETHER,
    },
    "unused_sources": {"published.*": "for the models of a project in which this one is installed"},
}
"""Of each rule the models or sources that are excepted (`*`: any text), and why."""


# --- The project -----------------------------------------------------------------------------------------------------

Node = dict[str, Any]


class Project:
    """What a manifest says of models, sources, tests and exposures, and who reads whom."""

    def __init__(self, manifest: dict[str, Any]):
        nodes: dict[str, Node] = manifest["nodes"]
        self.resources = {**nodes, **manifest["sources"], **manifest["exposures"]}
        self.models = [node for node in nodes.values() if node["resource_type"] == "model"]
        self.tests = [node for node in nodes.values() if node["resource_type"] == "test"]
        self.unit_tests: list[Node] = list(manifest["unit_tests"].values())
        self.sources: list[Node] = list(manifest["sources"].values())
        self.exposures: list[Node] = list(manifest["exposures"].values())
        self.readers: dict[str, list[Node]] = defaultdict(list)
        for node in [*self.models, *self.exposures]:
            for parent in self.parents(node):
                self.readers[parent["unique_id"]].append(node)

    def parents(self, node: Node, resource_type: str | None = None) -> list[Node]:
        """What a model or exposure reads, or those of a type."""
        found = [self.resources[parent] for parent in dict.fromkeys(node.get("depends_on", {}).get("nodes", []))]
        return [parent for parent in found if resource_type in (None, parent["resource_type"])]

    def children(self, node: Node) -> list[Node]:
        """The models that read a model or source."""
        return [reader for reader in self.readers[node["unique_id"]] if reader["resource_type"] == "model"]

    def tests_of(self, model: Node) -> list[Node]:
        """The tests that are declared of a model."""
        return [test for test in self.tests if test.get("attached_node") == model["unique_id"]]


def folder(node: Node) -> PurePosixPath:
    """Where a resource is declared."""
    return PurePosixPath(node["original_file_path"].replace("\\", "/")).parent


def layer_by_folder(model: Node) -> str:
    """The layer whose folder is next to the file of a model."""
    return next((part for part in reversed(folder(model).parts) if part in PREFIXES), "other")


def layer(model: Node) -> str:
    """The layer of a model by its name, else by its folder."""
    named = (layer for layer in ("staging", "intermediate") if model["name"].startswith(PREFIXES[layer]))
    return next(named, layer_by_folder(model))


def source_name(source: Node) -> str:
    """The name of a raw table, with that of its source."""
    return f"{source['source_name']}.{source['name']}"


def is_view(model: Node) -> bool:
    """Whether a model is computed each time that it is read."""
    return model["config"]["materialized"] in ("view", "ephemeral")


def never_null(project: Project, model: Node, column: str) -> bool:
    """Whether a column is tested not to be null, or has a constraint that says so."""
    constraints = model["columns"].get(column, {}).get("constraints", [])
    tests = [test for test in project.tests_of(model) if test.get("column_name") == column]
    return any(constraint["type"] == "not_null" for constraint in constraints) or any(
        test["test_metadata"]["name"] == "not_null" for test in tests
    )


# --- The rules -------------------------------------------------------------------------------------------------------

Rule = Callable[[Project], Iterable[str]]
RULES: dict[str, Rule] = {}


def rule(find: Rule) -> Rule:
    """A rule, by the name of the function that gives what breaks it."""
    RULES[find.__name__] = find
    find.__test__ = False  # type: ignore[attr-defined]  # also where its name begins like that of a test
    return find


# modelling


@rule
def direct_join_to_source(project: Project) -> Iterator[str]:
    """A model that reads a raw table reads no other model."""
    for model in project.models:
        models = [parent for parent in project.parents(model, "model") if parent["name"] not in GATE]
        if project.parents(model, "source") and models:
            yield model["name"]


@rule
def duplicate_sources(project: Project) -> Iterator[str]:
    """A raw table is declared once."""
    places = Counter((s["database"], s["schema"], s["identifier"]) for s in project.sources)
    for source in project.sources:
        if places[source["database"], source["schema"], source["identifier"]] > 1:
            yield source_name(source)


@rule
def hard_coded_references(project: Project) -> Iterator[str]:
    """A model names no table but by ref and source."""
    name = r"""["'`\[]?\w+["'`\]]?"""
    table = rf"""\{{\{{\s*var\b|{name}(\.{name})+(?=\s|$)|["'`\[]\w+["'`\]](?=\s|$)"""
    for model in project.models:
        code = re.sub(r"--.*|\{#[\s\S]*?#\}", "", model["raw_code"])
        if re.search(rf"(?i)(?<!distinct )\b(from|join)\s+({table})", code):
            yield model["name"]


@rule
def marts_or_intermediate_dependent_on_source(project: Project) -> Iterator[str]:
    """Only staging reads raw tables."""
    for model in project.models:
        if project.parents(model, "source") and layer(model) in ("intermediate", "marts"):
            yield model["name"]


@rule
def model_fanout(project: Project) -> Iterator[str]:
    """Few models at the end of the project read the same model."""
    for model in project.models:
        leaves = [child for child in project.children(model) if not project.readers[child["unique_id"]]]
        if len(leaves) >= LEAF_CHILDREN:
            yield model["name"]


@rule
def multiple_sources_joined(project: Project) -> Iterator[str]:
    """A model reads one raw table at most."""
    for model in project.models:
        if len(project.parents(model, "source")) > 1:
            yield model["name"]


@rule
def rejoining_of_upstream_concepts(project: Project) -> Iterator[str]:
    """A model that only one other reads is not joined there with what it was made of."""
    for model in project.models:
        readers = project.children(model)
        if len(readers) == 1:
            own = {parent["unique_id"] for parent in project.parents(model)}
            if any(parent["unique_id"] in own and parent["name"] not in GATE for parent in project.parents(readers[0])):
                yield model["name"]


@rule
def root_models(project: Project) -> Iterator[str]:
    """A model reads something."""
    for model in project.models:
        if not project.parents(model):
            yield model["name"]


@rule
def source_fanout(project: Project) -> Iterator[str]:
    """One model reads a raw table; of several the staging model of the table is the one."""
    for source in project.sources:
        readers = project.children(source)
        if len(readers) > 1:
            yield from (reader["name"] for reader in readers if not reader["name"].endswith(f"__{source['name']}"))


@rule
def staging_dependent_on_marts_or_intermediate(project: Project) -> Iterator[str]:
    """Staging reads nothing that is made of it."""
    for model in project.models:
        parents = {layer(parent) for parent in project.parents(model, "model")}
        if layer(model) == "staging" and parents & {"intermediate", "marts"}:
            yield model["name"]


@rule
def staging_dependent_on_staging(project: Project) -> Iterator[str]:
    """Staging models do not read each other."""
    for model in project.models:
        parents = {layer(parent) for parent in project.parents(model, "model") if parent["name"] not in GATE}
        if layer(model) == "staging" and "staging" in parents:
            yield model["name"]


@rule
def too_many_joins(project: Project) -> Iterator[str]:
    """A model reads few others."""
    for model in project.models:
        if len(project.parents(model)) >= PARENTS:
            yield model["name"]


@rule
def unused_sources(project: Project) -> Iterator[str]:
    """A raw table that is declared is read."""
    for source in project.sources:
        if not project.readers[source["unique_id"]]:
            yield source_name(source)


# testing


@rule
def missing_primary_key_tests(project: Project) -> Iterator[str]:
    """A model has a key that is tested; dbt, and whoever reads its manifest, infers that of a public one."""
    for model in project.models:
        tests = {test["test_metadata"]["name"] for test in project.tests_of(model) if test.get("test_metadata")}
        is_tested = bool(KEY_TESTS & tests)
        inferred = model["primary_key"]
        is_inferred = bool(inferred) and (is_tested or all(never_null(project, model, column) for column in inferred))
        if not (is_inferred or (is_tested and model["access"] != "public")):
            yield model["name"]


@rule
def sources_without_freshness(project: Project) -> Iterator[str]:
    """A raw table has an age from which on it is stale."""
    for source in project.sources:
        freshness = source["freshness"] or {}
        if not any((freshness.get(limit) or {}).get("count") for limit in ("warn_after", "error_after")):
            yield source_name(source)


@rule
def test_coverage(project: Project) -> Iterator[str]:
    """A model has a data test or a unit test."""
    tested = {model for test in project.unit_tests for model in test["depends_on"]["nodes"]}
    for test in project.tests:
        tested |= {test["attached_node"]} if test.get("attached_node") else {*test["depends_on"]["nodes"]}
    for model in project.models:
        if model["unique_id"] not in tested:
            yield model["name"]


# documentation


@rule
def undocumented_models(project: Project) -> Iterator[str]:
    """A model is described."""
    for model in project.models:
        if not model["description"].strip():
            yield model["name"]


@rule
def undocumented_source_tables(project: Project) -> Iterator[str]:
    """A raw table is described."""
    for source in project.sources:
        if not source["description"].strip():
            yield source_name(source)


@rule
def undocumented_sources(project: Project) -> Iterator[str]:
    """A set of raw tables is described."""
    for source in project.sources:
        if not source["source_description"].strip():
            yield source["source_name"]


# structure


@rule
def model_directories(project: Project) -> Iterator[str]:
    """A model lies in the folder of its layer, and a staging model in that of its source."""
    for model in project.models:
        sources = {source["source_name"] for source in project.parents(model, "source")}
        is_apart = layer(model) == "staging" and any(source not in str(folder(model)) for source in sources)
        if layer(model) != layer_by_folder(model) or is_apart:
            yield model["name"]


@rule
def model_naming_conventions(project: Project) -> Iterator[str]:
    """The name of a model tells its layer."""
    for model in project.models:
        if not model["name"].startswith(PREFIXES[layer(model)]):
            yield model["name"]


@rule
def source_directories(project: Project) -> Iterator[str]:
    """A source is declared in a folder of its name."""
    for source in project.sources:
        if source["source_name"] not in str(folder(source)):
            yield source_name(source)


@rule
def test_directories(project: Project) -> Iterator[str]:
    """A test is declared beside its model."""
    for model in project.models:
        if any(folder(test) != folder(model) for test in project.tests_of(model)):
            yield model["name"]


# performance


@rule
def chained_views_dependencies(project: Project) -> Iterator[str]:
    """No model waits for a long chain of views."""

    def views_above(model: Node) -> int:
        return max((1 + views_above(view) for view in project.parents(model, "model") if is_view(view)), default=0)

    for model in project.models:
        if views_above(model) > CHAINED_VIEWS:
            yield model["name"]


@rule
def exposure_parents_materializations(project: Project) -> Iterator[str]:
    """What people look at is stored."""
    for exposure in project.exposures:
        for parent in project.parents(exposure):
            if parent["resource_type"] == "source" or is_view(parent):
                yield exposure["name"]


# governance


@rule
def exposures_dependent_on_private_models(project: Project) -> Iterator[str]:
    """What people look at reads public models only."""
    for exposure in project.exposures:
        if any(parent.get("access") != "public" for parent in project.parents(exposure)):
            yield exposure["name"]


@rule
def public_models_without_contract(project: Project) -> Iterator[str]:
    """A public model has a contract."""
    for model in project.models:
        if model["access"] == "public" and not model["contract"]["enforced"]:
            yield model["name"]


@rule
def undocumented_public_models(project: Project) -> Iterator[str]:
    """A public model and each of its columns are described."""
    for model in project.models:
        described = [model["description"], *(column["description"] for column in model["columns"].values())]
        if model["access"] == "public" and not (model["columns"] and all(text.strip() for text in described)):
            yield model["name"]


# --- The tests -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def project(manifest) -> Project:
    """The project as it is."""
    return Project(manifest)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_holds_but_for_its_exceptions(project, name):
    """Also, each exception is one: it is deleted with what it was made for."""
    found, excepted = set(RULES[name](project)), EXCEPTIONS.get(name, {})
    broken = {resource for resource in found if not any(fnmatchcase(resource, pattern) for pattern in excepted)}
    stale = {pattern for pattern in excepted if not any(fnmatchcase(resource, pattern) for resource in found)}
    assert (broken, stale) == (set(), set()), RULES[name].__doc__


def test_exceptions_are_of_rules():
    assert set(EXCEPTIONS) <= set(RULES)


# --- That each rule can be broken ------------------------------------------------------------------------------------

BROKEN_BY = {
    "chained_views_dependencies": "int_view_7",
    "direct_join_to_source": "stg_lost",
    "duplicate_sources": "other.unused",
    "exposure_parents_materializations": "look",
    "exposures_dependent_on_private_models": "look",
    "hard_coded_references": "int_root",
    "marts_or_intermediate_dependent_on_source": "int_in_staging",
    "missing_primary_key_tests": "first",
    "model_directories": "int_in_staging",
    "model_fanout": "int_view_7",
    "model_naming_conventions": "unnamed",
    "multiple_sources_joined": "stg_lost",
    "public_models_without_contract": "all_views",
    "rejoining_of_upstream_concepts": "stg_bad__a",
    "root_models": "int_root",
    "source_directories": "other.unused",
    "source_fanout": "stg_lost",
    "sources_without_freshness": "other.unused",
    "staging_dependent_on_marts_or_intermediate": "unnamed",
    "staging_dependent_on_staging": "stg_lost",
    "test_coverage": "second",
    "test_directories": "first",
    "too_many_joins": "all_views",
    "undocumented_models": "unnamed",
    "undocumented_public_models": "all_views",
    "undocumented_source_tables": "other.unused",
    "undocumented_sources": "other",
    "unused_sources": "other.unused",
}
"""One of those in `spoiled` that break a rule."""


def spoiled(manifest: dict[str, Any]) -> dict[str, Any]:
    """The project with some models, sources and an exposure beside its own, which break every rule."""
    worse = {**manifest, **{kind: dict(manifest[kind]) for kind in ("nodes", "sources", "exposures")}}
    a_model = next(node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    a_source = next(iter(manifest["sources"].values()))
    an_exposure = next(iter(manifest["exposures"].values()))

    def model(path: str, *parents: str, materialized: str = "table", **others: Any) -> None:
        name = PurePosixPath(path).stem
        worse["nodes"][name] = {
            **a_model,
            "unique_id": name,
            "name": name,
            "original_file_path": f"models/{path}",
            "description": "A model.",
            "access": "private",
            "columns": {},
            "contract": {"enforced": False},
            "config": {"materialized": materialized},
            "raw_code": "select 1",
            "primary_key": [],
            "depends_on": {"nodes": [*parents]},
            **others,
        }

    def source(name: str, **others: Any) -> None:
        worse["sources"][name] = {
            **a_source,
            "unique_id": name,
            "name": name,
            "source_name": "bad",
            "identifier": name,
            "original_file_path": "models/staging/bad/bad.yml",
            "description": "A table.",
            "source_description": "Tables.",
            "freshness": {"warn_after": {"count": 1}},
            **others,
        }

    source("a")
    source("b")
    source("unused", identifier="a", source_name="other", description=" ", source_description="", freshness=None)
    model("staging/bad/stg_bad__a.sql", "a")
    model("staging/stg_lost.sql", "a", "b", "stg_bad__a")
    model("staging/int_in_staging.sql", "a")
    model("staging/unnamed.sql", "int_in_staging", description="")
    model("intermediate/int_root.sql", raw_code="select 1 from raw.accounts")
    views = [f"int_view_{number}" for number in range(1, 8)]
    for above, view in zip(["int_root", *views], views, strict=False):
        model(f"intermediate/{view}.sql", above, materialized="view")
    model("marts/all_views.sql", *views, access="public")
    column = {"name": "id", "description": "", "constraints": []}
    model("marts/first.sql", "int_view_7", columns={"id": column}, primary_key=["id"])
    model("marts/second.sql", "int_view_7")
    worse["nodes"]["unique_first_id"] = {
        "resource_type": "test",
        "original_file_path": "models/other.yml",
        "attached_node": "first",
        "column_name": "id",
        "test_metadata": {"name": "unique"},
        "depends_on": {"nodes": ["first"]},
    }
    look = {"unique_id": "look", "name": "look", "depends_on": {"nodes": ["int_view_7"]}}
    worse["exposures"]["look"] = {**an_exposure, **look}
    return worse


@pytest.mark.parametrize("name", RULES)
def test_a_rule_finds_what_breaks_it(manifest, project, name):
    found = set(RULES[name](Project(spoiled(manifest))))
    assert BROKEN_BY[name] in found - set(RULES[name](project))
