"""What dbt has read of the project's files is kept, so that a build reads but those that differ: a quarter of its time.

dbt reads all of them anew where settings or the profile differ, so what it read is kept for each; `as_of` is given in
the environment, as it changes nothing that is read.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from .kept import FOLDER, fingerprint

NAME = "partial_parse.msgpack"


def kept_under(options: Sequence[str]) -> Path:
    """The file of commands with these options."""
    return FOLDER / fingerprint() / "parsed" / sha256(repr(options).encode()).hexdigest()[:16]


@contextmanager
def parsed(target: Path, options: Sequence[str]) -> Iterator[None]:
    """Has dbt's folder begin with what is kept, and keeps what a command leaves there, unless another was first."""
    left, kept = target / NAME, kept_under(options)
    if not left.exists() and kept.exists():
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(kept, left)
    yield
    if left.exists() and not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(f".{os.getpid()}")
        shutil.copy(left, unfinished)
        unfinished.rename(kept)
