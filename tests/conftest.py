"""What tests share: the folder of public sources."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


settings.register_profile("untimed", deadline=None)  # no test depends on how busy the machine is
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public sources beside the repository; a test that needs it is skipped where it is not."""
    if not (SHARED / "wiod2013").is_dir():
        pytest.skip("needs the public sources in ../shared/data, which are kept outside the repository")
    return SHARED
