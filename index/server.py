"""What is known of an Elasticsearch cluster besides the address of one of its nodes."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from factdesk.settings import Settings


@dataclass(frozen=True, slots=True)
class Server:
    """What is known of a cluster besides the address of one of its nodes, and what indices on it are made with.

    ``hosts`` are further nodes. ``replicas`` of None follows the number of nodes. ``policy`` names the lifecycle policy of
    documents and claims, which is made when there is none of that name.
    """

    hosts: tuple[str, ...] = ()
    user: str = ""
    password: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    ca: Path | None = None
    replicas: int | None = None
    policy: str = "factdesk"
    timeout_s: float = 30.0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what the settings and the secrets ``elastic_api_key`` and ``elastic_password`` say."""
        secrets = {name: value.get_secret_value() for name, value in settings.secrets.items()}
        told = settings.elastic
        return cls(
            *(told.hosts, told.user, secrets.get("elastic_password"), secrets.get("elastic_api_key"), told.ca_certificate),
            *(told.replicas, told.policy, told.timeout_s),
        )
