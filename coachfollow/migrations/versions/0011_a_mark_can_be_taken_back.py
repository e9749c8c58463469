"""what became of a meeting is a decision that can be taken back."""

from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

KINDS = ('moved', 'meeting_set', 'prolonged', 'skipped', 'added', 'paused', 'resumed', 'stopped', 'silenced', 'fitted')
MARKS = ('held', 'not_held')


def upgrade() -> None:
    _allow((*KINDS, *MARKS, 'undone'))


def downgrade() -> None:
    for mark in MARKS:
        op.execute(f"""UPDATE plan_changes SET kind = 'meeting_set', facts = replace(facts, '"kind":"{mark}"', '"kind":"meeting_set"') WHERE kind = '{mark}'""")
    _allow((*KINDS, 'undone'))


def _allow(kinds: tuple[str, ...]) -> None:
    """Say anew which kinds of decisions there are."""
    said = ', '.join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table('plan_changes', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_plan_changes_kind'), type_='check')
        batch_op.create_check_constraint(op.f('ck_plan_changes_kind'), f'kind IN ({said})')
