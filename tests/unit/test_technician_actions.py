"""An action of the technicians is known wherever it must be. What fails says which file to edit.

To add one that tells the customer something: a member of `TechnicianAction`, its moves in SQL, its texts (test_catalogue names
them), and what these tests ask for.
"""

import re

import pytest

from messages.whatsapp.notification_steps import EMOJI, StepKind
from ops.commands import tickets
from state.model.ticket import TechnicianAction
from tests.support.paths import ROOT

pytestmark = pytest.mark.parametrize("action", TechnicianAction)


def test_the_database_knows_its_moves(action: TechnicianAction) -> None:
    sql = "".join(path.read_text("utf-8") for path in sorted((ROOT / "supabase/schemas").glob("*.sql")))
    moves = re.findall(r"function public\.ticket_moves\(\) returns table.*?\$\$;", sql, re.S)
    assert f"('{action}'," in moves[-1], (
        f"supabase/schemas/20_tickets.sql: ticket_moves has no move of '{action}'"
    )


def test_the_customer_is_notified_of_it_unless_it_says_who_has_the_ticket(action: TechnicianAction) -> None:
    steps = {str(kind) for kind in StepKind}
    if action.assigns:  # the name comes with the next words
        assert action not in steps
        return
    assert action in steps, f"messages/whatsapp/notification_steps.py: StepKind has no '{action}'"
    assert StepKind(action) in EMOJI, f"messages/whatsapp/notification_steps.py: EMOJI has no '{action}'"


def test_the_command_line_has_a_command(action: TechnicianAction) -> None:
    assert action in tickets._ACTIONS, f"ops/commands/tickets.py: _ACTIONS has no '{action}'"
