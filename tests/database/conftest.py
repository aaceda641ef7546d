"""The store as one instance of the function has it, over empty tables."""

from collections.abc import Iterator

import pytest

from tests.support.builders import Desk, desk_over
from tests.support.database import SupabaseLocal


@pytest.fixture
def desk(supabase_local: SupabaseLocal) -> Iterator[Desk]:
    with desk_over(supabase_local) as desk:
        yield desk
