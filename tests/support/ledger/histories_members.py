"""Random histories of members, rights, moves and claim codes, mixed with those of the main job."""

from typing import get_args

from hypothesis import strategies as st

from contracts.actors import Actor
from contracts.commands import Command
from contracts.fields import Right
from tests.support.ledger import story_claims, story_device_moves, story_members, story_projects
from tests.support.ledger.histories_main_job import PROJECTS, actors, commands, counts, serials
from tests.support.ledger.story import ADRIA, ANNA, BEN, BORA, OTHER_SERIAL, SERIAL
from tests.support.ledger.story_members import GUS, MIA

companies = st.sampled_from([ADRIA, BORA])
projects = st.sampled_from(PROJECTS)
codes = st.sampled_from(["e1" * 32, "e2" * 32])
accounts = st.sampled_from([MIA, GUS, ANNA, BEN])
rights = st.lists(st.sampled_from(get_args(Right)), min_size=1, max_size=3).map(tuple)

people_actors: st.SearchStrategy[Actor] = st.one_of(actors, st.sampled_from([story_members.mia, story_members.gus]))
people_commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        lambda account, company, administrator: story_members.member(account, company, administrator=administrator),
        accounts,
        companies,
        st.booleans(),
    ),
    st.builds(story_members.dismiss, accounts, companies),
    st.builds(lambda p, a, c, r: story_members.grant(a, c, *r, project=p), projects, accounts, companies, rights),
    st.builds(lambda p, a, c, r: story_members.revoke(a, c, *r, project=p), projects, accounts, companies, rights),
    st.builds(story_projects.rename, st.sampled_from(["A", "B", "C"]), projects),
    st.builds(story_projects.archive, projects),
    st.builds(lambda source, target, n: story_projects.transfer(source, target, **n), projects, projects, counts),
    st.builds(lambda serial, project, n: story_projects.deallocate(serial, project, **n), serials, projects, counts),
    st.builds(story_device_moves.move, projects, serials),
    st.builds(story_device_moves.release, serials),
    st.builds(story_device_moves.offer, companies, serials),
    st.builds(story_device_moves.withdraw, serials),
    st.builds(story_device_moves.accept, projects, serials),
    st.builds(story_device_moves.staff_moves, projects, serials),
    st.builds(story_claims.code, projects, codes),
    st.builds(story_claims.withdraw_code, projects, codes),
    st.builds(story_claims.claim, st.sampled_from([SERIAL, OTHER_SERIAL]), codes),
)
people_histories = st.lists(st.tuples(people_actors, st.one_of(commands, people_commands)), max_size=60)
