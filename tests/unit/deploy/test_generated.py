"""What follows from declarations is what lies in deploy/k8s."""

from dev.generate.kubernetes import TREE, files
from dev.kubernetes.services import SERVICES
from dev.stack.parts import PARTS


def test_the_generated_files_are_those_of_todays_declarations() -> None:
    stale = [name for name, text in files().items() if (TREE / name).read_text(encoding="utf-8") != text]

    assert stale == [], "run `make generate`"


def test_every_part_of_the_local_stack_but_its_mail_sink_has_its_folder() -> None:
    parts = {part.name for part in PARTS} - {"mail", "openid"}

    assert {service.name for service in SERVICES} == parts - {"kafka", "postgres"}
    assert {name for name in parts if (TREE / "base" / name / "kustomization.yaml").exists()} == parts
