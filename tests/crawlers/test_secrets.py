"""A credential reaches the server that asks for it, and nothing else: no file we write, no log, no error, no screen."""

import asyncio
import gzip
import os
import pickle
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import scrapy
from pydantic import SecretStr
from scrapy.http import Response

from crawlers._engine import Ask, DownloadError, Raw, _downloader, _further, _secret_headers
from crawlers.base import Credential
from factdesk.errors import SettingsError
from factdesk.loopback import Answer, Request
from factdesk.settings import CollectorSettings, described, load_settings
from tests.crawlers.collecting import page, rig

SECRET = "k3y-that-must-never-be-found-9f27"
NAME = "google_factcheck_key"
KEY = Credential("X-Goog-Api-Key", NAME)


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("FACTDESK_SECRETS")]:
        monkeypatch.delenv(name)
    return tmp_path


def _file(folder: Path, words: str, *, mode: int = 0o600) -> Path:
    path = folder / "secrets.toml"
    path.write_text(words)
    path.chmod(mode)
    return path


def test_a_secret_comes_from_the_environment_or_a_file_and_the_environment_wins(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = _file(alone, f'{NAME} = "from-file"\nother = " two "\n')
    settings = load_settings(secrets_file=kept)
    assert {name: value.get_secret_value() for name, value in settings.secrets.items()} == {
        NAME: "from-file",
        "other": "two",
    }
    monkeypatch.setenv(f"FACTDESK_SECRETS__{NAME.upper()}", SECRET)
    assert load_settings(secrets_file=kept).secrets[NAME].get_secret_value() == SECRET


def test_settings_that_are_printed_dumped_or_described_show_no_secret(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"FACTDESK_SECRETS__{NAME.upper()}", SECRET)
    settings = load_settings(data=alone)
    told = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()} {described(settings)}"
    assert SECRET not in told
    assert ("secrets", NAME) in [(name, value) for name, value, _ in described(settings)]
    assert pickle.loads(pickle.dumps(settings)).secrets[NAME].get_secret_value() == SECRET  # noqa: S301 # our own, to a child


@pytest.mark.parametrize(
    ("words", "mode", "says"),
    [
        (f'{NAME} = "{SECRET}"', 0o644, "Every user"),
        (f'{NAME} = "{SECRET}"', 0o602, "Every user"),
        (f'{NAME} = "{SECRET}', 0o600, "no TOML"),
        (f'{NAME} = ["{SECRET}"]', 0o600, "no text"),
        (f'"Bad Name" = "{SECRET}"', 0o600, "no name"),
        (f'{NAME} = "{SECRET}\\r\\nHost: other"', 0o600, "characters"),
        (f'{NAME} = ""', 0o600, "empty"),
    ],
)
def test_a_bad_secrets_file_is_refused_without_showing_it(alone: Path, *, words: str, mode: int, says: str) -> None:
    with pytest.raises(SettingsError, match=says) as caught:
        load_settings(secrets_file=_file(alone, words, mode=mode))
    assert SECRET not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"
    assert caught.value.remedy


def test_a_missing_file_and_secrets_in_the_settings_file_are_refused(alone: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(secrets_file=alone / "none.toml")
    (alone / "factdesk.toml").write_text(f'[secrets]\n{NAME} = "{SECRET}"\n')
    with pytest.raises(SettingsError, match="holds secrets") as caught:
        load_settings()
    assert SECRET not in str(caught.value)


def test_a_redirect_to_another_origin_is_followed_without_the_credential() -> None:
    ask = Ask("https://api.example/v1?q=flood", credential=KEY)
    assert _further(ask, "https://api.example/v2").credential == KEY
    for elsewhere in ("https://other.example/", "http://api.example/", "https://api.example:8443/", "https://["):
        assert _further(ask, elsewhere).credential is None


def test_a_secret_is_put_into_its_header_over_https_alone() -> None:
    kept = {NAME: SecretStr(SECRET)}
    token = Credential("Authorization", NAME, "Bearer ")
    assert _secret_headers(Ask("https://api.example/", credential=token), kept) == {"Authorization": f"Bearer {SECRET}"}
    assert _secret_headers(Ask("https://api.example/"), kept) == {}
    for url, secrets, says in (("http://api.example/", kept, "https alone"), ("https://api.example/", {}, "is not set")):
        with pytest.raises(DownloadError, match=says) as caught:
            _secret_headers(Ask(url, credential=token), secrets)
        assert SECRET not in str(caught.value)


def test_the_exchange_that_may_be_archived_says_nothing_of_the_secret_that_was_sent() -> None:
    asked: list[scrapy.Request] = []

    async def answer(request: scrapy.Request) -> Response:
        asked.append(request)
        return Response(request.url, 200, headers={"Content-Type": "application/json"}, body=b"{}")

    spider = cast("scrapy.Spider", SimpleNamespace(crawler=SimpleNamespace(engine=SimpleNamespace(download_async=answer))))
    download = _downloader(spider, CollectorSettings(contact="desk@example.org"), secrets={NAME: SecretStr(SECRET)})

    async def once() -> Raw:
        return await download(Ask("https://api.example/v1", credential=KEY))

    raw = asyncio.run(once())
    assert asked[0].headers["X-Goog-Api-Key"] == SECRET.encode()
    assert SECRET not in repr(raw)
    assert "X-Goog-Api-Key" not in dict(raw.sent)


def test_after_a_poll_the_secret_is_in_the_request_and_in_no_byte_that_is_kept(tmp_path: Path) -> None:
    asked: list[str] = []

    def api(request: Request) -> Answer:
        asked.append(request.header("x-goog-api-key"))
        claim = {"url": desk.url("checks", "/1"), "title": "No", "textualRating": "False", "languageCode": "en"}
        text = f'{{"claims": [{{"text": "A dam broke", "claimReview": [{claim}]}}]}}'.replace("'", '"')
        return Answer(text.encode(), "application/json")

    with rig(tmp_path) as desk:
        desk.site.pages["api.localhost/v1alpha1/claims:search"] = api
        desk.put("checks", "/1", page("The dam held"))
        desk.source("api", "/v1alpha1/claims:search?query=dam", kind="factcheck_tools")
        run = subprocess.run(
            desk.command(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=os.environ | {f"FACTDESK_SECRETS__{NAME.upper()}": SECRET, "FACTDESK_LOG_LEVEL": "debug"},
        )
        assert run.returncode == 0, run.stderr
        assert asked == [SECRET]
        assert desk.outcomes() == {"/1": (None, "")}  # fetched; its reader will end it
        assert desk.server.log.visits("checks.localhost")
    assert SECRET not in run.stdout + run.stderr
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name.endswith(".warc.gz") for path in kept)
    packed = [gzip.decompress(path.read_bytes()) for path in kept if path.suffix == ".gz"]
    assert not [part for part in (*packed, *(path.read_bytes() for path in kept)) if SECRET.encode() in part]


def test_a_secret_that_is_not_set_fails_the_poll_and_is_named(tmp_path: Path) -> None:
    with rig(tmp_path) as desk:
        desk.source("api", "/v1alpha1/claims:search?query=dam", kind="factcheck_tools")
        desk.collect()
        ((outcome, reason),) = desk.polls()
    assert outcome == "failed"
    assert "FACTDESK_SECRETS__GOOGLE_FACTCHECK_KEY" in reason
