"""a programme says after how many unanswered questions nothing reminds, and a plan since when nothing does."""

import sqlalchemy as sa
from alembic import op

from coachfollow.extensions import UtcDateTime

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

SPELL = ('silent_since', 'back_at')


def upgrade() -> None:
    op.add_column('programme_versions', sa.Column('silent_after', sa.Integer(), nullable=True))
    for name in SPELL:
        op.add_column('plans', sa.Column(name, UtcDateTime(), nullable=True))


def downgrade() -> None:
    for name in reversed(SPELL):
        op.drop_column('plans', name)
    op.drop_column('programme_versions', 'silent_after')
