"""how long attempts take: a histogram that every worker adds to."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('attempt_times',
    sa.Column('up_to_ms', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('attempts', sa.BigInteger(), nullable=False),
    sa.Column('seconds', sa.Double(), nullable=False),
    sa.PrimaryKeyConstraint('up_to_ms', name=op.f('pk_attempt_times'))
    )


def downgrade() -> None:
    op.drop_table('attempt_times')
