"""a place at the mail server knows how often in a row the server refused."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('drain_lease', schema=None) as batch_op:
        batch_op.add_column(sa.Column('failures', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('drain_lease', schema=None) as batch_op:
        batch_op.alter_column('failures', existing_type=sa.Integer(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('drain_lease', schema=None) as batch_op:
        batch_op.drop_column('failures')
