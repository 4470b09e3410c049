"""Random people take random steps for as long as they like: nothing becomes public by one identity, whatever its role.

Each step that works is looked at from outside: only publishing changes what the public sees, and what it then sees was approved
by somebody who wrote none of it, waived nothing in it and took nothing of a model's over.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Engine, select

from factdesk.editorial import editing, gatekeeping, machine, statements, versions
from factdesk.editorial.drafting import Material
from factdesk.editorial.editing import Edit, version_of
from factdesk.editorial.gate import problems
from factdesk.editorial.statement import State, Statement
from factdesk.editorial.versions import Beginning
from factdesk.errors import FactdeskError
from factdesk.store import roles
from factdesk.store.database import reading
from factdesk.store.tables import audit
from tests.editorial.conftest import Room
from tests.editorial.test_drafting import DRAFTED
from tests.editorial.test_statements import draft
from tests.stores import NOW, add_person

WORDS = st.sampled_from(("Both stayed shut all night.", "Engineers inspected the gates.", "Three bridges fell.", ""))
PEOPLE = st.integers(0, 20)


@dataclass(frozen=True)
class Cast:
    """Who acts: any of ``people`` takes each step; ``published`` are the statements that became public."""

    room: Room
    people: tuple[int, ...]
    published: list[int] = field(default_factory=list)


class Desk(RuleBasedStateMachine):
    """A statement and people who do what comes into their heads."""

    cast: Cast

    @initialize()
    def begin(self) -> None:
        self.engine: Engine = self.cast.room.engine
        self.number = draft(self.cast.room).id
        self.stale = self.now()

    def now(self) -> Statement:
        return statements.get(self.engine, self.number)

    def step(self, act: Callable[[], object]) -> bool:
        """Take a step that may be refused; what the public sees is changed by publishing alone."""
        before = self.now()
        try:
            act()
        except FactdeskError:
            return False
        finally:
            assert act.__name__ == "publish" or self.now().visible == before.visible
        return True

    def who(self, number: int) -> int:
        return self.cast.people[number % len(self.cast.people)]

    @rule(person=PEOPLE, words=WORDS, old=st.booleans())
    def edit(self, person: int, *, words: str, old: bool) -> None:
        seen = self.stale if old else self.now()
        text = version_of(seen.newest)
        mine = replace(text, body=f"{text.body}\n\n{words}".strip(), note="A word was wrong.")

        def save() -> None:
            edit = Edit(mine, seen.revision)
            editing.save(self.engine, self.number, user_id=self.who(person), edit=edit, at=NOW)

        self.step(save)

    @rule(person=PEOPLE)
    def waive(self, person: int) -> None:
        for ruling in problems(gatekeeping.standing(self.engine, self.number)):
            told = {"key": ruling.key, "reason": "Said for a test.", "at": NOW}

            def waive(told: dict[str, object] = told) -> None:
                gatekeeping.waive(self.engine, self.number, user_id=self.who(person), **told)  # type: ignore[arg-type]

            self.step(waive)

    @rule(person=PEOPLE, expected=st.booleans())
    def machine_draft(self, person: int, *, expected: bool) -> None:
        seen = self.now() if expected else self.stale
        material = Material("en", seen.claim_text, tuple(one.passage for one in seen.citations))
        told = {"drafted": DRAFTED, "material": material, "expected_revision": seen.revision, "at": NOW}

        def draft_it() -> None:
            statements.save_drafted(self.engine, self.number, user_id=self.who(person), **told)  # type: ignore[arg-type]

        self.step(draft_it)

    @rule(person=PEOPLE)
    def take_over(self, person: int) -> None:
        digest = self.now().digest

        def take() -> None:
            machine.take_over(self.engine, self.number, user_id=self.who(person), digest=digest, at=NOW)

        self.step(take)

    @rule(person=PEOPLE, step=st.sampled_from(("submit", "send_back", "withdraw")))
    def move(self, person: int, *, step: str) -> None:
        told = {} if step == "submit" else {"reason": "Because."}

        def go() -> None:
            getattr(statements, step)(self.engine, self.number, user_id=self.who(person), at=NOW, **told)

        if step != "withdraw" or self.now().visible is not None:
            self.step(go)

    @rule(person=PEOPLE, old=st.booleans())
    def approve(self, person: int, *, old: bool) -> None:
        digest = (self.stale if old else self.now()).digest

        def go() -> None:
            statements.approve(self.engine, self.number, user_id=self.who(person), digest=digest, at=NOW)

        self.step(go)

    @rule(first=PEOPLE, second=PEOPLE, third=PEOPLE)
    def hurry(self, first: int, *, second: int, third: int) -> None:
        """Submit, approve and publish at once: the whole way in one step, so that the dice come to its end often enough."""
        self.move(first, step="submit")
        self.approve(second, old=False)
        self.publish(third)

    @rule(person=PEOPLE)
    def look_again(self, person: int) -> None:
        del person
        self.stale = self.now()

    @rule(person=PEOPLE)
    def begin_a_language(self, person: int) -> None:
        def go() -> None:
            beginning = Beginning("es", "Abrieron las compuertas.")
            made = versions.begin(self.engine, self.number, user_id=self.who(person), beginning=beginning, at=NOW)
            assert (made.visible, made.approver, made.state) == (None, None, State.DRAFT)

        self.step(go)

    @rule(person=PEOPLE)
    def publish(self, person: int) -> None:
        before = self.now()

        def publish() -> None:
            statements.publish(self.engine, self.number, user_id=self.who(person), at=NOW)

        if not self.step(publish):
            assert self.now().visible == before.visible
            return
        shown = self.now()
        assert shown.visible == before.newest
        assert shown.approver is not None
        assert shown.approver not in shown.authors
        assert shown.approver not in self.hands()
        assert shown.machine is None or shown.machine.taken_by is not None
        assert len(set(self.cast.people)) > 1
        self.cast.published.append(self.number)

    def hands(self) -> set[int | None]:
        """Return who waived or took over something of the statement."""
        acted = audit.c.action.in_(("statement.waived", "statement.taken_over"))
        with reading(self.engine) as connection:
            own = select(audit.c.user_id).where(audit.c.subject == f"statement:{self.number}", acted)
            return set(connection.execute(own).scalars())


def everybody(room: Room) -> dict[str, int]:
    return {role: add_person(room.engine, f"{role}-1", role) for role in roles.Role}


def play(cast: Cast, *, examples: int) -> None:
    told = settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        database=None,
    )
    run_state_machine_as_test(type("Played", (Desk,), {"cast": cast}), settings=told)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_whatever_people_of_all_roles_do_a_second_person_stands_behind_what_is_public(room: Room) -> None:
    told = everybody(room)
    cast = Cast(room, (room.writer, room.second, told["approver"], told["manager"], told["administrator"]))
    play(cast, examples=25)
    assert cast.published  # the dice found the way that is open


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_one_person_alone_publishes_nothing_whatever_the_role(room: Room) -> None:
    for person in (room.writer, *everybody(room).values()):
        play(Cast(room, (person,)), examples=4)
