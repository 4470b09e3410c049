"""What an operator can set, read once at start and passed down: ``factdesk.toml``, then ``FACTDESK_…`` variables.

Every field's ``description`` is printed by ``factdesk doctor --settings``; a test keeps ``docs/configuration.md`` in step.
"""

import os
import re
import socket
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from factdesk.errors import SettingsError

_SECRET_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_READABLE_BY_ALL = stat.S_IRWXO
RoleName = Literal["analyst", "editor", "approver", "manager", "administrator", "read-only"]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CollectorSettings(_Section):
    """How sources are polled."""

    contact: str = Field(
        "", description="address or URL put into the User-Agent so that a site can reach you; needed for real hosts"
    )
    delay_s: float = Field(1.0, ge=0, le=600, description="seconds between two requests to one host")
    timeout_s: float = Field(30.0, gt=0, le=600, description="seconds after which a request is given up")
    max_bytes: int = Field(10_000_000, gt=1000, description="a larger answer is refused")
    max_items_per_poll: int = Field(100, gt=0, description="newest items taken from one listing at a time")
    concurrency: int = Field(16, gt=0, le=256, description="hosts that are asked at the same time")
    full_get_every: int = Field(24, gt=0, description="every so many polls the conditional headers are left out")
    adaptive_intervals: bool = Field(
        True,
        description="poll a source that brings much more often than its interval says, and one that brings little less often",
    )
    shortest_interval_s: int = Field(300, ge=60, description="adaptive intervals are not shorter, unless the source's own is")
    longest_interval_s: int = Field(10_800, ge=60, description="adaptive intervals are not longer, unless the source's own is")
    keep_polls_days: int = Field(30, ge=8, description="days until single polls are summed up by source and day")
    keep_days: int = Field(
        90, ge=1, description="days until the raw capture of a page or post that no statement cites is deleted"
    )
    watch_hours: int = Field(24, ge=1, description="hours until a page that a statement cites is asked for again")
    proxy: str = Field("", description="HTTP proxy all requests go through (factdesk replay is one)")
    allow_private_hosts: tuple[str, ...] = Field(
        (), description="host names allowed on private or loopback addresses; *.name for its subdomains"
    )
    render_hosts: tuple[str, ...] = Field(
        (), description="host names whose pages run their scripts in Chromium before they are read (extra factdesk[javascript])"
    )
    browser: str = Field("", description="path of the Chromium that renders; empty means the one playwright installed")


class CheckSettings(_Section):
    """How claims are found and matched."""

    encoder: str = Field(
        "bundled", description="'bundled', or 'hub:<name>' for a sentence encoder of the model hub or a local folder"
    )
    dimensions: int = Field(
        512,
        gt=0,
        le=4096,
        description="numbers in one of the encoder's vectors; set it with the encoder, before the first source",
    )
    languages: tuple[str, ...] = Field((), description="ISO 639-1 codes of documents to keep; empty means every language")
    claims_per_document: int = Field(10, gt=0, le=50, description="most check-worthy claims kept of a document")
    recheck_days: int = Field(30, gt=0, description="how far back claims are checked again when the library grows")


class ElasticSettings(_Section):
    """How an Elasticsearch cluster is reached and what the indices on it are made with."""

    hosts: tuple[str, ...] = Field(
        (), description="further nodes of the cluster that index names, http(s)://HOST:PORT; one that is down is passed over"
    )
    user: str = Field("", description="name of the user; the secret elastic_password is its password")
    ca_certificate: Path | None = Field(None, description="file (PEM) of the authority that signed the servers' certificates")
    replicas: int | None = Field(
        None, ge=0, le=10, description="copies of each index; none set means one as soon as there are two nodes"
    )
    policy: str = Field(
        "factdesk", min_length=1, description="lifecycle policy of documents and claims; made when there is none of that name"
    )
    timeout_s: float = Field(30.0, gt=0, le=600, description="seconds after which a request to the server is given up")


