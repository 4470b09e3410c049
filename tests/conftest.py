"""What tests share: the real parts a machine may lack. A test skips with a line that says how to get one; CI forbids that."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

_PARTS = ("elastic", "postgres", "browser", "shared")
_SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    required = os.environ.get("FACTDESK_REQUIRE_PARTS") == "1"
    if required and report.skipped and any(item.get_closest_marker(part) for part in _PARTS):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and FACTDESK_REQUIRE_PARTS=1 forbids it: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def elastic_url() -> str:
    url = os.environ.get("FACTDESK_TEST_ELASTIC")
    if not url:
        pytest.skip("set FACTDESK_TEST_ELASTIC to a real Elasticsearch 8, or run .ci/run, which installs one")
    return url


@pytest.fixture(scope="session")
def elastic_home() -> Path:
    """The unpacked program, for tests that start a server of their own, as nobody under root, and may kill it."""
    home = os.environ.get("FACTDESK_TEST_ELASTIC_HOME")
    if not home:
        pytest.skip("set FACTDESK_TEST_ELASTIC_HOME to an unpacked Elasticsearch 8, or run .ci/run, which unpacks one")
    return Path(home)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    url = os.environ.get("FACTDESK_TEST_POSTGRES")
    if not url:
        pytest.skip("set FACTDESK_TEST_POSTGRES to a real PostgreSQL, or run .ci/run, which installs one")
    return url


@pytest.fixture(scope="session")
def chromium() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        pytest.skip("apt-get install chromium, or run .ci/run, which does")
    return path


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not _SHARED.is_dir():
        pytest.skip("put the evaluation data beside the checkout as ../shared/data")
    return _SHARED
