"""What a label is searched by, and when a writer means what is kept."""

from datetime import UTC, datetime, timedelta

from ledger.application.labels import ANY, NOTHING, Kept, Words

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
EAST = Kept("p", Words(own_name="East"), NOON, "account:a@c")


def test_what_is_searched_compares_as_names_do_and_spans_no_two_texts() -> None:
    searched = Words(own_name="Ku\u0308CHE  1", place="Straße", note="never").searched

    assert searched == "k\u00fcche 1\nstrasse\n"
    assert "1 str" not in searched
    assert NOTHING.searched == "\n\n"


def test_other_words_have_another_tag_and_so_have_the_same_ones_written_again() -> None:
    later = Kept("p", EAST.words, NOON + timedelta(microseconds=1), "account:a@c")
    tags = {one.tag for one in (EAST, later, Kept("p"), Kept("p", Words(place="East"), NOON))}

    assert len(tags) == 4
    assert all(len(tag) == 32 for tag in tags)


def test_who_wrote_is_not_in_the_tag_since_viewers_read_it_differently() -> None:
    assert EAST.tag == Kept("p", EAST.words, NOON, "company:c").tag


def test_a_writer_means_what_has_his_tag_or_anything_that_is_there() -> None:
    assert EAST.is_one_of(None)
    assert EAST.is_one_of(frozenset({"other", EAST.tag}))
    assert EAST.is_one_of(frozenset({ANY}))
    assert not EAST.is_one_of(frozenset({Kept("p").tag}))
    assert not EAST.is_one_of(frozenset())
    assert Kept("p").is_one_of(frozenset({Kept("p").tag}))
    assert not Kept("p").is_one_of(frozenset({ANY}))
