"""Whether each overlay can be built and is of the schemas: `make check-deploy`."""

import sys
import time

from dev.kubernetes import overlays, schemas


def main() -> None:
    began, wrong, count = time.monotonic(), list[str](), 0
    folder = schemas.folder()
    for overlay in overlays.names():
        try:
            manifests = overlays.rendered(overlay)
        except overlays.RenderError as error:
            wrong.append(str(error))
            continue
        count += len(manifests)
        wrong += [f"{overlay}: {error}" for one in manifests for error in schemas.errors(one, folder)]
    if folder is None:
        print("CRD_SCHEMAS is not set: custom resources are checked for their kind only, not by their schemas.")
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{count} manifests of {', '.join(overlays.names())}: all well, {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
