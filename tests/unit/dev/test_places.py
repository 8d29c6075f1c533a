"""A state folder goes with all that lies elsewhere for it."""

from pathlib import Path

from dev.stack import places


def test_what_links_lead_to_goes_with_a_folder_also_where_that_has_links_of_its_own(tmp_path: Path) -> None:
    state, home, memory = (tmp_path / name for name in ("state", "home", "memory"))
    for folder in (state, home, memory):
        folder.mkdir()
    (memory / "PG_VERSION").write_text("15\n")
    (state / "postgres").symlink_to(home)
    (home / "data").symlink_to(memory)

    places.remove(state)

    assert list(tmp_path.iterdir()) == []
