"""Until when someone has been a leader, who is none any more: what is theirs stays within their reach."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column. Of the facilitators, only those who have written have been leaders; nobody knows until when."""
    op.add_column("membership", sa.Column("led_until", sa.DateTime()))
    op.execute("UPDATE membership SET led_until = until WHERE role = 'leader'")
    op.execute(
        "UPDATE membership SET led_until = coalesce(until, CURRENT_TIMESTAMP) WHERE role = 'facilitator' AND EXISTS"
        " (SELECT 1 FROM answer_head AS own WHERE own.gathering = membership.gathering AND own.person = membership.person)"
    )
