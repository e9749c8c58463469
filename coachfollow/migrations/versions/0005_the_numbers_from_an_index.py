"""the numbers are counted from an index: what became of a follow-up, teams and coaches by their spells."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

OUTCOME = """CASE
WHEN kind = 'reinforcement_prompt' OR state = 'cancelled' THEN NULL
WHEN state = 'excused' THEN 4
WHEN state = 'completed' AND settled_at <= grace_until THEN 1
WHEN state = 'completed' THEN 2
WHEN state = 'missed' AND undeliverable THEN 5
WHEN state = 'missed' THEN 3
WHEN undeliverable THEN 6
ELSE 0 END"""

COUNTED = sa.text('outcome IS NOT NULL')
SPELLS = (('memberships', 'person_id', 'team_id'), ('coachings', 'plan_id', 'coach_id'))


def upgrade() -> None:
    op.drop_index('ix_touchpoints_numbers', table_name='touchpoints')
    with op.batch_alter_table('touchpoints', schema=None) as batch_op:
        batch_op.add_column(sa.Column('outcome', sa.SmallInteger(), sa.Computed(OUTCOME, persisted=True), nullable=True))
    op.create_index('ix_touchpoints_numbers', 'touchpoints', ['plan_id', 'outcome', 'due_at', 'local_date'], unique=False, sqlite_where=COUNTED, postgresql_where=COUNTED)
    for table, of, value in SPELLS:
        op.create_index(f'ix_{table}_spells', table, [of, 'from_at', 'to_at', value], unique=False)
        op.drop_index(f'ix_{table}_{of}', table_name=table)


def downgrade() -> None:
    for table, of, _ in SPELLS:
        op.create_index(f'ix_{table}_{of}', table, [of], unique=False)
        op.drop_index(f'ix_{table}_spells', table_name=table)
    op.drop_index('ix_touchpoints_numbers', table_name='touchpoints', sqlite_where=COUNTED, postgresql_where=COUNTED)
    op.execute('ALTER TABLE touchpoints DROP COLUMN outcome')
    op.create_index('ix_touchpoints_numbers', 'touchpoints', ['cohort_id', 'local_date', 'kind', 'state', 'plan_id', 'due_at', 'grace_until', 'settled_at', 'undeliverable'], unique=False)