class DeskSettings(_Section):
    """The web desk."""

    host: str = Field("127.0.0.1", description="address the desk listens on")
    port: int = Field(8040, ge=0, le=65535, description="port the desk listens on; 0 takes a free one")
    name: str = Field("Factdesk", description="name of your desk, shown on published statements")
    base_url: str = Field(
        "", description="public address of the desk, for links in feeds; empty means the one it is asked under"
    )
    timezone: str = Field("UTC", description="time zone of charts and dates (IANA name)")
    language: str = Field("en", description="language of the pages (en, vi) where neither reader nor browser chose one")
    processes: int = Field(2, ge=1, le=16, description="processes that answer the desk's pages, beside each other on one port")
    session_hours: int = Field(12, gt=0, description="hours until a login ends")
    keep_unsaved_days: int = Field(30, ge=1, description="days until text that was typed and never saved is forgotten")
    approvers_only: bool = Field(False, description="statements are approved by approvers alone, not by other editors too")
    require_totp: tuple[RoleName, ...] = Field((), description="roles for whom nothing opens without a second factor")
    secure_cookies: bool = Field(False, description="set to true behind HTTPS")

    @property
    def together(self) -> int:
        """How many processes serve the desk: one where the system lets no two listen on one port."""
        return self.processes if hasattr(socket, "SO_REUSEPORT") else 1

    @property
    def address(self) -> str:
        """Where a browser finds the desk: ``base_url``, or the address that it listens on."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 # compared, not bound
        return (self.base_url or f"http://{host}:{self.port}").rstrip("/")


class AlertSettings(_Section):
    """Alerts of saved searches."""

    smtp_host: str = Field("", description="mail server that alerts are handed to; empty means no mail is sent")
    smtp_port: int = Field(587, gt=0, le=65535, description="port of the mail server: 587 for starttls, 465 for tls")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="starttls, tls or none; a password never goes over none, but to this machine itself"
    )
    smtp_user: str = Field("", description="login at the mail server; its password is the secret smtp_password")
    mail_from: str = Field("", description="address that alerts come from")
    mail_domains: tuple[str, ...] = Field((), description="domains that alerts may be mailed to; empty means any")
    allow_private_hosts: tuple[str, ...] = Field(
        (), description="host names of webhooks allowed on private or loopback addresses, and over http; *.name for subdomains"
    )
    most_attempts: int = Field(
        10, ge=1, le=50, description="tries until a delivery is given up: 30 s after the first, then twice as long each, to 1 h"
    )


class OpenIdSettings(_Section):
    """Sign-in with a newsroom's own OpenID provider."""

    issuer: str = Field(
        "",
        description="the provider's issuer (https://…), empty: off; its secret is the credential openid_client_secret",
    )
    client_id: str = Field("", description="what this desk is called at the provider")
    name: str = Field("our newsroom login", description="what the sign-in page calls the provider")
    scopes: tuple[str, ...] = Field(("openid", "profile", "email"), description="what the provider is asked to tell")
    domains: tuple[str, ...] = Field((), description="domains of verified addresses that may sign in; empty means every one")
    role_claim: str = Field("", description="claim whose values give a role, looked at at each sign-in; empty: none")
    roles: Mapping[str, RoleName] = Field({}, description="role by value of that claim; the first that fits counts")
    default_role: RoleName | Literal[""] = Field("", description="role of who has none by a claim; empty: not let in")


class DraftingSettings(_Section):
    """Optional help with first texts; off while no address is set."""

    url: str = Field(
        "",
        pattern=r"^$|^https?://[^\s]+$",
        description="base address of an OpenAI-compatible endpoint (http://127.0.0.1:11434/v1); empty: no drafting help",
    )
    model: str = Field("", description="name of the model that the endpoint is asked for")
    secret: str = Field("drafting_key", description="name of the secret that is sent to it as a bearer token, if there is one")
    timeout_s: float = Field(60.0, gt=0, le=600, description="seconds after which an answer is given up")


