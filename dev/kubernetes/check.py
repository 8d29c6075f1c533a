"""Whether each overlay can be built and is of the schemas: `make check-deploy`."""

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping

from dev.kubernetes import definitions, overlays, schemas
from dev.kubernetes.manifests import Manifest
from dev.stack.error import StackError


def main() -> None:
    try:
        definitions.fetch()
        began, known = time.monotonic(), definitions.known()
        rendered = {overlay: overlays.rendered(overlay) for overlay in overlays.names()}
    except (overlays.RenderError, StackError) as error:
        sys.exit(str(error))
    if said := definitions.said_of(definitions.lacking(known)):
        print(said)
    if errors := list(wrong(rendered, schemas.Custom(known))):
        sys.exit("\n".join(errors))
    count = sum(map(len, rendered.values()))
    print(f"{count} manifests of {', '.join(rendered)}: all well, {time.monotonic() - began:.1f} s")


def wrong(rendered: Mapping[str, Iterable[Manifest]], custom: schemas.Custom) -> Iterator[str]:
    """One sentence for each error; what is the same in several overlays is looked at once."""
    seen = set[str]()
    for overlay, manifests in rendered.items():
        for manifest in manifests:
            text = json.dumps(manifest)
            if text not in seen:
                seen.add(text)
                yield from (f"{overlay}: {error}" for error in schemas.errors(manifest, custom))


if __name__ == "__main__":
    main()
