"""Secrets that the desk has to read again are sealed in the store, open for their person alone, and a lost key is said."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import Engine, select, update

from factdesk.accounts import second_factor
from factdesk.errors import SettingsError
from factdesk.store import saved_searches
from factdesk.store.alert_tables import saved_searches as searches
from factdesk.store.database import reading, writing
from factdesk.store.saved_searches import Wanted
from factdesk.store.sealing import SealedError, Sealer, kept, of_app, of_hook, opened, seal_all
from factdesk.store.staff_tables import second_factors
from factdesk.store.users import user_by_id
from tests.stores import NOW, add_person

SEALER, OTHER = Sealer("a key of the river desk, kept apart"), Sealer("another key, of the mountain desk alone")
HOOKED = Wanted("Dams", {"q": "dam"}, hook_url="https://hooks.example/a")


def rows(store: Engine) -> str:
    """Return all that the store holds of these secrets."""
    with reading(store) as connection:
        apps = connection.execute(select(second_factors)).all()
        return f"{apps} {connection.execute(select(searches)).all()}"


def test_a_seal_opens_with_its_key_for_its_person_alone() -> None:
    clear, sealed = kept(SEALER, "JBSWY3DP", of=of_app(3))
    assert (clear, "JBSWY3DP" in sealed) == ("", False)
    assert opened(SEALER, sealed, of=of_app(3)) == "JBSWY3DP"
    assert kept(None, "JBSWY3DP", of=of_app(3)) == ("JBSWY3DP", "")
    assert opened(None, "JBSWY3DP", of=of_app(3)) == opened(SEALER, "JBSWY3DP", of=of_app(3)) == "JBSWY3DP"
    with pytest.raises(SealedError, match="another key"):
        opened(OTHER, sealed, of=of_app(3))
    with pytest.raises(SealedError, match="somebody else"):
        opened(SEALER, sealed, of=of_app(4))
    with pytest.raises(SealedError, match="another key"):
        opened(SEALER, f"{sealed[:-4]}AAAA", of=of_app(3))
    with pytest.raises(SealedError, match=r"key .* is missing\. Set the secret store_key"):
        opened(None, sealed, of=of_app(3))
    with pytest.raises(SettingsError, match="too short"):
        Sealer("short")
    assert "river" not in repr(SEALER)


def test_an_authenticators_secret_is_nowhere_in_clear_and_still_signs_in(store: Engine) -> None:
    person = add_person(store, "mara")
    secret = second_factor.begin(store, person, sealer=SEALER)
    assert second_factor.begin(store, person, sealer=SEALER) == secret
    codes = second_factor.confirm(store, person, code=pyotp.TOTP(secret).at(NOW), session="none", at=NOW, sealer=SEALER)
    assert secret not in rows(store)
    with reading(store) as connection:
        half = second_factor.half_login(store, user_by_id(connection, person), at=NOW)
    later = NOW + timedelta(seconds=60)
    code = pyotp.TOTP(secret).at(later)
    assert second_factor.has(store, person)
    with pytest.raises(SealedError):
        second_factor.complete(store, half, code=code, at=later)
    assert second_factor.complete(store, half, code=code, at=later, sealer=SEALER).id == person
    with reading(store) as connection:
        half = second_factor.half_login(store, user_by_id(connection, person), at=later)
    assert second_factor.complete(store, half, code=codes[0], at=later).id == person


def test_what_lay_in_clear_is_sealed_and_means_the_same(store: Engine) -> None:
    person = add_person(store, "mara")
    secret = second_factor.begin(store, person)
    search = saved_searches.save(store, person, HOOKED, at=NOW)
    assert search.hook_secret in rows(store)
    assert (seal_all(store, SEALER), seal_all(store, SEALER)) == (2, 0)
    assert secret not in rows(store)
    assert search.hook_secret not in rows(store)
    assert second_factor.begin(store, person, sealer=SEALER) == secret
    (now,) = saved_searches.of_person(store, person)
    assert opened(SEALER, now.hook_secret, of=of_hook(person)) == search.hook_secret


def test_a_webhooks_secret_is_kept_while_the_webhook_is_and_made_anew_with_it(store: Engine) -> None:
    person = add_person(store, "mara")
    first = saved_searches.save(store, person, HOOKED, at=NOW, sealer=SEALER)
    clear = opened(SEALER, first.hook_secret, of=of_hook(person))
    assert len(clear) == 64
    assert clear not in rows(store)
    moved = Wanted("Dams", {"q": "dam"}, hook_url="https://hooks.example/b")
    with writing(store) as connection:
        same = saved_searches.change(connection, first.id, HOOKED, user_id=person, sealer=SEALER)
        other = saved_searches.change(connection, first.id, moved, user_id=person, sealer=SEALER)
        renewed = saved_searches.renew(connection, first.id, user_id=person, sealer=SEALER)
        off = saved_searches.change(connection, first.id, Wanted("Dams", {"q": "dam"}), user_id=person, sealer=SEALER)
        connection.execute(update(searches).values(active=False))
    told = [opened(SEALER, one.hook_secret, of=of_hook(person)) for one in (same, other, renewed)]
    assert (told[0], len({clear, *told}), off.hook_secret) == (clear, 3, "")
