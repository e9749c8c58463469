"""programmes that are being written; all that a programme says is stored."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

# what is written in a version's file and had no column: versions published before keep it in their source alone
NEW = {
    'programme_texts': {'good': '[]', 'poor': '[]', 'themes': '{}'},
    'step_texts': {'labels': '{}'},
}


def upgrade() -> None:
    op.create_table('programme_drafts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_as_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['changed_by_id'], ['people.id'], name=op.f('fk_programme_drafts_changed_by_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_programme_drafts_organisation_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['published_as_id'], ['programme_versions.id'], name=op.f('fk_programme_drafts_published_as_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme_drafts'))
    )
    with op.batch_alter_table('programme_drafts', schema=None) as batch_op:
        batch_op.create_index('uq_programme_drafts_open', ['organisation_id', 'key'], unique=True, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
    for table, columns in NEW.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column, empty in columns.items():
                batch_op.add_column(sa.Column(column, sa.Text(), nullable=False, server_default=empty))
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.alter_column(column, existing_type=sa.Text(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    for table, columns in NEW.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
    op.drop_table('programme_drafts')