class Settings(BaseSettings):
    """All settings, frozen. Raises ``SettingsError`` through ``load_settings`` only."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix="FACTDESK_",
        env_nested_delimiter="__",
        nested_model_default_partial_update=True,
        hide_input_in_errors=True,  # it may be a secret
    )

    data: Path = Field(Path(".data"), description="folder of the database, the archive and the index")
    store: str = Field("", description="database URL; empty means SQLite in the data folder")
    index: str = Field("", description="sqlite:///PATH or http(s)://HOST:9200/PREFIX; empty means SQLite in the data folder")
    policy: Path | None = Field(
        None, description="file of what believing a false claim could cost, by subject; empty means config/policy.toml"
    )
    workers: int = Field(1, ge=1, le=64, description="processes that read pages ahead of the one that checks them")
    log_level: str = Field("warning", description="debug, info, warning or error")
    secrets_file: Path | None = Field(
        None, description='file of credentials, NAME = "value" a line (TOML); only its owner and group may read it'
    )
    secrets: Mapping[str, SecretStr] = Field(
        {}, description="credentials by name, as FACTDESK_SECRETS__NAME or in secrets_file; never in factdesk.toml"
    )
    collector: CollectorSettings = CollectorSettings()
    check: CheckSettings = CheckSettings()
    elastic: ElasticSettings = ElasticSettings()
    desk: DeskSettings = DeskSettings()
    openid: OpenIdSettings = OpenIdSettings()
    drafting: DraftingSettings = DraftingSettings()
    alerts: AlertSettings = AlertSettings()

    @model_validator(mode="after")
    def _resolve(self) -> Self:
        data = self.data.expanduser().absolute()
        object.__setattr__(self, "data", data)
        if not self.store:
            object.__setattr__(self, "store", f"sqlite:///{data / 'factdesk.sqlite3'}")
        if not self.index:
            object.__setattr__(self, "index", f"sqlite:///{data / 'index.sqlite3'}")
        kept = _kept_secrets(self.secrets_file) if self.secrets_file else {}
        object.__setattr__(self, "secrets", {name: _sound(name, value) for name, value in (kept | {**self.secrets}).items()})
        return self

    @property
    def archive(self) -> Path:
        """Folder of the WARC files."""
        return self.data / "archive"

    @property
    def trained(self) -> Path:
        """Folder of the models that this desk's reviews taught."""
        return self.data / "models"

    @classmethod
    def settings_customise_sources(  # noqa: PLR0917 # pydantic-settings gives the signature
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order of precedence: arguments, environment, the file."""
        del dotenv_settings, file_secret_settings
        return (init_settings, env_settings, _SettingsFile(settings_cls, settings_path()))


class _SettingsFile(TomlConfigSettingsSource):
    """``factdesk.toml``, which is shown around and kept in version control: no place for a credential."""

    def __call__(self) -> dict[str, object]:
        told: dict[str, object] = super().__call__()
        if "secrets" in told:
            raise SettingsError(
                f"{settings_path()} holds secrets.", remedy="Put them into FACTDESK_SECRETS__NAME variables or secrets_file."
            )
        return told


def _kept_secrets(path: Path) -> dict[str, SecretStr]:
    """Read the secrets file. Raises ``SettingsError`` when others may read it or it is none; no value is in the words."""
    path = path.expanduser()
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if mode & _READABLE_BY_ALL:
                raise SettingsError(
                    f"Every user of this machine may read or change the secrets file {path}.", remedy=f"Run: chmod 600 {path}"
                )
            told = tomllib.load(file)
    except OSError as error:
        raise SettingsError(
            f"The secrets file {path} cannot be read: {error.strerror}.", remedy="Correct secrets_file."
        ) from error
    except ValueError:
        raise SettingsError(f"The secrets file {path} is no TOML.", remedy='Write NAME = "value", one a line.') from None
    if bad := [name for name, value in told.items() if not isinstance(value, str)]:
        raise SettingsError(f"In the secrets file {path}, {bad[0]} is no text.", remedy='Write NAME = "value", one a line.')
    return {name: SecretStr(value) for name, value in told.items()}


def _sound(name: str, value: SecretStr) -> SecretStr:
    """Return a secret without blanks around it. Raises ``SettingsError`` for one that could not stand in a header."""
    text = value.get_secret_value().strip()
    if not _SECRET_NAME.fullmatch(name):
        raise SettingsError(f"{name[:60]!r} is no name of a secret.", remedy="Use small letters, digits and underscores.")
    if not text or not text.isascii() or not text.isprintable():
        raise SettingsError(
            f"The secret {name} is empty or holds characters that no key has.", remedy="Copy it again, on one line."
        )
    return SecretStr(text)


def settings_path() -> Path:
    """Return the settings file: ``$FACTDESK_CONFIG`` or ``factdesk.toml`` in the working directory."""
    return Path(os.environ.get("FACTDESK_CONFIG", "factdesk.toml"))


def config_folder() -> Path:
    """Return the folder of data files that ship with Factdesk (``config/`` in a checkout)."""
    packaged = Path(__file__).parent / "config"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "config"


def load_settings(**overrides: object) -> Settings:
    """Read the settings. Raises ``SettingsError`` that names the setting, what is wrong and where it is set."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type] # pydantic checks each value
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"Setting {name}: {first['msg']}.", remedy=f"Correct it in {settings_path()} or in its FACTDESK_ variable."
        ) from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"{settings_path()} cannot be read: {error}.", remedy="Check its TOML syntax.") from error


def described(settings: Settings) -> list[tuple[str, str, str]]:
    """Return (dotted name, value, meaning) of every setting; of secrets the names alone, and no password of a URL."""
    rows: list[tuple[str, str, str]] = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, _Section):
            rows += [
                (f"{name}.{inner}", _shown(getattr(value, inner)), section.description or "")
                for inner, section in type(value).model_fields.items()
            ]
        else:
            rows.append((name, _shown(value), field.description or ""))
    return rows


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(sorted(value)) or "none"
    return re.sub(r"(://[^:/@\s]*):[^@/\s]+@", r"\1:***@", str(value))
