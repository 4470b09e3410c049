"""Takes what is due out of the outbox and sends it, several at a time so that one slow receiver keeps nobody waiting.

A delivery is claimed for a time: one whose courier dies on the way is sent again, under the same key.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine

from factdesk.alerts.mail import Envelope, send_mail
from factdesk.alerts.message import letter, payload
from factdesk.alerts.webhook import Call, post
from factdesk.errors import DeliveryError, SettingsError, StoreError
from factdesk.settings import Settings
from factdesk.store import alerts
from factdesk.store.alerts import Delivery
from factdesk.store.database import open_store, writing
from factdesk.store.sealing import SealedError, Sealer, of_hook, opened

LOOK_EVERY_S = 0.5
_AT_A_TIME = 8
_KEPT = timedelta(days=30)
_TIDY_EVERY = timedelta(hours=6)
_log = structlog.get_logger("factdesk.alerts")


class Stop(Protocol):
    """Tells the courier to end: a ``threading`` or ``multiprocessing`` event."""

    def is_set(self) -> bool:
        """Say whether it is time to end."""
        ...

    def wait(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds for the end."""
        ...


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Courier:
    """Sends for one store; ``now`` gives the present instant."""

    settings: Settings
    engine: Engine
    now: Callable[[], datetime] = utc_now
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="alert"))
    _under_way: set[Future[None]] = field(default_factory=set)

    def look(self) -> int:
        """Start sending what is due, as far as hands are free; return how many were started. Raises ``StoreError``."""
        self._under_way = {future for future in self._under_way if not future.done()}
        free = _AT_A_TIME - len(self._under_way)
        if not free:
            return 0
        with writing(self.engine) as connection:
            due = alerts.claim(connection, now=self.now(), limit=free) if alerts.is_due(connection, now=self.now()) else []
        self._under_way |= {self._pool.submit(self._deliver, delivery) for delivery in due}
        return len(due)

    def send_all(self) -> int:
        """Send everything that is due now and wait for it; return how many were sent or failed."""
        number = 0
        while started := self.look():
            wait(self._under_way)
            number += started
        return number

    def tidy(self) -> None:
        """Forget deliveries that ended long ago."""
        with writing(self.engine) as connection:
            alerts.forget_ended(connection, before=self.now() - _KEPT)

    def close(self) -> None:
        """Wait for what is under way, no longer than its receivers may take."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _deliver(self, delivery: Delivery) -> None:
        """Send one and write down what became of it; a store that is away leaves it claimed, and it comes again."""
        try:
            self._end(delivery)
        except StoreError as error:
            _log.warning("what became of an alert could not be noted", delivery=delivery.id, why=str(error))

    def _end(self, delivery: Delivery) -> None:
        try:
            said = send(self.settings, delivery, at=self.now())
        except DeliveryError as error:
            self._failed(delivery, reason=str(error), final=error.final)
        except (SettingsError, SealedError) as error:
            self._failed(delivery, reason=str(error))
        except Exception as error:  # noqa: BLE001 # one receiver's surprise must not end the courier; it is told on the page
            _log.exception("an alert broke", delivery=delivery.id)
            self._failed(delivery, reason=f"{type(error).__name__}: {error}")
        else:
            with writing(self.engine) as connection:
                alerts.sent(connection, delivery, at=self.now(), reason=said)

    def _failed(self, delivery: Delivery, *, reason: str, final: bool = False) -> None:
        zone, most = ZoneInfo(self.settings.desk.timezone), self.settings.alerts.most_attempts
        with writing(self.engine) as connection:
            over = alerts.failed(connection, delivery, at=self.now(), reason=reason, zone=zone, most=most, final=final)
        _log.warning("an alert was given up" if over else "an alert is put off", delivery=delivery.id, why=reason)


def send(settings: Settings, delivery: Delivery, *, at: datetime) -> str:
    """Send one delivery over its channel; return what the receiver said.

    Raises ``DeliveryError``, ``SettingsError`` and ``SealedError``.
    """
    wanted = delivery.search.wanted
    if delivery.channel == "email":
        return send_mail(settings, Envelope(letter(delivery, settings), wanted.email, delivery.key, at))
    body = payload(delivery, settings)
    secret = opened(Sealer.of(settings), delivery.search.hook_secret, of=of_hook(delivery.search.user_id))
    call = Call(wanted.hook_url, body, secret, delivery.key, delivery.attempts)
    return post(settings, call, at=at)


def run_courier(settings: Settings, *, stop: Stop) -> None:
    """Send what is due until ``stop`` is set; a store that is away is asked again."""
    courier, away, tidied = Courier(settings, open_store(settings.store)), False, utc_now()
    try:
        while not stop.is_set():
            try:
                courier.look()
                if utc_now() - tidied > _TIDY_EVERY:
                    courier.tidy()
                    tidied = utc_now()
                away = False
            except StoreError as error:
                if not away:
                    _log.warning("alerts wait", why=str(error))
                away = True
            stop.wait(LOOK_EVERY_S)
    finally:
        courier.close()
        courier.engine.dispose()
