"""What audio's API says of itself: every endpoint has its row in the table of who may call it."""

from audio.entrypoints.api.app import application
from tests.support.api_operations import unbounded_numbers
from tests.support.audio.who_may import ENDPOINTS


def test_every_endpoint_has_its_row_in_the_table_of_who_may_call_it() -> None:
    paths = application().openapi()["paths"]
    operations = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert operations == ENDPOINTS.keys()


def test_every_number_that_is_sent_has_a_least_and_a_most() -> None:
    assert unbounded_numbers(application().openapi()) == set()
