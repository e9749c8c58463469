"""the numbers by month read an index in its own order, without sorting every follow-up there is."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

COUNTED = sa.text('outcome IS NOT NULL')
COLUMNS = ['cohort_id', 'local_date', 'outcome', 'plan_id', 'due_at']


def upgrade() -> None:
    op.create_index('ix_touchpoints_months', 'touchpoints', COLUMNS, unique=False, sqlite_where=COUNTED, postgresql_where=COUNTED)


def downgrade() -> None:
    op.drop_index('ix_touchpoints_months', table_name='touchpoints', sqlite_where=COUNTED, postgresql_where=COUNTED)
