"""a programme says what answers change, a decision can be an adaptation, and its reason stands in a row of its own."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

RULES = ('no_opportunity_days', 'barrier_days', 'as_intended_in_a_row', 'as_intended_days')
KINDS = ('moved', 'meeting_set', 'prolonged', 'skipped', 'added', 'paused', 'resumed', 'stopped', 'silenced', 'fitted')
MARKS = ('held', 'not_held', 'undone')


def upgrade() -> None:
    for name in RULES:
        op.add_column('programme_versions', sa.Column(name, sa.Integer(), nullable=True))
    _allow((*KINDS, 'adapted', *MARKS))
    op.create_table('adaptations',
    sa.Column('change_id', sa.Integer(), nullable=False),
    sa.Column('touchpoint_id', sa.Integer(), nullable=False),
    sa.Column('cause', sa.Enum('no_opportunity', 'barrier', 'as_intended', name='cause', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.ForeignKeyConstraint(['change_id'], ['plan_changes.id'], name=op.f('fk_adaptations_change_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['touchpoint_id'], ['touchpoints.id'], name=op.f('fk_adaptations_touchpoint_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('change_id', name=op.f('pk_adaptations'))
    )


def downgrade() -> None:
    op.drop_table('adaptations')
    op.execute("""UPDATE plan_changes SET kind = 'fitted', facts = replace(facts, '"kind":"adapted"', '"kind":"fitted"') WHERE kind = 'adapted'""")
    _allow((*KINDS, *MARKS))
    for name in reversed(RULES):
        op.drop_column('programme_versions', name)


def _allow(kinds: tuple[str, ...]) -> None:
    """Say anew which kinds of decisions there are."""
    said = ', '.join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table('plan_changes', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_plan_changes_kind'), type_='check')
        batch_op.create_check_constraint(op.f('ck_plan_changes_kind'), f'kind IN ({said})')
