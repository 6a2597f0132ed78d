"""What orchestrators read in dbt's manifest."""

from __future__ import annotations

from typing import Any

import pytest

from builds.warehouse import MARTS


@pytest.fixture(scope="module")
def nodes(manifest) -> dict[str, dict[str, Any]]:
    """The nodes of the demo's manifest."""
    return manifest["nodes"]


def test_each_data_test_is_of_a_node(nodes):
    """Cosmos and Dagster run the tests of each model: a test of none would never run, so nothing would be published."""
    tests = {key: node["depends_on"]["nodes"] for key, node in nodes.items() if node["resource_type"] == "test"}
    assert len(tests) > 100
    assert not [key for key, parents in tests.items() if not any(parent in nodes for parent in parents)]


def test_no_mart_is_an_asset_by_its_name_alone(nodes):
    """Dagster names a versioned model by its table, and refuses another project's model of that name beside it."""
    marts = {node["name"]: node for node in nodes.values() if node.get("version") or node["name"] in MARTS}
    assert marts.keys() == set(MARTS)
    for name, node in marts.items():
        assert node["config"]["meta"]["dagster"]["asset_key"] == ["account_prioritization", name]
