"""a coach gets a digest, at most once a day, as often as they like, and hears of meetings that no longer fit."""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

KINDS = ('announcement', 'commitment', 'prompt', 'reflection', 'reminder', 'sponsor', 'unprompted', 'invitation', 'cancellation', 'coach_will_call', 'ask_hours', 'sign_in', 'current_question')
TO_COACHES = ('coach_digest', 'misfit')
LAPSED = sa.text("state = 'queued' AND lapses > 0")
RHYTHMS = ('weekly', 'daily', 'never')


def upgrade() -> None:
    _allow((*KINDS, *TO_COACHES))
    op.create_table('coach_days',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_coach_days_person_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('person_id', 'day', name=op.f('pk_coach_days'))
    )
    with op.batch_alter_table('coach_profiles', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rhythm', sa.String(length=24), nullable=True))
        batch_op.create_check_constraint(op.f('ck_coach_profiles_rhythm'), f"rhythm IN ({_said(RHYTHMS)})")


def downgrade() -> None:
    with op.batch_alter_table('coach_profiles', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_coach_profiles_rhythm'), type_='check')
        batch_op.drop_column('rhythm')
    op.drop_table('coach_days')
    op.execute(
        "UPDATE messages SET state = 'cancelled', reason = 'the version was taken back', settled_at = created_at"
        f" WHERE kind IN ({_said(TO_COACHES)}) AND state IN ('queued', 'claimed')"
    )
    op.execute(f"UPDATE messages SET kind = 'ask_hours' WHERE kind IN ({_said(TO_COACHES)})")
    _allow(KINDS)


def _allow(kinds: tuple[str, ...]) -> None:
    """Say anew which kinds of mails there are."""
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_messages_kind'), type_='check')
        batch_op.create_check_constraint(op.f('ck_messages_kind'), f'kind IN ({_said(kinds)})')
    # the table was made anew on SQLite, its indexes in any order: of two that fit it takes the newest, so this comes last
    op.drop_index('ix_messages_lapsed', table_name='messages')
    op.create_index('ix_messages_lapsed', 'messages', ['send_at', 'id'], unique=False, sqlite_where=LAPSED, postgresql_where=LAPSED)


def _said(values: tuple[str, ...]) -> str:
    return ', '.join(f"'{value}'" for value in values)
