"""who was erased is found by an index: every drain asks."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

ERASED = sa.text('erased_at IS NOT NULL')


def upgrade() -> None:
    op.create_index('ix_people_erased', 'people', ['public_id'], unique=False, sqlite_where=ERASED, postgresql_where=ERASED)


def downgrade() -> None:
    op.drop_index('ix_people_erased', table_name='people', sqlite_where=ERASED, postgresql_where=ERASED)
