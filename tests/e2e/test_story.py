"""The story that `make run` tells, as assertions: each step fails if the system does not do what it says."""

from dev.demo.story import STEPS, Story
from dev.stack.parts import Kit
from tests.support.running import a_stocked_story
from tests.support.waiting import until


def _told(kit: Kit) -> list[str]:
    sentences: list[str] = []
    with Story(kit.state, say=sentences.append) as story:
        for step in STEPS:
            step(story)
    return sentences


def test_the_story_of_a_license_is_true(kit: Kit) -> None:
    told = "\n".join(_told(kit))
    assert "xmlsec1 says: OK" in told
    assert "422 signature_invalid" in told
    assert "409 generation_spent" in told
    assert "409 insufficient_balance" in told


def test_it_is_true_again_with_a_fresh_key_and_device(kit: Kit) -> None:
    with a_stocked_story(kit.state) as first, a_stocked_story(kit.state) as second:
        pass
    assert first.activation_key != second.activation_key
    assert first.serial != second.serial
    assert first.project != second.project


def test_a_device_that_fetched_its_file_was_seen(story: Story) -> None:
    until(lambda: story.partner.get_device(story.serial).get("last_seen") is not None)
