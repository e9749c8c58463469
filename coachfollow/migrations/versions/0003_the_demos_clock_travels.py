"""the demo's clock remembers where it set out and where it is heading."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('clock_shift', schema=None) as batch_op:
        batch_op.add_column(sa.Column('moves', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('set_out_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('heading_for', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('clock_shift', schema=None) as batch_op:
        batch_op.alter_column('moves', existing_type=sa.Integer(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('clock_shift', schema=None) as batch_op:
        batch_op.drop_column('heading_for')
        batch_op.drop_column('set_out_at')
        batch_op.drop_column('moves')
