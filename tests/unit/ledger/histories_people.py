"""Random histories of members, rights, moves and claim codes, mixed with those of the main job."""

from typing import get_args

from hypothesis import strategies as st

from contracts.actors import Actor
from contracts.commands import Command
from contracts.fields import Right
from tests.unit.ledger import story_people
from tests.unit.ledger.story import ADRIA, ANNA, BEN, BORA, OTHER_SERIAL, SERIAL
from tests.unit.ledger.story_people import GUS, MIA
from tests.unit.ledger.test_laws import PROJECTS, actors, commands, counts, serials

companies = st.sampled_from([ADRIA, BORA])
projects = st.sampled_from(PROJECTS)
codes = st.sampled_from(["e1" * 32, "e2" * 32])
accounts = st.sampled_from([MIA, GUS, ANNA, BEN])
rights = st.lists(st.sampled_from(get_args(Right)), min_size=1, max_size=3).map(tuple)

people_actors: st.SearchStrategy[Actor] = st.one_of(actors, st.sampled_from([story_people.mia, story_people.gus]))
people_commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        lambda account, company, administrator: story_people.member(account, company, administrator=administrator),
        accounts,
        companies,
        st.booleans(),
    ),
    st.builds(story_people.dismiss, accounts, companies),
    st.builds(lambda p, a, c, r: story_people.grant(a, c, *r, project=p), projects, accounts, companies, rights),
    st.builds(lambda p, a, c, r: story_people.revoke(a, c, *r, project=p), projects, accounts, companies, rights),
    st.builds(story_people.rename, st.sampled_from(["A", "B", "C"]), projects),
    st.builds(story_people.archive, projects),
    st.builds(lambda source, target, n: story_people.transfer(source, target, **n), projects, projects, counts),
    st.builds(lambda serial, project, n: story_people.deallocate(serial, project, **n), serials, projects, counts),
    st.builds(story_people.move, projects, serials),
    st.builds(story_people.release, serials),
    st.builds(story_people.offer, companies, serials),
    st.builds(story_people.withdraw, serials),
    st.builds(story_people.accept, projects, serials),
    st.builds(story_people.staff_moves, projects, serials),
    st.builds(story_people.code, projects, codes),
    st.builds(story_people.withdraw_code, projects, codes),
    st.builds(story_people.claim, st.sampled_from([SERIAL, OTHER_SERIAL]), codes),
)
people_histories = st.lists(st.tuples(people_actors, st.one_of(commands, people_commands)), max_size=60)
