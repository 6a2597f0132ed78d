"""Runs the DuckDB script that was written by hand.

python by_hand.py FOLDER AS_OF OUTPUT.parquet SIGNALS.parquet ...
"""

import os
import sys
from pathlib import Path

import duckdb

folder, as_of, output, *signals = sys.argv[1:]
connection = duckdb.connect()
connection.execute(f"set TimeZone = 'UTC'; set temp_directory = '{output}.tmp'")
if os.environ.get("DUCKDB_MEMORY_LIMIT"):
    connection.execute(f"set memory_limit = '{os.environ['DUCKDB_MEMORY_LIMIT']}'")
script = Path(__file__).with_name("by_hand.sql").read_text(encoding="utf-8")
connection.execute(script.format(folder=folder, as_of=as_of, signals=signals))
connection.execute(f"copy account_tiers to '{output}'")
