"""what outlived its sender is found at once, however much is due beside it."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

LAPSED = sa.text("state = 'queued' AND lapses > 0")


def upgrade() -> None:
    op.create_index('ix_messages_lapsed', 'messages', ['send_at', 'id'], unique=False, sqlite_where=LAPSED, postgresql_where=LAPSED)


def downgrade() -> None:
    op.drop_index('ix_messages_lapsed', table_name='messages', sqlite_where=LAPSED, postgresql_where=LAPSED)
