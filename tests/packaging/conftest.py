"""One Debian package for all tests of what is in it."""
import pytest

from packages import packaged, printed


@pytest.fixture(scope="session", name="package")
def fixture_package(tmp_path_factory):
    """Make the Debian package of the build."""
    folder = tmp_path_factory.mktemp("package")
    packaged(folder, "deb")
    return next(folder.glob("*.deb"))


@pytest.fixture(scope="session", name="installed")
def fixture_installed(package, tmp_path_factory):
    """Unpack the package into a folder."""
    folder = tmp_path_factory.mktemp("installed")
    printed("dpkg-deb", "--extract", package, folder)
    return folder
