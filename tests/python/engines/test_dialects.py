"""What the project's SQL says, other warehouses can say, too: it is parsed in their dialects, and not run there.

The compiled SQL of every model and data test is translated by sqlglot, which knows the functions of each engine, and
read again in the dialect it was translated into. That finds constructs that an engine has no words for; it does not
find types or functions that behave otherwise. docs/scale.md says what that leaves open.
"""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import ErrorLevel
from sqlglot.errors import ParseError, UnsupportedError

NOT_TRANSLATED = {
    # where nulls stand is left to the engine; what is ordered by is never null
    "bigquery": ("'NULLS LAST' translation not supported", "Argument 'modifiers' is not supported"),
}


@pytest.mark.long
@pytest.mark.parametrize("dialect", ["snowflake", "bigquery", "databricks", "redshift", "postgres", "spark"])
def test_every_node_can_be_said_in(dialect, compiled):
    wrong = {}
    for node in (*compiled.nodes, *compiled.tests):
        try:
            for said in sqlglot.transpile(
                node["compiled_code"], read="duckdb", write=dialect, unsupported_level=ErrorLevel.RAISE
            ):
                sqlglot.parse(said, read=dialect)
        except (ParseError, UnsupportedError) as error:
            if not str(error).startswith(NOT_TRANSLATED.get(dialect, ("\0",))):
                wrong[node["name"]] = str(error).splitlines()[0]
    assert not wrong
