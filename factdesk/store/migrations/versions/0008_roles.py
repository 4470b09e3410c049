"""three more roles: approver, administrator and read-only.

On SQLite a rule of a table is changed where the table is written down, as https://sqlite.org/lang_altertable.html#otheralter
describes: making ``users`` anew would take along all that goes with a person.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_THREE = "role IN ('analyst', 'editor', 'manager')"
_SIX = "role IN ('analyst', 'editor', 'approver', 'manager', 'administrator', 'read-only')"


def upgrade() -> None:
    """Apply."""
    _change(_THREE, to=_SIX)


def downgrade() -> None:
    """Take back; who has a new role reads as a manager does, and nobody may write more than before."""
    op.execute("UPDATE users SET role = 'manager' WHERE role NOT IN ('analyst', 'editor', 'manager')")
    _change(_SIX, to=_THREE)


def _change(rule: str, *, to: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_users_role"), "users", type_="check")
        op.create_check_constraint(op.f("ck_users_role"), "users", to)
        return
    run = op.get_bind().exec_driver_sql
    version = run("PRAGMA schema_version").scalar_one()
    run("PRAGMA writable_schema = ON")
    run("UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'users'", (rule, to))
    run(f"PRAGMA schema_version = {version + 1}")
    run("PRAGMA writable_schema = RESET")
