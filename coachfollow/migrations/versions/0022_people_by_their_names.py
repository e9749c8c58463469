"""somebody whom a list names is found by an index: an organisation has many people, a list many names."""

from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_people_organisation_id_name', 'people', ['organisation_id', 'name'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_people_organisation_id_name', table_name='people')
