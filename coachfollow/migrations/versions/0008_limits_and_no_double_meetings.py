"""a coach's limits and gap; nobody stands in two meetings at once."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

TIMES = """UPDATE check_in_attendees SET
starts_at = (SELECT starts_at FROM check_ins WHERE id = check_in_id AND state = 'placed' AND ends_at IS NOT NULL),
ends_at = (SELECT ends_at FROM check_ins WHERE id = check_in_id AND state = 'placed' AND starts_at IS NOT NULL)"""
# what overlaps already stays as it is: of two meetings the one that was added first is guarded
OVERLAPPING = """UPDATE check_in_attendees SET starts_at = NULL, ends_at = NULL WHERE EXISTS (
SELECT 1 FROM check_in_attendees earlier WHERE earlier.person_id = check_in_attendees.person_id
AND earlier.id < check_in_attendees.id
AND earlier.starts_at < check_in_attendees.ends_at AND check_in_attendees.starts_at < earlier.ends_at)"""

POSTGRESQL = (
    f"""CREATE FUNCTION tell_attendees() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
{TIMES} WHERE check_in_id = NEW.id; RETURN NULL; END $$""",
    f"""CREATE FUNCTION ask_check_in() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
{TIMES} WHERE id = NEW.id; RETURN NULL; END $$""",
    """CREATE TRIGGER check_ins_times AFTER UPDATE OF state, starts_at, ends_at ON check_ins
FOR EACH ROW EXECUTE FUNCTION tell_attendees()""",
    """CREATE TRIGGER check_in_attendees_times AFTER INSERT ON check_in_attendees
FOR EACH ROW EXECUTE FUNCTION ask_check_in()""",
)
SQLITE = (
    f"""CREATE TRIGGER check_ins_times AFTER UPDATE OF state, starts_at, ends_at ON check_ins BEGIN
{TIMES} WHERE check_in_id = NEW.id; END""",
    f"""CREATE TRIGGER check_in_attendees_times AFTER INSERT ON check_in_attendees BEGIN
{TIMES} WHERE id = NEW.id; END""",
    """CREATE TRIGGER check_in_attendees_never_twice BEFORE UPDATE OF starts_at, ends_at ON check_in_attendees
WHEN EXISTS (SELECT 1 FROM check_in_attendees other WHERE other.person_id = NEW.person_id AND other.id <> NEW.id
AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at)
BEGIN SELECT RAISE(ABORT, 'nobody stands in two meetings at once'); END""",
)


def upgrade() -> None:
    op.add_column('coach_profiles', sa.Column('gap_minutes', sa.Integer(), server_default=sa.text('0'), nullable=False))
    op.add_column('coach_profiles', sa.Column('meetings_a_day', sa.Integer(), nullable=True))
    op.add_column('coach_profiles', sa.Column('meetings_a_week', sa.Integer(), nullable=True))
    op.add_column('check_in_attendees', sa.Column('starts_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('check_in_attendees', sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True))
    op.execute(TIMES)
    op.execute(OVERLAPPING)
    postgresql = op.get_bind().dialect.name == 'postgresql'
    if postgresql:  # a range of one id in place of its equality, which would need the extension btree_gist
        op.execute("""ALTER TABLE check_in_attendees ADD CONSTRAINT ex_check_in_attendees_person EXCLUDE USING gist
(int4range(person_id, person_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&)
WHERE (starts_at IS NOT NULL AND ends_at IS NOT NULL)""")
    for line in POSTGRESQL if postgresql else SQLITE:
        op.execute(line)


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP TRIGGER check_ins_times ON check_ins')
        op.execute('DROP TRIGGER check_in_attendees_times ON check_in_attendees')
        op.execute('DROP FUNCTION tell_attendees')
        op.execute('DROP FUNCTION ask_check_in')
        op.execute('ALTER TABLE check_in_attendees DROP CONSTRAINT ex_check_in_attendees_person')
    else:
        for name in ('check_ins_times', 'check_in_attendees_times', 'check_in_attendees_never_twice'):
            op.execute(f'DROP TRIGGER {name}')
    for table, columns in (('check_in_attendees', ('ends_at', 'starts_at')), ('coach_profiles', ('meetings_a_week', 'meetings_a_day', 'gap_minutes'))):
        for column in columns:
            op.drop_column(table, column)
