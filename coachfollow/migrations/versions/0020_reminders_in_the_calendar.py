"""somebody has the reminders of their plan in their calendar instead of by mail, at an address of its own."""

import sqlalchemy as sa
from alembic import op

from coachfollow.extensions import UtcDateTime

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('plans', sa.Column('calendar_since', UtcDateTime(), nullable=True))
    op.create_table('calendar_feeds',
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('person_version', sa.Integer(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_calendar_feeds_person_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['plan_id'], ['plans.id'], name=op.f('fk_calendar_feeds_plan_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('plan_id', name=op.f('pk_calendar_feeds')),
    sa.UniqueConstraint('hash', name=op.f('uq_calendar_feeds_hash')),
    sa.UniqueConstraint('public_id', name=op.f('uq_calendar_feeds_public_id'))
    )
    op.create_index(op.f('ix_calendar_feeds_person_id'), 'calendar_feeds', ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_table('calendar_feeds')
    op.execute("ALTER TABLE plans DROP COLUMN calendar_since")
