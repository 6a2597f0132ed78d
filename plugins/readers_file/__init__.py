"""Replaces the file that BI tools read as SQL cannot: at once, and so that it keeps its owner, rights and links.

profiles.yml names this module under `plugins`. Where a profile does not, the file is replaced all the same, with the
rights of a new one, and a link becomes a file.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import TargetConfig
from dbt_common.exceptions import DbtRuntimeError


class Plugin(BasePlugin):
    """What dbt-duckdb calls for `adapter.store_relation`."""

    def store(self, target_config: TargetConfig) -> None:
        """Moves the file `config.written` to `location.path`, or copies `config.copied` there.

        An error says what readers of both see.
        """
        assert target_config.location is not None
        place = target_config.location.path
        if copied := target_config.config.get("copied"):
            shutil.copyfile(copied, place)
            return
        written = target_config.config["written"]
        try:
            replace_file(Path(written), Path(place))
        except OSError as error:
            raise DbtRuntimeError(
                f"{place} was not replaced ({error.strerror}): its readers see the build before, those of the schema"
                " `marts` this one. Mend what is in the way and build again."
            ) from error


def replace_file(new: Path, old: Path) -> None:
    """Puts a file in the place of another, whose owner, rights and links stay. Who holds the old one open keeps it.

    Raises OSError, and leaves the old file, if the new one cannot be written there.
    """
    place = old.resolve()  # the end of a link, which itself stays
    part = place.with_name(f"{place.name}.part")
    shutil.move(new, part)
    if place.exists():
        shutil.copystat(place, part)
        os.utime(part)
        with suppress(PermissionError):  # only root may give files away
            os.chown(part, place.stat().st_uid, place.stat().st_gid)
    part.replace(place)
