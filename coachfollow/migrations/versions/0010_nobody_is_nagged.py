"""nobody is nagged: turns of a day and a week, mails that were kept, mails that leave as a part of another."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

QUEUED = sa.text("state = 'queued'")


def upgrade() -> None:
    op.create_table('mail_turns',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('nth', sa.Integer(), nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('nth_of_week', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_mail_turns_message_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_mail_turns_person_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('person_id', 'day', 'nth', name=op.f('pk_mail_turns')),
    sa.UniqueConstraint('person_id', 'week', 'nth_of_week', name=op.f('uq_mail_turns_person_id_week_nth_of_week'))
    )
    op.create_index('ix_mail_turns_message_id', 'mail_turns', ['message_id'], unique=False)
    op.add_column('messages', sa.Column('wanted_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table('mail_parts',
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('leader_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['leader_id'], ['messages.id'], name=op.f('fk_mail_parts_leader_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_mail_parts_message_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_mail_parts'))
    )
    op.create_index('ix_mail_parts_leader_id', 'mail_parts', ['leader_id'], unique=False)
    op.create_index('ix_messages_waiting', 'messages', ['person_id'], unique=False, sqlite_where=QUEUED, postgresql_where=QUEUED)


def downgrade() -> None:
    op.drop_index('ix_messages_waiting', table_name='messages', sqlite_where=QUEUED, postgresql_where=QUEUED)
    op.execute('ALTER TABLE messages DROP COLUMN wanted_at')
    op.drop_index('ix_mail_parts_leader_id', table_name='mail_parts')
    op.drop_table('mail_parts')
    op.drop_index('ix_mail_turns_message_id', table_name='mail_turns')
    op.drop_table('mail_turns')
