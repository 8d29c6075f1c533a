"""Topics, users, rights and roles are those declared."""

from contracts.access import INSPECTOR, LOOKS, grants, roles
from contracts.topics import TOPICS, topic_name
from dev.kubernetes.services import Service
from dev.stack.postgres import ROLES
from tests.support.rendered import EACH, EACH_SERVICE, deployment_of, environment, named, of_kind


@EACH
def test_topics_are_those_declared(overlay: str) -> None:
    made = {topic["metadata"]["name"]: topic["spec"] for topic in of_kind(overlay, "KafkaTopic")}

    assert made.keys() == {topic_name(topic) for topic in TOPICS}
    for topic in TOPICS:
        spec = made[topic_name(topic)]
        assert spec["partitions"] % topic.partitions == 0
        config = {name: str(value) for name, value in spec["config"].items() if name != "min.insync.replicas"}
        assert config == topic.config()


@EACH
def test_users_and_their_rights_are_those_declared(overlay: str) -> None:
    users = [one for one in of_kind(overlay, "KafkaUser") if one["metadata"]["name"] != INSPECTOR]
    held = {
        (user["metadata"]["name"], operation.lower(), acl["resource"]["type"], acl["resource"]["name"])
        for user in users
        for acl in user["spec"]["authorization"]["acls"]
        for operation in acl["operations"]
    }

    assert {user["metadata"]["name"] for user in users} == set(roles())
    assert held == {(right.role, right.operation, right.resource, right.name) for right in grants()}


@EACH
def test_the_user_of_the_topic_check_sees_topics_and_rights_and_nothing_else(overlay: str) -> None:
    acls = named(overlay, "KafkaUser", INSPECTOR)["spec"]["authorization"]["acls"]
    may = {one for acl in acls for one in acl["operations"]}

    assert {acl["resource"]["type"] for acl in acls} == {"cluster", "topic"}
    assert may == {"".join(map(str.capitalize, one.split("-"))) for one in LOOKS}


@EACH
@EACH_SERVICE
def test_a_process_connects_as_a_user_that_there_is(overlay: str, service: Service) -> None:
    settings = environment(overlay, deployment_of(overlay, service))

    if service.uses_kafka:
        assert named(overlay, "KafkaUser", settings["LICENSING_KAFKA_USERNAME"])
    if "LICENSING_DATABASE_URL" in settings:
        role = settings["LICENSING_DATABASE_URL"].removeprefix("postgresql://").partition("@")[0]
        (database,) = of_kind(overlay, "Cluster")
        assert role in {one["name"] for one in database["spec"]["managed"]["roles"]}


@EACH
def test_topics_survive_the_loss_of_a_broker_where_there_are_three(overlay: str) -> None:
    brokers = named(overlay, "KafkaNodePool", "broker")["spec"]["replicas"]
    replicas = {topic["spec"]["replicas"] for topic in of_kind(overlay, "KafkaTopic")}
    in_sync = {topic["spec"]["config"]["min.insync.replicas"] for topic in of_kind(overlay, "KafkaTopic")}

    assert (replicas, in_sync) == (({3}, {2}) if brokers == 3 else ({1}, {1}))


@EACH
def test_database_roles_are_those_of_the_services(overlay: str) -> None:
    (database,) = of_kind(overlay, "Cluster")

    assert {role["name"] for role in database["spec"]["managed"]["roles"]} == {*ROLES, "licensing"}
