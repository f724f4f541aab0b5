from __future__ import annotations

from collections.abc import Iterator

import pytest
from nursing import Nursery


@pytest.fixture(scope="package")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    one = Nursery(tmp_path_factory.mktemp("temp"))
    yield one
    one.close()
