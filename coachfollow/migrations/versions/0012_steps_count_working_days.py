"""a step says which days its distance counts."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('steps', schema=None) as batch_op:
        batch_op.add_column(sa.Column('day_kind', sa.String(length=24), nullable=False, server_default='calendar'))
        batch_op.create_check_constraint(op.f('ck_steps_day_kind'), "day_kind IN ('calendar', 'working')")
    with op.batch_alter_table('steps', schema=None) as batch_op:
        batch_op.alter_column('day_kind', existing_type=sa.String(length=24), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('steps', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_steps_day_kind'), type_='check')
        batch_op.drop_column('day_kind')
