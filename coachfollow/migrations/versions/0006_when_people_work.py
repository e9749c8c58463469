"""when people work: holidays by region, leave, rosters, closed days and quiet hours."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

KINDS = ('moved', 'meeting_set', 'prolonged', 'skipped', 'added', 'paused', 'resumed', 'stopped', 'silenced', 'undone')
STANDING = sa.text('withdrawn_at IS NULL')


def upgrade() -> None:
    op.add_column('people', sa.Column('holiday_region', sa.Text(), nullable=True))
    op.add_column('organisations', sa.Column('holiday_region', sa.Text(), nullable=True))
    op.add_column('organisations', sa.Column('quiet_since', sa.Time(), nullable=True))
    op.add_column('organisations', sa.Column('quiet_until', sa.Time(), nullable=True))
    _spells('leave_spells', 'person_id', 'people.id', sa.Column('from_noon', sa.Boolean(), nullable=False), sa.Column('until_noon', sa.Boolean(), nullable=False))
    op.create_index('ix_leave_spells_person_id', 'leave_spells', ['person_id', 'last_day'], unique=False)
    _spells('closed_spells', 'organisation_id', 'organisations.id')
    op.create_index('ix_closed_spells_organisation_id', 'closed_spells', ['organisation_id'], unique=False, sqlite_where=STANDING, postgresql_where=STANDING)
    op.create_table('roster_days',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('hours', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_roster_days_person_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_days')),
    sa.UniqueConstraint('person_id', 'day', name=op.f('uq_roster_days_person_id_day'))
    )
    _allow((*KINDS[:-1], 'fitted', KINDS[-1]))


def downgrade() -> None:
    op.execute("""UPDATE plan_changes SET kind = 'moved', facts = replace(facts, '"kind":"fitted"', '"kind":"moved"') WHERE kind = 'fitted'""")
    _allow(KINDS)
    for table in ('roster_days', 'closed_spells', 'leave_spells'):
        op.drop_table(table)
    for table, columns in (('organisations', ('quiet_until', 'quiet_since', 'holiday_region')), ('people', ('holiday_region',))):
        for column in columns:
            op.drop_column(table, column)


def _spells(table: str, of: str, target: str, *more: sa.Column[bool]) -> None:
    op.create_table(table,
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column(of, sa.Integer(), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    *more,
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entered_by_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('first_day <= last_day', name=op.f(f'ck_{table}_in_order')),
    sa.ForeignKeyConstraint([of], [target], name=op.f(f'fk_{table}_{of}'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['entered_by_id'], ['people.id'], name=op.f(f'fk_{table}_entered_by_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}'))
    )


def _allow(kinds: tuple[str, ...]) -> None:
    """Say anew which kinds of decisions there are."""
    said = ', '.join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table('plan_changes', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_plan_changes_kind'), type_='check')
        batch_op.create_check_constraint(op.f('ck_plan_changes_kind'), f'kind IN ({said})')
