from collections.abc import Iterator

import pytest

from dev.demo.story import Story
from dev.stack.parts import Kit
from tests.support.handing_in import HandIn, by_hand, direct
from tests.support.portal import Portal, a_portal
from tests.support.running import a_stocked_story


@pytest.fixture(params=[direct, by_hand], ids=["direct", "manual"])
def hand_in(request: pytest.FixtureRequest) -> HandIn:
    way: HandIn = request.param
    return way


@pytest.fixture
def story(kit: Kit) -> Iterator[Story]:
    """A device with 20 ports and 4 channels whose license file was fetched."""
    with a_stocked_story(kit.state) as story:
        story.firmware().sync()
        yield story


@pytest.fixture(scope="module")
def portal_of_file(kit: Kit) -> Iterator[Portal]:
    """The portal with people in it. Playwright has the thread's event loop, so it ends with its file."""
    with a_portal(kit) as portal:
        yield portal


@pytest.fixture
def portal(portal_of_file: Portal) -> Iterator[Portal]:
    """The same; pages end with their test, as an open page listens and draws itself again after each change."""
    yield portal_of_file
    for left in portal_of_file.browser.contexts:
        left.close()
