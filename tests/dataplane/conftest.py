"""What the data-plane tests share: a private OVN, and the way to the helpers of the end-to-end tests."""

import pathlib
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"))

from ovn import MISSING, Ovn  # noqa: E402  (needs the path above)


@pytest.fixture(scope="module")
def ovn(tmp_path_factory):
    """Give a running OVN that nobody else uses."""
    if MISSING:
        pytest.skip(f"{', '.join(MISSING)} is not installed: run tools/setup test")
    ovn = Ovn(tmp_path_factory.mktemp("ovn"))
    try:
        ovn.start()
        yield ovn
    finally:
        ovn.stop()
