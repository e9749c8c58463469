"""people choose a rhythm: how many reminders, a weekday, a time of day; a programme says what of it."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

KINDS = ('moved', 'meeting_set', 'prolonged', 'skipped', 'added', 'paused', 'resumed', 'stopped', 'silenced', 'fitted', 'adapted')
LATER = ('held', 'not_held', 'undone')


def upgrade() -> None:
    _allow((*KINDS, 'tempo', *LATER))
    op.add_column('programme_versions', sa.Column('allows', sa.Text(), nullable=True))
    # both databases know it as it is written here; a table of plans would be copied otherwise
    op.execute("ALTER TABLE plans ADD COLUMN pace VARCHAR(24) CONSTRAINT ck_plans_pace CHECK (pace IN ('lighter', 'normal', 'closer'))")
    op.add_column('plans', sa.Column('weekday', sa.SmallInteger(), nullable=True))
    op.add_column('plans', sa.Column('preferred_time', sa.Time(), nullable=True))


def downgrade() -> None:
    for name in ('preferred_time', 'weekday', 'pace'):
        op.execute(f'ALTER TABLE plans DROP COLUMN {name}')
    op.drop_column('programme_versions', 'allows')
    op.execute("""UPDATE plan_changes SET kind = 'fitted', facts = replace(facts, '"kind":"tempo"', '"kind":"fitted"') WHERE kind = 'tempo'""")
    _allow((*KINDS, *LATER))


def _allow(kinds: tuple[str, ...]) -> None:
    """Say anew which kinds of decisions there are."""
    said = ', '.join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table('plan_changes', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_plan_changes_kind'), type_='check')
        batch_op.create_check_constraint(op.f('ck_plan_changes_kind'), f'kind IN ({said})')
