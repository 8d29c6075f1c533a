"""Whether each overlay can be built and is of the schemas: `make check-deploy`."""

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from dev.kubernetes import overlays, schemas
from dev.kubernetes.manifests import Manifest


def main() -> None:
    began, folder = time.monotonic(), schemas.folder()
    if folder is None:
        print("CRD_SCHEMAS is not set: custom resources are checked for their kind only, not by their schemas.")
    try:
        rendered = {overlay: overlays.rendered(overlay) for overlay in overlays.names()}
    except overlays.RenderError as error:
        sys.exit(str(error))
    if errors := list(wrong(rendered, folder)):
        sys.exit("\n".join(errors))
    count = sum(map(len, rendered.values()))
    print(f"{count} manifests of {', '.join(rendered)}: all well, {time.monotonic() - began:.1f} s")


def wrong(rendered: Mapping[str, Iterable[Manifest]], folder: Path | None) -> Iterator[str]:
    """One sentence for each error; what is the same in several overlays is looked at once."""
    seen = set[str]()
    for overlay, manifests in rendered.items():
        for manifest in manifests:
            text = json.dumps(manifest)
            if text not in seen:
                seen.add(text)
                yield from (f"{overlay}: {error}" for error in schemas.errors(manifest, folder))


if __name__ == "__main__":
    main()
