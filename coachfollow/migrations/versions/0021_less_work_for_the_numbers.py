"""the numbers by programme, group and month read one index; a plan knows by itself whether its person answered."""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

COUNTED = sa.text('outcome IS NOT NULL')
INDEXES = {
    'ix_touchpoints_numbers': ['plan_id', 'due_at', 'outcome', 'local_date'],
    'ix_touchpoints_groups': ['cohort_id', 'outcome', 'local_date', 'plan_id', 'due_at'],
}
BEFORE = {
    'ix_touchpoints_numbers': ['plan_id', 'outcome', 'due_at', 'local_date'],
    'ix_touchpoints_months': ['cohort_id', 'local_date', 'outcome', 'plan_id', 'due_at'],
}

ANSWERED = """UPDATE plans SET answered = true WHERE EXISTS (
SELECT 1 FROM touchpoints JOIN answers ON answers.touchpoint_id = touchpoints.id AND answers.person_id = plans.person_id
WHERE touchpoints.plan_id = plans.id)"""
ANSWERS = """UPDATE plans SET answered = true WHERE NOT answered AND person_id = NEW.person_id
AND id = (SELECT plan_id FROM touchpoints WHERE touchpoints.id = NEW.touchpoint_id)"""
POSTGRESQL = (
    f"""CREATE FUNCTION tell_plan() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
{ANSWERS}; RETURN NULL; END $$""",
    'CREATE TRIGGER answers_of_plans AFTER INSERT ON answers FOR EACH ROW EXECUTE FUNCTION tell_plan()',
)
SQLITE = (f'CREATE TRIGGER answers_of_plans AFTER INSERT ON answers BEGIN {ANSWERS}; END',)


def upgrade() -> None:
    op.add_column('plans', sa.Column('answered', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.execute(ANSWERED)
    for line in POSTGRESQL if _is_postgresql() else SQLITE:
        op.execute(line)
    _index(BEFORE, INDEXES)


def downgrade() -> None:
    _index(INDEXES, BEFORE)
    op.execute('DROP TRIGGER answers_of_plans ON answers' if _is_postgresql() else 'DROP TRIGGER answers_of_plans')
    if _is_postgresql():
        op.execute('DROP FUNCTION tell_plan')
    op.drop_column('plans', 'answered')


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == 'postgresql'


def _index(old: dict[str, list[str]], new: dict[str, list[str]]) -> None:
    for name in old:
        op.drop_index(name, table_name='touchpoints', sqlite_where=COUNTED, postgresql_where=COUNTED)
    for name, columns in new.items():
        op.create_index(name, 'touchpoints', columns, unique=False, sqlite_where=COUNTED, postgresql_where=COUNTED)
