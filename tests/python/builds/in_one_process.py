"""Many dbt commands in one process, as a program would run them: what each did, as JSON, in a file.

`python -m builds.in_one_process commands.json results.json`: a list of lists of arguments, then of what they did.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryFile

from dbt.cli.main import dbtRunner


def run(arguments: list[str]) -> dict[str, object]:
    """Runs a command, and tells whether it ended well and what it wrote."""
    with TemporaryFile() as file:
        kept = os.dup(1)
        os.dup2(file.fileno(), 1)
        try:
            result = dbtRunner().invoke(arguments)
            sys.stdout.flush()
        finally:
            os.dup2(kept, 1)
            os.close(kept)
        file.seek(0)
        return {"success": result.success, "output": f"{file.read().decode()}{result.exception or ''}"}


if __name__ == "__main__":
    commands = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Path(sys.argv[2]).write_text(json.dumps([run(arguments) for arguments in commands]), encoding="utf-8")
